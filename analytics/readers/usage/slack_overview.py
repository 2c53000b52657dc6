"""Slack's overview of a workspace: one row a day, with members and messages as a whole, without people or channels.

Owners export it from the analytics page (Overview, Export). It is the only report of Slack that tells how much is written
in direct messages. Weekly active members are those of the seven days to that day. Shares follow from the counts, and the
sum of all messages ever is no count of a day: neither is kept.
"""

import re
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts, slack
from analytics.readers.usage.report import (
    is_report,
    may_count,
    note_ignored,
    on_days,
    open_report,
    order_of,
    whole,
)

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="slack_overview",
    title="Slack overview analytics (CSV)",
    tool=slack.TOOL,
    provides=frozenset({"counts"}),
    versions="the CSV of the analytics page, in its older and newer wording",
)
DATE = "date"
WEEKLY = "weekly "
PASSED_OVER = re.compile(r"^(percent|percentage) |^messages posted$|^name$|^date$")


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of the overview."""
    return {DATE, "daily active members", "weekly active members"} <= names


def identify(source: "Source") -> bool:
    """Say whether the columns are those of the overview."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.usage; raises UnreadableExport when nothing may be kept."""
    report = open_report(source, sink, fits)
    rows = whole(report, sink, source.name)
    rows = on_days(rows, DATE, order_of([rows.get_column(DATE)], options, source.name), sink)
    may = [name for name in report.names if may_count(name) and not PASSED_OVER.search(name)]
    rows = counts.as_numbers(rows, may, sink)
    measures = counts.counted(rows)
    note_ignored(report, {DATE, *measures}, sink)
    rows = counts.without_repeats(rows, [DATE], sink)
    rows = rows.with_columns(
        tool=pl.lit(options.tool or slack.TOOL), valid_to=pl.col(DATE).dt.offset_by("1d")
    )
    weekly = [name for name in measures if name.startswith(WEEKLY)]
    daily = [name for name in measures if name not in weekly]
    counts.usage(rows.with_columns(valid_from=DATE), daily, sink)
    counts.usage(rows.with_columns(valid_from=pl.col(DATE).dt.offset_by("-6d")), weekly, sink)
    sink.stored += rows.height
