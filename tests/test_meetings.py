"""Meetings against Viva Insights' own sample and against days worked out by hand."""

from dataclasses import replace

import polars as pl
import pytest

from analytics.metrics import engine, meetings
from analytics.metrics.panel import panel
from tests.drawn import Settings, local_columns, store, write

SETTINGS = Settings()
ALL = tuple(replace(measure, grains=("all",)) for measure in meetings.MEASURES)
THREE_OVERLAPPING = """
    at               | tool | action  | actor | seconds | attendee
    2026-01-05 09:00 | cal  | meeting | 1     | 3600    | 2
    2026-01-05 09:30 | cal  | meeting | 1     | 5400    | 2
    2026-01-05 10:30 | cal  | meeting | 1     | 5400    | 2
    2026-01-05 13:00 | cal  | meeting | 1     | 1800    | 2
    2026-01-05 18:00 | mail | email   | 1     |         |
    """


def sums(con):
    """Return {metric: {bin: row of sums}} of the company for the whole time."""
    cells = engine.cells(con, panel(con, SETTINGS), SETTINGS, ALL)
    rows = cells.filter(pl.col("grain") == "all", pl.col("cut") == "total").rows(named=True)
    return {
        metric: {row["bin"]: row for row in rows if row["metric"] == metric}
        for metric in dict.fromkeys(row["metric"] for row in rows)
    }


@pytest.fixture(scope="module")
def overlapping(tmp_path_factory):
    return sums(store(tmp_path_factory.mktemp("overlapping"), event=THREE_OVERLAPPING))


def hours(rows):
    return {name: row["sx"] for name, row in rows.items()}


@pytest.fixture(scope="module")
def sample(shared):
    """Return Viva Insights' sample of 2,001 meetings: event, attendees, hours long, hours of all attendees."""
    log = pl.read_csv(shared / "data/vivainsights/wpa_mt_data.csv", infer_schema_length=None)
    return log.with_row_index("event", 1).select(
        pl.col("event").cast(pl.Int64),
        at=pl.col("StartDate").cast(pl.String).str.to_date() + pl.duration(hours=9),
        people="Attendees",
        long="DurationHours",
        hours="Attendee_meeting_hours",
    )


@pytest.fixture(scope="module")
def kinds(sample, tmp_path_factory):
    """Return what the rollup says of each meeting of the sample, those of one left out."""
    nothing = ("space", "thread", "in_reply_to", "words", "is_question", "mentions")
    rows = sample.with_columns(
        us=pl.col("at").dt.epoch("us") if sample["at"].dtype == pl.Datetime else pl.col("at").cast(pl.Datetime("us")).dt.epoch("us"),
        tool=pl.lit("cal"), action=pl.lit("meeting"), is_timed=pl.lit(True), actor="event",
        recipients=pl.col("people") - 1, seconds=(pl.col("long") * 3600).round().cast(pl.Int64),
        **dict.fromkeys(nothing),
    )  # fmt: skip
    con = write(tmp_path_factory.mktemp("sample"), {"event": local_columns(rows, "UTC")})
    return (
        con.sql("select event, class, is_large, is_long from meeting_kind")
        .pl()
        .join(sample, on="event")
    )


def test_meeting_mix_equals_the_types_of_the_open_package(sample, kinds):
    told = kinds.group_by("class").agg(pl.col("hours").sum(), n=pl.len())

    alone = sample.filter(pl.col("people") == 1)
    assert {name: (round(hours, 6), n) for name, hours, n in told.rows()} == {
        "decision": (3298.966667, 1198),
        "lengthy": (1533.9, 193),
        "one_to_one": (226.366667, 228),
        "status": (369.616667, 71),
        "workshop": (4881.55, 309),
    }
    assert (alone["hours"].sum(), alone.height) == (1.25, 2)


@pytest.mark.parametrize("turn", [1, -1])
def test_time_in_two_meetings_that_begin_together_does_not_depend_on_their_keys(tmp_path, turn):
    """By hand, person 1: 9 to 10 in a decision and one to one, half an hour each; 11 to 12 in the shorter one to one, until 13:01 in what is left of the workshop.

    The others sit in one at a time: 2 and 3 in the decision and the workshop, 4 in both ones to one.
    """
    rows = [
        "2026-01-05 09:00 | 1     | 3600 | 2 3",
        "2026-01-05 09:00 | 1     | 3600 | 4",
        "2026-01-05 11:00 | 2     | 7260 | 1 3",
        "2026-01-05 11:00 | 4     | 3600 | 1",
    ]
    head = "at | actor | seconds | attendee | tool | action"
    event = "\n".join([head, *(f"{row} | cal | meeting" for row in rows[::turn])])

    found = sums(store(tmp_path, event=event))["meeting_mix"]

    assert {name: hours for name, hours in hours(found).items() if hours} == {
        "decision": pytest.approx(0.5 + 2), "one_to_one": pytest.approx(0.5 + 1 + 1 + 1),
        "workshop": pytest.approx((61 + 2 * 121) / 60),
    }  # fmt: skip


def test_meeting_flags_equal_the_published_numbers(kinds):
    is_long = kinds.filter(pl.col("is_long") == 1)

    told = {
        large: (round(part["hours"].sum(), 6), part.height)
        for (large,), part in is_long.group_by("is_large")
    }

    assert told == {1: (540.683333, 22), 0: (5874.766667, 480)}


def test_meeting_hours_are_never_attendees_times_length(sample):
    """Whoever sits in two at once is there once: the sample's own hours are 8.5 % fewer."""
    assert sample["hours"].sum() == pytest.approx(10_311.65)
    assert (sample["people"] * sample["long"]).sum() == pytest.approx(11_267.00)
    assert sample.height == 2_001


@pytest.mark.parametrize(
    ("people", "minutes", "kind"),
    [
        (2, 60, "one_to_one"), (2, 61, "lengthy"), (2, 120, "lengthy"), (2, 121, "workshop"),
        (3, 60, "decision"), (8, 60, "decision"), (9, 60, "status"), (18, 60, "status"), (18, 61, "lengthy"),
        (19, 60, "bloated"), (50, 120, "bloated"), (50, 121, "workshop"), (51, 30, "all_hands"), (51, 240, "all_hands"),
    ],
)  # fmt: skip
def test_the_first_class_that_fits_is_taken(one_meeting, people, minutes, kind):
    assert one_meeting(people, minutes) == kind


def test_redundant_hours_of_the_sample_are_another_count_than_three_levels_in_the_room(shared):
    """redundant_hours counts all of a meeting with three levels of a department for everybody who is there; the sample's own
    column the hours of single attendees that Viva calls redundant, and it does not say who attended: so its sum is held, and
    that it is another count.
    """
    told = pl.read_csv(shared / "data/vivainsights/wpa_mt_data.csv", infer_schema_length=None)
    redundant, all_of_it = (
        told["Total_redundant_hours"].fill_null(0),
        told["Attendee_meeting_hours"],
    )

    assert redundant.sum() == pytest.approx(5_740.033333)
    assert all_of_it.sum() == pytest.approx(10_311.65)
    assert ((redundant > 0) & (redundant < all_of_it)).sum() > 100  # ours would be all or nothing


@pytest.fixture(scope="module")
def one_meeting(tmp_path_factory):
    """Return a function that tells the class of a meeting, from a store with all of them."""
    lines, known = ["at | tool | action | actor | seconds | recipients"], {}
    for people in (2, 3, 8, 9, 18, 19, 50, 51):
        for minutes in (30, 60, 61, 120, 121, 240):
            known[people, minutes] = len(lines)
            lines.append(f"2026-01-05 09:00 | cal | meeting | 1 | {minutes * 60} | {people - 1}")
    con = store(tmp_path_factory.mktemp("classes"), event="\n".join(lines))
    classes = dict(con.sql("select event, class from meeting_kind").fetchall())
    return lambda people, minutes: classes[known[people, minutes]]


def test_kinds_of_meetings_add_up_to_the_hours_in_meetings(overlapping):
    mix = overlapping["meeting_mix"]

    # 9-10 is one to one, 9:30-11 and 10:30-12 take an hour and a half: 10-11 and 11-12 are left of them
    assert hours(mix) == {
        "one_to_one": 2 * 1.5, "decision": 0, "status": 0, "bloated": 0, "lengthy": 2 * 2.0, "all_hands": 0,
        "workshop": 0, "unknown": 0,
    }  # fmt: skip
    assert {row["sy"] for row in mix.values()} == {2 * 3.5}


def test_conflicting_hours_are_the_overlap_alone(overlapping):
    row = overlapping["conflicting_hours"][None]

    assert row["sx"] / row["sy"] == pytest.approx(0.285714, abs=5e-7)
    assert (row["sx"], row["sy"]) == (2 * 1.0, 2 * 3.5)


def test_meetings_that_touch_do_not_conflict_and_three_at_once_conflict_once(tmp_path):
    con = store(tmp_path, event="""
        at               | tool | action  | actor | seconds | attendee
        2026-01-05 09:00 | cal  | meeting | 1     | 3600    | 2
        2026-01-05 10:00 | cal  | meeting | 1     | 3600    | 2
        2026-01-06 09:00 | cal  | meeting | 1     | 10800   | 2
        2026-01-06 09:30 | cal  | meeting | 1     | 3600    | 2
        2026-01-06 10:00 | cal  | meeting | 1     | 3600    | 2
        2026-01-09 13:00 | cal  | meeting | 1     | 1800    | 2
        2026-01-09 16:30 | cal  | meeting | 1     | 5400    | 2
        2026-01-09 17:30 | cal  | meeting | 1     | 3600    | 2
        2026-01-10 10:00 | cal  | meeting | 1     | 3600    | 2
        """)  # fmt: skip

    told = sums(con)
    row, outside = (told[name][None] for name in ("conflicting_hours", "meetings_outside_hours"))

    assert (row["sx"], row["sy"]) == (2 * 2.0, 2 * 8.5)
    # meetings_outside_hours: of the 3 hours from Friday 16:30 on, half an hour lies inside
    assert (outside["sx"], outside["sy"]) == (2 * 2.5, 2 * 8.5)


def test_the_overlap_equals_a_count_minute_by_minute(tmp_path):
    """A property, on 200 drawn meetings of one person: the sweep against a plain grid."""
    draw = pl.Series(range(200))
    starts, lengths = (draw * 7919) % 2400, 5 + (draw * 104_729) % 175
    at = [
        f"2026-01-{5 + start // 480:02d} {9 + start % 480 // 60:02d}:{start % 60:02d}"
        for start in starts
    ]
    lines = [
        f"{a} | cal | meeting | 1 | {60 * length} | 2"
        for a, length in zip(at, lengths, strict=True)
    ]
    con = store(
        tmp_path, event="\n".join(["at | tool | action | actor | seconds | attendee", *lines])
    )

    told = con.sql(
        "select sum(met_us) / 60e6, sum(conflict_us) / 60e6, sum(outside_us) / 60e6 from person_meeting where person = 1 and tool is null"
    ).fetchall()

    grid = [0] * 2 * 24 * 60 * 10
    for start, length in zip(starts, lengths, strict=True):
        first = start // 480 * 1440 + start % 480
        for minute in range(first, first + length):
            grid[minute] += 1
    late = sum(n > 0 for minute, n in enumerate(grid) if minute % 1440 >= 8 * 60)  # from 17:00 on
    assert told == [(sum(n > 0 for n in grid), sum(n > 1 for n in grid), late)]


def test_three_levels_in_the_room_are_counted_by_department_and_by_the_day(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | tool | action  | actor | seconds | attendee
        2026-01-05 09:00 | cal  | meeting | 1     | 3600    | 2 3
        2026-01-06 09:00 | cal  | meeting | 1     | 3600    | 2 4
        2026-01-09 09:00 | cal  | meeting | 1     | 7200    | 2 5
        """,
        org="""
        person | department | level | manager | valid_from | valid_to
        1      | A          | 1     |         |            |
        2      | A          | 2     | 1       |            |
        3      | A          | 3     | 2       |            |
        4      | B          | 3     | 1       |            |
        5      | A          | 2     | 1       |            | 2026-01-08
        5      | A          | 3     | 1       | 2026-01-08 |
        """,
    )  # fmt: skip

    rows = sums(con)["redundant_hours"]

    # Monday: 1, 2 and 3 in a line; Tuesday's third level is of another department; by Friday 5 is on level 3, under 1
    assert hours(rows) == {"three_levels": 3 * 1.0 + 3 * 2.0, "over_head": 3 * 1.0}
    assert rows["three_levels"]["sy"] == 3 * 1.0 + 3 * 1.0 + 3 * 2.0


def test_recurring_is_told_where_meetings_name_their_series(tmp_path):
    event = """
        at               | tool | action  | actor | seconds | attendee | space
        2026-01-05 09:00 | cal  | meeting | 1     | 3600    | 2        | 7
        2026-01-06 09:00 | cal  | meeting | 1     | 3600    | 2        | 7
        2026-01-09 09:00 | cal  | meeting | 1     | 7200    | 2        | 8
        """
    con = store(tmp_path / "series", event=event)
    bare = store(tmp_path / "bare", event=event.replace("| 7", "|  ").replace("| 8", "|  "))

    told, untold = (sums(one)["meeting_flags"]["recurring"] for one in (con, bare))

    assert (told["sx"], told["sy"], told["reason"]) == (2 * 2.0, 2 * 4.0, None)
    assert untold["reason"] == "no_data"


def test_where_how_many_were_invited_is_not_exported_no_kind_is_told(tmp_path):
    con = store(tmp_path, event="""
        at               | tool | action  | actor | seconds
        2026-01-05 09:00 | cal  | meeting | 1     | 3600
        2026-01-09 09:00 | cal  | meeting | 2     | 3600
        """)  # fmt: skip

    rows = sums(con)

    assert {row["reason"] for row in rows["meeting_mix"].values()} == {"no_recipients"}
    assert rows["conflicting_hours"][None]["reason"] is None


def test_without_a_calendar_or_levels_the_reason_is_given(tmp_path, overlapping):
    con = store(
        tmp_path, event="at | tool | actor | action | to\n 2026-01-05 10:00 | mail | 1 | email | 2"
    )

    assert {r["reason"] for rows in sums(con).values() for r in rows.values()} == {"no_calendar"}
    assert {r["reason"] for r in overlapping["redundant_hours"].values()} == {"no_manager"}
