"""Releases of one company over time: what is out stays true, and tells nothing new together with what comes."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from analytics import history, release
from analytics.erasure import erase, rotate_key
from analytics.errors import AnalyticsError, NotPublished
from analytics.ingest import ingest, undo
from analytics.privacy import ledger
from analytics.vault.workspace import Workspace
from tests.conftest import measuring

START = date(2026, 1, 5)  # a Monday; the quarter's weeks run from 29 December to 29 March
SALES, SHOP, LEGAL = range(30), range(30, 60), range(60, 90)
CELL = ["metric", "variant", "grain", "period", "department", "level", "location", "tool", "bin"]


pytestmark = pytest.mark.usefixtures("home")


def log(path, first: date, weeks: int, silent=(), extra=()):
    """A mail log: everybody writes to the next one on some days of each week, in a rhythm of their own."""
    lines = ["time,sender,recipient"]
    for week in range(weeks):
        for person in range(90):
            for day in range(1 + (person * 7 + week) % 5):
                if person not in silent:
                    at = first + timedelta(weeks=week, days=day)
                    lines.append(f"{at} 09:{person % 60:02}:00,p{person}@x.org,p{(person + 1) % 90}@x.org")  # fmt: skip
    lines += [f"{first} 10:{n:02}:00,p{n}@x.org,p{n + 1}@x.org" for n in extra]
    path.write_text("\n".join(lines) + "\n")
    return path


def staff(path, departments: dict, ends=None, starts="2020-01-01"):
    """An HR file: who stands in which department, with the day that somebody leaves."""
    lines = ["employee id,email,department,start date,end date,valid from"]
    for name, people in departments.items():
        lines += [
            f"{n},p{n}@x.org,{name},2020-01-01,{(ends or {}).get(n, '')},{starts}" for n in people
        ]
    path.write_text("\n".join(lines) + "\n")
    return path


def figures(number: int | None = None, name: str = "acme") -> pl.DataFrame:
    path = (
        Workspace.open(name).releases / f"{number:06d}.duckdb" if number else release.current(name)
    )
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.sql("select * from figure").pl()


def shown(frame: pl.DataFrame, grain="quarter") -> pl.DataFrame:
    """What a release shows of hours a person and week, in all."""
    return frame.filter(
        pl.col("value").is_not_null(), pl.col("metric") == "collaboration_hours",
        pl.col("variant") == "", pl.col("bin") == "total", pl.col("grain") == grain,
    ).with_columns(pl.col("value").round(9))  # fmt: skip


def names(frame: pl.DataFrame, quarter: date | None) -> dict[str, int]:
    rows = frame.filter(
        pl.col("period").eq_missing(pl.lit(quarter, pl.Date)), pl.col("department").is_not_null(),
        *(pl.col(other).is_null() for other in ("level", "location", "tool")),
    )  # fmt: skip
    return dict(rows.select("department", "n").sort("department").iter_rows())


def unpublished(workspace, progress):
    """Stand in for publishing where only the release after is asked about."""
    return workspace.current_release()


@pytest.fixture(scope="module", autouse=True)
def hours_alone():
    """All that is asked about are the hours, so no other sums are published."""
    with measuring("collaboration_hours"):
        yield


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The company's first release: seven weeks of the first quarter."""
    folder = tmp_path_factory.mktemp("begun")
    files = [
        log(folder / "january.csv", START, 7),
        staff(folder / "hr.csv", {"Sales": SALES, "Shop": SHOP, "Legal": LEGAL}),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVIVIO_HOME", str(folder / "home"))
        assert ingest(files, "acme")["release"] == 1
    return folder


@pytest.fixture
def first(begun, tmp_path):
    """A copy of the company with its first release, for one test to go on with."""
    return shutil.copytree(begun, tmp_path, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def reorganised(begun, tmp_path_factory):
    """The company a release on: the quarter's last weeks, without five who left, and an HR file of new departments."""
    folder = shutil.copytree(begun, tmp_path_factory.mktemp("reorganised"), dirs_exist_ok=True)
    departments = {"Sales": [*range(3, 30)], "Retail": [*SHOP, 0, 1, 2], "Legal": LEGAL}
    files = [
        log(folder / "march.csv", MARCH, 5, silent=LEFT),
        staff(folder / "hr2.csv", departments, LEFT, starts="2026-02-16"),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVIVIO_HOME", str(folder / "home"))
        assert ingest(files, "acme")["release"] == 2
    return folder


@pytest.fixture
def second(reorganised, tmp_path):
    """A copy of the company with its second release."""
    return shutil.copytree(reorganised, tmp_path, dirs_exist_ok=True)


LEFT = dict.fromkeys(range(70, 75), "2026-02-27")
MARCH, APRIL = START + timedelta(weeks=7), START + timedelta(weeks=12)
QUARTER, NEXT = date(2025, 12, 29), date(2026, 3, 30)


def test_next_months_hr_file_changes_nothing_in_the_quarter_that_is_out(second):
    assert names(shown(figures(1)), QUARTER) == {"Legal": 30, "Sales": 30, "Shop": 30}
    assert names(shown(figures(2)), QUARTER) == {"Legal": 30, "Sales": 30, "Shop": 30}
    assert names(shown(figures(2), grain="all"), None) == {"Legal": 30, "Sales": 30, "Shop": 30}
    old, new = (
        shown(frame, grain="week").select(*CELL, "n", "value") for frame in map(figures, (1, 2))
    )
    before = old.join(new, on=CELL, nulls_equal=True, suffix="_now")
    assert before.height > 20
    assert before.filter(pl.col("n") != pl.col("n_now")).is_empty()
    assert before.filter(pl.col("value") != pl.col("value_now")).is_empty()


def test_the_next_quarter_has_the_new_departments_and_tells_of_nobody_who_moved(second):
    ingest([log(second / "april.csv", APRIL, 6, silent=LEFT)], "acme")

    assert names(shown(figures(3)), NEXT) == {"Legal": 25, "Retail": 33, "Sales": 27}
    assert names(shown(figures(3)), QUARTER) == {"Legal": 30, "Sales": 30, "Shop": 30}
    lines = ledger.read(Workspace.open("acme").folder).lines
    assert [line.release for line in lines] == [1, 2, 3]
    certificate = dict(
        duckdb.connect(str(release.current("acme")), read_only=True)
        .sql("from certificate")
        .fetchall()
    )
    assert certificate["exposed"] == "0"
    assert int(certificate["earlier_releases"]) >= 1


def test_a_corrected_hr_file_in_place_of_the_first_tells_the_past_anew(first):
    known = json.loads(Workspace.open("acme").imports_list.read_text())
    [hr] = [one["id"] for one in known if one["format"] == "hr_file"]
    undo("acme", hr, publish=unpublished)

    ingest(
        [
            staff(
                first / "right.csv",
                {"Sales": [*SALES, *range(60, 75)], "Shop": SHOP, "Legal": range(75, 90)},
            )
        ],
        "acme",
    )

    assert names(shown(figures()), QUARTER) == {"Legal": 15, "Sales": 45, "Shop": 30}


def test_late_data_about_a_few_people_wait_for_more(first):
    late = log(first / "late.csv", START + timedelta(days=1), 0, extra=range(4))

    ingest([late], "acme")

    old, new = figures(1), figures(2)
    on = [*CELL]
    told = shown(old).join(shown(new), on=on, nulls_equal=True, how="left", suffix="_now")
    assert set(shown(new).filter(pl.col("department") == "Sales")["as_of"]) == {date(2026, 2, 20)}
    touched = told.filter(pl.col("department").is_null() | (pl.col("department") == "Sales"))
    assert touched.height >= 2
    assert touched.filter(pl.col("value").ne_missing(pl.col("value_now"))).is_empty()


def test_late_data_about_many_people_are_told_at_once(first):
    late = log(first / "late.csv", START + timedelta(days=1), 0, extra=range(26))

    ingest([late], "acme")

    old, new = (shown(figures(number)) for number in (1, 2))
    company = pl.all_horizontal(
        pl.col(label).is_null() for label in ("department", "level", "location", "tool")
    )
    assert old.filter(company)["value"].to_list() != new.filter(company)["value"].to_list()


def published(number: int, **cell) -> dict:
    """Hours a week by period, of the company or of one group."""
    frame = pl.concat([shown(figures(number), grain) for grain in ("week", "month", "quarter")])
    labels = ("department", "level", "location", "tool")
    mine = frame.filter(*(pl.col(label).eq_missing(pl.lit(cell.get(label))) for label in labels))
    return {
        (grain, period): value
        for grain, period, value in mine.select("grain", "period", "value").rows()
    }


def test_acts_deleted_for_their_age_leave_the_trends_that_are_out(first):
    ingest([log(first / "march.csv", MARCH, 5), log(first / "april.csv", APRIL, 6)], "acme")
    workspace = Workspace.open("acme")
    before = {name: published(2, department=name) for name in (None, "Sales")}
    workspace.write_settings(replace(workspace.settings, keep_days=60))
    with duckdb.connect(
        str(workspace.current_release())
    ) as earlier:  # an older version, which knew fewer figures
        earlier.execute("delete from figure where variant = 'c10'")

    ingest([log(first / "may.csv", APRIL + timedelta(weeks=6), 1)], "acme", today=date(2026, 5, 18))

    events = [pl.read_parquet(path) for path in workspace.imports.glob("*/event.parquet")]
    assert min(frame["at"].min() for frame in events if frame.height).date() >= date(2026, 3, 19)
    for name, trend in before.items():
        now = published(3, department=name)
        assert {key: now.get(key) for key in trend if key[1] < date(2026, 3, 16)} == {
            key: value for key, value in trend.items() if key[1] < date(2026, 3, 16)
        }
        assert ("week", APRIL + timedelta(weeks=6)) in now
    old = figures(3).filter(
        pl.col("value").is_not_null(), pl.col("grain") == "week", pl.col("period") < MARCH
    )
    assert old.height
    assert old["as_of"].null_count() == old.height, "those weeks were over"
    assert "deleted" in set(figures(3).filter(variant="c10")["reason"])


def test_an_erased_person_cannot_be_told_from_the_release_before_and_after(first):
    erase("acme", email="p7@x.org")

    assert figures(2).height
    assert published(2) == published(1)
    assert published(2, department="Sales") == published(1, department="Sales")
    assert published(2, department="Shop") == published(1, department="Shop")
    workspace = Workspace.open("acme")
    people = {
        row
        for line in ledger.read(workspace.folder).lines
        for row in ledger.read(workspace.folder).whole(line, "people")["person"]
    }
    store = set(pl.read_parquet(workspace.store / "person.parquet")["person"])
    assert len(people - store) == 1, "a stranger stands where she was"


def test_with_new_pseudonyms_the_ledger_still_knows_the_people(first):
    rotate_key("acme", publish=unpublished)

    ingest([log(first / "march.csv", MARCH, 5)], "acme")

    assert names(shown(figures()), QUARTER) == {"Legal": 30, "Sales": 30, "Shop": 30}
    workspace = Workspace.open("acme")
    newest = ledger.read(workspace.folder).lines[-1]
    people = ledger.read(workspace.folder).whole(newest, "people")["person"]
    assert people.is_in(
        pl.read_parquet(workspace.store / "person.parquet")["person"].implode()
    ).all()


def test_without_the_ledger_the_next_release_tells_who_moved(first, monkeypatch):
    """Three people move and the HR file is corrected: 30 people less 27 of them is a figure about three."""
    [hr] = [
        one["id"]
        for one in json.loads(Workspace.open("acme").imports_list.read_text())
        if one["format"] == "hr_file"
    ]
    moved = staff(
        first / "hr2.csv", {"Sales": [*range(3, 30)], "Shop": [*SHOP, 0, 1, 2], "Legal": LEGAL}
    )
    undo("acme", hr, publish=unpublished)
    ingest([moved], "acme")
    careful = names(shown(figures()), QUARTER)
    [*_, last] = json.loads(Workspace.open("acme").imports_list.read_text())
    undo("acme", last["id"], publish=unpublished)
    monkeypatch.setattr(history.Past, "earlier", lambda self: [])

    ingest([moved], "acme")

    assert names(shown(figures()), QUARTER)["Sales"] == 27
    assert careful.get("Sales") != 27


def test_the_ledger_outlives_the_vault(first):
    workspace = Workspace.open("acme")
    for path in (workspace.imports, workspace.store, workspace.releases):
        shutil.rmtree(path)
    for path in (
        workspace.ledger,
        workspace.identity,
        workspace.pointer,
        workspace.folder / "published",
    ):
        path.unlink(missing_ok=True)
    moved = {"Sales": [*range(3, 30)], "Shop": [*SHOP, 0, 1, 2], "Legal": LEGAL}

    ingest([first / "january.csv", staff(first / "hr2.csv", moved)], "acme")

    kept = names(shown(figures()), QUARTER)
    assert "Legal" in kept
    assert kept.get("Sales") != 27, "30 less 27 would be the three who moved"
    assert len(ledger.read(workspace.folder).lines) == 2


def test_a_damaged_ledger_stops_publishing_and_the_last_release_stands(first):
    workspace = Workspace.open("acme")
    chain = workspace.folder / "shown" / "chain.jsonl"
    chain.write_text(chain.read_text().replace('"threshold": 10', '"threshold": 11'))

    with pytest.raises(NotPublished, match="line 1 of") as stopped:
        ingest([log(first / "march.csv", MARCH, 5)], "acme")
    assert isinstance(stopped.value.__cause__, ledger.BrokenLedger)

    assert release.current("acme").name == "000001.duckdb"


def test_a_file_of_the_ledger_that_was_changed_is_found(first):
    workspace = Workspace.open("acme")
    [part] = {ledger.read(workspace.folder).lines[0].parts[ledger.WHOLE]["people"]}
    path = workspace.folder / "shown" / f"{part}.parquet"
    pl.read_parquet(path).head(80).write_parquet(path)

    with pytest.raises(NotPublished) as stopped:
        ingest([log(first / "march.csv", MARCH, 5)], "acme")
    assert isinstance(stopped.value.__cause__, ledger.BrokenLedger)


def test_with_another_key_nothing_is_published(first):
    workspace = Workspace.open("acme")
    workspace.ledger.unlink()
    workspace.key.unlink()

    with pytest.raises((history.LostKey, AnalyticsError)):
        ingest([log(first / "march.csv", MARCH, 5)], "acme")


def test_keys_are_renamed_everywhere_and_nothing_else_changes(first):
    folder = Workspace.open("acme").folder
    before = ledger.read(folder)
    person = before.whole(before.lines[0], "people")["person"][0]

    ledger.rename(folder, {person: 42})

    after = ledger.read(folder)
    people = after.whole(after.lines[0], "people")
    assert person not in people["person"]
    assert 42 in people["person"]
    assert people.height == 180
    assert ledger.quarters_of(folder, [42]) == [QUARTER]
    assert ledger.quarters_of(folder, [person]) == []
    used = {name for part in after.lines[0].parts.values() for name in part.values()}
    assert {path.stem for path in (folder / "shown").glob("*.parquet")} == used
