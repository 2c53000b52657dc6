"""What did each person do in the twelve weeks up to the end of a period? One pass over weeks, whatever the number of periods.

A week in which three of somebody's working days or more are public holidays asks for nothing of them: it is left out of
the weeks that count, and of those in which they are found active.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import spill

SCHEMA = {
    "person": pl.Int64, "tool": pl.String, "grain": pl.String, "period": pl.Date, "long_acts": pl.Int64,
    "long_active_weeks": pl.Int64, "long_weeks": pl.Int64,
}  # fmt: skip
WEEK = 7  # days
DAYS_OFF = 3  # of a working week, from which on it is a week off

# The weeks of a window follow each other: what an export covers has no holes.
SPANS = """
select tool, grain, period, habit_weeks[-1] as first_week, habit_weeks[1] as last_week
from period
where habit_weeks is not null
order by tool, grain, period
"""
WEEKS = """
select s.tool, s.person, s.week, s.acts, coalesce(o.calendar, '') as calendar
from seated_week s
left join own_calendar o on o.person = s.person
where s.acts > 0
"""
FREE = """
select calendar, date_trunc('week', day)::date as week
from own_day
group by all
having count(*) = 7 and count(*) filter (is_worked) <= $workday_count - $days_off
"""


@dataclass(frozen=True)
class Running:
    """Sums from the first week on: people × weeks, a week of nothing before them; acts, weeks with an act, weeks that count."""

    people: np.ndarray
    acts: np.ndarray
    active: np.ndarray
    counting: np.ndarray

    @classmethod
    def of(
        cls,
        person: np.ndarray,
        week: np.ndarray,
        acts: np.ndarray,
        lives: np.ndarray,
        off: np.ndarray,
    ) -> "Running":
        """Build it from one entry a person and week, counted from 0; `off`: weeks off, of the calendar in row `lives`."""
        people, first, row = np.unique(person, return_index=True, return_inverse=True)
        width = off.shape[1] + 1
        flat = np.bincount(row * width + week + 1, acts, minlength=len(people) * width)
        grid = flat.reshape(len(people), width)
        counting = np.pad(~off, ((0, 0), (1, 0)))
        active = (grid > 0) & counting[lives[first]] if off.any() else grid > 0
        summed = counting.cumsum(axis=1)
        return cls(people, grid.cumsum(axis=1), active.cumsum(axis=1), summed[lives[first]])

    def between(
        self, first: np.ndarray, last: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (acts, weeks with an act, weeks that count), people × spans, from weeks `first` to `last`, both included."""
        acts, active, counting = (
            sums[:, last + 1] - sums[:, first] for sums in (self.acts, self.active, self.counting)
        )
        return acts, active, counting


def make(con: duckdb.DuckDBPyConnection, workday_count: int) -> None:
    """Make the table `long_use`, columns SCHEMA, for whoever did anything; needs `period` and uptake.make."""
    spans, weeks = con.sql(SPANS).pl(), con.sql(WEEKS).pl()
    free = con.sql(FREE, params={"workday_count": workday_count, "days_off": DAYS_OFF}).pl()
    with spill.folder(con) as folder:
        file = folder / "long_use.parquet"
        counted(weeks, spans, free).write_parquet(file)
        con.execute(
            "create or replace temp table long_use as from read_parquet($file)", {"file": str(file)}
        )


def counted(weeks: pl.DataFrame, spans: pl.DataFrame, free: pl.DataFrame) -> pl.DataFrame:
    """Return SCHEMA from tool, person, week, acts, calendar; tool, grain, period, first_week, last_week; calendar, week.

    No rows of people who did nothing; `free`: the weeks off of each calendar.
    """
    if weeks.is_empty() or spans.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    return pl.concat([pl.DataFrame(schema=SCHEMA), *_by_tool(weeks, spans, free)])


def _by_tool(
    weeks: pl.DataFrame, spans: pl.DataFrame, free: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    [(monday, newest)] = weeks.select(pl.col("week").min(), b=pl.col("week").max()).rows()
    last_monday: date = max(newest, *spans["last_week"])

    def number(column: str) -> pl.Expr:
        return (pl.col(column) - pl.lit(monday)).dt.total_days() // WEEK

    count = (last_monday - monday).days // WEEK + 1
    names, off = _weeks_off(free.select("calendar", number("week")), count)
    spans = spans.filter(pl.col("last_week") >= monday).with_columns(
        first=number("first_week").clip(0), last=number("last_week")
    )
    for (tool,), own in weeks.group_by("tool", maintain_order=True):
        person, week, acts = (
            column.to_numpy()
            for column in own.select("person", number("week"), pl.col("acts").cast(pl.Float64))
        )
        lives = np.zeros(own.height, int)
        if names:
            lives = (
                own["calendar"].replace_strict(names, default=0, return_dtype=pl.Int64).to_numpy()
            )
        wanted = spans.filter(pl.col("tool").eq_missing(pl.lit(tool, pl.String)))
        running = Running.of(person, week, acts, lives, off)
        done, active, counting = running.between(*wanted.select("first", "last").to_numpy().T)
        row, span = np.nonzero(done)
        told = pl.DataFrame({
            "person": running.people[row], "long_acts": done[row, span].astype(np.int64),
            "long_active_weeks": active[row, span], "long_weeks": counting[row, span],
        })  # fmt: skip
        yield (
            pl.concat([told, wanted.select("grain", "period")[span]], how="horizontal")
            .with_columns(tool=pl.lit(tool, pl.String))
            .select(pl.col(name).cast(type_) for name, type_ in SCHEMA.items())
        )


def _weeks_off(free: pl.DataFrame, count: int) -> tuple[dict[str, int], np.ndarray]:
    """Return {calendar: row} and rows × weeks, where it is off; row 0 is for calendars without a week off."""
    inside = free.filter(pl.col("week").is_between(0, count - 1))
    names = {name: i for i, name in enumerate(inside["calendar"].unique().sort(), start=1)}
    off = np.zeros((len(names) + 1, count), bool)
    for calendar, week in inside.iter_rows():
        off[names[calendar], week] = True
    return names, off
