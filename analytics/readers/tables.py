"""What lies in a tabular file, text, workbook or Parquet alike: its header, and its rows as checked text."""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import csv_text, forbidden, json_records, xlsx_sheet
from analytics.readers.base import Sink, UnreadableExport
from analytics.readers.headers import found_names, looks_like_header

if TYPE_CHECKING:
    from analytics.readers.files import Source

MOST_COLUMNS = 1_000
PREVIEW_ROWS = 20  # title rows above a header are fewer
LONG_HEAD = (
    2**20
)  # bytes looked at where the first lines are longer than usual, as those of a survey are
MARKDOWN = re.compile(r"#{1,6} \S")
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE_END = re.compile(r"[^\W\d_]{2,}[.?!](?:\s|$)")
NO_LETTER = re.compile(r",\S|[;\t|]")  # how tables part their cells
SENTENCE = 8  # words that no name of a column has
FEW_LINES = 5
MOST_LINES = 200  # a quoted cell of a header runs on over fewer
PARQUET = b"PAR1"
BINARY = {
    b"\x1f\x8b": "a gzip archive",
    b"PK": "a zip archive or a workbook",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old or protected workbook",
    b"\x89PNG": "a picture",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
}

# calendars, mailboxes, data of SPSS
NO_TABLE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:\$FL[23]|BEGIN:V|From [^\r\n,;\t]*\d\d:\d\d)", re.IGNORECASE
)


@dataclass(frozen=True)
class Row:
    """One of the first rows; `part` is the separator of a text or the number of a sheet."""

    line: int
    cells: list[str]
    part: str


@dataclass(frozen=True)
class Header:
    """The names of the columns and the line they stand in: data begin on the line after.

    `may_lack`: how many cells at their end rows of a text may leave out.
    """

    names: list[str]
    line: int
    part: str
    may_lack: int = 0


Choose = Callable[[list[Row]], Header]  # raises UnreadableExport when no row can be the header


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


def kind(source: "Source") -> str:
    """Return text, xlsx, parquet or other, from the first bytes."""
    if source.kind == "xlsx":
        return "xlsx"
    if source.kind != "file":
        return "other"
    head = source.head(8)
    if head.startswith(PARQUET):
        return "parquet"
    if head.startswith(xlsx_sheet.OLE) or source.name.casefold().endswith((".xlsx", ".xlsm")):
        return "xlsx"
    if any(head.startswith(magic) for magic in BINARY) or NO_TABLE.match(source.head(512)):
        return "other"
    return "text"


def preview(source: "Source", codec: str | None = None) -> list[Row]:
    """Return the first rows that hold something (of every sheet), raising UnreadableExport for a broken file."""
    key = ("preview", codec)
    if key not in source.looked_at:  # every reader asks
        try:
            source.looked_at[key] = _first_rows(source, codec)
        except UnreadableExport as refusal:
            source.looked_at[key] = refusal
    found = source.looked_at[key]
    if isinstance(found, UnreadableExport):
        raise found
    rows: list[Row] = found
    return rows


def _first_rows(source: "Source", codec: str | None) -> list[Row]:
    match kind(source):
        case "text":
            # JSON is no table, whatever its commas look like
            return [] if json_records.first_object(source) else _text_rows(source, codec)
        case "xlsx":
            return _sheet_rows(source)
        case "parquet":
            return [Row(0, _parquet_names(source), "")]
    return []


def find_header(rows: list[Row], fits: Callable[[list[str]], bool]) -> Header | None:
    """Return the first row that fits as a header."""
    row = next((row for row in rows if fits(row.cells)), None)
    return Header(row.cells, row.line, row.part) if row else None


def numeric_header(rows: list[Row]) -> Header | None:
    """Return column1, column2, … for a table of at least three columns of numbers that has no header."""
    for row in rows:
        if row.cells[0][:1] in ("%", "#"):  # comments above the edges of a network file
            continue
        if len(row.cells) > 2 and all(cell.replace(".", "", 1).isdigit() for cell in row.cells):  # noqa: PLR2004
            names = [f"column{i + 1}" for i in range(len(row.cells))]
            return Header(names, row.line - 1, row.part)
        return None
    return None


def header_rows(rows: list[Row]) -> list[list[str]]:
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
    form = kind(source)
    codec, mark = "utf-8", 0
    if form == "text":
        with source.open() as stream:
            codec, mark = csv_text.encoding(stream)
        if codec == "cp1252":
            sink.warn("encoding_converted")
    first = preview(source, codec)
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
        return Table(header, "row", lambda _: _parquet_frames(source))
    sheet = _sheets(source, sink)[int(header.part)]
    beyond = sheet.drop("line").select(pl.nth(range(len(header.names), sheet.width - 1)))
    for number, column in enumerate(beyond.get_columns(), start=len(header.names) + 1):
        if (column.fill_null("") != "").any():
            sink.warn("column_ignored")
            sink.ignored.append(f"column {number}")
    return Table(header, "line", lambda _: iter([_width(sheet, len(header.names))]))


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
    form = kind(source)
    if form == "xlsx":
        with source.open() as stream:
            xlsx_sheet.check(stream, source.name)
    what = next((what for magic, what in BINARY.items() if head.startswith(magic)), None)
    if form == "other" and what:
        raise UnreadableExport(
            "not_csv",
            f"{source.name}: the content is {what}, not the text of a table. "
            "Unpack it, or export the table as CSV or XLSX, and import that.",
        )


def refuse_forbidden(source: "Source") -> None:
    """Raise UnreadableExport(forbidden_content) by what a table, or any sheet of a workbook, claims to hold."""
    try:
        rows = preview(source)
    except UnreadableExport:
        return  # its reader says what is wrong with it
    _refuse_headers(source, rows)


def _refuse_headers(
    source: "Source", rows: list[Row], is_asked: Callable[[str], bool] = lambda _: False
) -> None:
    # lines of a text differ in their separators, sheets are tables of their own
    is_text = kind(source) == "text"
    cells = [[cell for cell in row.cells if not is_asked(cell)] for row in rows]
    parts = ["" if is_text else row.part for row in rows]
    forbidden.refuse_sheets(zip(parts, cells, strict=True), source.name)


def explain(source: "Source", needs: str) -> UnreadableExport | None:
    """Return why a file is not such a table; `needs` says which columns it would take. Null = not a table at all."""
    try:
        refuse_unreadable(source)
        rows = preview(source)
    except UnreadableExport as refusal:
        return refusal
    if not rows:
        return no_rows(source.name) if kind(source) in ("xlsx", "parquet") else None
    if source.head(64).lstrip()[:1] in (b"{", b"["):
        return None  # JSON: whatever its commas look like
    if is_prose(source):
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


def is_prose(source: "Source") -> bool:
    """Say whether it is text for people: sentences, in lines that no separator divides alike. Never raises."""
    if kind(source) != "text" or source.head(64).lstrip()[:1] in (b"{", b"[", b"<"):
        return False
    codec, mark = csv_text.head_encoding(head := source.head())
    lines = [line for line in head[mark:].decode(codec, "replace").splitlines() if line.strip()]
    lines = lines[:PREVIEW_ROWS]
    is_long = any(len(WORD.findall(line)) >= SENTENCE for line in lines)
    if is_long and MARKDOWN.match(lines[0]):
        return True
    try:
        rows = [row.cells for row in preview(source)]
    except UnreadableExport:
        return False
    if not rows or not is_long:
        return bool(rows) and _is_punctuated(lines, rows)
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    is_table = any(times >= len(rows) / 2 for times in widths.values())
    is_sentence = any(len(cell.split()) >= SENTENCE for cells in rows for cell in cells)
    return (is_sentence and not is_table) or _is_punctuated(lines, rows)


def _is_punctuated(lines: list[str], rows: list[list[str]]) -> bool:
    """Say whether commas stand in lines of words as they do in a letter: a blank after each, sentences that end."""
    text = "\n".join(lines)
    is_even = len({len(cells) for cells in rows}) == 1 and all(
        rows[0]
    )  # as a table is under its header
    words = text.split()
    mostly = sum(bool(WORD.match(word)) for word in words) * 10 >= len(words) * 7
    return not is_even and mostly and bool(SENTENCE_END.search(text)) and not NO_LETTER.search(text)


def no_rows(file: str) -> UnreadableExport:
    """Return the refusal of a table without a single row."""
    return UnreadableExport(
        "no_rows",
        f"{file}: the table has no rows. Export it again with its content and import that.",
    )


def _text_rows(source: "Source", codec: str | None) -> list[Row]:
    head = source.head()
    if len(head) < source.size and head.count(b"\n") < FEW_LINES:
        head = source.head(LONG_HEAD)
    guess, mark = csv_text.encoding(io.BytesIO(head))
    text = head[mark:].decode(codec or guess, "replace")
    lines = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    declared = None
    rows: list[Row] = []
    for number, line in _records(lines):
        if number == 1 and line.casefold().startswith("sep=") and len(line) == 5:  # noqa: PLR2004
            declared = line[4]
        elif line.strip() and not line.startswith("#TYPE "):
            part = declared or csv_text.separator_of(line)
            cells = csv_text.cells(line[: 2**20], part)
            rows.append(Row(number, cells, part))
        if len(rows) == PREVIEW_ROWS:
            break
    return [row for row in rows if row.cells]


def _records(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield (number of its first line, text): lines that a quoted cell runs on over are one."""
    at = 0
    while at < len(lines):
        end = at + 1
        if lines[at].count('"') % 2:
            closing = range(at + 1, min(len(lines), at + MOST_LINES))
            end = next((i + 1 for i in closing if lines[i].count('"') % 2), end)
        yield at + 1, "\n".join(lines[at:end])
        at = end


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


def _sheets(
    source: "Source", sink: Sink | None = None, rows: int | None = None
) -> list[pl.DataFrame]:
    with source.open() as stream:
        has_macros = xlsx_sheet.check(stream, source.name)
        stream.seek(0)
        data = stream.read()
    if has_macros and sink:
        sink.warn("macro_ignored")
    return xlsx_sheet.sheets(data, source.name, rows)


def _sheet_rows(source: "Source") -> list[Row]:
    rows = []
    for number, sheet in enumerate(_sheets(source, rows=PREVIEW_ROWS)):
        for line, *cells in sheet.head(PREVIEW_ROWS).iter_rows():
            while cells and not cells[-1]:
                cells.pop()
            rows.append(Row(line, [cell or "" for cell in cells], str(number)))
    return rows


def _width(sheet: pl.DataFrame, width: int) -> pl.DataFrame:
    missing = [pl.lit(None, pl.String).alias(f"c{i}") for i in range(sheet.width - 1, width)]
    return sheet.with_columns(missing).select("line", *(f"c{i}" for i in range(width)))


def _parquet_names(source: "Source") -> list[str]:
    import pyarrow
    import pyarrow.parquet

    try:
        with source.open() as stream:
            return pyarrow.parquet.ParquetFile(stream).schema_arrow.names
    except (pyarrow.ArrowException, OSError):
        raise UnreadableExport(
            "not_csv", f"{source.name}: the Parquet file is damaged or cut short. Export it again."
        ) from None


def _parquet_frames(source: "Source") -> Iterator[pl.DataFrame]:
    import pyarrow.parquet

    with source.open() as stream:
        line = 1
        for batch in pyarrow.parquet.ParquetFile(stream).iter_batches(100_000):
            frame = pl.DataFrame(pl.from_arrow(batch))
            text = frame.select(_as_text(name, type_) for name, type_ in frame.schema.items())
            text.columns = [f"c{i}" for i in range(text.width)]
            yield text.with_row_index("line", offset=line).cast({"line": pl.Int64})
            line += frame.height


def _as_text(name: str, type_: pl.DataType) -> pl.Expr:
    if isinstance(type_, pl.Datetime):
        zone = "Z" if type_.time_zone else ""
        column = pl.col(name).dt.convert_time_zone("UTC") if zone else pl.col(name)
        return column.dt.strftime(f"%Y-%m-%d %H:%M:%S%.6f{zone}")
    if isinstance(type_, pl.List):
        return pl.col(name).list.eval(pl.element().cast(pl.String)).list.join(";")
    if isinstance(type_, pl.Binary | pl.Struct | pl.Object):
        return pl.lit(None, pl.String).alias(name)
    return pl.col(name).cast(pl.String)
