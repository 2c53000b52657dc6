"""How a figure is written: digits follow the interval, minus is a minus, ranges are never a dash beside a sign."""

from math import floor, isfinite, log10

SPACE = "\u00a0"  # between number and unit, so that they never part
MINUS = "\u2212"
DASH = "\u2013"
CURRENCY = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF" + SPACE}
PER_CENT_POINT = 0.01
SMALL_HOURS = 0.05
WHOLE_MINUTES = 10  # from which on tenths of a minute say nothing
COARSE_RATIO, COARSE_FROM = (
    0.05,
    2,
)  # half an interval from which on hundredths of a ratio over two say nothing
UNKNOWN = "—"


def number(value: float | None, unit: str, half: float | None = None) -> str:
    """Return the value with its unit, as fine as half its interval allows: 27%, 15.2 h, 0.84."""
    if value is None or not isfinite(value):
        return UNKNOWN
    if unit == "hours" and _is_small(value, half):
        return number(value * 60, "minutes", None if half is None else half * 60)
    plain = _digits(value, unit, half)
    return plain + {
        "share": "%",
        "hours": f"{SPACE}h",
        "days": f"{SPACE}days",
        "minutes": f"{SPACE}min",
    }.get(unit, "")


def span(low: float | None, high: float | None, unit: str) -> str:
    """Return an interval without unit but the per cent sign: 25–29%, 14.6–15.8, −0.42 to −0.31."""
    if low is None or high is None:
        return ""
    half = (high - low) / 2
    if unit == "hours" and _is_small(max(abs(low), abs(high)), half):
        return f"{span(low * 60, high * 60, 'minutes')}{SPACE}min"
    first, last = _digits(low, unit, half), _digits(high, unit, half)
    if {first, last} & {"0", "100"}:  # 99–100%, not 99.0–100%
        first, last = first.removesuffix(".0"), last.removesuffix(".0")
    joint = " to " if low < 0 else DASH
    return f"{first}{joint}{last}{'%' if unit == 'share' else ''}"


def full(value: float | None, low: float | None, high: float | None, unit: str) -> str:
    """Return a value with its interval in brackets: 27% (25–29%)."""
    half = (high - low) / 2 if low is not None and high is not None else None
    if unit == "hours" and value is not None and _is_small(value, half):
        value, low, high = (None if each is None else each * 60 for each in (value, low, high))
        return full(value, low, high, "minutes")
    inside = span(low, high, unit)
    return number(value, unit, half) + (f" ({inside})" if inside else "")


def time(hours: float) -> str:
    """Return hours for running text, below one as minutes: 11 min, 1.2 h."""
    return number(hours * 60, "minutes") if abs(hours) < 1 else number(hours, "hours")


def change(delta: float | None, unit: str, half: float | None = None) -> str:
    """Return a change with its sign: +7 points, −0.08, +1.2 h."""
    if delta is None or not isfinite(delta):
        return UNKNOWN
    if unit != "share":
        return _sign(delta) + number(abs(delta), unit, half)
    points = _digits(abs(delta), unit, half)
    return f"{_sign(delta)}{points} {'point' if points == '1' else 'points'}"


def change_span(low: float | None, high: float | None, unit: str) -> str:
    """Return the interval of a change: +4 to +9."""
    if low is None or high is None:
        return ""
    half = (high - low) / 2
    if unit == "hours" and _is_small(max(abs(low), abs(high)), half):
        return f"{change_span(low * 60, high * 60, 'minutes')}{SPACE}min"
    return f"{_sign(low)}{_digits(abs(low), unit, half)} to {_sign(high)}{_digits(abs(high), unit, half)}"


def count(n: float | None) -> str:
    """Return a count with thousands separated."""
    return UNKNOWN if n is None else f"{round(n):,}"


def people(n: float | None) -> str:
    """Return a count of people: 1 person, 1,240 people."""
    return f"{count(n)} {'person' if n == 1 else 'people'}"


def money(low: float, high: float, currency: str = "EUR") -> str:
    """Return a range of money at two digits: €29–34 m, €140–170 k. Never a single number."""
    scale, word = next(
        (s, w) for s, w in ((1e6, " m"), (1e3, " k"), (1.0, "")) if high >= s or s == 1.0
    )
    places = 0 if high / scale >= 10 else 1  # noqa: PLR2004  # two significant digits
    first, last = (f"{two_digits(end) / scale:,.{places}f}" for end in (low, high))
    sign = CURRENCY.get(currency, currency + SPACE)
    ends = first if first == last else f"{first}{DASH}{last}"
    return f"{sign}{ends}{word.replace(' ', SPACE)}"


def two_digits(value: float) -> float:
    """Round to two significant digits."""
    return value if value == 0 else round(value, 1 - floor(log10(abs(value))))


def about(share: float) -> str:
    """Return a share of people in words, for running text in the past tense: about one person in four."""
    return next((words for limit, words in _ABOUT if share < limit), "nearly everybody")


_ABOUT = (
    (0.03, "almost nobody"),
    (0.075, "about one person in twenty"),
    (0.14, "about one person in ten"),
    (0.18, "about one person in six"),
    (0.225, "about one person in five"),
    (0.29, "about one person in four"),
    (0.365, "about one person in three"),
    (0.44, "about two people in five"),
    (0.55, "about half of the people"),
    (0.63, "about three people in five"),
    (0.71, "about two thirds of the people"),
    (0.78, "about three people in four"),
    (0.85, "about four people in five"),
    (0.95, "about nine people in ten"),
)
_SPELLED = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def spelled(n: int) -> str:
    """Return small counts as words, others as figures."""
    return _SPELLED[n] if 0 <= n < len(_SPELLED) else count(n)


def _sign(value: float) -> str:
    return MINUS if value < 0 else "+"


def _digits(value: float, unit: str, half: float | None) -> str:
    if unit == "share":
        is_whole = round(value * 100, 1) in {0, 100}  # 100.0 % would promise what it does not hold
        return _signed(value * 100, 0 if half is None or half >= PER_CENT_POINT or is_whole else 1)
    if unit == "count":
        return _signed(value, 0 if abs(value) >= 100 or (half or 0) >= 1 else 1)  # noqa: PLR2004
    if unit in {"hours", "days"}:
        return _signed(value, 1)
    if unit in {"score", "minutes"}:  # a score is of 100
        is_coarse = value == 0 or (half or 0) >= 1
        is_long = unit == "minutes" and half is None and abs(value) >= WHOLE_MINUTES
        return _signed(value, 0 if is_coarse or is_long else 1)
    if unit == "money":
        return _signed(two_digits(value), 0)
    return _signed(value, 1 if (half or 0) >= COARSE_RATIO and abs(value) >= COARSE_FROM else 2)


def _is_small(hours: float, half: float | None) -> bool:
    """Say whether tenths of an hour are too coarse, down to 0.0 h, as if nothing were done: then minutes are written."""
    if half is None:
        return 0 < abs(hours) < SMALL_HOURS
    return half < SMALL_HOURS and 0 < abs(hours) < 1


def _signed(value: float, places: int) -> str:
    text = f"{abs(value):,.{places}f}"
    is_zero = not text.strip("0.,")
    return text if value >= 0 or is_zero else MINUS + text
