"""Random companies against an attacker who shares no code with the audit."""

from dataclasses import dataclass

import polars as pl
import pytest

from analytics.privacy.merge import merge_small
from analytics.privacy.suppress import mask
from tests.attacks import dense
from tests.attacks.organisations import organisation

K = 10
SEEDS = range(32)

pytestmark = pytest.mark.slow


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


def attempt(seed: int) -> Attempt:
    raw = organisation(seed)
    panel = merge_small(raw, K)
    masked = mask(panel, K, seed)
    attacker = dense.Attacker(panel, K)
    found = attacker.recovered(dense.shown_cells(masked.frame))
    primary = attacker.recovered(dense.shown_cells(masked.frame, primary_only=True))
    textbook = attacker.recovered(next_smallest(masked.frame))
    return Attempt(
        seed, raw["person"].n_unique(), len(attacker.sets), len(found), len(primary),
        len(textbook), masked.frame["shown"].sum(), (masked.frame["n"] >= K).sum(),
        float(masked.certificate["staff_in_published_department"]),
    )  # fmt: skip


def next_smallest(frame: pl.DataFrame) -> list[dense.Cell]:
    """The textbook's repair: where one cell of a table is hidden alone, hide the next smallest with it."""
    shown = pl.col("n") >= K
    family = ["cut", "quarter", pl.when(pl.col("cut").str.contains("_")).then("department")]
    alone = ((~shown).sum() == 1).over(*family)
    smallest = (pl.col("n") == pl.col("n").filter(shown).min()).over(*family)
    return dense.shown_cells(frame.with_columns(shown=shown & ~(alone & smallest)))


@pytest.fixture(scope="module")
def attempts() -> list[Attempt]:
    return [attempt(seed) for seed in SEEDS]


def test_no_set_under_the_threshold_can_be_worked_out(attempts):
    broken = [each.seed for each in attempts if each.found]

    assert sum(each.tried for each in attempts) > 100_000
    assert broken == []


def test_the_attacker_takes_apart_what_hides_small_groups_only(attempts):
    assert sum(each.found_primary for each in attempts) >= 500
    assert all(each.found_primary for each in attempts)


def test_the_attacker_takes_apart_the_textbook_repair(attempts):
    assert sum(each.found_textbook for each in attempts) >= 500


def test_most_cells_and_nearly_everybodys_department_stay_visible(attempts):
    cells = sum(each.kept for each in attempts) / sum(each.kept_primary for each in attempts)
    people = sum(each.in_department * each.people for each in attempts) / sum(
        each.people for each in attempts
    )

    assert cells >= 0.6
    assert people >= 0.9
