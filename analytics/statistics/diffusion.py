"""Where will an uptake level off? Bass (1969) with a known number of seats, by maximum likelihood.

Each of the seats is taken up in week t with probability ceiling × (F(t) − F(t−1)), F the share of all that ever come
(innovation p, imitation q), or not yet. Before the peak data cannot tell a high ceiling reached slowly from a low one
reached soon: the profile interval of the ceiling says so.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import optimize, stats

from analytics.statistics.interval import LEVEL, Numbers

WIDEST = 0.25  # of the ceiling's interval: wider says nothing to plan with
START = (-4.0, -1.2)  # ln p, ln q near .02 and .30, usual in the literature
TINY = 1e-300
CAP = float(stats.chi2.ppf(LEVEL, 1)) / 2
GREATEST, SMALLEST = np.log(5.0), np.log(1e-7)  # of p and q


@dataclass(frozen=True)
class Fit:
    """ceiling (share of the seats), p, q a week; low, high: 95 % profile interval of the ceiling."""

    ceiling: float
    p: float
    q: float
    minus_log_likelihood: float
    low: float
    high: float
    weeks: int

    @cached_property
    def peak(self) -> float:
        """Return the week in which most come."""
        return float(np.log(self.q / self.p) / (self.p + self.q))

    @property
    def is_identified(self) -> bool:
        """Say whether the ceiling can be told: a narrow interval, and the peak behind."""
        return self.high - self.low <= WIDEST and self.peak <= self.weeks


def share_come(t: Numbers, p: float, q: float) -> Numbers:
    """Return the share of all that ever come who have come by t."""
    fading = np.exp(-(p + q) * np.asarray(t, float))
    return (1 - fading) / (1 + q / p * fading)


def fit(first: Numbers, seats: int) -> Fit:
    """Return the fit to the number of people who came first in week 1, 2 …, of so many seats."""
    first = np.asarray(first, float)
    least = first.sum() / seats

    def cost(ceiling: float, p: float, q: float) -> float:
        by_then = share_come(np.arange(len(first) + 1), p, q)
        come = np.maximum(ceiling * np.diff(by_then), TINY)
        left = max(1 - ceiling * by_then[-1], TINY)
        return float(-(first * np.log(come)).sum() - (seats - first.sum()) * np.log(left))

    start = START

    def profile(ceiling: float) -> tuple[float, float, float]:
        nonlocal start
        found = optimize.minimize(
            lambda x: cost(ceiling, *np.exp(np.clip(x, SMALLEST, GREATEST))),
            start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000},
        )  # fmt: skip
        start = tuple(np.clip(found.x, SMALLEST, GREATEST))
        return float(found.fun), float(np.exp(start[0])), float(np.exp(start[1]))

    def at(ceiling: float) -> float:
        return profile(ceiling)[0]

    best = float(
        optimize.minimize_scalar(
            at, bounds=(least, 1.0), method="bounded", options={"xatol": 1e-8}
        ).x
    )
    best = best if at(best) <= at(1.0) else 1.0
    lowest, p, q = profile(best)

    def beyond(ceiling: float) -> float:
        return at(ceiling) - lowest - CAP

    low = optimize.brentq(beyond, least, best, xtol=1e-5) if beyond(least) > 0 else least
    high = optimize.brentq(beyond, best, 1.0, xtol=1e-5) if beyond(1.0) > 0 else 1.0
    return Fit(best, p, q, lowest, float(low), float(high), len(first))
