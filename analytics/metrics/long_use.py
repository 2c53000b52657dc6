"""What did each person do in the twelve weeks up to the end of a period? One pass over weeks, whatever the number of periods."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import polars as pl

SCHEMA = {
    "person": pl.Int64, "tool": pl.String, "grain": pl.String, "period": pl.Date, "long_acts": pl.Int64,
    "long_active_weeks": pl.Int64,
}  # fmt: skip
WEEK = 7  # days

# The weeks of a window follow each other: what an export covers has no holes.
SPANS = """
select tool, grain, period, habit_weeks[-1] as first_week, habit_weeks[1] as last_week
from period
where habit_weeks is not null
order by tool, grain, period
"""
WEEKS = "select tool, person, week, acts from seated_week where acts > 0"


@dataclass(frozen=True)
class Running:
    """Sums from the first week on: people × weeks, a week of nothing before them; acts, and weeks with an act."""

    people: np.ndarray
    acts: np.ndarray
    active: np.ndarray

    @classmethod
    def of(cls, person: np.ndarray, week: np.ndarray, acts: np.ndarray) -> "Running":
        """Build it from one entry a person and week; weeks are counted from 0."""
        people, row = np.unique(person, return_inverse=True)
        weeks = int(week.max(initial=-1)) + 2
        flat = np.bincount(row * weeks + week + 1, acts, minlength=len(people) * weeks)
        grid = flat.reshape(len(people), weeks)
        return cls(people, grid.cumsum(axis=1), (grid > 0).cumsum(axis=1))

    def between(self, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (acts, weeks with an act), people × spans, from weeks `first` to weeks `last`, both included."""
        most = self.acts.shape[1] - 1
        end, start = np.clip(last + 1, 0, most), np.clip(first, 0, most)
        return self.acts[:, end] - self.acts[:, start], self.active[:, end] - self.active[:, start]


def make(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table `long_use`, columns SCHEMA, for whoever did anything; needs `period` and `seated_week`."""
    spill = Path(con.sql("select current_setting('temp_directory')").fetchall()[0][0])
    spill.mkdir(parents=True, exist_ok=True)  # a vault connection sees its own folders only
    spans, weeks = con.sql(SPANS).pl(), con.sql(WEEKS).pl()
    with TemporaryDirectory(dir=spill) as folder:
        file = Path(folder) / "long_use.parquet"
        counted(weeks, spans).write_parquet(file)
        con.execute(
            "create or replace temp table long_use as from read_parquet($file)", {"file": str(file)}
        )


def counted(weeks: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return SCHEMA from tool, person, week, acts and from tool, grain, period, first_week, last_week; no rows of zero."""
    if weeks.is_empty() or spans.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    return pl.concat([pl.DataFrame(schema=SCHEMA), *_by_tool(weeks, spans)])


def _by_tool(weeks: pl.DataFrame, spans: pl.DataFrame) -> Iterator[pl.DataFrame]:
    monday = weeks["week"].min()

    def number(column: str) -> pl.Expr:
        return (pl.col(column) - pl.lit(monday)).dt.total_days() // WEEK

    for (tool,), own in weeks.group_by("tool", maintain_order=True):
        entries = own.select("person", number("week"), pl.col("acts").cast(pl.Float64))
        running = Running.of(*(column.to_numpy() for column in entries))
        wanted = spans.filter(pl.col("tool").eq_missing(pl.lit(tool, pl.String)))
        first, last = wanted.select(number("first_week"), number("last_week")).to_numpy().T
        acts, active = running.between(first, last)
        row, span = np.nonzero(active)
        told = pl.DataFrame(
            {"person": running.people[row], "long_acts": acts[row, span].astype(np.int64), "long_active_weeks": active[row, span]}
        )  # fmt: skip
        names = wanted.select("grain", "period")[span]
        yield (
            pl.concat([told, names], how="horizontal")
            .with_columns(tool=pl.lit(tool, pl.String))
            .select(pl.col(name).cast(type_) for name, type_ in SCHEMA.items())
        )
