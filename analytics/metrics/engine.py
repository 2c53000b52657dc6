"""How are people's numbers added up for each group and period? The two-stage query behind every metric.

Stage 1 (base.py) forms x and y per person, period and tool, or any tool. Stage 2, here, sums them over the cells of
the lattice: a figure is Σx/Σy, and the other sums serve intervals, comparison and change. None but the figures leaves
the vault: exact sums of squares, ranks or logarithms would lay small groups open.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import base, lattice, long_use, periods, placed, spill, steps
from analytics.metrics import panel as panels
from analytics.metrics.ground import LARGEST, Ground, Key
from analytics.metrics.lattice import Lattice, Numbers
from analytics.metrics.passport import CUTS, LABELS, Cut, Grain
from analytics.metrics.values import Sources


@dataclass(frozen=True)
class Measure:
    """One figure: SQL expressions over a row of `base` (one person, period, tool), zeros included.

    x and y: the cell's value is Σx/Σy. most_a_week: x is cut there, for every week of the
    period, and the people cut are counted. kind: which interval (statistics/interval.py). reason: an SQL aggregate giving the reason why the cell is not known, or null.
    apart_from: a tool of which there are no cells.
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
    apart_from: str | None = None


# Sums over the people of a cell. r: mid-rank of x/y among all people with y > 0 of the period and tool.
SUMS = ("n", "ny", "sx", "sy", "sxx", "sxy", "syy", "sr", "srr", "sl", "sll", "n_capped")
# The same people in this period and the one before: names as statistics/change.py reads them.
PAIRS = (
    "pair_n",
    *(f"{when}_{sums}" for when in ("now", "then") for sums in ("x", "y", "xx", "xy", "yy")),
    *(f"cross_{sums}" for sums in ("xx", "xy", "yx", "yy")),
)

AT_ONCE = 8  # measures whose numbers are fetched together
AT_A_TIME = 2  # of them added up side by side, as many as the threads of a vault's connection


def cells(
    con: duckdb.DuckDBPyConnection,
    panel: pl.DataFrame,
    settings: periods.Hours,
    measures: tuple[Measure, ...],
    further: Callable[[duckdb.DuckDBPyConnection], tuple[Measure, ...]] | None = None,
) -> pl.DataFrame:
    """Return the sums of every measure for every grain, period and cell of the lattice, unmasked.

    `further`: asked for more measures once it is known which tools there are. `con` has the views of the store and of the rollups; `panel` is that of panel.py, its labels merged or not.
    Columns: metric, variant, kind, bin, position, grain, period (null = all), quarter (the panel's), weeks (covered), cut, division,
    department, level, location, tool, then SUMS, LARGEST (the two largest x), PAIRS, reason. sr and srr are null week by week: groups are
    not compared there. An empty panel gives no rows.
    """
    panels.lay(con, panel, settings)
    measures += further(con) if further else ()
    numbers = steps.count(con)
    long_use.make(con, len(settings.workdays))
    placed.make(con, zone_is_set=settings.time_zone is not None)
    found = [pl.DataFrame(schema=SCHEMA)]
    with spill.folder(con) as folder, ThreadPoolExecutor(AT_A_TIME) as pool:
        laid = steps.Steps(con, numbers, folder)
        named: list[Future[pl.DataFrame]] = []
        for grain in periods.GRAINS:
            wanted = tuple(measure for measure in measures if grain in measure.grains)
            for part in steps.parts(con, numbers, grain):
                laid.lay(part)
                if wanted:
                    named += _of_part(con, numbers, part, wanted, pool)
        found += [cells.result() for cells in named]
    return pl.concat(found)


SCHEMA: dict[str, pl.DataType] = {
    **{name: pl.String() for name in ("metric", "variant", "kind", "bin")},
    "position": pl.Int32(),
    "grain": pl.String(),
    "period": pl.Date(),
    "quarter": pl.Date(),
    "weeks": pl.Float64(),
    **{name: pl.String() for name in ("cut", *LABELS)},
    **{name: pl.Float64() for name in (*SUMS, *LARGEST, *PAIRS)},
    "reason": pl.String(),
}


def _of_part(
    con: duckdb.DuckDBPyConnection,
    numbers: steps.Numbers,
    part: steps.Part,
    measures: tuple[Measure, ...],
    pool: ThreadPoolExecutor,
) -> list[Future[pl.DataFrame]]:
    """Add up some periods of a grain; their cells are named while the next are laid."""
    base.spans(con, numbers, part)
    sources = Sources.of(con, {text for m in measures for text in (m.x, m.y)})
    asked = sources.wanted(text for m in measures for text in (m.x, m.y, m.reason))
    base.make(con, numbers, part.grain, asked)
    reasons = list(dict.fromkeys(measure.reason for measure in measures))
    found = lattice.cells(con, reasons)
    if found.is_empty():
        return []
    is_own = found["slot"].to_numpy() % numbers.stride >= part.first
    ground = Ground.of(Lattice.of(con, found, is_own), is_ranked=part.grain != "week")
    sums = _sums(con, ground, {_key(measure) for measure in measures}, sources, pool)
    metrics = list(dict.fromkeys(measure.metric for measure in measures))
    ordered = sorted(measures, key=lambda measure: metrics.index(measure.metric))
    return [pool.submit(_cells, ground.lattice, sums, part.grain, ordered, reasons)]


def _sums(
    con: duckdb.DuckDBPyConnection,
    ground: Ground,
    wanted: set[Key],
    sources: Sources,
    pool: ThreadPoolExecutor,
) -> dict[Key, dict[str, Numbers]]:
    """Read the numbers of a few measures while those of the few before are added up."""
    keys = sorted(wanted, key=lambda key: (key[1], str(key)))
    place = ground.lattice
    found: dict[Key, dict[str, Numbers]] = {}
    running: dict[Key, Future[dict[str, Numbers]]] = {}
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        expressions = {text for x, y, _ in some for text in (x, y)}
        values = sources.read(con, place.row_of, len(place.key), expressions)
        for _, y, _ in some:
            ground.meet(y, values[y])
        found |= {key: sums.result() for key, sums in running.items()}
        ground.keep({y for _, y, _ in some})
        running = {key: pool.submit(ground.sums, values[key[0]], key) for key in some}
    return found | {key: sums.result() for key, sums in running.items()}


def _key(measure: Measure) -> Key:
    return measure.x, measure.y, measure.most_a_week


def _cells(
    lattice: Lattice,
    sums: dict[Key, dict[str, Numbers]],
    grain: str,
    measures: list[Measure],
    reasons: list[str],
) -> pl.DataFrame:
    """Name the sums of the measures over the cells of their cuts, one measure after the other."""
    places = [lattice.places_of(measure.cuts, measure.apart_from) for measure in measures]
    ends = np.cumsum([len(at) for at in places])
    nothing = np.zeros(lattice.cells.height)
    added = []
    for name in (*SUMS, *LARGEST, *PAIRS):
        if grain == "week" and name in ("sr", "srr"):
            continue
        column = np.empty(ends[-1])
        for measure, at, end in zip(measures, places, ends, strict=True):
            of = sums[_key(measure)].get(name, nothing)
            np.take(of, at, out=column[end - len(at) : end], mode="clip")
        added.append(pl.Series(name, column))
        for found in sums.values():  # they are large, and not needed twice
            found.pop(name, None)
    about = ("metric", "variant", "kind", "bin", "position")
    told = pl.DataFrame(
        [[getattr(measure, name) for name in about] for measure in measures],
        schema={name: SCHEMA[name] for name in about},
        orient="row",
    )
    cells = _told(lattice.cells, len(reasons))
    why = [
        cells[f"reason_{reasons.index(m.reason)}"].gather(at).alias("reason")
        for m, at in zip(measures, places, strict=True)
    ]
    parts = [
        told[np.repeat(np.arange(len(measures)), [len(place) for place in places])],
        cells.select("period", "quarter", "weeks", "cut", *LABELS)[np.concatenate(places)],
        pl.concat(why).to_frame(),
        pl.DataFrame(added),
    ]
    unknown = dict.fromkeys(("sr", "srr") if grain == "week" else ())
    return (
        pl.concat(parts, how="horizontal")
        .with_columns(grain=pl.lit(grain), **unknown)
        .select(pl.col(name).cast(type_) for name, type_ in SCHEMA.items())
    )


def _told(cells: pl.DataFrame, reasons: int) -> pl.DataFrame:
    """Return the cells with the whole period as null, and a reason where nothing else speaks against a period of which too little is told."""
    why = pl.when("misses_days").then(pl.lit("missing_weeks")).otherwise(pl.lit("short_history"))
    too_short = pl.when(~pl.col("is_whole")).then(why)
    return cells.with_columns(
        *(
            pl.when(pl.col(name) != periods.WHOLE).then(name).alias(name)
            for name in ("period", "quarter")
        ),
        *(pl.coalesce(f"reason_{i}", too_short).alias(f"reason_{i}") for i in range(reasons)),
    )
