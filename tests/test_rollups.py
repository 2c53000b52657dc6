"""What a person did, received and spent in a day, checked by hand."""

from dataclasses import replace

import pytest

from analytics.calendars import Place
from analytics.vault import rollups
from tests.drawn import Settings, store, write

HOUR = 3_600_000_000
OF_ONE_ACT = """
at               | actor
2026-01-05 08:30 | 1
"""


def clock(con, *columns):
    """Return the columns of person 1 in all tools together, in hours."""
    sums = ", ".join(f"sum({name}) / {HOUR}" for name in columns)
    return con.sql(f"select {sums} from person_clock where person = 1 and tool is null").fetchall()[
        0
    ]


def test_meetings_that_overlap_are_counted_once(tmp_path):
    con = store(tmp_path, event="""
        at               | action  | actor | seconds | attendee
        2026-01-05 09:00 | meeting | 9     | 3600    | 1
        2026-01-05 09:30 | meeting | 9     | 5400    | 1
        2026-01-05 10:30 | meeting | 9     | 5400    | 1
        2026-01-05 13:00 | meeting | 9     | 1800    | 1
        """)  # fmt: skip

    assert clock(con, "meeting_us", "call_us") == (3.5, 0.0)


def test_two_meetings_half_an_hour_apart_are_an_hour_and_a_half(tmp_path):
    con = store(tmp_path, event="""
        at               | action  | actor | seconds | attendee
        2026-01-05 14:00 | meeting | 1     | 3600    | 2
        2026-01-05 14:30 | meeting | 1     | 3600    | 2
        """)  # fmt: skip

    assert clock(con, "meeting_us") == (1.5,)


def test_touching_meetings_add_up_and_a_short_one_inside_a_long_one_adds_nothing(tmp_path):
    con = store(tmp_path, event="""
        at               | action  | actor | seconds | attendee
        2026-01-05 09:00 | meeting | 1     | 3600    | 2
        2026-01-05 10:00 | meeting | 1     | 3600    | 2
        2026-01-05 13:00 | meeting | 1     | 7200    | 2
        2026-01-05 13:30 | meeting | 1     | 600     | 2
        2026-01-05 14:30 | meeting | 1     | 1800    | 2
        """)  # fmt: skip

    assert clock(con, "meeting_us") == (4.0,)


def test_a_meeting_comes_before_a_call_and_a_call_before_an_own_act(tmp_path):
    con = store(tmp_path, event="""
        at               | tool  | action  | actor | seconds | attendee
        2026-01-05 09:00 | cal   | meeting | 1     | 3600    | 2
        2026-01-05 09:30 | slack | call    | 1     | 3600    | 2
        2026-01-05 09:45 | slack | post    | 1     |         |
        2026-01-05 10:15 | slack | post    | 1     |         |
        """)  # fmt: skip

    assert clock(con, "meeting_us", "call_us", "act_us_600") == (1.0, 0.5, 0.0)
    assert con.sql(
        "select sum(multitasking_acts) from person_clock where tool is null"
    ).fetchall() == [(2,)]


def test_a_meeting_of_one_is_no_meeting(tmp_path):
    con = store(tmp_path, event="""
        at               | action  | actor | seconds | recipients
        2026-01-05 09:00 | meeting | 1     | 3600    | 0
        """)  # fmt: skip

    assert con.sql("from person_clock").fetchall() == []


def test_an_own_act_takes_the_time_since_the_one_before_at_most_the_cap(tmp_path):
    con = store(tmp_path, event="""
        at                  | action | actor
        2026-01-05 09:00:00 | post   | 1
        2026-01-05 09:01:00 | post   | 1
        2026-01-05 09:05:00 | email  | 1
        2026-01-05 09:05:00 | reply  | 1
        """)  # fmt: skip

    minutes = tuple(
        60 * hours
        for hours in clock(con, "act_us_30", "act_us_60", "act_us_120", "act_us_300", "act_us_600")
    )

    assert minutes == (1.5, 3.0, 5.0, 10.0, 15.0)


def test_an_act_after_a_meeting_is_cut_at_its_end_and_one_after_midnight_at_midnight(tmp_path):
    con = store(tmp_path, event="""
        at               | action  | actor | seconds | attendee
        2026-01-05 09:00 | meeting | 1     | 3600    | 2
        2026-01-05 10:01 | post    | 1     |         |
        2026-01-06 00:02 | post    | 1     |         |
        """)  # fmt: skip

    assert 60 * clock(con, "act_us_600")[0] == 3.0


def test_time_in_any_tool_is_the_union_and_not_the_sum_of_tools(tmp_path):
    con = store(tmp_path, event="""
        at               | tool  | action | actor
        2026-01-05 09:00 | slack | post   | 1
        2026-01-05 09:01 | mail  | email  | 1
        """)  # fmt: skip

    minutes = con.sql(
        f"select tool, act_us_600 * 60 / {HOUR} from person_clock order by tool nulls first"
    ).fetchall()

    assert minutes == [(None, 11.0), ("mail", 10.0), ("slack", 10.0)]


def test_what_reaches_a_person_is_told_apart_by_how_many_it_reached(tmp_path):
    con = store(tmp_path, event="""
        at               | tool | action | actor | to                     | mention | reply_to | reaction_to
        2026-01-05 09:00 | mail | email  | 2     | 1                      |         |          |
        2026-01-05 09:01 | mail | email  | 2     | 1 3 4                  |         |          |
        2026-01-05 09:02 | mail | email  | 2     | 1 3 4 5 6 7 8 9 10 11  |         |          |
        2026-01-05 09:03 | mail | post   | 2     |                        | 1       | 1        |
        2026-01-05 09:04 | mail | reaction | 2   |                        |         |          | 1
        """)  # fmt: skip

    row = con.sql(
        "select direct, grouped, broadcast, mentioned, mails_in, chats_in from person_day where person = 1"
    )

    assert row.fetchall() == [(1, 1, 1, 1, 3, 1)]


def test_what_one_sends_oneself_lands_on_nobody_and_two_ways_of_being_named_are_one(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | tool  | action | actor | space | to | mention | reply_to
        2026-01-05 09:00 | mail  | email  | 1     |       | 1  |         |
        2026-01-05 09:01 | slack | post   | 2     | 100   |    | 1       | 1
        """,
        space="space | tool | openness\n 100 | slack | public",
    )

    landed = con.sql("select sum(direct), sum(mentioned) from person_day where person = 1")

    assert landed.fetchall() == [(0, 1)]
    assert con.sql("select person, posts from person_space_week order by person").fetchall() == [
        (1, 1),
        (2, 1),
    ]


def test_a_post_counts_for_its_channel_but_not_for_its_author_nor_for_whom_it_names(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | action | actor | space | to | mention
        2026-01-05 09:00 | post   | 1     | 100   |    |
        2026-01-05 09:01 | post   | 1     | 100   |    | 2
        2026-01-05 09:02 | post   | 1     | 200   | 2  |
        """,
        space="space | tool | openness\n 100 | slack | public\n 200 | slack | direct",
    )

    assert con.sql("select space, posts from space_week").fetchall() == [(100, 2)]
    assert con.sql("select person, posts from person_space_week order by person").fetchall() == [
        (1, 2),
        (2, 1),
    ]


def test_notices_and_views_are_no_acts(tmp_path):
    con = store(tmp_path, event="""
        at               | action | actor
        2026-01-05 09:00 | notice | 1
        2026-01-05 09:01 | view   | 2
        """)  # fmt: skip

    assert con.sql("select person, acts, views from person_day").fetchall() == [(2, 0, 1)]
    assert con.sql("from first_seen").fetchall() == []


def test_ties_leave_out_bots_and_oneself(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | action | actor | to
        2026-01-05 09:00 | post   | 1     | 1 2 9
        2026-01-05 09:01 | post   | 9     | 1
        """,
        person="person | kind\n 1 | human\n 2 | guest\n 9 | bot",
    )

    assert con.sql("select sender, receiver, acts from tie_week").fetchall() == [(1, 2, 1)]


def test_working_hours_are_local_before_and_after_the_clock_changes(tmp_path):
    """Rome changes on 29 March 2026: 9:00 is 8:00 UTC before and 7:00 UTC after."""
    con = store(tmp_path, zone="Europe/Rome", event="""
        at               | actor
        2026-03-27 07:59 | 1
        2026-03-27 08:00 | 1
        2026-03-29 10:00 | 1
        2026-03-30 06:59 | 1
        2026-03-30 07:00 | 1
        2026-03-30 14:59 | 1
        2026-03-30 15:00 | 1
        """)  # fmt: skip

    days = con.sql(
        "select day::varchar, timed_acts, outside_acts, weekend_acts from person_day order by day"
    )

    assert days.fetchall() == [
        ("2026-03-27", 2, 1, 0),
        ("2026-03-29", 1, 1, 1),
        ("2026-03-30", 4, 2, 0),
    ]


def test_an_empty_store_gives_empty_rollups(tmp_path):
    con = write(tmp_path, {})

    assert [con.sql(f"select count(*) from {name}").fetchall() for name in rollups.NAMES] == [
        [(0,)]
    ] * len(rollups.NAMES)


def test_rollups_built_earlier_are_found_again(tmp_path):
    drawing = "at | actor\n 2026-01-05 09:00 | 1"
    store(tmp_path, event=drawing)

    con = store(tmp_path, event=drawing, build=False)
    rollups.attach(con, tmp_path / "rollups")

    assert con.sql("select acts from person_day").fetchall() == [(1,)]


def test_a_shorter_week_moves_the_border_between_inside_and_outside(tmp_path):
    settings = Settings(day_starts=8, day_ends=12, workdays=(1, 2))
    con = store(tmp_path, settings=settings, event="""
        at               | actor
        2026-01-05 08:00 | 1
        2026-01-05 12:00 | 1
        2026-01-07 10:00 | 1
        """)  # fmt: skip

    sums = con.sql("select sum(timed_acts), sum(outside_acts), sum(weekend_acts) from person_day")

    assert sums.fetchall() == [(3, 2, 1)]


def test_the_order_of_rows_changes_nothing(tmp_path):
    rows = [
        "2026-01-05 09:00 | 1 | 2",
        "2026-01-05 09:00 | 2 | 1",
        "2026-01-05 09:03 | 1 | 2",
        "2026-01-06 10:00 | 1 | 2",
    ]

    sums = [
        store(tmp_path / str(i), event="\n".join(["at | actor | to", *order]))
        .sql(
            "select person, week, tool, sum(direct) d, sum(acts) a, max(act_us_600) u from person_day join person_clock using (person, week, tool) group by all order by all"
        )
        .fetchall()
        for i, order in enumerate((rows, rows[::-1]))
    ]

    assert sums[0] == sums[1]


@pytest.fixture
def built(tmp_path):
    """Return a connection to a store that says what it was built from, and the folder of its rollups, built once."""
    con = store(tmp_path, build=False, event=OF_ONE_ACT)
    (tmp_path / "store/manifest.json").write_text('{"fingerprint": "first"}')
    folder = tmp_path / "store/rollups"
    rollups.build(con, folder, Settings())
    return con, folder


def written(folder):
    return [(folder / f"{name}.parquet").stat().st_mtime_ns for name in rollups.NAMES]


def test_a_setting_that_no_rollup_reads_makes_none_anew(built):
    con, folder = built
    before = written(folder)

    rollups.build(con, folder, Settings(threshold=20, milestones=("2026-01-05 Launch",)))

    assert written(folder) == before
    assert con.sql("select acts, outside_acts from person_day").fetchall() == [(1, 1)]


@pytest.mark.parametrize(
    "change",
    [
        {"day_starts": 8},
        {"day_ends": 18},
        {"workdays": (2, 3, 4, 5, 6)},
        {"calendar": "IT"},
        {"places": {"rome": Place("IT")}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_hours_and_days_off_are_part_of_what_rollups_were_built_from(tmp_path, change):
    (tmp_path / "manifest.json").write_text("{}")

    changed = rollups.fingerprint(tmp_path, replace(Settings(), **change))

    assert changed != rollups.fingerprint(tmp_path, Settings())


def test_so_are_the_store_and_the_statements(tmp_path, monkeypatch):
    assert rollups.fingerprint(tmp_path, Settings()) is None
    found = []
    for said in ("first", "second"):
        (tmp_path / "manifest.json").write_text(said)
        found.append(rollups.fingerprint(tmp_path, Settings()))
    plain = rollups.statement
    monkeypatch.setattr(rollups, "statement", lambda name: plain(name) + "-- said otherwise")
    found.append(rollups.fingerprint(tmp_path, Settings()))

    assert len(set(found)) == 3


def test_an_hour_earlier_is_seen_in_the_rollups(built):
    con, folder = built

    rollups.build(con, folder, Settings(day_starts=8))

    assert con.sql("select outside_acts from person_day").fetchall() == [(0,)]


def test_a_lost_rollup_is_made_anew(built):
    con, folder = built
    (folder / "tie_week.parquet").unlink()

    rollups.build(con, folder, Settings())

    assert con.sql("from tie_week").fetchall() == []


def test_rollups_that_were_left_half_made_are_made_anew(built, monkeypatch):
    con, folder = built
    plain = rollups.statement
    monkeypatch.setattr(rollups, "statement", lambda name: "select wrong" if name == "tie_week" else plain(name))  # fmt: skip
    with pytest.raises(Exception, match="wrong"):
        rollups.build(con, folder, Settings())
    monkeypatch.undo()
    before = written(folder)

    rollups.build(con, folder, Settings())

    assert written(folder) != before
    assert not (folder / "steps").exists()
