"""Zoom's report of active hosts: one row a host, with the meetings and minutes of the days that were asked for.

Administrators export it from the usage reports (Active hosts). The file does not hold those days: say them with
--map window=FIRST/LAST, else nobody knows over which days was counted, and no count is kept. It lists those alone who held
meetings, so it does not tell who may. Departments and groups are those of the account, not of the company, and not read.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts
from analytics.readers.usage.report import is_report, note_ignored, open_report, whole

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="zoom_hosts",
    title="Zoom report of active hosts (CSV)",
    tool="zoom",
    provides=frozenset({"counts"}),
    versions="the CSV of the web portal, in English",
    is_seen=False,
)
WHO, NAME = ("user email", "email"), ("user name", "host name", "name")
MEETINGS = ("meetings", "no meetings", "number of meetings")
MINUTES = ("meeting minutes", "no meeting minutes", "total meeting minutes")
COUNTED = (
    *MEETINGS, *MINUTES, "participants", "no participants", "number of participants", "webinars", "webinar minutes",
)  # fmt: skip


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of the report of active hosts."""
    return all(names & set(some) for some in (WHO, MEETINGS, MINUTES))


def identify(source: "Source") -> bool:
    """Say whether the columns are those of the report of active hosts."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account and export.usage; raises UnreadableExport when nothing may be kept."""
    report = open_report(source, sink, fits)
    rows = whole(report, sink, source.name)
    who, name = (
        pl.coalesce(*(pl.col(n) for n in some if n in rows.columns), pl.lit(None, pl.String))
        for some in (WHO, NAME)
    )
    rows = rows.with_columns(account=who.str.to_lowercase(), name=name)
    rows = counts.without_empty(rows, "account", sink)
    rows = counts.as_numbers(rows, [n for n in COUNTED if n in report.names], sink)
    measures = counts.counted(rows)
    note_ignored(report, {*WHO, *NAME, *measures}, sink)
    rows = counts.without_repeats(rows.select("place", "account", "name", *measures), ["account"], sink)  # fmt: skip
    rows = rows.with_columns(tool=pl.lit(options.tool or FORMAT.tool), email=_address())
    counts.accounts(rows, sink)
    if window := counts.said_window(options):
        first, last = window
        spans = rows.with_columns(valid_from=first, valid_to=last + timedelta(days=1))
        plain = {name: name.removeprefix("no ").removeprefix("number of ") for name in measures}
        counts.usage(spans.rename(plain), list(plain.values()), sink)
    else:
        sink.warn("window_unknown", rows.height)
    sink.stored += rows.height


def _address() -> pl.Expr:
    return pl.when(pl.col("account").str.contains("@", literal=True)).then("account")
