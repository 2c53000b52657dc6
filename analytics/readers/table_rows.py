"""The rows of a text, a workbook or a Parquet file: the first ones, and all of them as frames of text."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import csv_text, json_head, xlsx_sheet
from analytics.readers.base import Sink, UnreadableExport

if TYPE_CHECKING:
    from analytics.readers.files import Source

PREVIEW_ROWS = 20  # title rows above a header are fewer
LONG_HEAD = 2**20  # bytes looked at where the first lines are long, as those of a survey are
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
            return [] if json_head.first_object(source) else _text_rows(source, codec)
        case "xlsx":
            return _sheet_rows(source)
        case "parquet":
            return [Row(0, _parquet_names(source), "")]
    return []


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


def sheets(
    source: "Source", sink: Sink | None = None, rows: int | None = None
) -> list[pl.DataFrame]:
    """Return the sheets of a workbook, its first `rows` or all; raises UnreadableExport for a broken one."""
    with source.open() as stream:
        has_macros = xlsx_sheet.check(stream, source.name)
        stream.seek(0)
        data = stream.read()
    if has_macros and sink:
        sink.warn("macro_ignored")
    return xlsx_sheet.sheets(data, source.name, rows)


def _sheet_rows(source: "Source") -> list[Row]:
    rows = []
    for number, sheet in enumerate(sheets(source, rows=PREVIEW_ROWS)):
        for line, *cells in sheet.head(PREVIEW_ROWS).iter_rows():
            while cells and not cells[-1]:
                cells.pop()
            rows.append(Row(line, [cell or "" for cell in cells], str(number)))
    return rows


def as_wide(sheet: pl.DataFrame, width: int) -> pl.DataFrame:
    """Return a sheet with as many columns as its header has names: line, c0, c1 and so on."""
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


def parquet_frames(source: "Source") -> Iterator[pl.DataFrame]:
    """Yield the rows of a Parquet file as frames of line and c0, c1, …, all of them text."""
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
