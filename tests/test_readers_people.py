"""Staff lists of the named systems and directories of accounts: who, where, under whom, with which seats."""

import json
from datetime import date

import polars as pl
import pytest

from analytics.readers import hr_file
from analytics.readers.people import bamboohr_json, entra_users, workday_tables
from analytics.readers.sandbox import parse
from analytics.vault import imports, store
from analytics.vault.workspace import Workspace
from tests.reading import read_file, read_text

SUCCESSFACTORS = """STATUS,USERID,USERNAME,FIRSTNAME,LASTNAME,GENDER,EMAIL,MANAGER,HR,DEPARTMENT,LOCATION,HIREDATE
Status,User ID,Username,First Name,Last Name,Gender,Email,Manager,Human Resource,Department,Location,Hire Date
active,100,arossi,Anna,Rossi,F,anna@acme.example,NO_MANAGER,NO_HR,Board (50000001),Milano (MI01),01/31/2015
active,101,bweiss,Ben,Weiss,M,ben@acme.example,100,NO_HR,Sales (50000002),Berlin (BE01),02/15/2020
inactive,102,cverdi,Carla,Verdi,F,carla@acme.example,101,NO_HR,Sales (50000002),Milano (MI01),03/01/2021
"""
PERSONIO_DE = """Personalnummer;Vorname;Nachname;E-Mail;Status;Position;Vorgesetzte:r;Abteilung;Team;Arbeitsort;Einstellungsdatum
1;Anna;Rossi;anna@acme.example;aktiv;Leitung;;Vorstand;;Berlin;01.03.2015
2;Ben;Weiß;ben@acme.example;aktiv;Verkauf;Anna Rossi;Vertrieb;Nord;Berlin;15.01.2020
3;Carla;Verdi;carla@acme.example;inaktiv;Verkauf;Ben Weiß;Vertrieb;Nord;Berlin;15.01.2021
"""
ZUCCHETTI = """matricola;cognome;nome;qualifica;unita_operativa;retribuzione;mese;anno
0001;ROSSI;ANNA;Dirigente;Qualità;4.500,00;1;2026
0002;BIANCHI;BEN;Impiegato;Vendite;2.500,00;1;2026
0002;BIANCHI;BEN;Impiegato;Acquisti;2.500,00;2;2026
"""
WORKDAY = """Staff report,,,,
Run on 2026-01-07,,,,
Employee ID,Worker,Email - Work,Supervisory Organization,Hire Date
1,Anna Rossi,anna@acme.example,Board,2015-03-01
2,Ben Weiss (On Leave),ben@acme.example,Board Office (Anna Rossi),2020-01-15
3,Carla Verdi,carla@acme.example,Sales EMEA (Ben Weiss),2021-01-15
"""


def org(outcome, *columns):
    return outcome.table("org").sort("person", "valid_from").select(columns).rows()


def test_a_second_row_of_labels_is_no_person_and_no_manager_is_the_head(tmp_path):
    found = read_text(hr_file, SUCCESSFACTORS, tmp_path)

    assert org(found, "person", "manager", "department", "location", "level", "hired_on") == [
        ("100", None, "Board", "Milano", 0, date(2015, 1, 31)),
        ("101", "100", "Sales", "Berlin", 1, date(2020, 2, 15)),
    ]
    assert found.sink.non_records == 1
    assert found.rejects == [("line 5", "person_left")]


def test_a_german_table_of_personio_finds_managers_by_their_name(tmp_path):
    found = read_text(hr_file, PERSONIO_DE, tmp_path)

    assert org(found, "person", "manager", "department", "team", "location", "hired_on") == [
        ("1", None, "Vorstand", None, "Berlin", date(2015, 3, 1)),
        ("2", "1", "Vertrieb", "Nord", "Berlin", date(2020, 1, 15)),
    ]
    assert found.rejects == [("line 4", "person_left")]


def test_payroll_rows_of_a_month_become_a_history_without_pay_or_grade(tmp_path):
    found = read_text(hr_file, ZUCCHETTI.encode("cp1252"), tmp_path)

    assert org(found, "person", "department", "level", "valid_from", "valid_to") == [
        ("0001", "Qualità", None, date(2026, 1, 1), None),
        ("0002", "Vendite", None, date(2026, 1, 1), date(2026, 2, 1)),
        ("0002", "Acquisti", None, date(2026, 2, 1), None),
    ]
    assert found.warnings == {
        "encoding_converted": 1, "level_recomputed": 1, "sensitive_column_dropped": 1,
    }  # fmt: skip


def test_workday_writes_the_manager_behind_the_organisation(tmp_path):
    found = read_text(hr_file, WORKDAY, tmp_path)

    assert org(found, "person", "manager", "department", "level") == [
        ("1", None, "Board", 0),
        ("2", "1", "Board Office", 1),
        ("3", "2", "Sales EMEA", 2),
    ]
    assert found.sink.non_records == 2


def test_a_licence_opens_its_tools_and_a_blocked_account_has_no_seat(tmp_path):
    rows = ["User principal name,Display name,First name,Last name,Licenses,Block credential"]
    rows += [f"{name}@acme.example,{name},{name},X,{licence},{blocked}" for name, licence, blocked in (
        ("a", "Office 365 E1", "False"),
        ("b", "Exchange Online (Plan 1)", "False"),
        ("c", "Microsoft 365 E5 (no Teams)+Microsoft Teams Enterprise", "False"),
        ("d", "Microsoft 365 E5 (no Teams)", "False"),
        ("e", "Office 365 E3", "True"),
        ("f", "Unlicensed", "False"),
    )]  # fmt: skip

    found = read_text(entra_users, "\n".join(rows), tmp_path).table("account")

    seats = found.filter("has_seat").group_by("account").agg(pl.col("tool").sort()).sort("account")
    suite = ["mail", "onedrive", "sharepoint", "teams", "viva_engage"]
    assert seats.rows() == [
        ("a@acme.example", suite),
        ("b@acme.example", ["mail"]),
        ("c@acme.example", suite),
        ("d@acme.example", ["mail", "onedrive", "sharepoint", "viva_engage"]),
    ]


SAMPLES = {
    # sample: records, stored
    "bamboohr/PsBambooHr/Get-EmployeeDirectory.Response.json": (bamboohr_json, 1, 1),
    "bamboohr/PsBambooHr/Get-Report.Response.json": (bamboohr_json, 2, 2),
    "hr_org/copilot-analytics-public/contoso_org_data_test.csv": (hr_file, 37, 37),
    "hr_org/copilot-analytics-public/northwind_org_data_test.csv": (hr_file, 27, 26),
    "hr_org/copilot-analytics-public/dataset1_good.csv": (hr_file, 28, 28),
    "hr_org/copilot-analytics-public/dataset2_partial.csv": (hr_file, 24, 24),
    "hr_org/copilot-analytics-public/dataset3_bad.csv": (hr_file, 20, 19),
    "hr_org/copilot-analytics-public/modis_bad.csv": (hr_file, 20, 20),
    "hr_org/copilot-analytics-public/sim1_good.csv": (hr_file, 30, 30),
    "hr_org/copilot-analytics-public/adversarial_stress_test.csv": (hr_file, 46, 44),
    "hr_workday_xlsx/organizational-chart-app/100_WD_Report_2.xlsx": (hr_file, 300, 300),
    # 7 + 7 rows of history and 7 of its organisations, 5 organisations, 5 names, 5 addresses
    "hr_workday/dbt_workday": (workday_tables, 36, 7),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_samples_give_as_many_records_as_they_hold(shared, tmp_path, sample):
    reader, read, stored = SAMPLES[sample]

    report = parse(shared / "samples" / sample, tmp_path / "out")

    assert (report.format, report.read, report.stored) == (reader.FORMAT.id, read, stored)
    assert report.read == report.stored + sum(report.rejected.values()) + report.duplicates + report.non_records  # fmt: skip


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        ("Get-EmployeeTable.employmentStatus.Response.json", "column_missing"),
        ("Get-Fields.Response.json", "no_recognised_data"),
    ],
)
def test_answers_of_bamboohr_that_say_nothing_of_a_place_are_refused(
    shared, tmp_path, sample, code
):
    report = parse(shared / "samples/bamboohr/PsBambooHr" / sample, tmp_path / "out")

    assert (report.outcome, report.reject_code) == ("reject", code)


def test_a_list_of_fields_that_are_not_kept_is_told_and_never_written(tmp_path):
    staff = {"fields": [{"id": "gender"}, {"id": "nickname"}], "employees": [
        {"id": 1, "displayName": "Anna", "gender": "female-marker", "department": "Board"}]}  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(json.dumps(staff))

    found = read_file(bamboohr_json, path, tmp_path / "out")

    assert found.warnings == {"sensitive_column_dropped": 1, "column_ignored": 1}
    assert b"female-marker" not in b"".join(p.read_bytes() for p in (tmp_path / "out").iterdir())


def test_a_later_list_of_accounts_without_managers_leaves_the_hr_file_as_it_is(tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text(
        "email,department,manager\nanna@acme.example,Board,\nben@acme.example,Sales,anna@acme.example\n"
    )
    users = tmp_path / "users.csv"
    users.write_text(
        "User principal name,Display name,Department,Licenses\n"
        "ben@acme.example,Ben,Old name,Office 365 E3\neva@acme.example,Eva,Sales,Office 365 E3\n"
    )  # fmt: skip
    workspace = Workspace.open("acme", tmp_path / "home", create=True)

    for number, path in enumerate((staff, users)):
        report = parse(path, tmp_path / f"out{number}")
        imports.add(workspace, report, tmp_path / f"out{number}", str(number) * 64, path.name)

    with store.build(workspace).connect() as connection:
        found = connection.sql(
            "select department, level, manager is not null from org order by all"
        )
        assert found.fetchall() == [("Board", 0, False), ("Sales", 1, True), ("Sales", None, False)]
