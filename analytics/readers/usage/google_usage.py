"""Google Workspace usage reports: one record a day for a user, or for the company, with what Google counts in each service.

They come from the Reports API (usage/users and usage/customers, JSON) or from `gam report users` (CSV). Days are Google's
own, in Pacific time; each stands by itself, so none overlap. Times of the last activity are kept as days since then. A sum
over a range (`aggregatebyuser`) does not say which: say --map window=FIRST/LAST. Quotas, devices, passwords and sign-ins of
the security reports are not read.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.readers import dates, forbidden, json_head, json_records, tables, told
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import SHOWN_LENGTH
from analytics.readers.usage import counts
from analytics.readers.usage.numbers import YES
from analytics.readers.usage.report import on_days

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="google_usage",
    title="Google Workspace usage report (JSON, CSV of gam)",
    tool="google_workspace",
    provides=frozenset({"seats", "counts"}),
    versions="Reports API v1 of users and customers, pages as they come or one after another; gam report users, by day or summed",
    is_seen=False,
)
PARAMETER = re.compile(r"^[a-z_]+:[a-z0-9_]+$", re.IGNORECASE)
TOOLS = {
    "gmail": "gmail", "drive": "google_drive", "docs": "google_drive", "accounts": "google_workspace",
    "calendar": "calendar", "gplus": "google_currents",
}  # fmt: skip
LIST, RECORD = "usageReports", ("date", "entity", "parameters")
VALUES = ("intValue", "stringValue", "boolValue", "datetimeValue")
COUNT = re.compile(r"^(num_|total_call_minutes)")
NO_COUNT = re.compile(r"security|2sv|password|licen[cs]e|quota|device|token|spam")
ROLLING = re.compile(r"(?:^|_)(\d{1,2})day_")
LAST = ("gmail:last_interaction_time", "gmail:last_access_time", "drive:last_active_usage_time", "accounts:last_login_time")  # fmt: skip
CLOSED = ("accounts:is_suspended", "accounts:is_disabled", "accounts:is_archived")
SINCE = "days_since_last_activity"
ZONE = "America/Los_Angeles"  # of Google's days
WHO, DAY = "email", "date"


def identify(source: "Source") -> bool:
    """Say whether it is such an answer of the Reports API, or a table with the names of its parameters."""
    first = json_head.first_object(source) if source.kind == "file" else {}
    if first:
        first = _reports(first)[0] if _reports(first) else {}
        return all(key in first for key in RECORD)
    return told.has_header(source, _fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account and export.usage; raises UnreadableExport when nothing may be kept."""
    is_json = bool(json_head.first_object(source))
    rows = _from_json(source, sink) if is_json else _from_csv(source, sink)
    rows = _dated(rows, sink, options)
    names = [name for name in rows.columns if PARAMETER.match(name)]
    wanted = [name for name in names if _is_count(name)]
    rows = counts.as_numbers(rows, wanted, sink)
    kept = [name for name in wanted if name in rows.columns]
    rows = counts.without_repeats(rows, [WHO, "valid_from", "valid_to"], sink)
    last = [name for name in LAST if name in names]
    for name in sorted({*names} - {*kept, *last, *CLOSED}):
        sink.warn("column_ignored")
        sink.ignored.append(name[:SHOWN_LENGTH])
    for tool in sorted({_tool(name) for name in (*kept, *last)}):
        _hand_over(rows, tool, kept, last, sink, options)
    sink.stored += rows.height


def _is_count(name: str) -> bool:
    parameter = name.split(":")[1]
    return bool(COUNT.search(parameter)) and not NO_COUNT.search(parameter)


def _tool(name: str) -> str:
    service = name.split(":", maxsplit=1)[0]
    return TOOLS.get(service, f"google_{service}")


def _hand_over(
    rows: pl.DataFrame, tool: str, kept: list[str], last: list[str], sink: Sink, options: Options
) -> None:
    """Hand over accounts and counts of one tool."""
    own = rows.with_columns(tool=pl.lit(options.tool or tool), account=WHO, email=WHO)
    people = own.filter(pl.col(WHO).is_not_null())
    if people.height:
        counts.accounts(people.with_columns(has_seat=~_is_closed(people)), sink)
    known = own.filter(pl.col("valid_from").is_not_null())
    if known.height < own.height:
        sink.warn("window_unknown", own.height - known.height)
    for length, names in _by_length([name for name in kept if _tool(name) == tool]).items():
        first = "valid_from" if length is None else pl.col("valid_to").dt.offset_by(f"-{length}d")
        spans = known.drop("place").with_columns(valid_from=first)
        counts.usage(spans.rename(names), list(names.values()), sink)
    times = [_days_since(known, name) for name in last if _tool(name) == tool]
    if times and known.height:
        since = known.with_columns(pl.min_horizontal(times).alias(SINCE))
        counts.usage(since.filter((pl.col("valid_to") - pl.col("valid_from")) == timedelta(days=1)), [SINCE], sink)  # fmt: skip


def _by_length(names: list[str]) -> dict[int | None, dict[str, str]]:
    """Return the days that rolling counts cover (null = those of the report) -> {parameter: measure}."""
    found: dict[int | None, dict[str, str]] = {}
    for name in names:
        service, measure = name.split(":")
        rolling = ROLLING.search(measure)
        own = f"docs_{measure}" if service == "docs" else measure
        found.setdefault(int(rolling[1]) if rolling else None, {})[name] = own
    return found


def _days_since(rows: pl.DataFrame, name: str) -> pl.Series:
    """Return the days from the last activity, in Google's days, to the day of the report; null for never."""
    found = dates.instants(rows.get_column(name), None).get_column("at")
    local = found.dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE).dt.date()
    ever = pl.DataFrame({"day": local, "report": rows.get_column("valid_from")})
    ago = (pl.col("report") - pl.col("day")).dt.total_days().clip(0).cast(pl.Float64)
    return ever.select(
        pl.when(pl.col("day").dt.year() >= dates.FIRST_YEAR + 50).then(ago).alias(name)
    ).to_series()


def _is_closed(rows: pl.DataFrame) -> pl.Expr:
    told = [pl.col(name).str.to_lowercase().is_in(YES) for name in CLOSED if name in rows.columns]
    return pl.any_horizontal(*told, pl.lit(value=False)).fill_null(value=False)


def _dated(rows: pl.DataFrame, sink: Sink, options: Options) -> pl.DataFrame:
    """Return the rows with valid_from and valid_to, null where they are a sum over days that nobody tells."""
    rows = rows.with_columns(pl.col(WHO).str.to_lowercase())
    if DAY not in rows.columns:
        first, end = counts.said_window(options) or (None, None)
        following = end + timedelta(days=1) if end else None
        return rows.with_columns(
            valid_from=pl.lit(first, pl.Date), valid_to=pl.lit(following, pl.Date)
        )
    rows = on_days(rows, DAY, None, sink)
    return rows.with_columns(valid_from=DAY, valid_to=pl.col(DAY).dt.offset_by("1d"))


# --------------------------------------------------------------------------------------------------- JSON


def _reports(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the reports of a page of an answer; a report itself is a page of one."""
    listed = page.get(LIST, [page])
    return [report for report in listed if isinstance(report, dict)] if isinstance(listed, list) else []  # fmt: skip


def _from_json(source: "Source", sink: Sink) -> pl.DataFrame:
    kind = json_records.Kind(dict, wrappers=(LIST,))
    found: list[dict[str, str | None]] = []
    for place, page in json_records.read_file(source, kind, sink):
        inner = LIST in page
        for number, report in enumerate(_reports(page)):
            here = f"{place}#{number}" if inner else place
            row = _row(report)
            if row is None:
                sink.reject(here, "row_incomplete")
            else:
                found.append(row | {"place": here})
    if not found:
        raise tables.no_rows(source.name)
    names = dict.fromkeys(name for row in found for name in row)
    forbidden.refuse_columns(list(names), source.name)
    return pl.DataFrame(found, schema=dict.fromkeys(names, pl.String), orient="row")


def _row(report: dict[str, Any]) -> dict[str, str | None] | None:
    """Return a report as cells; null where it is of nobody, or of a place."""
    entity = report.get("entity")
    listed = report.get("parameters")
    if not isinstance(entity, dict) or not isinstance(listed, list):
        return None
    who = entity.get("userEmail") or entity.get("profileId")
    if not who and entity.get("type") != "CUSTOMER":
        return None
    row = {WHO: str(who) if who else None, DAY: str(report.get("date") or "")}
    return row | dict(_values(listed))


def _values(listed: list[Any]) -> Iterator[tuple[str, str]]:
    for parameter in listed:
        name = parameter.get("name") if isinstance(parameter, dict) else None
        if not isinstance(name, str) or not PARAMETER.match(name):
            continue
        value = next((parameter[key] for key in VALUES if parameter.get(key) is not None), None)
        if value is not None:
            yield name.lower(), str(value)


# ---------------------------------------------------------------------------------------------------- CSV


def _fits(cells: list[str]) -> bool:
    low = {cell.strip().casefold() for cell in cells}
    return WHO in low and any(PARAMETER.match(cell) for cell in low)


def _from_csv(source: "Source", sink: Sink) -> pl.DataFrame:
    table = told.open_under(source, sink, _fits)
    written = [cell.strip().casefold() for cell in table.header.names]
    doubled = next((name for name in written if name and written.count(name) > 1), None)
    if doubled:
        raise UnreadableExport(
            "header_duplicate",
            f"{source.name}: the column “{doubled[:SHOWN_LENGTH]}” stands twice in the header. "
            "Keep the right one and import again.",
        )
    wanted = [n for n, name in enumerate(written) if name in (WHO, DAY) or PARAMETER.match(name)]
    for number, name in enumerate(table.header.names):
        if number not in wanted:
            sink.warn("column_ignored")
            sink.ignored.append(name[:SHOWN_LENGTH] or f"column {number + 1}")
    columns = [pl.col(f"c{number}").alias(written[number]) for number in wanted]
    place = pl.format(f"{table.place} {{}}", "line").alias("place")
    batches = [batch.select(place, *columns) for batch in table.batches(sink)]
    if not batches:
        raise tables.no_rows(source.name)
    return counts.without_empty(pl.concat(batches), WHO, sink)
