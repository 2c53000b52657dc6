"""Divisions, the units above departments: from the HR file to the figures."""

import csv
import json
from datetime import date, timedelta

import pytest

from analytics.__main__ import main
from analytics.metrics.passport import CUTS, FAMILIES, Cut, declared
from analytics.readers import hr_file
from tests.reading import read_text

UNITS = {"Sales": "Trade", "Shop": "Trade", "Press": "Plant", "Paint": "Plant"}
IN_A_UNIT = 12
MONDAY = date(2026, 3, 30)


def test_the_declared_cuts_are_the_typed_ones_and_each_has_its_costs():
    costs = declared().costs

    assert set(CUTS) == set(Cut.__args__)
    assert set(costs["hiding_people"]) == set(costs["hiding_a_figure"]) == set(CUTS)
    assert {cut for family in FAMILIES for cut in family} == set(CUTS)


@pytest.mark.parametrize(
    ("unit", "department"),
    [
        ("Division", "Department"),
        ("Business unit", "Department"),
        ("Direzione", "Reparto"),
        ("Divisione", "Reparto"),
        ("Area aziendale", "Ufficio"),
        ("Geschäftsbereich", "Abteilung"),
        ("Bereich", "Abteilung"),
        ("Direction", "Service"),
    ],
)
def test_an_hr_file_names_division_and_department(tmp_path, unit, department):
    org = read_text(
        hr_file, f"Email;{unit};{department}\na@x.example;Trade;Shop\n", tmp_path
    ).table("org")

    assert org.select("division", "department").rows() == [("Trade", "Shop")]


@pytest.mark.parametrize("unit", ["Division", "Business unit", "Direzione", "Bereich", "Direction"])
def test_the_only_unit_of_an_hr_file_is_the_department(tmp_path, unit):
    org = read_text(hr_file, f"Email;{unit};Manager\na@x.example;Trade;\n", tmp_path).table("org")

    assert org.select("division", "department").rows() == [(None, "Trade")]


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """A company of four departments in two divisions, of which everybody writes every second week."""
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path / "home"))
    staff = [
        (f"p{i}@x.example", UNITS[unit], unit)
        for i, unit in enumerate(unit for unit in UNITS for _ in range(IN_A_UNIT))
    ]
    with (tmp_path / "staff.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("Email", "Division", "Department"), *staff])
    count = len(staff)
    with (tmp_path / "log.csv").open("w", newline="") as file:
        log = csv.writer(file)
        log.writerow(("time", "sender", "recipient"))
        for week in range(26):
            day = MONDAY + timedelta(weeks=week)
            for i in range(week % 2, count, 2):
                log.writerow((f"{day}T10:{i:02d}:00", f"p{i}@x.example", f"p{(i + 1) % count}@x.example"))  # fmt: skip
    files = [str(tmp_path / name) for name in ("staff.csv", "log.csv")]
    assert main(["ingest", *files, "--workspace", "acme"]) == 0
    capsys.readouterr()

    def ask(*options):
        given = ["metric", "active_people", "-w", "acme", "--format", "json", *options]
        assert main(given) == 0
        return json.loads(capsys.readouterr().out)["rows"]

    return ask


def test_figures_by_division_come_from_the_files(told):
    divisions = told("--by", "division")
    plant = told("--division", "Plant")
    departments = told("--by", "department")

    assert [(row["division"], row["n"]) for row in divisions] == [("Plant", 24), ("Trade", 24)]
    assert [(row["division"], row["department"], row["n"]) for row in plant] == [("Plant", None, 24)]  # fmt: skip
    assert {(row["division"], row["department"], row["n"]) for row in departments} == {
        (None, unit, IN_A_UNIT) for unit in UNITS
    }
