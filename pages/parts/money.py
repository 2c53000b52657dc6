"""What the hours cost, if one accepts the assumptions: they are inputs, and the answer is a range."""

from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import numbers
from pages.parts.data import Figures
from pages.parts.states import note, state
from pages.parts.text import plain

HOURS = "collaboration_hours"
CAPS = {
    "c0.5": 0.5,
    "c1": 1.0,
    "": 2.0,
    "c5": 5.0,
    "c10": 10.0,
}  # minutes an act of writing is given at most
USUAL = 2.0
WEEKS = 44  # a year without leave and holidays, to begin with


def money_box(figures: Figures) -> None:
    """Draw the inputs and the range; linear in released hours, so nothing new about people is revealed."""
    st.markdown("#### What it costs, if you accept these assumptions", anchors=False)
    hours = _hours(figures)
    if not hours:
        row = figures.one(HOURS, "total")
        state((row or {}).get("reason") or "not_released", key="money")
        return
    company = figures.release.company()
    currency = str(company.get("currency") or "EUR")
    with st.container(border=True, gap="small", key="money"):
        sign = numbers.CURRENCY.get(currency, currency)
        first, second, third = st.columns(3)
        low = first.number_input(
            f"An hour, low ({sign})",
            min_value=0.0,
            value=_rate(company, "low"),
            step=1.0,
            key="rate_low",
            placeholder="from",
        )
        base = second.number_input(
            "likely",
            min_value=0.0,
            value=_rate(company, "base"),
            step=1.0,
            key="rate_base",
            placeholder="likely",
        )
        high = third.number_input(
            "high",
            min_value=0.0,
            value=_rate(company, "high"),
            step=1.0,
            key="rate_high",
            placeholder="to",
        )
        left, right = st.columns(2)
        weeks = left.number_input("Working weeks a year", 1, 52, WEEKS, key="cost_weeks")
        minutes = right.slider(
            "Minutes an act of writing takes, at most", 0.5, 10.0, USUAL, 0.5, key="cost_minutes"
        )
        _answer(figures, interpolate(hours, minutes), (low, base, high), int(weeks), currency)


def _rate(company: dict[str, str | None], name: str) -> float | None:
    given = company.get(f"hourly_{name}")
    return float(given) if given else None


def _hours(figures: Figures) -> dict[float, Any]:
    """Return {minutes: row of the total} at the caps that the release holds."""
    rows = figures.block(HOURS, variant=None).filter(pl.col("bin") == "total")
    known = {
        CAPS[r["variant"]]: r
        for r in rows.iter_rows(named=True)
        if r["variant"] in CAPS and r["value"] is not None
    }
    return dict(sorted(known.items()))


def interpolate(hours: dict[float, Any], minutes: float) -> tuple[float, float, float, int]:
    """Return (low, value, high, people) at these minutes, between the two nearest released caps.

    Slightly too low between caps: the union of intervals is concave in the cap.
    """
    below = max((cap for cap in hours if cap <= minutes), default=min(hours))
    above = min((cap for cap in hours if cap >= minutes), default=max(hours))
    share = 0.0 if above == below else (minutes - below) / (above - below)
    ends = []
    for column in ("low", "value", "high"):
        first, last = (
            hours[cap][column] if hours[cap][column] is not None else hours[cap]["value"]
            for cap in (below, above)
        )
        ends.append(first + (last - first) * share)
    return ends[0], ends[1], ends[2], int(hours[below]["n"] or 0)


def _answer(
    figures: Figures,
    hours: tuple[float, float, float, int],
    rates: tuple[float | None, float | None, float | None],
    weeks: int,
    currency: str,
) -> None:
    low, value, high, people = hours
    known = [rate for rate in rates if rate]
    if not known:
        st.markdown("## :gray[—]", anchors=False)
        note(
            f"{plain(numbers.people(people))} × {plain(numbers.number(value, 'hours'))} a week: type what an hour of work costs, and this becomes a range of money."
        )
        return
    cheapest, dearest = min(known), max(known)
    likely = rates[1] or sum(known) / len(known)
    span = numbers.money(people * low * weeks * cheapest, people * high * weeks * dearest, currency)
    middle = numbers.money(
        people * value * weeks * likely, people * value * weeks * likely, currency
    )
    st.markdown(f"## {plain(span)} :gray[:small[a year, likely {plain(middle)}]]", anchors=False)
    interval = numbers.full(value, low, high, "hours")
    an_hour = numbers.money(cheapest, dearest, currency)
    note(
        plain(
            f"{numbers.people(people)} × {interval} × {weeks} weeks × {an_hour}. The range holds chance and the price of an hour; it isn't a saving, and what is read is not in it."
        )
    )
