"""When people of the demo company act: local working time, some of it late, turned into UTC."""

from datetime import date

import numpy as np
import polars as pl

OPENS, CLOSES = 9 * 3600, 17 * 3600
EVENING = (18 * 3600, 22 * 3600)
DAY, WEEK = 86_400, 7 * 86_400
SATURDAY = 5  # Monday is 0


def moments(week: np.ndarray, late: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return local microseconds since the first Monday: within working hours, or in the evening with probability `late`."""
    n = len(week)
    weekday = draw.integers(0, SATURDAY, n)
    inside = draw.integers(OPENS, CLOSES, n)
    evening = draw.integers(*EVENING, n)
    second = np.where(draw.random(n) < late, evening, inside)
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
