"""What the page of imports says of files that wait, were refused or were read in part, and to those who may not import."""

import json
import os

import pytest
from streamlit.testing.v1 import AppTest

from analytics import audit_log, formats, job_files
from pages.parts import codes, import_report
from tests.opened import SHELL, sign_in
from tests.test_jobs import written

ACTS = ["views", "acts", "replies", "recipients", "reactions", "meetings", "openness", "seats"]


def opened(page: str, role: str | None = None) -> AppTest:
    at = AppTest.from_file(str(SHELL), default_timeout=60)
    if role:
        sign_in(at, role)
    return at.run().switch_page(f"{page}.py").run()


def words(at: AppTest) -> str:
    return "\n".join(str(element.value) for element in at.markdown).replace("\\", "")


def test_a_list_of_people_is_not_said_to_lack_each_thing_that_tools_tell():
    staff = codes.hides([*ACTS, "locations", "answers", "customers"])
    log = codes.hides(["views", "managers", "departments", "levels", "locations", "hire_dates"])

    assert staff == ["places", "anything that people do in a tool"]
    assert log == ["who opened and read", "anything about departments, levels and managers"]


def test_a_refused_file_is_told_what_is_asked_of_it_next():
    refused = {"file": "a.csv", "header": ["x"], "message": "a.csv: the days say nothing."}

    told = [
        import_report.left_out_for(refused | {"reject_code": code})
        for code in ("dates_ambiguous", "column_missing", "no_scale", "too_large")
    ]

    assert told == [
        "Nothing in it tells day from month. On the next drop you are asked, once.",
        import_report.COLUMNS_ASKED,
        import_report.SCALE_ASKED,
        "The days say nothing.",
    ]


def test_an_import_is_listed_with_what_was_stored_of_it(home):
    entry = {"id": "0" * 16, "format": "hr_file", "at": "2026-01-05T09:00:00+00:00", "undone": False}  # fmt: skip
    listed = [
        entry | {"file": "hr.csv", "rows": 6, "report": {"stored": 3}},
        entry | {"id": "1" * 16, "file": "one.csv", "rows": 1, "report": {"stored": 1}},
    ]
    (home / "acme").mkdir(parents=True)
    (home / "acme" / "imports.json").write_text(json.dumps(listed))

    told = words(opened("imports"))

    assert "**hr.csv** · HR or organisation file · 3 of 6 records" in told
    assert "**one.csv** · HR or organisation file · 1 record ·" in told


def test_a_first_import_that_runs_speaks_of_no_figures_of_before(home):
    us = os.getpid()
    read = [{"stage": "reading", "file": f"{n}.csv", "done": n, "total": 9} for n in range(8)]
    written(home, pid=us, born=job_files.born(us), err="\n".join(map(json.dumps, read)))

    told = words(opened("imports"))

    assert "You may leave this page: it goes on." in told


def test_what_was_cut_short_at_the_figures_can_be_taken_up_where_it_is_told(home):
    cut = {"stage": "publishing", "file": None, "done": 2, "total": 4}
    written(home, kind="undo", err=json.dumps(cut))

    at = opened("imports")

    assert "compute them again" in words(at)
    assert [button.label for button in at.button if button.key == "publish_again"] == ["Compute the figures"]  # fmt: skip


def test_older_lines_of_the_log_come_on_request(home):
    folder = home / "acme"
    folder.mkdir(parents=True)
    for number in range(45):
        audit_log.append(folder, "publish", release=number)

    at = opened("log")
    before = at.table[0].value
    at.button(key="log_older").click().run()
    after = at.table[0].value

    assert len(before) == 40
    assert len(after) > 44
    assert not [button for button in at.button if button.key == "log_older"]


@pytest.mark.parametrize(
    ("role", "says"),
    [("consultant", "Bring in the first export"), ("hr", "Whoever runs Convivio for this company")],
)
def test_where_nothing_is_yet_it_is_said_who_brings_it(role, says, home):
    (home / "acme").mkdir(parents=True)

    told = words(opened("adoption", role))

    assert says in told


def test_the_makers_named_first_are_makers_of_exports_that_are_read():
    known = " ".join(title for titles in formats.by_family().values() for title in titles)
    source = (SHELL.parent / "imports.py").read_text("utf-8")
    named = source.partition("MADE_BY = (")[2].partition(")")[0]

    makers = [part.strip().strip('",') for part in named.split(",") if part.strip()]

    assert len(makers) > 9
    assert [maker for maker in makers if maker not in known] == []
