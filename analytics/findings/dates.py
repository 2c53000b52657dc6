"""Did a date that the company named change anything, and how large must an effect be to show? h12, h12\u2032 and h13."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from analytics.findings.book import Book
from analytics.findings.facts import Found
from analytics.findings.verdicts import Verdict

AFTER_DATE, VISIBLE = "uptake_after_milestone", "smallest_visible_effect"
DATES = (AFTER_DATE, VISIBLE)
CHANCE, STEADY = 0.05, 0.05  # of pretend departments; of weeks, within those before
VERDICTS: dict[str, Verdict] = {
    "milestone_whole": "clear", "milestone_apart": "clear", "milestone_alike": "noise",
    "milestone_few": "noise", "milestone_still": "noise",
}  # fmt: skip
Row = Mapping[str, Any]
Dated = tuple[date, str, str | None]  # day, name, department; null = everybody


def dates(book: Book, milestones: Iterable[Dated]) -> Iterator[Found]:
    """Yield what may be said of the newest date that can be told."""
    for on, name, department in sorted(milestones, key=lambda each: each[0], reverse=True):
        rows = book.figures.filter(
            pl.col("metric") == AFTER_DATE,
            pl.col("bin").str.starts_with(f"{on}/"),
            pl.col("department").eq_missing(pl.lit(department, pl.String)),
            pl.col("value").is_not_null(),
        )
        told = parts(rows)
        if "before" in told:
            finding, slots = after_date(name, department, told)
            size = abs(told["change"]["value"]) / (book.smallest(AFTER_DATE) or 1.0)
            yield Found(finding, VERDICTS[finding], "adoption", AFTER_DATE, slots, size)
            return


def visible(book: Book) -> Iterator[Found]:
    """Yield the smallest effect that a trial in half of the departments could show."""
    if slots := least(book.figures.filter(pl.col("metric") == VISIBLE)):
        yield Found("trial_shows", "noise", "adoption", VISIBLE, slots)


def parts(rows: pl.DataFrame) -> dict[str, Row]:
    """Return the rows of one date by what they tell: before, after, change, against, drift, as_large (with `others`, a number)."""
    told: dict[str, Row] = {}
    for row in rows.iter_rows(named=True):
        _, part, *others = row["bin"].split("/")
        told[part] = row | ({"others": int(others[0])} if others else {})
    return told


def after_date(name: str, department: str | None, told: Mapping[str, Row]) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Return the finding about a date and its slots: against other departments where there are enough, else before and after."""
    slots = {"milestone": name, "department": department or ""}
    change = told["change"]
    sides = {"before_it": told["before"]["value"], "after_it": told["after"]["value"]}
    if department is None:
        return "milestone_whole", slots | sides
    if change["low"] is None or change["low"] <= 0 <= change["high"]:
        return "milestone_still", slots | sides
    rank = told.get("as_large")
    if rank is None or 1 / (rank["others"] + 1) > CHANCE:
        return "milestone_few", slots | sides
    others = rank["others"]
    as_large = round(rank["value"] * others)
    is_apart = (as_large + 1) / (others + 1) <= CHANCE and abs(told["drift"]["value"]) < STEADY
    if not is_apart:
        return "milestone_alike", slots | sides
    more = {"beyond": told["against"]["value"], "as_large": as_large, "others": others}
    return "milestone_apart", slots | sides | more


def least(rows: pl.DataFrame) -> dict[str, Any]:
    """Return the slots of the smallest effect that a trial in half of the departments shows; {} = not known."""
    known = rows.drop_nulls("value")
    if known.is_empty():
        return {}
    return {"groups_tried": int(known["bin"][0].split("/")[1]), "least": float(known["value"][0])}
