"""What the readers of vendors' counts share once a report is a frame: cells as numbers, repeats, rows of export.usage."""

import hashlib
from collections.abc import Iterable
from datetime import date

import polars as pl

from analytics.readers.base import Options, Sink, UnreadableExport
from analytics.readers.usage import numbers
from analytics.readers.usage.report import reject_rows
from analytics.schema import polars_schema

INDEX = ["tool", "account", "space", "valid_from", "valid_to", "dimension"]
SHOWN_WINDOW = "--map window=2026-01-01/2026-01-31"


def as_numbers(rows: pl.DataFrame, columns: Iterable[str], sink: Sink) -> pl.DataFrame:
    """Return rows with those of the columns that hold numbers as Float64, and without those that hold none.

    Rows in which a cell of such a column is no possible count are set apart.
    """
    columns = list(columns)
    found = rows.with_columns(
        numbers.value(pl.col(name), decimals=True).alias(f"{name} value") for name in columns
    )
    kept = [name for name in columns if found.get_column(f"{name} value").count()]
    codes = [numbers.problem(pl.col(name), pl.col(f"{name} value")) for name in kept]
    found = found.with_columns(code=pl.coalesce(*codes, pl.lit(None, pl.String)))
    reject_rows(found, sink)
    return found.filter(pl.col("code").is_null()).select(
        *(name for name in rows.columns if name not in columns),
        *(pl.col(f"{name} value").alias(name) for name in kept),
    )


def counted(rows: pl.DataFrame) -> list[str]:
    """Return the columns that hold counts."""
    return [name for name, type_ in rows.schema.items() if type_ == pl.Float64]


def without_repeats(rows: pl.DataFrame, key: list[str], sink: Sink) -> pl.DataFrame:
    """Return rows that differ in their key: the same again is a duplicate, the same key with other content a conflict."""
    content = [name for name in rows.columns if name != "place"]
    again = ~pl.struct(content).is_first_distinct()
    copies = rows.filter(again).height
    if copies:
        sink.warn("duplicate_dropped", copies)
        sink.duplicates += copies
    rows = rows.filter(~again)
    conflict = ~pl.struct(key).is_first_distinct()
    sink.reject_many(rows.filter(conflict).get_column("place").to_list(), "duplicate_conflict")
    return rows.filter(~conflict)


def without_empty(rows: pl.DataFrame, needed: str, sink: Sink) -> pl.DataFrame:
    """Return the rows that have a needed cell; the others are set apart."""
    empty = pl.col(needed).is_null()
    sink.reject_many(rows.filter(empty).get_column("place").to_list(), "row_incomplete")
    return rows.filter(~empty)


def usage(rows: pl.DataFrame, measures: list[str], sink: Sink) -> None:
    """Hand over export.usage: rows of tool, account, space, valid_from, valid_to, maybe `dimension`, and the measures."""
    given = [name for name in INDEX if name in rows.columns]
    for part in rows.iter_slices(50_000):
        long = part.unpivot(measures, index=given, variable_name="measure").drop_nulls("value")
        named = pl.col("measure").replace({name: numbers.measure(name) for name in measures})
        if "dimension" in given:
            suffix = pl.when(pl.col("dimension").is_not_null()).then("_" + pl.col("dimension"))
            named = pl.concat_str(named, suffix.fill_null(""))
        missing = [pl.lit(None, pl.String).alias(n) for n in ("account", "space") if n not in given]
        long = long.with_columns(named.alias("measure"), *missing)
        columns = ("tool", "account", "space", "valid_from", "valid_to", "measure", "value")
        sink.add("usage", long.select(columns))


def accounts(rows: pl.DataFrame, sink: Sink) -> None:
    """Hand over export.account, the latest row of each account; columns that are missing are null, a seat is then none."""
    usual = {"kind": pl.lit("human"), "has_seat": pl.lit(value=False)}
    schema = polars_schema("export.account")
    told = rows.with_columns(
        usual.get(name, pl.lit(None, type_)).alias(name)
        for name, type_ in schema.items()
        if name not in rows.columns
    )
    if "valid_from" in told.columns:
        told = told.sort("valid_from", nulls_last=False, maintain_order=True)
    once = told.unique(["tool", "account"], keep="last", maintain_order=True)
    sink.add("account", once.select(list(schema)))


def hashed(column: str) -> pl.Expr:
    """Return 16 hex digits of the SHA-256 of each name in a column, whatever its case: a key for what has no id."""
    return pl.col(column).str.to_lowercase().map_batches(_hashes, return_dtype=pl.String)


def _hashes(names: pl.Series) -> pl.Series:
    different = names.drop_nulls().unique()
    hashes = [hashlib.sha256(name.encode()).hexdigest()[:16] for name in different]
    return names.replace_strict(different, hashes, default=None, return_dtype=pl.String)


def said_window(options: Options) -> tuple[date, date] | None:
    """Return the first and the last day of the window that was said by hand; raises UnreadableExport(window_invalid)."""
    said = options.columns.get("window")
    if said is None:
        return None
    try:
        first, last = (date.fromisoformat(day.strip()) for day in said.split("/"))
    except ValueError:
        first, last = date.max, date.min
    if first > last:
        raise UnreadableExport(
            "window_invalid",
            f"The window “{said[:40]}” is not understood. Give its first and its last day: {SHOWN_WINDOW}",
        )
    return first, last
