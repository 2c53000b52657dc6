"""How numbers and foreign words are written on a page."""

import math
import re
import unicodedata
from datetime import date

from analytics.metrics.passport import Unit

MINUS = "\u2212"
DASH = "\u2013"
GAP = "\u00a0"  # no-break space between a number and its unit
UNKNOWN = "\u2014"
ONE_DIGIT = 10  # below it a range of money keeps one decimal

_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]()#+-.!|~>$:<&^=\"'@/"})
JOINER = "\u2060"  # unseen; what looks like an address is no longer one
_ADDRESSES = re.compile(r"https?(?=\\:)|www(?=\\\.)|@", re.IGNORECASE)
_COUNTS = re.compile(r"(?<=\d) (?=people\b|person\b)")
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF\u00a0"}


def plain(text: object) -> str:
    """Return a word that came from an export so that nothing in it acts as Markdown, link or image.

    Control and direction characters are dropped, line breaks become spaces; a number keeps its unit beside it.
    """
    return _ADDRESSES.sub(lambda found: f"{found[0]}{JOINER}", bare(text).translate(_ESCAPED))


def unbroken(markdown: str) -> str:
    """Return Markdown whose ranges and counts of people are never parted at the end of a line."""
    return _COUNTS.sub(GAP, markdown).replace(DASH, DASH + JOINER)


def bare(text: object) -> str:
    """Return a word from an export for places that show text as it is: no control characters, one line."""
    written = str(text)
    if written.replace(GAP, "").isprintable():  # nearly all: no control character, no other space
        return written.strip()
    kept = (
        " " if letter.isspace() and letter != GAP else letter
        for letter in written
        if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")
    )
    return "".join(kept).strip()


def digits(low: float | None, high: float | None, unit: float = 1.0) -> int:
    """Return how many decimals an interval allows: none when half of it is over one unit."""
    if low is None or high is None:
        return 0
    half = (high - low) / 2 / unit
    return min(2, math.ceil(-math.log10(half))) if 0 < half < 1 else 0


def number(value: float, decimals: int = 0) -> str:
    """Return 1,240 or −0.31: thousands by comma, a true minus, never "−0"."""
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def count(value: float, noun: str = "people", one: str | None = None) -> str:
    """Return 1,240 people."""
    word = (one or {"people": "person"}.get(noun, noun.removesuffix("s"))) if value == 1 else noun
    return f"{number(value)} {word}"


def of_staff(counted: float, staff: float) -> str:
    """Return 388 of 400 people; 116 people where nobody is left out, or nobody knows how many more there are."""
    return count(staff) if counted == staff else f"{number(counted)} of {count(staff)}"


def interval(low: float, high: float, decimals: int = 0, unit: str = "") -> str:
    """Return 25–29%; a dash beside a minus would not be read, so then it is "−4 to 9"."""
    first, last = number(low, decimals), number(high, decimals)
    between = " to " if MINUS in first + last else DASH
    return f"{first}{between}{last}{unit}"


def share(value: float, low: float | None = None, high: float | None = None) -> str:
    """Return 27% or 27% (25–29%)."""
    if low is None or high is None:
        return f"{number(value * 100)}%"
    decimals = digits(low * 100, high * 100)
    return f"{number(value * 100, decimals)}% ({interval(low * 100, high * 100, decimals, '%')})"


def hours(value: float, low: float | None = None, high: float | None = None) -> str:
    """Return 15.2 h or 15.2 h (14.6–15.8), with a no-break space before the unit."""
    if low is None or high is None:
        return f"{number(value, 1)}{GAP}h"
    return f"{number(value, 1)}{GAP}h ({interval(low, high, 1)})"


def change(
    value: float, low: float | None = None, high: float | None = None, unit: str = " points"
) -> str:
    """Return +7 points (+4 to +9); `value` and the ends are already in the unit named."""
    decimals = digits(low, high) if low is not None else 0

    def signed(amount: float) -> str:
        text = number(amount, decimals)
        return text if MINUS in text or float(text.replace(",", "")) == 0 else f"+{text}"

    shown = f"{signed(value)}{unit}"
    if low is None or high is None:
        return shown
    return f"{shown} ({signed(low)} to {signed(high)})"


def money(low: float, high: float, currency: str = "EUR") -> str:
    """Return a range such as €29–34 m; money is never one number."""
    sign = _SIGNS.get(currency, f"{currency}{GAP}")
    largest = max(abs(low), abs(high))
    scale, word = next(
        ((size, name) for size, name in ((1e9, "bn"), (1e6, "m"), (1e3, "k")) if largest >= size),
        (1.0, ""),
    )
    decimals = 1 if largest / scale < ONE_DIGIT and word else 0
    ending = f"{GAP}{word}" if word else ""
    return f"{sign}{interval(low / scale, high / scale, decimals)}{ending}"


def amount(
    value: float | None, unit: Unit, low: float | None = None, high: float | None = None
) -> str:
    """Return a figure in the way of its unit; a missing one is a long dash."""
    if value is None:
        return UNKNOWN
    if unit == "share":
        return share(value, low, high)
    if unit == "hours":
        return hours(value, low, high)
    decimals = (
        digits(low, high) if low is not None and high is not None else (0 if unit == "count" else 2)
    )
    decimals = max(decimals, 2) if unit in ("ratio", "difference") else decimals
    shown = number(value, decimals) + (f"{GAP}days" if unit == "days" else "")
    if low is None or high is None:
        return shown
    return f"{shown} ({interval(low, high, decimals)})"


def day(value: date, year: bool = True) -> str:
    """Return 22 November 2026."""
    return f"{value.day} {value:%B} {value.year}" if year else f"{value.day} {value:%B}"


def short_day(value: date) -> str:
    """Return 22 Nov 2026."""
    return f"{value.day} {value:%b} {value.year}"


def day_of(moment: str) -> str:
    """Return 22 Nov 2026 for a day or instant in ISO form."""
    return short_day(date.fromisoformat(moment[:10]))


def small(text: str) -> str:
    """Return text in the small grey tone of measures and feet; `text` must already be safe."""
    return f":small[:gray[{text}]]"


def listed(words: list[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    if len(words) < 2:  # noqa: PLR2004
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
