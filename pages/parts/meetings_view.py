"""What the hours in meetings are made of: kinds by size and length, and what else is true of them."""

import polars as pl

from analytics.charts import numbers, shape, words
from analytics.charts.bars import bars, toned
from analytics.findings import say
from pages.parts.data import Figures
from pages.parts.figure import Block, Picture, Said, as_figure, first_reason, source

KINDS = {
    "one_to_one": "Two, short",
    "decision": "Three to eight, short",
    "status": "Nine to eighteen, short",
    "bloated": "Nineteen to fifty",
    "lengthy": "Up to eighteen, long",
    "workshop": "Up to fifty, longer",
    "all_hands": "Fifty-one or more",
    "unknown": "Size not exported",
}
IN_A_TITLE = {
    "one_to_one": "two people, up to an hour",
    "decision": "three to eight people, up to an hour",
    "status": "nine to eighteen people, up to an hour",
    "bloated": "nineteen to fifty people, up to two hours",
    "lengthy": "up to eighteen people, one to two hours",
    "workshop": "up to fifty people, two hours or more",
    "all_hands": "fifty-one people or more",
    "unknown": "a number of people that is not exported",
}
OF_MEETINGS = ("meeting_flags", "conflicting_hours", "meetings_outside_hours", "redundant_hours")
LARGE = "meeting_flags:large"
FLAGS = {
    LARGE: "Nine people or more",
    "meeting_flags:long": "Longer than an hour",
    "meeting_flags:large_long": "Both",
    "meeting_flags:recurring": "One of a series",
    "conflicting_hours:": "In two at once",
    "meetings_outside_hours:": "Outside working hours",
    "redundant_hours:three_levels": "Three levels at once",
    "redundant_hours:over_head": "Manager's manager too",
}


@as_figure
def kinds_of_meetings(figures: Figures) -> Block:
    """Draw the share of the meeting hours by kind; a kind that never occurred is left out."""
    metric = "meeting_mix"
    found = figures.block(metric)
    named = shape.rows_named(found.filter(pl.col("value") != 0), KINDS, "share")
    rows = toned(named, named.sort("value", descending=True)["key"][:1].to_list())
    said = Said(
        finding=_largest(named),
        measure="Share of people's hours in meetings by how many are invited; short is up to an hour, long up to two. Lines: 95% intervals",
        source=source(
            figures, found, f"time in two meetings at once counts once{_agreed(figures)}"
        ),
        alt=words.in_words("Hours in meetings", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(metric), figures.passport("meeting_hours")],
    )
    return barred("meeting_kinds", said, rows, found, words.table(found, "share", KINDS))


def _agreed(figures: Figures) -> str:
    """Return how many of the hours somebody said yes to, where the exports tell; else ""."""
    hours = [figures.one("meeting_hours", variant=variant) for variant in ("", "accepted")]
    invited, agreed = (numbers.number(row["value"], "hours") if row and row["value"] is not None else "" for row in hours)  # fmt: skip
    return f" · {invited} a week by invitation, {agreed} said yes to or seen there" if invited and agreed else ""  # fmt: skip


def _largest(rows: pl.DataFrame) -> str:
    """Return the kind that takes most hours; takes key, value, text."""
    if rows.height < 2:  # noqa: PLR2004  # one kind alone is no comparison
        return say("kinds_question")
    most = rows.sort("value", descending=True, maintain_order=True).row(0, named=True)
    return say("kinds_known", kind=IN_A_TITLE[most["key"]], part=most["text"])


@as_figure
def true_of_meetings(figures: Figures) -> Block:
    """Draw the shares of the meeting hours that are large, long, recurring, booked twice, outside hours or of three levels."""
    found = pl.concat(figures.block(metric) for metric in OF_MEETINGS)
    named = found.with_columns(bin=pl.format("{}:{}", "metric", pl.col("bin").fill_null("")))
    large = named.filter(bin=LARGE)["value"].to_list()
    known = [value for value in large if value]
    rows = toned(shape.rows_named(named, FLAGS, "share"), [LARGE] if known else [])
    said = Said(
        finding=say("large_known", part=numbers.number(known[0], "share")) if known else say("large_question"),
        measure="Share of people's hours in meetings of which each is true; they overlap and do not add up. Lines: 95% intervals",
        source=source(figures, found, "invited is not present"),
        alt=words.in_words("Of the hours in meetings", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(metric) for metric in OF_MEETINGS],
    )  # fmt: skip
    return barred("meeting_flags", said, rows, found, words.table(named, "share", FLAGS))


def barred(
    key: str,
    said: Said,
    rows: pl.DataFrame,
    found: pl.DataFrame,
    twin: pl.DataFrame,
    reason: str | None = None,
) -> Block:
    """Return bars of the rows, or say why there are none; `found`: the released rows, `twin`: the same as text.

    `reason`: why there are none where the rows themselves do not say.
    """
    why = first_reason(found)
    shown = Picture(bars, (rows,)) if rows.height else None
    return Block(key, said, shown, found, twin, reason or why if why == "not_released" else why)
