"""Which rows of `base` are in which cell of the lattice, and what do the numbers of a cell's rows add up to?

Rows are added up to the finest cells first, and these to all others: a level is the sum of its departments' shares.
A row is in one or two of the finest; most numbers are 0, and those rows are not looked at. What is added up is always
added up in the same order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import duckdb
import numpy as np
import polars as pl
from scipy import sparse

from analytics.metrics.passport import CUTS, LABELS, Cut

Numbers = np.ndarray
PEOPLE_LABELS = tuple(label for label in LABELS if label != "tool")
# Every cut lies in one of these; the first two hold people in any tool, the last in each tool.
FINEST = (("division", "department", "level"), ("department", "location"), ("department",))

# One row a cell; a person without a label is in no cell of that cut. Labels are numbers here, 0 = none.
CELLS = """
select slot, {numbers}, grouping_id({grouped})::integer as summed, tool is not null as is_tool, {reasons}
from base
where tool is {kind}
group by grouping sets ({sets})
"""
NAMES = "select distinct {label}_number as number, {label} as name from placed where {label} is not null"
ROWS = 'select "row", slot, key, key_before, is_whole, weeks, {numbers} from base'
SPANS = "select slot, period, quarter, weeks, misses_days, tool, is_whole from span"


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in the order of "row", in which everything is added up."""
    return rows if rows["row"].is_sorted() else rows.sort("row")


def cells(con: duckdb.DuckDBPyConnection, reasons: list[str]) -> pl.DataFrame:
    """Return one row a cell of the tables `base`, `placed` and `span`: cut, slot, …_number, LABELS, reason_0 …, period, quarter, weeks, misses_days, is_whole."""
    # Expressions come from the metric modules and the cuts from CUTS: no text from outside enters.
    told = ", ".join(f"({reason})::varchar as reason_{i}" for i, reason in enumerate(reasons))
    numbers = _numbers(PEOPLE_LABELS)
    queries, cuts = [], []
    for is_tool, kind in ((False, "null"), (True, "not null")):
        own = {cut: _people_labels(cut) for cut in CUTS if ("tool" in CUTS[cut]) == is_tool}
        grouped = [
            label for label in PEOPLE_LABELS if any(label in labels for labels in own.values())
        ]
        sets = (["slot", "tool is not null", *_numbers(labels)] for labels in own.values())
        queries.append(CELLS.format(
            numbers=", ".join(
                name if label in grouped else f"null as {name}"
                for label, name in zip(PEOPLE_LABELS, numbers, strict=True)
            ),
            grouped=", ".join(_numbers(grouped)),
            kind=kind,
            reasons=told,
            sets=", ".join(f"({', '.join(one)})" for one in sets),
        ))  # fmt: skip
        cuts += [(is_tool, _summed(labels, grouped), cut) for cut, labels in own.items()]
    known = pl.DataFrame(
        cuts, {"is_tool": pl.Boolean, "summed": pl.Int32, "cut": pl.String}, orient="row"
    )
    found = (
        con.sql(" union all ".join(queries)).pl()
        .join(known, on=["is_tool", "summed"])
        .filter(~pl.any_horizontal(pl.col(name).eq(0).fill_null(value=False) for name in numbers))
        .join(con.sql(SPANS).pl(), on="slot")
        .with_columns(pl.col(name).fill_null(0) for name in numbers)
    )  # fmt: skip
    named = found.with_columns(_names(con, label, found) for label in PEOPLE_LABELS)
    tool = pl.when(pl.col("is_tool")).then("tool")
    return named.with_columns(tool=tool).sort("period", "cut", *LABELS)


def _people_labels(cut: Cut) -> tuple[str, ...]:
    return tuple(label for label in CUTS[cut] if label != "tool")


def _numbers(labels: Iterable[str]) -> list[str]:
    return [f"{label}_number" for label in labels]


def _summed(labels: Iterable[str], grouped: list[str]) -> int:
    """Return the query's grouping_id() where these labels are given: a bit is set for each that is summed over."""
    return sum(2**place for place, label in enumerate(reversed(grouped)) if label not in labels)


def _names(con: duckdb.DuckDBPyConnection, label: str, found: pl.DataFrame) -> pl.Series:
    names = con.sql(NAMES.format(label=label)).pl()
    number = found[f"{label}_number"]
    return number.replace_strict(
        names["number"], names["name"], default=None, return_dtype=pl.String
    ).alias(label)


@dataclass(frozen=True)
class Lattice:
    """The cells of a grain, as `cells` returns them, and the rows of `base` in them.

    is_own: whether a cell is of these periods, not of the one before them;
    key: that of each row, ascending; first, second: the finest cell of each row, and the second one of the rows of any tool, which are the first of all;
    coarse: cells × finest cells; before, after: the row of the same person and tool in the period before and after, if both are whole, else -1.
    """

    cells: pl.DataFrame
    is_own: Numbers
    key: Numbers
    slot: Numbers
    weeks: Numbers
    before: Numbers
    after: Numbers
    first: Numbers
    second: Numbers
    coarse: sparse.csr_array

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, found: pl.DataFrame, is_own: Numbers) -> "Lattice":
        """Read the places of the rows from `base`."""
        rows = in_order(con.sql(ROWS.format(numbers=", ".join(_numbers(PEOPLE_LABELS)))).pl())
        any_tool = con.sql("select count(*) from base where tool is null").fetchall()[0][0]
        first, second, coarse = _finest(rows, any_tool, found)
        before = _before(rows)
        after = np.full(rows.height, -1)
        after[before[before >= 0]] = np.flatnonzero(before >= 0)
        slot = rows["slot"].to_numpy()
        key = rows["key"].to_numpy()
        weeks = rows["weeks"].to_numpy()
        return cls(found, is_own, key, slot, weeks, before, after, first, second, coarse)

    @cached_property
    def slots(self) -> Numbers:
        """Return the slot of each cell."""
        return self.cells["slot"].to_numpy()

    @cached_property
    def row_of(self) -> Numbers:
        """Return which row has a key, -1 = none."""
        rows = np.full(int(self.key[-1]) + 1, -1, np.int32)
        rows[self.key] = np.arange(len(self.key))
        return rows

    @property
    def finest(self) -> int:
        """Return how many finest cells there are."""
        return self.coarse.shape[1]

    def places(self, rows: Numbers) -> "Places":
        """Return where these rows, in ascending order, are in the finest cells."""
        own = int(np.searchsorted(rows, len(self.second)))
        return Places(self, self.first[rows], self.second[rows[:own]])

    def places_of(self, cuts: Iterable[Cut], apart_from: str | None = None) -> Numbers:
        """Return where the own cells of some cuts stand, but those of one tool."""
        of_cuts = self.cells["cut"].is_in(list(cuts)) & pl.Series(self.is_own)
        if apart_from is not None:
            of_cuts &= self.cells["tool"].ne_missing(apart_from)
        return np.flatnonzero(of_cuts.to_numpy())


@dataclass(frozen=True)
class Places:
    """Some rows in the finest cells: `first` of all of them, `second` of those of any tool, which come first."""

    lattice: Lattice
    first: Numbers
    second: Numbers

    def sums(self, columns: dict[str, Numbers | None]) -> dict[str, Numbers]:
        """Add up, cell by cell, a number of each of the rows; None counts them."""
        return {name: self.lattice.coarse @ self.finest(of) for name, of in columns.items()}

    def finest(self, of: Numbers | None) -> Numbers:
        """Add it up in the finest cells alone."""
        size = self.lattice.finest
        own = None if of is None else of[: len(self.second)]
        return np.bincount(self.first, of, size) + np.bincount(self.second, own, size)

    def largest(self, x: Numbers) -> tuple[Numbers, Numbers]:
        """Return the largest and the second largest x of each cell, 0 where there is none above."""
        every = np.concatenate([self.first, self.second])
        tops = _two_largest(every, np.concatenate([x, x[: len(self.second)]]), self.lattice.finest)
        coarse = self.lattice.coarse
        cell = np.repeat(np.arange(coarse.shape[0]), np.diff(coarse.indptr))
        entries = np.concatenate([top[coarse.indices] for top in tops])
        return _two_largest(np.tile(cell, 2), entries, coarse.shape[0])


def _two_largest(group: Numbers, x: Numbers, groups: int) -> tuple[Numbers, Numbers]:
    first, second = np.zeros(groups), np.zeros(groups)
    np.maximum.at(first, group, x)
    is_first = x == first[group]
    np.maximum.at(second, group[~is_first], x[~is_first])
    several = np.bincount(group[is_first], minlength=groups) > 1
    return first, np.where(several, first, second)


def _before(rows: pl.DataFrame) -> Numbers:
    key, wanted = rows["key"].to_numpy(), rows["key_before"].fill_null(-1).to_numpy()
    place = np.searchsorted(key, wanted).clip(max=len(key) - 1)
    whole = rows["is_whole"].to_numpy()
    return np.where((key[place] == wanted) & whole & whole[place], place, -1)


def _finest(
    rows: pl.DataFrame, any_tool: int, found: pl.DataFrame
) -> tuple[Numbers, Numbers, sparse.csr_array]:
    """Return the finest cells of the rows (first, second), and the matrix of cells × finest cells."""
    kinds = (rows[:any_tool], rows[:any_tool], rows[any_tool:])
    placed, size = [], 0
    belongs: list[pl.DataFrame] = []
    served: set[str] = set()
    for labels, part in zip(FINEST, kinds, strict=True):
        keys = ["slot", *_numbers(labels)]
        finest = part.select(keys).unique(maintain_order=True).with_row_index("finest", size)
        placed.append(part.join(finest, on=keys, how="left", maintain_order="left")["finest"])
        size += finest.height
        of_tools = part is kinds[2]
        cuts = [
            cut
            for cut, wanted in CUTS.items()
            if cut not in served
            and ("tool" in wanted) == of_tools
            and {*wanted} - {"tool"} <= {*labels}
        ]
        served.update(cuts)
        belongs += _belongs(found, finest, cuts)
    cell, finest_cell = pl.concat(belongs).sort("cell", "finest").to_numpy().T
    shape = (found.height, size)
    coarse = sparse.csr_array((np.ones(len(cell)), (cell, finest_cell)), shape=shape)
    any_first, second, by_tool = (place.to_numpy().astype(np.int64) for place in placed)
    return np.concatenate([any_first, by_tool]), second, coarse


def _belongs(
    found: pl.DataFrame, finest: pl.DataFrame, cuts: Iterable[Cut]
) -> Iterable[pl.DataFrame]:
    """Return (cell, finest) of each finest cell and each cell of these cuts that it is a part of."""
    numbered = found.with_row_index("cell")
    for cut in cuts:
        keys = ["slot", *_numbers(_people_labels(cut))]
        own = numbered.filter(pl.col("cut") == cut).select("cell", *keys)
        yield own.join(finest, on=keys).select("cell", "finest")
