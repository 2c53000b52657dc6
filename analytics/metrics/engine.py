"""How are people's numbers added up for each group and period? The two-stage query behind every metric.

Stage 1 (base.py) forms x and y per person, period and tool, or any tool. Stage 2, here, sums them over the cells of
the lattice: a figure is Σx/Σy, and the other sums serve intervals, comparison and change. None but the figures leaves
the vault: exact sums of squares, ranks or logarithms would lay small groups open. All sums of a measure are one product:
the matrix of which row belongs to which cell, times the rows' numbers. It is always added up in the same order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import duckdb
import numpy as np
import polars as pl
from scipy import sparse

from analytics.metrics import base, long_use, periods
from analytics.metrics import panel as panels
from analytics.metrics.passport import CUTS, LABELS, Cut, Grain


@dataclass(frozen=True)
class Measure:
    """One figure: SQL expressions over a row of `base` (one person, period, tool), zeros included.

    x and y: the cell's value is Σx/Σy. most_a_week: x is cut there, for every week of the
    period, and the people cut are counted. kind: which interval (statistics/interval.py). reason: an SQL aggregate giving the reason why the cell is not known, or null.
    """

    metric: str
    x: str
    y: str = "1"
    kind: Literal["share", "clustered", "ratio", "survival", "typical"] = "share"
    variant: str = ""
    bin: str | None = None
    position: int = 0
    grains: tuple[Grain, ...] = periods.GRAINS
    cuts: tuple[Cut, ...] = tuple(CUTS)
    most_a_week: float | None = None
    reason: str = "null"


# Sums over the people of a cell. r: mid-rank of x/y among all people with y > 0 of the period and tool.
SUMS = ("n", "ny", "sx", "sy", "sxx", "sxy", "syy", "sr", "srr", "sl", "sll", "n_capped")
# The same people in this period and the one before: names as statistics/change.py reads them.
PAIRS = (
    "pair_n",
    *(f"{when}_{sums}" for when in ("now", "then") for sums in ("x", "y", "xx", "xy", "yy")),
    *(f"cross_{sums}" for sums in ("xx", "xy", "yx", "yy")),
)
LARGEST = ("x1", "x2")
OF_X = tuple(name for name in (*SUMS, *PAIRS) if "x" in name or name in ("sr", "srr", "sl", "sll", "n_capped"))  # fmt: skip

# The cells of the lattice with the rows of `base` in them. A person without a label is in no cell of that cut.
LATTICE = """
select
    period, any_value(quarter) as quarter, {labels}, tool is null as is_any_tool,
    grouping_id({labels})                              as labels,
    bool_and(is_whole)                                 as is_whole,
    list("row" order by "row")                         as rows,
    {reasons}
from base
group by grouping sets ({sets})
"""
# before = the row of the same person and tool in the period before, if both are whole, else -1.
PLACES = """
with earlier as (
    select person as who, tool as which, period as since, "row" as before from base where is_whole
)
select "row", period, tool, case when is_whole then coalesce(before, -1) else -1 end as before
from base
left join earlier on who = person and which is not distinct from tool and since = previous
"""
VALUES = 'select "row", {values} from base'
BLOCK = 4_096  # rows whose columns are made at once: they stay in the processor's cache
AT_ONCE = 8  # measures whose numbers are fetched together
Numbers = np.ndarray


@dataclass(frozen=True)
class Lattice:
    """Cells (labels, `cut`, reason_0 …), their rows one after the other, and where each cell's rows begin."""

    cells: pl.DataFrame
    rows: Numbers
    starts: Numbers
    belongs: sparse.csr_array

    @classmethod
    def of(cls, cells: pl.DataFrame) -> "Lattice":
        """Build it from cells with a list of rows each, every row of `base` being in one of them."""
        rows = cells["rows"].explode().to_numpy()
        ends = np.cumsum([0, *cells["rows"].list.len()])
        shape = (cells.height, int(rows.max()) + 1)
        narrow = rows.astype(np.int32), ends.astype(np.int32)  # half the memory to go through
        belongs = sparse.csr_array((np.ones(len(rows)), *narrow), shape=shape)
        return cls(cells.drop("rows"), rows, ends[:-1], belongs)

    def largest(self, x: Numbers) -> list[Numbers]:
        """Return the largest and the second largest x of each cell, 0 where there is none."""
        entries = x[self.rows]
        first = np.maximum.reduceat(entries, self.starts)
        sizes = np.diff([*self.starts, len(entries)])
        hits = np.flatnonzero(entries == np.repeat(first, sizes))
        cell = np.repeat(np.arange(len(sizes)), sizes)[hits]
        once = np.flatnonzero(np.diff(cell, prepend=-1))  # the first hit of each cell
        entries[hits[once]] = 0
        return [first, np.maximum.reduceat(entries, self.starts)]


Key = tuple[str, str, float | None]  # x, y, most_a_week: what the sums of a measure depend on


@dataclass(frozen=True)
class Ground:
    """What the measures of a grain share. blocks: a number a period and tool; both: 1 where `before` is a row."""

    lattice: Lattice
    blocks: pl.Series
    before: Numbers
    both: Numbers
    is_ranked: bool
    buffer: Numbers
    of_y: dict[str, dict[str, Numbers]]

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, lattice: Lattice, *, is_ranked: bool) -> "Ground":
        """Read the places of the rows from `base`."""
        places = in_order(con.sql(PLACES).pl())
        blocks = places.select(pl.struct("period", "tool").rank("dense")).to_series()
        before = places["before"].to_numpy()
        both = (before >= 0).astype(float)
        buffer = np.empty(places.height * len(OF_X))
        return cls(lattice, blocks, before, both, is_ranked, buffer, {})

    def sums(self, x: Numbers, y: Numbers, capped: Numbers, key: Key) -> pl.DataFrame:
        """Return one row a cell with the columns SUMS, LARGEST and PAIRS."""
        if key[1] not in self.of_y:  # most measures are taken a week or a person
            self.of_y[key[1]] = self._added(self._about_y(y))
        found = self.of_y[key[1]] | self._added(self._about_x(x, y, capped, key[2] is not None))
        found |= dict(zip(LARGEST, self.lattice.largest(x), strict=True))
        none = np.zeros(self.lattice.cells.height)
        columns = {name: found.get(name, none) for name in (*SUMS, *PAIRS, *LARGEST)}
        summed = pl.DataFrame(columns)
        return summed if self.is_ranked else summed.with_columns(sr=None, srr=None)

    def _about_y(self, y: Numbers) -> dict[str, tuple[Numbers, Numbers | None]]:
        now, then = y * self.both, y[self.before] * self.both
        return {
            "n": (np.ones(len(y)), None), "pair_n": (self.both, None), "ny": ((y > 0).astype(float), None),
            "sy": (y, None), "syy": (y, y), "now_y": (now, None), "now_yy": (now, now),
            "then_y": (then, None), "then_yy": (then, then), "cross_yy": (now, then),
        }  # fmt: skip

    def _about_x(
        self, x: Numbers, y: Numbers, capped: Numbers, is_capped: bool
    ) -> dict[str, tuple[Numbers, Numbers | None]]:
        log = np.log1p(x)
        now_x, now_y = x * self.both, y * self.both
        then_x, then_y = x[self.before] * self.both, y[self.before] * self.both
        made: dict[str, tuple[Numbers, Numbers | None]] = {
            "sx": (x, None), "sxx": (x, x), "sxy": (x, y), "sl": (log, None), "sll": (log, log),
            "now_x": (now_x, None), "now_xx": (now_x, now_x), "now_xy": (now_x, now_y),
            "then_x": (then_x, None), "then_xx": (then_x, then_x), "then_xy": (then_x, then_y),
            "cross_xx": (now_x, then_x), "cross_xy": (now_x, then_y), "cross_yx": (now_y, then_x),
        }  # fmt: skip
        if self.is_ranked:
            rank = _mid_ranks(self.blocks, x, y)
            made |= {"sr": (rank, None), "srr": (rank, rank)}
        return made | ({"n_capped": (capped, None)} if is_capped else {})

    def _added(self, made: dict[str, tuple[Numbers, Numbers | None]]) -> dict[str, Numbers]:
        """Add up, cell by cell, these columns: each a row's number, or the product of two.

        The columns stand side by side in the buffer, so that a row's numbers are read together; made block by block,
        since writing a column of a large matrix on its own goes through all of its memory.
        """
        rows = len(self.before)
        side_by_side = self.buffer[: rows * len(made)].reshape(rows, len(made))
        for start in range(0, rows, BLOCK):
            part = slice(start, start + BLOCK)
            for column, (one, other) in enumerate(made.values()):
                out = side_by_side[part, column]
                if other is None:
                    np.copyto(out, one[part])
                else:
                    np.multiply(one[part], other[part], out=out)
        return dict(zip(made, (self.lattice.belongs @ side_by_side).T, strict=True))


def cells(
    con: duckdb.DuckDBPyConnection,
    panel: pl.DataFrame,
    settings: periods.Hours,
    measures: tuple[Measure, ...],
    further: Callable[[duckdb.DuckDBPyConnection], tuple[Measure, ...]] | None = None,
) -> pl.DataFrame:
    """Return the sums of every measure for every grain, period and cell of the lattice, unmasked.

    `further`: asked for more measures once it is known which tools there are. `con` has the views of the store and of the rollups; `panel` is that of panel.py, its labels merged or not.
    Columns: metric, variant, kind, bin, position, grain, period (null = all), quarter (the panel's), cut, division,
    department, level, location, tool, then SUMS, LARGEST (the two largest x), PAIRS, reason. sr and srr are null week by week: groups are
    not compared there. An empty panel gives no rows.
    """
    periods.make(con, settings)
    panels.load(con, panel)
    base.seated(con)
    measures += further(con) if further else ()
    base.weekly(con)
    long_use.make(con, len(settings.workdays))
    found = [pl.DataFrame(schema=SCHEMA)]
    for grain in periods.GRAINS:
        wanted = tuple(measure for measure in measures if grain in measure.grains)
        if not wanted:
            continue
        base.make(con, grain, settings.time_zone is not None)
        found += _of_grain(con, grain, wanted)
    return pl.concat(found)


SCHEMA: dict[str, pl.DataType] = {
    **{name: pl.String() for name in ("metric", "variant", "kind", "bin")},
    "position": pl.Int32(),
    "grain": pl.String(),
    "period": pl.Date(),
    "quarter": pl.Date(),
    **{name: pl.String() for name in ("cut", *LABELS)},
    **{name: pl.Float64() for name in (*SUMS, *LARGEST, *PAIRS)},
    "reason": pl.String(),
}
AS_TOLD = [pl.col(name).cast(type_) for name, type_ in SCHEMA.items()]


def _of_grain(
    con: duckdb.DuckDBPyConnection, grain: str, measures: tuple[Measure, ...]
) -> list[pl.DataFrame]:
    reasons = list(dict.fromkeys(measure.reason for measure in measures))
    found = _lattice(con, reasons)
    if found.is_empty():
        return []
    ground = Ground.of(con, Lattice.of(found), is_ranked=grain != "week")
    sums: dict[Key, pl.DataFrame] = {}
    keys = list(dict.fromkeys(_key(measure) for measure in measures))
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        values = ", ".join(_values(i, *key) for i, key in enumerate(some))
        rows = in_order(con.sql(VALUES.format(values=values)).pl())
        for i, key in enumerate(some):
            x, y, capped = (
                rows[f"{name}{i}"].cast(pl.Float64).to_numpy() for name in ("x", "y", "capped")
            )
            sums[key] = ground.sums(x, y, capped, key)
    metrics = list(dict.fromkeys(measure.metric for measure in measures))
    return [
        _cells(ground.lattice, sums[_key(m)], grain, m, reasons.index(m.reason))
        for m in sorted(measures, key=lambda m: metrics.index(m.metric))
    ]


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in the order of "row", in which everything is added up."""
    return rows if rows["row"].is_sorted() else rows.sort("row")


def _key(measure: Measure) -> Key:
    return measure.x, measure.y, measure.most_a_week


def _lattice(con: duckdb.DuckDBPyConnection, reasons: list[str]) -> pl.DataFrame:
    # Expressions come from the metric modules and the cuts from CUTS: no text from outside enters.
    told = ", ".join(f"({reason})::varchar as reason_{i}" for i, reason in enumerate(reasons))
    sets = ", ".join(f"({', '.join(('period', 'tool is null', *cut))})" for cut in CUTS.values())
    found = con.sql(LATTICE.format(reasons=told, sets=sets, labels=", ".join(LABELS))).pl()
    return (
        found.with_columns(cut=pl.col("labels").replace_strict(_cuts(), default=None))
        .filter(pl.col("is_any_tool") != pl.col("cut").is_in(["tool", "department_tool"]))
        .filter(pl.all_horizontal(_is_labelled(label) for label in LABELS))
        .sort("period", "cut", *LABELS)
        .with_columns(
            pl.when(pl.col(name) != periods.WHOLE).then(name).alias(name)
            for name in ("period", "quarter")
        )
    )


def _values(i: int, numerator: str, denominator: str, most_a_week: float | None) -> str:
    x, y, most = f"({numerator})::double", f"({denominator})::double", "null::double"
    if most_a_week is not None:
        most = f"{most_a_week} * greatest(weeks, 1)"
    return f"least({x}, {most}) as x{i}, {y} as y{i}, coalesce({x} > {most}, false) as capped{i}"


def _mid_ranks(blocks: pl.Series, x: Numbers, y: Numbers) -> Numbers:
    """Rank x/y among everybody with y > 0 of the same period and tool, ties sharing the middle; 0 for the others."""
    per = np.divide(x, y, out=np.full(len(x), np.nan), where=y > 0)
    ranked = pl.DataFrame({"block": blocks, "per": pl.Series(per, nan_to_null=True)}).select(
        pl.col("per").rank("average").over("block").fill_null(0)
    )
    return ranked["per"].to_numpy()


def _cells(
    lattice: Lattice, sums: pl.DataFrame, grain: str, measure: Measure, reason: int
) -> pl.DataFrame:
    """Name the sums of one measure and keep the cuts that it has."""
    too_short = pl.when(~pl.col("is_whole")).then(pl.lit("short_history"))
    return (
        pl.concat([lattice.cells, sums], how="horizontal")
        .filter(pl.col("cut").is_in(measure.cuts))
        .with_columns(
            metric=pl.lit(measure.metric),
            variant=pl.lit(measure.variant),
            kind=pl.lit(measure.kind),
            bin=pl.lit(measure.bin),
            position=pl.lit(measure.position),
            grain=pl.lit(grain),
            reason=pl.coalesce(pl.col(f"reason_{reason}"), too_short),
        )
        .select(AS_TOLD)
    )


def _cuts() -> dict[int, str]:
    """Return which cut the query's grouping_id() stands for: a bit is set where a label is summed over."""
    bits = {label: 2**place for place, label in enumerate(reversed(LABELS))}
    return {
        sum(bit for label, bit in bits.items() if label not in labels): cut
        for cut, labels in CUTS.items()
    }


def _is_labelled(label: str) -> pl.Expr:
    carriers = [cut for cut, labels in CUTS.items() if label in labels]
    return pl.col(label).is_not_null() | ~pl.col("cut").is_in(carriers)
