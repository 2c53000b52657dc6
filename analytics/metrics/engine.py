"""How are people's numbers added up for each group and period? The two-stage query behind every metric.

Stage 1 (base.py) forms x and y per person, period and tool, or any tool. Stage 2, here, sums them over the cells of
the lattice: a figure is Σx/Σy, and the other sums serve intervals, comparison and change. None but the figures leaves
the vault: exact sums of squares, ranks or logarithms would lay small groups open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import base, lattice, long_use, periods, steps
from analytics.metrics import panel as panels
from analytics.metrics.lattice import Lattice, Numbers, in_order
from analytics.metrics.passport import CUTS, LABELS, Cut, Grain


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
LARGEST = ("x1", "x2")

VALUES = 'select "row", {values} from base'
AT_ONCE = 8  # measures whose numbers are fetched together
Key = tuple[str, str, float | None]  # x, y, most_a_week: what the sums of a measure depend on


@dataclass(frozen=True)
class Ground:
    """What the measures of a grain share: the lattice, and the sums of each y met so far."""

    lattice: Lattice
    is_ranked: bool
    of_y: dict[str, dict[str, Numbers]]

    def sums(self, x: Numbers, y: Numbers, key: Key) -> dict[str, Numbers]:
        """Return the columns SUMS, LARGEST and PAIRS, a number a cell, but those that are 0 everywhere."""
        if key[1] not in self.of_y:  # most measures are taken a week or a person
            self.of_y[key[1]] = self._about_y(y)
        found = dict(self.of_y[key[1]])
        if key[2] is not None:
            most = key[2] * np.maximum(self.lattice.weeks, 1)
            capped = np.flatnonzero(x > most)
            found |= self.lattice.places(capped).sums({"n_capped": np.ones(len(capped))})
            x = np.minimum(x, most)
        return found | self._about_x(x, y, found["ny"])

    def _about_y(self, y: Numbers) -> dict[str, Numbers]:
        lattice = self.lattice
        every = np.arange(len(y))
        now = np.flatnonzero(lattice.before >= 0)
        now_y, then_y = y[now], y[lattice.before[now]]
        return lattice.places(every).sums(
            {"n": np.ones(len(y)), "ny": (y > 0).astype(float), "sy": y, "syy": y * y}
        ) | lattice.places(now).sums({
            "pair_n": np.ones(len(now)), "now_y": now_y, "now_yy": now_y * now_y,
            "then_y": then_y, "then_yy": then_y * then_y, "cross_yy": now_y * then_y,
        })  # fmt: skip

    def _about_x(self, x: Numbers, y: Numbers, people: Numbers) -> dict[str, Numbers]:
        """Return the sums of x; only rows in which it is not 0 are looked at."""
        lattice = self.lattice
        rows = np.flatnonzero(x != 0)
        places = lattice.places(rows)
        own_x, own_y = x[rows], y[rows]
        log = np.log1p(own_x)
        found = places.sums(
            {"sx": own_x, "sxx": own_x * own_x, "sxy": own_x * own_y, "sl": log, "sll": log * log}
        )
        found |= dict(zip(LARGEST, places.largest(own_x), strict=True))
        now = rows[lattice.before[rows] >= 0]
        before = lattice.before[now]
        now_x, now_y, then_x, then_y = x[now], y[now], x[before], y[before]
        found |= lattice.places(now).sums({
            "now_x": now_x, "now_xx": now_x * now_x, "now_xy": now_x * now_y,
            "cross_xx": now_x * then_x, "cross_xy": now_x * then_y,
        })  # fmt: skip
        then = rows[lattice.after[rows] >= 0]
        after = lattice.after[then]
        then_x, then_y, now_y = x[then], y[then], y[after]
        found |= lattice.places(after).sums({
            "then_x": then_x, "then_xx": then_x * then_x, "then_xy": then_x * then_y,
            "cross_yx": now_y * then_x,
        })  # fmt: skip
        if self.is_ranked:
            found |= self._ranks(x, y, rows, people)
        return found

    def _ranks(self, x: Numbers, y: Numbers, rows: Numbers, people: Numbers) -> dict[str, Numbers]:
        """Return the sums of the mid-ranks of x/y among everybody with y > 0 of the same period and tool, ties sharing the middle.

        Whoever has 0 shares one rank, which is taken from the others before they are added up, and then given to all.
        """
        slot = self.lattice.slot
        rows = rows[y[rows] > 0]
        per = x[rows] / y[rows]
        slots = int(slot[-1]) + 1
        nothing = np.bincount(slot[y > 0], minlength=slots) - np.bincount(
            slot[rows], minlength=slots
        )
        below = np.bincount(slot[rows[per < 0]], minlength=slots)
        shared = below + (nothing + 1) / 2
        ranked = pl.DataFrame({"slot": slot[rows], "per": per}).select(
            pl.col("per").rank("average").over("slot")
        )
        own = ranked["per"].to_numpy() + np.where(per > 0, nothing[slot[rows]], 0)
        none = shared[slot[rows]]
        found = self.lattice.places(rows).sums({"sr": own - none, "srr": own * own - none * none})
        shared = shared[self.lattice.slots]
        return {"sr": found["sr"] + shared * people, "srr": found["srr"] + shared * shared * people}


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
    panels.lay(con, panel, settings)
    measures += further(con) if further else ()
    numbers = steps.by_week(con)
    long_use.make(con, len(settings.workdays))
    base.placed(con, zone_is_set=settings.time_zone is not None)
    found = [pl.DataFrame(schema=SCHEMA)]
    for grain in periods.GRAINS:
        wanted = tuple(measure for measure in measures if grain in measure.grains)
        steps.coarser(con, numbers, grain)
        if not wanted:
            continue
        base.make(con, numbers, grain)
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
    found = lattice.cells(con, reasons)
    if found.is_empty():
        return []
    ground = Ground(Lattice.of(con, found), grain != "week", {})
    keys = sorted({_key(measure) for measure in measures}, key=lambda key: (key[1], str(key)))
    sums: dict[Key, dict[str, Numbers]] = {}
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        values = _values(con, {expression for x, y, _ in some for expression in (x, y)})
        sums |= {key: ground.sums(values[key[0]], values[key[1]], key) for key in some}
    metrics = list(dict.fromkeys(measure.metric for measure in measures))
    ordered = sorted(measures, key=lambda measure: metrics.index(measure.metric))
    return [_cells(ground.lattice, sums, grain, ordered, reasons)]


def _key(measure: Measure) -> Key:
    return measure.x, measure.y, measure.most_a_week


def _values(con: duckdb.DuckDBPyConnection, expressions: set[str]) -> dict[str, Numbers]:
    """Return what each expression gives for each row of `base`."""
    names = {expression: f"v{i}" for i, expression in enumerate(sorted(expressions))}
    asked = ", ".join(f"({expression})::double as {name}" for expression, name in names.items())
    rows = in_order(con.sql(VALUES.format(values=asked)).pl())
    return {expression: rows[name].to_numpy() for expression, name in names.items()}


def _cells(
    lattice: Lattice,
    sums: dict[Key, dict[str, Numbers]],
    grain: str,
    measures: list[Measure],
    reasons: list[str],
) -> pl.DataFrame:
    """Name the sums of the measures over the cells of their cuts, one measure after the other."""
    places = [lattice.places_of(measure.cuts, measure.apart_from) for measure in measures]
    nothing = np.zeros(lattice.cells.height)
    added = []
    for name in (*SUMS, *LARGEST, *PAIRS):
        if grain == "week" and name in ("sr", "srr"):
            continue
        every = [
            sums[_key(m)].get(name, nothing)[at] for m, at in zip(measures, places, strict=True)
        ]
        added.append(pl.Series(name, np.concatenate(every)))
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
        cells.select("period", "quarter", "cut", *LABELS)[np.concatenate(places)],
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
    """Return the cells with the whole period as null, and short_history where nothing else speaks against a short period."""
    too_short = pl.when(~pl.col("is_whole")).then(pl.lit("short_history"))
    return cells.with_columns(
        *(
            pl.when(pl.col(name) != periods.WHOLE).then(name).alias(name)
            for name in ("period", "quarter")
        ),
        *(pl.coalesce(f"reason_{i}", too_short).alias(f"reason_{i}") for i in range(reasons)),
    )
