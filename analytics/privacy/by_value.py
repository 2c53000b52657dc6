"""Which figures would say something about single people although their group is large enough?

Three rules beside the threshold: too few people behind the denominator, one or two people making most of the
sum, nearly all or nearly none. What is hidden for its value must not come back by subtracting its siblings,
so enough of them are hidden with it.
"""

import polars as pl

from analytics.privacy.lattice import FAMILIES, LABELS

ONE_MOST, TWO_MOST = 0.5, 0.75  # shares of a sum above which one or two people make it
TAIL = 3  # fewer than three people on either side of a yes or no
FIGURE = ("metric", "variant", "bin", "grain", "period")
CELL = ("department", "level", "location", "tool")


def withhold(cells: pl.DataFrame, k: int) -> pl.DataFrame:
    """Return the cells with `reason` filled where nobody is behind a figure, or where a figure would point at somebody.

    Reads n, ny (people with y > 0), sx, sy, sxx, x1, x2 (the two largest x), yes_or_no (x and y are 0 or 1),
    defined (the figure is what it is by definition, such as the first step of a funnel), cut, cells' labels.
    """
    tail = (pl.col("sx") < TAIL) | (pl.col("sx") > pl.col("sy") - TAIL)
    two = pl.col("x1") + pl.col("x2").fill_null(0.0)
    x1, sxx = pl.col("x1"), pl.col("sxx")
    # squares too: a published interval tells about the sum of squares
    dominated = (
        (x1 > ONE_MOST * pl.col("sx")) | (two > TWO_MOST * pl.col("sx")) | (x1**2 > TWO_MOST * sxx)
    )
    why = (
        pl.when(pl.col("defined"))
        .then(None)
        .when(pl.col("ny") == 0)
        .then(pl.lit("no_data"))
        .when(pl.col("ny") < k)
        .then(pl.lit("small_group"))
        .when(pl.col("yes_or_no") & tail)
        .then(pl.lit("nearly_all_or_none"))
        .when(~pl.col("yes_or_no") & (pl.col("sx") > 0) & dominated)
        .then(pl.lit("dominated"))
    )
    cells = cells.with_columns(by_value=pl.when(pl.col("reason").is_null()).then(why))
    hidden = -1
    while hidden != (hidden := cells["by_value"].count()):
        # a cell has siblings in several cuts: hiding one for one family may leave another family with one alone
        for parent, child in FAMILIES:
            cells = _with_company(cells, parent, child, k)
    return cells.with_columns(reason=pl.coalesce("reason", "by_value")).drop("by_value")


def _with_company(cells: pl.DataFrame, parent: str, child: str, k: int) -> pl.DataFrame:
    """Hide, in every family with a cell hidden for its value, the next smallest siblings too.

    At least two cells, and at least k people behind them, stay hidden together.
    """
    labels = [label for label in (*LABELS, "tool") if label in parent.split("_")]
    family = [*FIGURE, *labels]
    hidden = pl.col("by_value").is_not_null()
    shown = pl.col("reason").is_null() & ~hidden
    siblings = cells.filter((pl.col("cut") == child) & (hidden.any().over(family)))
    if siblings.is_empty():
        return cells
    # cells that the mask hides already shield as much as those hidden here
    unseen = pl.col("reason").is_not_null() | hidden
    ordered = siblings.with_columns(
        unseen_cells=unseen.sum().over(family),
        unseen_people=pl.col("ny").filter(unseen).sum().over(family),
        any_hidden=hidden.any().over(family),
        turn=pl.col("ny").rank("ordinal").over([*family, shown]),
        before=pl.col("ny").cum_sum().over([*family, shown], order_by="ny") - pl.col("ny"),
    )
    too = ordered.filter(
        shown
        & pl.col("any_hidden")
        & (
            (pl.col("unseen_cells") + pl.col("turn") - 1 < 2)  # noqa: PLR2004  # one alone is a subtraction away
            | (pl.col("unseen_people") + pl.col("before") < k)
        )
    ).select(*FIGURE, "cut", *CELL, also=pl.lit("protected"))
    return (
        cells.join(too, on=[*FIGURE, "cut", *CELL], how="left", nulls_equal=True)
        .with_columns(by_value=pl.coalesce("by_value", "also"))
        .drop("also")
    )
