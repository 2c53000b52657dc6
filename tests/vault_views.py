"""Vault-shaped views for tests of metrics: written as Parquet, read by DuckDB, as in a workspace."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl

from analytics.metrics.org_tree import OrgTree
from analytics.schema import polars_schema
from tests.reading import Outcome

FAR = {"valid_from": pl.date(1900, 1, 1), "valid_to": pl.date(9999, 12, 31)}


def with_periods(frame: pl.DataFrame) -> pl.DataFrame:
    """Add day, week, month, quarter, second_of_day and dow from `us`: whole weeks, the Thursday decides."""
    moment = pl.from_epoch("us", time_unit="us")
    frame = frame.with_columns(day=moment.dt.date()).with_columns(
        week=pl.col("day").dt.truncate("1w")
    )
    thursday = pl.col("week") + timedelta(days=3)

    def block(every: str) -> pl.Expr:
        first = thursday.dt.truncate(every)
        return first + pl.duration(days=(11 - first.dt.weekday().cast(pl.Int64)) % 7 - 3)

    return frame.with_columns(
        month=block("1mo"),
        quarter=block("1q"),
        second_of_day=(pl.col("us") // 1_000_000 % 86_400).cast(pl.Int32),
        dow=pl.col("day").dt.weekday().cast(pl.Int32),
    )


def conform(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return exactly the columns of vault.<table>; those that are missing are null."""
    schema = polars_schema(f"vault.{table}")
    missing = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
        if name not in frame.columns
    ]
    return frame.with_columns(missing).select(
        pl.col(name).cast(dtype) for name, dtype in schema.items()
    )


def connect(folder: Path, **frames: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """Return a connection with a view of every vault table; tables not given are empty."""
    con = duckdb.connect()
    for table in (
        "person",
        "org",
        "seat",
        "gap",
        "space",
        "membership",
        "event",
        "delivery",
        "usage",
    ):
        frame = frames.get(table, pl.DataFrame(schema=polars_schema(f"vault.{table}")))
        conform(table, frame).write_parquet(folder / f"{table}.parquet")
        con.execute(f"create view {table} as from read_parquet('{folder / f'{table}.parquet'}')")
    return con


def mail(messages: pl.DataFrame, org: pl.DataFrame, folder: Path) -> duckdb.DuckDBPyConnection:
    """Views of a mail log `us`, `actor`, `person` (in the order of the log) and an org file `person`, `manager`.

    Rows of one sender and second are one act; acts of one second keep their order in the log by running microseconds.
    """
    acts = (
        messages.with_row_index("row")
        .group_by("actor", "us", maintain_order=True)
        .agg(pl.col("row").min())
    )
    acts = acts.sort("us", "row").with_columns(
        event=pl.int_range(pl.len()), moment=pl.col("us") + pl.int_range(pl.len()).over("us")
    )
    found = messages.join(acts, on=["actor", "us"], maintain_order="left").with_columns(
        us=pl.col("moment")
    )
    extra = {"tool": pl.lit("mail"), "action": pl.lit("email")}
    delivery = with_periods(found).with_columns(
        **extra, how=pl.lit("to"), copy=pl.int_range(pl.len()).over("event", "person")
    )
    event = with_periods(acts.with_columns(us=pl.col("moment"))).with_columns(
        **extra, is_timed=pl.lit(True)
    )
    people = sorted({*messages["actor"], *messages["person"], *org["person"]})
    person = pl.DataFrame({"person": people}).with_columns(
        kind=pl.lit("human"), time_zone=pl.lit("UTC"), zone_known=pl.lit(True), in_org=pl.lit(True)
    )
    tree = OrgTree.grow(org.select("person", "manager"))
    level = pl.DataFrame({"person": tree.ids, "level": tree.depth, "branch": tree.ids[tree.branch]})
    org = org.join(level, on="person", how="left").with_columns(**FAR)
    return connect(folder, person=person, org=org, event=event, delivery=delivery)


def manufacturing(
    shared: Path, folder: Path, release: str = "communication.csv"
) -> duckdb.DuckDBPyConnection:
    """Views of the factory's mail with its org file; every row kept, repeats too."""
    data = shared / "data/manufacturing_email"
    if release.endswith(".csv"):
        log = pl.read_csv(data / release, try_parse_dates=True)
        log = log.select(us=pl.col("time").dt.epoch("us"), actor="actor1", person="actor2")
    else:
        log = pl.read_csv(
            data / release,
            separator=" ",
            has_header=False,
            new_columns=["actor", "person", "us", "mail"],
        )
        log = log.select(pl.col("us") * 1_000_000, "actor", "person").filter(
            pl.col("actor") != pl.col("person")
        )
    reports = pl.read_csv(data / "reportsto_full.csv", infer_schema=False)
    org = reports.select(
        person=pl.col("ID").cast(pl.Int64),
        manager=pl.col("ReportsToID").cast(pl.Int64, strict=False),
    )
    return mail(log, org, folder)


def as_kept(found: Outcome, folder: Path) -> duckdb.DuckDBPyConnection:
    """Views of the accounts and counts that a reader gave, one person an account, as the store would keep them alone."""
    accounts = found.table("account")
    numbers = accounts.select("account").unique().sort("account").with_row_index("person")
    keyed = accounts.join(numbers, on="account").cast({"person": pl.Int64})
    person = keyed.unique("person", keep="first").select("person", "kind")
    seat = keyed.filter("has_seat").select("tool", "person", **FAR)
    seat = seat.with_columns(
        valid_to=keyed.filter("has_seat").get_column("left_on").fill_null(date(9999, 12, 31))
    )
    usage = found.table("usage").join(numbers, on="account", how="left")
    person = person.with_columns(time_zone=pl.lit("UTC"), zone_known=True, in_org=False)
    return connect(folder, person=person, seat=seat, usage=usage.drop("space"))
