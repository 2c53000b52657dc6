"""The few figures that open the overview: value, interval, course, and one line that says what we can tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import numbers
from analytics.charts.shape import last_period
from analytics.charts.spark import against_company, sparkline
from analytics.charts.words import in_words
from analytics.findings.verdicts import Verdict
from pages.parts.definition import about
from pages.parts.figure import Picture, put
from pages.parts.lead import large
from pages.parts.states import as_it_was, note, words
from pages.parts.text import plain

MARKS: dict[Verdict, str] = {
    "clear": ":primary[●]",
    "noise": ":gray[○]",
    "unseen": ":gray[:material/visibility_off:]",
}
MEANINGS: dict[Verdict, str] = {
    "clear": "we can tell",
    "noise": "can't be told from noise",
    "unseen": "we can't see",
}
FEW = 3  # points of a line
COURSE = ("period", "value", "low", "high")


@dataclass(frozen=True)
class Card:
    """One card: its figure, its course, and the verdict on its last change."""

    key: str
    label: str
    unit: str
    passport: Mapping[str, Any]
    row: Mapping[str, Any] | None
    series: pl.DataFrame
    verdict: Verdict
    latest: Mapping[str, Any] | None

    @cached_property
    def ground(self) -> pl.DataFrame | None:
        """Return the released row as a table, for its definition."""
        return pl.DataFrame([self.row]) if self.row else None

    @cached_property
    def picture(self) -> Picture | None:
        """Return the course as a picture; None where too few points are known."""
        if self.series["value"].is_not_null().sum() < FEW:
            return None
        return Picture(sparkline, (self.series.select(COURSE),))


@dataclass(frozen=True)
class Multiple:
    """One measure of one group against the company's: both figures, both over time, and the block it stands in."""

    key: str
    label: str
    passport: Mapping[str, Any]
    row: Mapping[str, Any] | None
    company: Mapping[str, Any] | None
    block: str
    course: pl.DataFrame
    others: pl.DataFrame

    @cached_property
    def ground(self) -> pl.DataFrame | None:
        """Return the released row as a table, for its definition."""
        return pl.DataFrame([self.row]) if self.row else None

    @property
    def is_apart(self) -> bool:
        """Say whether the group stands apart from the company."""
        return self.block in {"higher", "lower"}

    @cached_property
    def picture(self) -> Picture | None:
        """Return both courses as a picture; None where too few points of the group are known."""
        if self.course["value"].is_not_null().sum() < FEW:
            return None
        both = self.course.select(COURSE), self.others.select(COURSE)
        return Picture(against_company, (*both, self.is_apart))


def legend() -> None:
    """Explain the three marks, once a page."""
    with st.container(horizontal=True, gap="medium", key="legend"):
        for verdict, meaning in MEANINGS.items():
            note(f"{MARKS[verdict]}&nbsp; {meaning}", width="content")


def card(c: Card) -> None:
    """Draw a card; what is not known carries its reason, never a zero."""
    with st.container(border=True, height="stretch", gap="xxsmall", key=f"card_{c.key}"):
        _named(c)
        if c.row is None or c.row["value"] is None:
            bold, sentence = words((c.row or {}).get("reason") or "not_released")
            large(c.key, ":gray[—]")
            st.markdown(f"{MARKS['unseen']} :small[{bold}]")
            note(sentence)
            return
        half = None if c.row["low"] is None else (c.row["high"] - c.row["low"]) / 2
        value, interval = (
            numbers.number(c.row["value"], c.unit, half),
            numbers.span(c.row["low"], c.row["high"], c.unit),
        )
        large(c.key, f"{plain(value)} :gray[:small[{plain(interval)}]]")
        if c.ground is not None and (told := as_it_was(c.ground)):
            note(told.capitalize())
        _course(c, value, interval)
        st.markdown(verdict_line(c.verdict, c.latest, c.unit))


def _named(each: Card | Multiple) -> None:
    """Write what is measured, with its definition behind one click."""
    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", wrap=False):
        st.markdown(plain(each.label), width="stretch")
        about(each.key, [each.passport], each.ground)


def _course(c: Card, value: str, interval: str) -> None:
    if c.picture is not None:
        now = f"{value} ({interval})" if interval else value
        put(c.picture, f"spark_{c.key}", in_words(c.label, ["now"], [now]))


def verdict_line(verdict: Verdict, row: Mapping[str, Any] | None, unit: str) -> str:
    """Return the line under a figure: +5 points in Q2 2026 on the quarter before, or that we cannot tell."""
    if verdict == "unseen" or row is None:
        return f"{MARKS['unseen']} :small[No earlier period of the same length to compare with]"
    if verdict == "noise":
        return f"{MARKS['noise']} :small[No change we can tell]"
    low, high = row["change_low"], row["change_high"]
    changed = numbers.change(row["change"], unit, None if low is None else (high - low) / 2)
    when = f"in {last_period(row)} on the {row['grain']} before"
    return f"{MARKS['clear']} :small[:primary[**{plain(changed)}**] {when}]"


def small_multiple(m: Multiple) -> None:
    """Draw one measure of one group against the company."""
    unit, own, company = str(m.passport["unit"]), m.row, m.company
    verdict = {
        "higher": ":primary[● higher]",
        "lower": ":primary[● lower]",
        "alike": ":gray[○&nbsp;can't&nbsp;tell]",
    }.get(m.block, "")
    with st.container(border=True, gap="xsmall", height="stretch", key=f"card_{m.key}"):
        _named(m)
        if own is None or own["value"] is None:
            bold, _ = words((own or {}).get("reason") or "not_released")
            st.markdown(f"{MARKS['unseen']} :small[{bold}]")
            return
        value = plain(numbers.number(own["value"], unit))
        whole = plain(numbers.number(company["value"], unit)) if company else numbers.UNKNOWN
        shown = f":primary[**{value}**]" if m.is_apart else f"**{value}**"
        st.markdown(f"{shown} :gray[company {whole}] &ensp; {verdict}")
        if m.picture is not None:
            alt = in_words(m.label, ["this department", "company"], [value, whole])
            put(m.picture, f"small_{m.key}", alt)
