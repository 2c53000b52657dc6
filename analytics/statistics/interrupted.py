"""Did a series jump, or bend, at a known date? Segmented regression whose errors hang on the week before.

y = a + b·t + c·after + d·(weeks since)·after by Prais and Winsten. The correlation of neighbouring errors that residuals
show is too small in short series: it is put right by what series of the same design with known correlation show.
"""

from dataclasses import dataclass

import numpy as np

from analytics.statistics import quantiles
from analytics.statistics.interval import LEVEL, Numbers

LEVEL_AT, SLOPE_AT = 2, 3  # places of c and d among the coefficients
LEAST_ON_A_SIDE = 8  # weeks beside a pretend date
DRAWS = 2_000
CORRELATIONS = np.linspace(0.0, 0.9, 10)
SEED = 8


@dataclass(frozen=True)
class Break:
    """The jump at the date and the change of slope a week: values, standard errors and ends of the 95 % interval."""

    level: float
    level_error: float
    level_ends: tuple[float, float]
    slope: float
    slope_ends: tuple[float, float]
    correlation: float


def design(time: Numbers, at: float) -> np.ndarray:
    """Return the columns 1, t, after, weeks since the one before the date · after; `time` in weeks."""
    after = (np.asarray(time) >= at).astype(float)
    return np.column_stack([np.ones(len(time)), time, after, (np.asarray(time) - at + 1) * after])


def found(values: Numbers, time: Numbers, at: float) -> Break:
    """Return the break of a series at a date, the correlation of its errors estimated and put right."""
    columns = design(time, at)
    correlation = put_right(columns, shown(columns, values))
    effects, errors = prais_winsten(columns, values, correlation)
    half = quantiles.student(0.5 + LEVEL / 2, len(values) - columns.shape[1]) * errors
    low, high = effects - half, effects + half
    return Break(
        float(effects[LEVEL_AT]), float(errors[LEVEL_AT]), (float(low[LEVEL_AT]), float(high[LEVEL_AT])),
        float(effects[SLOPE_AT]), (float(low[SLOPE_AT]), float(high[SLOPE_AT])), correlation,
    )  # fmt: skip


def prais_winsten(
    columns: np.ndarray, values: Numbers, correlation: float
) -> tuple[Numbers, Numbers]:
    """Return the coefficients and their standard errors for errors of this correlation; 0 = least squares."""

    def freed(rows: np.ndarray) -> np.ndarray:
        first = np.sqrt(1 - correlation**2) * rows[:1]
        return np.concatenate([first, rows[1:] - correlation * rows[:-1]])

    free, told = freed(columns), freed(np.asarray(values, float))
    effects = np.linalg.lstsq(free, told, rcond=None)[0]
    left = told - free @ effects
    variance = left @ left / (len(told) - columns.shape[1])
    return effects, np.sqrt(variance * np.diag(np.linalg.inv(free.T @ free)))


def shown(columns: np.ndarray, values: np.ndarray) -> float:
    """Return the correlation of neighbouring residuals of least squares."""
    left = values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0]
    return float(_neighbours(left[None, :])[0])


def put_right(columns: np.ndarray, correlation: float) -> float:
    """Return the correlation under which series of this design show this one in the median, between 0 and .9."""
    return float(np.interp(correlation, medians(columns), CORRELATIONS))


def medians(columns: np.ndarray) -> list[float]:
    """Return the correlation that series of this design show in the median, for each true one of CORRELATIONS."""
    weeks = len(columns)
    drawn = np.random.default_rng(SEED).normal(size=(DRAWS, weeks))
    rest = np.eye(weeks) - columns @ np.linalg.pinv(columns)
    told = []
    for true in CORRELATIONS:
        errors = drawn.copy()
        errors[:, 0] /= np.sqrt(1 - true**2)
        for week in range(1, weeks):
            errors[:, week] += true * errors[:, week - 1]
        told.append(float(np.median(_neighbours(errors @ rest))))
    return told


def pretended(values: Numbers, time: Numbers, at: float, correlation: float) -> Numbers:
    """Return the jumps at every date before this one with eight weeks on either side, from the weeks before alone."""
    before = np.asarray(time) < at
    own, weeks = np.asarray(values)[before], np.asarray(time)[before]
    dates = weeks[LEAST_ON_A_SIDE + 1 : len(weeks) - LEAST_ON_A_SIDE]
    jumps = [prais_winsten(design(weeks, date), own, correlation)[0][LEVEL_AT] for date in dates]
    return np.array(jumps)


def _neighbours(left: np.ndarray) -> np.ndarray:
    whole = (left**2).sum(axis=1)
    return np.divide((left[:, 1:] * left[:, :-1]).sum(axis=1), whole, out=np.zeros(len(left)), where=whole > 0)  # fmt: skip
