"""From a list of users, as administrators export it, to accounts of the tools and to places in the organisation."""

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import hr_people, tables, told
from analytics.readers.base import Options, Sink
from analytics.readers.headers import Aliases, account_for_others, assign
from analytics.readers.hr_columns import ALIASES, is_directory
from analytics.readers.hr_managers import MANAGER_FIELDS
from analytics.schema import polars_schema

if TYPE_CHECKING:
    from analytics.readers.files import Source

NOT_READ = ("month", "year", "log_sender", "log_recipient", "written_level", "status")
HALVES = ("first_name", "last_name")
NO_TOOL = "directory"  # where accounts are listed whose licences are not


def identify(source: "Source", format_id: str) -> bool:
    """Say whether some first row is the header of this directory's list."""
    return told.has_header(source, partial(is_directory, which=format_id))


def read_users(source: "Source", sink: Sink, format_id: str, more: Aliases) -> pl.DataFrame:
    """Return place and the columns of a directory as text; `more` are columns of this directory alone."""
    table = told.open_under(source, sink, partial(is_directory, which=format_id))
    usual = {field: names for field, names in ALIASES.items() if field not in NOT_READ}
    assigned = assign(table.header.names, {**more, **usual}, file=source.name)
    account_for_others(assigned, sink)
    users = hr_people.columns(table, assigned, sink)
    if users.is_empty() and not sink.rejected:
        raise tables.no_rows(source.name)
    return users


def hand_over(users: pl.DataFrame, sink: Sink, options: Options, source: "Source") -> None:
    """Hand over accounts and org.

    Takes place, account, kind, tools (list, the tools that the licences open), is_open, and columns of a staff list.
    Only people whose account is open get a place in the organisation; all keep their account.
    """
    nobody = pl.col("account").is_null()
    if places := users.filter(nobody).get_column("place").to_list():
        sink.reject_many(places, "row_incomplete")
    users = users.filter(~nobody)
    again = ~pl.col("account").is_first_distinct()
    if copies := users.filter(again).height:
        sink.warn("duplicate_dropped", copies)
        sink.duplicates += copies
    users = users.filter(~again)
    _accounts(users, sink)
    told = {"department", *MANAGER_FIELDS} & set(users.columns)
    staff = users.filter((pl.col("kind") == "human") & pl.col("is_open") & bool(told))
    sink.stored += users.height - staff.height
    provides = frozenset({"seats"}) if users.get_column("tools").list.len().sum() else frozenset()
    if staff.height:
        keep = [name for name in staff.columns if name in (*hr_people.KEPT, *HALVES)]
        hr_people.hand_over(staff.select("place", *keep), sink, options, source.name)
        provides |= sink.provides or frozenset()
    sink.provides = provides


def _accounts(users: pl.DataFrame, sink: Sink) -> None:
    halves = [pl.col(half) for half in HALVES if half in users.columns]
    whole = [pl.col("name")] if "name" in users.columns else []
    joined = (
        [pl.concat_str(halves, separator=" ", ignore_nulls=True).replace("", None)]
        if halves
        else []
    )
    has_seat = (pl.col("tools").list.len() > 0) & pl.col("is_open") & (pl.col("kind") != "service")
    listed = users.with_columns(
        has_seat=has_seat,
        name=pl.coalesce(*whole, *joined, pl.lit(None, pl.String)),
        tools=pl.when(pl.col("tools").list.len() > 0)
        .then("tools")
        .otherwise(pl.lit([NO_TOOL], pl.List(pl.String))),
        time_zone=pl.lit(None, pl.String),
        left_on=pl.lit(None, pl.Date),
    )
    accounts = (
        listed.explode("tools")
        .rename({"tools": "tool"})
        .select(list(polars_schema("export.account")))
    )
    sink.add("account", accounts.sort("tool", "account"))
    if others := users.filter(pl.col("kind") == "service").height:
        sink.warn("non_human_flagged", others)


def clean_address(name: str) -> pl.Expr:
    """Return a column of addresses trimmed and casefolded; null where it holds none."""
    text = pl.col(name).str.to_lowercase().str.strip_chars()
    return pl.when(text.str.contains("@", literal=True)).then(text)


def without_names(users: pl.DataFrame) -> pl.Expr:
    """Say whether nobody is named: no first and no last name where the list has such columns."""
    halves = [pl.col(half).is_null() for half in HALVES if half in users.columns]
    return pl.all_horizontal(halves) if len(halves) == len(HALVES) else pl.lit(False)
