"""What hiding small groups alone would publish: the different rows of the lattice, and what hiding each costs."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from analytics.metrics.passport import declared
from analytics.privacy.lattice import KEYS, WITHIN, Lattice

CARRIED = 1e-3  # what hiding costs where the figures of the release before can stay


@dataclass
class Rows:
    """The different published rows: cells that hold the same people and tools are shown or hidden together.

    A fixed row was shown by an earlier release: nothing can hide it any more.
    """

    of_cell: np.ndarray
    vectors: sparse.csr_matrix
    block: np.ndarray
    cost: np.ndarray
    fixed: np.ndarray


def primary(lattice: Lattice, k: int) -> np.ndarray:
    """Which cells of the new release hiding small groups alone would show."""
    cells = lattice.cells
    large = cells["n"].to_numpy() >= k
    return cells["current"].to_numpy() & cells["listed"].to_numpy() & large


def distinct_rows(
    lattice: Lattice, k: int, rng: np.random.Generator, out: pl.DataFrame | None = None
) -> Rows:
    """Return the different rows of a lattice; `out`: KEYS of the cells that earlier releases showed."""
    cells = lattice.cells
    fixed = cells["fixed"].to_numpy()
    shown = np.flatnonzero(primary(lattice, k) | fixed)
    marks = lattice.member[shown].astype(np.int64) @ rng.integers(1, 2**62, lattice.member.shape[1])
    _, first, number = np.unique(marks, return_index=True, return_inverse=True)
    of_cell = np.full(cells.height, -1)
    of_cell[shown] = number
    department = cells["department"].rank("dense").fill_null(0).cast(pl.Int64).to_numpy() - 1
    cost = _cost(lattice, out)[shown]
    block = np.full(len(first), -1)
    np.maximum.at(block, number, department[shown])
    most = np.zeros(len(first))
    np.maximum.at(most, number, cost)
    seen = np.zeros(len(first), bool)
    np.logical_or.at(seen, number, fixed[shown])
    most[seen] = np.inf
    return Rows(of_cell, lattice.member[shown[first]], block, most, seen)


def _cost(lattice: Lattice, out: pl.DataFrame | None) -> np.ndarray:
    """Return what it costs to hide each cell: by its cut, its people and its period."""
    cells = lattice.cells
    newest = pl.lit(lattice.current["quarter"].max(), pl.Date)
    # whoever comes back looks at the quarters: the whole can be shown as it was
    whole = 3.0 if out is None else 0.1
    weight = (
        pl.when(pl.col("quarter").is_null())
        .then(pl.col("weight") * whole)
        .when(pl.col("quarter") == newest)
        .then(pl.col("weight") * 2.0)
        .otherwise("weight")
    )
    priced = cells.with_columns(
        weight=pl.col("cut").replace_strict(
            {**declared().costs["hiding_people"], WITHIN: 0.0}, return_dtype=pl.Float64
        ),
        is_out=False,
    )
    if out is not None:
        priced = priced.drop("is_out").join(
            out.select(*KEYS, is_out=True),
            on=KEYS,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
    carried = pl.col("quarter").is_null() & pl.col("is_out").fill_null(value=False)
    cost = pl.when(carried).then(CARRIED).otherwise(weight) * pl.col("n").sqrt()
    return priced.select(cost).to_series().to_numpy()
