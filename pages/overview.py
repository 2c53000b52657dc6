"""The company in one look: four figures, what they tell, and what they rest on."""

import json
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import bars, numbers, words
from analytics.findings import sentence
from analytics.findings.book import quarter
from pages.parts.access import BY_NAME, guard, may_open, role
from pages.parts.cards import MARKS, Card, card, legend
from pages.parts.data import Figures, on_screen, once
from pages.parts.figure import Picture, first_reason, put
from pages.parts.filters import code, tool_name
from pages.parts.lead import opening
from pages.parts.measures import activities, measure_of
from pages.parts.parts import PART_OF, key
from pages.parts.said_view import has_answers
from pages.parts.screen import screen
from pages.parts.states import note, page_link
from pages.parts.text import listed, of_staff, plain

CARDS = (
    # key, label, metric, bin
    ("talking", "In conversation", "adoption_funnel", "reciprocal"),
    ("hours", "Hours in the tools", "collaboration_hours", "total"),
    ("outside", "Outside hours", "outside_hours_share", None),
    ("below", "Word from below", "upward_initiation_share", None),
)
SAFE = (
    "small_group",
    "protected",
    "dominated",
    "nearly_all_or_none",
)  # kept back, not missing from the exports
FIGURES = ("adoption", "departments", "time_cost", "hierarchy", "relations")  # pages with filters
CARD_PIXELS, PHONE_CARD_PIXELS = 215, 150


def page() -> None:
    """Draw the page."""
    guard("overview")
    figures = on_screen()
    _opening(figures)
    with st.grid(4, min_column_width=PHONE_CARD_PIXELS if screen().compact else CARD_PIXELS):
        for entry in CARDS:
            card(_card(figures, *entry))
    st.space("small")
    left, right = st.columns([3, 2], gap="large")
    with left:
        _findings(figures)
    with right:
        _rests_on(figures)
    st.space("small")
    legend()


def _opening(figures: Figures) -> None:
    active, talking = (figures.one("adoption_funnel", step) for step in ("active", "reciprocal"))
    used = active["value"] if active else None
    if used is None:
        hours = figures.one("collaboration_hours", "total")
        if hours and hours["value"] is not None:
            return opening(
                "Overview", "time_now", unit="hours", value=hours["value"], activities=activities(figures),
            )  # fmt: skip
        reason = first_reason(figures.block("adoption_funnel"))
        if reason not in SAFE and has_answers(figures):
            opening("Overview", "overview_said")
            return page_link("relations", "In their own words")
        return opening(
            "Overview", "page_unseen" if reason in SAFE else "overview_only", reason=reason
        )
    if not talking or talking["value"] is None:
        return opening("Overview", "adoption_partly", active=used, tools=figures.scope.tools)
    verdict, latest = (
        figures.verdict("adoption_funnel", "reciprocal"),
        figures.latest("adoption_funnel", "reciprocal"),
    )
    name = {"noise": "adoption_same", "unseen": "adoption_now"}.get(verdict, "")
    if latest and not name:
        name = "adoption_up" if latest["change"] > 0 else "adoption_down"
    changes = (
        {key: latest[key] for key in ("change", "change_low", "change_high", "grain")}
        if latest
        else {}
    )
    changes["tools"] = figures.scope.tools
    return opening("Overview", name, active=used, talking=talking["value"], unit="share", **changes)


@once
def _card(figures: Figures, key: str, label: str, metric: str, bin_: str | None) -> Card:
    return Card(
        key=key, label=label, unit=figures.unit(metric), passport=figures.passport(metric),
        row=figures.one(metric, bin_), series=figures.series(metric, bin_),
        verdict=figures.verdict(metric, bin_), latest=figures.latest(metric, bin_),
    )  # fmt: skip


def _findings(figures: Figures) -> None:
    st.markdown("## What these figures tell", anchors=False)
    for row in figures.release.findings().iter_rows(named=True):
        claim, evidence = sentence(row["finding"], json.loads(row["slots"]))
        if not claim:
            continue
        with st.container(
            horizontal=True, gap="small", vertical_alignment="top", wrap=False, key=f"finding_{row['rank']}",
        ):  # fmt: skip
            st.markdown(MARKS[row["verdict"]], width=20)
            with st.container(gap="xxsmall") if screen().compact else nullcontext():
                st.markdown(f"**{plain(claim)}** {plain(evidence)}", width="stretch")
                _link(figures, row)
    note("Of the whole company, all tools, and the last quarter.")


def _link(figures: Figures, row: dict[str, Any]) -> None:
    """Draw the link to the figure that a finding is about; to what an import would open for whoever may import."""
    page = row["page"] if row["page"] in BY_NAME else None
    if page == "imports" and not may_open(page, role()):
        page = "trust"
    page_link(page, asked=_asked(figures, page, row))


def _asked(figures: Figures, page: str | None, row: dict[str, Any]) -> dict[str, str] | None:
    """Return what stands in the address of the figure: its quarter, and the measure that is compared or the part of its page.

    With the period the address names the whole company and all tools, as the finding does, whatever is chosen above.
    """
    first = _quarter(figures, str(json.loads(row["slots"]).get("period", "")))
    said = {"period": code(first, "quarter") if first else "all"} if page in FIGURES else {}
    if page == "departments" and (measure := measure_of(row["metric"])):
        said["measure"] = measure
    if page and (part := PART_OF.get(page, {}).get(row["metric"] or "")):
        said[key(page)] = part
    return said or None


def _quarter(figures: Figures, name: str) -> date | None:
    """Return the first day of the quarter that a sentence names; None where it names none."""
    quarters = figures.release.periods("quarter")
    return next((first for first in quarters if name.startswith(quarter(first))), None)


@once
def _covered_picture(figures: Figures) -> tuple[Picture, str] | None:
    """Return the shares covered as a picture and in words; None where of none it is known."""
    rows = _covered(figures)
    if rows["share"].is_null().all():  # of no rows too
        return None
    names, texts = rows["tool"].to_list(), rows["text"].to_list()
    said = words.in_words("Share of the staff covered", names, texts)
    return Picture(bars.covered, (rows,)), said


def _rests_on(figures: Figures) -> None:
    st.markdown("## What this rests on", anchors=False)
    if covered := _covered_picture(figures):
        note("Share of the staff whose activity each export covers")
        put(covered[0], "covered", covered[1])
    elif tools := _covered(figures)["tool"].to_list():
        note(plain(f"{listed(tools)}. Without an HR file it is not known of how many people."))
    company = figures.release.company()
    seen, staff = company.get("visible"), company.get("headcount")
    lines = [
        f"{of_staff(float(seen), float(staff))} are in the figures of the whole period."
        if seen and staff
        else "",
        f"Last act read: {_day(company.get('last_day'))}." if company.get("last_day") else "",
        f"Published: {_day(company.get('published_at'))}." if company.get("published_at") else "",
    ]
    note(plain(" ".join(line for line in lines if line)))
    page_link("trust", "See what we see, week by week")


def _covered(figures: Figures) -> pl.DataFrame:
    """Return tool, share, text: the mean over the weeks that a tool's exports cover, for the whole company."""
    rows = figures.release.coverage().filter(pl.col("department").is_null())
    shares = (
        rows.with_columns(share=pl.col("people") / pl.col("headcount"))
        .group_by("tool").agg(pl.col("share").mean())
        .sort("share", "tool", descending=[True, False], nulls_last=True)
    )  # fmt: skip
    text = [
        numbers.number(share, "share") if share is not None else "not known"
        for share in shares["share"]
    ]
    return shares.with_columns(
        text=pl.Series(text, dtype=pl.String),
        tool=pl.Series([tool_name(tool) for tool in shares["tool"]], dtype=pl.String),
    )


def _day(moment: str | None) -> str:
    if not moment:
        return numbers.UNKNOWN
    day: date = datetime.fromisoformat(moment).date()
    return f"{day:%A} {day.day} {day:%B %Y}"


page()
