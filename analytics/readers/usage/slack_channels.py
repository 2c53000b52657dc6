"""Slack channel analytics: one row a public channel, with what Slack counts in it over a window, or a day.

Owners export the CSV from the analytics page of a workspace (Channels, Export), which knows channels by their names
alone: the name is turned into a key and let go. JSON lines of admin.analytics.getFile have the channel's id and one day a
file. As for members, the window of a CSV stands in its file's name.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts, slack
from analytics.readers.usage.numbers import YES
from analytics.readers.usage.report import is_report, note_ignored, open_report, whole
from analytics.schema import polars_schema

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="slack_channels",
    title="Slack channel analytics (CSV, XLSX, JSON lines)",
    tool=slack.TOOL,
    provides=frozenset({"counts", "openness"}),
    versions="the CSV of the analytics page, the XLSX of an organisation with Visibility; admin.analytics.getFile of type public_channel",
    is_seen=False,
)
CHANNEL, NAMES, VISIBILITY, SHARED = "channel id", ("name", "channel name"), "visibility", "is shared externally"  # fmt: skip
KNOWN = {CHANNEL, *NAMES, VISIBILITY, SHARED, "date"}


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of channel analytics."""
    by_window = {"members who posted", "messages posted"} <= names and bool(
        names & {CHANNEL, *NAMES}
    )
    return by_window or {CHANNEL, "members who posted count", "date"} <= names  # fmt: skip


def identify(source: "Source") -> bool:
    """Say whether the columns are those of channel analytics."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.space and export.usage; raises UnreadableExport when nothing may be kept."""
    report = open_report(source, sink, fits)
    rows = slack.with_window(whole(report, sink, source.name), source.name, options)
    rows = rows.with_columns(space=_key(rows), tool=pl.lit(options.tool or slack.TOOL))
    rows = counts.without_empty(rows, "space", sink)
    rows = counts.as_numbers(rows, slack.are_counts(report.names), sink)
    measures = slack.without_mute(rows, counts.counted(rows), sink)
    note_ignored(report, {*KNOWN, *measures}, sink)
    rows = counts.without_repeats(rows, ["space", "valid_from", "valid_to"], sink)
    _spaces(rows, sink)
    slack.hand_over(rows, measures, sink)
    sink.stored += rows.height


def _key(rows: pl.DataFrame) -> pl.Expr:
    """Return a channel's own id, else a hash of its name."""
    own = [pl.col(CHANNEL)] if CHANNEL in rows.columns else []
    named = [counts.hashed(name) for name in NAMES if name in rows.columns]
    return pl.coalesce(*own, *named)


def _spaces(rows: pl.DataFrame, sink: Sink) -> None:
    """Hand over the channels; one that another company shares is open to the outside."""
    none = pl.lit(None, pl.String)
    seen = pl.col(VISIBILITY).str.to_lowercase() if VISIBILITY in rows.columns else none
    shared = pl.col(SHARED).str.to_lowercase() if SHARED in rows.columns else none
    spaces = rows.with_columns(
        openness=pl.when(shared.is_in(YES).fill_null(value=False))
        .then(pl.lit("external"))
        .when(seen.str.contains("private").fill_null(value=False))
        .then(pl.lit("private"))
        .otherwise(pl.lit("public")),
        purpose=pl.lit("unknown"),
        phase=none,
    )
    once = spaces.unique("space", keep="last", maintain_order=True)
    sink.add("space", once.select(list(polars_schema("export.space"))))
