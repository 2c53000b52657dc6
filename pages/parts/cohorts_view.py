"""What becomes of those who started: who is still there weeks later, who stays and who falls silent."""

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import numbers, shape, words
from analytics.charts.cohorts import cohorts
from analytics.charts.stack import columns
from analytics.findings import say
from analytics.findings.wording import inside
from analytics.metrics.reasons import REASONS
from pages.parts.data import Figures, Row, once
from pages.parts.figure import Block, Picture, Said, as_figure, figure, first_reason, source
from pages.parts.screen import screen

BALANCE = "quick_ratio"
EVERYBODY = {"all": "The same people all quarter", "moving": "Everybody, newcomers included"}
A_MONTH = "day 28"  # the bin of all who started, four weeks on
COLUMNS, PHONE_COLUMNS = 12, 7  # weeks that a picture shows; table and files hold all
RETENTION = {"": "In that week", "rolling": "Then or later", "bracket": "Within seven days"}
LATER = {"rolling": "four weeks later or after"}


def still_there(figures: Figures) -> None:
    """Draw how many of those who started in a week contribute so many weeks later."""
    variant = str(st.session_state.get("retention_variant") or "")
    last = PHONE_COLUMNS if screen().compact else COLUMNS
    figure(_still_there(figures, variant, last), control=_pick_retention)


@once
def _still_there(figures: Figures, variant: str, last: int) -> Block:
    found = figures.ask("retention", variant=variant, grain="all", **figures.scope.cell)
    rows = shape.cohort_rows(found)
    # of the 28th day alone a week's cells say nothing: the seven days from it on stand for the week
    all_of = figures.ask(
        "retention", variant=variant or "bracket", grain="all", **figures.scope.cell
    )
    stayed = all_of.filter(bin=A_MONTH)["value"].drop_nulls().to_list()
    seen = rows.filter(pl.col("later") <= last) if rows.height else rows
    told = list(seen.iter_rows(named=True))
    said = Said(
        finding=say(
            "cohorts_known", share=stayed[0], later=LATER.get(variant, "in their fifth week")
        )
        if stayed
        else say("cohorts_question"),
        measure="Share of those who contributed for the first time in a week, so many weeks later. "
        "Dashed: too few people, or almost all or none of them",
        source=source(figures, found, "newcomers since the exports begin", period="Whole period"),
        alt=words.in_words(
            "Still there",
            [f"{row['cohort']} after {row['later']}" for row in told],
            [row["text"] for row in told],
        ),
        passports=[figures.passport("retention")],
    )
    is_shown = bool(rows.height and rows["value"].is_not_null().any())
    shown = (
        Picture(cohorts, (seen.select("cohort", "later", "value", "text", "people"),))
        if is_shown
        else None
    )
    return Block("cohorts", said, shown, found, _cohort_table(rows), first_reason(found))


def _pick_retention() -> None:
    st.segmented_control(
        "How “still there” is counted", list(RETENTION), default="", required=True,
        format_func=RETENTION.__getitem__, key="retention_variant", wrap=True, label_visibility="collapsed",
    )  # fmt: skip


def _cohort_table(rows: pl.DataFrame) -> pl.DataFrame:
    if rows.is_empty():
        return pl.DataFrame()
    texts = rows.select("cohort", pl.col("later").cast(pl.String), "text", "people")
    return texts.rename(
        {
            "cohort": "Started",
            "later": "Weeks after",
            "text": "Still there",
            "people": "Started with",
        }
    )


@as_figure
def who_stays(figures: Figures) -> Block:
    """Draw who stayed, came back, was new or fell silent in each period."""
    grain = "month" if figures.scope.grain == "quarter" else figures.scope.grain
    found = figures.bins("lifecycle", grain=grain)
    if grain == "week" and (months := _told_better_by_months(figures, found)) is not None:
        grain, found = "month", months
    rows = shape.lifecycle_rows(found, grain)
    if rows.height:
        rows = rows.with_columns(pl.col("why").replace(REASONS))
    ratio = figures.one(BALANCE)
    said = Said(
        finding=_fate(rows, grain) if rows.height else say("lifecycle_question"),
        measure="People with a seat, by what they did in the period before. Below zero: those who did nothing any more. A ring stands where a part is kept back",
        source=source(figures, found, " · ".join(filter(None, (_left_open(rows, grain), _balance(ratio))))),
        alt=words.in_words("Last period", rows.filter(pl.col("last").is_not_null())["part"].to_list(), rows.filter(pl.col("last").is_not_null())["people"].to_list())
        if rows.height else "Who stays and who falls silent: not known.",
        passports=[figures.passport("lifecycle"), figures.passport(BALANCE)],
    )  # fmt: skip
    shown = Picture(columns, (rows.drop("period"),)) if rows.height else None
    names = {bin_: name for bin_, (name, _, _) in shape.LIVES.items()} | EVERYBODY
    every = pl.concat([found, figures.bins("lifecycle", "moving", grain)])
    return Block(
        "lifecycle",
        said,
        shown,
        pl.concat([every, figures.block(BALANCE)]),
        words.table(every, figures.unit("lifecycle"), names),
        # the oldest periods are short of history, which says nothing of the later ones
        first_reason(found.sort("period", descending=True)),
    )


def _left_open(rows: pl.DataFrame, grain: str) -> str:
    """Return of how many periods a part is kept back, and mostly why; "" where none is."""
    if rows.is_empty() or (rings := rows.drop_nulls("why")).is_empty():
        return ""
    why = str(rings["why"].mode().sort()[0]).rstrip(".")
    most = "" if rings["why"].n_unique() == 1 else ", mostly"
    return f"{rings.height} of {rows['period'].n_unique()} {grain}s are open{most}: {inside(why)}"


def _balance(told: Row | None) -> str:
    """Return how many come for each who falls silent, with its interval; "" where it is not known."""
    if not told or told["value"] is None:
        return ""
    span = numbers.span(told["low"], told["high"], "ratio")
    return f"over the period {numbers.number(told['value'], 'ratio')} come for each who falls silent ({span})"


def _when(row: dict[str, Any], grain: str) -> str:
    if grain == "month":  # the Thursday decides the month of a block of weeks
        return f"In {row['period'] + timedelta(days=3):%B %Y}"
    return f"In the {grain} from {row['name']}"


def _told_better_by_months(figures: Figures, weeks: pl.DataFrame) -> pl.DataFrame | None:
    """Return the months where most weeks are kept back and fewer months are: few change from week to week, more from month to month."""
    if _known(weeks) * 2 >= 1:
        return None
    months = figures.bins("lifecycle", grain="month")
    return months if _known(months) > _known(weeks) else None


def _known(found: pl.DataFrame) -> float:
    """Return the share of periods of which no part is kept back."""
    periods = found["period"].n_unique()
    open_ = found.filter(pl.col("value").is_null())["period"].n_unique()
    return 1 - open_ / periods if periods else 0.0


def _fate(rows: pl.DataFrame, grain: str) -> str:
    last = {
        row["part"]: row for row in rows.filter(pl.col("last").is_not_null()).iter_rows(named=True)
    }
    if "fell silent" not in last or "came back" not in last:
        return say("lifecycle_question")
    came = last["came back"]["value"] + (last["new"]["value"] if "new" in last else 0)
    return say(
        "lifecycle_known",
        period=_when(last["came back"], grain),
        returned=numbers.count(came),
        silent=numbers.count(-last["fell silent"]["value"]),
    )
