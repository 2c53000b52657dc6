"""What a workspace was told: what it may hold, who changed it and why, and that no way leads under five people."""

import json

import pytest

from analytics import audit_log, settings_door
from analytics.__main__ import main
from analytics.vault.changes import WrongChange, apply, changed, loosened, shown
from analytics.vault.settings import Settings, WrongSetting, as_toml, read_settings
from analytics.vault.workspace import Workspace, WorkspaceBusy

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def workspace():
    return Workspace.open("acme", create=True)


def logged(workspace):
    lines = reversed(audit_log.read(workspace.folder))
    return [(line["setting"], line["old"], line["new"], line.get("reason")) for line in lines]


def test_what_is_said_comes_back_as_it_was_written(tmp_path):
    said = Settings(
        purpose='To see whether "Slack" helps', legal_basis="Art. 6(1)(f)", agreement="BV 7/2026",
        country="de", keep_days=365, keep_days_by_tool=("slack=90",), threshold=12,
    )  # fmt: skip
    (tmp_path / "settings.toml").write_text(as_toml(said))

    assert read_settings(tmp_path / "settings.toml") == said


def test_a_file_of_an_older_version_is_still_read(tmp_path):
    (tmp_path / "settings.toml").write_text('company = "Acme"\nminutes_per_act = 3.0\n')

    assert read_settings(tmp_path / "settings.toml") == Settings(company="Acme")


def test_acts_are_kept_as_long_as_their_tool_or_else_the_company_says():
    settings = Settings(keep_days=365, keep_days_by_tool=("slack=90", "Teams = 30"))

    assert [settings.days_kept(tool) for tool in ("slack", "Slack", "teams", "email")] == [90, 90, 30, 365]  # fmt: skip
    assert Settings(keep_days_by_tool=("slack=90",)).days_kept("email") is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"keep_days": 0}, "1 or more"),
        ({"keep_days": True}, "whole number"),
        ({"keep_days_by_tool": ("slack",)}, "slack=365"),
        ({"keep_days_by_tool": ("slack=0",)}, "slack=365"),
        ({"country": "fr"}, "Italy"),
        ({"purpose": 5}, "words in quotes"),
        ({"threshold": 10.5}, "whole number"),
    ],
)
def test_what_cannot_be_meant_is_refused(values, said):
    with pytest.raises(WrongSetting, match=said):
        Settings(**values)


# ------------------------------------------------------------------------------ never under five


def test_the_file_cannot_lower_the_threshold_under_five(tmp_path):
    (tmp_path / "settings.toml").write_text("threshold = 4")

    with pytest.raises(WrongSetting, match="under 5 people are never shown"):
        read_settings(tmp_path / "settings.toml")


def test_the_environment_cannot_lower_the_threshold_under_five(workspace, monkeypatch, capsys):
    monkeypatch.setenv("CONVIVIO_THRESHOLD", "4")

    code = main(["settings", "-w", "acme"])

    assert code == 1
    assert "CONVIVIO_THRESHOLD is '4', but groups under 5 people are never shown" in capsys.readouterr().err  # fmt: skip


def test_the_command_line_cannot_lower_the_threshold_under_five(home, capsys):
    code = main(["settings", "-w", "acme", "--set", "threshold=4", "--reason", "we want to"])

    assert code == 2
    assert "under 5 people are never shown" in capsys.readouterr().err
    assert not (home / "acme").exists()


def test_what_a_page_sends_cannot_lower_the_threshold_under_five(workspace):
    with pytest.raises(WrongChange, match="under 5 people are never shown"):
        apply(workspace, {"threshold": "4"}, "we want to")

    assert Workspace.open("acme").settings.threshold == 10


def test_a_machine_may_ask_for_larger_groups_than_a_workspace(workspace, monkeypatch):
    apply(workspace, {"threshold": "8"}, "agreed")

    monkeypatch.setenv("CONVIVIO_THRESHOLD", "15")
    raised = Workspace.open("acme").settings.threshold
    monkeypatch.setenv("CONVIVIO_THRESHOLD", "6")
    stays = Workspace.open("acme").settings.threshold

    assert (raised, stays) == (15, 8)


# ------------------------------------------------------------------------------ changes and reasons


@pytest.mark.parametrize(
    ("before", "said", "worse"),
    [
        ({}, {"threshold": "9"}, ["groups of 9 instead of 10 are shown"]),
        ({"threshold": 20}, {"threshold": "10"}, []),
        ({"threshold": 20}, {"threshold": "7"}, ["groups of 7 instead of 20 are shown"]),
        ({"threshold": 7}, {"threshold": "8"}, []),
        ({}, {"keep_days": "365"}, []),
        ({"keep_days": 90}, {"keep_days": "30"}, []),
        ({"keep_days": 90}, {"keep_days": "91"}, ["acts are kept 91 days instead of 90"]),
        ({"keep_days": 90}, {"keep_days": ""}, ["acts are kept without end instead of 90"]),
        (
            {"keep_days": 90},
            {"keep_days_by_tool": "slack=365"},
            ["acts in slack are kept 365 days instead of 90"],
        ),
        (
            {"keep_days": 90, "keep_days_by_tool": ("slack=30",)},
            {"keep_days_by_tool": ""},
            ["acts in slack are kept 90 days instead of 30"],
        ),
    ],
)
def test_only_what_protects_less_needs_a_reason(before, said, worse):
    settings = Settings(**before)

    assert loosened(settings, changed(settings, said)) == worse


def test_without_a_reason_nothing_is_changed_and_with_one_it_is_logged(workspace):
    with pytest.raises(WrongChange, match=r"needs a reason.*groups of 8 instead of 10"):
        apply(workspace, {"purpose": "Adoption", "threshold": "8"}, " ")
    before = Workspace.open("acme").settings

    after = apply(workspace, {"purpose": "Adoption", "threshold": "8"}, "works agreement 3/2026")

    assert (before.purpose, before.threshold) == ("", 10)
    assert Workspace.open("acme").settings == after
    assert logged(workspace) == [
        ("purpose", "", "Adoption", "works agreement 3/2026"),
        ("threshold", "10", "8", "works agreement 3/2026"),
    ]


def test_saying_the_same_again_is_no_change(workspace):
    apply(workspace, {"threshold": "12"})

    apply(workspace, {"threshold": "12"})

    assert logged(workspace) == [("threshold", "10", "12", None)]


def test_settings_are_not_written_while_an_import_runs(workspace):
    with workspace.locked(), pytest.raises(WorkspaceBusy):
        apply(Workspace.open("acme"), {"threshold": "12"})


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"demo": "true"}, "no setting 'demo'"),
        ({"keep_days": "a year"}, "keep_days takes numbers"),
        ({"hourly_cost": "20,x,60"}, "28,36,48"),
        ({"time_zone": "Rome"}, "Europe/Rome"),
        ({"day_starts": "18"}, "before day_ends"),
    ],
)
def test_a_change_that_cannot_be_meant_says_why(said, sentence):
    with pytest.raises(WrongChange, match=sentence):
        changed(Settings(), said)


def test_every_setting_reads_what_it_shows():
    settings = Settings(
        company="A", purpose="b", legal_basis="c", agreement="d", country="it", keep_days=9,
        keep_days_by_tool=("slack=9", "email=8"), threshold=11, time_zone="Europe/Rome", day_starts=8, day_ends=18,
        workdays=(1, 2), hourly_cost=(1.0, 2.5, 3.0), currency="CHF", holidays="IT",
        calendars="Munich=DE-BY; Austin=US-TX@America/Chicago",
    )  # fmt: skip
    names = [name for name in vars(settings) if name != "demo" and not name.startswith("_")]

    said = {name: shown(getattr(settings, name)) for name in names}

    assert changed(Settings(), said) == settings


# ------------------------------------------------------------------------------ the command


def test_the_command_makes_the_workspace_and_says_what_is_missing(home, capsys):
    code = main(["settings", "-w", "new", "--set", "country=it", "--set", "purpose=Adoption", "--format", "json"])  # fmt: skip

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (home / "new" / "secret.key").exists()
    assert answer["missing"] == ["legal_basis", "keep_days"]
    assert answer["settings"]["purpose"] == "Adoption"


def test_the_command_shows_what_is_set_and_on_stderr_what_is_not(workspace, capsys):
    code = main(["settings", "-w", "acme", "--format", "table"])

    out, err = capsys.readouterr()
    assert code == 0
    assert "threshold          10" in out
    assert "does not say yet the purpose, the legal basis and how long acts are kept" in err


@pytest.mark.parametrize("entry", ["threshold", "=4", "colour=red"])
def test_a_wrong_entry_is_wrong_use(entry, capsys):
    assert main(["settings", "-w", "new", "--set", entry]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_rows_of_dates_and_places_become_the_words_that_were_typed_before():
    dates = [
        {"day": "2026-03-02", "department": "", "what": "Viva Engage opens, at last"},
        {"day": "2026-04-13", "department": "Customer care", "what": "Training"},
    ]
    places = [
        {"place": "Munich", "country": "DE", "region": "by", "zone": ""},
        {"place": "Austin", "country": "US", "region": "TX", "zone": "America/Chicago"},
    ]

    said = {
        "milestones": settings_door.dates_in_words(dates),
        "calendars": settings_door.places_in_words(places),
    }
    kept = changed(Settings(), said)

    assert said == {
        "milestones": "2026-03-02=Viva Engage opens, at last,2026-04-13@Customer care=Training",
        "calendars": "Munich=DE-BY; Austin=US-TX@America/Chicago",
    }
    assert kept.milestones == ("2026-03-02=Viva Engage opens, at last", "2026-04-13@Customer care=Training")  # fmt: skip
    assert settings_door.dates_in_words(settings_door.dates(kept)) == said["milestones"]
    assert settings_door.places_in_words(settings_door.places_said(kept)) == said["calendars"]


@pytest.mark.parametrize(
    "row",
    [
        {"day": "", "department": "", "what": "Training"},
        {"day": "2026-03-02", "department": "Sales", "what": ""},
        {"day": "2026-03-02", "department": "R=D", "what": "Training"},
    ],
)
def test_a_date_that_lacks_its_day_or_name_is_refused(row):
    with pytest.raises(settings_door.Incomplete):
        settings_door.dates_in_words([row])


@pytest.mark.parametrize("row", [{"place": "Munich", "country": ""}, {"place": "", "country": "DE"}, {"place": "A;B", "country": "DE"}])  # fmt: skip
def test_a_place_without_its_country_is_refused(row):
    with pytest.raises(settings_door.Incomplete):
        settings_door.places_in_words([{"region": "", "zone": "", **row}])
