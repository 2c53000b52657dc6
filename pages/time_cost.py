"""How many hours a week go through the tools, when, and what that costs if one accepts the assumptions."""

from typing import Any

import polars as pl

from analytics.charts import numbers, shape, words
from analytics.charts.bars import bars
from analytics.charts.stack import areas
from analytics.charts.trend import trend
from analytics.findings import say
from analytics.findings.wording import inside
from pages.parts.access import guard
from pages.parts.attention_view import broken_up, left_whole, load_by_level
from pages.parts.data import Figures, on_screen
from pages.parts.figure import Block, Picture, Said, as_figure, first_reason, source
from pages.parts.lead import opening
from pages.parts.measures import activities
from pages.parts.meetings_view import kinds_of_meetings, true_of_meetings
from pages.parts.parts import Parts, parts
from pages.parts.week_view import hours_of_week, nights, off, pressure, stretch
from pages.parts.worth_view import worth_blocks

HOURS = "collaboration_hours"
HALF = 0.5
LABELS = {
    **{bin_: name for bin_, (name, _) in shape.HOURS.items()},
    "total": "In all",
    "reading": "Reading (estimated)",
}


def page() -> None:
    """Draw the page."""
    guard("time_cost")
    figures = on_screen()
    _opening(figures)
    _hours(figures)
    parts("time_cost", PARTS, figures)


def _named(
    figures: Figures, stem: str, metric: str, bin_: str | None = None
) -> tuple[str, dict[str, Any]]:
    """Return (template, slots) of a sentence about the last change of a metric."""
    verdict, latest = figures.verdict(metric, bin_), figures.latest(metric, bin_)
    slots = (
        {"unit": figures.unit(metric)}
        | {
            k: latest[k]
            for k in ("value", "low", "high", "change", "change_low", "change_high", "grain")
        }
        | {"when": shape.last_period(latest)}
        if latest
        else {}
    )
    if verdict == "clear" and latest:
        return f"{stem}_{'up' if latest['change'] > 0 else 'down'}", slots
    return f"{stem}_{'same' if verdict == 'noise' else 'now'}", slots


def _opening(figures: Figures) -> None:
    row = figures.one(HOURS, "total")
    if row is None or row["value"] is None:
        return opening("Time", "page_unseen", reason=first_reason(figures.block(HOURS)))
    name, slots = _named(figures, "time", HOURS, "total")
    return opening(
        "Time",
        name,
        **{**slots, "value": row["value"], "low": row["low"], "high": row["high"]},
        activities=activities(figures),
    )


@as_figure
def _hours(figures: Figures) -> Block:
    found = figures.bins(HOURS)
    block = {row["bin"]: row for row in figures.block(HOURS).iter_rows(named=True)}
    total = block.get("total")
    parts, whole = shape.hours_rows(found)
    is_shown = whole["value"].is_not_null().any() and parts.height > 0
    said = Said(
        finding=_largest(block),
        measure="Hours a person and week, overlapping activity counted once. The line is the total with its 95% interval. "
        "Dashed on top: reading, which nobody measures, at a few seconds a message",
        source=source(figures, found, "two minutes at most are given to an act of writing"),
        alt=words.in_words("Hours a person and week", [LABELS.get(b, b) for b in block], [numbers.number(r["value"], "hours") for r in block.values()]),
        passports=[figures.passport(HOURS)],
    )  # fmt: skip
    shown = Picture(areas, (parts.drop("top"), whole)) if is_shown else None
    return Block(
        "hours",
        said,
        shown,
        found,
        words.table(found, "hours", LABELS),
        (total or {}).get("reason") or first_reason(found),
    )


def _largest(block: dict[str, Any]) -> str:
    total = block.get("total")
    known = {b: r["value"] for b, r in block.items() if b in shape.HOURS and r["value"] is not None}
    if not total or not total["value"] or len(known) < 2:  # noqa: PLR2004  # one part alone is no comparison
        return say("hours_question")
    largest = max(known, key=lambda name: known[name])
    return say(
        "hours_known",
        largest=LABELS[largest],
        part=numbers.number(known[largest] / total["value"], "share"),
    )


@as_figure
def _outside(figures: Figures) -> Block:
    outside, weekend = figures.series("outside_hours_share"), figures.series("weekend_share")
    rows = shape.trend_rows(
        {"Outside": (outside, "accent"), "Weekend": (weekend, "noise")}, "share"
    )
    name, slots = _named(figures, "outside", "outside_hours_share")
    row = figures.one("outside_hours_share")
    now = (
        numbers.full(row["value"], row["low"], row["high"], "share")
        if row and row["value"] is not None
        else ""
    )
    said = Said(
        finding=say(
            name if name in {"outside_up", "outside_down"} else "outside_question", **slots
        ),
        measure="Share of acts outside each person's own working week, and on weekends. Bands are 95% intervals",
        source=source(
            figures,
            outside,
            " · ".join(filter(None, (f"{now} in the whole of it" if now else "", off(figures)))),
        ),
        alt=words.series_in_words("Outside working hours", rows, "share")
        if rows.height
        else "Outside working hours: not known.",
        passports=[figures.passport("outside_hours_share"), figures.passport("weekend_share")],
    )
    both = pl.concat([outside, weekend])
    shown = Picture(trend, (rows, "share")) if rows.height else None
    return Block("outside", said, shown, both, words.table(both, "share"), first_reason(both))


@as_figure
def _load(figures: Figures) -> Block:
    metric = "deliveries_per_day"
    found = figures.series(metric, "total")
    rows = shape.trend_rows({"Messages": (found, "accent")}, "count")
    name, slots = _named(figures, "load", metric, "total")
    said = Said(
        finding=say(name if name in {"load_up", "load_down"} else "load_question", **slots),
        measure="Messages that reach a person on a working day, own ones left out. Band: 95% interval",
        source=source(
            figures,
            found,
            " · ".join(
                filter(None, (_typical(figures), "a post in a channel counts for everybody in it"))
            ),
        ),
        alt=words.series_in_words("Messages that reach a person", rows, "count")
        if rows.height
        else "Messages that reach a person: not known.",
        passports=[figures.passport(metric), figures.passport("typical_load")],
    )
    shown = Picture(trend, (rows, "count")) if rows.height else None
    return Block("load", said, shown, found, words.table(found, "count"), first_reason(found))


def _typical(figures: Figures) -> str:
    """Return how much lands on a typical person, beside the mean that few may drive; nothing where it is not known."""
    row = figures.one("typical_load")
    if row is None or row["value"] is None or row["low"] is None:
        return ""
    half = (row["high"] - row["low"]) / 2
    return f"on a typical person {numbers.number(row['value'], 'count', half)}"


@as_figure
def _kinds(figures: Figures) -> Block:
    metric = "deliveries_per_day"
    found = figures.block(metric)
    rows = shape.rows_named(found, shape.KINDS, "count")
    rows = rows.with_columns(
        tone=pl.when(pl.col("key") == "channel").then(pl.lit("outline")).otherwise(pl.lit("noise"))
    )
    said = Said(
        finding=_most_sent(rows, found),
        measure="Messages a person and working day. Dashed: posts that were not addressed to anybody",
        source=source(figures, found),
        alt=words.in_words(
            "Messages a person and working day", rows["name"].to_list(), rows["text"].to_list()
        ),
        passports=[figures.passport(metric)],
    )
    shown = Picture(bars, (rows.drop("key", "is_ours"),)) if rows.height else None
    return Block(
        "kinds",
        said,
        shown,
        found,
        words.table(found, "count", {**shape.KINDS, "total": "In all"}),
        first_reason(found),
    )


def _most_sent(rows: pl.DataFrame, found: pl.DataFrame) -> str:
    """Return the way in which more than half of all messages come, where there is one."""
    whole = found.filter(bin="total")["value"].drop_nulls()
    if whole.is_empty() or not whole[0] or rows.is_empty():
        return say("sent_question")
    most = rows.sort("value", descending=True, maintain_order=True).row(0, named=True)
    part = most["value"] / whole[0]
    if part <= HALF:
        return say("sent_question")
    kind = inside(most["name"])
    return say("sent_known", kind=kind, part=numbers.number(min(part, 1.0), "share"))


PARTS: Parts = {
    "Outside hours": ((_outside, hours_of_week, stretch, nights),),
    "Messages": ((_load, _kinds, load_by_level, pressure),),
    "Meetings": ((kinds_of_meetings, true_of_meetings, left_whole, broken_up),),
    "What it costs": ((worth_blocks,),),
}


page()
