"""The dates that the company named: as rules on a line over time, and what people did before and after each."""

import json
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import shape, words
from analytics.charts.dots import dots
from analytics.charts.trend import dated, trend
from analytics.findings import say, sentence
from analytics.findings.dates import AFTER_DATE, VISIBLE, after_date, least, parts
from analytics.findings.templates import TEMPLATES
from pages.parts.data import Figures, once
from pages.parts.figure import Block, Picture, Said, figure, first_reason, source
from pages.parts.states import note
from pages.parts.text import plain

METRIC = AFTER_DATE
SIDES = {"before": "In the 8 weeks before", "after": "In the 12 weeks after"}
PARTS = {
    **SIDES, "change": "Change", "against": "More than elsewhere", "drift": "More than elsewhere, within the weeks before",
    "as_large": "Other departments that moved as much", "jump": "Jump at the date, its line before drawn on",
    "slope": "Change of slope a week", "pretended": "Pretended dates before it that jumped as far",
}  # fmt: skip
MOST_SHOWN = 4


@once
def named(figures: Figures) -> list[dict[str, Any]]:
    """Return the dates named for everybody or for whom the scope shows: on, name, department."""
    told = json.loads(figures.release.company().get("milestones") or "[]")
    chosen = figures.scope.department
    return [one for one in told if one["department"] in (None, chosen) or chosen is None]


def trend_picture(figures: Figures, rows: pl.DataFrame) -> Picture:
    """Return the line over time, with the dates on it where there are any."""
    dates = named(figures)
    if not dates:
        return Picture(trend, (rows, "share"))
    marks = [
        {"on": date.fromisoformat(one["on"]), "name": one["name"], "row": i % 2}
        for i, one in enumerate(dates)
    ]
    return Picture(dated, (rows, "share", pl.DataFrame(marks)))


def milestones(figures: Figures) -> None:
    """Draw one figure a date, newest first."""
    dates = named(figures)
    if not dates:
        found = figures.ask(METRIC, grain="all")
        reason = first_reason(found) if found.height else "no_milestone"
        said = _said(figures, found, say("milestone_none"), "")
        figure(Block("milestone", said, None, found, pl.DataFrame(), reason))
    for i in range(min(len(dates), MOST_SHOWN)):
        if i:
            st.space("small")
        figure(_newest(figures, i))
    _what_would_show(figures)


@once
def _newest(figures: Figures, number: int) -> Block:
    """Return the figure of a date, counted from the newest, 0."""
    one = named(figures)[-1 - number]
    rows = figures.ask(METRIC, grain="all", department=one["department"])
    found = rows.filter(pl.col("bin").str.starts_with(f"{one['on']}/"))
    told = parts(found.drop_nulls("value"))
    sides = found.with_columns(bin=pl.col("bin").str.split("/").list.get(1))
    finding, slots = _finding(one, told)
    is_told = TEMPLATES[finding].verdict == "clear"  # what chance may have done stays grey
    drawn = shape.rows_named(sides, SIDES, "share", ours="after" if is_told else "")
    shown = Picture(dots, (drawn.drop("key"), "share")) if drawn.height else None
    alt = words.in_words("Before and after", drawn["name"].to_list(), drawn["text"].to_list())
    names = {bin_: PARTS[bin_.split("/")[1]] for bin_ in found["bin"]}
    twin = words.table(found, "share", names)
    said = _said(figures, found, say(finding, **slots), alt, one["department"])
    return Block(f"milestone_{number}", said, shown, found, twin, first_reason(found))


def _finding(one: dict[str, Any], told: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if "before" not in told:
        return "milestone_open", {"milestone": one["name"]}
    return after_date(one["name"], one["department"], told)


def _what_would_show(figures: Figures) -> None:
    """Write how large the effect of a trial must be to show."""
    slots = least(figures.ask(VISIBLE, grain="all"))
    if slots:
        note(plain(" ".join(sentence("trial_shows", slots))))


def _said(
    figures: Figures, found: pl.DataFrame, finding: str, alt: str, department: str | None = None
) -> Said:
    return Said(
        finding=finding,
        measure="Share of weeks in which people with a seat contributed, the same people before and after",
        source=source(
            figures, found, "" if department else "a date for everybody cannot be told from all else that happened then",
            period="Whole period", people=department or "Whole company",
        ),
        alt=alt or "Before and after a date: not known.",
        passports=[figures.passport(METRIC), figures.passport(VISIBLE)],
    )  # fmt: skip
