"""Whom the exports let us see, week by week: the sentence, the picture, the table."""

import polars as pl
import streamlit as st

from analytics.charts import coverage as chart
from analytics.charts import theme
from analytics.metrics.reasons import REASONS
from analytics.release import Release
from pages.parts import text
from pages.parts.filters import tool_name
from pages.parts.states import note, state
from pages.parts.text import plain

RECENT = 4  # weeks that the sentence speaks of
TOOL, DEPARTMENT = "By tool", "By department"


def draw(release: Release) -> None:
    """Draw coverage by tool, or by department for one tool."""
    seen = release.coverage().with_columns(share=pl.col("people") / pl.col("headcount"))
    if seen.is_empty():
        state("no_data", key="coverage")
        return
    tools = seen["tool"].unique(maintain_order=True).to_list()
    has_departments = seen["department"].is_not_null().any()
    with st.container(horizontal=True, vertical_alignment="bottom", key="coverage_pick"):
        view = TOOL
        if has_departments:
            view = st.segmented_control(
                "Rows",
                [TOOL, DEPARTMENT],
                required=True,
                default=TOOL,
                key="coverage_rows",
                label_visibility="collapsed",
            )
        tool = tools[0]
        if view == DEPARTMENT and len(tools) > 1:
            tool = st.selectbox(
                "Tool",
                tools,
                format_func=tool_name,
                key="coverage_tool",
                width=220,
                label_visibility="collapsed",
            )
    if view == TOOL:
        rows = seen.filter(pl.col("department").is_null()).with_columns(
            row=pl.col("tool").map_elements(tool_name, pl.String)
        )
        headline = in_a_sentence(rows)
    else:
        rows = seen.filter(pl.col("department").is_not_null(), pl.col("tool") == tool).with_columns(
            row="department"
        )
        headline = f"How much of each department is visible through {plain(tool_name(tool))}"
    picture(release, rows, headline)


def in_a_sentence(rows: pl.DataFrame) -> str:
    """Return the headline: which tools show whom, over the last four weeks. Takes row, week, share."""
    last = rows["week"].max()
    recent = (
        rows.filter(pl.col("week") > pl.lit(last) - pl.duration(weeks=RECENT))
        .group_by("row", maintain_order=True)
        .agg(share=pl.col("share").mean())
        .sort("share", descending=True, nulls_last=True)
    )
    seen = recent.filter(pl.col("share") > 0)
    unseen = [
        plain(name)
        for name in recent.filter(pl.col("share").is_null() | (pl.col("share") == 0))["row"]
    ]
    if seen.is_empty():
        return "No export shows anybody in the last weeks"
    name, share = seen.row(0)
    first = f"We see {how_many(share)} through {plain(name)}"
    return f"{first}, and nobody through {text.listed(unseen, 'or')}" if unseen else first


def how_many(share: float) -> str:
    """Return a share as people say it, rounded to tenths; never "everybody" below 99.5 %."""
    if share >= 0.995:  # noqa: PLR2004
        return "everybody"
    tenths = round(share * 10)
    if tenths == 10:  # noqa: PLR2004
        return "nearly everybody"
    if tenths == 0:
        return "fewer than one person in ten"
    names = (
        "one person",
        "two",
        "three",
        "four",
        "half the people",
        "six",
        "seven",
        "eight",
        "nine",
    )
    word = names[tenths - 1]
    return word if tenths == 5 else f"{word} in ten" if tenths == 1 else f"{word} people in ten"  # noqa: PLR2004


def picture(release: Release, rows: pl.DataFrame, headline: str) -> None:
    """Draw the grid, its measure and its table. Takes row, week, people, headcount, share, reason."""
    weeks = sorted(rows["week"].unique().to_list())
    spoken = rows.with_columns(
        pl.col("reason").replace_strict(REASONS, default=None, return_dtype=pl.String)
    )
    holes = chart.gaps(spoken.select("row", "week", "share", reason=short_reason()), weeks)
    order = rows["row"].unique(maintain_order=True).to_list()
    k = theme.look(
        st.context.theme.type, compact="Mobi" in (st.context.headers.get("User-Agent") or "")
    )
    headcount = release.company().get("headcount")
    of = f" of {text.count(float(headcount))}" if headcount else ""
    st.markdown(
        f"#### {headline}\n{text.small(f'Share{of} that each export lets us see, per week; darker is more, outlined is nobody')}",
        anchors=False,
    )
    drawn = chart.coverage(
        rows.filter(pl.col("share").is_not_null()).select("row", "week", "share"), holes, order, k
    )
    st.altair_chart(drawn, alt=f"{headline}.", key="ch_coverage")
    with st.container(horizontal=True, vertical_alignment="center"):
        visible = release.company().get("visible")
        unseen = float(headcount or 0) - float(visible or 0)
        note(
            f"{text.count(unseen)} cannot be seen in any export: nothing here speaks for them."
            if headcount and visible and unseen
            else ""
        )
        with st.popover("More", type="tertiary", key="more_coverage"):
            st.table(
                table(rows), border="horizontal", hide_index=True, alt=f"{headline}, as a table"
            )


def short_reason() -> pl.Expr:
    """Return what is written into a gap: its reason up to the first comma."""
    return pl.col("reason").str.split(".").list.first().str.split(",").list.first()


def table(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the twin of the grid: one line a row, its first and last week seen and its mean share."""
    seen = (
        rows.group_by("row", maintain_order=True)
        .agg(
            first=pl.col("week").filter(pl.col("share") > 0).min(),
            last=pl.col("week").filter(pl.col("share") > 0).max(),
            weeks=(pl.col("share") > 0).sum(),
            share=pl.col("share").mean(),
        )
        .iter_rows()
    )
    return pl.DataFrame(
        [
            (
                plain(name),
                text.short_day(first) if first else text.UNKNOWN,
                text.short_day(last) if last else text.UNKNOWN,
                text.number(weeks),
                text.share(share) if share is not None else text.UNKNOWN,
            )
            for name, first, last, weeks, share in seen
        ],
        schema=["Export of", "From the week of", "To the week of", "Weeks", "People visible"],
        orient="row",
    )
