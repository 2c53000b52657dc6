"""Who has an account in a Discourse forum, and how much did they read and write? Its list of users, as CSV.

From Admin, Users, Export. The counts are Discourse's own, from the first day of the account to the day of the export,
which is taken to be the day somebody was last seen. Addresses of computers are not read.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import dates, table_rows, tables, told
from analytics.readers.act import address
from analytics.readers.base import Format, Options, Sink, UnreadableExport
from analytics.schema import polars_schema

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="discourse_users",
    title="Discourse list of users (CSV)",
    tool="discourse",
    provides=frozenset({"seats", "counts"}),
    versions="with and without names, secondary addresses and fields of one's own",
    is_seen=False,
)
NEEDED = ("id", "username", "trust_level", "time_read", "created_at")
MEASURES = {
    "topics_entered": "topics_entered",
    "posts_read_count": "posts_read_count",
    "time_read": "time_read_seconds",
    "topic_count": "topic_count",
    "post_count": "post_count",
    "likes_given": "likes_given",
    "likes_received": "likes_received",
}
KEPT = {
    *NEEDED, *MEASURES, "name", "email", "last_seen_at", "suspended_till", "active", "staged",
}  # fmt: skip


def identify(source: "Source") -> bool:
    """Say whether the header is that of the list of users."""
    return told.has_header(source, _fits)


def _fits(cells: list[str]) -> bool:
    return set(NEEDED) <= set(cells)


def read(source: "Source", sink: Sink, options: Options) -> None:
    """Hand over accounts and their counts; raises UnreadableExport for a table without a row."""
    table = tables.open_table(source, sink, _header)
    at = {name: i for i, name in reversed(list(enumerate(table.header.names))) if name in KEPT}
    sink.columns = {name: name for name in at}
    others = [name for name in table.header.names if name not in at]
    sink.ignored += others
    if others:
        sink.warn("column_ignored", len(others))
    frames = [
        batch.select("line", *(pl.col(f"c{i}").alias(name) for name, i in at.items()))
        for batch in table.batches(sink)
    ]
    if not frames:
        raise tables.no_rows(source.name)
    people = _once(_known(pl.concat(frames), at), sink)
    tool = options.tool or FORMAT.tool
    sink.stored += people.height
    accounts = _accounts(people)
    if bots := accounts.filter(kind="bot").height:
        sink.warn("non_human_flagged", bots)
    _add(sink, "account", accounts, tool)
    _add(sink, "usage", _counts(people, sink), tool)


def _header(rows: list[table_rows.Row]) -> tables.Header:
    header = tables.find_header(rows, _fits)
    if header is None:
        raise UnreadableExport("column_missing", "This is no list of Discourse users.")
    return replace(header, may_lack=1)  # who is in no group has no cell for groups


def _known(people: pl.DataFrame, at: dict[str, int]) -> pl.DataFrame:
    absent = [pl.lit(None, pl.String).alias(name) for name in sorted(KEPT - at.keys())]
    people = people.with_columns(absent)
    for name in ("created_at", "last_seen_at", "suspended_till"):
        found = dates.instants(people.get_column(name), None).get_column("at")
        people = people.with_columns(found.alias(name))
    return people


def _once(people: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Keep one row an id; rows without one or without a first day are set apart."""
    has_id, has_day = pl.col("id").is_not_null(), pl.col("created_at").is_not_null()
    for bad, code in ((~has_id, "row_incomplete"), (has_id & ~has_day, "date_invalid")):
        for line in people.filter(bad).get_column("line"):
            sink.reject(f"line {line}", code)
    good = people.filter(has_id, has_day)
    again = good.filter(~pl.col("id").is_first_distinct())
    if again.height:
        sink.duplicates += again.height
        sink.warn("duplicate_dropped", again.height)
    return good.unique("id", keep="first", maintain_order=True)


def _accounts(people: pl.DataFrame) -> pl.DataFrame:
    is_bot = pl.col("id").str.starts_with("-")
    is_staged = _is_yes("staged")
    today = pl.col("last_seen_at").max()
    is_out = (pl.col("suspended_till") > today).fill_null(False) | ~_is_yes("active", if_empty=True)
    return people.select(
        account="id",
        email=pl.Series([address(email) for email in people.get_column("email")], dtype=pl.String),
        name=pl.coalesce("name", "username"),
        kind=pl.when(is_bot)
        .then(pl.lit("bot"))
        .when(is_staged)
        .then(pl.lit("guest"))
        .otherwise(pl.lit("human")),
        has_seat=~(is_bot | is_staged | is_out),
        time_zone=pl.lit(None),
        left_on=pl.lit(None),
    ).sort("account")


def _is_yes(column: str, *, if_empty: bool = False) -> pl.Expr:
    return pl.col(column).str.to_lowercase().is_in(["true", "t", "1"]).fill_null(if_empty)


def _counts(people: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Return the counts from each account's first day to the day after the last one seen in the file."""
    until = pl.coalesce(pl.col("last_seen_at").max(), pl.col("created_at").max()).dt.date()
    numbers = [pl.col(column).cast(pl.Float64, strict=False).alias(measure) for column, measure in MEASURES.items()]  # fmt: skip
    counts = people.with_columns(valid_to=until.dt.offset_by("1d")).select(
        "valid_to",
        *numbers,
        account="id",
        space=pl.lit(None),
        valid_from=pl.col("created_at").dt.date(),
    )
    unread = sum(
        people.get_column(column).count() - counts.get_column(measure).count()
        for column, measure in MEASURES.items()
    )
    if unread:
        sink.warn("field_ignored", unread)
    index = ["account", "space", "valid_from", "valid_to"]
    long = counts.unpivot(index=index, variable_name="measure", value_name="value")
    usable = pl.col("value").is_finite() & (pl.col("value") >= 0) & (pl.col("valid_from") < pl.col("valid_to"))  # fmt: skip
    return long.filter(usable).sort("account", "measure")


def _add(sink: Sink, table: str, rows: pl.DataFrame, tool: str | None) -> None:
    schema = polars_schema(f"export.{table}")
    sink.add(
        table, rows.with_columns(tool=pl.lit(tool)).select(list(schema)).cast(pl.Schema(schema))
    )
