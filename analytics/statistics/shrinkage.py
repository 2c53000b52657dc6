"""Which value does a chart that compares show for a small group? One drawn towards that of all groups, by how unsure it is."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from analytics.statistics import quantiles
from analytics.statistics.families import Family, each_family, numbers
from analytics.statistics.interval import Numbers

END = 0.025  # on each side of what is drawn as 95 %
FEWEST_GROUPS_TO_SHRINK = 5  # fewer cannot tell how much groups vary
SMALL_SHARE = 30  # people below which a share is shrunk as a beta-binomial


@dataclass(frozen=True)
class Shrunk:
    """Values drawn towards the common one, their 95 % ends, and how much groups truly vary."""

    value: Numbers
    low: Numbers
    high: Numbers
    between: float


def shrink(values: Numbers, variances: Numbers, towards: float | None = None) -> Shrunk:
    """Return values shrunk by the method of DerSimonian and Laird (1986), to their own middle or `towards`; `between` is τ²."""
    weights = 1 / variances
    mean = weights @ values / weights.sum()
    spread = weights @ (values - mean) ** 2
    room = weights.sum() - weights @ weights / weights.sum()
    between = max(0.0, float((spread - (len(values) - 1)) / room))
    again = 1 / (between + variances)
    mean = again @ values / again.sum() if towards is None else towards
    kept = between / (between + variances)
    shrunk = mean + kept * (values - mean)
    half = special.ndtri(1 - END) * np.sqrt(kept * variances + (1 - kept) ** 2 / again.sum())
    return Shrunk(shrunk, shrunk - half, shrunk + half, between)


def shrink_shares(yes: Numbers, n: Numbers, towards: float | None = None) -> Shrunk:
    """Return shares shrunk as beta-binomials with moments by Kleinman (1973), to their own or `towards`; `between` is ρ."""
    total = n.sum()
    share = yes.sum() / total
    noise = share * (1 - share)
    spread = n @ (yes / n - share) ** 2
    alike = float(spread - noise * (1 - n / total).sum()) / float(
        noise * ((n - 1) @ (1 - n / total)) or np.nan
    )
    if not alike > 0:
        low, high = _middle(yes.sum() + 0.5, total - yes.sum() + 0.5)
        same = np.ones(len(n))
        return Shrunk((share if towards is None else towards) * same, low * same, high * same, 0.0)
    alike = min(alike, 1 - 1e-9)
    prior = (1 - alike) / alike
    share = share if towards is None else towards
    a, b = yes + prior * share, n - yes + prior * (1 - share)
    low, high = _middle(a, b)
    return Shrunk(a / (a + b), low, high, alike)


def _middle(a: Numbers, b: Numbers) -> tuple[Numbers, Numbers]:
    """Return the ends between which 95 % of the beta distribution lie."""
    return quantiles.beta(END, a, b), quantiles.beta(1 - END, a, b)


def shrunken(cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the cells with `shrunken`, the value for charts that compare; null in families under five groups.

    Reads n, sx, sy, value, variance and kind (one a family, see interval.Kind), and whole_n, whole_value where the company is
    known (compare.beside_the_whole): what is drawn in is drawn towards the company, also where not all of it is shown. A group without spread
    (everybody or nobody) takes the spread of the family, or it would not be drawn in at all.
    """
    return each_family(
        cells, by, pl.col("value").is_not_null(), _shrunken_family, {"shrunken": pl.Float64}
    )


def _shrunken_family(family: Family) -> dict[str, list[object]]:
    if family.height < FEWEST_GROUPS_TO_SHRINK:
        return {"shrunken": [None] * family.height}
    n, value, variance = numbers(family, "n", "value", "variance")
    kind, towards = family["kind"][0], _company(family)
    if kind in {"share", "survival"} and n.min() < SMALL_SHARE:
        return {"shrunken": shrink_shares(value * n, n, towards).value.tolist()}
    flat = ~(variance > 0)
    if flat.all():
        return {"shrunken": value.tolist()}
    usual = float(
        np.mean((n * variance)[~flat])
    )  # a person's variance, from the groups that show one
    return {"shrunken": shrink(value, np.where(flat, usual / n, variance), towards).value.tolist()}


def _company(family: Family) -> float | None:
    """Return the company's value where more people are in it than in the groups; None: the middle of the groups is its own."""
    if "whole_value" not in family.columns or not family["whole_n"][0] > family["n"].sum():
        return None
    return float(family["whole_value"][0])
