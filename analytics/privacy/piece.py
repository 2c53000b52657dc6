"""Equations that hang together: which of their unknowns follow from what is shown, and what hides them?"""

import numpy as np

from analytics.privacy.equations import Equations
from analytics.privacy.kernel import clear, product, reduce_rows, without

Reduced = dict[tuple[int, int, bytes], tuple[np.ndarray, list[int]]]  # by width, rows, entries
FEW = 4_096  # entries of equations that are remembered once reduced
DIRECTIONS = 64  # random solutions kept while hidden figures are shown again; each uses one up
SPARE = 3  # so many stay for the test itself


class Piece:
    """Equations solved for their unknowns, over unknowns and the shown figures that may be hidden.

    A row that holds one unknown tells it, and its shown figures are the explanation. Rows without unknowns, the last,
    tie shown figures to each other. Hiding a figure moves one row at most: the elimination is never begun anew.
    """

    def __init__(
        self,
        equations: Equations,
        unknown: np.ndarray,
        can_hide: np.ndarray,
        p: int,
        reduced: Reduced | None = None,
    ) -> None:
        row, slot, value = equations
        self.open = np.unique(slot[can_hide[slot]])
        self.unknown, self.p = unknown, p
        slots = np.concatenate([unknown, self.open])
        order = np.argsort(slots)
        at = np.minimum(np.searchsorted(slots, slot, sorter=order), len(slots) - 1)
        place = order[at]
        here = slots[place] == slot  # what can neither be hidden nor is unknown, everybody knows
        self.work = np.zeros((int(row.max()) + 1, len(slots)), np.int64)
        self.work[row[here], place[here]] = value[here] % p
        self.pivots = self._reduce({} if reduced is None else reduced)

    def _reduce(self, known: Reduced) -> list[int]:
        """Solve for the unknowns and return which column each row is solved for; equal equations, as of many weeks, once."""
        width = len(self.unknown)
        if self.work.size > FEW:
            return reduce_rows(self.work, width, self.p)
        key = (width, len(self.work), self.work.tobytes())
        if key not in known:
            pivots = reduce_rows(self.work, width, self.p)
            known[key] = (self.work.copy(), pivots)
        work, pivots = known[key]
        self.work = work.copy()
        return pivots.copy()

    def hide(self, target: np.ndarray, cost: np.ndarray) -> np.ndarray:
        """Return which shown figures to hide so that these equations leave no target one value: what tells most per cost first."""
        width = len(self.unknown)
        held = (self.work[: len(self.pivots), :width] != 0).sum(axis=1)
        known = np.flatnonzero((held == 1) & target[self.unknown[self.pivots]])
        price, chosen = cost[self.open], np.zeros(len(self.open), bool)
        take = self.work[known, width:] != 0
        left = take.any(axis=1)
        times = take.sum(axis=0)
        while left.any():
            best = int(np.argmax(times / price))
            chosen[best] = True
            moved = self._solve_for(width + best)
            if moved is None:  # nothing else tells it: it may be anything
                over = left & take[:, best]
                times -= take[over].sum(axis=0)
                left &= ~over
                continue
            again = np.flatnonzero(left & np.isin(known, moved))
            times -= take[again].sum(axis=0)
            take[again] = self.work[known[again], width:] != 0
            times += take[again].sum(axis=0)
            left[again] = take[again].any(axis=1)
        return self.open[chosen]

    def _solve_for(self, column: int) -> np.ndarray | None:
        """Solve one of the rows without unknowns for the column, if any holds it; return which other rows that moved."""
        at = len(self.pivots)
        holding = np.flatnonzero(self.work[:, column])
        telling = holding[holding >= at]
        if not len(telling):
            return None
        row = telling[np.argmin((self.work[telling, len(self.unknown) :] != 0).sum(axis=1))]
        self.work[[at, row]] = self.work[[row, at]]
        if (
            telling[0] != at
        ):  # then what stood there, without the column, stands in the other row now
            holding[holding == row] = at
        _, moved = clear(self.work, at, column, self.p, holding)
        self.pivots.append(column)
        return moved

    def restore(
        self, target: np.ndarray, tries: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return which of `tries`, hidden figures in order, may be shown without telling a target, and which were not tried.

        Once a figure is shown, a target follows if it is a multiple of that figure in all solutions.
        """
        place = np.argsort(self.unknown)
        tries = place[np.searchsorted(self.unknown[place], tries)]
        x = self._solutions(min(DIRECTIONS, len(tries) + SPARE), rng)
        secret = np.flatnonzero(target[self.unknown])
        if (
            not x[secret].any(axis=1).all()
        ):  # taken stricter than true, the equations may tell of nothing that is shown
            return self.unknown[:0], self.unknown[:0]
        shown: list[int] = []
        for number, at in enumerate(tries):
            if x.shape[1] <= SPARE:
                return self.unknown[shown], self.unknown[tries[number:]]
            row = x[at].copy()
            # a multiple in three random solutions is one in all
            alike = (x[secret, 1:SPARE] * row[0] - x[secret, :1] * row[1:SPARE]) % self.p == 0
            if row[0] and not alike.all(axis=1).any():
                x = without(x, row, self.p)
                shown.append(at)
        return self.unknown[shown], self.unknown[:0]

    def _solutions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return random values (unknowns × count) that fit the equations when all that is shown is nothing."""
        width = len(self.unknown)
        x = rng.integers(0, self.p, (width, count))
        x[self.pivots] = 0
        x[self.pivots] = -product(self.work[: len(self.pivots), :width], x, self.p) % self.p
        return x
