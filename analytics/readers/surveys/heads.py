"""How is a survey's table opened, whose header may be one, two or three rows of long texts?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import forbidden, table_rows, tables
from analytics.readers.base import Sink, UnreadableExport
from analytics.readers.surveys.sheet import is_sentence

if TYPE_CHECKING:
    from analytics.readers.files import Source

Find = Callable[[list[table_rows.Row]], "list[table_rows.Row] | None"]


@dataclass(frozen=True)
class Opened:
    """The header rows, each as wide as the table, and the rows below them: line and c0, c1, …."""

    heads: list[list[str]]
    rows: pl.DataFrame
    place: str


def fits(source: "Source", find: Find) -> bool:
    """Say whether the first rows hold such a header; never raises."""
    try:
        return find(table_rows.preview(source)) is not None
    except UnreadableExport:
        return False


def open_sheet(
    source: "Source",
    sink: Sink,
    find: Find,
    is_asked: Callable[[str], bool] = is_sentence,
) -> Opened:
    """Read the whole table; raises what tables.open_table does, and no_rows.

    `is_asked` tells the names of columns that are questions put to people.
    """
    found: list[table_rows.Row] = []

    def choose(rows: list[table_rows.Row]) -> tables.Header:
        found[:] = find(rows) or []
        if not found:
            raise tables.no_rows(source.name)
        names = _padded(found[0].cells, found)
        return tables.Header(names, found[0].line, found[0].part)

    table = tables.open_table(source, sink, choose, is_asked)
    heads = [_padded(row.cells, found) for row in found]
    for names in heads[1:]:
        short = ["" if is_asked(name) else name for name in names]
        forbidden.refuse_columns(short, source.name)
    batches = [
        batch.filter(pl.col("line") > found[-1].line)
        for batch in table.batches(sink)
        if batch.height
    ]
    if not any(batch.height for batch in batches):
        raise tables.no_rows(source.name)
    return Opened(heads, pl.concat(batches), table.place)


def _padded(cells: Sequence[str], rows: Sequence[table_rows.Row]) -> list[str]:
    width = max(len(row.cells) for row in rows)
    return [*cells, *[""] * (width - len(cells))]
