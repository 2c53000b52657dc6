"""Groups in which all are the same, and one person who does most: no figure shows them, from the events to the release."""

from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from analytics.figures import finish
from analytics.ingest import ingest
from analytics.metrics import catalogue
from analytics.metrics.panel import panel
from analytics.privacy.attack import attack
from analytics.privacy.merge import merge_small
from analytics.privacy.suppress import mask
from tests.drawn import Settings, store

K = 10
WEEKS = [date(2025, 12, 29) + timedelta(days=7 * week) for week in range(13)]
EACH = 20
# Everybody writes · nobody writes · half do, one of them ten times as often as all others together.
TEAMS = ("All", "None", "One")


def acts() -> list[tuple[date, int, int]]:
    """Day, person, how many posts."""
    found = []
    for week in WEEKS:
        everybody = [(week, person, 2) for person in range(EACH)]
        half = [(week, 2 * EACH + person, 1) for person in range(1, EACH // 2)]
        found += [*everybody, *half, (week, 2 * EACH, 10 * len(half))]
        found += [(week + timedelta(days=4), 0, 1)]  # the week is covered to its end
    return found


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    posts = "\n".join(
        f"{day} {9 + i % 8:02}:{i // 8:02}:{person % 60:02} | {person + 1}" for day, person, times in acts() for i in range(times)
    )  # fmt: skip
    people = [
        (team * EACH + person + 1, name)
        for team, name in enumerate(TEAMS)
        for person in range(EACH)
    ]
    con = store(
        tmp_path_factory.mktemp("extremes"), event=f"at | actor\n{posts}",
        org="person | department\n" + "\n".join(f"{person} | {name}" for person, name in people),
        seat="tool | person\n" + "\n".join(f"slack | {person}" for person, _ in people),
    )  # fmt: skip
    settings = Settings()
    placed = merge_small(panel(con, settings), K)
    sums = catalogue.cells(con, placed, settings).with_columns(coverage=pl.lit(1.0))
    passports = {passport.id: passport for passport in catalogue.passports()}
    return finish(sums, mask(placed, K, 1).frame, passports, K, placed)


def shown(figures: pl.DataFrame, metric: str, department: str) -> int:
    own = figures.filter(metric=metric, department=department, variant="")
    assert own.height > 0
    return own["value"].count()


def test_groups_of_all_or_none_are_not_shown(figures):
    assert shown(figures, "active_people", "All") == 0
    assert shown(figures, "active_people", "None") == 0
    why = figures.filter(metric="active_people", department="All", variant="")["reason"]
    assert why.unique().to_list() == ["nearly_all_or_none"]


def test_what_one_person_makes_is_not_shown(figures):
    own_acts = figures.filter(metric="collaboration_hours", department="One", bin="own_acts")

    assert own_acts["value"].count() == 0
    assert "dominated" in own_acts["reason"].to_list()


def test_what_many_do_is_shown_all_the_same(figures):
    assert figures.filter(pl.col("value").is_not_null(), metric="collaboration_hours").height > 0
    assert figures.filter(pl.col("value").is_not_null(), metric="active_people").height > 0


def test_from_the_files_to_the_release_no_extreme_is_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path / "home"))
    people = [
        (team * EACH + person, name) for team, name in enumerate(TEAMS) for person in range(EACH)
    ]
    (tmp_path / "hr.csv").write_text(
        "ID,E-mail,Manager ID,Department\n"
        + "".join(f"{p},p{p}@example.org,,{name}\n" for p, name in people)
    )
    mails = [
        f"{day} {9 + i % 8:02}:{i // 8:02}:{person % 60:02},p{person}@example.org,p{(person + 1) % 60}@example.org\n"
        for day, person, times in acts() for i in range(times)
    ]  # fmt: skip
    (tmp_path / "log.csv").write_text("time,sender,recipient\n" + "".join(mails))

    report = ingest([tmp_path / "hr.csv", tmp_path / "log.csv"], "acme", today=date(2026, 4, 1))

    path = next((tmp_path / "home" / "acme" / "releases").glob("*.duckdb"))
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.sql("select * from figure").pl()
    assert report["release"] == 1
    written = found.filter(
        pl.col("value").is_not_null(), metric="collaboration_hours", bin="own_acts"
    )
    assert written.height > 0
    assert "One" not in written["department"].to_list()
    weekend = found.filter(metric="weekend_share", grain="quarter")
    assert set(weekend["reason"].drop_nulls()) & {"nearly_all_or_none", "no_time_zone"}
    assert weekend["value"].count() == 0
    assert [
        row["class"] for row in attack(path, workspace=path.parents[1]) if row["succeeded"]
    ] == []
