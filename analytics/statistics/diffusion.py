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
# ln p, ln q: near .02 and .30, usual in the literature, and a launch that all at once spreads
STARTS = ((-4.0, -1.2), (-7.0, -0.4))
TINY = 1e-300
ROUGH, FINE = (
    {"xatol": 0.05, "fatol": 0.01, "maxiter": 200},
    {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000},
)
DRAWS = 200  # of the parametric bootstrap
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


def _cost(first: Numbers, seats: int, ceiling: float, p: float, q: float) -> float:
    """Return minus the log-likelihood."""
    by_then = share_come(np.arange(len(first) + 1), p, q)
    come = np.maximum(ceiling * np.diff(by_then), TINY)
    left = max(1 - ceiling * by_then[-1], TINY)
    return float(-(first * np.log(come)).sum() - (seats - first.sum()) * np.log(left))


def fit(first: Numbers, seats: int) -> Fit:
    """Return the fit to the number of people who came first in week 1, 2 …, of so many seats."""
    first = np.asarray(first, float)
    least = first.sum() / seats
    nearby = STARTS[0]

    def profile(ceiling: float) -> tuple[float, float, float]:
        nonlocal nearby

        def cost(x: Numbers) -> float:
            return _cost(first, seats, ceiling, *np.exp(np.clip(x, SMALLEST, GREATEST)))

        # one start alone may end in a curve without imitation, which is flat all around
        rough = [
            optimize.minimize(cost, start, method="Nelder-Mead", options=ROUGH)
            for start in (nearby, *STARTS)
        ]
        best = min(rough, key=lambda one: one.fun)
        found = optimize.minimize(cost, best.x, method="Nelder-Mead", options=FINE)
        nearby = tuple(np.clip(found.x, SMALLEST, GREATEST))
        return float(found.fun), float(np.exp(nearby[0])), float(np.exp(nearby[1]))

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


def forecast(
    first: Numbers, seats: int, found: Fit, ahead: tuple[int, ...], seed: int
) -> list[tuple[float, float, float]]:
    """Return (share come, low, high) so many weeks after the last one, by a parametric bootstrap over ceiling, p and q.

    The ends hold 95 % of what came of curves fitted to data drawn anew from the fit, chance of the weeks ahead included.
    """
    rng = np.random.default_rng(seed)
    come, weeks = float(np.sum(first)) / seats, len(first)
    curve = (found.ceiling, found.p, found.q)
    chances = found.ceiling * np.diff(share_come(np.arange(weeks + 1), found.p, found.q))
    drawn = rng.multinomial(seats, [*chances, max(0.0, 1 - chances.sum())], size=DRAWS)[:, :-1]
    again = [_refit(one, seats, curve) for one in drawn]
    rows = []
    for step in ahead:
        still = [_to_come(weeks, step, *one) for one in again]
        paths = come + rng.binomial(round((1 - come) * seats), still) / seats
        low, high = np.quantile(paths, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        rows.append((come + (1 - come) * _to_come(weeks, step, *curve), float(low), float(high)))
    return rows


def _refit(
    first: Numbers, seats: int, start: tuple[float, float, float]
) -> tuple[float, float, float]:
    def unpacked(x: Numbers) -> tuple[float, float, float]:
        p, q = np.exp(np.clip(x[1:], SMALLEST, GREATEST))
        return float(1 / (1 + np.exp(-x[0]))), float(p), float(q)

    ceiling = min(max(start[0], 0.001), 0.999)
    at = (np.log(ceiling / (1 - ceiling)), np.log(start[1]), np.log(start[2]))
    found = optimize.minimize(
        lambda x: _cost(first, seats, *unpacked(x)), at, method="Nelder-Mead",
        options=ROUGH,
    )  # fmt: skip
    return unpacked(found.x)


def _to_come(weeks: int, step: int, ceiling: float, p: float, q: float) -> float:
    """Return the chance that somebody who has not come in so many weeks comes in the `step` after them."""
    now, then = share_come(np.array([weeks, weeks + step]), p, q)
    return float(np.clip(ceiling * (then - now) / max(1 - ceiling * now, TINY), 0.0, 1.0))
