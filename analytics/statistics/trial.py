"""How large must an effect be for a trial in some departments to show it?

Departments are what is tried, not people: those of one department share their work, so that more people in few departments
help little. Bloom 2005 (Randomizing groups to evaluate place-based programs), for groups of equal size.
"""

from dataclasses import dataclass

import numpy as np

from analytics.statistics import quantiles
from analytics.statistics.interval import LEVEL, Numbers

POWER = 0.8  # of true effects of that size, so many would be found


@dataclass(frozen=True)
class Spread:
    """How people differ: their standard deviation, and the share of their variance that lies between groups (ICC 1)."""

    deviation: float
    between: float


def spread(values: Numbers, group: np.ndarray) -> Spread:
    """Return the spread of people in two or more groups, by the analysis of variance; groups no less alike than people are 0."""
    _, index, n = np.unique(group, return_inverse=True, return_counts=True)
    means = np.bincount(index, values) / n
    within = ((values - means[index]) ** 2).sum() / (len(values) - len(n))
    among = (n * (means - values.mean()) ** 2).sum() / (len(n) - 1)
    usual = (len(values) - (n**2).sum() / len(values)) / (len(n) - 1)
    between = max(0.0, (among - within) / usual)
    total = between + within
    return Spread(float(np.sqrt(total)), float(between / total) if total else 0.0)


def smallest_effect(groups: int, people: float, alike: Spread, tried: float, known: float = 0.0) -> float:  # fmt: skip
    """Return the smallest effect that shows in four of five trials, in the unit of `alike`.

    groups: how many there are, `people` in each; tried: the share of them in the trial; known: the share of the
    variance that what was before tells.
    """
    free = groups - 2
    needed = quantiles.student(0.5 + LEVEL / 2, free) + quantiles.student(POWER, free)
    noise = (alike.between + (1 - alike.between) / people) * (1 - known)
    return float(needed * alike.deviation * np.sqrt(noise / (tried * (1 - tried) * groups)))
