"""Message traces of Exchange Online: of Get-MessageTrace and its second version, and historical searches.

They tell who wrote to whom and when, also what never stayed in a mailbox; subjects are passed over. What was answered
they do not tell. Only what was delivered counts; what came through a distribution list reaches no one in person.
Download the CSV from the admin centre (Mail flow, Message trace), or use Export-Csv.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import told
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import Aliases
from analytics.readers.mail import log_rows

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="exchange_trace",
    title="Exchange message trace (CSV)",
    tool="mail",
    provides=frozenset({"acts", "recipients"}),
    versions="Get-MessageTrace, Get-MessageTraceV2, historical search summary and extended; UTF-8 or UTF-16.",
    is_seen=False,
)
ALIASES: Aliases = {
    "time": (
        "received", "date time utc", "origin timestamp utc", "origin timestamp", "received utc", "date utc", "date",
    ),
    "sender": ("sender address", "sender"),
    "recipient": ("recipient address", "recipient"),
    "statuses": ("recipient status",),
    "status": ("status", "delivery status"),
    "event": ("event id",),
    "list": ("related recipient address",),
    "id": ("message id",),
    "network_id": ("network message id", "message trace id"),
}  # fmt: skip
# who also has other files: these alone are a log of messages of any kind
CERTAIN = frozenset({"statuses", "event", "network_id"})
LIMITS = (1_000, 5_000)  # a query stops there without a word
DELIVERED = r"(?i)^(delivered|deliver|send|getting ?status|resolved)$"
STATUS_DELIVERED = r"(?i)(deliver|send)[^,]*$"
IN, OUT = ("RECEIVE", "SUBMIT"), ("DELIVER", "SEND")


def _enough(fields: set[str]) -> bool:
    """Say whether a table with these fields is a trace."""
    return (
        {"time", "sender"} <= fields
        and bool(fields & {"recipient", "statuses"})
        and bool(fields & CERTAIN)
    )


FITS = told.names(ALIASES, _enough)


def identify(source: "Source") -> bool:
    """Say whether a first row names the columns of one of the traces."""
    return told.has_header(source, FITS)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over mails and whom they reached; raises UnreadableExport when no row may be kept."""
    rows, assigned = told.read_fields(source, sink, FITS, ALIASES)
    rows = rows.with_columns(
        sender=log_rows.address(pl.col("sender")), id=pl.coalesce("id", "network_id")
    )
    if rows.height in LIMITS:
        sink.warn("incomplete_page")
    rows = rows.hstack(log_rows.instants(rows["time"], options, sink))
    fields = set(assigned.at)
    if "event" in fields:
        rows = _of_transport(rows, sink)
    elif "statuses" in fields and "recipient" not in fields:
        rows = _of_summary(rows, sink)
    else:
        rows = _of_recipients(rows, sink)
    log_rows.hand_over(rows, Acts(sink, options.tool or "mail"), sink)


def _pass_over(rows: pl.DataFrame, kept: pl.Expr, sink: Sink) -> pl.DataFrame:
    """Return the rows to keep; the others, failed or steps on the way, are counted as no records."""
    left = rows.filter(kept)
    if passed := rows.height - left.height:
        sink.non_records += passed
        sink.warn("event_not_counted", passed)
    return left


def _of_recipients(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """One row a recipient: what was delivered; Expanded is a distribution list, whose members have rows of their own."""
    rows = rows.with_columns(recipient=log_rows.address(pl.col("recipient")))
    rows = log_rows.with_ids(log_rows.set_apart(rows, sink), sink)
    is_list = pl.col("status").str.contains("(?i)^expanded$").fill_null(False)
    if lists := int(rows.select(is_list.sum()).item()):
        sink.warn("mass_mail_flagged", lists)
    kept = pl.col("status").is_null() | pl.col("status").str.contains(DELIVERED)
    return log_rows.without_repeats(_pass_over(rows, kept, sink), sink)


def _of_summary(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """One row a mail: `anna@acme.example##Receive, Deliver;ben@acme.example##Receive, Fail`."""
    reached = (
        pl.col("statuses")
        .str.split(";")
        .list.eval(
            pl.when(pl.element().str.contains(STATUS_DELIVERED)).then(pl.element()).drop_nulls()
        )
        .list.eval(log_rows.address(pl.element().str.split("##").list.first()).drop_nulls())
    )
    told = rows.with_columns(recipient=log_rows.address(pl.col("statuses")), reached=reached)
    told = log_rows.with_ids(log_rows.set_apart(told, sink), sink)
    told = _pass_over(told, pl.col("reached").list.len() > 0, sink)
    once = told.unique("id", keep="first", maintain_order=True)
    if repeats := told.height - once.height:
        sink.duplicates += repeats
        sink.warn("duplicate_dropped", repeats)
    rows = once.with_columns(recipient="reached").explode("recipient")
    sink.stored -= rows.height - once.height  # counted in rows of the file
    return rows.drop("reached")


def _of_transport(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Many rows a mail, one a step: whom DELIVER and SEND name of mails that also came in."""
    event = pl.col("event").str.to_uppercase()
    rows = rows.with_columns(
        all=pl.col("recipient"), recipient=log_rows.address(pl.col("recipient"))
    )
    rows = log_rows.with_ids(log_rows.set_apart(rows, sink), sink)
    is_whole = event.is_in(IN).any().over("id") & event.is_in(OUT).any().over("id")
    members = (
        rows.filter(event == "EXPAND")
        .select("id", recipient=_addresses(pl.col("all")))
        .explode("recipient")
        .drop_nulls()
        .unique()
    )
    if members.height:
        sink.warn("mass_mail_flagged", members["id"].n_unique())
    first = rows.group_by("id").agg(pl.col("at").min())
    steps = _pass_over(rows, is_whole & event.is_in(OUT), sink)
    named = steps.with_columns(recipient=_addresses(pl.col("all"))).explode("recipient")
    once = named.unique(["id", "recipient"], keep="first", maintain_order=True)
    sink.stored += steps.height - once.height  # counted in rows of the file
    known = once.join(members.with_columns(is_member=pl.lit(True)), on=["id", "recipient"], how="left", maintain_order="left")  # fmt: skip
    return (
        known.with_columns(recipient=pl.when(pl.col("is_member").is_null()).then("recipient"))
        .drop("at", "all", "is_member")
        .join(first, on="id", maintain_order="left")
    )


def _addresses(cell: pl.Expr) -> pl.Expr:
    """Return all addresses of a cell, casefolded."""
    return cell.str.to_lowercase().str.extract_all(log_rows.ADDRESS)
