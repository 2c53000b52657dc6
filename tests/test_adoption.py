"""Adoption against numbers from outside: published mail and chat, counted by independent scripts."""

from datetime import timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from analytics.metrics import adoption, comings, engine, inequality, retention
from analytics.metrics.panel import panel
from tests.drawn import Settings, laid, store
from tests.real_traffic import chat, day, mail, monday, traffic

SETTINGS = Settings()


def cells(con, *metrics, settings=SETTINGS, **where):
    measures = tuple(m for m in adoption.MEASURES if m.metric in metrics)
    found = engine.cells(con, panel(con, settings), settings, measures)
    return found.filter(pl.col("cut") == "total", **where)


@pytest.fixture(scope="module")
def published(shared, tmp_path_factory):
    """Return a function that gives the store of the company's whole mail, or of a year of a chat, each built once."""

    @cache
    def built(source="mail"):
        folder = tmp_path_factory.mktemp("published")
        if source == "mail":
            return traffic(folder, mail(shared))
        return traffic(folder, chat(shared, source), action="post", tool="slack")

    return built


def test_a_person_active_in_two_tools_counts_once(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | tool  | actor | action
        2026-01-05 10:00 | slack | 1     | post
        2026-01-05 10:00 | mail  | 1     | email
        2026-01-05 10:00 | mail  | 2     | email
        2026-01-05 10:00 | slack | 4     | post
        2026-01-16 10:00 | slack | 9     | post
        2026-01-16 10:00 | mail  | 9     | email
        """,
        person="person\n 1\n 2\n 3\n 4\n 9",
        org="person | department\n 1 | A\n 2 | A\n 3 | B\n 4 | B",
        seat="tool | person\n slack | 1\n slack | 2\n slack | 3\n slack | 4\n mail | 1\n mail | 2\n mail | 3\n mail | 4",
    )

    measures = tuple(
        m for m in adoption.MEASURES if m.metric == "active_people" and m.variant == ""
    )
    found = engine.cells(con, panel(con, SETTINGS), SETTINGS, measures).filter(
        pl.col("grain") == "all"
    )

    sums = {(r["tool"], r["department"]): (r["sx"], r["sy"]) for r in found.iter_rows(named=True)}
    assert sums[None, None] == (3, 4)
    assert (sums["slack", None], sums["mail", None]) == ((2, 4), (2, 4))
    assert (sums[None, "A"], sums[None, "B"]) == ((2, 2), (1, 2))


@pytest.mark.parametrize(
    ("start", "people"),
    [
        (day(2010, 6, 30), 73),
        (day(2010, 6, 24), 108),
        (day(2010, 6, 3), 125),
        (day(2010, 6, 1), 126),
    ],
)
def test_active_people_of_a_day_a_week_and_a_month_equal_the_published_counts(
    shared, tmp_path, start, people
):
    con = traffic(tmp_path, mail(shared), start=start, end=day(2010, 7, 1))

    [row] = cells(con, "active_people", variant="", grain="all").rows(named=True)

    assert (row["sx"], row["sy"]) == (people, 167)


def test_the_funnel_of_28_days_equals_the_published_one(shared, tmp_path):
    # the window runs from Thursday to Wednesday: moved by three days it is four whole weeks
    con = traffic(
        tmp_path, mail(shared), start=day(2010, 6, 3), end=day(2010, 7, 1), shift=timedelta(days=-3)
    )

    found = cells(con, "adoption_funnel", "adoption_drop", "technical_human_gap", grain="all")
    steps = dict(found.filter(metric="adoption_funnel").select("bin", "sx").rows())
    drops = found.filter(metric="adoption_drop")
    [gap] = found.filter(metric="technical_human_gap").rows(named=True)

    assert steps == {
        "enabled": 167,
        "active": 132,
        "contributing": 125,
        "reciprocal": 114,
        "habitual": 101,
    }
    shares = [steps[name] / 167 for name in ("active", "contributing", "reciprocal", "habitual")]
    assert shares == pytest.approx([0.790419, 0.748503, 0.682635, 0.604790], abs=5e-7)
    assert dict(drops.select("bin", "sx").rows()) == {
        "active": 35, "contributing": 7, "reciprocal": 11, "habitual": 13,
    }  # fmt: skip
    assert gap["sx"] / gap["sy"] == pytest.approx(0.185629, abs=5e-7)  # (132 - 101) / 167


def test_the_gap_is_not_told_where_a_step_is_not(tmp_path):
    posts = [f"2026-01-{day:02} 10:00 | slack | 1" for day in range(5, 31)]  # to nobody
    con = store(
        tmp_path, event="\n".join(["at | tool | actor", *posts]), seat="tool | person\n slack | 1"
    )

    [reason] = cells(con, "technical_human_gap", grain="all")["reason"]

    assert reason == "no_recipients"


def test_stickiness_of_28_days_equals_the_published_one(shared, tmp_path):
    con = traffic(tmp_path, mail(shared), start=day(2010, 9, 3), end=day(2010, 10, 1))

    rows = cells(con, "stickiness", grain="all", variant="all_days")

    [row] = rows.rows(named=True)
    active, days = row["ny"], 28
    assert row["sx"] / active == pytest.approx(11.496183, abs=5e-7)  # days a person, "L28"
    # the mean of daily over monthly active people is the mean of the days a person, over 28
    assert row["sx"] / row["sy"] == row["sx"] / days / active == pytest.approx(0.410578, abs=5e-7)
    each = con.sql(
        "select days, count(*) from (select count(*) as days from person_day where acts > 0 group by person)"
        " group by days order by days"
    ).fetchall()
    people = (9, 6, 2, 5, 7, 2, 7, 5, 10, 3, 7, 4, 9, 8, 6, 6, 6, 7, 7, 14)
    assert each == [*enumerate(people, 1), (22, 1)]


def test_lifecycle_weeks_equal_the_published_ones(published):
    con = published()

    rows = (
        cells(con, "lifecycle", grain="week")
        .pivot("bin", index="period", values="sx")
        .sort("period")
    )

    order = ["period", "new", "retained", "resurrected", "dormant"]
    assert rows.select(order).filter(pl.col("period") >= monday(2010, 9, 13)).rows()[:3] == [
        (monday(2010, 9, 13), 0, 100, 9, 15),
        (monday(2010, 9, 20), 1, 101, 15, 8),
        (monday(2010, 9, 27), 0, 106, 7, 11),
    ]


def test_who_stayed_is_not_told_after_a_week_of_which_two_days_are_known(tmp_path):
    acts = [f"2026-01-0{1 + day % 8} 09:00 | {1 + day % 10} | post" for day in range(40)]
    acts += ["2026-01-16 09:00 | 1 | post"]
    seats = "\n".join(f"slack | {person}" for person in range(1, 11))
    con = store(tmp_path, event="at | actor | action\n" + "\n".join(acts), seat="tool | person\n" + seats)  # fmt: skip

    told = cells(con, "lifecycle", bin="retained", grain="week").filter(pl.col("tool").is_null())

    # the exports begin on a Thursday: of the week of 5 January it is not known who was there before
    assert dict(told.sort("period").select("period", "reason").iter_rows()) == {
        monday(2025, 12, 29): "short_history",
        monday(2026, 1, 5): "short_history",
        monday(2026, 1, 12): None,
    }


def test_the_four_fates_account_for_every_active_person(published):
    con = published()
    found = cells(con, "active_people", "lifecycle", variant="", grain="week")
    active = found.filter(metric="active_people").select("period", active="sx")

    # Sunday 15 August ends a week of 106; on that day itself one person wrote
    assert active.filter(period=monday(2010, 8, 9))["active"].item() == 106
    sunday = "select count(distinct actor) from event where day = date '2010-08-15'"
    assert con.sql(sunday).fetchall() == [(1,)]
    weeks = (
        found.filter(metric="lifecycle")
        .pivot("bin", index="period", values="sx")
        .join(active, on="period")
        .sort("period")
        .with_columns(before=pl.col("active").shift(1))
        .drop_nulls("before")
    )

    came = pl.col("new") + pl.col("resurrected")
    assert weeks.filter(pl.col("active") != came + pl.col("retained")).is_empty()
    assert weeks.filter(pl.col("active") != pl.col("before") + came - pl.col("dormant")).is_empty()
    sums = weeks.filter(pl.col("period") > monday(2010, 1, 4)).select(
        came.sum(), pl.col("dormant").sum()
    )
    assert sums.row(0) == (30 + 421, 462)
    new, back, silent = weeks.select(pl.col("new", "resurrected", "dormant").sum()).row(0)
    assert (new, back, silent) == (153, 421, 462)
    assert (new + back) / silent == pytest.approx(1.242424, abs=5e-7)

    # quick_ratio counts the same weeks person by person, and tells those from the ninth week on
    every = comings.balance(con, new_after=0).filter(pl.col("tool").is_null(), grain="all")
    came, went, people = every.select("came", "went", "people").to_numpy().T
    # of whole weeks after whole ones: the first is a weekend, after which 123 came; the last ends on a Thursday, with 7 who came and 11 who went
    assert (came @ people, went @ people) == (30 + 421 - 7, 462 - 11)
    told = comings.figures(laid(con, SETTINGS), SETTINGS)
    late = weeks.filter(pl.col("period").is_between(monday(2010, 3, 1), monday(2010, 9, 20)))
    ratio = late.select(
        part.sum() for part in (pl.col("new") + pl.col("resurrected"), pl.col("dormant"))
    ).row(0)
    [row] = told.filter(pl.col("tool").is_null(), metric="quick_ratio", grain="all").rows(
        named=True
    )
    assert row["value"] == float(f"{ratio[0] / ratio[1]:.2g}")
    assert row["low"] < ratio[0] / ratio[1] < row["high"]
    assert row["n"] == 167
    # everybody is in the panel here, so everybody's fates are the panel's
    moving = told.filter(variant="moving", grain="week", bin="dormant").drop_nulls("value")
    both = moving.join(weeks, on="period")
    assert both.height > 20
    assert both["value"].to_list() == (both["dormant"] / 167).round_sig_figs(2).to_list()


@pytest.mark.parametrize(
    ("others", "of_others", "told"),
    [(0, 0, 0.2), (9, 4, "protected"), (10, 2, "protected"), (10, 8, "protected"), (10, 3, 0.2)],
)
def test_the_fates_of_everybody_are_kept_back_where_newcomers_could_be_worked_out(
    others, of_others, told
):
    row = {"people": 100, "dormant": 20, "others": others, "other_dormant": of_others}

    found = comings._share(row, "dormant", 10)

    assert told in found.values()


@pytest.mark.parametrize(
    ("weeks", "people", "reason"),
    [([1, 2], [9, 0], "small_group"), ([1, 30], [20, 1], "dominated"), ([0, 1, 2], [90, 8, 4], None)],
)  # fmt: skip
def test_a_balance_of_few_people_is_not_told(weeks, people, reason):
    assert comings._of_few(np.array(weeks), np.array(people), 10) == reason


def test_each_step_of_the_funnel_holds_the_next(published):
    con = published()

    found = cells(con, "adoption_funnel").sort("grain", "period", "position")

    for _, steps in found.group_by("grain", "period"):
        assert steps.sort("position")["sx"].is_sorted(descending=True)


def test_new_is_not_told_in_the_first_eight_weeks(published):
    con = published()

    told = cells(con, "lifecycle", grain="week", bin="new").filter(pl.col("reason").is_null())

    assert told["period"].min() == monday(2010, 3, 1)


def test_beside_a_tool_with_seats_a_log_tells_no_uptake(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | tool  | actor | action
        2026-01-05 10:00 | slack | 1     | post
        2026-01-05 10:00 | mail  | 1     | email
        """,
        seat="tool | person\n slack | 1",
    )

    measures = tuple(m for m in adoption.MEASURES if m.metric == "stickiness" and m.variant == "")
    found = engine.cells(con, panel(con, SETTINGS), SETTINGS, measures).filter(
        grain="all", cut="tool"
    )

    assert dict(found.select("tool", "reason").rows()) == {"slack": None, "mail": "no_seats"}


@pytest.mark.parametrize(
    ("channel", "bounded", "rolling", "bracket"),
    [
        # .039216, .392157 and .161172 of the same people
        ("elmlang_2019.csv", (22, 561), (220, 561), (88, 546)),
        ("racket_2018.csv", (4, 138), (67, 138), (17, 137)),
    ],
)
def test_retention_on_day_28_has_three_published_answers(
    published, channel, bounded, rolling, bracket
):
    con = published(channel)

    found = retention.cells(laid(con, SETTINGS), SETTINGS).filter(cut="total", bin="day 28")

    told = {variant: (x, y) for variant, x, y in found.select("variant", "sx", "sy").rows()}
    assert told == {"": bounded, "rolling": rolling, "bracket": bracket}


def test_retention_of_a_chat_equals_the_published_cohorts(published):
    con = published("elmlang_2019.csv")

    rows = retention.cells(laid(con, SETTINGS), SETTINGS).filter(pl.col("cut") == "total")

    def cohort(week: str) -> list[float]:
        return [rows.filter(variant="", bin=f"{week}/{k}")["sx"].item() for k in (1, 2, 3, 4)]

    assert cohort("2018-12-31") == [31, 22, 21, 25]
    assert cohort("2019-01-07") == [16, 11, 14, 10]
    assert cohort("2019-01-14") == [5, 5, 2, 9]
    started = [
        rows.filter(variant="", bin=f"{week}/1")["sy"].item()
        for week in ("2018-12-31", "2019-01-07", "2019-01-14")
    ]
    assert started == [66, 54, 37]


@pytest.mark.parametrize(
    ("source", "band", "tenth", "exact"),
    [
        ("mail", (0.597577, 0.630446), 0.407588, 0.618011),
        ("elmlang_2019.csv", (0.751652, 0.765489), 0.670503, 0.761145),
        ("racket_2018.csv", (0.792773, 0.824912), 0.742301, 0.814028),
    ],
)
def test_the_inequality_band_and_the_busiest_tenth_hold_the_published_ones(
    shared, published, source, band, tenth, exact
):
    acts = mail(shared) if source == "mail" else chat(shared, source)
    con = published(source)

    rows = inequality.figures(laid(con, SETTINGS), SETTINGS).filter(
        pl.col("grain") == "all", pl.col("tool").is_null(), pl.col("variant") == ""
    )

    values = dict(rows.select("bin", "value").rows())
    assert (values["gini_low"], values["gini_high"]) == pytest.approx(band, abs=5e-7)
    busiest = _busiest_first(acts)
    each = [
        inequality.Class(own, own, 1, int(own)) for own in busiest[::-1]
    ]  # a class a person: the band is a point
    assert inequality.gini_band(each) == pytest.approx((exact, exact), abs=5e-7)
    assert band[0] < exact < band[1]
    # .40758748 was printed as .407588: within one of the last digit
    assert _top(busiest, round(len(busiest) / 10)) == pytest.approx(tenth, abs=1e-6)
    exactly = _top(busiest, len(busiest) / 10)
    [(low, value, high)] = rows.filter(bin="top_tenth").select("low", "value", "high").rows()
    assert low <= value <= exactly <= high
    assert high - low < 0.1


def _busiest_first(acts):
    """Acts of everybody, silent ones too; several deliveries of one instant are one act."""
    done = acts.select("actor", "at").unique().group_by("actor").len()
    silent = {*acts["person"].drop_nulls()} - {*done["actor"]}
    return [*sorted(done["len"], reverse=True), *[0] * len(silent)]


def _top(busiest, people):
    """Share of all acts that so many of the busiest make, the last of them in part."""
    whole = int(people)
    return (sum(busiest[:whole]) + (people - whole) * busiest[whole]) / sum(busiest)


def test_without_a_list_of_accounts_the_reason_is_said(tmp_path):
    con = store(tmp_path, event="at | tool | actor | action\n 2026-01-05 10:00 | mail | 1 | email")

    assert cells(con, "active_people", variant="", grain="all")["reason"].to_list() == ["no_seats"]


def test_what_is_done_in_a_tool_without_seats_is_nobodys_uptake(tmp_path):
    con = store(
        tmp_path,
        event="at | tool | actor | action\n 2026-01-05 10:00 | mail | 1 | email\n 2026-01-05 10:00 | slack | 2 | post",
        seat="tool | person\n slack | 1\n slack | 2",
    )

    [row] = cells(con, "active_people", variant="", grain="all").rows(named=True)

    assert (row["sx"], row["sy"]) == (1, 2)


def test_nothing_imported_gives_no_rows(tmp_path):
    con = store(tmp_path)

    assert cells(con, "active_people").is_empty()


def test_nobody_is_new_soon_after_missing_weeks(tmp_path):
    """One person acts every week but for three that are missing; another comes a week after them, and one ten weeks after them."""
    first = day(2026, 1, 5)
    weeks = [first + timedelta(weeks=n) for n in range(30) if n not in (12, 13, 14)]
    posts = [
        f"{at:%Y-%m-%d} 09:00 | 1" for week in weeks for at in (week, week + timedelta(days=4))
    ]
    posts += [
        f"{first + timedelta(weeks=n):%Y-%m-%d} 10:00 | {who}" for who, n in ((2, 16), (3, 25))
    ]
    gap = f"tool | valid_from | valid_to\n slack | {first + timedelta(weeks=12):%Y-%m-%d} | {first + timedelta(weeks=15):%Y-%m-%d}"
    seat = "tool | person\n slack | 1\n slack | 2\n slack | 3"
    con = store(tmp_path, event="\n".join(["at | actor", *posts]), seat=seat, gap=gap)

    rows = cells(con, "lifecycle", grain="week").sort("period")

    new = dict(enumerate(rows.filter(bin="new").select("sx", "reason").rows()))
    assert {reason for _, reason in (new[n] for n in range(8))} == {"short_history"}
    assert [new[n] for n in (8, 11, 23, 25)] == [(0, None), (0, None), (0, None), (1, None)]
    assert {reason for _, reason in (new[n] for n in range(12, 23))} == {"missing_weeks"}
    retained = rows.filter(bin="retained")["reason"].to_list()
    assert retained[:16] == ["short_history", *[None] * 11, *["missing_weeks"] * 4]
    assert set(retained[16:]) == {None}


def test_who_uses_a_tool_that_is_left_out_for_a_week_is_not_idle_in_any_tool(tmp_path):
    """Twelve use chat and one of them a wiki too; the exports of chat leave out the third of five weeks."""
    first = day(2026, 1, 5)
    days = [first + timedelta(days=n) for n in range(35) if n % 7 < 5]
    posts = [
        f"{at:%Y-%m-%d} 09:{who:02} | slack | {who}"
        for at in days
        for who in range(1, 13)
        if not 14 <= (at - first).days < 21
    ]
    posts += [f"{at:%Y-%m-%d} 10:00 | wiki | 1" for at in days]
    seats = ["tool | person", "wiki | 1", *(f"slack | {who}" for who in range(1, 13))]
    con = store(
        tmp_path, event="\n".join(["at | tool | actor", *posts]), seat="\n".join(seats),
        gap=f"tool | valid_from | valid_to\n slack | {first + timedelta(days=14):%Y-%m-%d} | {first + timedelta(days=21):%Y-%m-%d}",
    )  # fmt: skip

    measures = tuple(m for m in adoption.MEASURES if m.metric == "active_people" and not m.variant)
    found = engine.cells(con, panel(con, SETTINGS), SETTINGS, measures).filter(grain="week")

    told = {
        tool: part.sort("period")["reason"].to_list() for (tool,), part in found.group_by("tool")
    }
    known, missing = [None, None], ["missing_weeks"]
    assert told == {
        None: known + missing + known,
        "slack": known + missing + known,
        "wiki": [None] * 5,
    }
