"""Tell whether a figure moved between two periods, over the same people.

Two overlapping intervals do not mean "no change": people are much like themselves a quarter ago, so a change
has its own, far narrower interval, from sums over the people present in both periods.
"""

import numpy as np
import polars as pl

from analytics.statistics import quantiles
from analytics.statistics.interval import LEVEL, Numbers

# Sums over the people in both periods. now_* this period, then_* the one before; cross_xy = Σ x·y′ with x of
# this period and y′ of the one before.
PAIRED = (
    "pair_n",
    *(f"{when}_{sums}" for when in ("now", "then") for sums in ("x", "y", "xx", "xy", "yy")),
    *(f"cross_{sums}" for sums in ("xx", "xy", "yx", "yy")),
)


def change(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with change, change_variance, change_low, change_high; ends unrounded.

    Reads the columns PAIRED. Null where fewer than two people are in both periods or a denominator is 0.
    """
    sums = {name: cells[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in PAIRED}
    with np.errstate(divide="ignore", invalid="ignore"):
        moved, variance = _moved(sums)
        low, high = change_ends(moved, variance, sums["pair_n"])
    return cells.with_columns(
        pl.Series("change", moved, nan_to_null=True),
        pl.Series("change_variance", variance, nan_to_null=True),
        pl.Series("change_low", low, nan_to_null=True),
        pl.Series("change_high", high, nan_to_null=True),
    )


def change_ends(moved: Numbers, variance: Numbers, people: Numbers) -> tuple[Numbers, Numbers]:
    """Return the 95 % ends of a change: Student's t with one degree of freedom less than people."""
    half = quantiles.student(0.5 + LEVEL / 2, np.maximum(people - 1, 1)) * np.sqrt(variance)
    return moved - half, moved + half


def with_others(
    variance: Numbers, of_value: Numbers, n: Numbers, others: Numbers, still: Numbers
) -> Numbers:
    """Return the variance of a change between figures of n people, `others` of whom are in one of the two periods only.

    Each of these moves the figure as one drawn anew would: `of_value` is the variance of the figure itself. Where `still` is 1
    it moves as if one more had changed (Agresti and Min 2005, for pairs): that nobody did does not mean that nobody could.
    """
    return variance + of_value * np.maximum(others, 0) / n + still / n**2


def _moved(sums: dict[str, Numbers]) -> tuple[Numbers, Numbers]:
    n, now_y, then_y = sums["pair_n"], sums["now_y"], sums["then_y"]
    usable = (n > 1) & (now_y > 0) & (then_y > 0)
    now, then = sums["now_x"] / now_y, sums["then_x"] / then_y
    squares = (
        _residual_squares("now", now, sums) / now_y**2
        + _residual_squares("then", then, sums) / then_y**2
    )
    cross = (
        sums["cross_xx"]
        - then * sums["cross_xy"]
        - now * sums["cross_yx"]
        + now * then * sums["cross_yy"]
    )
    variance = n / (n - 1) * np.maximum(squares - 2 * cross / (now_y * then_y), 0.0)
    return np.where(usable, now - then, np.nan), np.where(usable, variance, np.nan)


def _residual_squares(when: str, ratio: Numbers, sums: dict[str, Numbers]) -> Numbers:
    return sums[f"{when}_xx"] - 2 * ratio * sums[f"{when}_xy"] + ratio**2 * sums[f"{when}_yy"]
