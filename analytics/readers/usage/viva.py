"""What the queries of Viva Insights share: pseudonyms of people, and dates that begin a week or a month."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import Options, Sink, UnreadableExport
from analytics.readers.usage.report import Report, on_days, order_of, whole

if TYPE_CHECKING:
    from analytics.readers.files import Source

METRIC_DATE = "metric date"
ID = r"^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$"


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
    rows = whole(report, sink, source.name)
    rows = on_days(rows, column, order_of([rows.get_column(column)], options, source.name), sink)
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
