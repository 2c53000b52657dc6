"""Which day or instant a cell of text means, and whether its day and month can be told apart at all."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

Order = Literal["dmy", "mdy"]

ORDERS: dict[str, Order] = {
    "dmy": "dmy", "dd/mm": "dmy", "dd/mm/yyyy": "dmy", "day first": "dmy",
    "mdy": "mdy", "mm/dd": "mdy", "mm/dd/yyyy": "mdy", "month first": "mdy",
}  # fmt: skip
EMPTY = (
    "", "-", "--", "n/a", "#n/a", "na", "n.a.", "null", "none", "nan", "nil", "unknown", "tbd", "tba",
    "never", "mai", "nessuno", "no manager", "no_manager", "0000-00-00",
)  # fmt: skip
TIME = r"(?:,?[ T]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,6})\d*)?)? ?([AaPp])?\.?(?:[Mm]\.?)?)?"
ZONE = r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
YEAR_FIRST = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + TIME + ZONE
YEAR_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + TIME + ZONE
COMPACT = r"^(\d{4})(\d{2})(\d{2})$"
FAST = "%Y-%m-%d %H:%M:%S%.f"
# years outside are how systems write "never" and "for ever": 1900, 9999
FIRST_YEAR, LAST_YEAR = 1930, 2100
PIVOT = 70  # two-digit years from 70 are of the last century
HALF_DAY = 12
DIGITS = {9: 1_000_000, 10: 1_000_000, 13: 1_000, 16: 1}  # of an epoch number -> microseconds each


@dataclass(frozen=True)
class Proof:
    """What a column tells about the order of day and month in dates such as 03/04/2021."""

    written: bool  # there is such a date at all
    day_first: bool  # some first number is above 12
    month_first: bool  # some second number is above 12

    @property
    def order(self) -> Order | None:
        """Return the proved order; null when nothing or both ways are proved."""
        if self.day_first == self.month_first:
            return None
        return "dmy" if self.day_first else "mdy"


def prove(text: pl.Series) -> Proof:
    """Return what the dates of a column prove about their order."""
    parts = text.str.extract_groups(YEAR_LAST).struct.unnest()
    numbers = parts.select(pl.nth(0, 1, 2).cast(pl.Int64, strict=False))
    numbers.columns = ["first", "second", "year"]
    # an "empty" date such as 0/01/1900 or 12/31/9999 is written by the system, not in the order of the column
    is_day = pl.min_horizontal("first", "second") <= HALF_DAY
    real = numbers.filter(~pl.col("year").is_in([1900, 1970, 9999]) & is_day)
    top = real.select(pl.col("first").max(), pl.col("second").max()).row(0)
    day, month = ((value or 0) > HALF_DAY for value in top)
    return Proof(real.get_column("year").count() > 0, day, month)


def days(text: pl.Series, order: Order | None) -> pl.DataFrame:
    """Return day (null = none given) and problem (null, date_invalid, ambiguous or unreadable) of each cell.

    Years before 1930 and from 2100 mean "none given". Without an order a date such as 03/04/2021 is ambiguous.
    """
    return _instants(text, order).select(
        day=pl.when(pl.col("year").is_between(FIRST_YEAR, LAST_YEAR - 1)).then(
            pl.col("at").dt.date()
        ),
        problem=pl.when(
            pl.col("year").is_between(FIRST_YEAR, LAST_YEAR - 1)
            | ~pl.col("shaped") & pl.col("given")
        ).then("problem"),
    )


def instants(text: pl.Series, order: Order | None) -> pl.DataFrame:
    """Return at (UTC), timed (a time of day is given), zoned, problem; epoch numbers in s, ms or µs are read too."""
    # the usual form of a whole column is read at once, ten times as fast as cell by cell
    usual = text.str.strip_suffix("Z").str.replace("T", " ", literal=True)
    fast = usual.str.to_datetime(FAST, strict=False, time_unit="us")
    if fast.null_count() == 0:
        return pl.DataFrame({"at": fast, "zoned": text.str.ends_with("Z")}).select(
            "at", "zoned", timed=pl.lit(True), problem=pl.lit(None, pl.String)
        )
    number = text.str.extract(r"^(\d{9,16}(?:\.\d+)?)$").cast(pl.Float64, strict=False)
    if number.null_count() == 0:
        return _epochs(text).with_columns(
            timed=pl.lit(True), zoned=pl.lit(True), problem=pl.lit(None, pl.String)
        )
    mixed = pl.concat(
        [_instants(text, order), _epochs(text).rename({"at": "epoch"})], how="horizontal"
    )
    is_epoch = pl.col("epoch").is_not_null()
    return mixed.select(
        at=pl.coalesce("epoch", "at"),
        timed=pl.col("timed") | is_epoch,
        zoned=pl.col("zoned") | is_epoch,
        problem=pl.when(~is_epoch).then("problem"),
    )


def _epochs(text: pl.Series) -> pl.DataFrame:
    """Return at: seconds (9 or 10 digits, maybe with a fraction), milliseconds (13) or microseconds (16)."""
    whole = pl.col("text").str.extract(r"^(\d{9,10}|\d{13}|\d{16})(?:\.\d*)?$")
    fraction = (
        pl.col("text").str.extract(r"^\d{9,10}\.(\d{1,6})").fill_null("0").str.pad_end(6, "0")
    )
    scale = whole.str.len_chars().replace_strict(DIGITS, default=None, return_dtype=pl.Int64)
    micros = whole.cast(pl.Int64) * scale + fraction.cast(pl.Int64)
    return pl.DataFrame({"text": text}).select(at=micros.cast(pl.Datetime("us")))


def _instants(text: pl.Series, order: Order | None) -> pl.DataFrame:
    """Return year, at (UTC), timed, zoned, given, shaped (looks like a date), problem of each cell."""
    frame = pl.DataFrame({"text": text})
    first = pl.col("text").str.extract_groups(YEAR_FIRST)
    last = pl.col("text").str.extract_groups(YEAR_LAST)
    compact = pl.col("text").str.extract_groups(COMPACT)
    day, month = ("1", "2") if order != "mdy" else ("2", "1")
    parts = frame.select(
        "text",
        year=_number(first, "1")
        .fill_null(_number(compact, "1"))
        .fill_null(_century(_number(last, "3"))),
        month=_number(first, "2").fill_null(_number(compact, "2")).fill_null(_number(last, month)),
        day=_number(first, "3").fill_null(_number(compact, "3")).fill_null(_number(last, day)),
        hour=_both(first, last, "4").cast(pl.Int64),
        minute=_both(first, last, "5").cast(pl.Int64),
        second=_both(first, last, "6").cast(pl.Int64),
        fraction=_both(first, last, "7").str.pad_end(6, "0").cast(pl.Int64),
        half=_both(first, last, "8").str.to_lowercase(),
        zone=_both(first, last, "9"),
        year_last=_number(last, "3").is_not_null(),
    )
    hour = (
        pl.when(pl.col("half").is_not_null())
        .then(pl.col("hour") % HALF_DAY + HALF_DAY * (pl.col("half") == "p"))
        .otherwise("hour")
    )
    at = _datetime(hour.fill_null(0)) - _offset()
    shaped = pl.col("year").is_not_null()
    given = ~pl.col("text").str.to_lowercase().is_in(EMPTY) & pl.col("text").is_not_null()
    ambiguous = pl.col("year_last") & pl.lit(order is None)
    return parts.with_columns(at=at).select(
        "year",
        at=pl.when(~ambiguous).then("at"),
        timed=pl.col("hour").is_not_null(),
        zoned=pl.col("zone").is_not_null(),
        given=given,
        shaped=shaped,
        problem=pl.when(ambiguous)
        .then(pl.lit("ambiguous"))
        .when(shaped & pl.col("at").is_null())
        .then(pl.lit("date_invalid"))
        .when(~shaped & given)
        .then(pl.lit("unreadable")),
    )


def _datetime(hour: pl.Expr) -> pl.Expr:
    """Return the date and time, null where there is no such day (31 February) or hour."""
    minute, second = pl.col("minute").fill_null(0), pl.col("second").fill_null(0)
    text = pl.format("{}-{}-{} {}:{}:{}", "year", "month", "day", hour, minute, second)
    at = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    return at + pl.duration(microseconds=pl.col("fraction").fill_null(0))


def _offset() -> pl.Expr:
    minutes = pl.col("zone").str.extract(r"(\d{2})$").cast(pl.Int64)
    hours = pl.col("zone").str.extract(r"^[+-](\d{2})").cast(pl.Int64)
    sign = pl.when(pl.col("zone").str.starts_with("-")).then(-1).otherwise(1)
    return pl.duration(minutes=(sign * (hours * 60 + minutes)).fill_null(0))


def _number(groups: pl.Expr, name: str) -> pl.Expr:
    return groups.struct.field(name).cast(pl.Int64, strict=False)


def _both(first: pl.Expr, last: pl.Expr, name: str) -> pl.Expr:
    return pl.coalesce(first.struct.field(name), last.struct.field(name))


def _century(year: pl.Expr) -> pl.Expr:
    return (
        pl.when(year >= 100)  # noqa: PLR2004
        .then(year)
        .when(year >= PIVOT)
        .then(year + 1900)
        .otherwise(year + 2000)
    )
