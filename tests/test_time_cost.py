"""Time cost against numbers from outside: published mail, and days worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics import worth
from analytics.metrics import attention, engine, time_cost
from analytics.metrics.panel import panel
from tests.drawn import Settings, store
from tests.real_traffic import mail, traffic

OF_ALL_TIME = tuple(replace(measure, grains=("all",)) for measure in time_cost.MEASURES)


def cells(con, metric, settings, **where):
    measures = tuple(m for m in time_cost.MEASURES if m.metric == metric)
    found = engine.cells(con, panel(con, settings), settings, measures)
    return found.filter(pl.col("cut") == "total", pl.col("grain") == "all", **where)


def ratio(rows):
    return rows.select(pl.col("sx") / pl.col("sy")).item()


@pytest.mark.parametrize(("zone", "outside"), [("UTC", 0.392060), ("Europe/Warsaw", 0.192854)])
def test_work_outside_hours_equals_the_published_share_and_hangs_on_the_zone(
    shared, tmp_path, zone, outside
):
    settings = Settings(time_zone=zone, day_starts=8, day_ends=17)
    con = traffic(tmp_path, mail(shared), zone=zone, settings=settings)

    assert ratio(cells(con, "outside_hours_share", settings)) == pytest.approx(outside, abs=5e-7)
    if zone == "Europe/Warsaw":
        assert ratio(cells(con, "weekend_share", settings)) == pytest.approx(0.004502, abs=5e-7)


@pytest.fixture(scope="module")
def mailed(shared, tmp_path_factory):
    return traffic(tmp_path_factory.mktemp("mail"), mail(shared))


def test_deliveries_per_day_equal_the_published_numbers(mailed):
    rows = {
        row["bin"]: row for row in cells(mailed, "deliveries_per_day", Settings()).rows(named=True)
    }
    days = mailed.sql(
        "select count(*) from person_day where tool is not null and direct + grouped + broadcast > 0"
    ).fetchall()[0][0]

    total = rows["total"]
    assert total["sx"] == 82_876
    assert total["sx"] / (167 * 194) == pytest.approx(2.558059, abs=5e-7)
    assert total["sx"] / total["sy"] == pytest.approx(2.558059, rel=0.01)
    assert total["sx"] / days == pytest.approx(4.945164, abs=5e-7)
    assert rows["broadcast"]["sx"] / total["sx"] == pytest.approx(0.113628, abs=5e-7)


def test_collaboration_hours_equal_the_published_unions_at_all_five_caps(mailed):
    """The union does not grow with the cap as items times minutes would (486.77 to 9,735.33 hours)."""
    found = cells(mailed, "collaboration_hours", Settings(), bin="own_acts")

    hours = {row["variant"]: row["sx"] for row in found.rows(named=True)}

    assert hours == pytest.approx(
        {
            "c0.5": 468.2425,
            "c1": 908.822778,
            "": 1744.916667,
            "c5": 4069.321389,
            "c10": 7643.460278,
        },
        abs=5e-7,
    )
    assert mailed.sql("select count(*) from event").fetchall() == [(58_412,)]
    uncut = [58_412 * seconds / 3600 for seconds in (30, 600)]
    assert uncut == pytest.approx([486.766667, 9735.333333], abs=5e-7)
    assert hours["c0.5"] < uncut[0]
    assert hours["c10"] < uncut[1]


def test_between_two_caps_the_hours_are_read_off_a_line_a_little_too_low():
    at_three_minutes = worth.taken({2.0: 1744.916667, 5.0: 4069.321389}, np.array([3.0])).item()

    assert at_three_minutes == pytest.approx(2519.718241, abs=5e-7)
    assert at_three_minutes / 2543.518611 - 1 == pytest.approx(-0.0094, abs=5e-5)


def test_meetings_at_the_same_time_take_their_time_once(tmp_path):
    settings = Settings()
    con = store(tmp_path, event="""
        at               | tool | action  | actor | seconds | attendee | accepted
        2026-01-05 09:00 | cal  | meeting | 1     | 3600    | 2        |
        2026-01-05 09:30 | cal  | meeting | 1     | 5400    | 2        | 2
        2026-01-05 10:30 | cal  | meeting | 1     | 5400    | 2        | 2
        2026-01-05 13:00 | cal  | meeting | 1     | 1800    | 2        |
        2026-01-09 13:00 | cal  | meeting | 1     | 1800    | 2        |
        """)  # fmt: skip

    [row, agreed] = cells(con, "meeting_hours", settings).sort("variant").rows(named=True)

    assert row["sx"] == pytest.approx(2 * 4.0)
    assert row["sy"] == pytest.approx(2.0)
    assert agreed["sx"] == pytest.approx(
        4.0 + 2.5
    )  # who called them, and who said yes to 9:30-11 and 10:30-12


def test_without_meetings_their_hours_are_not_known(tmp_path):
    settings = Settings()
    con = store(
        tmp_path, event="at | tool | actor | action | to\n 2026-01-05 10:00 | mail | 1 | email | 2"
    )

    assert cells(con, "meeting_hours", settings)["reason"].to_list() == ["no_calendar"] * 2


def test_weeks_missing_of_the_calendar_are_neither_free_of_meetings_nor_too_early(tmp_path):
    """Mail and meetings every day of four weeks; of the calendar the third is missing, of all the fourth of mail as well."""
    days = [date(2026, 1, 5) + timedelta(days=n) for n in range(33)]
    lines = ["at | tool | action | actor | seconds | attendee | to"]
    lines += [
        f"{day} 12:00 | mail | email | 1 | | | 2"
        for day in days
        if not 21 <= (day - days[0]).days < 28
    ]
    lines += [
        f"{day} 09:00 | cal | meeting | 1 | 3600 | 2 |"
        for day in days
        if not 14 <= (day - days[0]).days < 28
    ]
    gap = "tool | valid_from | valid_to\n cal | 2026-01-19 | 2026-02-02\n mail | 2026-01-26 | 2026-02-02"
    con = store(tmp_path, event="\n".join(lines), gap=gap)
    wanted = {"meeting_hours": "", "deliveries_per_day": "total"}
    measures = tuple(
        m
        for m in (*time_cost.MEASURES, *attention.MEASURES)
        if m.metric in wanted and m.variant == "" and (m.bin or "") == wanted[m.metric]
    )

    found = engine.cells(con, panel(con, Settings()), Settings(), measures).filter(
        cut="total", grain="week"
    )

    assert {m: part.sort("period")["reason"].to_list() for (m,), part in found.group_by("metric")} == {
        "meeting_hours": [None, None, "missing_weeks", "missing_weeks", None],
        "deliveries_per_day": [None, None, None, "missing_weeks", None],
    }  # fmt: skip


def by_tool_and_month(folder, chat):
    """Six months of mail by thirty people, a hundred a day; of chat, three times as much, who writes on which day."""
    days = [date(2026, 1, 5) + timedelta(days=n) for n in range(175)]
    lines = ["at | tool | action | actor | to"]
    for n, day in enumerate(days):
        lines += [
            f"{day} 09:{who:02} | mail | email | {who} | {who % 30 + 1}" for who in range(1, 31)
        ]
        lines += [
            f"{day} 1{hour}:{who:02} | chat | post | {who} | {who % 30 + 1}"
            for who in chat(n)
            for hour in range(3)
        ]
    con = store(folder, event="\n".join(lines))
    measures = tuple(
        m for m in time_cost.MEASURES if m.metric == "deliveries_per_day" and m.bin == "total"
    )
    found = engine.cells(con, panel(con, Settings()), Settings(), measures).filter(grain="month")
    return {
        tool: part.sort("period")["reason"].to_list() for (tool,), part in found.filter(pl.col("cut").is_in(["total", "tool"])).group_by("tool")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("chat", "reasons"),
    [
        # in full swing on the first day of its exports, a month later than mail's; on the last, a month earlier
        (lambda n: range(1, 31) if n >= 28 else (), ["short_history", *[None] * 5]),
        (lambda n: range(1, 31) if n < 147 else (), [*[None] * 5, "missing_weeks"]),
        # taken up, and given up, by one after the other
        (lambda n: range(1, min(30, max(0, (n - 28) // 2)) + 1), [None] * 6),
        (lambda n: range(1, min(30, max(0, (147 - n) // 2)) + 1), [None] * 6),
    ],
)
def test_a_total_without_a_tool_that_was_in_use_is_not_told(tmp_path, chat, reasons):
    assert by_tool_and_month(tmp_path, chat)[None] == reasons


def test_months_that_no_calendar_covers_have_unknown_hours_and_not_none(tmp_path):
    """Mail of twelve weeks, meetings of the first four: later months are not free of meetings."""
    days = [date(2026, 1, 5) + timedelta(days=n) for n in range(84)]
    lines = ["at | tool | action | actor | seconds | attendee | to"]
    lines += [f"{day} 12:00 | mail | email | 1 | | | 2" for day in days]
    lines += [f"{day} 09:00 | cal | meeting | 1 | 3600 | 2 |" for day in days[:26]]
    con = store(tmp_path, event="\n".join(lines))
    measures = tuple(
        m
        for m in (*time_cost.MEASURES, *attention.MEASURES)
        if m.metric in {"meeting_hours", "collaboration_hours", "focus_hours", "multitasking_acts"}
        and m.variant == ""
    )

    found = engine.cells(con, panel(con, Settings()), Settings(), measures)

    rows = found.filter(cut="total").filter(
        pl.col("bin").is_null() | pl.col("bin").is_in(["total", "own_acts", "focus"])
    )
    told = {
        (metric, bin_): part.sort("grain", "period")["reason"].to_list()
        for (metric, bin_), part in rows.filter(
            pl.col("grain").is_in(["month", "quarter", "all"])
        ).group_by("metric", "bin")
    }
    # all, three months, the quarter
    late = ["missing_weeks", None, "missing_weeks", "missing_weeks", "missing_weeks"]
    assert told == {
        ("meeting_hours", None): late, ("collaboration_hours", "total"): late, ("focus_hours", "focus"): late,
        ("multitasking_acts", None): late,
        ("collaboration_hours", "own_acts"): [None] * 5,
    }  # fmt: skip


def test_where_most_people_are_in_no_calendar_their_hours_are_unknown(tmp_path):
    everybody = " ".join(map(str, range(2, 11)))
    lines = ["at | tool | action | actor | seconds | attendee | to"]
    lines += [
        f"2026-01-{day:02d} 12:00 | mail | email | 1 | | | {everybody}" for day in range(5, 10)
    ]
    lines += [
        f"2026-01-{day:02d} 09:00 | cal | meeting | 1 | 3600 | {{}} |" for day in range(5, 10)
    ]
    told = {}
    for name, invited in (("few", "2 3 4 5 6 7"), ("most", "2 3 4 5 6 7 8")):
        con = store(tmp_path / name, event="\n".join(lines).replace("{}", invited))
        found = engine.cells(con, panel(con, Settings()), Settings(), OF_ALL_TIME)
        rows = found.filter(
            pl.col("metric").is_in(["meeting_hours", "collaboration_hours"]),
            grain="all",
            variant="",
        )
        told[name] = {
            (r["cut"], r["tool"], r["bin"]): r["reason"]
            for r in rows.rows(named=True)
            if r["bin"] != "call"
        }

    assert [told["few"]["total", None, bin_] for bin_ in (None, "total", "own_acts")] == [
        "low_coverage",
        "low_coverage",
        None,
    ]
    assert told["few"]["tool", "cal", None] is None
    assert [told["most"]["total", None, bin_] for bin_ in (None, "total", "own_acts")] == [
        None,
        None,
        None,
    ]


def test_a_calendar_has_no_messages_to_give_hours_for(tmp_path):
    con = store(tmp_path, event="""
        at               | tool | action  | actor | seconds | attendee | to
        2026-01-05 09:00 | cal  | meeting | 1     | 3600    | 2        |
        2026-01-05 10:00 | mail | email   | 1     |         |          | 2
        """)  # fmt: skip
    measures = tuple(
        m for m in time_cost.MEASURES if m.metric == "collaboration_hours" and m.variant == ""
    )

    found = engine.cells(con, panel(con, Settings()), Settings(), measures).filter(
        grain="all", cut="tool"
    )

    assert {(r["tool"], r["bin"]): r["reason"] for r in found.rows(named=True)} == {
        ("cal", "meeting"): None,
        ("cal", "call"): "no_calendar",
        ("cal", "own_acts"): "not_applicable",
        ("cal", "total"): None,
        ("cal", "reading"): "no_recipients",
        ("mail", "meeting"): "no_calendar",
        ("mail", "call"): "no_calendar",
        ("mail", "own_acts"): None,
        ("mail", "total"): None,
        ("mail", "reading"): None,
    }


def test_a_channel_post_could_have_been_read_by_every_other_member(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | action | actor | space | mention
        2026-01-05 09:00 | post   | 1     | 100   |
        2026-01-05 09:01 | post   | 2     | 100   | 1
        2026-01-09 09:01 | post   | 3     | 100   |
        """,
        space="space | tool | openness\n 100 | slack | public",
        membership="space | tool | person\n 100 | slack | 1\n 100 | slack | 2",
    )

    rows = cells(con, "deliveries_per_day", Settings())

    # Person 1: named once, and 3's post. Person 2: the posts of 1 and 3. Person 3 is no member.
    counts = dict(rows.select("bin", "sx").rows())
    assert counts == {
        "total": 4,
        "direct": 0,
        "mention": 1,
        "group": 0,
        "broadcast": 0,
        "channel": 3,
    }
    assert rows["sy"].to_list() == [15] * 6


def test_without_a_known_time_zone_the_clock_is_not_told(tmp_path):
    settings = Settings(time_zone=None)
    con = store(
        tmp_path, settings=settings,
        event="at | tool | actor | action | to\n 2026-01-05 10:00 | mail | 1 | email | 2",
        person="person | zone_known\n 1 | false\n 2 | false",
    )  # fmt: skip

    assert cells(con, "outside_hours_share", settings)["reason"].to_list() == ["no_time_zone"]


def test_the_day_of_the_clock_change_is_counted_in_local_hours(tmp_path):
    # 29 March 2026: Rome jumps from 2:00 to 3:00; Monday 06:30 UTC is 8:30 there, before nine
    settings = Settings(time_zone="Europe/Rome")
    con = store(
        tmp_path, zone="Europe/Rome", settings=settings,
        event="at | tool | actor | action | to\n 2026-03-27 08:30 | mail | 1 | email | 2\n 2026-03-30 06:30 | mail | 1 | email | 2",
    )  # fmt: skip

    [row] = cells(con, "outside_hours_share", settings).rows(named=True)

    assert (row["sx"], row["sy"]) == (1, 2)


def test_cost_is_hours_times_a_range_and_null_without_a_price():
    hours = pl.DataFrame(
        {"metric": ["collaboration_hours"], "variant": [""], "bin": ["total"], "grain": ["all"], "period": [None],
         "division": [None], "department": [None], "level": [None], "location": [None], "tool": [None], "value": [1.0], "n": [8],
         "numerator": [8.0 * 46], "denominator": [8.0 * 46], "coverage": [1.0], "reason": [None]},
        schema_overrides={"period": pl.Date, "division": pl.String, "department": pl.String, "level": pl.String, "location": pl.String, "tool": pl.String, "reason": pl.String},
    )  # fmt: skip

    [priced] = time_cost.cost(hours, (60.0, 75.0, 90.0)).rows(named=True)
    [unpriced] = time_cost.cost(hours, None).rows(named=True)

    assert (priced["numerator"], priced["value"]) == (
        27_600,
        28_000,
    )  # 8 people × 1 h × 75 × 46 weeks
    assert (priced["low"], priced["high"]) == (22_000, 34_000)
    assert (unpriced["value"], unpriced["reason"]) == (None, "no_cost")


def test_a_meeting_in_a_calendar_and_in_the_list_of_who_came_takes_its_time_once(tmp_path):
    con = store(tmp_path, event="""
        at               | tool     | action  | actor | seconds | attendee
        2026-01-05 09:00 | calendar | meeting | 1     | 3600    | 2
        2026-01-05 09:05 | teams    | meeting | 1     | 3600    | 2
        2026-01-09 13:00 | teams    | meeting | 1     | 1800    | 2
        """)  # fmt: skip

    rows = cells(con, "meeting_hours", Settings(), variant="").sort("tool", nulls_last=True)

    # together from 09:00 to 10:05 and from 13:00 to 13:30, for each of the two
    hours = dict(rows.select("tool", "sx").iter_rows())
    assert hours[None] == pytest.approx(2 * (65 + 30) / 60)
