"""The Settings page and the questions before a first import: who may change what, and what becomes of it."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics import audit_log, jobs, settings_door
from analytics.vault.settings import Settings, as_toml
from pages.parts import setting_rows
from tests.drawn_release import draw_release
from tests.opened import SHELL, sign_in


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_release(tmp_path_factory.mktemp("template")).parents[1]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: Path) -> Path:
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CONVIVIO_ACCESS", str(tmp_path / "access.toml"))
    (tmp_path / "home").mkdir()
    return Path(shutil.copytree(template, tmp_path / "home" / "acme"))


def seen_by(role: str | None, page: str = "settings", **query: str) -> AppTest:
    at = AppTest.from_file(str(SHELL), default_timeout=60)
    at.query_params["ws"] = "acme"
    for key, value in query.items():
        at.query_params[key] = value
    if role:
        sign_in(at, role)
    at.run()
    at.switch_page(f"{page}.py").run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    return "\n".join(str(element.value) for element in at.markdown)


def test_what_a_consultant_says_is_written_and_logged(company):
    at = seen_by("consultant")
    at.selectbox(key="set_country").set_value("de")
    at.text_area(key="set_purpose").set_value("To see whether Slack\nis used")
    at.number_input(key="set_keep_days").set_value(365)

    at.button(key="save").click().run()

    settings = settings_door.read("acme")
    assert (settings.country, settings.purpose, settings.keep_days) == (
        "de", "To see whether Slack is used", 365,
    )  # fmt: skip
    assert "**Saved.**" in words(at)
    lines = audit_log.read(company)
    assert {line["setting"] for line in lines if line["kind"] == "settings"} >= {"country", "purpose"}  # fmt: skip
    assert {line["who"] for line in lines if line["kind"] == "settings"} == {"x@acme.example"}


def test_a_lower_threshold_without_a_reason_changes_nothing_and_says_so(company):
    at = seen_by("consultant")
    at.number_input(key="set_threshold").set_value(8)

    at.button(key="save").click().run()
    refused = words(at)
    at.text_input(key="set_reason").set_value("works agreement 3/2026")
    at.button(key="save").click().run()

    assert "**Nothing was changed.**" in refused
    assert "needs a reason, which goes into the log" in refused
    assert settings_door.read("acme").threshold == 8


def test_the_process_that_writes_refuses_four_whatever_the_page_sends(company):
    refused = settings_door.change("acme", {"threshold": "4"}, "we want to", "x@acme.example")

    assert refused.startswith("threshold is 4, but groups under 5 people are never shown")
    assert settings_door.read("acme").threshold == 10


def test_an_address_sets_nothing(company):
    at = seen_by("consultant", threshold="4", k="4", set_threshold="4")

    assert at.number_input(key="set_threshold").value == 10
    assert settings_door.read("acme").threshold == 10


@pytest.mark.parametrize("role", ["hr", "cio", "reader", "representative"])
def test_everybody_else_reads_them_and_cannot_change_them(role, company):
    (company / "settings.toml").write_text(
        as_toml(Settings(purpose="Adoption", country="it", keep_days=365, keep_days_by_tool=("slack=90",)))
    )  # fmt: skip

    at = seen_by(role)

    table = at.table[0].value
    shown = [answer.replace("\\", "") for answer in table["Set to"]]  # Markdown's escapes
    said = dict(zip(table["Setting"], shown, strict=True))
    assert said["Purpose"] == "Adoption"
    assert said["Country whose rules hold"] == "Italy"
    assert said["Legal basis"] == "not set"
    assert said["Single acts are kept"] == "365 days"
    assert said["Tools kept for another time"] == "Slack: 90 days"
    assert said["Smallest group shown"] == "10 people"
    assert not [button for button in at.button if button.key in ("save", "publish")]


def test_a_company_without_imports_is_asked_before_its_first(company):
    at = seen_by("consultant", "imports")

    assert "Before the first import" in words(at)
    assert at.number_input(key="first_keep_days").value == 365
    assert at.button(key="start").disabled


def test_a_company_that_said_it_all_is_not_asked(company):
    said = {"purpose": "Adoption", "legal_basis": "GDPR Art. 6(1)(f)", "keep_days": "365"}
    assert settings_door.change("acme", said, "", "x@acme.example") is None

    at = seen_by("consultant", "imports")

    assert "Before the first import" not in words(at)


def test_without_a_country_what_runs_goes_on_and_with_one_it_waits(company, monkeypatch):
    monkeypatch.setattr(jobs, "imported", lambda _: [{"id": "1"}])
    from pages.parts import first_import

    runs = first_import.asked("acme")
    (company / "settings.toml").write_text(as_toml(Settings(country="de")))

    assert runs == []
    assert first_import.asked("acme") == ["purpose", "legal_basis", "keep_days", "agreement"]
    assert first_import.asked("demo") == []


def test_rows_stand_as_the_browser_left_them_and_empty_ones_are_none():
    rows = [
        {"day": date(2026, 3, 2), "department": "", "what": "Launch"},
        {"day": date(2026, 3, 9), "department": "Sales", "what": "Training"},
        {"day": date(2026, 4, 6), "department": "", "what": "A rule"},
    ]
    edits = {
        "edited_rows": {0: {"what": "Viva Engage opens"}, 1: {"department": None}},
        "added_rows": [{"day": "2026-05-04", "what": "Pilot"}, {}],
        "deleted_rows": [2],
    }

    found = setting_rows.edited(rows, setting_rows.DATES, edits)

    assert found == [
        {"day": "2026-03-02", "department": "", "what": "Viva Engage opens"},
        {"day": "2026-03-09", "department": "", "what": "Training"},
        {"day": "2026-05-04", "department": "", "what": "Pilot"},
    ]


def test_each_tool_has_a_field_for_how_long_it_is_kept(company):
    said = {"keep_days": "365", "keep_days_by_tool": "slack=180,zoom=30"}
    assert settings_door.change("acme", said, "", "x@acme.example") is None

    at = seen_by("consultant")
    fields = {field.label: field.value for field in at.number_input if "_of_" in str(field.key)}
    at.number_input(key="set_keep_days_of_slack_180").set_value(90)
    at.number_input(key="set_keep_days_of_zoom_30").set_value(None)
    at.text_input(key="set_reason").set_value("as the works agreement says")
    at.button(key="save").click().run()

    assert fields == {"Mail": None, "Slack": 180, "Zoom": 30}
    assert settings_door.read("acme").keep_days_by_tool == ("slack=90",)


def test_what_was_said_at_the_command_line_stays_as_it_was_written(company):
    said = {"milestones": "2026-03-02=Launch, 2026-04-13@Sales=Training", "keep_days": "90", "keep_days_by_tool": "slack=30", "calendars": "Munich=DE-BY;Austin=US-TX@America/Chicago"}  # fmt: skip
    assert settings_door.change("acme", said, "", "x@acme.example") is None
    before = settings_door.read("acme")

    at = seen_by("consultant")
    at.button(key="save").click().run()

    assert "**Saved.**" in words(at)
    assert settings_door.read("acme") == before
    assert before.milestones == ("2026-03-02=Launch", "2026-04-13@Sales=Training")


def test_dates_are_read_as_words_by_who_may_not_change_them(company):
    said = {"milestones": "2026-03-02=Launch,2026-04-13@Sales=Training"}
    assert settings_door.change("acme", said, "", "x@acme.example") is None

    table = seen_by("hr").table[0].value

    told = dict(zip(table["Setting"], table["Set to"], strict=True))["Dates to look at"]
    assert told.replace("\\", "") == "2 March 2026: Launch, 13 April 2026: Training (Sales)"
