"""Which unknowns of equations follow from what is shown, and what hides them?"""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analytics.privacy.elimination import Entries, Solved, lists, sums
from analytics.privacy.equations import Equations
from analytics.privacy.kernel import slope, without

DIRECTIONS = 64  # random solutions kept while hidden figures are shown again; each uses one up
SPARE = 3  # so many stay for the test itself


class Piece:
    """Equations solved for their unknowns, over unknowns and the shown figures that may be hidden.

    What can neither be hidden nor is unknown, everybody knows.
    """

    def __init__(
        self, equations: Equations, unknown: np.ndarray, can_hide: np.ndarray, p: int
    ) -> None:
        row, slot, value = equations
        self.unknown, self.p = unknown, p
        self.slots = np.concatenate([unknown, np.unique(slot[can_hide[slot]])])
        place = np.full(max(slot.max(initial=-1), self.slots.max(initial=-1)) + 1, -1)
        place[self.slots] = np.arange(len(self.slots))
        here = np.flatnonzero(place[slot] >= 0)
        here = here[np.argsort(row[here], kind="stable")]
        self.equations = Entries(row[here], place[slot[here]], value[here].astype(np.int64) % p)
        self.solved = Solved(self.equations, np.arange(len(self.slots)) < len(unknown), p)
        x = self.solved.solutions(1, np.random.default_rng(SPARE))
        if sums(self.equations, x, self.solved.height, p).any():
            raise ArithmeticError("The elimination of equations between figures is not consistent.")

    def hide(
        self, target: np.ndarray, cost: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return shown figures to hide so that these equations leave no target one value; the targets told now, and those told whatever is hidden.

        What tells most per cost comes first.
        """
        secret = np.flatnonzero(target[self.unknown])
        ones = Entries(np.arange(len(secret)), secret, np.ones(len(secret), np.int64))
        solved, known = self.solved, self._told(self.solved, ones)
        why = solved.put_into(ones.where(known))
        known, told = secret[known], secret[np.unique(why.row)]
        chosen = np.zeros(len(self.slots), bool)
        while len(why.row):
            fresh = np.zeros(len(self.slots), bool)
            fresh[cover(why, cost[self.slots])] = True
            chosen |= fresh
            # what was hidden may follow from other shown figures, and with it what it told
            solved = Solved(solved.ties, fresh, self.p)
            why = solved.put_into(why.where(self._told(solved, why)))
        return self.slots[chosen], self.unknown[told], self.unknown[np.setdiff1d(known, told)]

    def _told(self, solved: Solved, of: Entries) -> np.ndarray:
        """Return which entries are of sums (rows, in order) that have one value: nothing that is free is in them."""
        x = solved.solutions(SPARE - 1, np.random.default_rng(SPARE))
        height = int(of.row.max(initial=-1)) + 1
        is_free: np.ndarray = (sums(of, x, height, self.p) != 0).any(axis=1)
        return np.flatnonzero(~is_free[of.row])

    def restore(
        self, target: np.ndarray, tries: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return which of `tries`, hidden figures in order, may be shown without telling a target, and which were not tried.

        Once a figure is shown, a target follows if it is a multiple of that figure in all solutions.
        """
        place = np.argsort(self.unknown)
        tries = place[np.searchsorted(self.unknown[place], tries)]
        x = self.solved.solutions(DIRECTIONS, rng)
        secret = np.flatnonzero(target[self.unknown])
        secret = secret[x[secret].any(axis=1)]  # what is told whatever is hidden cannot be guarded
        follows = ~x[tries].any(axis=1)
        shown, rest = [tries[follows]], [place[:0]]
        # a multiple in three random solutions is one in all, and stays one
        apart = ~np.isin(slope(x[tries], self.p), slope(x[secret], self.p))
        tries = tries[~follows & apart]
        label = self._hanging_together()
        for piece in np.unique(label[tries]):
            own = tries[label[tries] == piece]
            taken, tried = _together(x[own], x[secret[label[secret] == piece]], self.p)
            shown.append(own[taken])
            rest.append(own[tried:])
        return self.unknown[np.concatenate(shown)], self.unknown[np.concatenate(rest)]

    def _hanging_together(self) -> np.ndarray:
        """Return of each unknown which piece of the equations it is in."""
        held = self.equations.where(self.equations.column < len(self.unknown))
        size = len(self.unknown) + self.solved.height
        ends = held.column, len(self.unknown) + held.row
        graph = sparse.coo_matrix((np.ones(len(held.row)), ends), (size, size))
        return connected_components(graph, directed=False)[1][: len(self.unknown)]


def _together(tries: np.ndarray, secrets: np.ndarray, p: int) -> tuple[list[int], int]:
    """Return which of the figures (their values in all solutions) may be shown together, and how many were tried."""
    taken: list[int] = []
    for at in range(len(tries)):
        if tries.shape[1] <= SPARE:
            return taken, at
        row = tries[at].copy()
        alike = (secrets[:, 1:SPARE] * row[0] - secrets[:, :1] * row[1:SPARE]) % p == 0
        if row.any() and (row[0] == 0 or alike.all(axis=1).any()):
            continue
        taken.append(at)
        if row.any():
            tries, secrets = without(tries, row, p), without(secrets, row, p)
    return taken, len(tries)


def cover(why: Entries, cost: np.ndarray) -> np.ndarray:
    """Return columns so that every row loses one of its entries: most rows per cost first."""
    columns, column = np.unique(why.column, return_inverse=True)
    by_column = lists(Entries(column, why.row, why.value), len(columns))
    left = np.bincount(why.row) > 0
    by_row = lists(Entries(why.row, column, why.value), len(left))
    times, price = by_column.length.copy(), cost[columns]
    chosen: list[int] = []
    while left.any():
        best = int(np.argmax(times / price))
        chosen.append(best)
        rows = by_column.column[by_column.at(np.array([best]))]
        rows = rows[left[rows]]
        left[rows] = False
        times -= np.bincount(by_row.column[by_row.at(rows)], minlength=len(times))
    return columns[chosen]
