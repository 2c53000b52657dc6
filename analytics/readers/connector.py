"""Tables as a data connector lands them: a folder or archive of CSV files that belong together, told by their columns."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import csv_text, parcels, table_rows, tables
from analytics.readers.base import Sink, UnreadableExport
from analytics.readers.headers import plain

if TYPE_CHECKING:
    from analytics.readers.files import Source

HEAD = 16_384  # bytes that hold a header
MOST_FILES = 300  # a connector writes a table a file; folders with more are something else
Wanted = Mapping[str, frozenset[str]]  # table -> plain names of columns that tell it


def find(source: "Source", wanted: Wanted) -> dict[str, str]:
    """Return which file is which of the wanted tables; cheap, never raises."""
    if source.kind not in ("zip", "folder") or len(source.members()) > MOST_FILES:
        return {}
    if "headers" not in source.looked_at:  # every reader of such tables asks
        source.looked_at["headers"] = {
            member: _header(source, member)
            for member in source.members()
            if "/" not in member  # deeper lies another export
            and not member.casefold().endswith((".json", ".jsonl", ".xlsx", ".png"))
        }
    headers: dict[str, frozenset[str]] = source.looked_at["headers"]
    found: dict[str, str] = {}
    for member, names in headers.items():
        table = next((t for t, needed in wanted.items() if needed <= names), None)
        if table and table not in found:
            found[table] = member
    return found


def _header(source: "Source", member: str) -> frozenset[str]:
    try:
        head = source.head(HEAD, member)
    except (UnreadableExport, OSError):
        return frozenset()
    codec, mark = csv_text.head_encoding(head)
    line = head[mark:].decode(codec, "replace").partition("\n")[0].rstrip("\r")
    return (
        frozenset(map(plain, csv_text.cells(line, csv_text.separator_of(line))))
        if line
        else frozenset()
    )


def load_all(
    source: "Source", wanted: Wanted, columns: Mapping[str, tuple[str, ...]], sink: Sink
) -> dict[str, pl.DataFrame]:
    """Return every table of `columns` as `load` does, without rows where it is not there; other files are passed over."""
    found = find(source, wanted)
    loaded = {table: load(source, member, sink, columns[table]) for table, member in found.items()}
    for table, names in columns.items():
        loaded.setdefault(table, pl.DataFrame(schema=dict.fromkeys(("place", *names), pl.String)))
    sink.ignored.extend(member for member in source.members() if member not in found.values())
    if sink.ignored:
        sink.warn("zip_member_ignored", len(sink.ignored))
    return loaded


def load(source: "Source", member: str, sink: Sink, columns: tuple[str, ...]) -> pl.DataFrame:
    """Return place and these columns (plain names, blanks as underscores) as text, null where the file lacks one."""
    inner = parcels.enter(source, (member,))
    name = parcels.shown((member,))
    try:
        part = Sink(sink.folder)
        table = tables.open_table(inner, part, lambda rows: _first(rows, name))
        cells = [plain(cell).replace(" ", "_") for cell in table.header.names]
        known = {column: cells.index(column) for column in columns if column in cells}
        frames = [
            batch.select(
                place=pl.format("{} line {}", pl.lit(name), "line"),
                **{column: pl.col(f"c{at}") for column, at in known.items()},
            )
            for batch in table.batches(part)
        ]
    finally:
        inner.close()
    for place, code in part.rejects().iter_rows():
        sink.reject(f"{name} {place}", code)
    for code, times in part.warnings.items():
        sink.warn(code, times)
    if not frames:
        return pl.DataFrame(schema=dict.fromkeys(("place", *columns), pl.String))
    rows = pl.concat(frames)
    missing = [pl.lit(None, pl.String).alias(column) for column in columns if column not in known]
    return rows.with_columns(missing).select("place", *columns)


def _first(rows: list[table_rows.Row], name: str) -> tables.Header:
    if not rows:
        raise tables.no_rows(name)
    return tables.Header(rows[0].cells, rows[0].line, rows[0].part)


def current(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the last version of each record, without those deleted in the tool.

    Takes `fivetran_active`, `fivetran_start` and `fivetran_deleted`, null where the table has no history.
    """
    deleted = pl.col("fivetran_deleted").str.to_lowercase().eq("true").fill_null(False)
    old = pl.col("fivetran_active").str.to_lowercase().eq("false").fill_null(False)
    rows = rows.filter(pl.col(key).is_not_null() & ~deleted).with_columns(is_old=old)
    rows = rows.sort("is_old", "fivetran_start", descending=[True, False], nulls_last=False)
    return rows.unique(key, keep="last", maintain_order=True).drop("is_old")


HISTORY = ("fivetran_active", "fivetran_start", "fivetran_deleted")
