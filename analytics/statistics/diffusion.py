"""Where will an uptake level off? Bass (1969) with a known number of seats, by maximum likelihood.

Each of the seats is taken up in week t with probability ceiling × (F(t) − F(t−1)), F the share of all that ever come
(innovation p, imitation q), or not yet. Before the peak data cannot tell a high ceiling reached slowly from a low one
reached soon: the profile interval of the ceiling says so.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analytics.statistics.interval import LEVEL, Numbers, Z

WIDEST = 0.25  # of the ceiling's interval: wider says nothing to plan with
# ln p, ln q: near .02 and .30, usual in the literature, and launches that all at once spread. One start alone may end in
# a curve without imitation, which is flat all around.
STARTS = ((-4.0, -1.2), (-7.0, -0.4), (-10.0, 0.0), (-2.0, -4.0))
TINY = 1e-300
CEILINGS = (
    41  # at which the likelihood is looked at; and as many again around each end of the interval
)
STEPS = 100  # of a search; it ends when a step gains less of the log-likelihood than this, or none however short
SETTLED, GIVEN_UP = 1e-10, 1e6
DRAWS = 200  # of the parametric bootstrap
CAP = Z**2 / 2  # χ² with one degree of freedom is a squared normal
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

    def profile(ceilings: Numbers) -> tuple[Numbers, Numbers]:
        """Return the best curve (ceiling, ln p, ln q) with each ceiling, and minus its log-likelihood."""
        starts = np.array([[at, *start] for at in ceilings for start in STARTS])
        curves, costs = _search(first, seats, starts, frozen=True)
        best = costs.reshape(len(ceilings), -1).argmin(axis=1) + len(STARTS) * np.arange(
            len(ceilings)
        )
        return curves[best], costs[best]

    ceilings = np.linspace(least, 1.0, CEILINGS)
    curves, costs = profile(ceilings)
    found, cost = _search(first, seats, curves[[costs.argmin()]], least=least)
    best, lowest = float(found[0, 0]), float(cost[0])

    def end(outer: float, inside: Numbers) -> float:
        """Return where, from the best ceiling outwards, the likelihood falls under the interval's."""
        reached = costs - lowest > CAP
        beyond = ceilings[reached & inside]
        if not len(beyond):
            return outer
        far = beyond[np.abs(beyond - best).argmin()]
        between = np.clip(best, far - ceilings[1] + least, far + ceilings[1] - least)
        near = np.linspace(between, far, CEILINGS)
        over = profile(near)[1] - lowest - CAP
        at = max(int(np.argmax(over > 0)), 1)
        return float(np.interp(0.0, over[at - 1 : at + 1], near[at - 1 : at + 1]))

    low, high = end(float(least), ceilings < best), end(1.0, ceilings > best)
    p, q = np.exp(found[0, 1:])
    return Fit(best, float(p), float(q), lowest, low, high, len(first))


def _search(
    first: Numbers, seats: int, curves: Numbers, least: float = 0.0, *, frozen: bool = False
) -> tuple[Numbers, Numbers]:
    """Return where Fisher's scoring leads from each of the curves (ceiling, ln p, ln q), and minus the log-likelihoods.

    first: weeks, or one row of them a curve. frozen: the ceilings stay. Steps that make it worse are tried shorter
    (Levenberg, Marquardt).
    """
    weeks = np.broadcast_to(first, (len(curves), first.shape[-1]))
    counts = np.concatenate([weeks, seats - weeks.sum(axis=1, keepdims=True)], axis=1)
    low, high = np.array([least, SMALLEST, SMALLEST]), np.array([1.0, GREATEST, GREATEST])
    curves, costs = np.clip(curves, low, high), np.full(len(curves), np.inf)
    running, at = np.arange(len(curves)), curves
    damping, chance, slope = np.full(len(curves), 1e-3), *_chances(at, weeks.shape[1])
    cost = -(counts * np.log(chance)).sum(axis=1)
    for _ in range(STEPS):
        pull = np.einsum("kw,kwi->ki", counts[running] / chance, slope)
        # at its bound a parameter that is pulled outwards stays
        held = ((at <= low) & (pull < 0)) | ((at >= high) & (pull > 0))
        held[:, 0] |= frozen
        scaled = slope / np.sqrt(chance)[:, :, None]
        spread = seats * (scaled.transpose(0, 2, 1) @ scaled)
        spread[held[:, :, None] | held[:, None, :]] = 0.0
        diagonal = np.einsum("kii->ki", spread)
        diagonal[:] = np.where(held, 1.0, diagonal * (1 + damping[:, None]) + 1e-12)
        step = np.linalg.solve(spread, np.where(held, 0.0, pull)[:, :, None])[:, :, 0]
        tried = np.clip(at + step, low, high)
        chance_there, slope_there = _chances(tried, weeks.shape[1])
        there = -(counts[running] * np.log(chance_there)).sum(axis=1)
        better = there < cost
        settled = np.where(better, cost - there < SETTLED, damping > GIVEN_UP)
        at, cost = np.where(better[:, None], tried, at), np.where(better, there, cost)
        chance = np.where(better[:, None], chance_there, chance)
        slope = np.where(better[:, None, None], slope_there, slope)
        damping = np.where(better, damping / 5, damping * 5)
        curves[running], costs[running] = at, cost
        if settled.all():
            break
        running, at, cost, damping, chance, slope = (
            part[~settled] for part in (running, at, cost, damping, chance, slope)
        )
    return curves, costs


def _chances(curves: Numbers, weeks: int) -> tuple[Numbers, Numbers]:
    """Return the chances to come in each week, or not yet, and how they change with ceiling, ln p and ln q."""
    t = np.arange(weeks + 1)
    ceiling, p, q = curves[:, :1], np.exp(curves[:, 1:2]), np.exp(curves[:, 2:])
    fading, ratio = np.exp(-(p + q) * t), q / p
    still = fading * (1 + ratio) / (1 + ratio * fading)  # of all that ever come
    of_ratio = ratio / (1 + ratio) - ratio * fading / (1 + ratio * fading)
    of_p = still * (-p * t / (1 + ratio * fading) - of_ratio)
    of_q = still * (-q * t / (1 + ratio * fading) + of_ratio)
    slopes: list[Numbers] = []
    for part, whole in ((still, 1.0), (of_p, 0.0), (of_q, 0.0)):
        come = part[:, :-1] - part[:, 1:]
        slopes.append(np.concatenate([come, part[:, -1:] - whole], axis=1))
    chances = np.concatenate([ceiling * slopes[0][:, :-1], 1 + ceiling * slopes[0][:, -1:]], axis=1)
    return np.maximum(chances, TINY), np.stack(
        [slopes[0], ceiling * slopes[1], ceiling * slopes[2]], axis=2
    )


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
    start = np.array([found.ceiling, np.log(found.p), np.log(found.q)])
    again = _search(drawn, seats, np.tile(start, (DRAWS, 1)))[0]
    again[:, 1:] = np.exp(again[:, 1:])
    rows = []
    for step in ahead:
        still = [_to_come(weeks, step, *one) for one in again]
        paths = come + rng.binomial(round((1 - come) * seats), still) / seats
        low, high = np.quantile(paths, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        rows.append((come + (1 - come) * _to_come(weeks, step, *curve), float(low), float(high)))
    return rows


def _to_come(weeks: int, step: int, ceiling: float, p: float, q: float) -> float:
    """Return the chance that somebody who has not come in so many weeks comes in the `step` after them."""
    now, then = share_come(np.array([weeks, weeks + step]), p, q)
    return float(np.clip(ceiling * (then - now) / max(1 - ceiling * now, TINY), 0.0, 1.0))
