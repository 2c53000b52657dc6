"""What did each person, pair and space do in a day or week? The sums between the store and the metrics.

Each file in rollups/ is one SELECT in the SQL that DuckDB and Spark understand alike
(tests/test_sql_portable.py), over the views of the store and the tables of GROUND. What several of them need is put together
once, by the statements of rollups/steps/, and let go when they are written.
"""

import hashlib
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

from analytics import calendars
from analytics.vault import durable

ROLLUPS = Path(__file__).resolve().parent / "rollups"
NAMES = tuple(sorted(path.stem for path in ROLLUPS.glob("*.sql")))
STEPS = tuple(sorted(path.stem for path in ROLLUPS.glob("steps/*.sql")))
GROUND = (
    "known_place",
    "lives",
    "working_day",
    "yesterday",
    "day_number",
    "local_clock",
    "day_in_utc",
)  # what the rollups rest on beside the store
WHOLE_DAY = 86_400


class WorkingWeek(Protocol):
    """The hours somebody is expected to work: local hours of the day, weekdays 1 = Monday to 7, and whose days off count.

    `calendar` is that of who is not known to live elsewhere, `places` those of locations, by their names in lower case.
    """

    @property
    def day_starts(self) -> int: ...
    @property
    def day_ends(self) -> int: ...
    @property
    def workdays(self) -> tuple[int, ...]: ...
    @property
    def calendar(self) -> str: ...
    @property
    def places(self) -> dict[str, calendars.Place]: ...


# Whose days off count for somebody, and from when to when, half-open: where the HR file has them on the day. Before its
# first row and after its last that place counts on.
LIVES = """
with placed as (
    select o.person, o.valid_from, coalesce(k.calendar, '') as calendar
    from org o
    left join known_place k using (location)
),
moved as (
    select *, lag(calendar) over (partition by person order by valid_from, calendar) as before from placed
),
stay as (
    select person, calendar, case when before is null then date '1900-01-01' else valid_from end as valid_from
    from moved
    where before is distinct from calendar
),
span as (
    select *, coalesce(lead(valid_from) over (partition by person order by valid_from, calendar), date '9999-12-31') as valid_to
    from stay
)
select
    p.person,
    coalesce(s.calendar, '')                   as calendar,
    coalesce(s.valid_from, date '1900-01-01')  as valid_from,
    coalesce(s.valid_to, date '9999-12-31')    as valid_to
from person p
left join span s using (person)
order by p.person, valid_from
"""
DAYS = """
select min(day), max(day)
from (select min(day) as day from event union all select max(day) from event
      union all select min(day) from delivery union all select max(day) from delivery)
"""


def build(connection: duckdb.DuckDBPyConnection, folder: Path, week: WorkingWeek) -> None:
    """Write every rollup to folder/<name>.parquet and make it a view; needs the views of the store.

    Where they are there already, of the same store, week and statements, they are left as they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stamp, wanted = folder / "built_from", fingerprint(folder.parent, week)
    if wanted and _is_whole(folder) and stamp.exists() and stamp.read_text() == wanted:
        attach(connection, folder)
        return
    durable.remove(stamp)
    durable.sync(folder)  # half of them under the old stamp would be taken for whole
    _calendars(connection, folder, week)
    steps = folder / "steps"  # files: as tables they would take the memory that sums need
    shutil.rmtree(steps, ignore_errors=True)  # of a run that was broken off
    steps.mkdir()
    for name in STEPS:
        _write(connection, steps, name, "lz4")
    for name in NAMES:
        _write(connection, folder, name, "zstd")
    for name in STEPS:
        connection.execute(f"drop view {name}")
    shutil.rmtree(steps)
    if wanted:
        durable.sync_tree(folder)
        durable.write(stamp, wanted)


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, packed: str) -> None:
    target = _quoted(folder / f"{name}.parquet")
    connection.execute(
        f"copy ({statement(name)}) to {target} (format parquet, compression {packed})"
    )
    _view(connection, folder, name)


def fingerprint(store: Path, week: WorkingWeek) -> str | None:
    """Return a hash that changes whenever the rollups of this store have to be made anew; null where it says not what it is."""
    manifest = store / "manifest.json"
    if not manifest.exists():
        return None
    said = (week.day_starts, week.day_ends, week.workdays, week.calendar, sorted(week.places.items()))  # fmt: skip
    parts = [
        manifest.read_bytes(),
        repr(said).encode(),
        version("holidays").encode(),
        *(Path(module).read_bytes() for module in (__file__, calendars.__file__)),
        *(statement(name).encode() for name in (*STEPS, *NAMES)),
    ]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _is_whole(folder: Path) -> bool:
    return all((folder / f"{name}.parquet").exists() for name in (*GROUND, *NAMES))


def statement(name: str) -> str:
    """Return the SELECT of a rollup or step."""
    return (ROLLUPS / ("steps" if name in STEPS else "") / f"{name}.sql").read_text()


def attach(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make views of the rollups that were built into the folder earlier."""
    for name in (*GROUND, *NAMES):
        _view(connection, folder, name)


def _calendars(connection: duckdb.DuckDBPyConnection, folder: Path, week: WorkingWeek) -> None:
    """Make the tables of GROUND, as files and views.

    known_place: location, calendar; lives: person, calendar, valid_from, valid_to; yesterday: day, day_before; day_number: day, number since 1970;
    local_clock: time_zone, from_us, until_us, offset_s between two changes of its clocks; day_in_utc: number since 1970.
    """
    named = connection.sql(
        "select distinct location from org where location is not null"
    ).fetchall()
    places = {name: calendars.find(name, week.places).calendar for (name,) in named}
    known = sorted((name, calendar) for name, calendar in places.items() if calendar)
    pl.DataFrame(known, {"location": pl.String, "calendar": pl.String}, orient="row").write_parquet(
        folder / "known_place.parquet"
    )
    _view(connection, folder, "known_place")
    target = _quoted(folder / "lives.parquet")
    connection.execute(f"copy ({LIVES}) to {target} (format parquet)")
    _view(connection, folder, "lives")
    [ends] = connection.sql(DAYS).fetchall()
    used = ["", *sorted({calendar for _, calendar in known})]
    days = working_days(week, used, *ends)
    day = days.select("day").unique().sort("day")
    zones = connection.sql("select distinct time_zone from person order by 1").pl()["time_zone"]
    frames = {
        "working_day": days,
        "yesterday": day.with_columns(day_before=pl.col("day") - pl.duration(days=1)),
        "day_number": day.with_columns(number=pl.col("day").dt.epoch("d").cast(pl.Int64)),
        "local_clock": local_clocks(zones.to_list(), *ends),
        "day_in_utc": days_in_utc(*ends),
    }
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
        _view(connection, folder, name)


def local_clocks(zones: Sequence[str], first: date | None, last: date | None) -> pl.DataFrame:
    """Return time_zone, from_us, until_us (UTC microseconds, half-open), offset_s (local time less UTC)."""
    hours = pl.Series("at", dtype=pl.Datetime("us", "UTC"))
    if first and last:
        # a local day begins and ends within a day of that of UTC
        begins, over = (
            datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=by)
            for day, by in ((first, -2), (last, 3))
        )
        hours = pl.datetime_range(begins, over, "1h", eager=True).alias("at")
    schema = {"time_zone": pl.String, "from_us": pl.Int64, "offset_s": pl.Int64}
    local = pl.col("at").dt.convert_time_zone
    parts = [
        pl.DataFrame({"at": hours}).select(
            time_zone=pl.lit(zone),
            from_us=pl.col("at").dt.epoch("us"),
            offset_s=(
                local(zone).dt.base_utc_offset() + local(zone).dt.dst_offset()
            ).dt.total_seconds(),
        )
        for zone in zones
    ]
    every = pl.concat([pl.DataFrame(schema=schema), *parts])
    changes = every.filter(
        pl.col("offset_s").ne_missing(pl.col("offset_s").shift().over("time_zone"))
    )
    until = pl.col("from_us").shift(-1).over("time_zone").fill_null(2**62)
    return changes.select("time_zone", "from_us", until_us=until, offset_s="offset_s")


def days_in_utc(first: date | None, last: date | None) -> pl.DataFrame:
    """Return the numbers (days since 1970) of all days in UTC that a local day from first to last can fall on."""
    ends = (first.toordinal() - 1, last.toordinal() + 2) if first and last else (0, 0)
    epoch = date(1970, 1, 1).toordinal()
    return pl.DataFrame({"number": pl.int_range(*ends, eager=True) - epoch})


def working_days(
    week: WorkingWeek, used: Sequence[str], first: date | None, last: date | None
) -> pl.DataFrame:
    """Return calendar, day, starts, ends (seconds of the local day) of every day from first to last in each calendar.

    A day off (weekend or public holiday) has starts = ends = the end of the day. Calendar "" is the company's.
    """
    parts = [_of_calendar(week, calendar, first, last) for calendar in used]
    return pl.concat(parts).sort("calendar", "day")


def _of_calendar(
    week: WorkingWeek, calendar: str, first: date | None, last: date | None
) -> pl.DataFrame:
    days = pl.Series("day", dtype=pl.Date)
    if first and last:
        days = pl.date_range(first, last, eager=True).alias("day")
    whose = calendar or week.calendar
    worked = calendars.workdays(calendar, week.workdays) if calendar else week.workdays
    off = calendars.days_off(whose, first, last) if whose and first and last else set()
    is_worked = pl.col("day").dt.weekday().is_in(worked) & ~pl.col("day").is_in(sorted(off))
    hour = 3600

    def at(hours: int) -> pl.Expr:
        return pl.when(is_worked).then(hours * hour).otherwise(WHOLE_DAY).cast(pl.Int32)

    return pl.DataFrame({"day": days}).select(
        calendar=pl.lit(calendar), day="day", starts=at(week.day_starts), ends=at(week.day_ends)
    )


def _view(connection: duckdb.DuckDBPyConnection, folder: Path, name: str) -> None:
    file = _quoted(folder / f"{name}.parquet")
    connection.execute(f"create or replace temp view {name} as select * from read_parquet({file})")  # noqa: S608 names are those of rollups/


def _quoted(path: Path) -> str:
    """Return the path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"
