"""What did each person, pair and space do in a day or week? The sums between the store and the metrics.

Each file in rollups/ is one SELECT in the SQL that DuckDB and Spark understand alike
(tests/test_sql_portable.py), over the views of the store and `working_day`.
"""

from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

ROLLUPS = Path(__file__).resolve().parent / "rollups"
NAMES = tuple(sorted(path.stem for path in ROLLUPS.glob("*.sql")))
WHOLE_DAY = 86_400


class WorkingWeek(Protocol):
    """The hours somebody is expected to work: local hours of the day, and weekdays 1 = Monday to 7."""

    @property
    def day_starts(self) -> int: ...
    @property
    def day_ends(self) -> int: ...
    @property
    def workdays(self) -> tuple[int, ...]: ...


def build(connection: duckdb.DuckDBPyConnection, folder: Path, week: WorkingWeek) -> None:
    """Write every rollup to folder/<name>.parquet and make it a view; needs the views of the store."""
    folder.mkdir(parents=True, exist_ok=True)
    working_days(week).write_parquet(folder / "working_day.parquet")
    _view(connection, folder, "working_day")
    for name in NAMES:
        query = (ROLLUPS / f"{name}.sql").read_text()
        target = _quoted(folder / f"{name}.parquet")
        connection.execute(f"copy ({query}) to {target} (format parquet, compression zstd)")
        _view(connection, folder, name)


def attach(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make views of the rollups that were built into the folder earlier."""
    for name in ("working_day", *NAMES):
        _view(connection, folder, name)


def working_days(week: WorkingWeek) -> pl.DataFrame:
    """Return dow, starts, ends (seconds of the local day); a day off has starts = ends = the end of the day."""
    return pl.DataFrame({"dow": list(range(1, 8))}, schema={"dow": pl.Int32}).with_columns(
        starts=pl.when(pl.col("dow").is_in(week.workdays))
        .then(pl.lit(week.day_starts * 3600))
        .otherwise(pl.lit(WHOLE_DAY))
        .cast(pl.Int32),
        ends=pl.when(pl.col("dow").is_in(week.workdays))
        .then(pl.lit(week.day_ends * 3600))
        .otherwise(pl.lit(WHOLE_DAY))
        .cast(pl.Int32),
    )


def _view(connection: duckdb.DuckDBPyConnection, folder: Path, name: str) -> None:
    file = _quoted(folder / f"{name}.parquet")
    connection.execute(f"create or replace temp view {name} as select * from read_parquet({file})")  # noqa: S608 names are those of rollups/


def _quoted(path: Path) -> str:
    """Return the path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"
