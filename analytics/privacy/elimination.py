"""Which unknowns do sparse equations leave one value, and which shown figures say it?

Of many equations each holds few unknowns. Those that do not stand in each other's way are solved for at once, rarest first, so that
thousands take ten stages, where one after another they were thousands of steps (Markowitz 1957; structured Gaussian elimination, as
number theory does it).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analytics.privacy.kernel import inverse


class Entries(NamedTuple):
    """A sparse matrix of residues by its entries, each place once, in any order."""

    row: np.ndarray
    column: np.ndarray
    value: np.ndarray

    def where(self, which: np.ndarray) -> "Entries":
        """Return some of the entries."""
        return Entries(self.row[which], self.column[which], self.value[which])


class Lists(NamedTuple):
    """Rows one after another: where each starts, how long it is, and all their columns and values."""

    start: np.ndarray
    length: np.ndarray
    column: np.ndarray
    value: np.ndarray

    def at(self, rows: np.ndarray) -> np.ndarray:
        """Return where the entries of these rows are, one row after another."""
        length = self.length[rows]
        start = self.start[rows] - np.cumsum(length) + length
        return np.arange(length.sum()) + np.repeat(start, length)


class Solved:
    """Equations modulo p, solved for as many unknowns as they can be: unknown + later unknowns + shown = 0.

    is_unknown says of each column whether it is an unknown; the others are shown. stages: in the order in which they were solved, the unknowns and
    what else their equations hold. ties: what is left over, equations between shown figures alone.
    """

    def __init__(self, equations: Entries, is_unknown: np.ndarray, p: int) -> None:
        self.is_unknown, self.p = is_unknown, p
        self.stages: list[tuple[np.ndarray, Entries]] = []
        self.height = int(equations.row.max(initial=-1)) + 1
        ties: list[Entries] = []
        while True:
            holds = np.zeros(self.height, bool)
            holds[equations.row[is_unknown[equations.column]]] = True
            ties.append(equations.where(~holds[equations.row]))
            if not holds.any():
                break
            equations = self._stage(equations.where(holds[equations.row]))
        self.ties = together(ties)

    def _stage(self, equations: Entries) -> Entries:
        """Solve some equations for one unknown each, put that into the others, and return those."""
        row, column, value = equations
        length = np.bincount(row, minlength=self.height)
        inside = self.is_unknown[column]
        chosen, solved = _apart(row[inside], column[inside], length, len(self.is_unknown))
        number = np.full(len(self.is_unknown), -1)
        number[solved] = np.arange(len(solved))
        by = number[column]
        place = np.full(self.height, -1)
        place[chosen] = np.arange(len(chosen))
        at = place[row]
        own = at >= 0
        lead = own & (by >= 0)  # none of them holds another's unknown
        scale = np.empty_like(solved)
        scale[by[lead]] = inverse(value[lead], self.p)
        told = own & ~lead
        kept = Entries(at[told], column[told], value[told] * scale[at[told]] % self.p)
        kept = kept.where(np.argsort(kept.row, kind="stable"))
        self.stages.append((solved, kept))

        times = ~own & (by >= 0)
        touched = np.zeros(self.height, bool)
        touched[row[times]] = True
        moved = less(
            equations.where(~own & touched[row] & (by < 0)),
            Entries(row[times], by[times], value[times]),
            lists(kept, len(solved)),
            self.p,
        )
        return together([equations.where(~own & ~touched[row]), moved])

    def solutions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return random values (columns × count) that fit the equations when all that is shown is nothing."""
        x = np.zeros((len(self.is_unknown), count), np.int64)
        x[self.is_unknown] = rng.integers(0, self.p, (int(self.is_unknown.sum()), count))
        for solved, kept in reversed(self.stages):
            later = kept.where(self.is_unknown[kept.column])
            x[solved] = -sums(later, x, len(solved), self.p) % self.p
        return x

    def put_into(self, known: Entries) -> Entries:
        """Return sums that have one value (rows), by shown figures alone: what is free in the unknowns they hold is nothing together."""
        asked = np.zeros(len(self.is_unknown), bool)
        asked[known.column] = True
        for solved, kept in self.stages:
            asked[kept.column[asked[solved][kept.row]]] = True
        nothing = np.zeros(0, np.int64)
        found = Lists(
            np.zeros(len(asked), np.int64), np.zeros(len(asked), np.int64), nothing, nothing
        )
        for solved, kept in reversed(self.stages):
            told = self._by_shown(kept.where(asked[solved][kept.row]), found)
            new = lists(told, len(solved))
            found.start[solved] = new.start + len(found.column)
            found.length[solved] = new.length
            column, value = (np.concatenate(pair) for pair in zip(found[2:], new[2:], strict=True))
            found = found._replace(column=column, value=value)
        return self._by_shown(known, found)

    def _by_shown(self, part: Entries, found: Lists) -> Entries:
        inside = self.is_unknown[part.column]
        return less(part.where(~inside), part.where(inside), found, self.p)


def together(parts: Sequence[Entries]) -> Entries:
    """Return the entries of all parts."""
    return Entries(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def sums(matrix: Entries, x: np.ndarray, height: int, p: int) -> np.ndarray:
    """Return matrix · x, of residues; rows in order."""
    total = np.zeros((height, x.shape[1]), np.int64)
    if len(matrix.row):
        products = matrix.value[:, None] * x[matrix.column] % p
        first = np.flatnonzero(np.diff(matrix.row, prepend=-1))
        total[matrix.row[first]] = np.add.reduceat(products, first) % p
    return total


def less(part: Entries, times: Entries, by: Lists, p: int) -> Entries:
    """Return part − times · by, of residues, with rows in order; the columns of `times` are rows of `by`."""
    length = by.length[times.column]
    at = by.at(times.column)
    row = np.concatenate([part.row, np.repeat(times.row, length)])
    column = np.concatenate([part.column, by.column[at]])
    value = np.concatenate([part.value, -np.repeat(times.value, length) * by.value[at] % p])
    if not len(row):
        return part
    key = row * (column.max() + np.int64(1)) + column
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    total = np.add.reduceat(value[order], first) % p
    at = order[first[total != 0]]
    return Entries(row[at], column[at], total[total != 0])


def lists(matrix: Entries, height: int) -> Lists:
    """Return a matrix row by row."""
    matrix = matrix.where(np.argsort(matrix.row, kind="stable"))
    length = np.bincount(matrix.row, minlength=height)
    return Lists(np.cumsum(length) - length, length, matrix.column, matrix.value)


def _apart(
    row: np.ndarray, column: np.ndarray, length: np.ndarray, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return equations and one unknown of each that none of the others holds, those first that fill the others least.

    row, column: where unknowns are; length: how much each equation holds.
    """
    height = len(length)
    times = np.bincount(column, minlength=width)
    rarest = np.full(height, times.max() * width + width)
    np.minimum.at(rarest, row, times[column] * width + column)
    some = np.unique(row)
    wish = rarest[some] % width
    cost = (times[wish] - 1) * (length[some] - 1)
    order = np.lexsort((some, cost))
    _, first = np.unique(wish[order], return_index=True)
    rank = np.full(height, height)
    rank[some[order]] = np.arange(len(some))
    chosen = np.zeros(height, bool)
    chosen[some[order[first]]] = True
    taken_by = np.full(width, -1)
    taken_by[wish[order[first]]] = some[order[first]]
    holder = taken_by[column]
    clash = (holder >= 0) & (holder != row)
    row, holder = row[clash], holder[clash]
    while (both := chosen[row] & chosen[holder]).any():
        row, holder = row[both], holder[both]
        worse, better = np.where(rank[row] > rank[holder], (row, holder), (holder, row))
        loses = np.zeros(height, bool)
        loses[worse] = True
        chosen[worse[~loses[better]]] = False
    equations = np.flatnonzero(chosen)
    return equations, rarest[equations] % width
