"""Whom the exports let us see, week by week: the sentence, the picture, the table."""

import polars as pl
import streamlit as st

from analytics.charts import coverage as chart
from analytics.charts.words import SIZE
from analytics.release import Release
from pages.parts import text
from pages.parts.figure import Block, Picture, Said, figure
from pages.parts.filters import tool_name
from pages.parts.states import state

RECENT = 4  # weeks that the sentence speaks of
TENTHS = (
    "fewer than one person in ten", "one person in ten", "two people in ten", "three people in ten",
    "four people in ten", "half the people", "six people in ten", "seven people in ten",
    "eight people in ten", "nine people in ten",
)  # fmt: skip
WITHHELD = ("small_group", "protected", "dominated", "nearly_all_or_none")
IN_A_GAP = {
    **dict.fromkeys(WITHHELD, "kept back"),
    "no_data": "no export",
    "missing_weeks": "no export",
    "low_coverage": "too few visible",
}
TOOL, DEPARTMENT = "By tool", "By department"


def draw(release: Release) -> None:
    """Draw coverage by tool, or by department for one tool."""
    seen = release.coverage().with_columns(share=pl.col("people") / pl.col("headcount"))
    if seen["headcount"].null_count() == seen.height:  # nothing to be a share of
        state(
            "nothing_yet",
            title="No export shows yet what people do."
            if seen.is_empty()
            else "Of how many people is not known.",
            sentence="With one, whom it covers stands here, week by week."
            if seen.is_empty()
            else "With an HR file, whom each export covers stands here, week by week.",
            key="coverage",
        )
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
            row=pl.col("tool").replace({one: tool_name(one) for one in tools})
        )
        headline = in_a_sentence(rows)
    else:
        rows = seen.filter(pl.col("department").is_not_null(), pl.col("tool") == tool)
        rows = rows.with_columns(row=pl.col("department").str.replace(SIZE.pattern, ""))
        headline = f"How much of each department is visible through {tool_name(tool)}"
    picture(release, rows, headline)


def in_a_sentence(rows: pl.DataFrame) -> str:
    """Return the headline: which tools show whom, over the last four weeks. Takes row, week, share."""
    recent = (
        rows.filter(pl.col("week") > pl.col("week").max() - pl.duration(weeks=RECENT))
        .group_by("row", maintain_order=True)
        .agg(share=pl.col("share").mean(), reason=pl.col("reason").drop_nulls().first())
        .sort("share", descending=True, nulls_last=True, maintain_order=True)
    )
    seen = recent.filter(pl.col("share") > 0)
    empty = (pl.col("share") == 0) | (
        pl.col("share").is_null() & ~pl.col("reason").is_in(list(WITHHELD))
    )
    unseen = recent.filter(empty.fill_null(value=True))["row"].to_list()
    if seen.is_empty():
        return "No export shows anybody in the last four weeks"
    most = how_many(seen["share"][0])
    tools = [
        name for name, share in seen.select("row", "share").iter_rows() if how_many(share) == most
    ]
    first = f"In the last four weeks we see {most} through {text.listed(tools)}"
    return f"{first}, and nobody through {text.listed(unseen, 'or')}" if unseen else first


def how_many(share: float) -> str:
    """Return a share as people say it, rounded to tenths; "everybody" only when nobody is missing."""
    if share >= 1:
        return "everybody"
    tenths = round(share * 10)
    if tenths == len(TENTHS):
        return "nearly everybody"
    return TENTHS[tenths]


def picture(release: Release, rows: pl.DataFrame, headline: str) -> None:
    """Draw the grid, its measure and its table. Takes row, week, people, headcount, share, reason."""
    weeks = sorted(rows["week"].unique().to_list())
    short = pl.col("reason").replace_strict(IN_A_GAP, default=None, return_dtype=pl.String)
    gaps = chart.gaps(rows.select("row", "week", "share", reason=short), weeks)
    order = rows["row"].unique(maintain_order=True).to_list()
    company = release.company()
    all_, counted = float(company.get("headcount") or 0), float(company.get("visible") or 0)
    # who came or left within the period may well be seen in some weeks
    left_out = all_ - counted
    source = f"{text.count(left_out)} are not in the figures of the whole period: without an account, or not there from its first day to its last"
    twin = table(rows)
    block = Block(
        "coverage",
        Said(
            finding=headline,
            measure="Share of the staff that each export lets us see, week by week; stronger is more, outlined is nobody",
            source=source
            if all_ and left_out > 0
            else "Everybody is in the figures of the whole period",
            alt=in_words(headline, twin),
        ),
        Picture(
            chart.coverage, (rows.select("row", "week", "share").drop_nulls("share"), gaps, order)
        ),
        rows.select("tool", "week", "department", "people", "headcount", "share", "reason"),
        twin,
    )
    figure(block)


def in_words(headline: str, twin: pl.DataFrame) -> str:
    """Return the picture as a sentence with its numbers. Takes the table."""
    lines = [f"{name} {share} over {weeks} weeks" for name, _, _, weeks, share in twin.iter_rows()]
    return f"{headline}. {'; '.join(lines)}."


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
                name,
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
