"""The HR file: who belongs where and reports to whom, from tables as people really send them."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics.readers import hr_file, interaction_log, nursery
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.files import open_source
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
    began = nursery.seconds()
    report = parse(shared / "badinput" / entry["file"], out)
    assert nursery.seconds() - began < entry.get("max_seconds", 5)
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

    assert refused.value.code == "forbidden_content"


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


HISTORY = """person_id,manager_id,department,valid_from
1,,Board,2025-01-01
2,1,Sales,2025-01-01
3,2,Sales,2025-01-01
3,1,HR,2025-07-01
4,3,HR,2025-07-01
"""


def test_history_rows_follow_each_other_and_levels_move_with_them(tmp_path):
    org = read_text(hr_file, HISTORY, tmp_path).table("org")

    rows = org.select("person", "department", "level", "valid_from", "valid_to").rows()

    january, july = date(2025, 1, 1), date(2025, 7, 1)
    assert rows == [
        ("1", "Board", 0, january, None),
        ("2", "Sales", 1, january, None),
        ("3", "Sales", 2, january, july),
        ("3", "HR", 1, july, None),
        ("4", "HR", 2, july, None),
    ]


def test_history_with_dates_that_can_be_read_two_ways_is_refused(tmp_path):
    text = HISTORY.replace("2025-01-01", "01/02/2025").replace("2025-07-01", "01/07/2025")

    with pytest.raises(UnreadableExport, match="--map dates=dd/mm") as refusal:
        read_text(hr_file, text, tmp_path)
    said = read_text(hr_file, text, tmp_path, Options(columns={"dates": "dd/mm"}))

    assert refusal.value.code == "dates_ambiguous"
    assert said.table("org").get_column("valid_from").unique().sort().to_list() == [
        date(2025, 2, 1),
        date(2025, 7, 1),
    ]


def test_several_heads_are_said_and_a_manager_outside_the_file_heads_nothing(tmp_path):
    text = "id,manager id,dept\n1,,A\n2,1,A\n3,,B\n4,3,B\n5,99,C\n6,5,C\n"

    outcome = read_text(hr_file, text, tmp_path)

    assert outcome.table("org").get_column("level").to_list() == [0, 1, 0, 1, None, None]
    assert outcome.warnings == {"several_heads": 2, "manager_unknown": 1}


def test_a_written_level_is_never_used(tmp_path):
    outcome = read_text(hr_file, "id,manager id,leveldesignation\n1,,7\n2,1,7\n", tmp_path)

    assert outcome.table("org").get_column("level").to_list() == [0, 1]
    assert outcome.warnings == {"level_recomputed": 1}


def test_special_accounts_are_told_by_the_words_in_either_language(tmp_path):
    cells = ["1", "account tecnico", "ex dipendente", "casella condivisa", "former employee", "zzz"]
    rows = "".join(f"{number},{cell}\n" for number, cell in enumerate(cells, start=1))

    outcome = read_text(hr_file, "id,reports to\n" + rows, tmp_path)

    assert sorted(outcome.rejects) == [
        ("line 3", "account_technical"),
        ("line 4", "account_former"),
        ("line 5", "account_technical"),
        ("line 6", "account_former"),
    ]
    assert outcome.warnings == {"manager_self": 1, "manager_unknown": 1}


def test_nothing_of_an_unknown_or_sensitive_column_is_kept(tmp_path):
    text = "id,manager id,dept,salary,remarks\n1,,A,MARKER1,MARKER2\n2,1,A,MARKER1,MARKER2\n"

    outcome = read_text(hr_file, text, tmp_path)

    assert outcome.warnings == {"sensitive_column_dropped": 1, "column_ignored": 1}
    kept = b"".join(part.read_bytes() for part in outcome.sink.folder.iterdir())
    assert b"MARKER" not in kept
    assert "MARKER" not in str(outcome.table("org").rows())


def test_every_row_is_accounted_for(tmp_path):
    text = (
        "People of Acme\nid,email,manager id,dept\n1,a@acme.example,,A\n2,b@acme.example,1,A\n"
        "2,b@acme.example,1,A\n3,b@acme.example,1,A\n4,x@acme.example\nTotal,,,\n"
    )

    sink = read_text(hr_file, text, tmp_path).sink

    assert (sink.stored, sink.duplicates, sink.non_records) == (2, 1, 1)
    assert dict(sink.rejected) == {"duplicate_conflict": 1, "too_few_fields": 1, "summary_row": 1}


def test_a_staff_list_and_a_log_are_never_both_claimed(tmp_path):
    headers = {
        "time,sender,recipient": (True, False),
        "time,from,to,department,email": (True, False),
        "person id,manager id,department": (False, True),
        "email,dept,date,manager": (False, True),
        "name,amount": (False, False),
    }

    for header, expected in headers.items():
        path = tmp_path / "t.csv"
        path.write_text(header + "\n" + ",".join("x" for _ in header.split(",")) + "\n")
        source = open_source(path)
        assert (interaction_log.identify(source), hr_file.identify(source)) == expected, header
