"""Two releases of the same quarters, each safe alone: what do they tell together when people moved, left or came?

The attacker is plain: every person, quarter and tool is an unknown, every shown cell of both releases an equation.
"""

from collections import defaultdict
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from analytics.privacy.lattice import Earlier
from analytics.privacy.merge import merge_small
from analytics.privacy.suppress import mask
from tests.attacks import dense
from tests.attacks.organisations import organisation
from tests.proof import drawn

K = 10
PAIRS = range(drawn(64, 12))
CUTS = {
    "total": (), "division": (0,), "department": (1,), "level": (2,), "location": (3,), "tool": (4,),
    "department_level": (1, 2), "department_location": (1, 3), "department_tool": (1, 4),
    "division_department": (0, 1),
}  # fmt: skip
PLACE = ("division", "department", "level", "location")


def moved(panel: pl.DataFrame, seed: int, change: str) -> pl.DataFrame:
    """The panel as a next HR file tells it: of the same quarters, with a few people elsewhere."""
    rng = np.random.default_rng(1000 + seed)
    people = panel["person"].unique().sort().to_numpy()
    few = rng.choice(people, int(rng.integers(1, 4)), replace=False).tolist()
    units = panel["department"].drop_nulls().unique().sort().to_list()
    if change == "moved":
        goal = dict(zip(few, rng.choice(units, len(few)).tolist(), strict=True))
        new = pl.col("person").replace_strict(goal, default=None, return_dtype=pl.String)
        return panel.with_columns(department=pl.coalesce(new, "department"))
    if change == "left":
        return panel.filter(~pl.col("person").is_in(few))
    if change == "came":
        like = panel.filter(pl.col("person").is_in(few))
        return pl.concat([panel, like.with_columns(pl.col("person") + 1_000_000)])
    if change == "renamed":
        other = {unit: f"New {unit}" for unit in units[::2]}
        panel = moved(panel, seed, "moved")
        return panel.with_columns(pl.col("department").replace(other))
    if (
        change == "divided"
    ):  # the departments of one division go over to another, and a few people move
        panel = moved(panel, seed, "moved")
        return panel.with_columns(pl.col("division").replace({"V0": "V1"}))
    return panel


class Equations:
    """Cells of several releases over the same unknowns (person, quarter, tool)."""

    def __init__(self, panels: list[pl.DataFrame]) -> None:
        self.number: dict[tuple, int] = {}
        self.cells: dict[tuple, set[int]] = defaultdict(set)
        self.places: dict[int, list] = defaultdict(list)
        for release, panel in enumerate(panels):
            rows = panel.select("quarter", "person", *PLACE, "tools")
            mine = defaultdict(list)
            for quarter, person, *place, tools in rows.rows():
                self.places[person].append((release, str(quarter), *map(str, place), tools))
                if quarter is not None:
                    for tool in (tools or "").split(","):
                        unknown = self.number.setdefault((person, quarter, tool), len(self.number))
                        mine[person].append((unknown, tool))
                        self._add(release, unknown, quarter, (*place, tool))
            for quarter, person, *place, tools in rows.rows():
                if quarter is None:
                    have = (tools or "").split(",")
                    for unknown, tool in mine[person]:
                        self._add(release, unknown, None, (*place, tool if tool in have else ""))
        self.person = np.array([person for person, _, _ in self.number])

    def _add(self, release: int, unknown: int, quarter: object, labels: tuple) -> None:
        for cut, columns in CUTS.items():
            key = tuple(labels[i] if i in columns else None for i in range(5))
            self.cells[release, cut, quarter, *key].add(unknown)

    def people(self, unknowns: set[int]) -> int:
        return len(set(self.person[list(unknowns)].tolist()))

    def targets(self) -> set[tuple]:
        """Sets of fewer than K people as ((unknown, sign), …)."""
        found = set()

        def add(plus: set[int], minus: set[int] = frozenset()) -> None:
            vector = {**dict.fromkeys(plus - minus, 1), **dict.fromkeys(minus - plus, -1)}
            if 0 < self.people(set(vector)) < K:
                found.add(tuple(sorted(vector.items())))

        kinds = defaultdict(list)
        for person, places in self.places.items():
            kinds[tuple(sorted(places, key=str))].append(person)
        own = defaultdict(list)
        for (person, quarter, tool), unknown in self.number.items():
            own[person].append((quarter, tool, unknown))
        for people in kinds.values():
            if len(people) < K:
                for which in {(q, t) for q, t, _ in own[people[0]]} | {
                    (q, None) for q, _, _ in own[people[0]]
                }:
                    add({
                        u for p in people for q, t, u in own[p]
                        if q == which[0] and which[1] in (None, t)
                    })  # fmt: skip
                add({u for p in people for _, _, u in own[p]})
        same = defaultdict(list)
        for cell, unknowns in self.cells.items():
            add(unknowns)
            same[cell[2], cell[7]].append(cell)
        for cells in same.values():
            for a, b in combinations(cells, 2):
                one, two = self.cells[a], self.cells[b]
                if one & two and len(one ^ two) < 6 * K:
                    add(one, two)
        return found

    def kernel(self, shown: list[tuple]) -> np.ndarray:
        """Two random solutions x of A x = 0 modulo the prime, a row an unknown; equal columns are one meanwhile."""
        matrix = np.zeros((len(shown), len(self.number)), np.int64)
        for row, cell in enumerate(shown):
            matrix[row, list(self.cells[cell])] = 1
        return dense.solutions(matrix, 2).T


def recovered(equations: Equations, targets: set[tuple], shown: list[tuple]) -> set[tuple]:
    """The targets that follow from the shown cells."""
    x = equations.kernel(shown)
    hits = set()
    for target in targets:
        unknowns = [unknown for unknown, _ in target]
        signs = np.array([sign for _, sign in target])
        if not ((signs[:, None] * x[unknowns]).sum(axis=0) % dense.PRIME).any():
            hits.add(target)
    return hits


def shown_cells(frame: pl.DataFrame, release: int) -> list[tuple]:
    rows = frame.filter("shown").select("cut", "quarter", *PLACE, "tool")
    return [(release, *row) for row in rows.rows()]


def attempt(
    seed: int, change: str, k_before: int = K, divisions: int = 0
) -> tuple[int, int, int, float]:
    """Targets, recovered without and with the ledger, and how much of the second release stays."""
    size = {
        "people": 60 + 7 * (seed % 41),
        "tools": seed % 3,
        "quarters": 1 + seed % 3,
        "divisions": divisions,
    }
    before = organisation(seed, **size)
    if change == "later":
        after = organisation(seed, **(size | {"quarters": size["quarters"] + 1}))
    else:
        after = moved(before, seed, change)
    first, second = merge_small(before, k_before), merge_small(after, K)
    old = mask(first, k_before, seed)
    alone = mask(second, K, seed)
    joint = mask(second, K, seed, [Earlier(first, old.frame.filter("shown"))])
    equations = Equations([first, second])
    targets = equations.targets()
    known = shown_cells(old.frame, 0)
    before_all = recovered(equations, targets, known)
    without = recovered(equations, targets, known + shown_cells(alone.frame, 1)) - before_all
    with_ledger = recovered(equations, targets, known + shown_cells(joint.frame, 1)) - before_all
    kept = joint.frame["shown"].sum() / max(1, alone.frame["shown"].sum())
    return len(targets), len(without), len(with_ledger), kept


CHANGES = ("moved", "left", "came", "renamed", "later")


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_a_release_tells_nothing_more_together_with_the_one_before(change):
    seeds = PAIRS if change == "moved" else range(0, len(PAIRS), 4)
    tries = [attempt(seed, change) for seed in seeds]

    assert sum(targets for targets, *_ in tries) > 100 * len(tries)
    assert sum(with_ledger for _, _, with_ledger, _ in tries) == 0


@pytest.mark.slow
@pytest.mark.parametrize("change", ["moved", "left", "divided", "later"])
def test_releases_with_divisions_tell_nothing_more_together(change):
    tries = [attempt(seed, change, divisions=3) for seed in range(8, 8 + drawn(8, 3))]

    assert sum(targets for targets, *_ in tries) > 100 * len(tries)
    assert sum(without for _, without, _, _ in tries) > 0
    assert sum(with_ledger for _, _, with_ledger, _ in tries) == 0


@pytest.mark.slow
def test_without_the_ledger_most_pairs_of_releases_leak():
    tries = [attempt(seed, "moved") for seed in range(drawn(12, 6))]

    assert sum(without > 0 for _, without, _, _ in tries) >= len(tries) * 2 / 3


@pytest.mark.slow
@pytest.mark.parametrize("k_before", [5, 20])
def test_a_changed_threshold_gives_nothing_away_that_was_not_out(k_before):
    tries = [attempt(seed, "moved", k_before) for seed in range(drawn(8, 3))]

    assert sum(with_ledger for _, _, with_ledger, _ in tries) == 0
