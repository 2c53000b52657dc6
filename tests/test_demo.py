"""The demo company: what was planted is found inside the stated intervals, and nothing else is claimed."""

import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics import release, worth
from analytics.__main__ import main
from analytics.demo import company, plan
from analytics.demo.people import sizes
from analytics.release import Release, open_release
from pages.parts.data import Figures
from pages.parts.filters import Scope
from pages.parts.worth_view import tool_figures

LAST_QUARTER = date(2026, 6, 29)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVIVIO_HOME", str(folder))
        assert main(["demo"]) == 0
    return folder


@pytest.fixture
def demo(home: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    monkeypatch.setenv("CONVIVIO_HOME", str(home))
    return open_release(release.current("demo"))


def by_department(demo: Release, metric: str, **where: str) -> dict[str, dict]:
    rows = demo.figures(metric, grain="quarter", by="department", start=LAST_QUARTER, **where)
    return {row["department"]: row for row in rows.iter_rows(named=True)}


def test_the_same_seed_gives_the_same_files_and_another_gives_others(tmp_path):
    def digests(name: str, seed: int) -> list[str]:
        return [
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in company(tmp_path / name, 60, 10, seed)
        ]

    first = digests("a", 1)
    assert digests("b", 1) == first
    assert digests("c", 2) != first


def test_departments_have_the_planned_sizes():
    assert sum(sizes(400)) == 399
    assert len(sizes(400)) == len(plan.DEPARTMENTS)


def test_the_share_who_take_part_is_the_planted_one_in_every_department(demo):
    found = by_department(demo, "active_people")

    for planned in plan.DEPARTMENTS:
        row = found.get(planned.name)
        if row and row["value"] is not None:
            assert row["low"] <= planned.adopters <= row["high"], planned.name
    assert sum(row["value"] is not None for row in found.values()) >= 5


def test_only_the_departments_that_differ_are_named(demo):
    def named(metric: str) -> set[str]:
        return {name for name, row in by_department(demo, metric).items() if row["named"]}

    assert named("active_people") == {"Customer care", "Operazioni"}
    assert named("outside_hours_share") == {"Vendite"}
    assert named("meeting_hours") == set()
    assert named("collaboration_hours") == set()


def test_departments_of_unequal_size_that_are_equal_in_truth_are_named_in_no_quarter(demo):
    equal = {planned.name for planned in plan.DEPARTMENTS if planned.adopters == plan.USUAL}
    people = dict(zip((planned.name for planned in plan.DEPARTMENTS), sizes(400), strict=True))
    rows = demo.figures("active_people", grain="quarter", by="department")
    merged = rows.filter(pl.col("department").is_in([*equal]) | pl.col("department").str.contains("Other"))  # fmt: skip

    assert max(people[name] for name in equal) > 5 * min(people[name] for name in equal)
    assert merged["named"].drop_nulls().len() >= 15
    assert not merged["named"].any()


def test_divisions_are_those_planned_and_only_less_of_operazioni_shows_in_them(demo):
    planned = {planned.name: planned.division for planned in plan.DEPARTMENTS}
    lies_in = demo.divisions()
    rows = demo.figures("active_people", grain="quarter", by="division", start=LAST_QUARTER)
    late = demo.figures("outside_hours_share", grain="quarter", by="division", start=LAST_QUARTER)

    assert {name: lies_in[name] for name in planned if name in lies_in} == {
        name: division for name, division in planned.items() if name in lies_in
    }
    assert set(rows["division"]) == set(planned.values())
    assert rows.filter("named")["division"].to_list() == ["Produzione"]
    assert late.filter("named")["division"].to_list() == ["Mercato"]  # where Vendite lies


def test_the_tool_that_is_installed_but_not_alive_shows_as_such_in_its_vendors_count(demo):
    rows = demo.figures("vendor_active", by="tool")

    assert rows["tool"].unique().to_list() == ["viva_engage"]
    assert rows["n"].min() > 390
    assert 0.01 < rows["value"].min() < rows["value"].max() <= plan.ENGAGE_WRITERS


def test_slack_costs_hours_and_displaces_no_mail(demo):
    def hours(tool: str) -> list[dict]:
        rows = demo.figures("collaboration_hours", grain="quarter", tool=tool)
        return rows.filter(pl.col("bin") == "own_acts", pl.col("value").is_not_null()).sort("period").to_dicts()  # fmt: skip

    mail, slack = hours("mail"), hours("slack")

    # while Slack grew, what mail takes stayed within its interval what it took before
    assert plan.DISPLACED_MAIL == 0.0
    assert mail[0]["low"] < mail[-1]["value"] < mail[0]["high"]
    assert slack[-1]["low"] > slack[0]["high"]


def test_slack_costs_more_than_it_gives_back_and_of_mail_nobody_can_say(demo):
    figures, assumed = Figures(demo, Scope()), {a.id: a.ends for a in worth.assumptions().values()}
    gave_way = demo.figures("displaced", by="tool").filter(pl.col("value").is_not_null())
    slack, mail = (tool_figures(figures, tool) for tool in ("slack", "mail"))

    assert gave_way["tool"].unique().to_list() == ["slack"]
    for row in gave_way.iter_rows(named=True):
        assert row["low"] <= plan.DISPLACED_MAIL <= row["high"], row["bin"]
    assert worth.verdict(worth.net(slack, assumed), slack) == "costs"
    assert worth.verdict(worth.net(mail, assumed), mail) == "one_sided"


def test_late_work_is_found_where_it_was_planted(demo):
    rows = by_department(demo, "outside_hours_share")

    late = next(planned.late for planned in plan.DEPARTMENTS if planned.name == "Vendite")
    assert rows["Vendite"]["value"] > 2 * rows["Engineering"]["value"]
    # two thirds of what people write is begun by them; answers are given in working hours
    assert 0.4 * late < rows["Vendite"]["low"] < rows["Vendite"]["high"] < late


def test_uptake_follows_the_launch(demo):
    weeks = demo.figures("active_people", grain="week").sort("period")
    launch = plan.mondays(52)[round(52 * plan.LAUNCH)]

    before = weeks.filter(pl.col("period") < launch)["value"].drop_nulls()
    after = weeks.filter(pl.col("period") >= plan.mondays(52)[round(52 * plan.TAKEN_UP)])[
        "value"
    ].drop_nulls()
    assert before.is_empty() or before.max() < 0.05
    assert 0.55 < after.min() < after.max() < 0.72


def test_meeting_hours_are_those_of_the_calendar(demo, tmp_path):
    files = company(tmp_path, 400, 52, 1)
    log = pl.read_csv(files[3], try_parse_dates=True)
    both = pl.concat(
        [
            log.select(pl.col("sent_at").alias("start"), "duration_minutes", person="to"),
            log.unique("message_id").select(
                pl.col("sent_at").alias("start"), "duration_minutes", person="from"
            ),
        ]
    )
    # the union a person, minute by minute, by another way than the product's: distinct minutes
    minutes = both.with_columns(
        minute=pl.int_ranges(
            pl.col("start").dt.epoch("s") // 60,
            pl.col("start").dt.epoch("s") // 60 + pl.col("duration_minutes"),
        )
    ).explode("minute")
    hours = minutes.select(pl.struct("person", "minute").n_unique()).item() / 60 / 52 / 397.5

    [row] = demo.figures("meeting_hours").rows(named=True)

    assert row["value"] == pytest.approx(hours, rel=0.03)


def test_the_branch_that_flattened_and_the_boss_who_fell_silent_show_in_the_company(demo):
    def change(metric: str) -> dict:
        return demo.figures(metric, grain="quarter", start=LAST_QUARTER).row(0, named=True)

    assert change("leadership_voice_ratio")["change_high"] < 0
    assert change("upward_initiation_share")["change_low"] > 0
    assert change("department_ei_excess")["change_low"] > 0
    listening = change("reply_asymmetry")
    assert listening["change_low"] < 0 < listening["change_high"]


def test_before_the_change_of_conduct_no_change_of_hierarchy_is_claimed(demo):
    spring = date(2026, 3, 30)
    passports = {passport["id"]: passport for passport in demo.passports()}
    claimed = []
    for metric, passport in passports.items():
        if passport["family"] != "hierarchy":
            continue
        rows = demo.figures(metric, grain="quarter", start=spring, end=LAST_QUARTER)
        claimed += [
            metric
            for row in rows.iter_rows(named=True)
            if row["bin"] is None
            and row["change"] is not None
            and (row["change_low"] > 0 or row["change_high"] < 0)
            and abs(row["change"]) >= passport["smallest_worth_showing"]
        ]
    assert claimed == []


def test_no_group_under_ten_and_no_person_is_in_the_release(demo):
    rows = demo._rows("select department, level, location, n, value from figure")

    assert rows["n"].drop_nulls().min() >= 10
    assert "Facilities" not in rows["department"].to_list()
    assert not any(
        "@" in str(name)
        for column in ("department", "level", "location")
        for name in rows[column].unique()
    )


def test_the_attack_on_the_release_finds_nothing(demo):
    attacked = subprocess.run(
        [sys.executable, "-m", "analytics", "attack", str(demo.path), "--format", "json"],
        capture_output=True,
        check=False,
    )

    attacks = json.loads(attacked.stdout)["attacks"]
    assert sum(attack["tried"] for attack in attacks) > 1000
    assert [attack["class"] for attack in attacks if attack["succeeded"]] == []
    assert attacked.returncode == 0
