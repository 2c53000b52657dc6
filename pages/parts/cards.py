"""The few figures that open the overview: value, interval, course, and one line that says what we can tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import numbers
from analytics.charts.spark import against_company, sparkline
from analytics.charts.words import in_words
from analytics.findings.verdicts import Verdict
from pages.parts.definition import about
from pages.parts.figure import Picture, put
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


def legend() -> None:
    """Explain the three marks, once a page."""
    with st.container(horizontal=True, gap="medium"):
        for verdict, meaning in MEANINGS.items():
            note(f"{MARKS[verdict]}&nbsp; {meaning}", width="content")


def card(c: Card) -> None:
    """Draw a card; what is not known carries its reason, never a zero."""
    with st.container(border=True, height="stretch", gap="xxsmall", key=f"card_{c.key}"):
        _named(c.key, c.label, c.passport, c.row)
        if c.row is None or c.row["value"] is None:
            bold, sentence = words((c.row or {}).get("reason") or "not_released")
            st.markdown("## :gray[—]", anchors=False)
            st.markdown(f"{MARKS['unseen']} :small[{bold}]")
            note(sentence)
            return
        half = None if c.row["low"] is None else (c.row["high"] - c.row["low"]) / 2
        value, interval = (
            numbers.number(c.row["value"], c.unit, half),
            numbers.span(c.row["low"], c.row["high"], c.unit),
        )
        st.markdown(f"## {plain(value)} :gray[:small[{plain(interval)}]]", anchors=False)
        if told := as_it_was(pl.DataFrame([c.row])):
            note(told.capitalize())
        _course(c, value, interval)
        st.markdown(verdict_line(c.verdict, c.latest, c.unit))


def _named(key: str, label: str, passport: Mapping[str, Any], row: Mapping[str, Any] | None) -> None:  # fmt: skip
    """Write what is measured, with its definition behind one click."""
    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", wrap=False):
        st.markdown(plain(label), width="stretch")
        about(key, [passport], pl.DataFrame([row]) if row else None)


def _course(c: Card, value: str, interval: str) -> None:
    known = c.series.filter(pl.col("value").is_not_null())
    if known.height < FEW:
        return
    picture = Picture(sparkline, (c.series.select("period", "value", "low", "high"),))
    put(
        picture,
        f"spark_{c.key}",
        in_words(c.label, ["now"], [f"{value} ({interval})" if interval else value]),
    )


def verdict_line(verdict: Verdict, row: Mapping[str, Any] | None, unit: str) -> str:
    """Return the line under a figure: +5 points on the period before, or that we cannot tell."""
    if verdict == "unseen" or row is None:
        return f"{MARKS['unseen']} :small[No earlier period to compare with]"
    if verdict == "noise":
        return f"{MARKS['noise']} :small[No change we can tell]"
    low, high = row["change_low"], row["change_high"]
    changed = numbers.change(row["change"], unit, None if low is None else (high - low) / 2)
    return f"{MARKS['clear']} :small[:primary[**{plain(changed)}**] on the {_earlier(row)} before]"


def _earlier(row: Mapping[str, Any]) -> str:
    return str(row["grain"]) if row.get("grain") in {"week", "month", "quarter"} else "period"


def small_multiple(
    key: str,
    label: str,
    passport: Mapping[str, Any],
    rows: tuple[pl.DataFrame, pl.DataFrame],
    now: tuple[Any, Any],
    block: str,
) -> None:
    """Draw one measure of one group against the company: rows = (group, company) over time, now = their figures."""
    own, company = now
    unit = str(passport["unit"])
    verdict = {
        "higher": ":primary[● higher]",
        "lower": ":primary[● lower]",
        "alike": ":gray[○&nbsp;can't&nbsp;tell]",
    }.get(block, "")
    with st.container(border=True, gap="xsmall", height="stretch", key=f"card_{key}"):
        _named(key, label, passport, own)
        if own is None or own["value"] is None:
            bold, _ = words((own or {}).get("reason") or "not_released")
            st.markdown(f"{MARKS['unseen']} :small[{bold}]")
            return
        value = plain(numbers.number(own["value"], unit))
        whole = plain(numbers.number(company["value"], unit)) if company else numbers.UNKNOWN
        shown = f":primary[**{value}**]" if block in {"higher", "lower"} else f"**{value}**"
        st.markdown(f"{shown} :gray[company {whole}] &ensp; {verdict}")
        course, others = (frame.select("period", "value", "low", "high") for frame in rows)
        if course["value"].is_not_null().sum() >= FEW:
            picture = Picture(against_company, (course, others, block in {"higher", "lower"}))
            put(
                picture,
                f"small_{key}",
                in_words(label, ["this department", "company"], [value, whole]),
            )
