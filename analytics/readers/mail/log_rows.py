"""Rows of a server's mail log, one a recipient, to mails: what the readers of such logs share."""

import polars as pl

from analytics.readers import dates
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Options, Sink
from analytics.readers.log_columns import SYSTEM_ACCOUNT

ADDRESS = r"([^\s<>;,\"'()]+@[^\s<>;,\"'()]+)"
MASS_FROM = 25  # as everywhere: from here on nobody collaborates


def instants(text: pl.Series, options: Options, sink: Sink) -> pl.DataFrame:
    """Return at (UTC) and problem of each cell; without an offset the logs mean UTC.

    Day and month as said by hand, else as proved by the column, else month first, as such logs are mostly written.
    """
    proof = dates.prove(text)
    order = dates.ORDERS.get(options.columns.get("dates", "").casefold()) or proof.order
    if proof.written and order is None:
        sink.warn("dates_ambiguous")
    return dates.instants(text, order or "mdy").select("at", "problem")


def address(cell: pl.Expr) -> pl.Expr:
    """Return the address in a cell, casefolded; null where there is none."""
    return cell.str.extract(ADDRESS).str.to_lowercase()


def set_apart(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Return the rows that can be used, of line, at, problem, sender, recipient; the others are rejected by line."""
    code = (
        pl.when(pl.col("at").is_null())
        .then(pl.lit("timestamp_invalid"))
        .when(pl.col("sender").is_null())
        .then(pl.lit("author_missing"))
        .when(pl.col("recipient").is_null())
        .then(pl.lit("recipient_missing"))
    )
    rows = rows.with_columns(code=code)
    for (why,), part in rows.filter(pl.col("code").is_not_null()).group_by(
        "code", maintain_order=True
    ):
        sink.reject_many([f"line {line}" for line in part["line"]], str(why))
    return rows.filter(pl.col("code").is_null()).drop("code")


def without_repeats(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Return one row a mail and recipient; the others are counted as repeats."""
    once = rows.unique(["id", "recipient"], keep="first", maintain_order=True)
    if repeats := rows.height - once.height:
        sink.duplicates += repeats
        sink.warn("duplicate_dropped", repeats)
    return once


def with_ids(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Return the rows with the message id without brackets; where it is missing, one of sender and time."""
    missing = rows["id"].null_count()
    if missing:
        sink.warn("id_derived", missing)
    derived = pl.format("{} {}", "sender", "at")
    return rows.with_columns(id=pl.coalesce(pl.col("id").str.strip_chars("<> "), derived))


def hand_over(rows: pl.DataFrame, acts: Acts, sink: Sink) -> None:
    """Hand over the mails of rows of line, id, at, sender, recipient (null = a list, its members are others' rows)."""
    mails = (
        rows.group_by("id", maintain_order=True)
        .agg(
            pl.col("line").first(),
            pl.col("at").min(),
            pl.col("sender").first(),
            pl.col("recipient").drop_nulls(),
            rows=pl.len(),
        )
        .with_columns(us=pl.col("at").dt.epoch("us"))
    )
    if masses := int((mails["recipient"].list.len() > MASS_FROM).sum()):
        sink.warn("mass_mail_flagged", masses)
    people = pl.concat([rows["sender"], rows["recipient"].drop_nulls()]).unique().sort()
    services = set(people.filter(people.str.contains(SYSTEM_ACCOUNT)))
    for account in people:
        acts.account(account, email=account, kind="service" if account in services else None)
    for line, key, us, sender, recipients, count in mails.select(
        "line", "id", "us", "sender", "recipient", "rows"
    ).iter_rows():
        before = sink.rejected.total()
        acts.add(
            Act(place=f"line {line}", key=key, us=us, actor=sender, action="email", to=recipients)
        )
        if sink.rejected.total() == before:
            sink.stored += count - 1  # a mail is kept with all its rows
        else:
            sink.reject_many([f"line {line}"] * (count - 1), "timestamp_out_of_range")
    acts.finish()
