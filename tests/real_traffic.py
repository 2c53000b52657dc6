"""Real mail and chat as vault tables, everybody with a seat, so that metrics meet published numbers without our readers."""

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl

from analytics.schema import polars_schema
from tests.drawn import ALWAYS, NEVER, Settings, local_columns, write


def mail(shared: Path) -> pl.DataFrame:
    """Manufacturing company (doi:10.7910/DVN/6Z3CGX): at, actor, person; one row a delivery."""
    log = pl.read_csv(shared / "data/manufacturing_email/communication.csv", try_parse_dates=True)
    return log.select(at="time", actor="actor1", person="actor2")


def chat(shared: Path, name: str) -> pl.DataFrame:
    """A public Slack channel of a year (preethac/Software-related-Slack-Chats): at, actor, without receivers."""
    log = pl.read_csv(shared / "data/slack_disco" / name, infer_schema=False)
    log = log.with_columns(at=pl.col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us"))
    people = pl.col("user").rank("dense").cast(pl.Int64)
    return log.select(
        "at", actor=people, person=pl.lit(None, pl.Int64), conversation="conversation_id"
    )


def traffic(
    folder: Path,
    acts: pl.DataFrame,
    *,
    action: str = "email",
    tool: str = "mail",
    zone: str = "UTC",
    settings: Settings | None = None,
    shift: timedelta = timedelta(0),
    start: datetime | None = None,
    end: datetime | None = None,
    org: pl.DataFrame | None = None,
) -> duckdb.DuckDBPyConnection:
    """Return a connection with the views of the store and the rollups; acts of one person and instant are one."""
    everybody = sorted({*acts["actor"], *acts["person"].drop_nulls()})
    inside = acts
    if start:
        inside = inside.filter(pl.col("at") >= start)
    if end:
        inside = inside.filter(pl.col("at") < end)
    inside = inside.with_columns(us=(pl.col("at") + shift).dt.epoch("us"))
    rows = local_columns(inside, zone).with_columns(
        event=pl.struct("actor", "us").rank("dense").cast(pl.Int64), tool=pl.lit(tool), action=pl.lit(action),
        thread=pl.lit(None, pl.Int64), in_reply_to=pl.lit(None, pl.Int64), seconds=pl.lit(None, pl.Int64),
        recipients=pl.lit(None, pl.Int32), how=pl.lit("to"), is_timed=pl.lit(True), space=pl.lit(None, pl.Int64),
        words=pl.lit(None, pl.Int32), is_question=pl.lit(None, pl.Boolean), mentions=pl.lit(None, pl.Int32),
    )  # fmt: skip
    if "conversation" in rows.columns:
        first = pl.col("event").sort_by("us", "event").first().over("conversation")
        rows = rows.with_columns(thread=first)
    rows = rows.with_columns(recipients=pl.col("person").count().over("event").cast(pl.Int32))
    rows = rows.with_columns(copy=pl.int_range(pl.len()).over("event", "person").cast(pl.Int32))
    frames = {
        "event": rows.unique("event", keep="first", maintain_order=True),
        "delivery": rows.drop_nulls("person"),
        "person": pl.DataFrame({"person": everybody}).with_columns(
            kind=pl.lit("human"),
            time_zone=pl.lit(zone),
            zone_known=pl.lit(True),
            in_org=pl.lit(False),
        ),
        "seat": pl.DataFrame({"person": everybody}).with_columns(
            tool=pl.lit(tool), valid_from=pl.lit(ALWAYS), valid_to=pl.lit(NEVER)
        ),
    }
    if org is not None:
        missing = [name for name in polars_schema("vault.org") if name not in org.columns]
        frames["org"] = org.with_columns(pl.lit(None).alias(name) for name in missing)
    return write(folder, frames, settings=settings or Settings(time_zone=zone))


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number)


def monday(year: int, month: int, number: int) -> date:
    return date(year, month, number)
