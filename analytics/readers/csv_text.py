"""How the bytes of a text table become rows of cells: encoding, line ends, separator, quotes.

Polars' own CSV reader loses rows of lone-CR files without an error, fills short rows with nulls, unpacks gzip by
itself and takes file names for patterns; here every line is accounted for and only bytes go in.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

import polars as pl

from analytics.readers.base import UnreadableExport

Reject = Callable[[str, str], None]


class Width(NamedTuple):
    """How many cells a row has, and how many it has at least where the last ones may be left out."""

    most: int
    least: int


BLOCK = 4 * 2**20  # bytes read at once: about 50,000 rows, so memory does not grow with the file
LONGEST_LINE = 16 * 2**20
LONGEST_RECORD = 2**20  # a quoted cell that runs on for longer was never closed
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
CONTROL = bytes(code for code in range(32) if chr(code) not in "\t\n\r")
END = "\x00"  # no line can hold it: control characters are set apart before


def head_encoding(head: bytes) -> tuple[str, int]:
    """Return (codec, length of the byte order mark) as far as the first bytes tell."""
    for mark, codec in BOMS:
        if head.startswith(mark):
            return codec, len(mark)
    sample = head[:512]
    if sample[1::2].count(0) > 0.6 * len(sample[1::2]) > 0:
        return "utf-16-le", 0
    if sample[::2].count(0) > 0.6 * len(sample[::2]) > 0:
        return "utf-16-be", 0
    return "utf-8", 0


def encoding(stream: BinaryIO) -> tuple[str, int]:
    """Return (codec, length of the byte order mark) of the whole file.

    Without a mark a file is Windows-1252 when more of its lines break UTF-8 than use it.
    """
    codec, mark = head_encoding(stream.read(512))
    if mark or codec != "utf-8":
        return codec, mark
    stream.seek(0)
    good = bad = 0
    for piece in _whole_lines(stream):
        if piece.isascii():
            continue
        for line in re.split(rb"[\r\n]", piece):
            if line.isascii():
                continue
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return ("cp1252" if bad > good else "utf-8"), 0


def _whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(BLOCK):
        whole = rest + chunk
        cut = max(whole.rfind(b"\n"), whole.rfind(b"\r")) + 1
        yield whole[:cut]
        rest = whole[cut:]
        if len(rest) > LONGEST_LINE:
            raise _not_a_table()
    yield rest


def _not_a_table() -> UnreadableExport:
    return UnreadableExport(
        "not_csv",
        "One line of this file is longer than 16 MB, so it is not a table of rows. "
        "Export the table as CSV or XLSX and import that.",
    )


def blocks(stream: BinaryIO, codec: str, mark: int, reject: Reject) -> Iterator[tuple[int, str]]:
    """Yield (number of its first line, text): whole lines, each ending in a line feed.

    A line that cannot be decoded or holds control characters is set apart and left as an empty line,
    so that the numbers stay those of the file.
    """
    stream.read(mark)
    rest, number = b"", 1
    for chunk in _pieces(stream, codec):
        whole = rest + chunk
        held = len(whole) - len(whole.rstrip(b"\r"))  # may be the first half of a line end
        ready = _line_feeds(whole[: len(whole) - held])
        cut = ready.rfind(b"\n") + 1
        rest = ready[cut:] + whole[len(whole) - held :]
        if len(rest) > LONGEST_LINE:
            raise _not_a_table()
        if cut:
            yield number, _text(ready[:cut], codec, number, reject)
            number += ready.count(b"\n", 0, cut)
    rest = _line_feeds(rest)
    if rest:
        yield number, _text(rest.removesuffix(b"\n") + b"\n", codec, number, reject)


def _pieces(stream: BinaryIO, codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("replace") if "16" in codec else None
    while chunk := stream.read(BLOCK):
        yield decoder.decode(chunk).encode() if decoder else chunk


def _line_feeds(data: bytes) -> bytes:
    return data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _text(data: bytes, codec: str, number: int, reject: Reject) -> str:
    codec = "utf-8" if "16" in codec else codec
    try:
        if not _has_control(data):
            return data.decode(codec)
    except UnicodeDecodeError:
        pass
    lines = []
    for line, raw in enumerate(data.split(b"\n")[:-1], start=number):
        code, text = _line(raw, codec)
        if code:
            reject(f"line {line}", code)
        lines.append(text + "\n")
    return "".join(lines)


def _line(raw: bytes, codec: str) -> tuple[str | None, str]:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return "encoding_invalid", ""
    return ("control_character", "") if _has_control(raw) else (None, text)


def _has_control(data: bytes) -> bool:
    return len(data.translate(None, CONTROL)) < len(data)


def separator_of(line: str) -> str:
    """Return the separator that a header line shows: tab, then ; or , outside quotes, then |, then blanks."""
    bare = re.sub(r'"[^"]*"', "", line)
    if "\t" in bare.strip():
        return "\t"
    most = max(";,|", key=bare.count)
    return most if bare.count(most) else (" " if " " in bare.strip() else ",")


def cells(line: str, separator: str) -> list[str]:
    """Return the trimmed cells of one line."""
    if separator == " ":
        return line.split()
    try:
        row = next(csv.reader([line.strip("\n")], delimiter=separator), [])
    except csv.Error:  # no line of a table: bytes of something else, or a lone carriage return
        row = line.split(separator)
    return [cell.strip() for cell in row]


def frames(
    parts: Iterator[tuple[int, str]], separator: str, width: Width, reject: Reject
) -> Iterator[pl.DataFrame]:
    """Yield frames of line (number in the file) and c0, c1, …: text as it stands, "" for an empty cell.

    Rows with too few or too many cells and everything after a quote that is never closed are set apart.
    """
    carry: tuple[int, str] | None = None
    for number, text in parts:
        if carry is None and '"' not in text:
            yield _plain_rows(number, text, separator, width, reject)
            continue
        start = carry[0] if carry else number
        frame, carry = _quoted_rows(
            start, (carry[1] if carry else "") + text, separator, width, reject
        )
        yield frame
        if carry and len(carry[1]) > LONGEST_RECORD:
            break
    if carry:
        reject(f"line {carry[0]}", "quote_unclosed")


def _plain_rows(
    number: int, text: str, separator: str, width: Width, reject: Reject
) -> pl.DataFrame:
    lines = pl.Series("text", [text.removesuffix("\n")]).str.split("\n").explode()
    rows = lines.to_frame().with_row_index("line", offset=number)
    rows = rows.filter(pl.col("text").str.strip_chars() != "")
    if separator == " ":
        separator = "\t"
        rows = rows.with_columns(pl.col("text").str.strip_chars().str.replace_all(r"\s+", "\t"))
    rows = _with_count(rows, separator)
    if rows.select((pl.col("n") > width.most).any()).item():
        # Excel writes separators for empty columns beyond the last
        trimmed = pl.col("text").str.replace(re.escape(separator) + "+$", "")
        rows = rows.with_columns(pl.when(pl.col("n") > width.most).then(trimmed).otherwise("text"))
        rows = _with_count(rows.drop("n"), separator)
    _reject_lines(rows.filter(pl.col("n") < width.least), "too_few_fields", reject)
    _reject_lines(rows.filter(pl.col("n") > width.most), "too_many_fields", reject)
    good = rows.filter(pl.col("n").is_between(width.least, width.most))
    if width.least < width.most:
        missing = pl.lit(separator).repeat_by(width.most - pl.col("n")).list.join("")
        good = good.with_columns(text=pl.concat_str("text", missing))
    names = [f"c{i}" for i in range(width.most)]
    split = pl.col("text").str.split_exact(separator, width.most - 1).struct.rename_fields(names)
    return good.select(pl.col("line").cast(pl.Int64), split).unnest("text")


def _with_count(rows: pl.DataFrame, separator: str) -> pl.DataFrame:
    return rows.with_columns(n=pl.col("text").str.count_matches(separator, literal=True) + 1)


def _reject_lines(rows: pl.DataFrame, code: str, reject: Reject) -> None:
    for line in rows.get_column("line"):
        reject(f"line {line}", code)


def _quoted_rows(
    number: int, text: str, separator: str, width: Width, reject: Reject
) -> tuple[pl.DataFrame, tuple[int, str] | None]:
    """Return the rows and, if the last record is still open, (its line, its text)."""
    lines = text.split("\n")[:-1]
    reader = csv.reader([*(line + "\n" for line in lines), END], delimiter=separator)
    good: list[list[object]] = []
    carry = None
    while True:
        start = reader.line_num
        try:
            row = next(reader)
        except csv.Error:  # a cell beyond the limit of the csv module, 128 kB
            if reader.line_num - start > 1:
                carry = (number + start, "\n".join(lines[start:]) + "\n" + "\n" * LONGEST_RECORD)
                break
            reject(f"line {number + start}", "field_too_long")
            continue
        if row == [END]:
            break
        if row and row[-1].endswith(END):
            carry = (number + start, "\n".join(lines[start:]) + "\n")
            break
        _take(row, number + start, width, good, reject)
    schema = {"line": pl.Int64} | {f"c{i}": pl.String for i in range(width.most)}
    return pl.DataFrame(good, schema=schema, orient="row"), carry


def _take(
    row: list[str], line: int, width: Width, good: list[list[object]], reject: Reject
) -> None:
    while len(row) > width.most and not row[-1].strip():
        row.pop()
    if not any(cell.strip() for cell in row):
        return
    if width.least <= len(row) <= width.most:
        good.append([line, *row, *[""] * (width.most - len(row))])
    else:
        reject(f"line {line}", "too_few_fields" if len(row) < width.least else "too_many_fields")
