"""Viva Insights meeting queries: one row a meeting, with how many took part and how many hours that came to.

An analyst exports them from Viva Insights or from the older Workplace Analytics. They list no attendees, so nothing is
known of who met whom: what is kept are the sums of each day, in UTC, of the company as a whole. Subjects, organisers,
costs made of pay and judgements such as "redundant" are not read.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts
from analytics.readers.usage.numbers import YES
from analytics.readers.usage.report import (
    is_report,
    note_ignored,
    on_days,
    open_report,
    order_of,
    whole,
)

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="viva_meetings",
    title="Viva Insights meeting query (CSV)",
    tool="viva_insights",
    provides=frozenset({"counts"}),
    versions="the standard meeting query of Workplace Analytics and Viva Insights, with any chosen measures",
)
MEETING, HOURS, CANCELLED = "meeting id", "attendee meeting hours", "is cancelled"
STARTS = ("start date", "start date utc", "start time utc", "start timestamp", "metric date")
SUMMED = (
    HOURS, "attendees", "invitees", "total no attendees", "total accept", "total decline", "total no response",
    "emails sent during meetings",
)  # fmt: skip


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of a meeting query."""
    return {MEETING, HOURS} <= names and bool(names & set(STARTS))


def identify(source: "Source") -> bool:
    """Say whether the columns are those of a meeting query."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.usage; raises UnreadableExport when nothing may be kept."""
    report = open_report(source, sink, fits)
    rows = whole(report, sink, source.name)
    start = next(name for name in STARTS if name in rows.columns)
    rows = on_days(rows, start, order_of([rows.get_column(start)], options, source.name), sink)
    for needed in (MEETING, HOURS):
        rows = counts.without_empty(rows, needed, sink)
    rows = counts.as_numbers(_held(rows, sink), [n for n in SUMMED if n in report.names], sink)
    measures = counts.counted(rows)
    note_ignored(report, {MEETING, start, CANCELLED, *measures}, sink)
    rows = counts.without_repeats(rows.select("place", MEETING, start, *measures), [MEETING], sink)
    # a sum without all its meetings would be too small: then it is not known
    days = rows.group_by(start, maintain_order=True).agg(
        pl.len().cast(pl.Float64).alias("meetings"),
        *(pl.when(pl.col(name).count() == pl.len()).then(pl.col(name).sum()) for name in measures),
    )
    days = days.with_columns(
        tool=pl.lit(options.tool or FORMAT.tool),
        valid_from=start,
        valid_to=pl.col(start).dt.offset_by("1d"),
    )
    counts.usage(days, ["meetings", *measures], sink)
    sink.stored += rows.height


def _held(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Return the meetings that were not called off."""
    if CANCELLED not in rows.columns:
        return rows
    held = rows.filter(~pl.col(CANCELLED).str.to_lowercase().is_in(YES).fill_null(value=False))
    if off := rows.height - held.height:
        sink.warn("event_not_counted", off)
        sink.non_records += off
    return held
