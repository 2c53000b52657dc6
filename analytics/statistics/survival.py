"""How long until it happened, where not everybody was watched equally long: life tables, after Kaplan and Meier (1958).

A life table has one row a time at which it happened to somebody: time, at_risk, events, survival (share to whom it
has not happened yet), variance (Greenwood), low and high (95 %, on the log–log scale, so that they stay in 0 to 1).
"""

import numpy as np
import polars as pl

from analytics.statistics import quantiles
from analytics.statistics.interval import Numbers, log_log_ends

HALF = 0.5


def life_table(
    times: Numbers,
    happened: Numbers,
    entries: Numbers | None = None,
    weights: Numbers | None = None,
) -> pl.DataFrame:
    """Return the life table of people watched from `entries` (0 where left out) until `times`.

    `happened` is true where it ended with the event, else the watching ended. Somebody who enters at 3 is at risk
    after 3, not at it. `weights`: how many people a row stands for.
    """
    times, happened = np.asarray(times, float), np.asarray(happened, bool)
    entries = np.full(len(times), -np.inf) if entries is None else np.asarray(entries, float)
    weights = np.ones(len(times)) if weights is None else np.asarray(weights, float)
    at = np.unique(times[happened])
    at_risk = (weights * ((times >= at[:, None]) & (entries < at[:, None]))).sum(axis=1)
    events = (weights * (happened & (times == at[:, None]))).sum(axis=1)
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(events / (at_risk * (at_risk - events)))
        variance = np.where(survival > 0, survival**2 * spread, 0.0)
    low, high = log_log_ends(survival, variance)
    return pl.DataFrame(
        {
            "time": at, "at_risk": at_risk, "events": events, "survival": survival, "variance": variance,
            "low": low, "high": high,
        }
    ).with_columns(pl.col("low", "high").fill_nan(None))  # fmt: skip


def survival_at(table: pl.DataFrame, time: float) -> float:
    """Return the share to whom it has not happened by a time, that time included."""
    before = table.filter(pl.col("time") <= time)
    return float(before["survival"][-1]) if before.height else 1.0


def median(table: pl.DataFrame) -> float | None:
    """Return the first time by which it has happened to half; null while it has not."""
    reached = table.filter(pl.col("survival") <= HALF + 1e-12)
    return float(reached["time"][0]) if reached.height else None


def restricted_mean(table: pl.DataFrame, until: float) -> float:
    """Return the mean time without the event in the first `until`: the area under the steps."""
    inside = table.filter(pl.col("time") < until)
    edges = np.array([0.0, *inside["time"], until])
    return float((np.diff(edges) * np.array([1.0, *inside["survival"]])).sum())


def log_rank(times: Numbers, happened: Numbers, is_second: Numbers) -> tuple[float, float]:
    """Return (χ² with one degree of freedom, p) of the log-rank test of two groups."""
    times, happened = np.asarray(times, float), np.asarray(happened, bool)
    second = np.asarray(is_second, bool)
    at = np.unique(times[happened])[:, None]
    at_risk, events = (times >= at).sum(axis=1), (happened & (times == at)).sum(axis=1)
    of_second = ((times >= at) & second).sum(axis=1)
    seen = (happened & (times == at) & second).sum()
    part = of_second / at_risk
    expected = (events * part).sum()
    left = np.maximum(at_risk - 1, 1)
    variance = (events * part * (1 - part) * (at_risk - events) / left).sum()
    square = float((seen - expected) ** 2 / variance)
    return square, quantiles.chi_square_above(square, 1)
