"""Did the weekly share of people who contribute jump at a date? Over all whole weeks, against dates that were none."""

from collections.abc import Sequence
from datetime import date

import duckdb
import numpy as np
import polars as pl

from analytics.metrics.long_use import DAYS_OFF
from analytics.statistics import interrupted

LEAST_A_SIDE, LEAST_FOR_A_SLOPE = 12, 24  # whole weeks before a date and after it
# Whole weeks, those left out in which most days are off by the company's own calendar.
WEEKS = """
select c.week
from calendar c
where c.tool is null and c.week not in (
    select date_trunc('week', day)::date
    from own_day
    where calendar = ''
    group by all
    having count(*) = 7 and count(*) filter (is_worked) <= $workday_count - $days_off
)
group by c.week
having count(*) filter (c.is_workday) >= $workday_count
order by c.week
"""
Told = tuple[str, float, float | None, float | None]  # bin, value and ends of its interval


def told(
    con: duckdb.DuckDBPyConnection,
    people: pl.DataFrame,
    on: date,
    sides: tuple[str | None, Sequence[str]],
    workday_count: int,
) -> list[Told]:
    """Return jump, slope (a week; from 24 weeks on either side) and pretended/<dates>; nothing where twelve are lacking.

    `people` has person, department; `sides`: whose date it was (null = everybody) and the departments whose mean is taken
    off. Needs uptake.make.
    """
    weeks = con.sql(WEEKS, params={"workday_count": workday_count, "days_off": DAYS_OFF}).pl()["week"].to_list()  # fmt: skip
    after = sum(week >= on for week in weeks)
    least = min(after, len(weeks) - after)
    if least < LEAST_A_SIDE:
        return []
    time = np.array([(week - weeks[0]).days // 7 for week in weeks])
    at = float(time[-after])
    own, others = sides
    series = _weekly(con, people, weeks, own)
    if others:
        series = series - np.mean([_weekly(con, people, weeks, name) for name in others], axis=0)
    found = interrupted.found(series, time, at)
    rows: list[Told] = [("jump", found.level, *found.level_ends)]
    if least >= LEAST_FOR_A_SLOPE:
        rows.append(("slope", found.slope, *found.slope_ends))
    pretended = np.abs(interrupted.pretended(series, time, at, found.correlation))
    if len(pretended):
        as_large = float((pretended >= abs(found.level)).mean())
        rows.append((f"pretended/{len(pretended)}", as_large, None, None))
    return rows


def _weekly(
    con: duckdb.DuckDBPyConnection, people: pl.DataFrame, weeks: Sequence[date], who: str | None
) -> np.ndarray:
    """Return the share of a department's people, or of everybody (null), contributing in each of the weeks."""
    inside = people if who is None else people.filter(department=who)
    acted = con.sql("select person, week from seated_week where tool is null and acts > 0").pl()
    counted = acted.join(inside, on="person").group_by("week").len()
    frame = pl.DataFrame({"week": weeks}, schema={"week": pl.Date})
    joined = frame.join(counted, on="week", how="left", maintain_order="left")
    return joined["len"].fill_null(0).to_numpy() / inside.height
