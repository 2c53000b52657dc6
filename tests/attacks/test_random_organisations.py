"""A hundred random companies against an attacker who shares no code with the audit; and three ways to do it wrong.

The companies come in parts, so that several processes can take them; every part must hold on its own.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from analytics.privacy import published, suppress
from analytics.privacy.merge import merge_small
from analytics.privacy.truth import KEY, Attacker
from tests.attacks import dense
from tests.attacks.organisations import organisation
from tests.proof import drawn

K = 10
PARTS, IN_A_PART = 8, 13
DIVIDED = drawn(16, 5)  # companies with divisions, for each number of quarters
TARGETS_IN_A_PART = 18_000  # of 140,000 in all

pytestmark = pytest.mark.slow


def sizes(part: int) -> list[tuple[int, int, int]]:
    """Seed, people and quarters of a part's companies: most of some hundred people, one of thousands."""
    rng = np.random.default_rng(part)
    many = [
        (100 * part + i, int(rng.integers(60, 700)), int(rng.integers(1, 5))) for i in range(12)
    ]
    return [*many, (100 * part + 12, 1500 + 500 * part, 1)]


@dataclass
class Attempt:
    seed: int
    people: int
    tried: int
    found: int
    found_primary: int
    found_textbook: int
    kept: int
    kept_primary: int
    in_department: float


def attempt(seed: int, people: int, quarters: int) -> Attempt:
    panel = merge_small(organisation(seed, people=people, quarters=quarters), K)
    masked = suppress.mask(panel, K, seed)
    attacker = Attacker(panel, K)
    large = masked.frame.filter(pl.col("n") >= K)
    return Attempt(
        seed, people, len(attacker.sets.people),
        len(attacker.recovered(masked.frame.filter("shown"))),
        len(attacker.recovered(large)),
        len(attacker.recovered(next_smallest(masked.frame))),
        masked.frame["shown"].sum(), large.height,
        float(masked.certificate["staff_in_published_department"]),
    )  # fmt: skip


def next_smallest(frame: pl.DataFrame) -> pl.DataFrame:
    """The textbook's repair: where one cell of a table is hidden alone, hide the next smallest with it."""
    shown = pl.col("n") >= K
    family = ["cut", "quarter", pl.when(pl.col("cut").str.contains("_")).then("department")]
    alone = (~shown).sum().over(family) == 1
    turn = pl.when(shown).then("n").rank("ordinal").over(family)
    return frame.filter(shown & ~(alone & (turn == 1)))


@pytest.mark.parametrize("part", range(drawn(PARTS, 1)))
def test_nothing_can_be_worked_out_but_what_hiding_small_groups_and_the_textbook_leave_open(part):
    attempts = [attempt(*size) for size in sizes(part)]

    assert len(attempts) == IN_A_PART
    assert sum(each.tried for each in attempts) > TARGETS_IN_A_PART
    assert [each.seed for each in attempts if each.found] == []
    # without the audit, and with the textbook's repair instead of it
    assert sum(each.found_primary for each in attempts) >= 500 / PARTS
    assert sum(each.found_primary > 0 for each in attempts) >= IN_A_PART - 1
    assert sum(each.found_textbook for each in attempts) > 0
    # most cells and nearly everybody's department stay visible
    staff = sum(each.people for each in attempts)
    assert sum(each.kept for each in attempts) >= 0.6 * sum(each.kept_primary for each in attempts)
    assert sum(each.in_department * each.people for each in attempts) >= 0.9 * staff


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_nothing_can_be_worked_out_where_departments_lie_in_divisions(quarters):
    found, primary, shown = [], 0, 0
    for seed in range(DIVIDED):
        size = {"people": 80 + 50 * (seed % 12), "divisions": 2 + seed % 5}
        panel = merge_small(organisation(seed, quarters=quarters, **size), K)
        frame = suppress.mask(panel, K, seed).frame
        attacker = Attacker(panel, K)

        found += attacker.recovered(frame.filter("shown"))

        primary += bool(attacker.recovered(frame.filter(pl.col("n") >= K)))
        shown += frame.filter("shown", pl.col("cut") == "division").height

    assert found == []
    assert primary >= 0.75 * DIVIDED
    assert shown >= 1.5 * DIVIDED


def test_without_the_company_in_the_audit_its_total_gives_groups_away(monkeypatch):
    """The audit believes that the company's own figure is not published; it is."""
    listed = published.primary
    monkeypatch.setattr(
        published, "primary", lambda lattice, k: listed(lattice, k) & (lattice.cells["cut"] != "total").to_numpy()
    )  # fmt: skip

    def is_broken(seed: int) -> bool:
        panel = merge_small(organisation(seed, people=300, quarters=1), K)
        shown = suppress.mask(panel, K, seed).frame.filter("shown")
        assert "total" in shown["cut"].to_list()
        return bool(Attacker(panel, K).recovered(shown))

    assert any(is_broken(seed) for seed in range(12))


def test_without_the_divisions_in_the_audit_their_figures_give_groups_away(monkeypatch):
    listed = published.primary
    monkeypatch.setattr(
        published, "primary", lambda lattice, k: listed(lattice, k) & (lattice.cells["cut"] != "division").to_numpy()
    )  # fmt: skip

    def is_broken(seed: int) -> bool:
        panel = merge_small(organisation(seed, people=350, quarters=2, divisions=4), K)
        shown = suppress.mask(panel, K, seed).frame.filter("shown")
        assert "division" in shown["cut"].to_list()
        return bool(Attacker(panel, K).recovered(shown))

    assert any(is_broken(seed) for seed in range(6))


def test_without_primary_small_groups_are_simply_shown(monkeypatch):
    panel = merge_small(organisation(3, people=300, quarters=1), K)

    everything = suppress.mask(panel, K, 3).frame

    assert everything.filter(pl.col("shown") & (pl.col("n") < K)).is_empty()
    assert len(Attacker(panel, K).recovered(everything)) > 10


@pytest.mark.parametrize("seed", range(4))
def test_two_attackers_without_common_code_find_the_same_companies_broken(seed):
    panel = merge_small(organisation(seed, people=250, quarters=2), K)
    frame = suppress.mask(panel, K, seed).frame
    plain, quick = dense.Attacker(panel, K), Attacker(panel, K)

    for shown in (frame.filter("shown"), frame.filter(pl.col("n") >= K), next_smallest(frame)):
        by_hand = {kind for kind, _ in plain.recovered(shown.select(KEY).rows())}
        assert bool(by_hand) == bool(quick.recovered(shown))


def test_two_attackers_agree_about_divisions_too():
    panel = merge_small(organisation(1, people=250, quarters=2, divisions=3), K)
    frame = suppress.mask(panel, K, 1).frame
    plain, quick = dense.Attacker(panel, K), Attacker(panel, K)

    for shown in (frame.filter("shown"), frame.filter(pl.col("n") >= K)):
        by_hand = {kind for kind, _ in plain.recovered(shown.select(KEY).rows())}
        assert bool(by_hand) == bool(quick.recovered(shown))
