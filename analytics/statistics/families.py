"""How is something measured over each family of groups, for thousands of them at once?

A family is one set of groups side by side: the departments of one metric in one quarter. Frames hold one row a group; `by`
names the columns that tell families apart.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.statistics.interval import Numbers


@dataclass(frozen=True)
class Family:
    """The usable groups of one family: their columns as arrays, without a frame for each of thousands."""

    columns: dict[str, np.ndarray]
    rows: slice

    @property
    def height(self) -> int:
        return self.rows.stop - self.rows.start

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name][self.rows]


READ = ("n", "ny", "sr", "srr", "value", "variance", "sx", "sy", "sxx", "sxy", "syy", "sl", "sll", "worth", "gate_p",
        "whole_n", "whole_ny", "whole_sr", "whole_srr", "whole_sx", "whole_sy", "whole_sl", "whole_value")  # fmt: skip


def each_family(
    cells: pl.DataFrame,
    by: list[str],
    usable: pl.Expr,
    measure: Callable[[Family], dict[str, list[object]]],
    columns: dict[str, type[pl.DataType]],
) -> pl.DataFrame:
    """Return the cells, in their order, with columns measured over the usable groups of each family."""
    numbered = cells.with_row_index("_row")
    used = numbered.filter(usable).with_columns(_family=pl.struct(by).rank("dense"))
    used = used.sort("_family", maintain_order=True)
    read = {
        name: used[name].cast(pl.Float64).to_numpy() for name in READ if name in used.columns
    } | {"kind": used["kind"].to_numpy() if "kind" in used.columns else np.empty(0)}
    ends = [0, *used.group_by("_family", maintain_order=True).len()["len"].cum_sum()]
    measured: dict[str, list[object]] = {name: [] for name in columns}
    for start, end in itertools.pairwise(ends):
        for name, values in measure(Family(read, slice(start, end))).items():
            measured[name] += values
    found = pl.DataFrame({"_row": used["_row"], **measured}, schema_overrides=columns)
    return numbered.join(found, on="_row", how="left", maintain_order="left").drop("_row")


def numbers(family: Family, *names: str) -> list[Numbers]:
    """Return columns of a family as arrays."""
    return [family[name] for name in names]
