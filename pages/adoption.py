"""Do people use the tools, and do they talk with each other in them?"""

from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import numbers, shape, words
from analytics.charts.cohorts import cohorts
from analytics.charts.dots import dots
from analytics.charts.ladder import ladder
from analytics.charts.lorenz import lorenz
from analytics.charts.stack import columns
from analytics.findings import say
from pages.parts.access import guard
from pages.parts.data import Figures
from pages.parts.figure import Picture, Said, figure, first_reason, pair, screen, source
from pages.parts.filters import scope
from pages.parts.first_use_view import first_use
from pages.parts.habit_view import forecast, habit, reach, seats, several
from pages.parts.lead import opening
from pages.parts.milestone_view import milestones, trend_picture
from pages.parts.vendor_view import vendor
from pages.parts.workspace import release

FUNNEL, GAP, DROP = "adoption_funnel", "technical_human_gap", "adoption_drop"
A_MONTH = "day 28"  # the bin of all who started, four weeks on
COLUMNS, PHONE_COLUMNS = 12, 7  # weeks that a picture shows; table and files hold all
GAP_FROM = 0.15  # low end from which the gap is worth a sentence
RETENTION = {
    "": "Bounded: in that week",
    "rolling": "Rolling: then or later",
    "bracket": "Bracket: within seven days",
}


def page() -> None:
    """Draw the page."""
    guard("adoption")
    figures = Figures(release(), scope())
    _opening(figures)
    _ladder(figures)
    st.space("small")
    _trend(figures)
    st.space("small")
    left, right = pair()
    with left:
        _cohorts(figures)
    with right:
        _lifecycle(figures)
    st.space("small")
    left, right = pair()
    with left:
        habit(figures)
    with right:
        several(figures)
    st.space("small")
    left, right = pair()
    with left:
        _definitions(figures)
    with right:
        _inequality(figures)
    st.space("small")
    first_use(figures)
    st.space("small")
    milestones(figures)
    st.space("small")
    forecast(figures)
    st.space("small")
    left, right = pair()
    with left:
        seats(figures)
    with right:
        reach(figures)
    st.space("small")
    vendor(figures)


def _value(row: Any) -> float | None:  # noqa: ANN401  # a row or nothing
    return row["value"] if row else None


def _opening(figures: Figures) -> None:
    active, talking = (_value(figures.one(FUNNEL, step)) for step in ("active", "reciprocal"))
    latest = figures.latest(FUNNEL, "reciprocal")
    if active is None:
        rows = figures.block(FUNNEL)
        return opening("Adoption", "page_unseen", reason=first_reason(rows))
    if talking is None:
        return opening("Adoption", "adoption_partly", active=active)
    verdict = figures.verdict(FUNNEL, "reciprocal")
    name = {"noise": "adoption_same", "unseen": "adoption_now"}.get(verdict)
    name = name or f"adoption_{_way(latest)}"
    return opening(
        "Adoption", name, active=active, talking=talking, unit="share", **_changes(latest)
    )


def _way(row: Any) -> str:  # noqa: ANN401
    return "up" if row and (row["change"] or 0) > 0 else "down"


def _changes(row: Any) -> dict[str, Any]:  # noqa: ANN401
    return (
        {name: row[name] for name in ("value", "change", "change_low", "change_high", "grain")}
        if row
        else {}
    )


def _ladder(figures: Figures) -> None:
    steps, gap, lost = (figures.block(metric) for metric in (FUNNEL, GAP, DROP))
    rows = shape.ladder_rows(steps)
    told = _one(gap)
    said = Said(
        finding=say("ladder_gap", gap=told["value"], gap_low=told["low"], gap_high=told["high"])
        if told and (told["low"] or 0) > GAP_FROM
        else say("ladder_question"),
        measure="Share of the people with a seat, in the last four weeks of the period. The dark mark is the 95% interval",
        source=source(figures, steps, "grey steps need a tool, petrol ones need people"),
        alt=words.in_words(
            "Adoption ladder",
            [*rows["step"], "use it without a habit"],
            [*rows["share"], shape.texts(gap, "share")[0] if told else None],
        ),
        passports=[figures.passport(FUNNEL), figures.passport(GAP), figures.passport(DROP)],
    )
    shown = (
        Picture(ladder, (rows, shape.gap_text(told))) if rows["value"].is_not_null().any() else None
    )
    names = {name: step for name, (step, _, _) in shape.STEPS.items()}
    lost = lost.with_columns(bin="lost before " + pl.col("bin"))
    every = pl.concat([steps, lost, gap])
    missed = {f"lost before {name}": f"Stay before “{step}”" for name, step in names.items()}
    twin = words.table(every, "share", {**names, **missed, "all": "Use it without a habit"})
    figure("ladder", said, shown, every, twin, first_reason(steps))


def _one(rows: pl.DataFrame) -> Any:  # noqa: ANN401  # a row or nothing
    """Return the one row that has a value."""
    known = rows.filter(pl.col("value").is_not_null())
    return known.row(0, named=True) if known.height else None


def _trend(figures: Figures) -> None:
    active, talking = figures.series("active_people"), figures.series(FUNNEL, "reciprocal")
    rows = shape.trend_rows(
        {"Contribute": (active, "noise"), "In conversation": (talking, "accent")}, "share"
    )
    verdict, latest = figures.verdict(FUNNEL, "reciprocal"), figures.latest(FUNNEL, "reciprocal")
    name = f"trend_{_way(latest)}" if verdict == "clear" else "trend_question"
    said = Said(
        finding=say(name, unit="share", **_changes(latest)),
        measure="Share of the people with a seat: who contributed in each period, and who was in conversation in its last four weeks. Bands are 95% intervals",
        source=source(figures, active, "the same people throughout a quarter"),
        alt=words.series_in_words("Adoption over time", rows, "share")
        if rows.height
        else "Adoption over time: not known.",
        passports=[figures.passport("active_people"), figures.passport(FUNNEL)],
    )
    both = pl.concat([active, talking])
    shown = trend_picture(figures, rows) if rows.height else None
    figure(
        "trend",
        said,
        shown,
        both,
        words.table(both, "share", {"reciprocal": "In conversation"}),
        first_reason(both),
    )


def _cohorts(figures: Figures) -> None:
    variant = str(st.session_state.get("retention_variant") or "")
    found = figures.ask("retention", variant=variant, grain="all", **figures.scope.cell)
    rows = shape.cohort_rows(found)
    stayed = found.filter((pl.col("bin") == A_MONTH) & pl.col("value").is_not_null())[
        "value"
    ].to_list()
    last = PHONE_COLUMNS if screen().compact else COLUMNS
    seen = rows.filter(pl.col("later") <= last) if rows.height else rows
    told = list(seen.iter_rows(named=True))
    said = Said(
        finding=say("cohorts_known", share=stayed[0], later="four")
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
    figure(
        "cohorts",
        said,
        shown,
        found,
        _cohort_table(rows),
        first_reason(found),
        control=_pick_retention,
    )


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


def _lifecycle(figures: Figures) -> None:
    grain = "month" if figures.scope.grain == "quarter" else figures.scope.grain
    found = figures.bins("lifecycle", grain=grain)
    if grain == "week" and _mostly_kept_back(
        found
    ):  # few change from week to week, more from month to month
        grain = "month"
        found = figures.bins("lifecycle", grain=grain)
    rows = shape.lifecycle_rows(found, grain)
    said = Said(
        finding=_fate(rows, grain) if rows.height else say("lifecycle_question"),
        measure="People with a seat, by what they did in the period before; below zero: those who did nothing any more. Open where a part is too few to tell",
        source=source(figures, found),
        alt=words.in_words("Last period", rows.filter(pl.col("last").is_not_null())["part"].to_list(), rows.filter(pl.col("last").is_not_null())["people"].to_list())
        if rows.height else "Who stays and who falls silent: not known.",
        passports=[figures.passport("lifecycle")],
    )  # fmt: skip
    shown = Picture(columns, (rows.drop("period"),)) if rows.height else None
    names = {bin_: name for bin_, (name, _, _) in shape.LIVES.items()}
    figure(
        "lifecycle",
        said,
        shown,
        found,
        words.table(found, figures.unit("lifecycle"), names),
        # the oldest periods are short of history, which says nothing of the later ones
        first_reason(found.sort("period", descending=True)),
    )


def _mostly_kept_back(found: pl.DataFrame) -> bool:
    open_ = found.filter(pl.col("value").is_null())["period"].n_unique()
    return open_ * 2 > found["period"].n_unique()


def _fate(rows: pl.DataFrame, grain: str) -> str:
    last = {
        row["part"]: row for row in rows.filter(pl.col("last").is_not_null()).iter_rows(named=True)
    }
    if "fell silent" not in last or "came back" not in last:
        return say("lifecycle_question")
    came = last["came back"]["value"] + (last["new"]["value"] if "new" in last else 0)
    return say(
        "lifecycle_known",
        period=f"In the {grain} from {last['came back']['name']}",
        returned=numbers.count(came),
        silent=numbers.count(-last["fell silent"]["value"]),
    )


def _definitions(figures: Figures) -> None:
    passport = figures.passport("active_people")
    found = figures.block("active_people", variant=None)
    wording = passport.get("variants") or {}
    names = {
        v: (t.split(":")[0] or v or "Contributing")
        if v
        else f"{(t or 'Contributing').split(':')[0]} (ours)"
        for v, t in wording.items()
    }
    rows = shape.rows_named(found, names, "share", column="variant", ours="")
    said = Said(
        finding=say("definitions", count=numbers.spelled(rows.height))
        if rows.height > 1
        else say("definitions_question"),
        measure=f"Share of the people with a seat who were “active”, {figures.scope.period_label.lower()}",
        source=source(figures, found, _unknown(found, names)),
        alt=words.in_words("By definition", rows["name"].to_list(), rows["text"].to_list()),
        passports=[
            {
                **passport,
                "definition": f"{passport.get('definition', '')} "
                + " · ".join(t for t in wording.values() if t),
            }
        ],
    )
    shown = Picture(dots, (rows.drop("key"), "share")) if rows.height else None
    figure(
        "definitions", said, shown, found, words.table(found, "share", names), first_reason(found)
    )


def _unknown(found: pl.DataFrame, names: dict[str, str]) -> str:
    """Return which definitions these exports cannot fill."""
    missing = [
        names.get(row["variant"], row["variant"])
        for row in found.iter_rows(named=True)
        if row["value"] is None
    ]
    return f"not known from these exports: {', '.join(missing)}" if missing else ""


def _inequality(figures: Figures) -> None:
    metric = "participation_inequality"
    found = figures.block(metric, variant=None)
    curve = shape.lorenz_rows(found.filter(pl.col("variant") == "lorenz"))
    band = {
        row["bin"]: row["value"]
        for row in found.filter(pl.col("variant") == "").iter_rows(named=True)
    }
    top, silent = band.get("top_tenth"), band.get("silent")
    gini = numbers.span(band.get("gini_low"), band.get("gini_high"), "ratio")
    text = f"the busiest tenth: {numbers.number(top, 'share')}" if top is not None else ""
    said = Said(
        finding=say("gini_known", top=top, silent=silent)
        if top is not None and silent is not None
        else say("gini_question"),
        measure="Share of all acts against share of the people with a seat, silent ones included; dashed: everybody does the same",
        source=source(
            figures,
            found,
            f"Gini {gini}, a range because only groups of ten or more are counted" if gini else "",
        ),
        alt=words.in_words(
            "Spread of contributions",
            ["the busiest tenth", "silent", "Gini"],
            [numbers.number(top, "share"), numbers.number(silent, "share"), gini or None],
        ),
        passports=[figures.passport(metric)],
    )
    shown = Picture(lorenz, (curve, top, text)) if curve.height else None
    names = {
        "gini_low": "Gini, at least",
        "gini_high": "Gini, at most",
        "top_tenth": "The busiest tenth",
        "silent": "Silent",
    }
    twin = words.table(found.filter(pl.col("variant") == ""), "ratio", names)
    figure("inequality", said, shown, found, twin, first_reason(found))


page()
