"""Viva Insights person queries: one row a person and week, or month, with the measures that the analyst chose.

An analyst exports them from Viva Insights (Advanced insights, Person query), or from the older Workplace Analytics.
People are pseudonyms that no other file knows, so the organisational columns beside them are not read: they would count
everybody a second time, and without an HR file could only part Viva's own counts, which are shown for the whole company
alone. Answers to surveys are not read either. Hours are Microsoft's estimates and overlap: none are
added. The tenant leaves out groups that are too small, so the file may lack people.
"""

import re
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts, viva
from analytics.readers.usage.numbers import is_sensitive
from analytics.readers.usage.report import is_report, note_ignored, open_report

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="viva_person",
    title="Viva Insights person query (CSV)",
    tool="viva_insights",
    provides=frozenset({"counts"}),
    versions="weekly or monthly, with the names of the portal or of the R and Python packages; Workplace Analytics with its Date",
)
PERSON, OLD_DATE = "person id", "date"
OLD = {
    "collaboration hours",
    "meeting hours",
    "email hours",
    "workweek span",
    "instant message hours",
}
MEASURE = re.compile(
    r"\b(hours?|meetings?|calls?|e ?mails?|chats?|messages?|posts|networks?|networking|span|time (with|in)"
    r"|actions? taken|active days|enabled days|days of active|blocks?|generated workload|is active|prompts)\b"
)
# what a person is or has agreed to, not what a week held
TRAIT = re.compile(
    r"\b(per week|weekly|contract\w*|fte|scheduled weekly|time zone|domain|address|id|date|type|name)\b"
)


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of a person query."""
    dated = viva.METRIC_DATE in names or (OLD_DATE in names and bool(names & OLD))
    return PERSON in names and dated and any(map(_is_measure, names))


def _is_measure(name: str) -> bool:
    return bool(MEASURE.search(name)) and not TRAIT.search(name) and not is_sensitive(name)


def identify(source: "Source") -> bool:
    """Say whether the columns are those of a person query."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account and export.usage; raises UnreadableExport when nothing may be kept.

    Codes: those of tables.open_table, dates_ambiguous, and window_mixed where the dates are neither weeks nor months.
    """
    report = open_report(source, sink, fits)
    rows = viva.dated(report, viva.METRIC_DATE if viva.METRIC_DATE in report.names else OLD_DATE, options, source, sink)  # fmt: skip
    if rows.is_empty():
        return
    rows = counts.without_empty(rows, PERSON, sink)
    rows = counts.as_numbers(rows, filter(_is_measure, report.names), sink)
    measures = counts.counted(rows)
    key = ["account", "valid_from", "valid_to"]
    rows = rows.select("place", *key[1:], *measures, account=viva.account(PERSON))
    rows = counts.without_repeats(rows, key, sink)
    rows = rows.with_columns(
        tool=pl.lit(options.tool or FORMAT.tool), email=viva.address("account")
    )
    note_ignored(report, {PERSON, viva.METRIC_DATE, OLD_DATE, *measures}, sink)
    counts.accounts(rows, sink)
    counts.usage(rows, measures, sink)
    sink.stored += rows.height
