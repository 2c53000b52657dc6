"""Draw small vault tables as text, so that a test reads like a table.

    con = store(
        folder,
        event='''
        at               | tool  | actor | action | to
        2026-01-05 10:00 | slack | 1     | post   | 2 3
        ''',
        seat="tool | person\\n slack | 1\\n slack | 2",
    )

Times are UTC; `zone` says where everybody lives. Columns that a drawing leaves out get a sensible value.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from analytics.calendars import Place
from analytics.metrics.panel import lay, panel
from analytics.schema import polars_schema
from analytics.vault import rollups

ALWAYS, NEVER = date(1900, 1, 1), date(9999, 12, 31)
TABLES = (
    "person",
    "org",
    "seat",
    "gap",
    "space",
    "membership",
    "event",
    "delivery",
    "survey_answer",
)
HOWS = ("to", "cc", "mention", "reply_to", "reaction_to", "attendee", "accepted")


@dataclass(frozen=True)
class Settings:
    """The settings that metrics read, with the defaults of a workspace."""

    threshold: int = 10
    time_zone: str | None = "UTC"
    day_starts: int = 9
    day_ends: int = 17
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    hourly_cost: tuple[float, float, float] | None = None
    currency: str = "EUR"
    calendar: str = ""
    places: dict[str, Place] = field(default_factory=dict)
    milestones: tuple[str, ...] = ()


def table(text: str) -> pl.DataFrame:
    """Return a drawing (first line the names, columns parted by |) as a frame of text; blank = null."""
    lines = [
        [cell.strip() or None for cell in line.split("|")]
        for line in text.splitlines()
        if line.strip()
    ]
    header, *rows = lines
    return pl.DataFrame(rows, schema={str(name): pl.String for name in header}, orient="row")


def local_columns(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Add day, week, month, quarter, second_of_day, dow in the zone, from `us`; months are whole weeks."""
    local = (
        pl.from_epoch("us", time_unit="us").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    )
    frame = frame.with_columns(local=local.dt.replace_time_zone(None))
    frame = frame.with_columns(
        day=pl.col("local").dt.date(),
        dow=pl.col("local").dt.weekday().cast(pl.Int32),
        second_of_day=(pl.col("local") - pl.col("local").dt.truncate("1d"))
        .dt.total_seconds()
        .cast(pl.Int32),
    )
    frame = frame.with_columns(week=pl.col("day").dt.truncate("1w"))
    return frame.with_columns(
        month=_first_monday(pl.col("week"), "1mo"), quarter=_first_monday(pl.col("week"), "1q")
    ).drop("local")


def _first_monday(week: pl.Expr, block: str) -> pl.Expr:
    """First Monday of the block to which the week's Thursday belongs."""
    first = (week + pl.duration(days=3)).dt.truncate(block)
    to_thursday = (11 - first.dt.weekday().cast(pl.Int64)) % 7
    return (first + pl.duration(days=to_thursday - 3)).cast(pl.Date)


def store(
    folder: Path,
    *,
    zone: str = "UTC",
    settings: Settings | None = None,
    build: bool = True,
    **drawings: str,
) -> duckdb.DuckDBPyConnection:
    """Write the drawn tables to folder/store, build the rollups, return a connection with all views."""
    events, deliveries = _events(drawings.get("event"), zone)
    frames = {"event": events, "delivery": deliveries}
    for name in ("person", "org", "seat", "gap", "space", "membership", "survey_answer"):
        frames[name] = _plain(name, drawings.get(name))
    if frames["person"].is_empty():
        frames["person"] = _people(frames)
    return write(folder, frames, settings=settings or Settings(time_zone=zone), build=build)


def write(
    folder: Path,
    frames: dict[str, pl.DataFrame],
    *,
    settings: Settings | None = None,
    build: bool = True,
) -> duckdb.DuckDBPyConnection:
    """Write vault frames (missing tables are empty) and return a connection with their views."""
    (folder / "store").mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(config={"threads": 2, "python_enable_replacements": "false"})
    con.execute(f"set temp_directory = '{folder}/spill'")
    for name in TABLES:
        schema = polars_schema(f"vault.{name}")
        frame = frames.get(name, pl.DataFrame(schema=schema)).select(
            pl.col(c).cast(t) for c, t in schema.items()
        )
        frame.write_parquet(folder / "store" / f"{name}.parquet")
        con.execute(
            f"create view {name} as select * from read_parquet('{folder}/store/{name}.parquet')"
        )
    if build:
        rollups.build(con, folder / "rollups", settings or Settings())
    return con


def laid(con: duckdb.DuckDBPyConnection, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Make the tables that metrics stand on, of the panel as it is."""
    lay(con, panel(con, settings), settings)
    return con


def _plain(name: str, text: str | None) -> pl.DataFrame:
    schema = polars_schema(f"vault.{name}")
    if text is None:
        return pl.DataFrame(schema=schema)
    defaults: dict[str, object] = {
        "valid_from": ALWAYS, "valid_to": NEVER, "kind": "human", "zone_known": True, "in_org": True,
        "time_zone": "UTC", "openness": "public", "purpose": "work",
        "survey": "pulse", "scale_min": 1.0, "scale_max": 5.0,
    }  # fmt: skip
    drawn = table(text)
    columns = []
    for column, type_ in schema.items():
        value = pl.lit(None, pl.String) if column not in drawn.columns else pl.col(column)
        value = value.str.to_date("%Y-%m-%d") if type_ == pl.Date else _cast(value, type_)
        if column in defaults:
            value = value.fill_null(pl.lit(defaults[column]))
        columns.append(value.alias(column))
    return drawn.select(columns)


def _cast(value: pl.Expr, type_: pl.DataType) -> pl.Expr:
    return value.eq("true") if type_ == pl.Boolean else value.cast(type_)


def _events(text: str | None, zone: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Events, and one delivery for each key in the columns to, cc, mention, reply_to, reaction_to, attendee."""
    if text is None:
        text = "at | actor"
    drawn = table(text)
    for column, value in {"tool": "slack", "action": "post"}.items():
        if column not in drawn.columns:
            drawn = drawn.with_columns(pl.lit(value).alias(column))
    missing = [
        c
        for c in (
            "space",
            "thread",
            "in_reply_to",
            "seconds",
            "words",
            "recipients",
            "is_question",
            *HOWS,
        )
        if c not in drawn.columns
    ]
    drawn = drawn.with_columns(pl.lit(None, pl.String).alias(c) for c in missing)
    at = pl.coalesce(
        pl.col("at").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"),
        pl.col("at").str.to_datetime("%Y-%m-%d %H:%M", strict=False, time_unit="us"),
    )
    numbers = ["actor", "space", "thread", "in_reply_to", "seconds"]
    events = drawn.with_row_index("event", 1).with_columns(
        pl.col(numbers).cast(pl.Int64), pl.col("event").cast(pl.Int64),
        us=at.dt.epoch("us"), is_timed=pl.col("action") != "reaction",
        is_question=pl.col("is_question") == "true", mentions=pl.lit(0),
    )  # fmt: skip
    deliveries = _deliveries(events)
    addressed = (
        deliveries.filter(pl.col("how").is_in(["to", "cc", "attendee"]))
        .group_by("event")
        .agg(counted=pl.len())
    )
    events = events.join(addressed, on="event", how="left", maintain_order="left").with_columns(
        recipients=pl.coalesce(
            pl.col("recipients").cast(pl.Int32), pl.col("counted").cast(pl.Int32)
        )
    )
    deliveries = deliveries.join(
        events.drop(*HOWS, "counted"), on="event", how="left", maintain_order="left"
    )
    return local_columns(events, zone), local_columns(deliveries, zone)


def _deliveries(events: pl.DataFrame) -> pl.DataFrame:
    parts = [
        events.select(
            "event", how=pl.lit(how.removesuffix("_to")), person=pl.col(how).str.split(" ")
        )
        .explode("person")
        .filter(pl.col("person").is_not_null())
        for how in HOWS
    ]
    return pl.concat(parts).with_columns(
        pl.col("person").cast(pl.Int64), copy=pl.int_range(pl.len()).over("event", "how", "person")
    )


def _people(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Everybody drawn anywhere, as humans."""
    keys = [
        frames["event"]["actor"], frames["delivery"]["person"], frames["seat"]["person"],
        frames["org"]["person"], frames["membership"]["person"],
    ]  # fmt: skip
    return pl.DataFrame({"person": pl.concat(keys).unique().sort()}).with_columns(
        kind=pl.lit("human"), time_zone=pl.lit("UTC"), zone_known=pl.lit(True), in_org=pl.lit(True)
    )
