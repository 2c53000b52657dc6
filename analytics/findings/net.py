"""Does a tool give back the time it takes? From released rows of one tool to what may be said at the usual assumptions."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from analytics import worth
from analytics.findings.book import Book
from analytics.findings.facts import Found
from analytics.findings.verdicts import Verdict
from analytics.worth import Ends

HOURS, LOAD, GAVE_WAY = "collaboration_hours", "deliveries_per_day", "displaced"
# variant -> minutes that an act of writing is given at most
CAPS = {"c0.5": 0.5, "c1": 1.0, "": 2.0, "c5": 5.0, "c10": 10.0}
READING_SECONDS = {"mail": 60, "chat": 15}  # with which the release reckons reading
OPENED = 0.7
WORTH_SAYING = 5.0  # minutes a day
Row = Mapping[str, Any]


def net_effect(book: Book) -> Iterator[Found]:
    """Yield whether a tool costs or saves time, or that it cannot be said, where it is known what gave way to it."""
    assumed = {id_: each.ends for id_, each in worth.assumptions().items()}
    verdicts: dict[str, Verdict] = {"costs": "clear", "saves": "clear", "unsaid": "noise"}
    for tool in book.tools(GAVE_WAY):
        rows = book.figures.filter(
            pl.col("tool") == tool,
            pl.col("grain") == "all",
            pl.col("metric").is_in([HOURS, LOAD, GAVE_WAY]),
            *(pl.col(cut).is_null() for cut in ("division", "department", "level", "location")),
        )
        known = tool_of(rows)
        if known is None:
            continue
        found = worth.net(known, assumed)
        verdict = worth.verdict(found, known)
        slots = {"tools": [tool], "net_low": found.low, "net_high": found.high}
        size = abs(found.likely) / WORTH_SAYING
        yield Found(f"tool_{verdict}", verdicts[verdict], "time_cost", GAVE_WAY, slots, size)


def acts_of(rows: Mapping[tuple[str, str], Row]) -> dict[float, float]:
    """Return hours of own acts by the minutes an act is given; `rows` by (variant, bin)."""
    found = {minutes: rows.get((variant, "own_acts")) for variant, minutes in CAPS.items()}
    return {minutes: row["value"] for minutes, row in found.items() if row and row["value"] is not None}  # fmt: skip


def tool_of(rows: pl.DataFrame) -> worth.Tool | None:
    """Return a tool's figures a person and working day; None where too few are known.

    `rows`: those of HOURS (all variants), LOAD and GAVE_WAY of one tool, whole company and whole period.
    """
    by: dict[str, dict[tuple[str, str], Row]] = {HOURS: {}, LOAD: {}, GAVE_WAY: {}}
    for row in rows.iter_rows(named=True):
        by[row["metric"]][row["variant"], row["bin"]] = row
    load, hours = by[LOAD], by[HOURS]
    received, reading, acts = load.get(("", "total")), hours.get(("", "reading")), acts_of(hours)
    one = [load.get(("", bin_)) for bin_ in ("direct", "mention")]
    if not (received and reading and received["value"] and reading["value"] is not None and acts):
        return None
    if any(row is None or row["value"] is None for row in one) or not reading["denominator"]:
        return None
    days_a_week = received["denominator"] / reading["denominator"]  # the same people and period
    gave_way = {name: ends(row) for (_, name), row in by[GAVE_WAY].items() if row["value"] is not None}  # fmt: skip
    low, likely, high = (sum(part) for part in zip(*(ends(row) for row in one if row), strict=True))
    return worth.Tool(
        received=ends(received),
        of_one=(low, likely, high),
        mail_share=_mail_share(received, reading),
        acts={minutes: hours_a_week * 60 / days_a_week for minutes, hours_a_week in acts.items()},
        gave_way=gave_way or None,
    )


def ends(row: Row) -> Ends:
    """Return low, value and high of a released row; the value where it has no interval."""
    value = float(row["value"])
    low, high = (value if row[end] is None else float(row[end]) for end in ("low", "high"))
    return low, value, high


def _mail_share(received: Row, reading: Row) -> float:
    """Return which part of what is received is mail, from the hours of reading that the release reckons for both."""
    seconds = reading["numerator"] * 3600 / OPENED / received["numerator"]
    mail, chat = READING_SECONDS["mail"], READING_SECONDS["chat"]
    return float(min(max((seconds - chat) / (mail - chat), 0.0), 1.0))
