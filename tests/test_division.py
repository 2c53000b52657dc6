"""Divisions, the units above departments: from the HR file to the figures."""

import csv
import json
from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from analytics import release
from analytics.__main__ import main
from analytics.metrics.passport import CUTS, FAMILIES, Cut, declared
from analytics.privacy import ledger, suppress
from analytics.privacy.lattice import LABELS, Earlier
from analytics.readers import hr_file
from tests.attacks.organisations import organisation
from tests.drawn_release import DEPARTMENTS, draw_release
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


def test_a_ledger_from_before_divisions_is_read_with_none(tmp_path, monkeypatch):
    people = organisation(1, people=80, quarters=1)
    frame = suppress.mask(people, 10, 1).frame
    marks = people.select("quarter", "person", tool=pl.lit("slack"), mark=pl.lit(1))
    seen = ledger.Seen(people, people, frame.filter("shown"), marks)
    with monkeypatch.context() as old:
        for name in ("PANEL", "CELLS"):
            kept = tuple(column for column in getattr(ledger, name) if column != "division")
            old.setattr(ledger, name, kept)
        old.setattr(ledger, "AS_SHOWN", {label: f"shown_{label}" for label in LABELS[1:]})
        ledger.append(tmp_path, seen, ledger.Facts(1, 10, None, [], {}, ""))

    known = ledger.read(tmp_path)

    (line,) = known.lines
    placed, cells = known.whole(line, "people"), known.whole(line, "cells")
    assert (
        placed["division"].to_list() == placed["shown_division"].to_list() == [None] * placed.height
    )
    assert cells["division"].null_count() == cells.height == seen.shown.height
    joint = suppress.mask(people, 10, 1, [Earlier(placed, cells)]).frame
    assert joint.filter("shown").equals(seen.shown)


def test_a_release_from_before_divisions_is_read_with_none(tmp_path):
    path = draw_release(tmp_path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("alter table figure drop column division")

    old = release.open_release(path)

    rows = old.figures("active_people", by="department", grain="all")
    assert rows["division"].null_count() == rows.height == len(DEPARTMENTS)
    assert old.groups("division") == []
    assert old.divisions() == {}


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
