"""How are people's numbers added up for each group and period? The two-stage query behind every metric.

Stage 1 (base.py) forms x and y per person, period and tool, or any tool. Stage 2, here, sums them over the cells of
the lattice: a figure is Σx/Σy, and the other sums serve intervals, comparison and change. None but the figures leaves
the vault: exact sums of squares, ranks or logarithms would lay small groups open.
"""

from dataclasses import dataclass

import duckdb
import polars as pl

from analytics.metrics import base, periods
from analytics.metrics import panel as panels

CUTS: dict[str, tuple[str, ...]] = {
    "total": (),
    "department": ("department",),
    "level": ("level",),
    "location": ("location",),
    "department_level": ("department", "level"),
    "department_location": ("department", "location"),
    "tool": ("tool",),
    "department_tool": ("department", "tool"),
}
LABELS = ("department", "level", "location", "tool")


@dataclass(frozen=True)
class Measure:
    """One figure: SQL expressions over a row of `base` (one person, period, tool), zeros included.

    x and y: the cell's value is Σx/Σy; null leaves the person out. most_a_week: x is cut there, for every week of the
    period, and the people cut are counted. reason: an SQL aggregate giving the reason why the cell is not known, or null.
    """

    metric: str
    x: str
    y: str = "1"
    variant: str = ""
    bin: str | None = None
    position: int = 0
    grains: tuple[str, ...] = periods.GRAINS
    cuts: tuple[str, ...] = tuple(CUTS)
    most_a_week: float | None = None
    reason: str = "null"


# Sums of a cell. r: mid-rank of x/y among all people of the period and tool.
SUMS = {
    "n": "count(x)",
    "ny": "count(*) filter (y > 0)",
    "sx": "sum(x)",
    "sy": "sum(y)",
    "sxx": "sum(x * x)",
    "sxy": "sum(x * y)",
    "syy": "sum(y * y)",
    "sr": "sum(r)",
    "srr": "sum(r * r)",
    "sl": "sum(ln(1 + x))",
    "sll": "sum(ln(1 + x) * ln(1 + x))",
    "largest": "max(x, 2)",
    "n_capped": "count(*) filter (capped)",
}
# The same people in this period and the one before (x0, y0); names as statistics/change.py reads them.
PAIRS = {
    "pair_n": "count(x0)",
    "now_x": "sum(x) filter (x0 is not null)",
    "now_y": "sum(y) filter (x0 is not null)",
    "now_xx": "sum(x * x) filter (x0 is not null)",
    "now_xy": "sum(x * y) filter (x0 is not null)",
    "now_yy": "sum(y * y) filter (x0 is not null)",
    "then_x": "sum(x0)",
    "then_y": "sum(y0)",
    "then_xx": "sum(x0 * x0)",
    "then_xy": "sum(x0 * y0)",
    "then_yy": "sum(y0 * y0)",
    "cross_xx": "sum(x * x0)",
    "cross_xy": "sum(x * y0)",
    "cross_yx": "sum(y * x0)",
    "cross_yy": "sum(y * y0)",
}


def cells(
    con: duckdb.DuckDBPyConnection,
    panel: pl.DataFrame,
    settings: periods.Hours,
    measures: tuple[Measure, ...],
) -> pl.DataFrame:
    """Return the sums of every measure for every grain, period and cell of the lattice, unmasked.

    `con` has the views of the store and of the rollups; `panel` is that of panel.py, its labels merged or not.
    Columns: metric, variant, bin, position, grain, period (null = all), cut, department, level, location, tool,
    the names of SUMS (largest two x as x1, x2), of PAIRS, and reason. People without a label are in no cell of that cut.
    """
    periods.make(con, settings)
    panels.load(con, panel)
    found = []
    for grain in periods.GRAINS:
        wanted = tuple(measure for measure in measures if grain in measure.grains)
        base.make(con, grain, settings.workdays, settings.time_zone is not None)
        for metric in dict.fromkeys(measure.metric for measure in wanted):
            own = tuple(measure for measure in wanted if measure.metric == metric)
            found.append(_sums(con, grain, own))
    return pl.concat(found)


def _sums(
    con: duckdb.DuckDBPyConnection, grain: str, measures: tuple[Measure, ...]
) -> pl.DataFrame:
    """Sum the measures of one metric; equal expressions are summed once."""
    formulas = {_formula(measure): i for i, measure in reversed(list(enumerate(measures)))}
    wide = con.sql(_query(grain, {i: measures[i] for i in formulas.values()})).pl()
    parts = [_narrow(wide, grain, measure, formulas[_formula(measure)]) for measure in measures]
    return pl.concat(parts)


def _formula(measure: Measure) -> tuple[str, str, float | None, str]:
    return measure.x, measure.y, measure.most_a_week, measure.reason


def _query(grain: str, measures: dict[int, Measure]) -> str:
    # Expressions come from the metric modules and the cuts from CUTS: no text from outside enters.
    values = ",\n".join(_values(i, measure) for i, measure in measures.items())
    ranks = "".join(f",\n{_rank(i, grain)}" for i in measures)
    before = "".join(
        f", case when b.is_whole and v.is_whole then b.x{i} end as x{i}_0, b.y{i} as y{i}_0"
        for i in measures
    )
    sums = ",\n".join(_aggregates(i, measure) for i, measure in measures.items())
    sets = ", ".join(f"({', '.join(('period', 'has_tool', *cut))})" for cut in CUTS.values())
    return f"""
        with formed as (
            select *, {values} from base
        ),
        ranked as (
            select *, tool is not null as has_tool{ranks} from formed
        ),
        paired as (
            select v.*{before}
            from ranked v
            left join formed b
              on b.person = v.person and b.period = v.previous and b.tool is not distinct from v.tool
        )
        select
            nullif(period, date '{periods.WHOLE}') as period, has_tool,
            department, level, location, tool,
            (1 - grouping(department)) + 2 * (1 - grouping(level)) + 4 * (1 - grouping(location)) + 8 * (1 - grouping(tool)) as labels,
            bool_and(is_whole) as is_whole,
            {sums}
        from paired
        group by grouping sets ({sets})
    """  # noqa: S608


def _values(i: int, measure: Measure) -> str:
    x, y = f"({measure.x})::double", f"({measure.y})::double"
    if measure.most_a_week is None:
        return f"{x} as x{i}, {y} as y{i}, false as capped{i}"
    most = f"{measure.most_a_week} * greatest(weeks, 1)"
    return f"least({x}, {most}) as x{i}, {y} as y{i}, {x} > {most} as capped{i}"


def _rank(i: int, grain: str) -> str:
    """Mid-rank of x/y among everybody with y > 0; groups are never compared week by week."""
    if grain == "week":
        return f"null::double as r{i}"
    within, value = f"partition by tool, period, y{i} > 0", f"x{i} / nullif(y{i}, 0)"
    return (
        f"case when y{i} > 0 then rank() over ({within} order by {value})"
        f" + (count(*) over ({within}, {value}) - 1) / 2.0 end as r{i}"
    )


def _aggregates(i: int, measure: Measure) -> str:
    names = {"x0": f"x{i}_0", "y0": f"case when x{i}_0 is not null then y{i}_0 end"}
    names |= {"x": f"x{i}", "y": f"y{i}", "r": f"r{i}", "capped": f"capped{i}"}
    columns = [f"{_put(sql, names)} as {name}_{i}" for name, sql in {**SUMS, **PAIRS}.items()]
    return ", ".join([*columns, f"{measure.reason} as reason_{i}"])


def _put(sql: str, names: dict[str, str]) -> str:
    """Replace the whole words x, y, r, x0, y0, capped."""
    import re

    return re.sub(r"\b(x0|y0|x|y|r|capped)\b", lambda word: names[word[0]], sql)


def _narrow(wide: pl.DataFrame, grain: str, measure: Measure, i: int) -> pl.DataFrame:
    """Take one measure's columns out of the wide result, and keep the rows that are cells of the lattice."""
    numbers = [name for name in (*SUMS, *PAIRS) if name != "largest"]
    largest = pl.col(f"largest_{i}")
    return (
        wide.lazy()
        .with_columns(cut=pl.col("labels").replace_strict(_labels(), default=None))
        .filter(
            pl.col("cut").is_in(measure.cuts),
            pl.col("has_tool") == pl.col("cut").str.contains("tool"),
        )
        .filter(pl.all_horizontal(_is_labelled(label) for label in LABELS))
        .select(
            metric=pl.lit(measure.metric),
            variant=pl.lit(measure.variant),
            bin=pl.lit(measure.bin, pl.String),
            position=pl.lit(measure.position, pl.Int32),
            grain=pl.lit(grain),
            period=pl.col("period"),
            cut=pl.col("cut"),
            **{label: pl.col(label) for label in LABELS},
            **{name: pl.col(f"{name}_{i}").cast(pl.Float64) for name in numbers},
            x1=largest.list.get(0, null_on_oob=True),
            x2=largest.list.get(1, null_on_oob=True),
            reason=pl.coalesce(
                pl.col(f"reason_{i}").cast(pl.String),
                pl.when(~pl.col("is_whole")).then(pl.lit("short_history")),
            ),
        )
        .collect()
    )


def _labels() -> dict[int, str]:
    """Which labels a cut carries, as the sum that the query makes of grouping()."""
    weights = {"department": 1, "level": 2, "location": 4, "tool": 8}
    return {sum(weights[label] for label in labels): cut for cut, labels in CUTS.items()}


def _is_labelled(label: str) -> pl.Expr:
    carriers = [cut for cut, labels in CUTS.items() if label in labels]
    return pl.col(label).is_not_null() | ~pl.col("cut").is_in(carriers)
