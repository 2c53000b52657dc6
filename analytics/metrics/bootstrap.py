"""How far would a network figure move with other weeks: whole weeks drawn anew, with replacement.

Messages of one week hang together, so the week is the unit. All draws are worked out at once: a week counts
as often as it was drawn, and every sum is weights × weeks times weeks × columns.
"""

import numpy as np

from analytics.statistics import quantiles
from analytics.statistics.interval import LEVEL

DRAWS = 400
FEWEST_WEEKS = 4  # a month


def week_weights(weeks: int, seed: int, draws: int = DRAWS) -> np.ndarray:
    """Return (1 + draws) × weeks: how often each week counts. The first row is the data as they are."""
    drawn = np.random.default_rng(seed).multinomial(weeks, np.full(weeks, 1 / weeks), size=draws)
    return np.concatenate([np.ones((1, weeks)), drawn])


def standard_error(values: np.ndarray, weeks: int) -> float:
    """Return the standard error of the first value from the others, corrected for few weeks; nan if unknown.

    Drawing from W weeks makes the spread too small by √((W − 1) / W).
    """
    drawn = values[1:][np.isfinite(values[1:])]
    if weeks < FEWEST_WEEKS or len(drawn) < len(values) // 2:
        return float("nan")
    return float(drawn.std(ddof=1) * np.sqrt(weeks / (weeks - 1)))


def t_ends(value: float, error: float, freedom: int) -> tuple[float, float]:
    """Return value ± t · error. Percentiles of the draws would be too narrow with the 4 or 13 weeks of a period."""
    half = float(quantiles.student(0.5 + LEVEL / 2, max(freedom, 1)) * error)
    return value - half, value + half
