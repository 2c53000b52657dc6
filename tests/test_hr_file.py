"""The HR file: who belongs where and reports to whom, from tables as people really send them."""

import json
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics.readers import hr_file
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.sandbox import parse
from tests.reading import read_text

ITALIAN = """Matricola;Nominativo;Email aziendale;Matricola responsabile;Reparto;Sede;Data assunzione;Data cessazione
M001;Anna Rossi;anna@acme.example;;Direzione;Milano;13/01/2020;
M002;Bruno Bianchi;BRUNO@acme.example ;M001;Qualità;Torino;01/02/2021;
M003;Carla Verdi;carla@acme.example;M002;Qualità;Torino;31/03/2022;30/06/2026
"""


def bad_input():
    manifest = Path(__file__).resolve().parents[2] / "shared" / "badinput" / "manifest.json"
    entries = json.loads(manifest.read_text())["files"] if manifest.exists() else []
    return [entry for entry in entries if entry["kind"] in ("hr_csv", "hr_xlsx")]


def test_the_corpus_of_bad_files_is_there(shared):
    assert len(bad_input()) == 39


@pytest.mark.parametrize("entry", bad_input(), ids=lambda entry: entry["file"])
def test_bad_files_come_out_as_they_should(shared, tmp_path, entry):
    out = tmp_path / "out"
    began = time.monotonic()
    report = parse(shared / "badinput" / entry["file"], out)
    assert time.monotonic() - began < entry.get("max_seconds", 5) + 5  # the machine may be busy
    assert (report.outcome, report.reject_code) == (entry["outcome"], entry["reject_code"])
    assert report.rows.get("org", 0) == entry["rows_ok"]
    assert report.warnings == sorted(entry["warnings"])
    assert (
        report.read
        == report.stored + sum(report.rejected.values()) + report.duplicates + report.non_records
    )
    if report.outcome == "reject":
        assert report.message
        assert not list(out.glob("*.parquet"))
        return
    rejects = pl.read_parquet(out / "reject.parquet").rows(named=True)
    assert rejects == [{"place": q["where"], "code": q["code"]} for q in entry["quarantine"]]
    content = b"".join(part.read_bytes() for part in out.iterdir())
    if marker := entry.get("must_not_contain"):
        assert marker.encode() not in content


def test_an_italian_file_gives_departments_levels_and_the_day_of_leaving(tmp_path):
    org = read_text(hr_file, ITALIAN, tmp_path).table("org").sort("person")

    assert org.select("person", "email", "manager", "department", "level", "location", "hired_on", "valid_to").rows() == [
        ("M001", "anna@acme.example", None, "Direzione", 0, "Milano", date(2020, 1, 13), None),
        ("M002", "bruno@acme.example", "M001", "Qualità", 1, "Torino", date(2021, 2, 1), None),
        ("M003", "carla@acme.example", "M002", "Qualità", 2, "Torino", date(2022, 3, 31), date(2026, 7, 1)),
    ]  # fmt: skip


def test_a_manager_may_be_given_as_id_address_or_name(tmp_path):
    text = "id,email,name,manager,department\n1,a@x.example,Anna Rossi,,A\n2,b@x.example,Bo Li,1,A\n3,c@x.example,Cy Do,b@x.example,A\n4,d@x.example,Di Fo,Anna Rossi,A\n"

    org = read_text(hr_file, text, tmp_path).table("org").sort("person")

    assert org["manager"].to_list() == [None, "1", "2", "1"]
    assert org["level"].to_list() == [0, 1, 2, 1]


def test_people_in_a_circle_have_no_manager_and_are_said(tmp_path):
    text = "id,manager,department\n1,,A\n2,3,A\n3,2,A\n4,1,A\n"

    outcome = read_text(hr_file, text, tmp_path)

    assert dict(outcome.table("org").select("person", "manager").rows()) == {
        "1": None,
        "2": None,
        "3": None,
        "4": "1",
    }
    assert outcome.warnings["manager_cycle"] >= 1


def test_columns_named_by_hand_are_read(tmp_path):
    text = "wer;wem;wo\n1;;A\n2;1;B\n"

    options = Options(columns={"person": "wer", "manager": "wem", "department": "wo"})
    org = read_text(hr_file, text, tmp_path, options).table("org").sort("person")

    assert org.select("person", "manager", "department").rows() == [
        ("1", None, "A"),
        ("2", "1", "B"),
    ]


def test_a_file_that_claims_to_know_moods_is_refused_with_the_reason(tmp_path):
    with pytest.raises(UnreadableExport, match="mood") as refused:
        read_text(hr_file, "id,department,mood score\n1,A,4\n", tmp_path)

    assert refused.value.code == "forbidden_column"


def test_real_reporting_lines_give_the_published_tree(shared, tmp_path):
    report = parse(shared / "data" / "manufacturing_email" / "reportsto_full.csv", tmp_path / "out")

    org = pl.read_parquet(tmp_path / "out" / "org-*.parquet")
    assert report.rejected == {"account_technical": 7, "account_former": 6}
    assert org.group_by("level").len().sort("level")["len"].to_list() == [1, 11, 64, 33, 44, 1]
    assert report.warnings == ["manager_self"]


@pytest.mark.parametrize(
    ("file", "people"),
    [
        ("hr_org/copilot-analytics-public/dataset1_good.csv", None),
        ("hr_org/copilot-analytics-public/contoso_org_data_test.csv", None),
        ("hr_workday_xlsx/organizational-chart-app/100_WD_Report_2.xlsx", 300),
    ],
)
def test_files_of_known_systems_load(shared, tmp_path, file, people):
    report = parse(shared / "samples" / file, tmp_path / "out")

    assert report.format == "hr_file", report.message
    assert report.outcome in ("accept", "partial")
    assert (
        report.read
        == report.stored + sum(report.rejected.values()) + report.duplicates + report.non_records
    )
    if people:
        assert report.rows["org"] == people
