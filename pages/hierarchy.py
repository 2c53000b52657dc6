"""Does talk follow the chain of command, and is that loosening? Facets, never one index."""

import re
from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import shape, words
from analytics.charts.dots import dots
from analytics.charts.facets import facets
from analytics.charts.matrix import matrix
from analytics.charts.updown import updown
from analytics.findings import say
from analytics.findings.verdicts import FACETS, hierarchy_verdict
from pages.parts.access import guard
from pages.parts.data import Figures, Row, on_screen, once
from pages.parts.figure import Block, Picture, Said, as_figure, first_reason, source
from pages.parts.filters import label, level_name
from pages.parts.lead import opening
from pages.parts.screen import pair
from pages.parts.states import meant, note, state

METRICS = [metric for facet in FACETS.values() for metric in facet]
RULE = "“Flatter” is said only if voice rises **and** listening does not fall. If people speak up more and are answered less, we say “louder, not flatter”."


def page() -> None:
    """Draw the page."""
    guard("hierarchy")
    figures = on_screen()
    latest = _latest(figures)
    reason = _nothing(latest)
    if reason:
        return _refused(reason)
    _opening(figures, latest)
    _facets(figures)
    note(RULE)
    st.space("small")
    left, right = pair()
    with left:
        _matrix(figures)
    with right, st.container(gap="large"):
        _distance(figures)
        _answers(figures)
    return None


@once
def _latest(figures: Figures) -> dict[str, Row]:
    return {metric: row for metric in METRICS if (row := figures.latest(metric))}


@once
def _verdict(figures: Figures) -> str:
    smallest = {metric: figures.smallest(metric) for metric in METRICS}
    return hierarchy_verdict(_latest(figures).values(), smallest)


def _nothing(latest: dict[str, Row]) -> str | None:
    """Return why no hierarchy figure is known at all, or None when one is."""
    if any(row["value"] is not None for row in latest.values()):
        return None
    reasons = [row["reason"] for row in latest.values() if row["reason"]]
    return str(reasons[0]) if reasons else "not_released"


def _refused(reason: str) -> None:
    reason = meant(reason)
    if reason == "not_released":
        st.title("Hierarchy", anchor=False)
        st.space("xsmall")
        return state(
            "not_released", title="Hierarchy is shown for the whole company only.",
            sentence="Both ends of a message must be in the group, and that leaves too little for a department, a level or a place. Choose the whole company above.",
        )  # fmt: skip
    opening("Hierarchy", "page_unseen", reason=reason)
    return state(reason)


def _opening(figures: Figures, latest: dict[str, Row]) -> None:
    verdict = _verdict(figures)
    names = {"same": "hierarchy_unchanged", "unseen": "hierarchy_now"}
    others = [
        row
        for metric, row in latest.items()
        if metric in {*FACETS["Reach"], *FACETS["Bridges"]} and row.get("change") is not None
    ]
    is_still = others and all(figures.verdict(row["metric"]) == "noise" for row in others)
    rest = "Reach and bridges show no change we can tell." if is_still else ""
    grain = next(iter(latest.values()))["grain"]
    opening(
        "Hierarchy",
        names.get(verdict, f"hierarchy_{verdict}"),
        rest=rest,
        grain=grain if grain != "all" else None,
    )


@as_figure
def _facets(figures: Figures) -> Block:
    latest, verdict = _latest(figures), _verdict(figures)
    passports = {metric: figures.passport(metric) for metric in METRICS}
    rows = shape.facet_rows(latest, FACETS, passports)
    title = (
        f"facets_{verdict}"
        if verdict in {"flatter", "louder", "steeper", "quieter"}
        else "facets_question"
    )
    found = pl.concat([_as_row(figures, metric, row) for metric, row in latest.items()])
    first = found["period"].drop_nulls()
    grain = found["grain"][0] if first.len() else "period"
    when = label(first[0], grain) if first.len() else "the period"
    said = Said(
        finding=say(title),
        measure=f"Change from the {grain} before to {when}, among the same people, with 95% intervals. "
        "Filled: beyond chance, and beyond the dashed line from which a change is worth showing; hollow: not",
        source=source(
            figures,
            found,
            "needs recipients and managers · both ends of a message inside the org tree",
        ),
        alt=words.in_words(
            "Change by facet, before and now", rows["measure"].to_list(), rows["text"].to_list()
        ),
        passports=list(passports.values()),
    )
    return Block("facets", said, Picture(facets, (rows.drop("metric"),)), found, _facet_table(rows))


def _as_row(figures: Figures, metric: str, row: Row) -> pl.DataFrame:
    grain, period = row["grain"], row["period"]
    rows = figures.ask(metric, grain=grain, **figures.scope.cell)
    return rows.filter(
        pl.col("period").eq_missing(pl.lit(period, pl.Date)) & pl.col("bin").is_null()
    )


def _facet_table(rows: pl.DataFrame) -> pl.DataFrame:
    verdict = pl.when(pl.col("value").is_null()).then(pl.lit("not comparable yet")).when("is_clear").then(
        pl.when(pl.col("value") > 0).then(pl.lit("● flatter")).otherwise(pl.lit("● steeper"))
    ).when((pl.col("low") > 0) | (pl.col("high") < 0)).then(pl.lit("○ too little to matter")).otherwise(
        pl.lit("○ no change we can tell")
    )  # fmt: skip
    return rows.select(Facet="facet", Measure="measure", Figure="text", Verdict=verdict)


@as_figure
def _matrix(figures: Figures) -> Block:
    period = figures.scope.start if figures.scope.block == "quarter" else None
    grain = figures.scope.block if figures.scope.block in {"quarter", "all"} else "all"
    flows = figures.release.flows("level", grain=grain, period=period)
    if any(figures.scope.cell.values()):  # flows are released for all tools together
        flows = flows.clear()
    names = {level: level_name(level) for level in flows["source"].unique()} if flows.height else {}
    rows = shape.flow_rows(flows, names)
    order = [names[level] for level in sorted(names, key=_rank)]
    said = Said(
        finding=say("matrix_near" if _stays_near(rows, order) else "matrix_question"),
        measure="Messages against what chance would give, from how much each level writes and receives: the row writes to the column. Ochre fewer, petrol more",
        source=source(
            figures,
            rows.clear().with_columns(n=pl.lit(None, pl.Int64)),
            "1× is as expected; a level of fewer than ten is counted with the next one"
            + ("; dashed: fewer than ten people at one end" if rows["ratio"].null_count() else ""),
            period=None if grain == figures.scope.block else "Whole period",
        ),
        alt=words.in_words(
            "Messages against chance",
            [f"{r['source']} to {r['target']}" for r in rows.iter_rows(named=True)],
            rows["text"].to_list(),
        ),
        passports=[figures.passport("tree_reach_ratio")],
    )
    shown = (
        Picture(matrix, (rows.select("source", "target", "ratio", "text"), order))
        if rows["ratio"].is_not_null().any()
        else None
    )
    twin = (
        rows.select(
            From="source",
            To="target",
            **{"Against chance": pl.coalesce("text", pl.lit("too few people"))},
        )
        if rows.height
        else pl.DataFrame()
    )
    return Block("matrix", said, shown, flows, twin, first_reason(flows))


def _rank(level: str) -> tuple[int, str]:
    """Order levels from the head down: "0–1", "2", "3"; what has no number stands last."""
    number = re.match(r"\d+", level)
    return (int(number[0]) if number else 99, level)


def _stays_near(rows: pl.DataFrame, order: list[str]) -> bool:
    """Say whether every level's ratio to its own or the next level is above, and to the farthest below chance."""
    if len(order) < 3 or rows["ratio"].null_count():  # noqa: PLR2004  # two levels have no far and near
        return False
    place = {name: i for i, name in enumerate(order)}
    apart = [
        (abs(place[r["source"]] - place[r["target"]]), r["ratio"])
        for r in rows.iter_rows(named=True)
    ]
    return all(ratio < 1 for steps, ratio in apart if steps == len(order) - 1) and all(
        ratio > 1 for steps, ratio in apart if steps == 0
    )


@as_figure
def _distance(figures: Figures) -> Block:
    metric = "messages_by_distance"
    found = figures.block(metric)
    steps = found["bin"].drop_nulls().to_list()
    names = {
        step: "1 (own manager or report)" if step == "1" else f"{step} steps" for step in steps
    }
    rows = shape.rows_named(found, names, figures.unit(metric))
    said = Said(
        finding=say("distance_near" if _falls(rows) else "distance_question"),
        measure="Messages for every pair of people, by the steps between the two along reporting lines. The scale is logarithmic. Lines: 95% intervals",
        source=source(figures, found, "every pair of people counts, also the silent ones"),
        alt=words.in_words(
            "By steps in the org tree", rows["name"].to_list(), rows["text"].to_list()
        ),
        passports=[figures.passport(metric)],
    )
    shown = Picture(dots, (rows.drop("key"), "log")) if rows.height else None
    return Block(
        "distance",
        said,
        shown,
        found,
        words.table(found, figures.unit(metric), names),
        first_reason(found),
    )


def _falls(rows: pl.DataFrame) -> bool:
    """Say whether the first step clearly lies above the last: their intervals do not meet."""
    if rows.height < 2:  # noqa: PLR2004
        return False
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    return (first["low"] or first["value"]) > (last["high"] or last["value"])


@as_figure
def _answers(figures: Figures) -> Block:
    metric = "reply_asymmetry"
    found = figures.block(metric, variant=None)
    rows = _ways(found)
    row = figures.one(metric)
    is_known = bool(row and row["value"] is not None)
    low, high = (row["low"], row["high"]) if row else (None, None)
    title = (
        "answers_less"
        if high is not None and high < 0
        else "answers_more"
        if low is not None and low > 0
        else "answers_question"
    )
    said = Said(
        finding=say(title if is_known else "answers_question"),
        measure=f"{figures.passport(metric)['title']}: share of messages answered within three days, to superiors and from them. Shade: 95% interval",
        source=source(figures, found, ("▲ upwards ▼ downwards · " if rows.height else "") + "where there are no threads, any next message counts as an answer: an upper bound"),
        alt=words.in_words("Answered", [f"{r['way']}wards" for r in rows.iter_rows(named=True)], rows["text"].to_list())
        if rows.height else words.in_words("Answered upwards minus downwards", ["difference"], [words.table(found, figures.unit(metric))["Figure"][0] if found.height else None]),
        passports=[figures.passport(metric)],
    )  # fmt: skip
    shown: Picture | None = Picture(updown, (rows,)) if rows.height else _difference(figures, row)
    return Block(
        "answers", said, shown, found, words.table(found, figures.unit(metric)), first_reason(found)
    )


WAYS = {
    "by_superiors": "up",
    "by_reports": "down",
}  # who answers, and so which way the message went


def _ways(found: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `updown` where the release holds both rates."""
    both = found.filter(pl.col("variant").is_in(list(WAYS)) & pl.col("value").is_not_null())
    way = pl.col("variant").replace_strict(WAYS, return_dtype=pl.String)
    rows = both.select("value", "low", "high", way=way, name=pl.lit("Answered")).with_columns(
        text=shape.texts(both, "share")
    )
    return rows if both.height == len(WAYS) else rows.clear()


def _difference(figures: Figures, row: Any) -> Picture | None:  # noqa: ANN401
    if not row or row["value"] is None:
        return None
    from analytics.charts.dots import difference

    return Picture(
        difference, (row["value"], row["low"], row["high"], ("less upwards", "more upwards"))
    )


page()
