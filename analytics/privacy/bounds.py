"""How nearly can a hidden sum be known although it does not follow exactly?

A shown group less its shown parts leaves a rest, which the hidden parts share; none of them can be under nothing or
over what its people can do at most. Where that leaves a hidden sum within a fifth of itself, more is hidden.
"""

import polars as pl

from analytics.metrics import time_cost
from analytics.metrics.panel import with_division
from analytics.metrics.passport import CUTS, FAMILIES, LABELS, Cut

FIGURE = ("metric", "variant", "bin", "grain", "period")
PLACE = LABELS
CELL = [*FIGURE, "cut", *PLACE]
TIGHT = 0.2  # of the hidden value
ROUNDING = 1e-9  # of sums of floats
SENSITIVE = ("small_group", "nearly_all_or_none", "dominated")
# Tools overlap: a group is not the sum of its tools.
PARTS: tuple[tuple[Cut, Cut], ...] = tuple(
    (whole, part) for whole, part in FAMILIES if ("tool" in CUTS[whole]) == ("tool" in CUTS[part])
)
DAYS_A_WEEK = 5
# The most that one unit of the denominator can hold: a yes for one person, all acts, the hours of one week.
MOST = {
    "collaboration_hours": float(time_cost.MOST_HOURS_A_WEEK),
    "meeting_hours": float(time_cost.MOST_HOURS_A_WEEK),
    "day_span": 24.0,
    "deliveries_per_day": time_cost.MOST_DELIVERIES_A_WEEK / DAYS_A_WEEK,
    "typical_load": time_cost.MOST_DELIVERIES_A_WEEK / DAYS_A_WEEK,
    "load_caused": time_cost.MOST_DELIVERIES_A_WEEK / DAYS_A_WEEK,
    "reading_caused": float(time_cost.MOST_HOURS_A_WEEK),
    "focus_hours": 24.0,
}


def inside(whole: Cut) -> list[str]:
    """Return what the parts of a cell share with it: a department carries no division, it lies in one."""
    return [*FIGURE, *(["lies_in"] if whole == "division" else CUTS[whole])]


def placed(cells: pl.DataFrame, divisions: pl.DataFrame) -> pl.DataFrame:
    """Add lies_in: a division's own name, and for a department the division that it lies in (department, lies_in)."""
    alone = pl.all_horizontal(pl.col(label).is_null() for label in PLACE if label != "department")
    return (
        with_division(cells)
        .join(divisions, on="department", how="left", maintain_order="left")
        .with_columns(
            lies_in=pl.when(pl.col("division").is_not_null())
            .then("division")
            .when(alone)
            .then("lies_in")
        )
    )


def widen(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with `by_value` filled also where a shown cell would box a hidden one in.

    Reads metric, variant, bin, grain, period, cut, labels, n, sx, sy, weight, reason, by_value and is_secret. The cheapest shown
    sibling of a boxed-in cell is hidden; where there is none, the group that both are part of.
    """
    if "lies_in" not in cells.columns:
        cells = with_division(cells).with_columns(lies_in="division")
    open_figures = cells.select(
        *CELL, "lies_in", "sx", "sy", "weight", "is_secret", why=pl.coalesce("reason", "by_value")
    )
    found: list[pl.DataFrame] = []
    while True:
        tight = boxes(open_figures).filter("tight")
        if tight.is_empty():
            break
        boxed = tight.select(FIGURE).unique()
        open_figures = open_figures.join(boxed, on=FIGURE, how="semi", nulls_equal=True)
        more = _to_hide(open_figures, tight).with_columns(also=pl.lit("protected"))
        found.append(more)
        open_figures = (
            open_figures.join(more, on=CELL, how="left", nulls_equal=True)
            .with_columns(why=pl.coalesce("why", "also"))
            .drop("also")
        )
    if not found:
        return cells
    also = pl.concat(found).unique()
    return (
        cells.join(also, on=CELL, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            by_value=pl.coalesce(
                "by_value", pl.when(pl.col("reason").is_null()).then(pl.col("also"))
            )
        )
        .drop("also")
    )


def boxes(cells: pl.DataFrame) -> pl.DataFrame:
    """Return every hidden cell that must stay unknown (is_secret), once for each shown group that it is part of.

    `why` is null where a cell is shown. Columns: whole and cut (of the family), CELL's, low and high (between which its sum must
    lie), tight (that says it to a fifth).
    """
    if "lies_in" not in cells.columns:
        cells = with_division(cells).with_columns(lies_in="division")
    return pl.concat(_family(cells, whole, part) for whole, part in PARTS)


def _family(cells: pl.DataFrame, whole: Cut, part: Cut) -> pl.DataFrame:
    on = inside(whole)
    shown = pl.col("why").is_null()
    groups = cells.filter((pl.col("cut") == whole) & shown & (pl.col("sx") > 0)).select(
        *on, whole_x="sx", whole_y="sy"
    )
    parts = cells.filter(pl.col("cut") == part)
    told = (
        parts.filter(shown).group_by(on).agg(told_x=pl.col("sx").sum(), told_y=pl.col("sy").sum())
    )
    hidden = parts.filter("is_secret", ~shown, pl.col("sy") > 0)
    rest = pl.col("whole_x") - pl.col("told_x").fill_null(0.0)
    others = pl.col("whole_y") - pl.col("told_y").fill_null(0.0) - pl.col("sy")
    most = pl.col("metric").replace_strict(MOST, default=1.0, return_dtype=pl.Float64)
    return (
        hidden.join(groups, on=on, nulls_equal=True)
        .join(told, on=on, how="left", nulls_equal=True)
        .with_columns(
            low=pl.max_horizontal(0.0, rest - most * others),
            high=pl.min_horizontal(rest, most * pl.col("sy")),
        )
        .select(
            pl.lit(whole).alias("whole"),
            *CELL,
            "lies_in",
            "low",
            "high",
            tight=pl.col("high") - pl.col("low") <= TIGHT * pl.col("sx") + ROUNDING,
        )
    )


def _to_hide(cells: pl.DataFrame, tight: pl.DataFrame) -> pl.DataFrame:
    """Return the cheapest shown sibling in each family with a boxed-in cell, else the group itself: CELL."""
    found = [tight.select(CELL).clear()]
    shown = cells.filter(pl.col("why").is_null())
    for whole, part in tight.select("whole", "cut").unique().rows():
        on = inside(whole)
        families = tight.filter(whole=whole, cut=part).select(on).unique()
        siblings = (
            shown.filter(pl.col("cut") == part)
            .join(families, on=on, how="semi", nulls_equal=True)
            .sort("weight", *PLACE)
            .unique(on, keep="first", maintain_order=True)
        )
        alone = families.join(siblings, on=on, how="anti", nulls_equal=True)
        groups = shown.filter(pl.col("cut") == whole).join(
            alone, on=on, how="semi", nulls_equal=True
        )
        found += [siblings.select(CELL), groups.select(CELL)]
    return pl.concat(found).unique()
