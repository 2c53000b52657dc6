"""Who is who on the page: names on request, in no file; decisions leave as ids."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics import audit_log, identities_door, jobs
from analytics.errors import AnalyticsError
from analytics.vault import matches
from analytics.vault.workspace import Workspace
from tests.test_identities import HR, acted, add, zoom
from tests.test_jobs import until_over
from tests.traces import traces

ROOT = Path(__file__).resolve().parent.parent
WORDS = ["Quillmark", "quill.mark@acme.it"]


@pytest.fixture
def workspace(home):
    made = Workspace.open("acme", create=True)
    person = HR[0] | {"name": "Anna Quillmark", "email": "quill.mark@acme.it"}
    add(made, "hr", "hr_file", org=[person, HR[1]])
    add(made, "zoom", account=[zoom("z1", "Quillmark, *Anna*")], event=[acted("z1")])
    return made


@pytest.fixture
def at(workspace):
    opened = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=60)
    return opened.run().switch_page("identities.py").run()


def words(at):
    return "\n".join(str(element.value) for element in at.markdown)


def test_names_come_on_request_and_go_when_put_away(at):
    before = words(at)

    at.button(key="show").click().run()
    shown = words(at)
    at.button(key="away").click().run()

    assert "Quillmark" not in before
    assert "Quillmark, \\*Anna\\* · Zoom" in shown
    assert "Quillmark" not in words(at)
    assert "identities" not in at.session_state


def test_looking_writes_names_into_no_file_and_one_line_into_the_log(at, workspace):
    before = traces(workspace.folder, WORDS)

    at.button(key="show").click().run()

    assert {line.partition(":")[0] for line in before} == {"identity.duckdb"}
    assert traces(workspace.folder, WORDS) == before
    seen = [line for line in audit_log.read(workspace.folder) if line["kind"] == "identities_seen"]
    assert [(line["who"], line["suggestions"]) for line in seen] == [("this machine", 1)]


def test_what_is_chosen_is_kept_by_a_job_that_names_nobody(at, workspace):
    at.button(key="show").click().run()
    [choice] = at.radio

    [suggested] = at.session_state["identities"]["found"]["suggestions"]
    choice.set_value(suggested["id"]).run()
    at.button(key="keep").click().run()
    [job] = jobs.list("acme")
    until_over("acme", job.id)

    assert choice.options[1:] == ["Not this person", "Later"]
    assert job.kind == "identities"
    assert [line.verdict for line in matches.decided(workspace)] == ["same"]
    assert traces(workspace.folder / "jobs", WORDS) == []
    assert "Quillmark" not in words(at)


def test_a_company_that_is_being_imported_into_says_so(workspace):
    with (
        workspace.locked(),
        pytest.raises(AnalyticsError, match=re.escape("Another import into workspace acme")),
    ):
        identities_door.look("acme", "this machine")
