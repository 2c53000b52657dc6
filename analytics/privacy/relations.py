"""Which figures hidden for their value follow exactly from those shown?

What is hidden is unknown; an unknown is known after all when the equations between figures (equations.py) leave it one
value, and then the cheapest shown figure in its explanation is hidden too. In the end whatever hides nothing any more
is shown again, dearest first.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analytics.metrics.passport import Cut
from analytics.metrics.sums import ALIKE, SUMS
from analytics.privacy.dependencies import People
from analytics.privacy.equations import Quantities
from analytics.privacy.lattice import KEYS
from analytics.privacy.piece import Piece

COARSE = {"week": 1.0, "month": 1.5, "quarter": 2.0, "all": 3.0}
WHOLE_OF_A_SUM = 4.0  # a figure that others are parts of costs more than its parts
# Stricter than true first; what that tells whatever is hidden is guarded as it is then, at last with tools that overlap.
VIEWS = (
    {"alike": True, "tools_add": True},
    {"alike": False, "tools_add": True},
    {"alike": False, "tools_add": False},
)
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
    parts = [visible.filter(pl.col("metric").is_in(group)) for group in sorted(set(names.values()))]
    hidden: list[int] = []
    for view in VIEWS:
        more, told_anyway = _solved(parts, people, **view)
        hidden += more
        why = pl.when(pl.col("cell").is_in(hidden)).then(pl.lit("protected"))
        guarded = {
            "is_secret": pl.col("cell").is_in(told_anyway),
            "by_value": pl.coalesce("by_value", why),
        }
        parts = [part.with_columns(**guarded) for part in parts]
    also = pl.DataFrame({"cell": hidden}, schema={"cell": pl.UInt32}).unique()
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


def _solved(
    parts: Sequence[pl.DataFrame], people: People, **view: bool
) -> tuple[list[int], list[int]]:
    """Return the cells of these metrics to hide, and the secret ones that are told whatever is hidden."""
    figures = [Quantities(part, people, **view) for part in parts if part["is_secret"].any()]
    return _Puzzle(figures).solve() if figures else ([], [])


class _Puzzle:
    """What is shown, hidden and to be protected of figures, by the metrics that may tell of each other."""

    def __init__(self, figures: Sequence[Quantities]) -> None:
        slots = pl.concat([one.slots for one in figures])
        self.prime = figures[0].people.prime
        equations = sparse.block_diag([one.equations() for one in figures], format="coo")
        self.row, self.slot, self.value = equations.row, equations.col, equations.data
        self.count = equations.shape[0]
        self.cells = slots["cell"]
        self.cost = slots["cost"].to_numpy()
        self.target = slots["target"].to_numpy()
        nothing = slots["nothing"].to_numpy()
        self.unknown = ~nothing & (self.target | ~slots["shown"].to_numpy())
        self.told = nothing & self.target
        can_hide = slots["shown"] & ~slots["is_defined"] & ~slots["nothing"]
        self.can_hide = can_hide.to_numpy() & ~self.target
        self.hidden = np.zeros(len(self.target), bool)

    def solve(self) -> tuple[list[int], list[int]]:
        """Return the numbers of the cells to hide, and of the secret ones that are told whatever is hidden."""
        fresh = self.unknown.copy()
        while fresh.any():
            fresh = self._hide(fresh)
        waiting = self.hidden.copy()
        while waiting.any():
            waiting = self._restore(waiting)
        hidden, told = (
            self.cells.filter(pl.Series(which)).explode().drop_nulls().to_list()
            for which in (self.hidden | self.target, self.told)
        )
        return hidden, told

    def _hide(self, fresh: np.ndarray) -> np.ndarray:
        """Hide what tells of a target; return where to look again: what was told may be told by others still."""
        again = np.zeros(len(fresh), bool)
        if piece := self._around(fresh):
            chosen, told, told_anyway = piece.hide(self.target, self.cost)
            again[told] = self.told[told_anyway] = True
            self.hidden[chosen] = self.unknown[chosen] = True
            self.can_hide[chosen] = False
        return again

    def _restore(self, waiting: np.ndarray) -> np.ndarray:
        """Show again, dearest first, what hides nothing any more; return what is still to be tried."""
        left = np.zeros(len(waiting), bool)
        if piece := self._around(waiting):
            tries = piece.unknown[waiting[piece.unknown]]
            tries = tries[np.argsort(-self.cost[tries], kind="stable")]
            shown, rest = piece.restore(self.target, tries, np.random.default_rng(SEED))
            self.hidden[shown] = self.unknown[shown] = False
            left[rest] = True
        return left

    def _around(self, fresh: np.ndarray) -> Piece | None:
        """Equations that hang together by their unknowns with a fresh one and with a target, if there are any."""
        unknown = np.flatnonzero(self.unknown)
        telling = self._telling()[self.row]
        row, slot, value = self.row[telling], self.slot[telling], self.value[telling]
        inside = self.unknown[slot]
        ends = row[inside], self.count + slot[inside]
        size = self.count + len(self.unknown)
        graph = sparse.coo_matrix((np.ones(len(ends[0])), ends), shape=(size, size))
        count, label = connected_components(graph, directed=False)
        of_entry, of_slot = label[row], label[self.count :]
        asked, wanted = np.zeros(count, bool), np.zeros(count, bool)
        asked[of_slot[self.target & self.unknown]] = True
        wanted[of_slot[fresh & self.unknown]] = True
        some = (asked & wanted)[of_entry]
        if not some.any():
            return None
        _, number = np.unique(row[some], return_inverse=True)
        held = np.bincount(of_entry[some], minlength=count) > 0
        own = unknown[(held & asked & wanted)[of_slot[unknown]]]
        return Piece((number, slot[some], value[some]), own, self.can_hide, self.prime)

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
