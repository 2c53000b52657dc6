"""Which number does a cell of a vendor's report mean? Counts, hours, durations, yes and no."""

import re
from functools import lru_cache

import polars as pl

from analytics.readers.headers import REMEMBERED, SENSITIVE, plain

YES = ("true", "yes", "y", "sì", "si", "ja", "oui")
NO = ("false", "no", "n", "nein", "non")
NONE = ("", "-", "--", "n/a", "#n/a", "null", "none")
WHOLE = r"^-?(?:\d+|\d{1,3}(?:,\d{3})+)$"
DECIMAL = r"^-?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d+)?(?:[eE][+-]?\d+)?$"
COMMA = r"^(-?\d+),(\d{1,2}|\d{4,})$"  # 0,25: three digits behind a comma are thousands
DURATION = r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$"
SECONDS = (86_400, 3_600, 60, 1)
LARGEST = 1e15  # a petabyte is counted in bytes
# words of a column that says who, where or when, which may hold digits and is no count
NOT_COUNTED = re.compile(
    r"\b(id|ids|guid|name|names|date|dates|url|email|mail address|address|upn|principal|products?|state|type"
    r"|department|title|country|city|company|manager|owner|template|period|timestamp|quota|cost center|postal|zip)\b"
)
# Microsoft and Apple write these in one word or in two
ONE_WORD = {
    "one drive": "onedrive", "share point": "sharepoint", "power point": "powerpoint", "one note": "onenote",
    "i os": "ios", "i phone": "iphone", "i pad": "ipad", "chrome o s": "chrome os", "d ms": "dms",
}  # fmt: skip
SPLIT = re.compile(rf"\b({'|'.join(ONE_WORD)})\b")


@lru_cache(REMEMBERED)
def name_of(written: str) -> str:
    """Return a column as lower-case words: "Used  Chrome OS", "usedChromeOS" and "used_chrome_os" agree."""
    name = plain(written)
    return SPLIT.sub(lambda found: ONE_WORD[found[0]], name)


def measure(name: str) -> str:
    """Return a column's name as a measure: team_chat_message_count."""
    return re.sub(r"\W+", "_", name).strip("_")


def slug(text: pl.Expr) -> pl.Expr:
    """Return a cell as a part of a measure's name."""
    return text.str.to_lowercase().str.replace_all(r"[\W_]+", "_").str.strip_chars("_")


def is_sensitive(name: str) -> bool:
    """Say whether a column may not come in; the phones and mobiles of a usage report are devices, not numbers."""
    return bool(SENSITIVE.search(re.sub(r"\b(phone|mobile)\b", "", name)))


def value(text: pl.Expr, *, decimals: bool = False) -> pl.Expr:
    """Return a cell as a number, a duration as seconds, a yes as 1; null where it is empty or none of these."""
    low = text.str.to_lowercase()
    parts = [
        text.str.extract(DURATION, group).cast(pl.Float64).fill_null(0) * seconds
        for group, seconds in enumerate(SECONDS, start=1)
    ]
    number = text.str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)
    shape = text.str.contains(DECIMAL if decimals else WHOLE) & text.str.contains(r"\d")
    found = (
        pl.when(shape)
        .then(number)
        .when(text.str.contains(DURATION))
        .then(pl.sum_horizontal(parts))
        .when(low.is_in(YES))
        .then(1.0)
        .when(low.is_in(NO))
        .then(0.0)
    )
    if not decimals:
        return found
    comma = text.str.replace(COMMA, "$1.$2").cast(pl.Float64, strict=False)
    return pl.when(text.str.contains(COMMA)).then(comma).otherwise(found)


def problem(text: pl.Expr, number: pl.Expr) -> pl.Expr:
    """Return number_invalid or number_out_of_range, null where the cell is empty or a possible count."""
    is_empty = text.is_null() | text.str.to_lowercase().is_in(NONE)
    return (
        pl.when(is_empty)
        .then(None)
        .when(number.is_null())
        .then(pl.lit("number_invalid"))
        .when((number < 0) | (number > LARGEST))
        .then(pl.lit("number_out_of_range"))
    )
