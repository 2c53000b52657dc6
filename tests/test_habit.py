"""Habit, segments, seats, several tools and reach: vivainsights' own output, hand cases, and what cannot be told."""

from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from analytics.calendars import Place
from analytics.metrics import catalogue, engine, forecast, habit, seats, several_tools
from analytics.metrics.panel import panel
from tests.drawn import ALWAYS, NEVER, Settings, laid, local_columns, store, write

SETTINGS = Settings()
MONDAY = date(2026, 1, 5)
TWO_TOOLS = {
    "event": """
        at               | tool  | actor | action
        2026-01-05 10:00 | slack | 1     | post
        2026-01-05 10:00 | mail  | 1     | email
        2026-01-05 10:00 | mail  | 2     | email
        2026-01-05 10:00 | slack | 4     | post
        2026-02-06 10:00 | slack | 9     | post
        2026-02-06 10:00 | mail  | 9     | email
        """,
    "person": "person\n 1\n 2\n 3\n 4\n 9",
    "org": "person | department\n 1 | A\n 2 | A\n 3 | B\n 4 | B",
    "seat": "tool | person\n slack | 1\n slack | 2\n slack | 3\n slack | 4\n mail | 1\n mail | 2\n mail | 3\n mail | 4",
}


def cells(con, metric, **where):
    measures = tuple(m for m in catalogue.MEASURES if m.metric == metric)
    found = engine.cells(con, panel(con, SETTINGS), SETTINGS, measures)
    return found.filter(**{"cut": "total", "grain": "all"} | where)


def sums(rows):
    return {bin_: (x, y) for bin_, x, y in rows.select("bin", "sx", "sy").iter_rows()}


def weekly(folder, *weeks, seat_from=None):
    """Each person posts once a week in these weeks after the first Monday; one more is there in every week from 0 to 12."""
    every = [*weeks, range(13)]
    posts = [
        f"{MONDAY + timedelta(weeks=week, days=day)} 10:00 | {person}"
        for person, own in enumerate(every, 1)
        for week in own
        for day in ((0, 4) if person == len(every) else (0,))
    ]
    seats = [f"slack | {i} | {seat_from if i == 1 and seat_from else '1900-01-01'}" for i in range(1, len(every) + 1)]  # fmt: skip
    return store(
        folder,
        event="\n".join(["at | actor", *posts]),
        seat="\n".join(["tool | person | valid_from", *seats]),
    )


def test_a_habit_takes_nine_of_the_last_twelve_calendar_weeks(tmp_path):
    con = weekly(tmp_path, range(4, 13), range(5, 13), range(9))  # 9, 8, and 8 inside the window

    [row] = cells(con, "habit", variant="").rows(named=True)

    assert (row["sx"], row["sy"]) == (2, 4)


def test_weeks_of_three_public_holidays_shrink_both_the_nine_and_the_twelve(tmp_path):
    """4 to 6 May 2026 are free in Japan: there eight of the eleven other weeks are a habit, in Italy they are none."""
    first = date(2026, 3, 2)
    posts = [
        f"{first + timedelta(weeks=week)} 10:00 | {person}"
        for person in (1, 2)
        for week in range(8)
    ]
    posts += [f"{first} 10:00 | 3", f"{first + timedelta(weeks=11, days=4)} 10:00 | 3"]
    con = store(
        tmp_path, event="\n".join(["at | actor", *posts]), seat="tool | person\n slack | 1\n slack | 2\n slack | 3",
        org="person | location\n 1 | Kyoto\n 2 | Milano\n 3 | Milano",
        settings=Settings(places={"kyoto": Place("JP"), "milano": Place("IT")}),
    )  # fmt: skip

    [row] = cells(con, "habit", variant="").rows(named=True)

    assert (row["sx"], row["sy"]) == (1, 3)


def test_whoever_got_the_seat_within_the_twelve_weeks_is_not_asked(tmp_path):
    con = weekly(tmp_path, range(4, 13), seat_from=MONDAY + timedelta(weeks=2))

    [row] = cells(con, "habit", variant="", grain="month", period=date(2026, 3, 2)).rows(named=True)

    assert row["sy"] == 1


@pytest.mark.parametrize("metric", ["habit", "usage_segment"])
def test_before_twelve_weeks_a_habit_is_not_told(tmp_path, metric):
    con = weekly(tmp_path, range(4, 13))

    told = cells(con, metric, grain="month").filter(pl.col("variant") == "").sort("period")

    assert told.filter(period=date(2026, 2, 2))["reason"].unique().to_list() == ["short_history"]
    assert told.filter(period=date(2026, 3, 2))["reason"].unique().to_list() == [None]


def test_without_seats_no_habit_is_told(tmp_path):
    con = store(tmp_path, event="at | tool | actor | action\n 2026-01-05 10:00 | mail | 1 | email")

    assert set(cells(con, "habit")["reason"]) == {"no_seats"}


def test_the_five_segments_are_everybody_and_none_twice(tmp_path):
    con = weekly(tmp_path, range(4, 13), range(5, 13), [3], [])

    told = sums(cells(con, "usage_segment"))

    # twice a week in every week and once in nine: habitual; once in eight weeks or one: low; never: non
    assert told == {
        "enabled": (5, 5), "power": (0, 5), "habitual": (2, 5), "novice": (0, 5), "low": (2, 5), "non": (1, 5),
    }  # fmt: skip


@pytest.fixture(scope="session")
def multitasking(shared):
    """Return person, week, hours of vivainsights' person query."""
    query = pl.read_csv(shared / "data/vivainsights/pq_data.csv", infer_schema_length=None)
    return query.select(
        person=pl.col("PersonId").rank("dense").cast(pl.Int64),
        # their weeks begin on Sundays, ours on Mondays
        week=pl.col("MetricDate").str.to_date() + timedelta(days=1),
        hours="Multitasking_hours",
    )


def test_habit_equals_that_of_vivainsights_in_every_week_with_a_full_window(
    shared, multitasking, tmp_path
):
    """One post in every week with two hours; somebody whom nobody counts is there from the first Monday to the last Friday."""
    active = multitasking.filter(pl.col("hours") >= 2).select("person", at="week")
    ends = pl.DataFrame({"person": [-1, -1], "at": [multitasking["week"].min(), multitasking["week"].max() + timedelta(days=4)]})  # fmt: skip
    rows = pl.concat([active, ends]).with_columns(us=pl.col("at").cast(pl.Datetime("us")).dt.epoch("us"))  # fmt: skip
    events = local_columns(rows.drop("at"), "UTC").with_columns(
        event=pl.int_range(pl.len()), tool=pl.lit("viva"), action=pl.lit("post"), is_timed=pl.lit(True), actor="person",
        **dict.fromkeys(("space", "thread", "in_reply_to", "recipients", "seconds", "words", "is_question", "mentions")),
    )  # fmt: skip
    people = multitasking.select("person").unique().sort("person")
    about = people.with_columns(kind=pl.lit("human"), time_zone=pl.lit("UTC"), zone_known=pl.lit(True), in_org=pl.lit(False))  # fmt: skip
    seat = people.with_columns(tool=pl.lit("viva"), valid_from=pl.lit(ALWAYS), valid_to=pl.lit(NEVER))  # fmt: skip
    con = write(tmp_path, {"event": events, "person": about, "seat": seat})

    rows = cells(con, "habit", grain="week", variant="").filter(pl.col("reason").is_null())

    theirs = pl.read_csv(shared / "data/vivainsights/expected/py_habit_multitasking_t2_w9_12.csv")
    expected = theirs.select(pl.col("MetricDate").str.to_date() + timedelta(days=1), "IsHabit")
    ours = rows.sort("period").select("period", pl.col("sx") / pl.col("sy"))
    assert ours.rows() == expected.tail(24).rows()
    assert round(ours.row(-1)[1], 6) == 0.263333
    assert set(rows["sy"]) == {300}


def test_what_is_much_hangs_on_the_tool_and_all_together_take_the_largest():
    con = duckdb.connect()
    con.execute(
        "create table seated_tool as select unnest(['viva_engage', 'jira', 'mail']) as tool"
    )

    told = con.sql(f"select tool, {habit.power('tool')} from seated_tool order by tool").fetchall()

    assert told == [("jira", 15), ("mail", 25), ("viva_engage", 5)]
    assert con.sql(f"select {habit.OF_ALL}").fetchall() == [(25,)]


def test_segments_equal_those_of_vivainsights(shared, multitasking):
    """Their hours stand in for acts, so the rules themselves are asked, on every week with a full window."""
    rolled = multitasking.sort("person", "week").with_columns(
        long_acts=pl.col("hours").rolling_sum(12).over("person"),
        long_active_weeks=(pl.col("hours") >= 1).cast(pl.Int32).rolling_sum(12).over("person"),
        long_weeks=12,
    )
    con = duckdb.connect()
    con.register("frame", rolled.drop_nulls().to_arrow())
    theirs_at = habit.segments("15")  # an assistant's actions
    counts = ", ".join(f"count(*) filter ({x}) as {name}" for name, x in theirs_at.items())

    ours = con.sql(f"select week, {counts} from frame group by week order by week").pl()

    theirs = pl.read_csv(shared / "data/vivainsights/expected/py_usage12w_multitasking.csv").tail(
        24
    )
    names = {"Power User": "power", "Habitual User": "habitual", "Novice User": "novice", "Low User": "low", "Non-user": "non"}  # fmt: skip
    expected = theirs.rename(names).select(pl.col(name).cast(pl.Int64) for name in habit.SEGMENTS)
    assert ours.drop("week").rows() == expected.rows()
    assert ours.select("novice", "habitual").rows()[-2:] == [(79, 221), (80, 220)]


# ------------------------------------------------------------------ several tools


def test_people_in_two_tools_are_counted_person_by_person_and_pair_by_pair(tmp_path):
    """Persons 1 and 4 chat, 1 and 2 mail; 9 has no seat. tool_pair by hand: 1 of 2 either way, and nothing of a tool beside itself."""
    con = store(tmp_path, **TWO_TOOLS)
    measures = tuple(m for m in catalogue.MEASURES if m.metric == "multi_tool")

    found = engine.cells(con, panel(con, SETTINGS), SETTINGS, measures, several_tools.pairs)
    found = found.filter(grain="all")

    told = sums(found.filter(cut="total"))
    assert told["two"] == (1, 4)  # .25
    assert told["just_one"] == (2, 4)
    assert told["of_enabled"] == (4, 8)  # .5
    pairs = found.filter(cut="tool", metric="tool_pair").select("tool", "bin", "sx", "sy").rows()
    assert sorted(pairs) == [("mail", "slack", 1, 2), ("slack", "mail", 1, 2)]


def test_three_tools_are_not_told_of_two(tmp_path):
    rows = cells(store(tmp_path, **TWO_TOOLS), "multi_tool")

    assert dict(rows.select("bin", "reason").rows()) == {
        "just_one": None, "just_two": "not_applicable", "three": "not_applicable", "two": None, "of_enabled": None,
    }  # fmt: skip


def test_a_tool_whose_exports_hold_no_acts_is_none_of_several(tmp_path):
    """Engage is known from its vendor's counts: that nobody did anything in it cannot be said."""
    seats = "tool | person\n" + "\n".join(f" {tool} | {i}" for tool in ("slack", "engage") for i in (1, 2, 3, 4))  # fmt: skip
    rows = cells(store(tmp_path, **TWO_TOOLS | {"seat": seats}), "multi_tool")

    assert dict(rows.select("bin", "reason").rows())["two"] == "not_applicable"
    assert sums(rows)["just_one"] == (2, 4)


def test_adoption_score_asks_for_messages_in_two_tools(tmp_path):
    """Person 1 wrote in both; person 2 wrote a mail and only reacted in the chat."""
    about = TWO_TOOLS | {
        "event": TWO_TOOLS["event"] + "\n 2026-01-19 10:00 | slack | 2 | reaction\n 2026-01-19 11:00 | slack | 1 | post\n 2026-01-19 11:00 | mail | 1 | email"
    }  # fmt: skip

    [row] = cells(store(tmp_path, **about), "active_people", variant="adoption_score").rows(named=True)  # fmt: skip

    assert (row["sx"], row["sy"]) == (1, 4)


# ------------------------------------------------------------------ seats

STAFF = "\n".join(["person | department", *(f"{i} | A" for i in range(1, 13))])
NINE = "\n".join(["tool | person", *(f"slack | {i}" for i in range(1, 10))])


def opened_by_seven(folder):
    acts = [f"2026-01-{day:02} 10:00 | {person} | {action}" for person, day, action in (
        (1, 5, "post"), (1, 30, "post"), *((person, 6, "view") for person in range(2, 8)),
    )]  # fmt: skip
    return store(folder, event="\n".join(["at | actor | action", *acts]), org=STAFF, seat=NINE)


def test_seats_are_counted_of_the_staff_and_claimed_ones_of_the_seats(tmp_path):
    told = sums(cells(opened_by_seven(tmp_path), "seats"))
    figure = pl.DataFrame(
        {"metric": "seats", "bin": "enabled", "grain": "all", "period": None, "department": None, "value": 1.0,
         "low": 0.7, "numerator": told["enabled"][0], "denominator": told["enabled"][1], "reason": None},
        schema_overrides={"period": pl.Date, "department": pl.String, "reason": pl.String},
    )  # fmt: skip
    staff = pl.DataFrame({"quarter": [None], "department": ["A"], "headcount": [12]}, schema_overrides={"quarter": pl.Date})  # fmt: skip

    [row] = seats.over_headcount(figure, staff).rows(named=True)

    assert (row["value"], row["low"], row["denominator"]) == (0.75, None, 12)
    assert told["claimed"] == (7, 9)  # .777778


def test_without_an_hr_file_seats_have_no_denominator(tmp_path):
    figure = pl.DataFrame(
        {"metric": ["seats"], "bin": ["enabled"], "grain": ["all"], "period": [None], "department": [None],
         "value": [1.0], "numerator": [9.0], "denominator": [9.0], "reason": [None]},
        schema_overrides={"period": pl.Date, "department": pl.String, "reason": pl.String},
    )  # fmt: skip
    nobody = pl.DataFrame(schema={"quarter": pl.Date, "department": pl.String, "headcount": pl.UInt32})  # fmt: skip

    [row] = seats.over_headcount(figure, nobody).rows(named=True)

    assert (row["value"], row["numerator"], row["reason"]) == (None, None, "no_org")


def with_report(folder, licences):
    """Twelve people in the HR file, so many of them and a thirteenth person licensed for Engage, which nobody's acts tell of."""
    seat = [*(f"engage | {i}" for i in range(1, licences + 1)), "engage | 13"]
    con = store(
        folder, event="at | actor\n 2026-01-05 10:00 | 1", org=STAFF, seat="\n".join(["tool | person", *seat]),
        person="\n".join(["person", *(str(i) for i in range(1, 14))]),
    )  # fmt: skip
    con.execute(
        "create view usage as select 'engage' as tool, 1 as person, null::bigint as space,"
        " date '2026-01-01' as valid_from, date '2026-01-31' as valid_to, 'read' as measure, 3.0 as value"
    )
    return con


@pytest.mark.parametrize(
    ("licences", "told"),
    [
        (9, (0.75, 9, 12, None)),
        (10, (None, None, None, "nearly_all_or_none")),
        (4, (None, None, None, "small_group")),
    ],
)
def test_licences_of_a_vendors_report_are_counted_of_the_staff(tmp_path, licences, told):
    rows = seats.reported(with_report(tmp_path, licences), threshold=5)

    assert rows.select("value", "numerator", "denominator", "reason").rows() == [told]
    assert rows["tool"].to_list() == ["engage"]


def test_whether_a_seat_was_ever_opened_is_not_told_without_views(tmp_path):
    con = store(tmp_path, event="at | actor\n 2026-01-05 10:00 | 1", org=STAFF, seat=NINE)

    reasons = dict(cells(con, "seats").select("bin", "reason").rows())

    assert reasons == {"enabled": None, "claimed": "no_views", "used": "no_views"}


# ------------------------------------------------------------------ reach

OPENED = """
at               | actor | action | space
2026-01-05 10:00 | 1     | post   | 7
2026-01-06 10:00 | 2     | view   | 7
2026-01-07 10:00 | 3     | view   | 7
2026-01-08 10:00 | 3     | view   | 7
2026-01-14 10:00 | 2     | view   | 7
2026-01-19 10:00 | 1     | post   | 7
2026-01-20 10:00 | 1     | view   | 7
2026-01-30 10:00 | 4     | view   | 8
"""


def test_reach_asks_who_opened_a_space_in_the_weeks_with_a_post(tmp_path):
    con = store(
        tmp_path, event=OPENED, space="space | tool\n 7 | slack\n 8 | slack",
        membership="space | tool | person\n 7 | slack | 1\n 7 | slack | 2\n 7 | slack | 3\n 8 | slack | 4",
    )  # fmt: skip

    [row] = cells(con, "meaningful_reach").rows(named=True)

    assert (row["sx"], row["sy"], row["reason"]) == (3, 6, None)


def test_reach_is_not_told_where_nobody_says_who_opened_what(tmp_path):
    con = store(tmp_path, event="at | actor\n 2026-01-05 10:00 | 1\n 2026-01-30 10:00 | 1")

    assert cells(con, "meaningful_reach")["reason"].to_list() == ["no_views"]


# ------------------------------------------------------------------ forecast

COME = (8, 9, 11, 13, 16, 18, 21, 23, 24, 24, 22, 20, 17, 14, 11, 9, 7, 5, 4, 3)


def started(folder, come, people=400, **more):
    """So many post for the first time in week 1, 2 …, and one of the last once more on that week's Friday."""
    posts, person = [], 0
    for week, number in enumerate(come):
        for _ in range(number):
            person += 1
            posts.append(f"{MONDAY + timedelta(weeks=week)} 10:00 | {person}")
    posts.append(f"{MONDAY + timedelta(weeks=len(come) - 1, days=4)} 10:00 | {person}")
    seat = "\n".join(["tool | person", *(f"slack | {i}" for i in range(1, people + 1))])
    return store(folder, event="\n".join(["at | actor", *posts]), seat=seat, **more)


def foretold(con, department=None):
    found = forecast.figures(laid(con, SETTINGS))
    return found.filter(pl.col("tool").is_null(), pl.col("department").eq_missing(department))


def test_a_forecast_past_the_peak_is_that_of_the_worked_case(tmp_path):
    """Everybody who comes stands in A, which is the worked case by itself; the fifty of B are too few for a curve of their own."""
    org = "\n".join(["person | department", *(f"{i} | {'A' if i <= 400 else 'B'}" for i in range(1, 451))])  # fmt: skip
    con = started(tmp_path, COME, 450, org=org)

    rows = foretold(con, "A")

    assert foretold(con, "B").is_empty()
    assert foretold(con)["n"].unique().to_list() == [450]
    told = dict(rows.select("bin", "value").rows())
    assert told["ceiling"] == 0.72  # .719724, as fine as is published
    assert told == {"ceiling": 0.72, "4": 0.71, "13": 0.72, "26": 0.72}
    assert set(rows["n"]) == {400}
    assert (rows["low"] <= rows["value"]).all()
    assert (rows["value"] <= rows["high"]).all()


@pytest.mark.parametrize(
    ("come", "people", "reason"),
    [
        (COME[:6], 400, "not_identified"),
        (COME[:7], 99, "small_group"),
        ((2, 0, 3, 1), 400, "too_little_traffic"),
        (
            (90, 40, 20, 10),
            400,
            "short_history",
        ),  # nearly a quarter in the first week: it began before
    ],
)
def test_before_a_curve_can_be_told_the_reason_is(tmp_path, come, people, reason):
    con = started(tmp_path, come, people)

    rows = foretold(con)

    assert rows.select("bin", "value", "reason").rows() == [("ceiling", None, reason)]


def test_where_weeks_are_missing_no_curve_is_drawn_through_them(tmp_path):
    gap = f"tool | valid_from | valid_to\n slack | {MONDAY + timedelta(weeks=4)} | {MONDAY + timedelta(weeks=7)}"
    con = started(tmp_path, (*COME[:4], 0, 0, 0, *COME[7:]), 400, gap=gap)

    assert foretold(con).select("bin", "value", "reason").rows() == [
        ("ceiling", None, "missing_weeks")
    ]


def test_a_forecast_needs_to_know_the_seats(tmp_path):
    con = store(tmp_path, event="at | actor\n 2026-01-05 10:00 | 1")

    assert foretold(con)["reason"].to_list() == ["no_seats"]
