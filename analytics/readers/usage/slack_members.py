"""Slack member analytics: one row a member, with what Slack counts of each over a window, or a day.

Owners export the CSV from the analytics page of a workspace (Members, Export) with the columns they chose; its window
stands in the file's name alone ("Prior 30 Days - Apr 17, 2026"), so leave the name or say --map window=FIRST/LAST.
JSON lines of admin.analytics.getFile have one day a file. Messages to single people cannot be told from those to groups,
nor public from private channels. Names, titles and what people do are not read, but for whose account it is.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts, slack
from analytics.readers.usage.numbers import NO, YES
from analytics.readers.usage.report import is_report, note_ignored, open_report, whole

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="slack_members",
    title="Slack member analytics (CSV, JSON lines)",
    tool=slack.TOOL,
    provides=frozenset({"seats", "counts"}),
    versions="the CSV of the analytics page with any of its columns; admin.analytics.getFile of type member, unpacked or gz",
    is_seen=False,
)
IDS = ("user id", "enterprise user id", "username")
EMAILS = ("email", "email address")
NAMES = ("full name", "name", "display name")
TYPE, DEACTIVATED, TEAM = "account type", "deactivated date utc", "team id"
CLAIMED = ("claimed date utc", "date claimed")
BILLED = ("is billable seat",)
GUEST = "is guest"
KNOWN = {*IDS, *EMAILS, *NAMES, TYPE, DEACTIVATED, TEAM, *CLAIMED, *BILLED, GUEST, "date"}


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of member analytics."""
    return bool(names & set(IDS)) and (
        {"days active", "messages posted"} <= names or {"date", "messages posted count"} <= names
    )


def identify(source: "Source") -> bool:
    """Say whether the columns are those of member analytics."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account and export.usage; raises UnreadableExport when nothing may be kept."""
    report = open_report(source, sink, fits)
    rows = slack.with_window(whole(report, sink, source.name), source.name, options)
    rows = rows.with_columns(account=_first(rows, IDS), tool=pl.lit(options.tool or slack.TOOL))
    rows = counts.without_empty(rows, "account", sink)
    rows = counts.as_numbers(rows, slack.are_counts(report.names), sink)
    measures = slack.without_mute(rows, counts.counted(rows), sink)
    note_ignored(report, {*KNOWN, *measures}, sink)
    key = ["account", "valid_from", "valid_to", *({TEAM} & set(rows.columns))]
    rows = counts.without_repeats(rows, key, sink)
    counts.accounts(_accounts(rows), sink)
    slack.hand_over(_of_all_teams(rows, measures) if TEAM in key else rows, measures, sink)
    sink.stored += rows.height


def _of_all_teams(rows: pl.DataFrame, measures: list[str]) -> pl.DataFrame:
    """Return one row a member and day of an organisation, where each workspace has a row of its own."""
    flags = [name for name in measures if name.startswith("is ")]
    added = [name for name in measures if name not in flags]
    return rows.group_by("tool", "account", "valid_from", "valid_to", maintain_order=True).agg(
        pl.col(flags).max(), pl.col(added).sum()
    )


def _first(rows: pl.DataFrame, names: tuple[str, ...]) -> pl.Expr:
    """Return the first of several columns that says something."""
    found = [pl.col(name) for name in names if name in rows.columns]
    return pl.coalesce(*found, pl.lit(None, pl.String))


def _accounts(rows: pl.DataFrame) -> pl.DataFrame:
    kind = _first(rows, (TYPE,)).str.to_lowercase().fill_null("")
    is_guest = kind.str.contains("guest") | _is(rows, GUEST, YES)
    is_bot = kind.str.contains(r"\b(?:bot|app)\b")
    closed = slack.named_days(DEACTIVATED) if DEACTIVATED in rows.columns else pl.lit(None, pl.Date)
    is_gone = closed.is_null() & kind.str.contains("deactivated|deleted")
    return rows.with_columns(
        email=_first(rows, EMAILS).str.to_lowercase(),
        name=_first(rows, NAMES),
        kind=pl.when(is_bot).then(pl.lit("bot")).when(is_guest).then(pl.lit("guest")).otherwise(pl.lit("human")),
        has_seat=_is_told(rows) & ~(is_bot | is_gone | kind.str.contains("invited") | _unclaimed(rows)),
        left_on=closed,
    )  # fmt: skip


def _is_told(rows: pl.DataFrame) -> pl.Expr:
    """Say whether an account has an id or address: by a name alone it might be counted beside itself in other exports."""
    return _first(rows, (*IDS[:2], *EMAILS)).is_not_null()


def _unclaimed(rows: pl.DataFrame) -> pl.Expr:
    """Say who was invited and never came, or fills no place that is paid for."""
    claimed = [name for name in CLAIMED if name in rows.columns]
    never = _first(rows, CLAIMED).is_null() if claimed else pl.lit(value=False)
    return never | _is(rows, BILLED[0], NO)


def _is(rows: pl.DataFrame, column: str, words: tuple[str, ...]) -> pl.Expr:
    if column not in rows.columns:
        return pl.lit(value=False)
    return pl.col(column).str.to_lowercase().is_in(words).fill_null(value=False)
