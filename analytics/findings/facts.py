"""What may be said of a period without comparing it: how many used the tools, how far they go, what it takes, what no export tells."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from analytics.charts.numbers import two_digits
from analytics.findings.book import Book
from analytics.findings.verdicts import Verdict

FACTS = (
    "active_people",
    "adoption_funnel",
    "collaboration_hours",
    "deliveries_per_day",
    "displaced",
    "meeting_hours",
    "vendor_active",
)
STEPS = ("active", "contributing", "reciprocal", "habitual")
LADDER_FROM = 50  # people with a seat: below, "of every ten" is about a few
# What is assumed of time (metrics/time_cost.py): of ten messages seven are opened; writing takes at most so long.
OPENED, FEWEST_OPENED, ALL_OPENED = 0.7, 0.3, 1.0
SHORTEST, LONGEST = "c0.5", "c5"
MONTH = 30  # days, of a vendor's window


@dataclass(frozen=True)
class Found:
    """A finding before it is ranked; `size` in smallest changes worth showing."""

    finding: str
    verdict: Verdict
    page: str
    metric: str | None
    slots: dict[str, Any]
    size: float = 0.0


def facts(book: Book, said: Container[str]) -> list[Found]:
    """Return the plain facts that hold, most important first; the ladder only where `said` holds no gap in it."""
    ladder = () if "gap" in said else _ladder(book)
    return [*_used(book), *ladder, *_by_vendor(book), *_minutes(book), *_meetings(book)]


def unknown(computable: pl.DataFrame | None, wanted: Sequence[tuple[str, str]]) -> Iterator[Found]:
    """Yield what no import tells of (metric, what it is about), each kind of export once, with what would tell it."""
    if computable is None:
        return
    missing = computable.filter(~pl.col("computable"), pl.col("needs").is_not_null())
    needs = dict(missing.select("metric", "needs").iter_rows())
    asked: set[str] = set()
    for metric, what in wanted:
        if metric in needs and needs[metric] not in asked:
            asked.add(needs[metric])
            slots = {"what": what, "needs": needs[metric]}
            yield Found("unknown_without", "unseen", "imports", metric, slots)


def _used(book: Book) -> Iterator[Found]:
    row = book.latest("active_people", None)
    if row and row["numerator"] is not None:
        slots = {
            "used": int(row["numerator"]),
            "enabled": int(row["denominator"]),
            "period": book.named(row["period"]),
            "tools": _counted(book),
        }
        yield Found("used", "clear", "adoption", "active_people", slots)


def _counted(book: Book) -> list[str]:
    """Return the tools whose people the company's figure counts, those included whose own figure is hidden."""
    rows = book.rows("active_people", None, "tool", grain="all")
    counted = rows.filter(pl.col("reason").ne_missing(pl.lit("no_seats")))
    return counted["tool"].unique().sort().to_list()


def _by_vendor(book: Book) -> Iterator[Found]:
    """Yield whom a vendor's own report calls active, tool by tool, where our own figure knows nothing of the tool."""
    rows = book.figures.filter(pl.col("metric") == "vendor_active", pl.col("value").is_not_null())
    own = book.tools("active_people")
    for tool in rows["tool"].unique().sort().to_list():
        if tool in own:
            continue
        # a month of it, else the longest there is
        row = min(
            rows.filter(pl.col("tool") == tool).iter_rows(named=True),
            key=lambda one: abs(_length(one["bin"]) - MONTH),
        )
        last = date.fromisoformat(row["bin"].split("/")[2])
        slots = {
            "used": int(row["numerator"]), "enabled": int(row["denominator"]), "tools": [tool],
            "days": str(_length(row["bin"])), "last_day": f"{last.day} {last:%B %Y}",
        }  # fmt: skip
        yield Found("used_by_vendor", "clear", "adoption", "vendor_active", slots)


def _length(bin_: str) -> int:
    """Return the days of a vendor's window, <measure>/<first day>/<last day>."""
    first, last = (date.fromisoformat(day) for day in bin_.split("/")[1:])
    return (last - first).days + 1


def _meetings(book: Book) -> Iterator[Found]:
    row = book.latest("meeting_hours", None)
    if row:
        slots = book.facts(row)
        yield Found("meetings_take", "clear", "time_cost", "meeting_hours", slots)


def _ladder(book: Book) -> Iterator[Found]:
    rows = {step: book.latest("adoption_funnel", step) for step in STEPS}
    known = [row for row in rows.values() if row and row["numerator"]]
    if len(known) < len(STEPS) or known[0]["denominator"] < LADDER_FROM:
        return
    if len({row["period"] for row in known}) > 1:
        return
    active, contributing, reciprocal, _ = (row["numerator"] for row in known)
    slots = {
        "of_ten_contribute": round(10 * contributing / active),
        "of_ten_exchange": round(10 * reciprocal / active),
        "period": book.named(known[0]["period"]),
    }
    yield Found("of_ten", "clear", "adoption", "adoption_funnel", slots)


def _minutes(book: Book) -> Iterator[Found]:
    """Yield the range of minutes a working day for the tool that takes most."""
    ranges = sorted(
        (high, low, tool)
        for tool in book.tools("collaboration_hours")
        if (ends := _ends(book, tool)) is not None
        for low, high in [ends]
    )
    if ranges:
        high, low, tool = ranges[-1]
        slots = {"tools": [tool], "minutes_low": two_digits(low), "minutes_high": two_digits(high)}
        yield Found("minutes", "clear", "time_cost", "collaboration_hours", slots)


def _ends(book: Book, tool: str) -> tuple[float, float] | None:
    """Return minutes a working day: fewest opened and written fastest, all opened and written slowest."""

    def row(metric: str, bin_: str, variant: str = "") -> dict[str, Any] | None:
        found = book.rows(metric, bin_, "tool", grain="all", variant=variant)
        found = found.filter(pl.col("tool") == tool, pl.col("value").is_not_null())
        return found.row(0, named=True) if found.height else None

    reading = row("collaboration_hours", "reading")
    days = row("deliveries_per_day", "total")
    fast, slow = (row("collaboration_hours", "own_acts", cap) for cap in (SHORTEST, LONGEST))
    if not (reading and days and fast and slow and reading["denominator"]):
        return None
    days_a_week = days["denominator"] / reading["denominator"]  # the same people and period
    low = reading["value"] * FEWEST_OPENED / OPENED + fast["value"]
    high = reading["value"] * ALL_OPENED / OPENED + slow["value"]
    return low * 60 / days_a_week, high * 60 / days_a_week
