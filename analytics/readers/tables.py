"""What lies in a tabular file, text, workbook or Parquet alike: its header, and its rows as checked text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import csv_text, forbidden, prose, table_rows, xlsx_sheet
from analytics.readers.base import Sink, UnreadableExport
from analytics.readers.headers import found_names, looks_like_header

if TYPE_CHECKING:
    from analytics.readers.files import Source

MOST_COLUMNS = 1_000


@dataclass(frozen=True)
class Header:
    """The names of the columns and the line they stand in: data begin on the line after.

    `may_lack`: how many cells at their end rows of a text may leave out.
    """

    names: list[str]
    line: int
    part: str
    may_lack: int = 0


Choose = Callable[
    [list[table_rows.Row]], Header
]  # raises UnreadableExport when no row can be the header


@dataclass(frozen=True)
class Table:
    """A table that may be read several times; `place` is what its reports call a row."""

    header: Header
    place: str
    read: Callable[[csv_text.Reject], Iterator[pl.DataFrame]]

    def batches(self, sink: Sink | None = None) -> Iterator[pl.DataFrame]:
        """Yield frames of line and c0, c1, …: trimmed text, null for an empty cell, no empty row.

        Rows that cannot be told apart into cells go to the sink as rejects; without a sink they are skipped.
        """
        names = [f"c{i}" for i in range(len(self.header.names))]
        for frame in self.read(sink.reject if sink else _forget):
            trimmed = frame.filter(pl.col("line") > self.header.line).with_columns(
                pl.col(names).str.strip_chars()
            )
            filled = trimmed.with_columns(pl.when(pl.col(names) != "").then(pl.col(names)))
            filled = filled.filter(pl.any_horizontal(pl.col(names).is_not_null()))
            if filled.height:
                yield filled


def _forget(place: str, code: str) -> None:
    pass


def find_header(rows: list[table_rows.Row], fits: Callable[[list[str]], bool]) -> Header | None:
    """Return the first row that fits as a header."""
    row = next((row for row in rows if fits(row.cells)), None)
    return Header(row.cells, row.line, row.part) if row else None


def numeric_header(rows: list[table_rows.Row]) -> Header | None:
    """Return column1, column2, … for a table of at least three columns of numbers that has no header."""
    for row in rows:
        if row.cells[0][:1] in ("%", "#"):  # comments above the edges of a network file
            continue
        if len(row.cells) > 2 and all(cell.replace(".", "", 1).isdigit() for cell in row.cells):  # noqa: PLR2004
            names = [f"column{i + 1}" for i in range(len(row.cells))]
            return Header(names, row.line - 1, row.part)
        return None
    return None


def header_rows(rows: list[table_rows.Row]) -> list[list[str]]:
    """Return the cells of every row that could be the header, with the names that stand in for one in columns of numbers."""
    numeric = numeric_header(rows)
    return [*(row.cells for row in rows), *([list(numeric.names)] if numeric else [])]


def open_table(
    source: "Source", sink: Sink, choose: Choose, is_asked: Callable[[str], bool] = lambda _: False
) -> Table:
    """Open a table after its header was chosen among the first rows; warnings about its form go to the sink.

    `is_asked` tells columns whose name is a question put to people: such a name claims nothing of what the column holds.
    Raises UnreadableExport: not_csv, file_empty, forbidden_content, too_many_columns, no_rows, those of
    xlsx_sheet.check, and what `choose` raises.
    """
    refuse_unreadable(source)
    form = table_rows.kind(source)
    codec, mark = "utf-8", 0
    if form == "text":
        with source.open() as stream:
            codec, mark = csv_text.encoding(stream)
        if codec == "cp1252":
            sink.warn("encoding_converted")
    first = table_rows.preview(source, codec)
    header = choose(first)
    sink.header = tuple(header.names) if looks_like_header(header.names) else ()
    forbidden.refuse_columns(["" if is_asked(name) else name for name in header.names], source.name)
    _refuse_headers(source, first, is_asked)
    if len(header.names) > MOST_COLUMNS:
        raise UnreadableExport(
            "too_many_columns",
            f"{source.name}: the table has more than {MOST_COLUMNS:,} columns. "
            "Export only the columns that are needed and import again.",
        )
    # a title has no separator of its own to share with the header; rows of other sheets are not above it
    rows = [row for row in first if form == "text" or row.part == header.part]
    above = sum(row.line < header.line for row in rows)
    if above:
        sink.warn("header_row_detected")
        sink.non_records += above
    if form == "text":
        return Table(
            header, "line", lambda reject: _text_frames(source, codec, mark, header, reject)
        )
    if form == "parquet":
        return Table(header, "row", lambda _: table_rows.parquet_frames(source))
    sheet = table_rows.sheets(source, sink)[int(header.part)]
    beyond = sheet.drop("line").select(pl.nth(range(len(header.names), sheet.width - 1)))
    for number, column in enumerate(beyond.get_columns(), start=len(header.names) + 1):
        if (column.fill_null("") != "").any():
            sink.warn("column_ignored")
            sink.ignored.append(f"column {number}")
    return Table(header, "line", lambda _: iter([table_rows.as_wide(sheet, len(header.names))]))


def refuse_unreadable(source: "Source") -> None:
    """Raise UnreadableExport for a file that is empty, is no table at all, or is a broken workbook."""
    head = source.head() if source.kind in ("file", "xlsx") else b""
    for mark, _ in csv_text.BOMS:
        head = head.removeprefix(mark)
    if (
        source.kind == "file"
        and not head.strip(b"\x00\r\n\t ")
        and source.size <= max(len(head), 4)
    ):
        raise UnreadableExport(
            "file_empty",
            f"{source.name}: the file is empty. Export it again and import the new file.",
        )
    form = table_rows.kind(source)
    if form == "xlsx":
        with source.open() as stream:
            xlsx_sheet.check(stream, source.name)
    what = next((what for magic, what in table_rows.BINARY.items() if head.startswith(magic)), None)
    if form == "other" and what:
        raise UnreadableExport(
            "not_csv",
            f"{source.name}: the content is {what}, not the text of a table. "
            "Unpack it, or export the table as CSV or XLSX, and import that.",
        )


def refuse_forbidden(source: "Source") -> None:
    """Raise UnreadableExport(forbidden_content) by what a table, or any sheet of a workbook, claims to hold."""
    try:
        rows = table_rows.preview(source)
    except UnreadableExport:
        return  # its reader says what is wrong with it
    _refuse_headers(source, rows)


def _refuse_headers(
    source: "Source", rows: list[table_rows.Row], is_asked: Callable[[str], bool] = lambda _: False
) -> None:
    # lines of a text differ in their separators, sheets are tables of their own
    is_text = table_rows.kind(source) == "text"
    cells = [[cell for cell in row.cells if not is_asked(cell)] for row in rows]
    parts = ["" if is_text else row.part for row in rows]
    forbidden.refuse_sheets(zip(parts, cells, strict=True), source.name)


def explain(source: "Source", needs: str) -> UnreadableExport | None:
    """Return why a file is not such a table; `needs` says which columns it would take. Null = not a table at all."""
    try:
        refuse_unreadable(source)
        rows = table_rows.preview(source)
    except UnreadableExport as refusal:
        return refusal
    if not rows:
        return no_rows(source.name) if table_rows.kind(source) in ("xlsx", "parquet") else None
    if source.head(64).lstrip()[:1] in (b"{", b"["):
        return None  # JSON: whatever its commas look like
    if prose.is_prose(source):
        return UnreadableExport(
            "no_recognised_data",
            f"{source.name}: this is text written for people, no table. Bring the export as the tool made it, or a table"
            " (CSV, XLSX) with a row for each act or person and a line that names its columns.",
        )
    names = rows[0].cells
    header = names if looks_like_header(names) else ()
    return UnreadableExport(
        "column_missing", f"{source.name}: {needs} {found_names(names)}", header
    )


def no_rows(file: str) -> UnreadableExport:
    """Return the refusal of a table without a single row."""
    return UnreadableExport(
        "no_rows",
        f"{file}: the table has no rows. Export it again with its content and import that.",
    )


def _text_frames(
    source: "Source", codec: str, mark: int, header: Header, reject: csv_text.Reject
) -> Iterator[pl.DataFrame]:
    def reject_below(place: str, code: str) -> None:
        if int(place.removeprefix("line ")) > header.line:
            reject(place, code)

    with source.open() as stream:
        parts = csv_text.blocks(stream, codec, mark, reject_below)
        width = csv_text.Width(len(header.names), len(header.names) - header.may_lack)
        yield from csv_text.frames(parts, header.part, width, reject_below)
