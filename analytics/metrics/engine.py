"""How are people's numbers added up for each group and period? The two-stage query behind every metric.

Stage 1 (base.py) forms x and y per person, period and tool, or any tool. Stage 2, here, sums them over the cells of
the lattice: a figure is Σx/Σy, and the other sums serve intervals, comparison and change. None but the figures leaves
the vault: exact sums of squares, ranks or logarithms would lay small groups open. All sums of a measure are one product:
the matrix of which row belongs to which cell, times the rows' numbers. It is always added up in the same order.
"""

from dataclasses import dataclass
from typing import Literal

import duckdb
import numpy as np
import polars as pl
from scipy import sparse

from analytics.metrics import base, periods
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
    kind: Literal["share", "clustered", "ratio", "survival"] = "share"
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
# Rows in the order of "row"; before = the row of the same person and tool in the period before, if both are whole.
ROWS = """
with earlier as (
    select person as who, tool as which, period as since, "row" as before from base where is_whole
)
select period, tool, case when is_whole then coalesce(before, -1) else -1 end as before, {values}
from base
left join earlier on who = person and which is not distinct from tool and since = previous
order by "row"
"""
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
        belongs = sparse.csr_array((np.ones(len(rows)), rows, ends), shape=shape)
        return cls(cells.drop("rows"), rows, ends[:-1], belongs)

    def largest(self, x: Numbers) -> list[Numbers]:
        """Return the largest and the second largest x of each cell, 0 where there is none."""
        entries = x[self.rows]
        first = np.maximum.reduceat(entries, self.starts)
        sizes = np.diff([*self.starts, len(entries)])
        hits = np.flatnonzero(entries == np.repeat(first, sizes))
        _, once = np.unique(np.repeat(np.arange(len(sizes)), sizes)[hits], return_index=True)
        entries[hits[once]] = 0
        return [first, np.maximum.reduceat(entries, self.starts)]


def cells(
    con: duckdb.DuckDBPyConnection,
    panel: pl.DataFrame,
    settings: periods.Hours,
    measures: tuple[Measure, ...],
) -> pl.DataFrame:
    """Return the sums of every measure for every grain, period and cell of the lattice, unmasked.

    `con` has the views of the store and of the rollups; `panel` is that of panel.py, its labels merged or not.
    Columns: metric, variant, kind, bin, position, grain, period (null = all), quarter (the panel's), cut, division,
    department, level, location, tool, then SUMS, LARGEST (the two largest x), PAIRS, reason. sr and srr are null week by week: groups are
    not compared there. An empty panel gives no rows.
    """
    periods.make(con, settings)
    panels.load(con, panel)
    base.seated(con)
    found = [pl.DataFrame(schema=SCHEMA)]
    for grain in periods.GRAINS:
        wanted = tuple(measure for measure in measures if grain in measure.grains)
        if not wanted:
            continue
        base.make(con, grain, settings.workdays, settings.time_zone is not None)
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


def _of_grain(
    con: duckdb.DuckDBPyConnection, grain: str, measures: tuple[Measure, ...]
) -> list[pl.DataFrame]:
    reasons = list(dict.fromkeys(measure.reason for measure in measures))
    found = _lattice(con, reasons)
    if found.is_empty():
        return []
    lattice = Lattice.of(found)
    parts = []
    for metric in dict.fromkeys(measure.metric for measure in measures):
        own = [measure for measure in measures if measure.metric == metric]
        rows = con.sql(ROWS.format(values=", ".join(_values(i, m) for i, m in enumerate(own)))).pl()
        for i, measure in enumerate(own):
            sums = _sums(lattice, rows, i, is_ranked=grain != "week")
            parts.append(_cells(lattice, sums, grain, measure, reasons.index(measure.reason)))
    return parts


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
    )


def _values(i: int, measure: Measure) -> str:
    x, y = f"({measure.x})::double", f"({measure.y})::double"
    most = "null::double"
    if measure.most_a_week is not None:
        most = f"{measure.most_a_week} * greatest(weeks, 1)"
    return f"least({x}, {most}) as x{i}, {y} as y{i}, coalesce({x} > {most}, false) as capped{i}"


def _sums(lattice: Lattice, rows: pl.DataFrame, i: int, *, is_ranked: bool) -> pl.DataFrame:
    """Return one row a cell with the columns SUMS, LARGEST and PAIRS."""
    x, y, capped = (rows[f"{name}{i}"].cast(pl.Float64).to_numpy() for name in ("x", "y", "capped"))
    rank = _mid_ranks(rows, x, y) if is_ranked else np.zeros(len(x))
    log = np.log1p(x)
    own = (np.ones(len(x)), y > 0, x, y, x * x, x * y, y * y, rank, rank**2, log, log**2, capped)
    before = rows["before"].to_numpy()
    both = (before >= 0).astype(float)
    then_x, then_y, now_x, now_y = x[before] * both, y[before] * both, x * both, y * both
    pairs = (
        both,
        now_x, now_y, now_x**2, now_x * now_y, now_y**2,
        then_x, then_y, then_x**2, then_x * then_y, then_y**2,
        now_x * then_x, now_x * then_y, now_y * then_x, now_y * then_y,
    )  # fmt: skip
    summed = lattice.belongs @ np.column_stack([*own, *pairs])
    found = pl.DataFrame(summed, schema=[*SUMS, *PAIRS], orient="row").with_columns(
        pl.Series(name, top) for name, top in zip(LARGEST, lattice.largest(x), strict=True)
    )
    return found if is_ranked else found.with_columns(sr=None, srr=None)


def _mid_ranks(rows: pl.DataFrame, x: Numbers, y: Numbers) -> Numbers:
    """Rank x/y among everybody with y > 0 of the same period and tool, ties sharing the middle; 0 for the others."""
    per = pl.Series(
        "per", np.divide(x, y, out=np.full(len(x), np.nan), where=y > 0), nan_to_null=True
    )
    ranked = rows.select("period", "tool", per).with_columns(
        pl.col("per").rank("average").over("period", "tool").fill_null(0)
    )
    return ranked["per"].to_numpy()


def _cells(
    lattice: Lattice, sums: pl.DataFrame, grain: str, measure: Measure, reason: int
) -> pl.DataFrame:
    """Name the sums of one measure and keep the cuts that it has."""
    too_short = pl.when(~pl.col("is_whole")).then(pl.lit("short_history"))
    dates = [
        pl.when(pl.col(name) != periods.WHOLE).then(name).alias(name)
        for name in ("period", "quarter")
    ]
    return (
        pl.concat([lattice.cells, sums], how="horizontal")
        .filter(pl.col("cut").is_in(measure.cuts))
        .with_columns(dates)
        .with_columns(
            metric=pl.lit(measure.metric),
            variant=pl.lit(measure.variant),
            kind=pl.lit(measure.kind),
            bin=pl.lit(measure.bin),
            position=pl.lit(measure.position),
            grain=pl.lit(grain),
            reason=pl.coalesce(pl.col(f"reason_{reason}"), too_short),
        )
        .select(pl.col(name).cast(type_) for name, type_ in SCHEMA.items())
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
