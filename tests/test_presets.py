"""What a country asks for before files come in, and when old e-mail may not."""

import json
from datetime import date, timedelta

import pytest

from analytics.__main__ import main
from analytics.ingest import ingest, undo
from analytics.vault.changes import apply
from analytics.vault.presets import NotSettled, missing, presets
from analytics.vault.settings import COUNTRIES, Settings
from analytics.vault.workspace import Workspace

TODAY = date(2026, 3, 31)
SAID = {"purpose": "Adoption of tools", "legal_basis": "GDPR 6(1)(f)", "keep_days": "365"}


pytestmark = pytest.mark.usefixtures("home")


def publish(workspace, progress):
    path = workspace.next_release_path()
    path.write_text("a release")
    return workspace.publish_pointer(path)


def run(path, today=TODAY):
    return ingest([path], "acme", publish=publish, today=today)["files"][0]


def log(folder, days_old, kind="email"):
    """A log of two acts, the older one that many days before TODAY."""
    path = folder / f"{kind}-{days_old}.csv"
    old, new = TODAY - timedelta(days=days_old), TODAY - timedelta(days=1)
    path.write_text(
        f"time,sender,recipient,kind\n{old} 00:00:00,ann@example.org,bo@example.org,{kind}\n"
        f"{new} 09:00:00,bo@example.org,ann@example.org,{kind}\n"
    )
    return path


def workspace(**said):
    made = Workspace.open("acme", create=True)
    apply(made, said)
    return made


def test_there_are_rules_for_every_country_that_can_be_set():
    assert set(presets()) == set(COUNTRIES)
    assert all(set(rules.needs) <= set(vars(Settings())) for rules in presets().values())


@pytest.mark.parametrize(
    ("country", "needed"),
    [
        ("", ["purpose", "legal_basis", "keep_days"]),
        ("it", ["purpose", "legal_basis", "keep_days"]),
        ("de", ["purpose", "legal_basis", "keep_days", "agreement"]),
    ],
)
def test_each_country_asks_for_its_own(country, needed):
    assert missing(Settings(country=country)) == needed
    assert missing(Settings(country=country, demo=True)) == []
    assert (
        missing(
            Settings(
                country=country, purpose="a", legal_basis="b", keep_days=30, agreement="BV 7/2026"
            )
        )
        == []
    )


def test_a_country_turns_files_away_until_all_is_said(tmp_path):
    made = workspace(country="de", **SAID)

    with pytest.raises(NotSettled) as refusal:
        run(log(tmp_path, 2))
    apply(made, {"agreement": "BV 7/2026"})

    assert str(refusal.value) == (
        "Workspace acme does not say yet the reference of the agreement: the rules for Germany ask for it before files "
        "come in. Say it on the Settings page, or with: python -m analytics settings --workspace acme "
        '--set agreement="…"'
    )
    assert run(log(tmp_path, 2))["outcome"] == "accept"


def test_the_command_line_refuses_with_the_command_that_helps(tmp_path, capsys):
    workspace(country="it")

    code = main(["ingest", str(log(tmp_path, 2)), "-w", "acme", "--format", "json"])

    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    assert "--set purpose" in err
    assert "--set legal_basis" in err
    assert "--set keep_days=365" in err


def test_without_a_country_the_command_line_imports_and_says_what_is_not_said(tmp_path, capsys, monkeypatch):  # fmt: skip
    monkeypatch.setattr("analytics.ingest._default_publish", lambda: publish)

    code = main(["ingest", str(log(tmp_path, 2)), "-w", "fresh", "--format", "json"])

    out, err = capsys.readouterr()
    assert code == 0
    assert json.loads(out)["files"][0]["outcome"] == "accept"
    assert "Workspace fresh does not say yet the purpose, the legal basis" in err


# ------------------------------------------------------------------------------ e-mail in Italy


def nothing_kept(made):
    return not list(made.imports.iterdir()) and not made.ledger.exists() and not made.identity.exists()  # fmt: skip


def test_email_of_22_days_needs_an_agreement_in_italy(tmp_path):
    made = workspace(country="it", **SAID)

    file = run(log(tmp_path, 22))

    assert (file["outcome"], file["reject_code"], file["import"], file["stored"]) == (
        "reject", "agreement_missing", None, 0,
    )  # fmt: skip
    assert "22 days old" in file["message"]
    assert "21 days needs an agreement" in file["message"]
    assert nothing_kept(made)


@pytest.mark.parametrize("days", [20, 21])
def test_email_up_to_21_days_old_needs_none(days, tmp_path):
    workspace(country="it", **SAID)

    assert run(log(tmp_path, days))["outcome"] == "accept"


def test_the_day_of_the_import_decides(tmp_path):
    workspace(country="it", **SAID)

    assert run(log(tmp_path, 20), TODAY + timedelta(days=2))["reject_code"] == "agreement_missing"


def test_with_the_agreement_old_email_comes_in(tmp_path):
    workspace(country="it", agreement="Accordo RSU 12/2025", **SAID)

    assert run(log(tmp_path, 300))["outcome"] == "accept"


def test_meetings_are_no_email_metadata(tmp_path):
    workspace(country="it", **SAID)

    assert run(log(tmp_path, 300, kind="meeting"))["outcome"] == "accept"


def test_elsewhere_old_email_comes_in(tmp_path):
    workspace(country="de", agreement="BV 7/2026", **SAID)

    assert run(log(tmp_path, 300))["outcome"] == "accept"


def test_old_email_that_was_left_out_does_not_come_back(tmp_path):
    made = workspace(**SAID)
    path = log(tmp_path, 300)
    undo("acme", run(path)["import"], publish=publish)
    apply(made, {"country": "it"})

    assert run(path)["reject_code"] == "agreement_missing"
    apply(made, {"agreement": "Accordo RSU 12/2025"})
    assert run(path)["import"] is not None


def test_a_company_cannot_be_made_a_demo_to_get_around_the_rules(tmp_path, capsys):
    made = workspace(**SAID)
    run(log(tmp_path, 2))

    code = main(["demo", "-w", "acme"])

    assert code == 2
    assert "choose another name for the demo" in capsys.readouterr().err
    assert not Workspace.open(made.name).settings.demo
