"""What the Microsoft 365 reports share: windows, concealed names, licences, which report is of which tool."""

import re

import polars as pl

from analytics.readers.base import Options, Sink
from analytics.readers.usage import numbers
from analytics.readers.usage.report import Report, day, may_count, order_of, reject_rows, whole

REFRESHED, PERIOD, REPORT_DATE = "report refresh date", "report period", "report date"
CONCEALED = r"^(?:[0-9A-Fa-f]{32}|<PII:.*)$"
# "ENTERPRISE MOBILITY + SECURITY E5" is one product, "E3+POWER BI" are two (real rows of pnp/cli-microsoft365)
# carla_partner.example#EXT#@acme.onmicrosoft.com is carla@partner.example
GUEST = r"(?i)^(.+)_([^_@#]+\.[^_@#]+)#ext#@.*$"
SERVICES = {
    "exchange": "outlook", "onedrive": "onedrive", "sharepoint": "sharepoint",
    "skype for business": "skype", "yammer": "viva_engage", "teams": "teams",
}  # fmt: skip
DIMENSIONS = ("product type", "site type")  # rows of one account or day differ in these
MOST_DAYS = 400  # the longest period of a report is 180 days
ALL = ("all", "all sites")

# The first line whose columns are all there names the tool: a column that only its reports have.
TOOLS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("team chat message count",), "teams"),
    (("team chat messages",), "teams"),
    (("used linux",), "teams"),
    (("linux", "chrome os"), "teams"),
    (("channel messages",), "teams"),
    (("used others",), "viva_engage"),
    (("posted count", "read count"), "viva_engage"),
    (("liked", "posted", "read"), "viva_engage"),
    (("total peer to peer session count",), "skype"),
    (("peer to peer",), "skype"),
    (("used ipad",), "skype"),
    (("send count",), "outlook"),
    (("send", "receive"), "outlook"),
    (("outlook for mac",), "outlook"),
    (("outlook 2016",), "outlook"),
    (("deleted item count",), "outlook"),
    (("under limit",), "outlook"),
    (("visited page count",), "sharepoint"),
    (("visited page",), "sharepoint"),
    (("page view count",), "sharepoint"),
    (("viewed or edited file count",), "onedrive"),
    (("owner principal name", "storage used byte"), "onedrive"),
    (("product type",), "microsoft_365_apps"),
    (("word", "excel", "powerpoint"), "microsoft_365_apps"),
)


def tool(names: set[str]) -> str:
    """Return the tool a report is about; `microsoft_365` where its columns do not say."""
    if any("copilot" in name for name in names):
        return "copilot"
    for word, found in (("form", "forms"), ("edge", "edge")):
        if any(re.search(rf"\b{word}s?\b", name) for name in names):
            return found
    return next((found for wanted, found in TOOLS if names >= set(wanted)), "microsoft_365")


def typed(report: Report, sink: Sink, options: Options, file: str) -> pl.DataFrame:
    """Return place, the columns of the report, valid_from, valid_to and days (the length of the period).

    Counts are Float64, dates are days, the rest is text. Rows whose refresh date or counts cannot be read are set
    apart; raises UnreadableExport where there is none. Where no period is given, valid_from and days are null.
    """
    rows = _with_days(whole(report, sink, file), options, file)
    may = [n for n, type_ in rows.schema.items() if type_ == pl.String and may_count(n)]
    found = rows.with_columns(numbers.value(pl.col(name)).alias(f"{name} value") for name in may)
    columns = [name for name in may if _holds_counts(found, name)]
    codes = [numbers.problem(pl.col(name), pl.col(f"{name} value")) for name in columns]
    found = found.with_columns(code=pl.coalesce(_date_code(rows), *codes))
    reject_rows(found, sink)
    rows = found.filter(pl.col("code").is_null()).select(
        *(n for n in rows.columns if n not in columns and not n.endswith(" problem")),
        *(pl.col(f"{name} value").alias(name) for name in columns),
    )
    if rows.get_column("days").drop_nulls().n_unique() > 1:
        sink.warn("mixed_report_period")
    return rows


def _holds_counts(found: pl.DataFrame, name: str) -> bool:
    """Say whether a column holds some count, or nothing yet: then it is one that a vendor counts and nobody did."""
    numbers_, cells = found.get_column(f"{name} value"), found.get_column(name)
    return numbers_.count() > 0 or cells.count() == 0


def _with_days(batch: pl.DataFrame, options: Options, file: str) -> pl.DataFrame:
    dates = [n for n in batch.columns if n.endswith(" date") or n in (REFRESHED, REPORT_DATE)]
    written = [batch.get_column(name) for name in dates]
    order = order_of(written, options, file)
    for name in dates:
        batch = day(batch, name, order)
    period = pl.col(PERIOD).str.extract(r"^[Dd]?(\d{1,3})$").cast(pl.Int64) if PERIOD in batch.columns else pl.lit(None, pl.Int64)  # fmt: skip
    batch = batch.with_columns(days=pl.when(period.is_between(1, MOST_DAYS)).then(period))
    following = pl.col(REFRESHED).dt.offset_by("1d")
    if REPORT_DATE in batch.columns:
        first, following = pl.col(REPORT_DATE), pl.col(REPORT_DATE).dt.offset_by("1d")
    else:
        first = following - pl.duration(days="days")
    return batch.with_columns(valid_from=first, valid_to=following)


def _date_code(frame: pl.DataFrame) -> pl.Expr:
    needed = [name for name in (REFRESHED, REPORT_DATE) if name in frame.columns]
    missing = pl.any_horizontal(pl.col(name).is_null() for name in needed)
    wrong = pl.any_horizontal(pl.col(f"{name} problem").is_not_null() for name in needed)
    return (
        pl.when(wrong)
        .then(pl.lit("date_invalid"))
        .when(missing)
        .then(pl.lit("row_incomplete"))
    )  # fmt: skip


def dimension(rows: pl.DataFrame) -> pl.Expr:
    """Return what else the rows of one account or day differ in, as a part of the measure; null for all of it."""
    column = next((name for name in DIMENSIONS if name in rows.columns), None)
    if column is None:
        return pl.lit(None, pl.String)
    is_all = pl.col(column).str.to_lowercase().is_in(ALL)
    return pl.when(~is_all).then(numbers.slug(pl.col(column)))
