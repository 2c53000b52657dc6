"""Who counts in which quarter: covered from its first day on, and nobody can be read off by joining or leaving."""

from datetime import date

import polars as pl
import pytest

from analytics.metrics import periods
from analytics.metrics.panel import SCHEMA, panel
from tests.drawn import Settings, store, write

# Two quarters of a year in slack: first and last day of traffic, and one act a person in between.
TRAFFIC = """
    at               | actor | action
    2026-01-05 09:00 | 1     | post
    2026-02-10 09:00 | 2     | post
    2026-05-05 09:00 | 3     | post
    2026-06-26 09:00 | 1     | post
    """
FIRST, SECOND = date(2025, 12, 29), date(2026, 3, 30)


def who(con, **columns):
    """Return {quarter or None: {person: value of the column}}."""
    found = panel(con, Settings())
    column = columns.get("show", "person")
    return {
        quarter: dict(part.select("person", pl.col(column).alias("shown")).iter_rows())
        for (quarter,), part in found.group_by("quarter", maintain_order=True)
    }


def test_everybody_seen_in_a_log_without_accounts_counts_all_along(tmp_path):
    con = store(tmp_path, event=TRAFFIC)

    assert {q: list(people) for q, people in who(con).items()} == {
        FIRST: [1, 2, 3],
        SECOND: [1, 2, 3],
        None: [1, 2, 3],
    }


def test_a_joiner_appears_in_the_quarter_after_and_not_in_the_whole_period(tmp_path):
    con = store(tmp_path, event=TRAFFIC, org="""
        person | department | hired_on
        1      | A          | 2020-01-01
        2      | A          | 2026-02-01
        3      | A          | 2026-04-15
        """)  # fmt: skip

    assert {q: list(people) for q, people in who(con).items()} == {
        FIRST: [1],
        SECOND: [1, 2],
        None: [1],
    }


def test_somebody_who_leaves_within_a_quarter_is_not_in_it(tmp_path):
    con = store(tmp_path, event=TRAFFIC, seat="""
        tool  | person | valid_to
        slack | 1      |
        slack | 2      | 2026-05-01
        slack | 3      |
        """)  # fmt: skip

    assert {q: list(people) for q, people in who(con).items()} == {
        FIRST: [1, 2, 3],
        SECOND: [1, 3],
        None: [1, 3],
    }


def test_a_person_missing_from_the_hr_file_on_the_last_day_is_not_in_the_quarter(tmp_path):
    con = store(tmp_path, event=TRAFFIC, org="""
        person | department | valid_to
        1      | A          |
        2      | A          | 2026-02-20
        3      | A          | 2026-04-01
        """)  # fmt: skip

    assert {q: list(people) for q, people in who(con).items()} == {
        FIRST: [1, 3],
        SECOND: [1],
        None: [1],
    }


def test_a_mover_keeps_the_department_of_the_quarters_first_day(tmp_path):
    con = store(tmp_path, event=TRAFFIC, org="""
        person | department | level | valid_from | valid_to
        1      | A          | 1     |            |
        2      | A          | 2     |            | 2026-02-20
        2      | B          | 3     | 2026-02-20 |
        """)  # fmt: skip

    assert who(con, show="department") == {
        FIRST: {1: "A", 2: "A"},
        SECOND: {1: "A", 2: "B"},
        None: {1: "A", 2: "B"},
    }
    assert who(con, show="level")[SECOND] == {1: "1", 2: "3"}


def test_guests_bots_and_people_outside_the_hr_file_are_out(tmp_path):
    con = store(
        tmp_path,
        event=TRAFFIC,
        person="person | kind\n 1 | human\n 2 | guest\n 3 | bot",
        org="person | department\n 1 | A\n 2 | A\n 3 | A",
    )

    assert list(who(con)[None]) == [1]


def test_a_person_of_the_hr_file_whom_no_export_shows_is_not_covered(tmp_path):
    con = store(tmp_path, event=TRAFFIC, org="person | department\n 1 | A\n 7 | A")

    assert list(who(con)[None]) == [1]


def test_tools_are_the_seats_held_all_quarter_and_the_logs_one_was_seen_in(tmp_path):
    con = store(
        tmp_path,
        event="""
        at               | tool  | actor | action
        2026-01-05 09:00 | mail  | 1     | email
        2026-01-07 09:00 | slack | 1     | post
        2026-01-08 09:00 | slack | 2     | post
        2026-03-20 09:00 | mail  | 3     | email
        """,
        seat="""
        tool  | person | valid_from | valid_to
        slack | 1      | 2026-01-07 |
        slack | 2      | 2026-01-07 | 2026-02-01
        slack | 3      | 2026-02-01 |
        """,
    )

    assert who(con, show="tools") == {
        FIRST: {1: "mail,slack", 3: "mail"},
        None: {1: "mail,slack", 3: "mail"},
    }


def test_an_empty_store_has_no_panel(tmp_path):
    found = panel(write(tmp_path, {}), Settings())

    assert (found.height, dict(found.schema)) == (
        0,
        {name: type_() for name, type_ in SCHEMA.items()},
    )


@pytest.mark.parametrize(
    ("day", "month", "quarter"),
    [
        ("2025-12-31", date(2025, 12, 29), date(2025, 12, 29)),  # its Thursday is 1 January
        ("2026-01-29", date(2025, 12, 29), date(2025, 12, 29)),
        ("2026-02-02", date(2026, 2, 2), date(2025, 12, 29)),
        ("2026-03-31", date(2026, 3, 30), date(2026, 3, 30)),  # its Thursday is 2 April
        ("2027-01-01", date(2026, 11, 30), date(2026, 9, 28)),  # its Thursday is 31 December
    ],
)
def test_a_week_belongs_to_the_month_of_its_thursday(tmp_path, day, month, quarter):
    con = store(tmp_path, event=f"at | actor\n {day} 09:00 | 1")

    periods.make(con, Settings())

    assert con.sql("select distinct month, quarter from calendar").fetchall() == [(month, quarter)]
    labels = con.sql("select distinct week, month from calendar").pl()
    for label in ("week", "month"):
        assert labels.select(periods.quarter_of(label)).to_series().to_list() == [quarter]


def test_a_period_covered_for_too_short_is_not_whole(tmp_path):
    con = store(tmp_path, event="at | actor\n 2026-01-07 09:00 | 1\n 2026-02-06 17:00 | 1")

    periods.make(con, Settings())
    whole = con.sql(
        "select grain, period, working_days, is_whole from period where tool is null and grain <> 'week' order by grain, period"
    )
    weeks = con.sql(
        "select period from period where tool is null and grain = 'week' and not is_whole"
    )

    assert whole.fetchall() == [
        ("all", periods.WHOLE, 23, True),
        ("month", FIRST, 18, False),
        ("month", date(2026, 2, 2), 5, False),
        ("quarter", FIRST, 23, True),
    ]
    assert weeks.fetchall() == [(date(2026, 1, 5),)]


def test_a_month_and_a_quarter_end_where_the_next_one_begins():
    frame = pl.DataFrame(
        {
            "grain": ["week", "month", "month", "quarter", "all"],
            "period": [
                date(2026, 1, 5),
                date(2025, 12, 29),
                date(2026, 2, 2),
                date(2025, 12, 29),
                None,
            ],
        }
    )

    ends = frame.select(periods.last_day("grain", "period")).to_series().to_list()

    assert ends == [date(2026, 1, 11), date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 29), None]
