"""One group under the comparison: in what it stands apart, and its course in every measure beside the company's."""

import polars as pl
import streamlit as st

from analytics.charts import shape, words
from pages.parts.cards import Multiple, small_multiple
from pages.parts.data import Figures, once
from pages.parts.measures import MEASURES
from pages.parts.states import note
from pages.parts.text import bare, listed, plain

SMALL = ("conversation", "active", "days", "hours", "outside", "messages")
NOWHERE = dict.fromkeys(("division", "department", "level", "location"))  # the company


@once
def compare_rows(figures: Figures, key: str, cut: str) -> pl.DataFrame:
    """Return the groups of a cut as a comparison draws them, for one of the measures."""
    _, metric, bin_ = MEASURES[key]
    found, company = figures.compared(metric, cut, bin_)
    return shape.compare_rows(
        found, cut, company["value"] if company else None, figures.unit(metric)
    )


def one_group(figures: Figures, rows: pl.DataFrame, cut: str) -> None:
    """Draw the choice of a group, a sentence on where it stands apart, and its measures over time; `rows` as compared."""
    shown = (
        rows.filter(pl.col("block") != "hidden")["group"].sort().to_list() if rows.height else []
    )
    if not shown:
        return
    st.markdown(f"## One {cut}", anchors=False)
    if st.session_state.get("one_department") not in shown:
        st.session_state["one_department"] = (
            figures.scope.cell[cut] if figures.scope.cell[cut] in shown else _first(rows, shown)
        )
    chosen = str(
        st.selectbox(
            words.CUT_NAMES[cut],
            shown,
            format_func=lambda name: bare(words.group(name)),
            key="one_department",
            width=320,
            label_visibility="collapsed",
        )
    )
    found = [_against(figures, key, chosen, cut) for key in SMALL]
    _told(chosen, rows, {each.key: each.block for each in found})
    with st.grid(3, min_column_width=260, gap="medium"):
        for each in found:
            small_multiple(each)
    note(f"Solid: {plain(words.group(chosen))} with its 95% band. Dashed: the company.")


def _first(rows: pl.DataFrame, shown: list[str]) -> str:
    apart = rows.filter(pl.col("block").is_in(["higher", "lower"]))["group"].sort().to_list()
    return (apart or shown)[0]


@once
def _against(figures: Figures, key: str, chosen: str, cut: str) -> Multiple:
    label, metric, bin_ = MEASURES[key]
    found, company = figures.compared(metric, cut, bin_)
    rows = compare_rows(figures, key, cut)
    own = found.filter(pl.col(cut) == chosen)
    block = rows.filter(pl.col("group") == chosen)["block"].to_list()
    row = own.row(0, named=True) if own.height else None
    is_compared = row is None or row["value"] is None or row["named"] is not None
    course = figures.series(metric, bin_, **{**NOWHERE, cut: chosen})
    return Multiple(
        key=key, label=label, passport=figures.passport(metric), row=row, company=company,
        block=(block or ["hidden"])[0] if is_compared else "",
        course=course, others=figures.series(metric, bin_, **NOWHERE),
    )  # fmt: skip


def _told(chosen: str, rows: pl.DataFrame, blocks: dict[str, str]) -> None:
    """Say in one sentence in what the department stands apart."""
    size = rows.filter(pl.col("group") == chosen)["people"][0]
    chosen = words.group(chosen)
    parts = [
        f"**{word} than the company** in {listed(names)}"
        for word, names in (
            (word, [f"“{MEASURES[k][0]}”" for k, b in blocks.items() if b == word])
            for word in ("higher", "lower")
        )
        if names
    ]
    alike = any(block == "alike" for block in blocks.values())
    if parts:
        rest = "; in the other measures shown it can't be told apart" if alike else ""
        st.markdown(f"**{plain(chosen)}** ({size}) is {' and '.join(parts)}{rest}.")
    elif alike:
        st.markdown(
            f"**{plain(chosen)}** ({size}) can't be told apart from the company in any of these measures."
        )
