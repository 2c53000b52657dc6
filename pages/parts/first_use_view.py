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
            page_link("departments", "Which departments came first", {"measure": "first"})


@once
def _curve(figures: Figures) -> Block:
    found, habit = (
        figures.ask(METRIC, variant=v, grain="all", **figures.scope.cell).sort("position")
        for v in ("", "habit")
    )
    unit = figures.unit(METRIC)
    rows, regular = (
        one.with_columns(
            weeks=pl.col("bin").cast(pl.Int64, strict=False), text=shape.texts(one, unit)
        ).select("weeks", "value", "low", "high", "text")
        for one in (found, habit)
    )
    told, regular = (one.filter(pl.col("value").is_not_null()) for one in (rows, regular))
    said = Said(
        finding=title(told),
        measure="Share of the people with a seat who had contributed at least once, so many weeks after the exports first know their seat. "
        "Band: 95% interval" + ("; dashed: a habit, nine weeks of twelve" if regular.height else ""),
        source=source(
            figures, found, "whoever never contributed is kept in", period="Whole period"
        ),
        alt=" ".join(
            words.in_words(what, [f"after {weeks} weeks" for weeks in points["weeks"]], points["text"].to_list())
            for what, points in (("Had contributed", told), ("Had a habit", regular))
            if what == "Had contributed" or points.height
        ),
        passports=[figures.passport(METRIC), figures.passport("adopter_category")],
    )  # fmt: skip
    names = {bin_: f"Within {bin_} weeks" if bin_ != "1" else "Within a week" for bin_ in found["bin"]}  # fmt: skip
    shown = Picture(uptake, (rows, regular)) if told.height else None
    listed = pl.concat([found, habit]) if regular.height else found
    of_whom = listed.with_columns(n=pl.coalesce("denominator", "n"))
    twin = words.table(of_whom, unit, names | {"all": "A contribution", "habit": "A habit"})
    return Block("first_use", said, shown, listed, twin, first_reason(found))


def title(told: pl.DataFrame) -> str:
    """Return by when half had come, or that they have not; `told`: weeks and value of the points shown, in order."""
    if told.is_empty():
        return say("uptake_question")
    half = told.filter(pl.col("value") >= HALF)
    if half.height:
        return say("uptake_half", weeks=numbers.count(half["weeks"][0]))
    return say("uptake_fewer", weeks=numbers.count(told["weeks"][-1]))
