"""The main job end to end on real data: files in, published figures out, through the command line alone."""

import csv
import json
import math
from pathlib import Path

import pytest

from analytics.__main__ import main
from analytics.release import current, open_release
from tests.conftest import measuring

# Manufacturing company, e-mail of nine months and reporting lines (Nurek & Michalski 2020, doi:10.7910/DVN/6Z3CGX):
# the values were computed from the published files by independent scripts.
PUBLISHED = {
    "tree_reach_ratio": 0.8412,
    "skip_level_lift": 0.3997,
    "direct_line_lift": 5.2470,
    "department_ei_excess": -0.3095,
    "manager_brokerage_lift": 0.8755,
    "upward_share": 0.4917,
    "upward_initiation_share": 0.5169,
    "reply_asymmetry": 0.0175,
    "leadership_voice_ratio": 1.3029,
    "broadcast_share": 0.1921,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def call(capsys, *arguments: str) -> dict:
    assert main([*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def manufacturing(home, shared, monkeypatch, capsys) -> str:
    monkeypatch.setenv("CONVIVIO_HOME", str(home))
    data = shared / "data" / "manufacturing_email"
    files = (str(data / "communication.csv"), str(data / "reportsto_full.csv"))
    if not (home / "manufacturing" / "CURRENT").exists():
        report = call(
            capsys,
            "ingest",
            *files,
            "-w",
            "manufacturing",
            "--map",
            "sender=actor1",
            "--map",
            "recipient=actor2",
        )
        (home / "report.json").write_text(json.dumps(report))
    return "manufacturing"


def test_every_row_of_both_files_is_accounted_for(manufacturing, home):
    log, org = json.loads((home / "report.json").read_text())["files"]

    assert (log["format"], log["outcome"]) == ("interaction_log", "accept")
    assert log["read"]["delivery"] == 82_876
    assert log["events"] == {"email": 58_412}
    assert (log["rejected"], log["duplicates"]) == ({}, 0)
    assert org["read"]["org"] == 154
    assert org["rejected"] == {"account_technical": 7, "account_former": 6}
    assert org["records"] == 167


@pytest.mark.parametrize(("metric", "value"), PUBLISHED.items())
def test_hierarchy_figures_of_real_mail_equal_the_published_ones(
    manufacturing, capsys, metric, value
):
    answer = call(capsys, "metric", metric, "-w", manufacturing)

    [row] = answer["rows"]
    assert round(row["value"], 4) == value
    assert row["n"] == 154
    assert row["reason"] is None
    assert row["low"] < row["value"] < row["high"]


def test_messages_by_distance_equal_the_published_ones(manufacturing, capsys):
    rows = call(capsys, "metric", "messages_by_distance", "-w", manufacturing)["rows"]

    assert [round(row["value"], 3) for row in rows][:6] == [
        42.853,
        12.757,
        3.405,
        2.725,
        2.096,
        2.271,
    ]


def test_the_org_chart_fits_the_traffic(manufacturing, capsys):
    [row] = call(capsys, "metric", "org_match", "-w", manufacturing)["rows"]

    assert row["reason"] is None
    assert round(row["value"], 3) == 0.634


def test_without_a_list_of_accounts_a_share_of_users_is_not_known(manufacturing, capsys):
    [row] = call(capsys, "metric", "active_people", "-w", manufacturing)["rows"]

    assert (row["value"], row["reason"]) == (None, "no_seats")


def test_mail_whose_ids_do_not_fit_the_org_chart_gives_no_hierarchy(
    home, shared, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("CONVIVIO_HOME", str(home))
    data = shared / "data" / "manufacturing_email"
    log = tmp_path / "renumbered.csv"
    with log.open("w", newline="") as out, (data / "renumbered_release.edges").open() as edges:
        writer = csv.writer(out)
        writer.writerow(["sender", "recipient", "epoch", "mail"])
        writer.writerows(line.split() for line in edges)
    with measuring():
        call(capsys, "ingest", str(log), str(data / "reportsto_full.csv"), "-w", "renumbered")

    for metric in (*PUBLISHED, "messages_by_distance", "org_match"):
        rows = call(capsys, "metric", metric, "-w", "renumbered")["rows"]
        assert {row["reason"] for row in rows} == {"org_mismatch"}, metric
        assert all(row["value"] is None for row in rows)


def test_two_overlapping_halves_and_an_undo_come_back_to_the_whole(
    manufacturing, home, shared, tmp_path, capsys
):
    lines = (
        (shared / "data" / "manufacturing_email" / "communication.csv")
        .read_text()
        .splitlines(keepends=True)
    )
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("".join(lines[:50_000]))
    second.write_text("".join([lines[0], *lines[40_000:]]))
    org = str(shared / "data" / "manufacturing_email" / "reportsto_full.csv")

    with measuring():  # none of the figures that are compared is one of these sums
        report = call(capsys, "ingest", str(first), str(second), org, "-w", "halves")
        whole = figures(capsys, "halves")
        call(capsys, "imports", "-w", "halves", "--undo", report["files"][1]["import"])
        half = figures(capsys, "halves")
        call(capsys, "ingest", str(second), "-w", "halves")
        again = figures(capsys, "halves")

    assert whole == figures(capsys, manufacturing)
    assert half != whole
    assert again == whole


def figures(capsys, workspace: str) -> list[tuple]:
    return [
        (metric, row["n"], None if row["value"] is None else math.floor(row["value"] * 1e9))
        for metric in PUBLISHED
        for row in call(capsys, "metric", metric, "-w", workspace)["rows"]
    ]


def test_a_slack_export_alone_gives_adoption_and_says_what_it_lacks(
    home, tmp_path, monkeypatch, capsys
):
    from analytics.demo import company

    monkeypatch.setenv("CONVIVIO_HOME", str(home))
    _, slack, mail, *_ = company(tmp_path, 60, 14, 3)
    call(capsys, "ingest", str(slack), "-w", "slack-only", "--time-zone", "Europe/Rome")
    call(capsys, "ingest", str(mail), "-w", "mail-only")

    [row] = call(capsys, "metric", "active_people", "-w", "slack-only")["rows"]
    assert 0 < row["low"] < row["value"] < row["high"] < 1
    for workspace in ("slack-only", "mail-only"):
        lacking = {
            m["metric"]: m["reason"]
            for m in call(capsys, "coverage", "-w", workspace)["metrics"]
            if not m["computable"]
        }
        assert lacking["tree_reach_ratio"] == "no_org"


TINY = {
    "hr-alone": "id,manager,department\n1,,A\n2,1,A\n3,1,B\n",
    "three-people": "time,sender,recipient\n2026-01-05 09:00:00,a,b\n2026-01-06 09:00:00,b,c\n2026-02-06 09:00:00,c,a\n",
}


@pytest.mark.parametrize("name", TINY)
def test_a_company_too_small_to_show_is_published_and_every_page_opens(
    name, home, tmp_path, monkeypatch, capsys
):
    from tests.test_pages import BROKEN, FIGURES, shown

    monkeypatch.setenv("CONVIVIO_HOME", str(home))
    file = tmp_path / f"{name}.csv"
    file.write_text(TINY[name])

    report = call(capsys, "ingest", str(file), "-w", name)

    assert report["release"] == 1
    for page in (*FIGURES, "trust", "imports"):
        assert BROKEN not in shown(page, ws=name), page
    figures = open_release(current(name)).figures("deliveries_per_day", variant=None)
    assert figures["value"].drop_nulls().is_empty()


def test_what_a_company_laid_down_and_what_was_done_stand_beside_its_figures(
    home, tmp_path, monkeypatch, capsys
):
    from analytics import audit_log, council, places

    monkeypatch.setenv("CONVIVIO_HOME", str(home))
    file = tmp_path / "anna.rossi.csv"
    file.write_text(TINY["hr-alone"])
    call(capsys, "settings", "-w", "rules", "--set", "purpose=To see use", "--set", "keep_days=365")
    call(capsys, "ingest", str(file), "-w", "rules")

    stands = dict(council.rules(open_release(current("rules"))))
    assert (stands["Purpose"], stands["Legal basis"]) == ("To see use", "not set")
    assert stands["Acts are kept for"] == "365 days"
    folder = places.folder("rules")
    kinds = [line["kind"] for line in audit_log.read(folder)]
    assert kinds[:2] == ["publish", "import"] and "settings" in kinds
    assert "anna" not in (folder / "audit.jsonl").read_text()
    assert audit_log.verify(folder) is None
