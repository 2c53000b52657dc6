"""How far might this figure have moved by chance: intervals for Σx/Σy from sums over people.

The person is the unit: a cell comes as n people and the sums of x, y, x², xy and y² over them, zeros
included. The count itself is exact; the interval says how far the figure would move if the same working
conditions gave another period. There is no finite-population correction.
"""

from typing import Literal

import numpy as np
import polars as pl

from analytics.statistics import quantiles

# share: one 0/1 row a person, Σy of them asked. clustered: a share of a person's weeks, messages or hours. ratio: anything
# else. survival: the share to whom something has happened by a time, everybody being watched until then, as
# Kaplan and Meier would have it. typical: counts with a long tail, shown as the person in the middle of the logarithms.
Kind = Literal["share", "clustered", "ratio", "survival", "typical"]
Numbers = np.ndarray

LEVEL = 0.95
Z = quantiles.normal(0.5 + LEVEL / 2)
MIDDLE_SHARE = (
    0.2,
    0.8,
)  # nearer to 0 or 1 people are spread too lopsidedly for their spread to be taken as known


def interval(cells: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Return the cells with `value`, `variance`, `low` and `high`; ends unrounded, null where not defined.

    Reads n, sx, sy, sxx, sxy, syy; for kind "typical" n, sl, sll (sums of ln(1+x) and of its square).
    Value and ends are null where n is 0 or Σy is 0; ends and variance also where n is 1.
    """
    names = ("n", "sl", "sll") if kind == "typical" else ("n", "sx", "sy", "sxx", "sxy", "syy")
    sums = [cells[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in names]
    with np.errstate(divide="ignore", invalid="ignore"):
        value, variance, low, high = (
            _typical(*sums) if kind == "typical" else _quotient(kind, *sums)
        )
    return cells.with_columns(
        pl.Series("value", value, nan_to_null=True),
        pl.Series("variance", variance, nan_to_null=True),
        pl.Series("low", low, nan_to_null=True),
        pl.Series("high", high, nan_to_null=True),
    )


def ratio_variance(
    n: Numbers, sx: Numbers, sy: Numbers, sxx: Numbers, sxy: Numbers, syy: Numbers
) -> Numbers:
    """Return the linearised variance of Σx/Σy over n independent people; nan below two people."""
    ratio = sx / sy
    spread = np.maximum(sxx - 2 * ratio * sxy + ratio**2 * syy, 0.0)
    return np.where(n > 1, n / np.maximum(n - 1, 1) * spread / sy**2, np.nan)


def wilson(share: Numbers, n: Numbers) -> tuple[Numbers, Numbers]:
    """Return Wilson's 95 % interval of a share seen on n (not necessarily whole) independent cases."""
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def log_log_ends(survival: Numbers, variance: Numbers) -> tuple[Numbers, Numbers]:
    """Return the 95 % ends of shares still without the event; nan where the share is 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        half = Z * np.sqrt(variance) / np.abs(survival * np.log(survival))
        inside = (survival > 0) & (survival < 1)
        low, high = survival ** np.exp(half), survival ** np.exp(-half)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def effective_size(share: Numbers, variance: Numbers, n: Numbers, sy: Numbers) -> Numbers:
    """Return how many independent cases would leave a share as uncertain as it is; n where it has no spread."""
    size = np.clip(share * (1 - share) / variance, 1.0, np.maximum(sy, 1.0))
    flat = (share <= 0) | (share >= 1) | ~(variance > 0)
    return np.where(flat, n, size)


def unsureness(share: Numbers, variance: Numbers, n: Numbers) -> Numbers:
    """Return γ²/2n, the part by which the spread of n people is itself too unsure to be taken as known.

    γ is the skewness of the beta distribution with the mean and variance of people's own shares. A Student's t
    interval errs by its square over n (Hall 1992, Edgeworth); that the size is best judged by such a model of the people is
    of Franco et al. (2019), and the half from the coverage in docs/intervals.md.
    """
    noise = share * (1 - share)
    alike = np.clip(n * variance / noise, 0.0, 1.0)
    squared = (1 - 2 * share) ** 2 / noise * 4 * alike / (1 + alike) ** 2
    return np.where(noise > 0, squared / (2 * n), 0.0)


def outward(low: Numbers, high: Numbers, digits: int = 2) -> tuple[Numbers, Numbers]:
    """Return the ends rounded to some significant digits, away from each other.

    Exact ends would give away Σx² of a small group, and with it bounds on its largest person.
    """
    return _rounded(low, digits, np.floor), _rounded(high, digits, np.ceil)


def publish_ends(cells: pl.DataFrame, low: str = "low", high: str = "high") -> pl.DataFrame:
    """Return the cells with these two columns rounded outward to two significant digits."""
    first, last = (
        cells[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in (low, high)
    )
    ends = outward(first, last)
    return cells.with_columns(
        pl.Series(name, end, nan_to_null=True) for name, end in zip((low, high), ends, strict=True)
    )


def _quotient(kind: Kind, *sums: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    n, sx, sy = sums[:3]
    value = np.where((n > 0) & (sy > 0), sx / sy, np.nan)
    variance = ratio_variance(*sums)
    student = quantiles.student(0.5 + LEVEL / 2, np.maximum(n - 1, 1))
    if kind == "ratio":
        half = student * np.sqrt(variance)
        return value, variance, value - half, value + half
    if kind == "survival":
        left = 1 - value
        low, high = log_log_ends(left, left * value / sy)
        return value, variance, 1 - high, 1 - low
    size = sy  # people without a seat are in n, not in Σy
    if kind == "clustered":
        near_an_end = (value < MIDDLE_SHARE[0]) | (value > MIDDLE_SHARE[1])
        doubt = np.where(near_an_end, unsureness(value, variance, n), 0.0)
        size = effective_size(value, variance, n, sy) * (Z / student) ** 2 / (1 + doubt)
    low, high = wilson(value, size)
    alone = n < 2  # noqa: PLR2004 - one person has no spread
    return value, variance, np.where(alone, np.nan, low), np.where(alone, np.nan, high)


def _typical(n: Numbers, sl: Numbers, sll: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    mean = np.where(n > 0, sl / n, np.nan)
    log_variance = np.where(n > 1, np.maximum(sll - n * mean**2, 0.0) / (n - 1) / n, np.nan)
    half = quantiles.student(0.5 + LEVEL / 2, np.maximum(n - 1, 1)) * np.sqrt(log_variance)
    variance = log_variance * np.exp(mean) ** 2  # back on the scale of the count, to first order
    return np.expm1(mean), variance, np.maximum(np.expm1(mean - half), 0.0), np.expm1(mean + half)


def _rounded(numbers: Numbers, digits: int, towards: np.ufunc) -> Numbers:
    numbers = np.asarray(numbers, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        # beyond fifteen places a number is rounding dust
        places = np.clip(digits - 1 - np.floor(np.log10(np.abs(numbers))), -15, 15)
        # 0.29 * 100 is 28.999…: a whole number but for the last bits stays what it is
        scaled = np.round(numbers * 10.0**places, 9)
        return np.where((numbers == 0) | np.isnan(numbers), numbers, towards(scaled) / 10.0**places)
