"""How the sheets of a workbook become rows of text, after a look at the XML for what would bring the parser down."""

import re
import zipfile
from typing import BinaryIO

import polars as pl

from analytics.readers.base import UnreadableExport
from analytics.readers.zips import UNPACKING

CHUNK = 2**20
OVERLAP = 64
MOST_CELLS = 12_000_000  # the parser lays out the whole rectangle: about 60 bytes a cell
MOST_XML = 2**30
BOMB_FROM, BOMB_RATIO = 100 * 2**20, 100
OLE = b"\xd0\xcf\x11\xe0"
CELL = re.compile(rb' r="([A-Z]{1,3})([0-9]{1,7})"')
UNREADABLE: tuple[type[Exception], ...] = (*UNPACKING, ValueError, OSError)
ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def check(stream: BinaryIO, file: str) -> bool:
    """Refuse what may not reach the parser; return whether the workbook holds macros.

    Raises UnreadableExport: xlsx_encrypted, xlsx_corrupt, zip_bomb, xml_entity, xlsx_dimensions.
    """
    start = stream.read(8)
    stream.seek(0)
    if start.startswith(OLE):
        raise UnreadableExport(
            "xlsx_encrypted",
            f"{file}: this workbook is protected by a password or is in the old .xls format. "
            "Open it, remove the password, save it as .xlsx and import again.",
        )
    if not start.startswith(b"PK"):
        raise UnreadableExport(
            "xlsx_corrupt",
            f"{file}: the name says .xlsx but the content is text. "
            "If it is a CSV file, give its name the ending .csv and import again.",
        )
    try:
        with zipfile.ZipFile(stream) as book:
            for member in book.infolist():
                if member.filename.casefold().endswith((".xml", ".rels")):
                    _check_member(book, member, file)
            return any(name.casefold().endswith("vbaproject.bin") for name in book.namelist())
    except UNREADABLE:
        raise corrupt(file) from None


def corrupt(file: str) -> UnreadableExport:
    """Return the refusal of a workbook that cannot be opened."""
    return UnreadableExport(
        "xlsx_corrupt",
        f"{file}: the workbook is damaged or cut short. Export or save it again as .xlsx, or as CSV.",
    )


def _check_member(book: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> None:
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > MOST_XML or (member.file_size > BOMB_FROM and ratio > BOMB_RATIO):
        raise UnreadableExport(
            "zip_bomb",
            f"{file}: a part of the workbook unpacks to {member.file_size // 2**20} MB, which no staff list needs. "
            "Export it again as CSV.",
        )
    columns, last_row, tail = {b"A"}, 1, b""
    with book.open(member) as xml:
        while chunk := xml.read(CHUNK):
            text = tail + chunk
            tail = text[-OVERLAP:]
            if ENTITY.search(text):
                raise UnreadableExport(
                    "xml_entity",
                    f"{file}: the workbook holds XML entities, which a spreadsheet program never writes. "
                    "Open it, save it again as .xlsx and import that.",
                )
            found = CELL.findall(text)
            columns.update(column for column, _ in found)
            last_row = max([last_row, *(int(row) for _, row in found)])
    width = max(_column_number(column) for column in columns)
    if width * last_row > MOST_CELLS:
        raise UnreadableExport(
            "xlsx_dimensions",
            f"{file}: a stray cell lies far out, in row {last_row} or column {width}, so the sheet spans "
            f"{width * last_row:,} cells. Delete the empty rows and columns around the table, save, and import again.",
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def sheets(data: bytes, file: str, most_rows: int | None = None) -> list[pl.DataFrame]:
    """Return each sheet as line (its row number) and c0, c1, …: text, null for an empty cell.

    Raises UnreadableExport(xlsx_corrupt) when the workbook cannot be read.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(data)
        return [_sheet(book, name, most_rows) for name in book.sheet_names]
    except fastexcel.FastExcelError:
        raise corrupt(file) from None


def _sheet(book: object, name: str, most_rows: int | None) -> pl.DataFrame:
    import fastexcel

    if not isinstance(book, fastexcel.ExcelReader):
        raise TypeError
    # skip_rows=0 keeps leading empty rows, so that a row's number is the sheet's own
    sheet = book.load_sheet(
        name, header_row=None, skip_rows=0, n_rows=most_rows, dtypes="string"
    ).to_polars()
    cells = pl.all().str.replace_all("_x000D_", "", literal=True).str.strip_chars()
    sheet = sheet.rename({old: f"c{i}" for i, old in enumerate(sheet.columns)})
    sheet = sheet.select(cells).with_row_index("line", offset=1)
    sheet = sheet.filter(pl.any_horizontal(pl.exclude("line").fill_null("") != ""))
    return sheet.with_columns(pl.col("line").cast(pl.Int64))
