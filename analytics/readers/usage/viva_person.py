"""Viva Insights person queries: one row a person and week, or month, with the measures that the analyst chose.

An analyst exports them from Viva Insights (Advanced insights, Person query), or from the older Workplace Analytics.
People are pseudonyms that no other file knows, so the organisational columns beside them are not read: they would count
everybody a second time. Answers to surveys are not read either. Hours are Microsoft's estimates and overlap: none are
added. The tenant leaves out groups that are too small, so the file may lack people.
"""

import re
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import tables
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.usage import counts
from analytics.readers.usage.numbers import is_sensitive
from analytics.readers.usage.report import (
    Report,
    day,
    is_report,
    note_ignored,
    open_report,
    order_of,
    reject_rows,
)

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="viva_person",
    title="Viva Insights person query (CSV)",
    tool="viva_insights",
    provides=frozenset({"counts"}),
    versions="weekly or monthly, with the names of the portal or of the R and Python packages; Workplace Analytics with its Date",
)
PERSON, METRIC_DATE, OLD_DATE = "person id", "metric date", "date"
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
ID = r"^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$"


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of a person query."""
    dated = METRIC_DATE in names or (OLD_DATE in names and bool(names & OLD))
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
    rows = dated(report, METRIC_DATE if METRIC_DATE in report.names else OLD_DATE, options, source, sink)  # fmt: skip
    if rows.is_empty():
        return
    rows = counts.without_empty(rows, PERSON, sink)
    rows = counts.as_numbers(rows, filter(_is_measure, report.names), sink)
    measures = counts.counted(rows)
    key = ["account", "valid_from", "valid_to"]
    rows = rows.select("place", *key[1:], *measures, account=account(PERSON))
    rows = counts.without_repeats(rows, key, sink)
    rows = rows.with_columns(tool=pl.lit(options.tool or FORMAT.tool), email=address("account"))
    note_ignored(report, {PERSON, METRIC_DATE, OLD_DATE, *measures}, sink)
    counts.accounts(rows, sink)
    counts.usage(rows, measures, sink)
    sink.stored += rows.height


def account(column: str) -> pl.Expr:
    """Return the ids of people as accounts: without dashes and case, so that hidden names are known as such."""
    low = pl.col(column).str.to_lowercase()
    return pl.when(low.str.contains(ID)).then(low.str.replace_all("-", "")).otherwise(low)


def address(column: str) -> pl.Expr:
    """Return the id of a person where it is an address."""
    return pl.when(pl.col(column).str.contains("@", literal=True)).then(pl.col(column))


def dated(
    report: Report, column: str, options: Options, source: "Source", sink: Sink
) -> pl.DataFrame:
    """Return the rows of a query whose date can be read, with valid_from and valid_to of their week or month."""
    batches = list(report.batches)
    if not batches:
        raise tables.no_rows(source.name)
    rows = pl.concat(batches, how="diagonal")
    rows = day(rows, column, order_of([rows.get_column(column)], options, source.name))
    wrong = pl.col(f"{column} problem").is_not_null()
    rows = rows.with_columns(
        code=pl.when(wrong)
        .then(pl.lit("date_invalid"))
        .when(pl.col(column).is_null())
        .then(pl.lit("row_incomplete"))
    )
    reject_rows(rows, sink)
    rows = rows.filter(pl.col("code").is_null()).drop("code", f"{column} problem")
    if rows.is_empty():
        return rows
    step = _step(set(rows.get_column(column)), source.name)
    return rows.with_columns(valid_from=pl.col(column), valid_to=pl.col(column).dt.offset_by(step))


def _step(days: set[date], file: str) -> str:
    """Return the length of the periods that begin on these days; raises UnreadableExport(window_mixed)."""
    weekdays = {day.isoweekday() for day in days}
    if {day.day for day in days} == {1}:
        if len(days) > 1 or not weekdays <= {1, 7}:
            return "1mo"
        raise UnreadableExport(
            "window_mixed",
            f"{file}: its one date may begin a week or a month. Export two weeks or months at least.",
        )
    if len(weekdays) == 1:
        return "1w"
    raise UnreadableExport(
        "window_mixed",
        f"{file}: its dates are neither the first days of months nor all of one weekday, so it is not known over which "
        "days its measures count. Export each query by itself, grouped by week or by month.",
    )
