"""When was a ticket written, where its export spells times as a person likes to see them, without a zone?"""

import unicodedata

import polars as pl

from analytics.readers import dates
from analytics.readers.base import Options, Sink, UnreadableExport
from analytics.readers.zones import to_utc

# 30/Jul/18 23:33, 14/lug/25 15:42, 3. Mär 2026 9:05
NAMED = r"^(\d{1,2})\.?[/\- ](\p{L}{3,})\.?[/\- ](\d{4}|\d{2})\b(.*)$"
# Longest first: French juin and juillet begin alike.
MONTHS = {
    "juin": 6, "juil": 7, "jan": 1, "gen": 1, "ene": 1, "feb": 2, "fev": 2, "mar": 3, "mrz": 3, "apr": 4, "avr": 4,
    "abr": 4, "mai": 5, "may": 5, "mag": 5, "jun": 6, "giu": 6, "jul": 7, "lug": 7, "aug": 8, "ago": 8, "aou": 8,
    "sep": 9, "set": 9, "oct": 10, "okt": 10, "ott": 10, "nov": 11, "dec": 12, "dez": 12, "dic": 12,
}  # fmt: skip


def spelled(text: pl.Series) -> pl.Series:
    """Return times with the name of a month (English, Italian, German, French, Spanish) as day/month/year."""
    even = text.str.replace_all("[\u00a0\u202f]", " ")
    parts = even.str.extract_groups(NAMED).struct.unnest()
    words = parts.get_column("2").drop_nulls().unique().to_list()
    numbers = {word: month for word in words if (month := _month(word))}
    if not numbers:
        return even
    parts = parts.with_columns(
        month=pl.col("2").replace_strict(numbers, default=None, return_dtype=pl.Int64)
    )
    plain = parts.select(pl.format("{}/{}/{}{}", "1", "month", "3", "4").alias(text.name))
    return plain.to_series().fill_null(even)


def _month(word: str) -> int | None:
    text = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(letter for letter in text if not unicodedata.combining(letter))
    return next((month for start, month in MONTHS.items() if bare.startswith(start)), None)


def order_of(text: pl.Series, options: Options, what: str, file: str) -> dates.Order | None:
    """Return the order of day and month in a column: as said by hand, as names or numbers prove; null = year first.

    Raises UnreadableExport(dates_ambiguous) where nothing proves it.
    """
    said = dates.ORDERS.get(options.columns.get("dates", "").casefold())
    if said:
        return said
    if text.str.contains(NAMED).any():
        return "dmy"
    proof = dates.prove(text)
    if proof.written and proof.order is None:
        raise UnreadableExport(
            "dates_ambiguous",
            f"{file}: the times in the column for “{what}” can be read as day/month or month/day. "
            "Say which with --map dates=dd/mm or --map dates=mm/dd.",
        )
    return proof.order


def instants(text: pl.Series, order: dates.Order | None, options: Options, sink: Sink) -> pl.Series:
    """Return a column of times as UTC microseconds, null where a cell is none.

    A time without a zone is one of the company's (Options.zone), as the one who exported saw it.
    """
    found = dates.instants(spelled(text), order)
    floats = ~pl.col("zoned") & pl.col("at").is_not_null()
    if found.select(floats.any()).item():
        sink.warn("time_floating")
    at = pl.when(pl.col("zoned")).then("at").otherwise(to_utc(pl.col("at"), options))
    return found.select(at.dt.epoch("us").alias(text.name)).to_series()
