"""Tables told by the names of their columns, as most logs of an admin console and lists of people are."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import table_rows, tables
from analytics.readers.base import NOTHING_SAID, Sink, UnreadableExport
from analytics.readers.headers import Aliases, Assigned, account_for_others, assign, may_assign

if TYPE_CHECKING:
    from analytics.readers.files import Source

Fits = Callable[[list[str]], bool]  # says whether these cells are the header


def names(aliases: Aliases, enough: Callable[[set[str]], bool]) -> Fits:
    """Return what says whether cells name enough of the fields."""
    return lambda cells: may_assign(cells, aliases, enough, NOTHING_SAID)


def has_header(source: "Source", fits: Fits) -> bool:
    """Say whether some first row fits; never raises."""
    try:
        return any(fits(row.cells) for row in table_rows.preview(source))
    except UnreadableExport:
        return False


def open_under(source: "Source", sink: Sink, fits: Fits) -> tables.Table:
    """Open the table under its first row that fits; raises as tables.open_table, and no_rows where none fits."""

    def choose(rows: list[table_rows.Row]) -> tables.Header:
        header = tables.find_header(rows, fits)
        if header is None:
            raise tables.no_rows(source.name)
        return header

    return tables.open_table(source, sink, choose)


def read_fields(
    source: "Source", sink: Sink, fits: Fits, aliases: Aliases, unread: frozenset[str] = frozenset()
) -> tuple[pl.DataFrame, Assigned]:
    """Return line and every field but the unread as text, null where the table lacks it, and which column each is.

    What else the table holds is passed over and named. Raises as `open_under`, and no_rows for a header alone.
    """
    table = open_under(source, sink, fits)
    assigned = assign(table.header.names, aliases, file=source.name)
    account_for_others(assigned, sink)
    none = pl.lit(None, pl.String)
    cells = {
        f: pl.col(f"c{assigned.at[f]}") if f in assigned.at else none
        for f in aliases
        if f not in unread
    }
    batches = [batch.select("line", **cells) for batch in table.batches(sink)]
    if not batches:
        raise tables.no_rows(source.name)
    return pl.concat(batches), assigned
