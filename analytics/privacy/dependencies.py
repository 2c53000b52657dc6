"""How do the cells of a period depend on each other, as the people in them do?

Whatever combination of their rows of people gives nothing, gives nothing for every sum over people too.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from analytics.privacy.kernel import random_primes, reduce_rows
from analytics.privacy.lattice import KEYS, build

SEED = 7  # of the prime and of the hash of columns: any will do


@dataclass(frozen=True)
class People:
    """Which people stand in which cell: cells with KEYS and `row`, and their rows over kinds of people."""

    cells: pl.DataFrame
    member: sparse.csr_matrix
    prime: int
    _known: dict[bytes, tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=dict)
    _wide: list[tuple[np.ndarray, sparse.csr_matrix]] = field(default_factory=list)

    @classmethod
    def of(cls, panel: pl.DataFrame) -> "People":
        """Return them for a panel (quarter or null, person, department, level, location, tools)."""
        lattice = build(panel)
        cells = lattice.cells.filter("listed").select(*KEYS, row="cell")
        rng = np.random.default_rng(SEED)
        marks = lattice.member.T.astype(np.int64) @ rng.integers(1, 2**62, lattice.cells.height)
        _, first = np.unique(marks, return_index=True)  # kinds in the same cells are one
        return cls(cells, lattice.member[:, first].tocsr(), random_primes(rng, 1)[0])

    @cached_property
    def tool_of(self) -> np.ndarray:
        """Return a number for the tool of each cell, by its row; that of any tool is one of its own."""
        tool = np.zeros(self.member.shape[0], np.int64)
        numbers = self.cells["tool"].rank("dense").cast(pl.Int64).fill_null(0)
        tool[self.cells["row"].to_numpy()] = numbers.to_numpy()
        return tool

    @cached_property
    def tools(self) -> dict[int, list[int]]:
        """Return for each cell of any tool, by its row, the rows of its people in each tool."""
        place = [key for key in KEYS if key != "tool"]
        own = self.cells.filter(pl.col("tool").is_not_null()).select(*place, part="row")
        pairs = self.cells.filter(pl.col("tool").is_null()).join(own, on=place, nulls_equal=True)
        return dict(pairs.group_by("row", maintain_order=True).agg("part").iter_rows())

    def dependencies(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return a basis of the combinations of these cells that hold nobody: number, place in `rows`, value."""
        key = rows.astype(np.int64).tobytes()
        if key not in self._known:
            wider = next((one for one in self._wide if np.isin(rows, one[0]).all()), None)
            basis = self._among(rows, *wider) if wider else self._left_kernel(rows)
            self._known[key] = sparse.find(basis)
        return self._known[key]

    def _among(
        self, rows: np.ndarray, all_rows: np.ndarray, basis: sparse.csr_matrix
    ) -> sparse.csr_matrix:
        """Return those combinations of all_rows that do without the rows that are not in `rows`."""
        rest = np.flatnonzero(~np.isin(all_rows, rows))
        at = np.argsort(all_rows)[np.searchsorted(np.sort(all_rows), rows)]
        work = basis[:, [*rest, *at]].toarray()
        without = len(reduce_rows(work, len(rest), self.prime))
        return sparse.csr_matrix(work[without:, len(rest) :])

    def told_anyway(self, placed: pl.DataFrame) -> pl.Series:
        """Rows that the mask hides for others' sake and that follow from those it shows: their values may be secret."""
        cells = placed.filter(
            pl.col("row").is_not_null(), ~pl.col("is_masked") | (pl.col("reason") != "small_group")
        ).unique("row", maintain_order=True)
        found: list[int] = []
        for _, part in cells.group_by("quarter", maintain_order=True):
            rows = part.sort("is_masked", "row", descending=[True, False])
            masked = int(rows["is_masked"].sum())
            numbers = rows["row"].to_numpy().astype(np.int64)
            wide = self._left_kernel(numbers)
            self._wide.append((numbers, wide))
            basis = wide[:, :masked].toarray()
            found += rows["row"].gather(_determined(basis, self.prime)).to_list()
        return pl.Series(found, dtype=placed["row"].dtype)

    def _left_kernel(self, rows: np.ndarray) -> sparse.csr_matrix:
        some = self.member[rows]
        inside = some[:, np.flatnonzero(some.getnnz(axis=0))].toarray().astype(np.int64)
        width = inside.shape[1]
        work = np.concatenate([inside, np.eye(len(inside), dtype=np.int64)], axis=1)
        rank = len(reduce_rows(work, width, self.prime))
        basis = work[rank:, width:].copy()
        reduce_rows(basis, basis.shape[1], self.prime)
        return sparse.csr_matrix(basis)


def _determined(inside: np.ndarray, p: int) -> list[int]:
    """Return the unknowns that the equations leave one value."""
    work = inside % p
    pivots = reduce_rows(work, work.shape[1], p)
    alone = np.flatnonzero((work[: len(pivots)] != 0).sum(axis=1) == 1)
    return [pivots[row] for row in alone]
