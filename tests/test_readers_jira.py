"""Jira as CSV and as tables: months by name, columns that stand several times, what a customer saw."""

import json

import polars as pl
import pytest

from analytics.readers import registry
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.files import open_source
from analytics.readers.sandbox import parse
from analytics.readers.tickets import jira_csv, jira_issues, jira_tables
from analytics.readers.tickets.desk import micros
from tests.chat_reading import written
from tests.golden import EXPORTS
from tests.reading import read_file, read_text

HEAD = "Summary,Issue key,Issue id,Project key,Reporter,Assignee,Created,Comment,Comment\n"


def issues(*rows):
    return HEAD + "".join(f"secret,A-{n},{n},A,{row}\n" for n, row in enumerate(rows, start=1))


def events(found):
    return found.table("event").sort("at", "event").select("at", "actor", "action").rows()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30/Jul/18 23:33", "2018-07-30 23:33"),
        ("30/Jul/18 11:33 PM", "2018-07-30 23:33"),
        ("30/Jul/18 11:33\u202fPM", "2018-07-30 23:33"),
        ("03/Sep/26 9:05 AM", "2026-09-03 09:05"),
        ("30/lug/25 23:33", "2025-07-30 23:33"),
        ("04/gen/2026 08:00", "2026-01-04 08:00"),
        ("14. Mär 2026 9:05", "2026-03-14 09:05"),
        ("14/Dez/25 09:05", "2025-12-14 09:05"),
        ("01/juin/26 10:00", "2026-06-01 10:00"),
        ("01/juil./26 10:00", "2026-07-01 10:00"),
        ("15/août/26 10:00", "2026-08-15 10:00"),
        ("02/févr./26 10:00", "2026-02-02 10:00"),
        ("2018-07-30 23:33", "2018-07-30 23:33"),
    ],
)
def test_a_month_is_read_by_its_name(tmp_path, text, expected):
    found = read_text(jira_csv, issues(f"anna,,{text},,"), tmp_path)

    assert [at for at, *_ in events(found)] == [pl.Series([expected]).str.to_datetime()[0]]


def test_a_time_is_one_of_the_companys_zone(tmp_path):
    table = issues("anna,,30/Jul/18 23:33,31/Jul/18 09:00;ben;seen,")

    found = read_text(jira_csv, table, tmp_path, Options(zone="Europe/Rome"))

    assert found.table("event")["at"].sort().dt.epoch("us").to_list() == [
        micros("2018-07-30T21:33:00Z"),
        micros("2018-07-31T07:00:00Z"),
    ]


def test_days_that_could_be_months_are_asked_for(tmp_path):
    table = issues("anna,,05/01/2026 09:00,,", "anna,,06/01/2026 09:00,,")

    with pytest.raises(UnreadableExport) as refusal:
        read_text(jira_csv, table, tmp_path)
    found = read_text(jira_csv, table, tmp_path, Options(columns={"dates": "mm/dd"}))

    assert refusal.value.code == "dates_ambiguous"
    assert [at.month for at, *_ in events(found)] == [5, 6]


def test_every_comment_counts_also_two_of_one_minute_and_its_text_may_hold_semicolons(tmp_path):
    table = issues("anna,ben,05/Jan/26 9:00 AM,05/Jan/26 9:30 AM;ben;one; two,05/Jan/26 9:30 AM;ben;three")  # fmt: skip

    found = read_text(jira_csv, table, tmp_path)

    assert [row[1:] for row in events(found)] == [("anna", "post"), ("ben", "reply"), ("ben", "reply")]  # fmt: skip
    assert sorted(found.table("event")["words"].drop_nulls().to_list()) == [1, 2]


def test_the_same_project_as_csv_and_as_pages_counts_every_comment_once(tmp_path):
    comments = [
        {"id": "71", "author": {"name": "ben", "key": "JIRAUSER7"}, "created": "2026-01-05T09:30:05.000+0100"},
        {"id": "72", "author": {"name": "ben", "key": "JIRAUSER7"}, "created": "2026-01-05T09:30:55.000+0100"},
        {"id": "73", "author": {"name": "anna", "key": "anna"}, "created": "2026-01-05T10:00:00.000+0100"},
    ]  # fmt: skip
    fields = {"issuetype": {"name": "Task"}, "project": {"key": "A"}, "reporter": {"name": "anna"}, "assignee": {"name": "ben"},
              "created": "2026-01-05T09:00:12.000+0100", "comment": {"comments": comments}}  # fmt: skip
    page = {"startAt": 0, "issues": [{"id": "1", "key": "A-1", "fields": fields}]}
    cells = ["05/Jan/26 9:30 AM;ben;x", "05/Jan/26 9:30 AM;ben;y", "05/Jan/26 10:00 AM;anna;z"]
    table = f"{HEAD.strip()},Comment\nsecret,A-1,1,A,anna,ben,05/Jan/26 9:00 AM,{','.join(cells)}\n"

    for name in ("pages", "csv"):
        (tmp_path / name).mkdir()
    pages = read_text(jira_issues, json.dumps(page), tmp_path / "pages")
    csv = read_text(jira_csv, table, tmp_path / "csv", Options(zone="Europe/Rome"))

    acts = [
        found.table("event").select("event", "actor", "action").sort("event").rows()
        for found in (pages, csv)
    ]
    assert acts[0] == acts[1]
    assert len({event for event, *_ in acts[0]}) == 4


def test_in_a_service_desk_nobody_knows_from_the_csv_which_comment_the_customer_saw(tmp_path):
    found = read_file(jira_csv, EXPORTS / "jira_csv" / "cloud.csv", tmp_path / "out")

    told = found.table("delivery").filter(pl.col("account") == "q1")
    assert told.is_empty()
    kinds = dict(found.table("account").select("account", "kind").rows())
    assert kinds == {"a1": "human", "a2": "human", "q1": "guest"}


def test_no_word_of_an_issue_is_kept(tmp_path):
    table = issues("anna,ben,05/Jan/26 9:00 AM,05/Jan/26 9:30 AM;ben;zqx01vwkj,secret")

    read_text(jira_csv, table, tmp_path)

    assert "zqx01vwkj" not in (kept := written(tmp_path / "out"))
    assert "secret" not in kept


def test_a_search_without_its_dates_is_told_what_it_lacks(tmp_path):
    path = tmp_path / "search.csv"
    path.write_text("Summary,Issue key,Issue id,Status\na,A-1,1,Done\n")

    with pytest.raises(UnreadableExport) as refusal:
        registry.recognise(open_source(path))

    assert refusal.value.code == "column_missing"
    assert "all fields" in str(refusal.value)


def test_in_tables_a_note_stays_inside_and_what_was_deleted_is_gone(tmp_path):
    found = read_file(jira_tables, EXPORTS / "jira_tables" / "tables", tmp_path / "out")

    assert [row[1:] for row in events(found)] == [
        ("q1", "post"), ("a2", "post"), ("a1", "reply"), ("a2", "post"),
    ]  # fmt: skip
    assert found.rejects == [("comment.csv line 4", "author_missing")]


def test_the_tables_of_the_sample_give_every_issue_and_name_what_is_not_read(shared, tmp_path):
    report = parse(shared / "samples/jira/dbt_jira", tmp_path / "out")

    issue_rows, users, projects = 4, 3, 3
    assert (report.format, report.stored) == ("jira_tables", issue_rows)
    assert report.read == issue_rows + users + projects
    assert report.ignored == 6  # SOURCE.md and the tables of sprints, priorities, statuses, history
