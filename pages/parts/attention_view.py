"""What is left of a day, how broken up it is, and who puts messages before others."""

import polars as pl

from analytics.charts import numbers, shape, words
from analytics.charts.bars import toned
from analytics.findings import say
from pages.parts import filters
from pages.parts.data import Figures
from pages.parts.figure import Block, Said, as_figure, source
from pages.parts.meetings_view import barred

DAY = {
    "busy": "Meetings and writing",
    "two": "Two hours or more",
    "hour": "One to two hours",
    "gap": "Gaps under an hour",
}
BROKEN = {
    "fragmented_share": "Free time in gaps",
    "context_switches": "Messages elsewhere",
    "multitasking_acts": "Written during meetings",
}


@as_figure
def left_whole(figures: Figures) -> Block:
    """Draw how a working day falls into meetings and writing, whole stretches and gaps."""
    metric = "focus_hours"
    found = figures.block(metric)
    value = {row["bin"]: row["value"] for row in found.iter_rows(named=True)}
    whole, day = value.get("focus"), value.get("working")
    rows = toned(shape.rows_named(found, DAY, "hours"), ("two", "hour"))
    said = Said(
        finding=say("whole_known", part=numbers.number(whole / day, "share")) if whole and day else say("whole_question"),
        measure="Hours of a working day: in meetings and writing, and in stretches between them. What reaches people breaks none here: at best",
        source=source(
            figures, found, f"{numbers.number(day, 'hours')} of a working day, {numbers.number(whole, 'hours')} of them whole"
            if whole and day else "",
        ),
        alt=words.in_words("Hours of a working day", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(metric)],
    )  # fmt: skip
    names = {
        **DAY,
        "focus": "Stretches of an hour or more",
        "free": "Free",
        "working": "Working day",
    }
    return barred("left_whole", said, rows, found, words.table(found, "hours", names))


@as_figure
def broken_up(figures: Figures) -> Block:
    """Draw what tells how broken up the day is."""
    found = pl.concat(figures.block(metric) for metric in BROKEN)
    rows = toned(shape.rows_named(found, BROKEN, "share", column="metric"))
    said = Said(
        finding=say("broken_question"),
        measure="Of the hours free of meetings and writing, the share in gaps under an hour; of messages within half an hour of one's last, in another channel or tool; of all that is written, sent in a meeting or call. Lines: 95% intervals",
        source=source(
            figures, found, "writing is seen, reading is not, and invited is not present"
        ),
        alt=words.in_words("How broken up", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(metric) for metric in BROKEN],
    )
    twin = words.table(found.with_columns(bin="metric"), "share", BROKEN)
    return barred("broken_up", said, rows, found, twin)


@as_figure
def load_by_level(figures: Figures) -> Block:
    """Draw how many messages people of each level put before others in a working day."""
    metric = "load_caused"
    found = figures.block(metric, by="level").filter(bin="total")
    names = {level: filters.level_name(level) for level in found["level"].unique().sort()}
    rows = toned(shape.rows_named(found, names, "count", column="level"))
    said = Said(
        finding=say("caused_question"),
        measure="Messages put before others by a person and working day, by the sender's level; a mail to ten counts ten. Lines: 95% intervals",
        source=source(figures, found, _over_all(figures)),
        alt=words.in_words("By level", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(metric), figures.passport("reading_caused")],
    )
    twin = words.table(found.with_columns(bin="level"), "count", names)
    shown = found if found.height else figures.block(metric)
    return barred(metric, said, rows, shown, twin, figures.no_org)


def _over_all(figures: Figures) -> str:
    """Return what all levels together cause, in messages and in time of reading, where it is known."""
    caused, read = figures.one("load_caused", "total"), figures.one("reading_caused")
    parts = [f"{numbers.number(caused['value'], 'count')} over all levels"] if caused and caused["value"] is not None else []  # fmt: skip
    if read and read["value"] is not None:
        parts.append(
            f"reading what names its reader takes others {numbers.time(read['value'])} a week"
        )
    return " · ".join(parts)
