"""When in the week people act, whose working time that is held against, and how long the day and the night are."""

from typing import Any

import polars as pl

from analytics.charts import numbers, shape, words
from analytics.charts.bars import bars, toned
from analytics.charts.trend import trend
from analytics.charts.week import week
from analytics.findings import say
from analytics.findings.compared import late_levels
from pages.parts import filters
from pages.parts.data import Figures, Row
from pages.parts.figure import Block, Picture, Said, as_figure, first_reason, source

DAYS = {"1": "Mon", "2": "Tue", "3": "Wed", "4": "Thu", "5": "Fri", "6": "Sat", "7": "Sun"}
DIRECTIONS = {
    "down": "From a level above",
    "up": "From a level below",
    "same": "From the same level",
    "all": "All of them",
}
SENT = "Sent outside the reader's hours"
AT_THE_TOP = ("0", "1", "0–1")  # their hours are their own: no line of the law is drawn beside them
REST = "a day's rest of 11 hours: Directive 2003/88/EC, art. 3"


def off(figures: Figures) -> str:
    """Return whose public holidays count as days off, in words."""
    known = figures.release.company().get("days_off")
    return (
        f"public holidays: {known}" if known else "public holidays are not known: no country is set"
    )


@as_figure
def hours_of_week(figures: Figures) -> Block:
    """Draw at which hours of the week people act."""
    metric = "acts_by_hour"
    found = figures.ask(metric, grain="all", **figures.scope.cell)
    has_any = found.height > 0 and found["value"].is_not_null().any()
    rows = week_rows(found, figures.release.company()) if has_any else found.clear()
    said = Said(
        finding=say("week_question"),
        measure="Acts a week of 100 people, in each person's own time. A stronger colour is more, dashed is kept back. "
        "The working week is left blank",
        source=source(figures, found, off(figures), period="The whole period"),
        alt=_in_words(rows) if has_any else "Acts by hour of the week: not known.",
        passports=[figures.passport(metric)],
    )
    shown = Picture(week, (rows, list(DAYS.values()))) if has_any else None
    twin = _twin(rows) if has_any else pl.DataFrame()
    return Block(
        "week", said, shown, found, twin, first_reason(found) if found.height else "not_applicable"
    )


def week_rows(found: pl.DataFrame, company: dict[str, str | None]) -> pl.DataFrame:
    """Return the rows of `week` from released ones; the working week is that of the company."""
    starts, _, ends = (company.get("working_hours") or "0-0").partition("-")
    worked = (company.get("workdays") or "").split(",")
    number, hour = pl.col("bin").str.slice(0, 1), pl.col("bin").str.slice(2).cast(pl.Int32)
    rows = found.select(
        "value",
        "reason",
        at=hour,
        day=number.replace_strict(DAYS),
        is_inside=number.is_in(worked) & hour.is_between(int(starts), int(ends) - 1),
    )
    return rows.with_columns(
        text=pl.Series([_text(row) for row in rows.iter_rows(named=True)], dtype=pl.String),
        tip=pl.format("{}, {}:00 to {}:00", "day", "at", pl.col("at") + 1),
    ).drop("reason")


def _text(row: dict[str, Any]) -> str:
    if row["value"] is None:
        return shape.short_reason(row["reason"])
    return numbers.number(row["value"], "count")


def _in_words(rows: pl.DataFrame) -> str:
    """Return the busiest hours outside the working week, for those who hear the picture."""
    outside = rows.filter(~pl.col("is_inside"), pl.col("value") > 0)
    top = outside.sort("value", "tip", descending=[True, False]).head(3)
    return words.in_words(
        "Acts a week of 100 people outside working hours, the busiest hours",
        top["tip"].to_list(),
        top["text"].to_list(),
    )


def _twin(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the table of the picture: one line an hour, one column a weekday."""
    wide = rows.pivot("day", index="at", values="text").sort("at")
    clock = pl.format("{}:00", "at").alias("Hour")
    return wide.select(clock, *(name for name in DAYS.values() if name in wide.columns))


@as_figure
def pressure(figures: Figures) -> Block:
    """Draw whose messages arrive outside hours, by direction."""
    metric = "pressure_outside_hours"
    found = figures.block(metric)
    by_level, company = figures.compared(metric, "level", "sent")
    levels = {level: f"Written by {filters.level_name(level).replace('Level', 'level')}" for level in by_level["level"].drop_nulls().unique().sort()}  # fmt: skip
    late = by_level.filter(pl.col("named").fill_null(value=False))["level"]
    rows = pl.concat([
        toned(shape.rows_named(by_level, levels, "share", column="level"), late),
        toned(shape.rows_named(found, DIRECTIONS, "share"), []),
    ])  # fmt: skip
    said = Said(
        finding=who_writes_late(by_level, company),
        measure="Share of messages that reach somebody outside their own working hours: of what each level writes, and of what people get, by where it comes from. Filled: apart from the others. Lines: 95% intervals",
        source=source(figures, found, " · ".join(filter(None, (answered(figures), off(figures))))),
        alt=words.in_words(
            "Messages that arrive outside hours", rows["name"].to_list(), rows["text"].to_list()
        ),
        passports=[figures.passport(metric), figures.passport("answered_outside_hours")],
    )
    shown = Picture(bars, (rows,)) if rows.height else None
    names = {**DIRECTIONS, **levels, "unplaced": "No level known", "sent": SENT}
    every = pl.concat([found, by_level], how="diagonal")
    twin = words.table(every, "share", names)
    return Block("pressure", said, shown, every, twin, first_reason(found))


def answered(figures: Figures) -> str:
    """Return how much of what arrives outside hours is answered there, in words; "" where it is not known."""
    row = figures.one("answered_outside_hours")
    if row is None or row["value"] is None:
        return ""
    share = numbers.full(row["value"], row["low"], row["high"], "share")
    return f"{share} of these are answered outside hours"


def who_writes_late(rows: pl.DataFrame, company: Row | None) -> str:
    """Return the sentence about messages sent outside hours: a level is named only where the comparison names it."""
    if company is None or company["value"] is None or rows.is_empty():
        return say("late_question")
    levels = late_levels(rows, company["value"])
    if levels is None:
        return say("late_alike" if rows["named"].is_not_null().any() else "late_question")
    return say("late_from", late_levels=levels)


@as_figure
def stretch(figures: Figures) -> Block:
    """Draw the stretch of the day from the first act to the last."""
    metric = "day_span"
    found = figures.series(metric)
    rows = shape.trend_rows({"Stretch": (found, "accent")}, "hours")
    said = Said(
        finding=say("stretch_question"),
        measure="Hours from the first act of a day to the last, on days with two or more. Band: 95% interval",
        source=source(figures, found, "a stretch is not work: pauses are in it, and what leaves no trace is not"),
        alt=words.series_in_words("From the first act of a day to the last", rows, "hours")
        if rows.height
        else "From the first act of a day to the last: not known.",
        passports=[figures.passport(metric)],
    )  # fmt: skip
    shown = Picture(trend, (rows, "hours")) if rows.height else None
    return Block("stretch", said, shown, found, words.table(found, "hours"), first_reason(found))


@as_figure
def nights(figures: Figures) -> Block:
    """Draw how many nights between two days with acts are under eleven hours."""
    metric = "short_rest_share"
    found, now = figures.series(metric), figures.one(metric)
    rows = shape.trend_rows({"Short": (found, "accent")}, "share")
    said = Said(
        finding=say("nights_question"),
        measure="Share of nights with less than eleven hours between the last act of a day and the first of the next. Band: 95% interval",
        source=source(figures, found, _of_nights(now, figures.scope.cell.get("level"))),
        alt=words.series_in_words("Nights under eleven hours", rows, "share")
        if rows.height
        else "Nights under eleven hours: not known.",
        passports=[figures.passport(metric)],
    )
    shown = Picture(trend, (rows, "share")) if rows.height else None
    return Block("nights", said, shown, found, words.table(found, "share"), first_reason(found))


def _of_nights(now: Row | None, level: str | None) -> str:
    share = ""
    if now is not None and now["value"] is not None:
        share = f"{numbers.full(now['value'], now['low'], now['high'], 'share')} in the whole of it"
    return " · ".join(filter(None, (share, rest_by_law(level))))


def rest_by_law(level: str | None) -> str:
    """Return the law's line to read against; none beside the head, whose hours are their own."""
    return "" if level in AT_THE_TOP else REST
