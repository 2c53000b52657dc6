"""Which figures would say something about single people although their group is large enough?

Three rules beside the threshold: too few people behind the denominator, one or two people making most of the
sum, nearly all or nearly none. What is hidden for its value must not be worked out from what is shown: not exactly
(relations.py) and not nearly (bounds.py); enough other figures are hidden with it.
"""

import polars as pl

from analytics.metrics.few import ONE_MOST, TAIL, TWO_MOST
from analytics.metrics.panel import with_division
from analytics.metrics.passport import declared
from analytics.metrics.sums import ALIKE, OF_HOURS, PARTS_OF_PEOPLE, TOLD_BY_DENOMINATOR
from analytics.privacy import bounds, relations
from analytics.privacy.dependencies import People
from analytics.privacy.lattice import KEYS

SUMMED_UP = {metric for group in ALIKE for metric in group}


def withhold(cells: pl.DataFrame, k: int, panel: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with `reason` filled where nobody is behind a figure, or where a figure would point at somebody.

    Reads n, ny (people with y > 0), sx, sy, sxx, x1, x2 (the two largest x), yes_or_no (x and y are 0 or 1), kind (clustered: x is a part of y),
    defined (the figure is what it is by definition, such as the first step of a funnel), is_masked (hidden for its
    people), cut, cells' labels; `panel` says who the people of a cell are.
    """
    cells = judged(with_division(cells), k).with_columns(
        weight=relations.weight(declared().costs["hiding_a_figure"])
    )
    people = People.of(panel)
    # what adds up to other figures is looked at together with them
    told = pl.col("metric").is_in([name for name in TOLD_BY_DENOMINATOR if name not in SUMMED_UP])
    # each step only hides, so what an earlier one has made sure of stays true
    cells = bounds.widen(cells)
    shields = (
        pl.col("by_value") == "protected"
    )  # what keeps a box open must not be worked out either
    cells = cells.with_columns(is_secret=pl.col("is_secret") | shields.fill_null(value=False))
    cells = relations.protect(cells, people, ~told)
    cells = relations.protect(_denominators(cells), people, told)
    return cells.with_columns(reason=pl.coalesce("reason", "by_value")).drop(
        "by_value", "weight", "is_secret"
    )


def judged(cells: pl.DataFrame, k: int) -> pl.DataFrame:
    """Add by_value, the rule that hides a cell, and is_secret: no reader may come to know the sum of this cell.

    Groups under the threshold are secret, and cells hidden for others' sake whose own value would be. What a figure is by
    definition is as many people as stand beside every figure of the cell: that is the mask's to guard.
    """
    why, reason = _why(k), pl.col("reason")
    small = pl.col("is_masked") & (reason == "small_group")
    could_show = reason.is_null() | (pl.col("is_masked") & ~small)
    return cells.with_columns(
        by_value=pl.when(reason.is_null()).then(why),
        is_secret=~pl.col("defined")
        & (
            small.fill_null(value=False)
            | (could_show & why.is_in(bounds.SENSITIVE).fill_null(value=False))
        ),
    )


def _why(k: int) -> pl.Expr:
    tail = (pl.col("sx") < TAIL) | (pl.col("sx") > pl.col("sy") - TAIL)
    of_acts = (pl.col("kind") == "clustered") & ~pl.col("metric").is_in(OF_HOURS)
    same = of_acts & ((pl.col("sx") == 0) | (pl.col("sx") == pl.col("sy")))
    of_people = pl.col("yes_or_no") | pl.col("metric").is_in(PARTS_OF_PEOPLE)
    two = pl.col("x1") + pl.col("x2").fill_null(0.0)
    x1, sxx = pl.col("x1"), pl.col("sxx")
    # squares too: a published interval tells about the sum of squares
    dominated = (
        (x1 > ONE_MOST * pl.col("sx")) | (two > TWO_MOST * pl.col("sx")) | (x1**2 > TWO_MOST * sxx)
    )
    return (
        pl.when(pl.col("defined"))
        .then(None)
        .when(pl.col("ny") == 0)
        .then(pl.lit("no_data"))
        .when(pl.col("ny") < k)
        .then(pl.lit("small_group"))
        .when((of_people & tail) | same)
        .then(pl.lit("nearly_all_or_none"))
        .when(~pl.col("yes_or_no") & (pl.col("sx") > 0) & dominated)
        .then(pl.lit("dominated"))
    )


def _denominators(cells: pl.DataFrame) -> pl.DataFrame:
    """Hide what has a denominator that says another figure's numerator, where that one is hidden.

    It tells no more of the other cells than the other figure does there, so it is no secret of its own.
    """
    place = ["grain", "period", *KEYS]
    told = pl.DataFrame(
        [(metric, *figure) for metric, figure in TOLD_BY_DENOMINATOR.items()],
        dict.fromkeys(("tells", "metric", "variant", "bin"), pl.String),
        orient="row",
    )
    secret = (
        cells.filter(pl.col("by_value").is_not_null())
        .join(told, on=["metric", "variant", "bin"], nulls_equal=True)
        .select(*place, metric="tells", also=pl.lit("protected"))
    )
    return (
        cells.join(
            secret, on=["metric", *place], how="left", nulls_equal=True, maintain_order="left"
        )
        .with_columns(
            by_value=pl.coalesce("by_value", pl.when(pl.col("reason").is_null()).then("also"))
        )
        .drop("also")
    )
