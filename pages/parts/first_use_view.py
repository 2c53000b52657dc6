"""How soon people first take part: the curve, and the way to who came first."""

import polars as pl
import streamlit as st

from analytics.charts import numbers, shape, words
from analytics.charts.uptake import uptake
from analytics.findings import say
from pages.parts.data import Figures, once
from pages.parts.figure import Block, Picture, Said, figure, first_reason, source
from pages.parts.states import page_link

METRIC = "time_to_adoption"
HALF = 0.5


def first_use(figures: Figures) -> None:
    """Draw the curve of the whole period: it has one beginning, whatever period is chosen."""
    block = _curve(figures)
    with st.container(gap="xsmall"):
        figure(block)
        if "named" in block.rows.columns and block.picture and st.session_state.get("pages"):
            page_link("departments", "Which departments came first")


@once
def _curve(figures: Figures) -> Block:
    found = figures.ask(METRIC, variant="", grain="all", **figures.scope.cell).sort("position")
    unit = figures.unit(METRIC)
    rows = found.with_columns(
        weeks=pl.col("bin").cast(pl.Int64, strict=False), text=shape.texts(found, unit)
    ).select("weeks", "value", "low", "high", "text")
    told = rows.filter(pl.col("value").is_not_null())
    said = Said(
        finding=title(told),
        measure="Share of the people with a seat who had contributed at least once, so many weeks after the exports first know their seat. "
        "Band: 95% interval",
        source=source(
            figures, found, "whoever never contributed is kept in", period="Whole period"
        ),
        alt=words.in_words(
            "Had contributed", [f"after {weeks} weeks" for weeks in told["weeks"]], told["text"].to_list()
        ),
        passports=[figures.passport(METRIC), figures.passport("adopter_category")],
    )  # fmt: skip
    names = {bin_: f"Within {bin_} weeks" if bin_ != "1" else "Within a week" for bin_ in found["bin"]}  # fmt: skip
    shown = Picture(uptake, (rows,)) if told.height else None
    return Block(
        "first_use", said, shown, found, words.table(found, unit, names), first_reason(found)
    )


def title(told: pl.DataFrame) -> str:
    """Return by when half had come, or that they have not; `told`: weeks and value of the points shown, in order."""
    if told.is_empty():
        return say("uptake_question")
    half = told.filter(pl.col("value") >= HALF)
    if half.height:
        return say("uptake_half", weeks=numbers.count(half["weeks"][0]))
    return say("uptake_fewer", weeks=numbers.count(told["weeks"][-1]))
