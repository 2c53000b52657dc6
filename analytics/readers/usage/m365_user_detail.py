"""Microsoft 365 usage reports about people: one row an account, with what Microsoft counts of it in a period.

An administrator exports them from the Microsoft 365 admin centre (Reports, Usage, Export) or from Microsoft Graph
(`get…UserDetail`), as CSV or JSON: active users, Teams, e-mail, mailboxes, OneDrive, SharePoint, Viva Engage, Skype,
Microsoft 365 Apps, Copilot, devices. Each count is kept with the very days it covers, so periods that overlap are
never added. Names that Microsoft has concealed are recognised, and such accounts are never matched to people.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.usage import counts, m365
from analytics.readers.usage.numbers import YES
from analytics.readers.usage.report import is_report, note_ignored, open_report

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="m365_user_detail",
    title="Microsoft 365 usage report by person",
    tool=None,
    provides=frozenset({"seats", "counts"}),
    versions="Graph v1.0 and beta, admin centre; Teams with 12, 26, 27 and 33 columns, e-mail with 11 and 13, Copilot v1 and v2",
)
UPN, USER, OWNER = "user principal name", "user id", "owner principal name"
NOT_OF_PEOPLE = {"group display name", "group id", "team id", "team name", "site id", "page view count"}  # fmt: skip
TEXTS = {
    UPN, OWNER, "display name", "owner display name", "is deleted", "deleted date", "last activity date",
    "assigned products", "user state", "state change date", "is licensed", "tenant display name",
    m365.REFRESHED, m365.PERIOD, *m365.DIMENSIONS,
}  # fmt: skip
FLAGS = ("is deleted", "is licensed")  # of the account, not counts
LAST = " last activity date"
MOSTLY = 0.5  # share of concealed names from which a report is concealed


def fits(names: set[str]) -> bool:
    """Say whether these columns are those of a report about people."""
    has_person = UPN in names or (OWNER in names and "storage used byte" in names)
    return m365.REFRESHED in names and has_person and not names & NOT_OF_PEOPLE


def identify(source: "Source") -> bool:
    """Say whether the columns are those of a report about people."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account and export.usage; raises UnreadableExport when nothing may be kept."""
    report = open_report(source, sink, fits)
    rows = m365.typed(report, sink, options, source.name)
    if rows.is_empty():
        return
    tool = options.tool or m365.tool(set(report.names))
    measures = _measures(counts.counted(rows))
    rows = _accounts(rows, sink)
    key = ["account", "valid_from", "valid_to", "dimension"]
    rows = counts.without_repeats(rows.with_columns(dimension=m365.dimension(rows)), key, sink)
    services = _services(rows)
    note_ignored(report, {*TEXTS, *measures, *services, *_licences(rows), *_last_days(rows)}, sink)
    if services:
        _active_users(rows, services, sink)
    else:
        _one_tool(rows, tool, measures, sink)
    sink.stored += rows.height


def _measures(counted: list[str]) -> list[str]:
    """Return what is kept: a duration in seconds rather than the same one written as PT1H."""
    return [n for n in counted if n not in FLAGS and f"{n} in seconds" not in counted]


def _last_days(rows: pl.DataFrame) -> list[str]:
    return [name for name in rows.columns if name.endswith("last activity date")]


def _services(rows: pl.DataFrame) -> dict[str, str]:
    """Return the tool of each column of the report about all tools."""
    found = {name: m365.SERVICES.get(name.removesuffix(LAST)) for name in _last_days(rows)}
    return {name: tool for name, tool in found.items() if tool}


def _one_tool(rows: pl.DataFrame, tool: str, measures: list[str], sink: Sink) -> None:
    """Hand over a report about one tool."""
    rows = rows.with_columns(tool=pl.lit(tool))
    last = _last_days(rows)
    rows = rows.with_columns(_in_period(name).alias(_last(name)) for name in last)
    _hand_over_accounts(rows, sink)
    is_snapshot = (
        "product type" in rows.columns
    )  # activations stand as they are on the day of the report
    undated = rows.filter(pl.col("days").is_null()).height
    if measures and undated and not is_snapshot:
        sink.warn("window_unknown", undated)  # nobody knows over which days these were counted
    dated = rows.with_columns(valid_from=pl.coalesce("valid_from", m365.REFRESHED))
    dated = dated.filter(pl.col("days").is_not_null() | is_snapshot)
    counts.usage(dated, [*measures, *map(_last, last)], sink)


def _active_users(rows: pl.DataFrame, services: dict[str, str], sink: Sink) -> None:
    """Hand over the report about all tools: it has licences and last days, and no period."""
    for column, tool in services.items():
        licence = f"has {column.removesuffix(LAST)} license"
        has_licence = pl.col(licence) == 1 if licence in rows.columns else pl.lit(True)
        ago = (pl.col(m365.REFRESHED) - pl.col(column)).dt.total_days().cast(pl.Float64)
        part = rows.with_columns(
            tool=pl.lit(tool),
            has_seat=has_licence.fill_null(False) & pl.col("has_seat"),
            valid_from=m365.REFRESHED,
            days_since_last_activity=ago,
        )
        _hand_over_accounts(part.filter(pl.col("has_seat") | pl.col(column).is_not_null()), sink)
        counts.usage(part, ["days_since_last_activity"], sink)


def _last(column: str) -> str:
    return column.replace("last activity date", "last activity in period")


def _in_period(column: str) -> pl.Expr:
    """Say whether the last day of activity ever, which may lie before, lies in the period; 0 for never."""
    inside = pl.col(column).is_between("valid_from", "valid_to").fill_null(False)
    return pl.when(pl.col("days").is_not_null()).then(inside.cast(pl.Float64))


def _licences(rows: pl.DataFrame) -> list[str]:
    return [name for name in rows.columns if name.startswith("has ") and name.endswith("license")]


# ----------------------------------------------------------------------------------------------- accounts


def _accounts(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Add account, email, name, kind, has_seat and left_on; rows that name nobody are set apart."""
    who = pl.coalesce(pl.col(name) for name in (UPN, OWNER) if name in rows.columns)
    rows = rows.with_columns(who=who.str.to_lowercase())
    nobody = rows.filter(pl.col("who").is_null())
    sink.reject_many(nobody.get_column("place").to_list(), "row_incomplete")
    rows = rows.filter(pl.col("who").is_not_null())
    concealed = pl.col("who").str.contains(rf"(?i){m365.CONCEALED}")
    is_concealed = rows.height > 0 and rows.select(concealed.mean() > MOSTLY).item()
    if is_concealed:
        sink.warn("names_concealed")
    guest = pl.col("who").str.contains(m365.GUEST)
    home = pl.col("who").str.replace(m365.GUEST, "$1@$2")
    is_address = pl.col("who").str.contains("@", literal=True) & ~concealed
    foreign = _of_another_company(rows)
    return rows.with_columns(
        account="who",
        email=pl.when(is_address & ~pl.lit(is_concealed)).then(home),
        name=_name(rows, concealed | pl.lit(is_concealed)),
        kind=pl.when(guest | foreign).then(pl.lit("guest")).otherwise(pl.lit("human")),
        has_seat=_has_seat(rows) & ~foreign,
        left_on=_left_on(rows),
    )


def _of_another_company(rows: pl.DataFrame) -> pl.Expr:
    """Say whether a row is about somebody of a company that shares a channel: not the tenant of most rows."""
    if "tenant display name" not in rows.columns:
        return pl.lit(False)
    modes = rows.get_column("tenant display name").drop_nulls().mode().sort()
    if modes.is_empty():
        return pl.lit(False)
    return (pl.col("tenant display name") != modes[0]).fill_null(False)


def _name(rows: pl.DataFrame, concealed: pl.Expr) -> pl.Expr:
    column = next((n for n in ("display name", "owner display name") if n in rows.columns), None)
    return pl.when(~concealed).then(pl.col(column)) if column else pl.lit(None, pl.String)


def _has_seat(rows: pl.DataFrame) -> pl.Expr:
    """Say whether an account may use the tool: by its licence, else by its products, else by being listed."""
    if "is licensed" in rows.columns:
        return _yes(rows, "is licensed")
    if "assigned products" in rows.columns:
        return pl.col("assigned products").is_not_null()
    return pl.lit(True)


def _left_on(rows: pl.DataFrame) -> pl.Expr:
    """Return the day from which a deleted account is closed; that of the report where no day is given."""
    if "is deleted" in rows.columns:
        gone, when = _yes(rows, "is deleted"), "deleted date"
    elif "user state" in rows.columns:
        gone = pl.col("user state").str.to_lowercase().is_in(["deleted", "suspended"])
        when = "state change date"
    else:
        return pl.lit(None, pl.Date)
    dates = [pl.col(name) for name in (when, m365.REFRESHED) if name in rows.columns]
    return pl.when(gone.fill_null(False)).then(pl.coalesce(dates))


def _yes(rows: pl.DataFrame, column: str) -> pl.Expr:
    if rows.schema[column] == pl.Float64:
        return (pl.col(column) == 1).fill_null(False)
    return pl.col(column).str.to_lowercase().is_in(YES).fill_null(False)


def _hand_over_accounts(rows: pl.DataFrame, sink: Sink) -> None:
    columns = ("tool", "account", "email", "name", "kind", "has_seat", "left_on")
    accounts = rows.select(*columns, time_zone=pl.lit(None, pl.String))
    order = ("tool", "account", "email", "name", "kind", "has_seat", "time_zone", "left_on")
    sink.add("account", accounts.unique("account", keep="first", maintain_order=True).select(order))
