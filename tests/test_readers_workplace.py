"""Workplace's list of employees: what it counts in which days, and who works for whom."""

from datetime import date

import polars as pl
import pytest

from analytics.readers import registry
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.files import open_source
from analytics.readers.usage import workplace_people
from tests.chat_reading import written
from tests.golden import EXPORTS
from tests.reading import read_file, read_text

EMPLOYEES = EXPORTS / "workplace_people" / "employees.csv"
HEAD = "Full name,Email,Department,Manage email,Claimerd,Activity summary for date,Active in the Last 28 Days,Post in the Last Week,Reactions in the Last Day\n"


def windows(found):
    usage = found.table("usage").sort("account", "valid_from", "measure")
    return usage.select("account", "valid_from", "valid_to", "measure", "value").rows()


def test_each_count_stands_in_the_days_it_covers(tmp_path):
    table = HEAD + "Anna,Anna@acme.example,Care,,Yes,2025-05-31,Yes,3,0\n"

    found = read_text(workplace_people, table, tmp_path)

    end = date(2025, 6, 1)
    assert windows(found) == [
        ("anna@acme.example", date(2025, 5, 4), end, "last_activity_in_period", 1.0),
        ("anna@acme.example", date(2025, 5, 25), end, "post_count", 3.0),
        ("anna@acme.example", date(2025, 5, 31), end, "reaction_count", 0.0),
    ]


def test_what_was_not_counted_is_no_zero(tmp_path):
    table = HEAD + "Anna,anna@acme.example,Care,,Yes,2025-05-31,,,4\n"

    found = read_text(workplace_people, table, tmp_path)

    assert [row[3:] for row in windows(found)] == [("reaction_count", 4.0)]


def test_managers_and_departments_are_read_and_who_was_shut_out_keeps_no_place(tmp_path):
    found = read_file(workplace_people, EMPLOYEES, tmp_path / "out")

    org = (
        found.table("org").sort("person").select("person", "manager", "department", "level").rows()
    )
    assert org == [("1", None, "Sales", 0), ("2", "1", "Sales", 1)]
    seats = dict(found.table("account").select("account", "has_seat").rows())
    assert seats == {"anna@acme.example": True, "ben@acme.example": True, "carla@acme.example": False}  # fmt: skip
    assert sorted(found.rejects) == [("line 5", "row_incomplete"), ("line 6", "number_invalid")]


def test_a_workbook_is_read_as_the_text_is(tmp_path):
    path = tmp_path / "employees.xlsx"
    pl.read_csv(EMPLOYEES, infer_schema=False).write_excel(path)
    source = open_source(path)

    reader = registry.recognise(source)
    found = read_file(workplace_people, path, tmp_path / "out")

    assert reader is workplace_people
    again = read_file(workplace_people, EMPLOYEES, tmp_path / "text")
    assert windows(found) == windows(again)


def test_days_that_could_be_months_are_asked_for(tmp_path):
    table = HEAD + "Anna,anna@acme.example,Care,,Yes,05/06/2025,Yes,3,0\n"

    with pytest.raises(UnreadableExport) as refusal:
        read_text(workplace_people, table, tmp_path)
    found = read_text(workplace_people, table, tmp_path, Options(columns={"dates": "dd/mm"}))

    assert refusal.value.code == "dates_ambiguous"
    assert {row[2] for row in windows(found)} == {date(2025, 6, 6)}


def test_telephone_and_claim_link_are_not_kept(tmp_path):
    read_file(workplace_people, EMPLOYEES, tmp_path / "out")

    kept = written(tmp_path / "out")
    assert "+39" not in kept
    assert "https" not in kept
