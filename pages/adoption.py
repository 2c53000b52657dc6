"""Do people use the tools, and do they talk with each other in them?"""

from typing import Any

import polars as pl

from analytics.charts import shape, words
from analytics.charts.ladder import ladder
from analytics.findings import say
from pages.parts.access import guard
from pages.parts.cohorts_view import still_there, who_stays
from pages.parts.data import Figures, on_screen
from pages.parts.figure import Block, Picture, Said, as_figure, first_reason, source
from pages.parts.first_use_view import first_use
from pages.parts.habit_view import forecast, habit, reach, seats, several
from pages.parts.lead import opening
from pages.parts.milestone_view import milestones, trend_picture
from pages.parts.parts import Parts, parts
from pages.parts.spread_view import definitions, inequality
from pages.parts.vendor_view import vendor

FUNNEL, GAP, DROP = "adoption_funnel", "technical_human_gap", "adoption_drop"
GAP_FROM = 0.15  # low end from which the gap is worth a sentence


def page() -> None:
    """Draw the page."""
    guard("adoption")
    figures = on_screen()
    _opening(figures)
    _ladder(figures)
    parts("adoption", PARTS, figures)


def _value(row: Any) -> float | None:  # noqa: ANN401  # a row or nothing
    return row["value"] if row else None


def _opening(figures: Figures) -> None:
    active, talking = (_value(figures.one(FUNNEL, step)) for step in ("active", "reciprocal"))
    tools = figures.scope.tools
    latest = figures.latest(FUNNEL, "reciprocal")
    if active is None:
        rows = figures.block(FUNNEL)
        return opening("Adoption", "page_unseen", reason=first_reason(rows))
    if talking is None:
        return opening("Adoption", "adoption_partly", active=active, tools=tools)
    verdict = figures.verdict(FUNNEL, "reciprocal")
    name = {"noise": "adoption_same", "unseen": "adoption_now"}.get(verdict)
    name = name or f"adoption_{_way(latest)}"
    return opening(
        "Adoption",
        name,
        active=active,
        talking=talking,
        unit="share",
        tools=tools,
        **_changes(latest),
    )


def _way(row: Any) -> str:  # noqa: ANN401
    return "up" if row and (row["change"] or 0) > 0 else "down"


def _changes(row: Any) -> dict[str, Any]:  # noqa: ANN401
    return (
        {name: row[name] for name in ("value", "change", "change_low", "change_high", "grain")}
        if row
        else {}
    )


@as_figure
def _ladder(figures: Figures) -> Block:
    steps, gap, lost = (figures.block(metric) for metric in (FUNNEL, GAP, DROP))
    rows = shape.ladder_rows(steps)
    told = _one(gap)
    said = Said(
        finding=say(
            "ladder_gap",
            gap=told["value"],
            gap_low=told["low"],
            gap_high=told["high"],
            tools=figures.scope.tools,
        )
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
    every = pl.concat([steps, lost, gap])
    told_apart = lost.with_columns(bin="lost before " + pl.col("bin"))
    missed = {f"lost before {name}": f"Stay before “{step}”" for name, step in names.items()}
    twin = words.table(
        pl.concat([steps, told_apart, gap]),
        "share",
        {**names, **missed, "all": "Use it without a habit"},
    )
    return Block("ladder", said, shown, every, twin, first_reason(steps))


def _one(rows: pl.DataFrame) -> Any:  # noqa: ANN401  # a row or nothing
    """Return the one row that has a value."""
    known = rows.filter(pl.col("value").is_not_null())
    return known.row(0, named=True) if known.height else None


def _step(rows: pl.DataFrame) -> str:
    return str(rows["grain"][0]) if rows.height else "period"


@as_figure
def _trend(figures: Figures) -> Block:
    active, talking = figures.series("active_people"), figures.series(FUNNEL, "reciprocal")
    rows = shape.trend_rows(
        {"Contribute": (active, "noise"), "In conversation": (talking, "accent")}, "share"
    )
    verdict, latest = figures.verdict(FUNNEL, "reciprocal"), figures.latest(FUNNEL, "reciprocal")
    name = f"trend_{_way(latest)}" if verdict == "clear" else "trend_question"
    said = Said(
        finding=say(name, unit="share", **_changes(latest)),
        measure=f"Share of the people with a seat: who contributed in each {_step(active)}, and who was in conversation in the last four weeks of each {_step(talking)}. Bands are 95% intervals",
        source=source(figures, active, "the same people throughout a quarter"),
        alt=words.series_in_words("Adoption over time", rows, "share")
        if rows.height
        else "Adoption over time: not known.",
        passports=[figures.passport("active_people"), figures.passport(FUNNEL)],
    )
    both = pl.concat([active, talking])
    shown = trend_picture(figures, rows) if rows.height else None
    return Block(
        "trend",
        said,
        shown,
        both,
        words.table(both, "share", {"reciprocal": "In conversation"}),
        first_reason(both),
    )


PARTS: Parts = {
    "Over time": ((_trend,), (still_there, who_stays), (first_use,), (forecast,)),
    "Habits": ((habit, several, inequality, reach),),
    "Launches": ((milestones,),),
    "Other counts": ((seats, definitions), (vendor,)),
}


page()
