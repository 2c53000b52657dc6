"""Which cells may be shown, so that no group of fewer than k people can be worked out from them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from analytics.privacy import audit
from analytics.privacy.kernel import (
    random_primes,
    slope,
    values,
    values_of_residues,
    without,
)
from analytics.privacy.lattice import KEYS, Earlier, Lattice, build
from analytics.privacy.published import Rows, distinct_rows
from analytics.privacy.system import System

RESTORE = True
DIRECTIONS = (
    24  # kernel vectors kept while hidden cells are shown again; each shown cell uses one up
)
SPARE = 3  # so many stay for the test itself
AT_ONCE = 400  # exposed sets that are explained in one round


@dataclass(frozen=True)
class Mask:
    """What may be shown.

    frame        quarter (null = whole period), division, department, level, location, tool (null = all), n = people,
                 shown, reason (null, small_group or protected); one row for every cell that exists
    certificate  k, seed, primes, targets, exposed at first, hidden, rounds, matrix hash, share of staff …
    """

    frame: pl.DataFrame
    certificate: dict[str, object]


def mask(panel: pl.DataFrame, k: int, seed: int, earlier: Sequence[Earlier] = ()) -> Mask:
    """Return the mask of a merged panel; the same panel, k, seed and earlier releases give the same mask.

    No set of fewer than k people follows from what is shown now together with what `earlier` releases showed,
    unless it follows from those alone: that is known and cannot be taken back.
    """
    lattice = build(panel, earlier)
    rng = np.random.default_rng(seed)
    primes = random_primes(rng)
    out = pl.concat([one.shown.select(KEYS) for one in earlier]).unique() if earlier else None
    rows = distinct_rows(lattice, k, rng, out)
    sets = audit.targets(lattice, k, rng)
    hidden = np.zeros(len(rows.block), bool)
    rounds: list[int] = []
    known = Known.of(sets, rows, primes[0])
    for number, p in enumerate(primes):
        known = known if number == 0 else Known.of(known.sets, rows, p)
        system = System(rows.vectors, rows.block, p, rng)
        system.hide(np.flatnonzero(hidden))
        _hide(system, rows, known, lattice, k, hidden, rounds)
        if number == 0 and RESTORE:
            _restore(system, rows, known, k, hidden)
            _hide(system, rows, known, lattice, k, hidden, rounds)
    frame = _frame(lattice, rows, hidden, k)
    certificate: dict[str, object] = {
        "k": k,
        "seed": seed,
        "primes": primes,
        "targets": len(sets.people),
        "exposed_at_first": rounds[0],
        "exposed": rounds[-1],
        "rounds": len(rounds),
        "earlier_releases": len(earlier),
        "exposed_before": len(sets.people) - len(known.sets.people),
        "cells": int(frame["shown"].sum()),
        "hidden": int((frame["reason"] == "protected").sum()),
        "small": int((frame["reason"] == "small_group").sum()),
        "matrix_hash": _matrix_hash(rows, hidden),
        "staff_in_published_department": _staff_in_published_department(panel, frame),
    }
    return Mask(frame, certificate)


@dataclass(frozen=True)
class Known:
    """What is left to protect once earlier releases are out: `sets` that do not follow from the fixed rows alone.

    x: two kernel vectors of the fixed rows modulo p, null where there are none; what they give away has value 0.
    """

    sets: audit.Targets
    p: int
    x: np.ndarray | None

    @classmethod
    def of(cls, sets: audit.Targets, rows: Rows, p: int) -> "Known":
        """Return it for sets of which some may follow from the fixed rows."""
        fixed, rng = rows.fixed, np.random.default_rng(p)
        if not fixed.any():
            return cls(sets, p, None)
        system = System(rows.vectors[fixed], rows.block[fixed], p, rng)
        system.eliminate()
        x = system.kernel(2)
        return cls(sets.take(np.flatnonzero((values(sets.vectors, x, p) != 0).any(axis=1))), p, x)

    def new(self, vectors: sparse.csr_matrix) -> sparse.csr_matrix:
        """Return those of the vectors that the fixed rows do not give away."""
        if not vectors.shape[0] or self.x is None:
            return vectors
        told = values_of_residues(vectors, self.x, self.p)
        return vectors[np.flatnonzero((told != 0).any(axis=1))]

    def pairs(self, k: int) -> set[tuple[int, int, int]]:
        """Return the pairs of targets, with their sign, that the fixed rows give away."""
        if self.x is None:
            return set()
        of_sets = values(self.sets.vectors, self.x, self.p)
        return set(zip(*audit.pairs(of_sets, self.sets, k, self.p), strict=True))


def _hide(
    system: System,
    rows: Rows,
    known: Known,
    lattice: Lattice,
    k: int,
    hidden: np.ndarray,
    rounds: list[int],
) -> None:
    """Hide published rows until no target follows from the rest."""
    sets = known.sets
    while True:
        system.eliminate()
        x = system.kernel(2)
        found = sets.vectors[audit.exposed(system, x, sets)]
        pairs = known.new(audit.exposed_pairs(system, x, sets, k))
        found = sparse.vstack([found, pairs], format="csr")
        if not found.shape[0]:
            found = known.new(audit.exposed_short(system, lattice, k))
        rounds.append(found.shape[0])
        if not found.shape[0]:
            return
        take = system.participants(found[:AT_ONCE]) != 0
        chosen = cheapest(take[take[:, ~rows.fixed].any(axis=1)], rows.cost)
        if not len(chosen):  # earlier releases alone give these away
            return
        hidden[chosen] = True
        system.hide(chosen)


def _restore(system: System, rows: Rows, known: Known, k: int, hidden: np.ndarray) -> None:
    """Show again, dearest first, what hides nothing any more.

    With a row r more, t follows if and only if t·x and r·x are proportional over the x of the kernel; once r is shown,
    x·(r·y) − y·(r·x) are the vectors of the new kernel.
    """
    sets, given_away = known.sets, known.pairs(k)
    waiting = np.flatnonzero(hidden)
    waiting = waiting[np.argsort(-rows.cost[waiting], kind="stable")]
    p = system.p
    while len(waiting):
        system.eliminate()
        x = system.kernel(DIRECTIONS)
        of_sets = values(sets.vectors, x, p)
        of_rows = values(rows.vectors[waiting], x, p)
        apart = ~np.isin(slope(of_rows, p), slope(of_sets, p))
        waiting, of_rows = waiting[apart], of_rows[apart]
        shown = []
        for at in range(len(waiting)):
            row = of_rows[at]
            if row[0] == 0:
                continue
            after = without(of_sets[:, :3], row[:3], p)
            pairs = zip(*audit.pairs(after, sets, k, p), strict=True)
            if (after == 0).all(axis=1).any() or any(pair not in given_away for pair in pairs):
                continue
            of_sets, of_rows = without(of_sets, row, p), without(of_rows, row, p)
            shown.append(at)
            if of_sets.shape[1] <= SPARE:
                break
        hidden[waiting[shown]] = False
        system.show(waiting[shown])
        if of_sets.shape[1] > SPARE:
            return
        waiting = waiting[shown[-1] + 1 :]


def cheapest(take: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """Return rows to hide so that every explanation (explanations × rows) loses one: most explanations per cost first."""
    chosen: list[int] = []
    left = take.copy()
    while left.any():
        row = int(np.argmax(left.sum(axis=0) / cost))  # a fixed row costs more than anything
        chosen.append(row)
        left[left[:, row]] = False
    return np.array(chosen, int)


def _frame(lattice: Lattice, rows: Rows, hidden: np.ndarray, k: int) -> pl.DataFrame:
    protected = np.append(hidden, False)[rows.of_cell]  # −1, a cell under k, is the last
    cells = lattice.cells.with_columns(protected=pl.Series(protected)).filter("listed", "current")
    return cells.select(
        "cut",
        *KEYS,
        "n",
        shown=(pl.col("n") >= k) & ~pl.col("protected"),
        reason=pl.when(pl.col("n") < k)
        .then(pl.lit("small_group"))
        .when("protected")
        .then(pl.lit("protected")),
    )


def _matrix_hash(rows: Rows, hidden: np.ndarray) -> str:
    """Short SHA-256 of which unknowns stand in which published rows."""
    shown = rows.vectors[np.flatnonzero(~hidden)].tocsr()
    shown.sort_indices()
    places = shown.indptr.astype(np.int64).tobytes() + shown.indices.astype(np.int64).tobytes()
    return hashlib.sha256(places).hexdigest()[:16]


def _staff_in_published_department(panel: pl.DataFrame, frame: pl.DataFrame) -> float:
    """Share of the people of the newest quarter whose department is shown."""
    newest = panel["quarter"].max()
    people = panel.filter(pl.col("quarter").eq_missing(pl.lit(newest, pl.Date))).height
    shown = frame.filter(
        "shown",
        pl.col("cut") == "department",
        pl.col("quarter").eq_missing(pl.lit(newest, pl.Date)),
    )
    return round(int(shown["n"].sum()) / people, 4) if people else 0.0
