"""How soon people first take part, and who came first: hand cases, a published person query, and what cannot be told."""

from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from analytics.metrics import engine, first_use, uptake
from analytics.metrics.panel import panel
from analytics.statistics.interval import interval
from pages.parts.first_use_view import title
from tests.drawn import Settings, store

SETTINGS = Settings(threshold=5)
MONDAY = date(2026, 1, 5)
LAST = 40  # Saturday of the sixth week


def company(folder, firsts, *, seats=True, **more):
    """Each person posts first on that day after the first Monday (None: never); one of them also on the last day."""
    days = [(person, day) for person, day in enumerate(firsts, 1) if day is not None]
    days.append((days[0][0], LAST))
    posts = [f"{MONDAY + timedelta(days=day)} 10:00 | {person}" for person, day in days]
    drawn = {
        "seat": "\n".join(["tool | person", *(f"slack | {i + 1}" for i in range(len(firsts)))])
    }
    org = [f"{i + 1} | {'A' if i % 2 else 'B'}" for i in range(len(firsts))]
    return store(
        folder,
        event="\n".join(["at | actor", *posts]),
        org="\n".join(["person | department", *org]),
        **(drawn if seats else {}),
        **more,
    )


def told(con, metric, cut="total"):
    measures = tuple(m for m in first_use.MEASURES if m.metric == metric)
    return engine.cells(con, panel(con, SETTINGS), SETTINGS, measures).filter(cut=cut)


def test_time_to_adoption_counts_those_who_never_came(tmp_path):
    con = company(tmp_path, [0, 6, 7, 27, 28, None, None, None, None, None])

    rows = told(con, "time_to_adoption")

    known = rows.filter(pl.col("reason").is_null(), variant="")
    assert dict(known.select("bin", "sx").rows()) == {"1": 2, "2": 3, "3": 3, "4": 4}
    assert set(known["sy"]) == {10}


def test_weeks_that_the_exports_do_not_reach_have_a_reason(tmp_path):
    con = company(tmp_path, [0, 6, 7, 27, 28, None, None, None, None, None])

    rows = told(con, "time_to_adoption")

    assert set(rows.filter(pl.col("bin").is_in(["6", "13", "52"]))["reason"]) == {"short_history"}


def missing(first, last):
    """Days of which no export tells, both included, counted from the first Monday."""
    return f"tool | valid_from | valid_to\n slack | {MONDAY + timedelta(days=first)} | {MONDAY + timedelta(days=last + 1)}"


def test_who_came_in_missing_weeks_is_not_known_and_nobody_is_taken_for_not_having_come(tmp_path):
    """Of ten, two come in the first week and one in the second; the third and fourth are missing, the two after them may have come then."""
    con = company(tmp_path, [0, 6, 7, 28, 29, *[None] * 5], gap=missing(14, 27))

    rows = told(con, "time_to_adoption").filter(variant="")

    assert dict(
        rows.drop_nulls("sx").filter(pl.col("reason").is_null()).select("bin", "sx").rows()
    ) == {"1": 2, "2": 3}
    assert dict(rows.filter(pl.col("reason").is_not_null()).select("bin", "reason").rows()[:3]) == {
        "3": "missing_weeks", "4": "missing_weeks", "6": "short_history",
    }  # fmt: skip


@pytest.mark.parametrize(("first", "reason"), [(7, "missing_weeks"), (14, None)])
def test_who_came_first_is_told_where_no_week_is_missing_before_them(tmp_path, first, reason):
    """Four of 25 are reached in the second week."""
    con = company(tmp_path, [0, 1, 7, 8, 9, 30, *[None] * 19], gap=missing(first, first + 13))

    assert told(con, "adopter_category")["reason"].to_list() == [reason]


def test_a_first_time_in_any_tool_is_not_known_while_one_of_them_is_not(tmp_path):
    """Person 2 has a seat in mail alone, which is told throughout; of person 1 the third week in chat is missing."""
    posts = [f"{MONDAY + timedelta(days=day)} 10:00 | {tool} | {who}" for day, tool, who in (
        (0, "mail", 2), (0, "slack", 3), (32, "slack", 3), (32, "mail", 2))]  # fmt: skip
    con = store(
        tmp_path, event="\n".join(["at | tool | actor", *posts]), gap=missing(14, 20),
        seat="tool | person\n slack | 1\n mail | 1\n mail | 2\n slack | 3",
    )  # fmt: skip

    rows = told(con, "time_to_adoption").filter(variant="")

    known = rows.filter(pl.col("reason").is_null())
    assert {row[0]: row[1:] for row in known.select("bin", "sx", "sy").rows()} == {
        "1": (2, 3), "2": (2, 3),
    }  # fmt: skip
    assert rows.filter(bin="3")["reason"].to_list() == [
        "missing_weeks"
    ]  # it is known of one in three


def test_a_curve_ends_where_most_are_no_longer_watched(tmp_path):
    """Mail is told for six weeks and a day, chat for the last four: of the three who have mail alone no sixth week is shown."""
    posts = [(0, "mail", 1), (14, "slack", 4), (42, "slack", 4), (42, "mail", 1)]
    lines = [f"{MONDAY + timedelta(days=day)} 10:00 | {tool} | {who}" for day, tool, who in posts]
    seats = [f"mail | {who}" for who in (1, 2, 3)] + [f"slack | {who}" for who in range(4, 11)]
    con = store(
        tmp_path,
        event="\n".join(["at | tool | actor", *lines]),
        seat="\n".join(["tool | person", *seats]),
    )

    rows = told(con, "time_to_adoption").filter(variant="")

    known = rows.filter(pl.col("reason").is_null())
    assert known.select("bin", "sx", "sy").rows()[-1] == ("4", 2, 10)
    assert rows.filter(bin="6").select("sy", "reason").rows() == [(3, "short_history")]


def test_a_habit_begins_with_the_ninth_week_of_twelve(tmp_path):
    """Nine weeks in a row end with the ninth; nine of thirteen weeks are none; nine of twelve end with the twelfth."""
    weeks = {1: range(9), 2: [*range(8), 12], 3: [*range(8), 11], 4: [13]}
    posts = [
        f"{MONDAY + timedelta(weeks=w)} 10:00 | {person}"
        for person, own in weeks.items()
        for w in own
    ]
    con = store(
        tmp_path,
        event="\n".join(["at | actor", *posts, f"{MONDAY + timedelta(days=14 * 7 - 1)} 10:00 | 4"]),
        org="\n".join(["person | department", *(f"{person} | A" for person in weeks)]),
        seat="\n".join(["tool | person", *(f"slack | {person}" for person in weeks)]),
    )

    rows = told(con, "time_to_adoption").filter(variant="habit")

    known = rows.filter(pl.col("reason").is_null())
    assert dict(known.select("bin", "sx").rows()) == {"10": 1, "13": 2}
    assert set(known["sy"]) == {4}
    assert set(rows.filter(pl.col("bin").is_in(["17", "52"]))["reason"]) == {"short_history"}


def test_habits_of_a_person_query_begin_in_the_published_weeks(shared):
    """vivainsights' person query, two hours of multitasking: 2, 9, 22, 38, 18, 8 of 300 in the ninth to the fourteenth week, 242 in all."""
    weeks = pl.read_csv(shared / "data/vivainsights/pq_data.csv", infer_schema_length=None).select(
        person="PersonId", week=pl.col("MetricDate").str.to_date(), acts=(pl.col("Multitasking_hours") >= 2).cast(pl.Int64), tool=pl.lit(None, pl.String)
    )  # fmt: skip
    con = duckdb.connect()
    con.register("seated_week", weeks.to_arrow())
    [habit] = [part for part in uptake.SEATED.split(";") if "table seated_habit" in part]

    con.execute(habit.format(of_them=uptake.OF_THEM, habit_weeks=12))

    first = f"date '{weeks['week'].min()}'"
    counts = con.sql(f"select (day - 6 - {first}) // 7, count(*) from seated_habit group by 1 order by 1").fetchall()  # fmt: skip
    assert counts[:6] == [(8, 2), (9, 9), (10, 22), (11, 38), (12, 18), (13, 8)]
    assert sum(people for _, people in counts) == 242


@pytest.mark.parametrize("metric", ["time_to_adoption", "adopter_category"])
def test_without_seats_the_reason_is_said(tmp_path, metric):
    con = company(tmp_path, [0, 6, 7, 27, 28], seats=False)

    assert set(told(con, metric)["reason"]) == {"no_seats"}


def test_a_share_of_people_watched_alike_has_the_interval_of_the_life_table():
    """Ten people, six events in all by then: Greenwood's variance is that of a share, so the ends are worked by hand."""
    cells = pl.DataFrame(
        {"n": [10.0], "sx": [6.0], "sy": [10.0], "sxx": [6.0], "sxy": [6.0], "syy": [10.0]}
    )

    [row] = interval(cells, "survival").select("value", "low", "high").rows()

    # S = .4: ln(−ln S) ± 1.959964 · √(.6/(10·.4)) / |ln .4|
    assert row == pytest.approx((0.6, 1 - 0.670203, 1 - 0.122694), abs=2e-6)


def test_adopter_category_shares_the_week_in_which_the_first_are_reached(tmp_path):
    """Of 25 with a seat the first four count: two of the first week, and two thirds of each of the three of the second."""
    con = company(tmp_path, [0, 1, 7, 8, 9, 20, *[None] * 19])

    company_wide, parts = told(con, "adopter_category"), told(con, "adopter_category", "department")

    assert company_wide.select("sx", "sy", "reason").row(0) == (pytest.approx(4), 25, None)
    assert dict(parts.select("department", "sx").rows()) == {
        "A": pytest.approx(1 + 2 / 3),
        "B": pytest.approx(1 + 4 / 3),
    }


def test_who_came_first_is_not_told_where_the_start_lies_before_the_exports(tmp_path):
    con = company(tmp_path, [0, 1, 2, 3, 4, 5, 20, *[None] * 18])

    assert told(con, "adopter_category")["reason"].to_list() == ["short_history"]


@pytest.fixture(scope="module")
def habits(shared):
    """Return person, department and first_on of vivainsights' person query: the first week with two hours of multitasking in nine of the last twelve."""
    weeks = pl.read_csv(shared / "data/vivainsights/pq_data.csv", infer_schema_length=None)
    return (
        weeks.select(
            "PersonId", "Organization", week=pl.col("MetricDate").str.to_date(), used=pl.col("Multitasking_hours") >= 2
        )
        .sort("PersonId", "week")
        .with_columns(
            is_habit=pl.col("used").cast(pl.Int32).rolling_sum(12, min_samples=1).over("PersonId") >= 9
        )
        .group_by("PersonId")
        .agg(
            department=pl.col("Organization").last(),
            first_on=pl.col("week").filter("is_habit").min(),
        )
    )  # fmt: skip


def first_of(habits):
    """Return {department: (share of its people among the first, sum of their fractions)}."""
    con = duckdb.connect()
    told = habits.with_columns(enabled=True, period=pl.lit(1), tool=pl.lit(None, pl.String))
    con.register("frame", told.to_arrow())
    rows = con.sql(
        f"select department, avg(x), sum(x) from (select department, {first_use.EARLY} as x from frame) group by 1"
    ).fetchall()
    return {name: (round(share, 6), round(mass, 9)) for name, share, mass in rows}


def test_adopter_category_of_a_person_query_equals_the_published_shares(habits):
    """Legal was noted as .163276, which no people can give: of 44 of whom each counts whole, not, or for 15 of 38, the shares are
    multiples of 1/(38 · 44). Six whole people and three of that week are 273 of them, .163278.
    """
    shares = first_of(habits)

    assert {name: share for name, (share, _) in shares.items()} == {
        "Finance": 0.087848, "HR": 0.253589, "IT": 0.178793, "Legal": 0.163278, "Operations": 0.279904,
        "Research": 0.134109, "Sales": 0.091093,
    }  # fmt: skip
    assert sum(mass for _, mass in shares.values()) == pytest.approx(48)
    of_legal = {round(i / (38 * 44), 6) for i in range(38 * 44)}
    assert 0.163278 in of_legal and 0.163276 not in of_legal


def test_once_the_first_are_there_every_quarter_would_repeat_the_whole_period(habits):
    """docs/decisions/0020: why the figure has no quarters."""
    ends = [date(2024, 6, 30), date(2024, 9, 29)]
    by_then = [
        habits.with_columns(first_on=pl.when(pl.col("first_on") <= end).then("first_on"))
        for end in ends
    ]

    assert [known["first_on"].count() for known in by_then] == [97, 200]
    assert [first_of(known) for known in by_then] == [first_of(habits)] * 2
    assert {measure.grains for measure in first_use.ADOPTER_CATEGORY} == {("all",)}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0.2, 0.5, 0.6], "At least half of them had contributed after 4 weeks"),
        ([0.2, 0.49, 0.499], "Fewer than half of them had contributed after 13 weeks"),
        ([], "How long until people first contribute?"),
    ],
)
def test_the_title_says_half_only_where_half_had_come(values, said):
    told = pl.DataFrame({"weeks": [2, 4, 13][: len(values)], "value": values})

    assert title(told) == said
