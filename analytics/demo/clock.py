"""When people of the demo company act: local working time, some of it late, turned into UTC."""

from datetime import date

import numpy as np
import polars as pl

from analytics.demo import plan

OPENS, CLOSES = 9 * 3600, 17 * 3600
EVENING = (18 * 3600, 23 * 3600 + 1800)  # so late that some nights are under eleven hours
DAY, WEEK = 86_400, 7 * 86_400
SATURDAY = 5  # Monday is 0


def moments(week: np.ndarray, late: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return local microseconds since the first Monday: within working hours, or in the evening with probability `late`; a few of these on a Saturday."""
    n = len(week)
    weekday = draw.integers(0, SATURDAY, n)
    inside = draw.integers(OPENS, CLOSES, n)
    evening = draw.integers(*EVENING, n)
    is_late = draw.random(n) < late
    second = np.where(is_late, evening, inside)
    weekday = np.where(is_late & (draw.random(n) < plan.ON_SATURDAY), SATURDAY, weekday)
    return (week * WEEK + weekday * DAY + second) * 1_000_000 + draw.integers(0, 1_000_000, n)


def utc(first_monday: date, local: np.ndarray, zone: np.ndarray) -> pl.Series:
    """Return UTC instants of local microseconds since first_monday, each in its own zone."""
    start = pl.lit(first_monday).cast(pl.Datetime("us"))
    frame = pl.DataFrame({"local": local, "zone": zone}).with_row_index()
    parts = [
        part.with_columns(
            at=(start + pl.duration(microseconds=pl.col("local")))
            .dt.replace_time_zone(str(name), ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC")
            .dt.replace_time_zone(None)
        )
        for (name,), part in frame.group_by("zone")
    ]
    return pl.concat(parts).sort("index")["at"]


def worked(at: pl.Series, place: np.ndarray, off: dict[str, set[date]]) -> np.ndarray:
    """Say of each instant (UTC) whether its day is no public holiday of the place; `off`: place -> days."""
    days = pl.DataFrame({"day": at.dt.date(), "place": place})
    free = pl.DataFrame(
        [(name, day) for name, free_days in off.items() for day in sorted(free_days)],
        schema={"place": pl.String, "day": pl.Date}, orient="row",
    ).with_columns(is_free=pl.lit(value=True))  # fmt: skip
    joined = days.join(free, on=["place", "day"], how="left", maintain_order="left")
    return joined["is_free"].is_null().to_numpy()
