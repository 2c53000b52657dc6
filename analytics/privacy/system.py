"""The published rows in echelon form, department by department: which sets follow from them, and by which rows?"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from analytics.privacy.kernel import product, reduce_rows, values


@dataclass
class _Block:
    """Reduced rows of one department: solved · published = reduced; the rest rows are 0 on the block's own columns."""

    rows: np.ndarray
    own: np.ndarray
    shared: np.ndarray
    pivots: np.ndarray
    reduced: np.ndarray
    solved: np.ndarray
    rest: np.ndarray
    rest_solved: np.ndarray


class System:
    """The published rows, reduced department by department, and what crosses departments last.

    rows: sparse 0/1 matrix over unknowns; block: the department's number of each row, −1 for rows that cross them.
    Unknowns that stand in exactly the same rows are one column ("class"); a column belongs to a department when only
    that department's rows (and crossing rows) hold it, and is shared otherwise (people who moved).
    """

    def __init__(
        self, rows: sparse.csr_matrix, block: np.ndarray, p: int, rng: np.random.Generator
    ) -> None:
        self.p, self.rng = p, rng
        self.block = block
        keys = rng.integers(1, 2**62, rows.shape[0])
        marks = rows.T.astype(np.int64) @ keys  # wraps around, on purpose: a hash
        self.unknown_rows = rows
        _, self.first_of, self.class_of = np.unique(marks, return_index=True, return_inverse=True)
        self.rows = rows[:, self.first_of].astype(np.int64).tocsr()
        self.width = len(self.first_of)
        self.alive = np.ones(rows.shape[0], bool)
        self._split()
        self.blocks: dict[int, _Block] = {}
        self.members = {number: np.flatnonzero(block == number) for number in np.unique(block)}

    @cached_property
    def unknowns(self) -> sparse.csr_matrix:
        """Classes × unknowns, 0/1."""
        count = len(self.class_of)
        places = (self.class_of, np.arange(count))
        return sparse.csr_matrix((np.ones(count), places), shape=(self.width, count))

    def _split(self) -> None:
        inside = self.rows.tocoo()
        local = self.block[inside.row] >= 0
        blocks = int(self.block.max(initial=0)) + 1
        column, number = np.divmod(
            np.unique(inside.col[local] * np.int64(blocks) + self.block[inside.row[local]]), blocks
        )
        columns, times = np.unique(column, return_counts=True)
        home = np.full(self.width, -1)
        home[column] = number
        home[columns[times > 1]] = -1
        self.home = home

    def hide(self, rows: np.ndarray) -> None:
        """Take rows out of what is published."""
        self.alive[rows] = False
        for number in np.unique(self.block[rows]):
            self.blocks.pop(int(number), None)

    def show(self, rows: np.ndarray) -> None:
        """Publish rows again."""
        self.alive[rows] = True
        for number in np.unique(self.block[rows]):
            self.blocks.pop(int(number), None)

    def eliminate(self) -> None:
        """Reduce what has changed, then the rows that cross departments."""
        for number in np.unique(self.block[self.alive & (self.block >= 0)]):
            if int(number) not in self.blocks:
                self.blocks[int(number)] = self._reduce_block(int(number))
        live = {int(number) for number in np.unique(self.block[self.alive])}
        self.blocks = {number: block for number, block in self.blocks.items() if number in live}
        self._reduce_border()

    def _reduce_block(self, number: int) -> _Block:
        index = self.members[number]
        index = index[self.alive[index]]
        starts, ends = self.rows.indptr[index], self.rows.indptr[index + 1]
        # by hand: slicing a sparse matrix costs more than reducing a small one
        entries = np.concatenate(
            [self.rows.indices[a:b] for a, b in zip(starts, ends, strict=True)]
        )
        touched, column = np.unique(entries, return_inverse=True)
        is_own = self.home[touched] == number
        own, shared = touched[is_own], touched[~is_own]
        count, width = len(index), len(own)
        place = np.where(is_own, np.cumsum(is_own) - 1, width + np.cumsum(~is_own) - 1)
        matrix = np.zeros((count, len(touched) + count), np.int64)
        matrix[np.repeat(np.arange(count), ends - starts), place[column]] = 1
        matrix[np.arange(count), len(touched) + np.arange(count)] = 1
        pivots = reduce_rows(matrix, width, self.p)
        rank, end = len(pivots), width + len(shared)
        return _Block(
            index, own, shared, own[pivots], matrix[:rank, :end], matrix[:rank, end:],
            matrix[rank:, width:end], matrix[rank:, end:],
        )  # fmt: skip

    def _reduce_border(self) -> None:
        p = self.p
        cross = np.flatnonzero(self.alive & (self.block < 0))
        rests = [
            (number, len(block.rest)) for number, block in self.blocks.items() if block.rest.any()
        ]
        size = len(cross) + sum(count for _, count in rests)
        border = np.zeros((size, self.width), np.int64)
        border[: len(cross)] = self.rows[cross].toarray()
        self.rest_at: dict[int, slice] = {}
        start = len(cross)
        for number, count in rests:
            self.rest_at[number] = slice(start, start + count)
            border[start : start + count, self.blocks[number].shared] = self.blocks[number].rest
            start += count
        self.cross, self.borrowed = cross, {}
        for number, block in self.blocks.items():
            if not len(block.pivots):
                continue
            weights = border[:, block.pivots]
            self.borrowed[number] = weights
            if not weights.any():
                continue
            columns = np.concatenate([block.own, block.shared])
            border[:, columns] = (border[:, columns] - product(weights, block.reduced, p)) % p
        self._pivot_border(border)

    def _pivot_border(self, border: np.ndarray) -> None:
        size = len(border)
        solved = np.eye(size, dtype=np.int64)
        pivots: list[int] = []
        rest = border
        while len(pivots) < size:
            live = np.flatnonzero(rest.any(axis=0))
            if not len(live):
                break
            take = min(len(live), 2 * (size - len(pivots)) + 8)
            panel = np.sort(self.rng.choice(live, take, replace=False))
            work = np.concatenate([product(solved, border[:, panel], self.p), solved], axis=1)
            found = reduce_rows(work, take, self.p, first=len(pivots))
            pivots.extend(panel[found].tolist())
            solved = work[:, take:]
            rest = product(solved[len(pivots) :], border, self.p)
        self.border_pivots = np.array(pivots, int)
        self.border_solved = solved[: len(pivots)]
        self.border = product(self.border_solved, border, self.p)

    def kernel(self, count: int) -> np.ndarray:
        """Return random x (unknowns × count) with A x = 0 (mod p) for the published rows A, checked."""
        p = self.p
        x = self.rng.integers(0, p, (self.width, count))
        x[self.border_pivots] = 0
        for block in self.blocks.values():
            x[block.pivots] = 0
        x[self.border_pivots] = -product(self.border, x, p) % p
        for block in self.blocks.values():
            x[block.pivots] = (
                -product(block.reduced, x[np.concatenate([block.own, block.shared])], p) % p
            )
        spread = self.rng.integers(0, p, (len(self.class_of), count))
        have = np.rint(self.unknowns @ spread.astype(np.float64)).astype(np.int64) % p
        spread[self.first_of] = (spread[self.first_of] + x - have) % p
        published = self.unknown_rows[np.flatnonzero(self.alive)]
        if (values(published, spread, p) != 0).any():
            raise ArithmeticError("The elimination of the published sums is not consistent.")
        return spread

    def participants(self, targets: sparse.csr_matrix) -> np.ndarray:
        """Coefficients of the published rows that give each target: targets × rows, mod p; a row of 0 = not exposed."""
        p = self.p
        rest = targets[:, self.first_of].toarray().astype(np.int64) % p
        found = np.zeros((len(rest), len(self.alive)), np.int64)
        of_block = {}
        for number, block in self.blocks.items():
            if not len(block.pivots):
                continue
            weights = rest[:, block.pivots]
            of_block[number] = weights
            if weights.any():
                columns = np.concatenate([block.own, block.shared])
                rest[:, columns] = (rest[:, columns] - product(weights, block.reduced, p)) % p
        if len(self.border_pivots):
            weights = rest[:, self.border_pivots]
            rest = (rest - product(weights, self.border, p)) % p
            of_border = product(weights, self.border_solved, p)
        else:
            of_border = np.zeros((len(rest), 0), np.int64)
        if of_border.shape[1]:
            found[:, self.cross] = of_border[:, : len(self.cross)]
        for number, block in self.blocks.items():
            if number in of_block:
                weights = of_block[number]
                if of_border.any():
                    weights = (weights - product(of_border, self.borrowed[number], p)) % p
                found[:, block.rows] = product(weights, block.solved, p)
            if number in self.rest_at:
                back = product(of_border[:, self.rest_at[number]], block.rest_solved, p)
                found[:, block.rows] = (found[:, block.rows] + back) % p
        found[rest.any(axis=1)] = 0
        return found

    def short_rows(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Rows of the reduced form as (classes, coefficients): simple things that follow from what is published."""
        short: list[tuple[np.ndarray, np.ndarray]] = []
        for block in self.blocks.values():
            columns = np.concatenate([block.own, block.shared])
            short.extend(
                (columns[np.flatnonzero(row)], row[np.flatnonzero(row)]) for row in block.reduced
            )
        short.extend((np.flatnonzero(row), row[np.flatnonzero(row)]) for row in self.border)
        return short
