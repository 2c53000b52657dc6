"""Microsoft 365 usage reports about the whole company: one row a day, or one for a period, without people.

An administrator exports them from the Microsoft 365 admin centre or from Microsoft Graph (`get…Counts`,
`get…UserCounts`, storage, devices, apps, activations, Copilot). Each figure is kept with the day or period it is
of; where a day stands in several reports, that of the latest counts. Some reports share one header: whether such a
file counts acts or people is told by its name if Microsoft's own is left, else the figures say that it is open.
"""

import re
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts, m365
from analytics.readers.usage.report import is_report, note_ignored, open_report

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="m365_daily_counts",
    title="Microsoft 365 usage report of the whole company",
    tool=None,
    provides=frozenset({"counts"}),
    versions="Graph v1.0 and beta, admin centre: counts and user counts a day, devices, apps, storage, activations",
)
SUBJECTS = (
    "user principal name", "user id", "owner principal name", "group display name", "group id", "team id",
    "team name", "site id", "site url",
)  # fmt: skip
# one header for two reports: acts, and people who did them
SHARED = ({"send", "receive", "read"}, {"viewed or edited", "synced"}, {"liked", "posted", "read"})
OPEN = " acts or people"
# one header for the reports of two tools
FILES = {"viewed or edited", "synced", "shared internally", "shared externally"}


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of a report that names nobody and no place."""
    return m365.REFRESHED in names and len(names) > 2 and not names & set(SUBJECTS)  # noqa: PLR2004


def identify(source: "Source") -> bool:
    """Say whether the columns are those of a report about the whole company."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.usage; raises UnreadableExport when nothing may be kept."""
    report = open_report(source, sink, fits)
    rows = m365.typed(report, sink, options, source.name)
    if rows.is_empty():
        return
    measures = counts.counted(rows)
    tool = options.tool or _tool(set(report.names), source.name)
    rows = rows.with_columns(
        tool=pl.lit(tool),
        dimension=m365.dimension(rows),
        valid_from=pl.coalesce("valid_from", m365.REFRESHED),
    )
    rows = _latest(rows, sink)
    meaning = _meaning(set(measures), source.name)
    if meaning == OPEN:
        sink.warn("report_ambiguous")
    named = rows.rename({name: f"{name}{meaning}" for name in measures})
    counts.usage(named, [f"{name}{meaning}" for name in measures], sink)
    note_ignored(report, {*measures, m365.REFRESHED, m365.PERIOD, m365.REPORT_DATE, *m365.DIMENSIONS}, sink)  # fmt: skip
    sink.stored += rows.height


def _latest(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Return each day or period once, as the latest report tells it."""
    before = rows.height
    key = ["valid_from", "valid_to", "dimension"]
    rows = rows.sort(m365.REFRESHED, descending=True, maintain_order=True).unique(
        key, keep="first", maintain_order=True
    )
    if rows.height < before:
        sink.warn("duplicate_dropped", before - rows.height)
        sink.duplicates += before - rows.height
    return rows


def _plain(file: str) -> str:
    return re.sub(r"[^a-z]", "", file.casefold())


def _meaning(measures: set[str], file: str) -> str:
    """Return what to add to the names of measures: people where a report counts them under the names of acts."""
    if not any(measures >= shared for shared in SHARED) or "visited page" in measures:
        return ""
    name = _plain(file)
    if "usercounts" in name:
        return " people"
    if "groupsactivitycounts" in name:
        return " in groups"
    return "" if re.search(r"(activity|file)counts", name) else OPEN


def _tool(names: set[str], file: str) -> str:
    """Return the tool; the counts of files are of OneDrive or SharePoint, which the columns do not tell apart."""
    if names >= FILES and "visited page" not in names:
        name = _plain(file)
        for word, tool in (("onedrive", "onedrive"), ("sharepoint", "sharepoint"), ("spo", "sharepoint")):  # fmt: skip
            if word in name:
                return tool
    return m365.tool(names)
