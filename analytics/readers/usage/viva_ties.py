"""Viva Insights person-to-person queries: pairs of people and how close Microsoft finds them, week by week or by month.

Scores of a tie are no acts, and what types of ties mean is not laid down, so who is tied to whom is not kept: for each
person, a pseudonym, only with how many others a tie is listed in that week or month, in either direction.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts, viva
from analytics.readers.usage.report import is_report, note_ignored, open_report

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="viva_ties",
    title="Viva Insights person-to-person query (CSV)",
    tool="viva_insights",
    provides=frozenset({"counts"}),
    versions="weekly or monthly pairs with scores of ties",
)
ONE, OTHER = "primary collaborator person id", "secondary collaborator person id"
MEASURE = "collaborators"


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of a person-to-person query."""
    return {ONE, OTHER, viva.METRIC_DATE} <= names


def identify(source: "Source") -> bool:
    """Say whether the columns are those of a person-to-person query."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account and export.usage; raises UnreadableExport as viva.dated."""
    report = open_report(source, sink, fits)
    rows = viva.dated(report, viva.METRIC_DATE, options, source, sink)
    note_ignored(report, {ONE, OTHER, viva.METRIC_DATE}, sink)
    if rows.is_empty():
        return
    for needed in (ONE, OTHER):
        rows = counts.without_empty(rows, needed, sink)
    span = ["valid_from", "valid_to"]
    rows = rows.select("place", *span, one=viva.account(ONE), other=viva.account(OTHER))
    rows = counts.without_repeats(rows, ["one", "other", *span], sink)
    turned = rows.select("place", *span, one="other", other="one")
    both = pl.concat([rows, turned]).filter(pl.col("one") != pl.col("other"))
    people = both.group_by("one", *span, maintain_order=True).agg(
        pl.col("other").n_unique().cast(pl.Float64).alias(MEASURE)
    )
    people = people.rename({"one": "account"}).with_columns(
        tool=pl.lit(options.tool or FORMAT.tool), email=viva.address("account")
    )
    counts.accounts(people, sink)
    counts.usage(people, [MEASURE], sink)
    sink.stored += rows.height
