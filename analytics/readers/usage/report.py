"""A vendor's report as a table of text, be it CSV, a workbook or JSON: one shape for the readers of this family."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.readers import forbidden, json_head, json_records, table_rows, tables
from analytics.readers.base import Options, Sink, UnreadableExport
from analytics.readers.dates import ORDERS, Order, days, prove
from analytics.readers.headers import SHOWN_LENGTH
from analytics.readers.usage.numbers import NOT_COUNTED, is_sensitive, name_of

if TYPE_CHECKING:
    from analytics.readers.files import Source

Fits = Callable[[set[str]], bool]
ROWS = 50_000  # of JSON made a frame at once
SHOWN_ORDERS = "--map dates=dd/mm or --map dates=mm/dd"


@dataclass(frozen=True)
class Report:
    """A report that was opened; `names` are its columns in words, `written` as in the file.

    `batches` may be asked for once: frames of place (`line 7`, `#3`) and the columns as text, null for an empty cell.
    """

    names: tuple[str, ...]
    written: tuple[str, ...]
    batches: Iterator[pl.DataFrame]


def is_report(source: "Source", fits: Fits) -> bool:
    """Say whether some first row, or the keys of the first record, are the columns of such a report; never raises."""
    return any(map(fits, _first_names(source)))


def _first_names(source: "Source") -> list[set[str]]:
    """Return the names in each of the first rows, or of the first record; found once, since every reader asks."""
    key = ("names of reports", None)
    if key not in source.looked_at:
        source.looked_at[key] = _look_for_names(source)
    found: list[set[str]] = source.looked_at[key]
    return found


def _look_for_names(source: "Source") -> list[set[str]]:
    if first := _first_record(source):
        return [set(map(name_of, first))]
    try:
        return [set(map(name_of, row.cells)) for row in table_rows.preview(source)]
    except UnreadableExport:
        return []


def open_report(source: "Source", sink: Sink, fits: Fits) -> Report:
    """Open a report that `is_report` knows; raises UnreadableExport as tables.open_table, and header_duplicate."""
    if _first_record(source):
        return _from_json(source, sink)
    table = tables.open_table(source, sink, lambda rows: _header(rows, fits, source.name))
    names = tuple(map(name_of, table.header.names))
    _refuse_doubles(names, source.name)
    columns = [pl.col(f"c{at}").alias(name) for at, name in enumerate(names) if name]
    place = pl.format(f"{table.place} {{}}", "line").alias("place")
    batches = (batch.select(place, *columns) for batch in table.batches(sink))
    return Report(names, tuple(table.header.names), batches)


def whole(report: Report, sink: Sink, file: str) -> pl.DataFrame:
    """Return all rows of a report at once, none where each was set apart; raises UnreadableExport where it has none."""
    batches = list(report.batches)
    if not batches and not sink.rejected:
        raise tables.no_rows(file)
    empty = pl.DataFrame(schema=dict.fromkeys(("place", *filter(None, report.names)), pl.String))
    return pl.concat([empty, *batches], how="diagonal")


def day(batch: pl.DataFrame, column: str, order: Order | None) -> pl.DataFrame:
    """Return the batch with a column as days and `<column> problem` (null, date_invalid, ambiguous, unreadable)."""
    found = days(batch.get_column(column), order)
    return batch.with_columns(
        found.get_column("day").alias(column),
        found.get_column("problem").alias(f"{column} problem"),
    )


def on_days(rows: pl.DataFrame, column: str, order: Order | None, sink: Sink) -> pl.DataFrame:
    """Return the rows whose `column` is a day; those without one, or with none that can be read, are set apart."""
    wrong = pl.col(f"{column} problem").is_not_null()
    code = (
        pl.when(wrong)
        .then(pl.lit("date_invalid"))
        .when(pl.col(column).is_null())
        .then(pl.lit("row_incomplete"))
    )
    rows = day(rows, column, order).with_columns(code=code)
    reject_rows(rows, sink)
    return rows.filter(pl.col("code").is_null()).drop("code", f"{column} problem")


def order_of(columns: Iterable[pl.Series], options: Options, file: str) -> Order | None:
    """Return the order of day and month: as said, or as proved; raises UnreadableExport(dates_ambiguous).

    Null where every date is written year first.
    """
    said = ORDERS.get(options.columns.get("dates", "").casefold())
    proofs = [prove(column) for column in columns]
    found = said or next((proof.order for proof in proofs if proof.order), None)
    if found is None and any(proof.written for proof in proofs):
        raise UnreadableExport(
            "dates_ambiguous",
            f"{file}: its dates can be read as day/month or month/day, and the periods hang on them. "
            f"Say which with {SHOWN_ORDERS}, or export dates as 2026-01-31.",
        )
    return found


def note_ignored(report: Report, taken: Iterable[str], sink: Sink) -> None:
    """Note the columns that were not kept, sensitive ones by their own code."""
    known = set(taken)
    sink.columns = {
        name: written
        for name, written in zip(report.names, report.written, strict=True)
        if name in known
    }
    for name, written in zip(report.names, report.written, strict=True):
        if name not in known:
            sink.warn("sensitive_column_dropped" if is_sensitive(name) else "column_ignored")
            sink.ignored.append(written[:SHOWN_LENGTH] or "column without a name")


def may_count(name: str) -> bool:
    """Say whether a column could hold a count: it says neither who, where nor when."""
    return bool(name) and not NOT_COUNTED.search(name) and not is_sensitive(name)


def reject_rows(rows: pl.DataFrame, sink: Sink) -> None:
    """Set rows of (place, code) apart in their order; a null code is no reason."""
    for place, code in rows.select("place", "code").drop_nulls().iter_rows():
        sink.reject(place, code)


def _header(rows: list[table_rows.Row], fits: Fits, file: str) -> tables.Header:
    header = tables.find_header(rows, lambda cells: fits(set(map(name_of, cells))))
    if header is None:
        raise tables.no_rows(file)
    return header


def _refuse_doubles(names: tuple[str, ...], file: str) -> None:
    doubled = next((name for name in names if name and names.count(name) > 1), None)
    if doubled:
        raise UnreadableExport(
            "header_duplicate",
            f"{file}: the column “{doubled[:SHOWN_LENGTH]}” stands twice in the header. "
            "Keep the right one and import again.",
        )


# --------------------------------------------------------------------------------------------------- JSON

PERIODS = "details by period"  # of Graph: a list of what holds for each period


def _first_record(source: "Source") -> dict[str, Any]:
    if source.kind != "file":
        return {}
    first = json_head.first_object(source)
    inner = next((first[key] for key in json_records.WRAPPERS if isinstance(first.get(key), list)), None)  # fmt: skip
    if inner is not None:
        first = inner[0] if inner and isinstance(inner[0], dict) else {}
    return _flat(first)


def _from_json(source: "Source", sink: Sink) -> Report:
    kind = json_records.Kind(dict)
    records = (
        (place, _flat(record))
        for outer, page in json_records.read_file(source, kind, sink)
        for place, record in _records(outer, page)
    )
    written: dict[str, str] = {}
    frames = []
    for part in _parts(records):
        for _, record in part:
            for key in record:
                written.setdefault(name_of(key), key)
        frames.append(_frame(part))
    if not frames:
        raise tables.no_rows(source.name)
    forbidden.refuse_columns(list(written.values()), source.name)
    whole = pl.concat(frames, how="diagonal").with_columns(pl.col("place").cast(pl.String))
    return Report(tuple(written), tuple(written.values()), iter([whole]))


def _records(place: str, page: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the records of a page of an answer; a record itself is a page of one."""
    inner = next((page[key] for key in json_records.WRAPPERS if isinstance(page.get(key), list)), None)  # fmt: skip
    if inner is None:
        yield place, page
        return
    for number, record in enumerate(inner):
        if isinstance(record, dict):
            yield f"{place}#{number}", record


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record whose list of one period was taken up into it; other lists and objects are left out."""
    flat = {key: value for key, value in record.items() if not isinstance(value, list | dict)}
    for key, value in record.items():
        if isinstance(value, list) and name_of(key).endswith(PERIODS) and len(value) == 1:
            flat.update(value[0] if isinstance(value[0], dict) else {})
    return {key: value for key, value in flat.items() if not key.startswith("@")}


def _parts(
    records: Iterable[tuple[str, dict[str, Any]]],
) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    part: list[tuple[str, dict[str, Any]]] = []
    for found in records:
        part.append(found)
        if len(part) == ROWS:
            yield part
            part = []
    if part:
        yield part


def _frame(part: list[tuple[str, dict[str, Any]]]) -> pl.DataFrame:
    rows: list[dict[str, str | None]] = []
    for place, record in part:
        row = {name_of(key): _text(value) for key, value in record.items()}
        rows.append(row | {"place": place})
    names = dict.fromkeys(name for row in rows for name in row)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    trimmed = pl.col(pl.String).str.strip_chars()
    return frame.with_columns(pl.when(trimmed != "").then(trimmed))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
