"""Which address is whose Slack account: the list of members that a Slack workspace exports (Manage members, Export).

It tells the addresses that Slack's exports mostly lack, so that accounts find their people in the HR file by themselves.
Deactivated members and those who never came are kept without a seat. How they sign in is not read.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import told
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import Aliases
from analytics.readers.people.directory import clean_address
from analytics.schema import polars_schema

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="slack_users",
    title="Slack list of members (CSV)",
    tool="slack",
    provides=frozenset({"seats"}),
    versions="the list of the page Manage members, in English as Slack writes it whatever the language.",
    is_seen=False,
)
ALIASES: Aliases = {
    "account": ("userid", "user id"),
    "email": ("email",),
    "name": ("fullname", "full name"),
    "shown": ("displayname", "display name"),
    "status": ("status",),
}
NEEDED = {"account", "email", "shown"}
FITS = told.names(ALIASES, lambda fields: fields >= NEEDED)
ID = r"^[UW][A-Z0-9]{6,}$"
NOT_OPEN = r"(?i)deactivated|inactive|invited|pending|deleted"


def identify(source: "Source") -> bool:
    """Say whether a first row names Slack's id, the address and the shown name."""
    return told.has_header(source, FITS)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account; raises UnreadableExport when the table has no rows."""
    rows, _ = told.read_fields(source, sink, FITS, ALIASES)
    known = pl.col("account").str.contains(ID).fill_null(value=False)
    for line in rows.filter(~known)["line"]:
        sink.reject(f"line {line}", "row_incomplete")
    rows = rows.filter(known)
    again = ~pl.col("account").is_first_distinct()
    if copies := rows.filter(again).height:
        sink.warn("duplicate_dropped", copies)
        sink.duplicates += copies
    rows = rows.filter(~again)
    status = pl.col("status").fill_null("")
    kind = (
        pl.when(status.str.contains(r"(?i)\bbot\b"))
        .then(pl.lit("bot"))
        .when(status.str.contains("(?i)guest|restricted"))
        .then(pl.lit("guest"))
        .otherwise(pl.lit("human"))
    )
    accounts = rows.with_columns(
        tool=pl.lit(options.tool or FORMAT.tool),
        email=clean_address("email"),
        name=pl.coalesce("name", "shown"),
        kind=kind,
        has_seat=~status.str.contains(NOT_OPEN) & (kind != "bot"),
        time_zone=pl.lit(None, pl.String),
        left_on=pl.lit(None, pl.Date),
    )
    if bots := accounts.filter(pl.col("kind") == "bot").height:
        sink.warn("non_human_flagged", bots)
    sink.add("account", accounts.select(list(polars_schema("export.account"))).sort("account"))
    sink.stored += accounts.height
