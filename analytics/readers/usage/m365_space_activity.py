"""Microsoft 365 usage reports about places: one row a team, group, community or site, without people.

An administrator exports them from the Microsoft 365 admin centre or from Microsoft Graph (Teams team activity,
Microsoft 365 groups activity, Viva Engage groups activity, SharePoint site usage), as CSV or JSON. The counts are
kept with their period; names of teams, groups and sites, their addresses and owners are not.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts, m365
from analytics.readers.usage.report import is_report, note_ignored, open_report
from analytics.schema import polars_schema

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="m365_space_activity",
    title="Microsoft 365 usage report by team, group or site",
    tool=None,
    provides=frozenset({"counts", "openness"}),
    versions="Graph v1.0, admin centre: Teams teams, Microsoft 365 groups, Viva Engage communities, SharePoint sites",
)
KEYS = ("team id", "group id", "site id", "site url", "team name", "group display name")
KIND = ("team type", "group type")
PERSON = "user principal name"
NO_ID = "00000000-0000-0000-0000-000000000000"
KNOWN = {
    *KEYS, *KIND, "team name", "is deleted", "last activity date", "owner principal name", "owner display name",
    "office 365 connected", "root web template", m365.REFRESHED, m365.PERIOD,
}  # fmt: skip


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of a report about places."""
    if m365.REFRESHED not in names or PERSON in names or not names & set(KEYS):
        return False
    is_drive = "site url" in names and "page view count" not in names  # a OneDrive is its owner's
    return bool(names & {"team id", "group id", "team name", "group display name"}) or not is_drive


def identify(source: "Source") -> bool:
    """Say whether the columns are those of a report about places."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.space and export.usage; raises UnreadableExport when nothing may be kept."""
    report = open_report(source, sink, fits)
    rows = m365.typed(report, sink, options, source.name)
    if rows.is_empty():
        return
    tool = options.tool or _tool(set(report.names))
    measures = [name for name in counts.counted(rows) if name not in KNOWN]
    rows = rows.with_columns(tool=pl.lit(tool), space=_key(rows))
    nowhere = rows.filter(pl.col("space").is_null())
    sink.reject_many(nowhere.get_column("place").to_list(), "row_incomplete")
    rows = rows.filter(pl.col("space").is_not_null())
    rows = counts.without_repeats(rows, ["space", "valid_from", "valid_to"], sink)
    _spaces(rows, sink)
    dated = rows.filter(pl.col("valid_from").is_not_null())
    if dated.height < rows.height:
        sink.warn("window_unknown", rows.height - dated.height)
    counts.usage(dated, measures, sink)
    note_ignored(report, {*KNOWN, *measures}, sink)
    sink.provides = FORMAT.provides if _kind(rows) else frozenset({"counts"})
    sink.stored += rows.height


def _tool(names: set[str]) -> str:
    if "group id" in names or "external member count" in names:
        return "microsoft_365"
    return "teams" if names & {"team id", "team name"} else m365.tool(names)


def _key(rows: pl.DataFrame) -> pl.Expr:
    """Return a place's own id, else a hash of its name or address, which is not kept."""
    parts = []
    for name in KEYS:
        if name not in rows.columns:
            continue
        is_id = name.endswith(" id")
        column = pl.col(name).str.to_lowercase()
        parts.append(pl.when(column != NO_ID).then(column) if is_id else counts.hashed(name))
    return pl.coalesce(parts)


def _kind(rows: pl.DataFrame) -> str | None:
    return next((name for name in KIND if name in rows.columns), None)


def _spaces(rows: pl.DataFrame, sink: Sink) -> None:
    kind = _kind(rows)
    written = pl.col(kind).str.to_lowercase() if kind else pl.lit(None, pl.String)
    spaces = rows.unique("space", keep="first", maintain_order=True).select(
        "tool",
        "space",
        openness=pl.when(written.is_in(["public", "private"])).then(written).otherwise(pl.lit("unknown")),
        purpose=pl.lit("work"),
        phase=pl.lit(None, pl.String),
    )  # fmt: skip
    sink.add("space", spaces.select(list(polars_schema("export.space"))))
