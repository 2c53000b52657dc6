"""Which figures hidden for their value follow exactly from those shown?

What is hidden is unknown; an unknown is known after all when the equations between figures (equations.py) leave it one
value, and then the cheapest shown figure in its explanation is hidden too. In the end whatever hides nothing any more
is shown again, dearest first.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analytics.metrics.passport import Cut
from analytics.metrics.sums import ALIKE, SUMS
from analytics.privacy.dependencies import People
from analytics.privacy.equations import Equations, Quantities
from analytics.privacy.lattice import KEYS
from analytics.privacy.piece import Piece, Reduced

COARSE = {"week": 1.0, "month": 1.5, "quarter": 2.0, "all": 3.0}
WHOLE_OF_A_SUM = 4.0  # a figure that others are parts of costs more than its parts
SEED = 11  # of the values that hidden figures could have: any will do


def weight(of_cut: Mapping[Cut, float]) -> pl.Expr:
    """Return what hiding a cell costs: by its cut, its size, how long the period is and whether others are parts of it."""
    whole = pl.any_horizontal(
        (pl.col("metric") == metric)
        & (pl.col("variant") == variant)
        & pl.col("bin").eq_missing(name)
        for metric, variant, name in {declared.whole for declared in SUMS}
    )
    return (
        pl.col("cut").replace_strict(of_cut, return_dtype=pl.Float64)
        * pl.col("n").sqrt()
        * pl.col("grain").replace_strict(COARSE, return_dtype=pl.Float64)
        * pl.when(whole).then(WHOLE_OF_A_SUM).otherwise(1.0)
    )


def protect(cells: pl.DataFrame, people: People, which: pl.Expr) -> pl.DataFrame:
    """Return the cells with `by_value` filled also where a shown figure would give a hidden one away.

    Only the figures `which` are looked at. Reads metric, variant, bin, grain, period, KEYS, cut, n, sx, sy, is_masked, weight (what hiding it costs), defined, is_secret (must not be worked out), reason (why it
    is hidden whatever its value) and by_value (why it is hidden for its value).
    """
    placed = cells.with_row_index("cell").join(
        people.cells, on=KEYS, how="left", nulls_equal=True, maintain_order="left"
    )
    followed = pl.col("row").is_in(people.told_anyway(placed).implode())
    told = ~pl.col("is_masked") | (pl.col("is_secret") & followed)
    visible = placed.filter(which, told, pl.col("row").is_not_null())
    groups = {metric: group for group in ALIKE for metric in group}
    names = {name: groups.get(name, (name,)) for name in visible["metric"].unique()}
    hidden: list[np.ndarray] = []
    for group in sorted(set(names.values())):
        part = visible.filter(pl.col("metric").is_in(group))
        if part["is_secret"].any():
            hidden.append(_Puzzle(Quantities(part, people)).solve())
    also = pl.DataFrame(
        {"cell": np.concatenate([np.zeros(0, int), *hidden])}, schema={"cell": pl.UInt32}
    ).unique()
    return (
        cells.with_row_index("cell")
        .join(also.with_columns(also=pl.lit("protected")), on="cell", how="left")
        .sort("cell")
        .with_columns(
            by_value=pl.coalesce(
                "by_value", pl.when(pl.col("reason").is_null()).then(pl.col("also"))
            )
        )
        .drop("cell", "also")
    )


class _Puzzle:
    """What is shown, hidden and to be protected of the figures of metrics that may tell of each other."""

    def __init__(self, figures: Quantities) -> None:
        slots = figures.slots
        self.prime = figures.people.prime
        equations = figures.equations().tocoo()
        self.row, self.slot, self.value = equations.row, equations.col, equations.data
        self.count = equations.shape[0]
        self.cells = slots["cell"]
        self.cost = slots["cost"].to_numpy()
        self.target = slots["target"].to_numpy()
        self.unknown = self.target | ~(slots["shown"] | slots["nothing"]).to_numpy()
        self.can_hide = (slots["shown"] & ~slots["is_defined"]).to_numpy() & ~self.target
        self.hidden = np.zeros(len(self.target), bool)
        self.reduced: Reduced = {}

    def solve(self) -> np.ndarray:
        """Return the numbers of the cells to hide."""
        fresh = self.unknown.copy()
        while fresh.any():
            fresh = self._hide(fresh)
        waiting = self.hidden.copy()
        while waiting.any():
            waiting = self._restore(waiting)
        return self.cells.filter(pl.Series(self.hidden | self.target)).explode().to_numpy()

    def _hide(self, fresh: np.ndarray) -> np.ndarray:
        """Hide what tells of a target, piece by piece; return where to look again: hiding joins pieces."""
        again = np.zeros(len(fresh), bool)
        for equations, unknown in self._pieces(fresh):
            piece = Piece(equations, unknown, self.can_hide, self.prime, self.reduced)
            chosen = piece.hide(self.target, self.cost)
            if len(chosen):
                again[unknown] = again[chosen] = True
                self.hidden[chosen] = True
        self.unknown |= self.hidden
        self.can_hide &= ~self.hidden
        return again

    def _restore(self, waiting: np.ndarray) -> np.ndarray:
        """Show again, dearest first, what hides nothing any more; return what is still to be tried."""
        rng = np.random.default_rng(SEED)
        left = np.zeros(len(waiting), bool)
        for equations, unknown in self._pieces(waiting):
            piece = Piece(equations, unknown, self.can_hide, self.prime, self.reduced)
            tries = unknown[waiting[unknown]]
            tries = tries[np.argsort(-self.cost[tries], kind="stable")]
            shown, rest = piece.restore(self.target, tries, rng)
            self.hidden[shown] = self.unknown[shown] = False
            left[rest] = True
        return left

    def _pieces(self, fresh: np.ndarray) -> Iterator[tuple[Equations, np.ndarray]]:
        """Equations that hang together by their unknowns, with those unknowns; only where a fresh one is among them."""
        unknown = np.flatnonzero(self.unknown)
        telling = self._telling()[self.row]
        row, slot, value = self.row[telling], self.slot[telling], self.value[telling]
        inside = self.unknown[slot]
        ends = row[inside], self.count + slot[inside]
        size = self.count + len(self.unknown)
        graph = sparse.coo_matrix((np.ones(len(ends[0])), ends), shape=(size, size))
        _, label = connected_components(graph, directed=False)
        of_entry, of_slot = label[row], label[self.count :]
        wanted = np.intersect1d(of_slot[self.target & self.unknown], of_slot[fresh & self.unknown])
        wanted = np.intersect1d(wanted, of_entry)
        entries = _of_each(of_entry, wanted)
        columns = _of_each(of_slot[unknown], wanted)
        for some, own in zip(entries, columns, strict=True):
            _, number = np.unique(row[some], return_inverse=True)
            yield (number, slot[some], value[some]), unknown[own]

    def _telling(self) -> np.ndarray:
        """Which equations can tell something: not those that alone hold an unknown of which nobody asks."""
        inside = self.unknown[self.slot]
        row, slot = self.row[inside], self.slot[inside]
        telling = np.bincount(row, minlength=self.count) > 0
        while True:
            times = np.bincount(slot[telling[row]], minlength=len(self.target))
            alone = row[((times == 1) & ~self.target)[slot]]
            if not telling[alone].any():
                return telling
            telling[alone] = False


def _of_each(labels: np.ndarray, wanted: np.ndarray) -> Iterator[np.ndarray]:
    """Yield where each wanted label stands."""
    order = np.argsort(labels, kind="stable")
    ranked = labels[order]
    starts, ends = (np.searchsorted(ranked, wanted, side) for side in ("left", "right"))
    return (order[start:end] for start, end in zip(starts, ends, strict=True))
