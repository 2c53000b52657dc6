"""Who used Workplace from Meta, where and under whom: the list of employees that its administrator exports (XLSX, CSV).

What Workplace counts of the last 28 days, the last week and the last day is kept with the very days it covers, so
periods that overlap are never added. Department, division, manager, place and first day are read as from a staff list.
The service is closed: only files exported before that exist.
"""

import re
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import hr_people
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import Assigned, account_for_others
from analytics.readers.usage import counts, numbers
from analytics.readers.usage.report import (
    Report,
    day,
    is_report,
    open_report,
    order_of,
    reject_rows,
    whole,
)

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="workplace_people",
    title="Workplace from Meta employees (XLSX, CSV)",
    tool="workplace",
    provides=frozenset(
        {"seats", "counts", "managers", "departments", "levels", "locations", "hire_dates"}
    ),
    versions="The employee data export of the admin panel and of the job export_employee_data, in the spellings of its documentation.",
    is_seen=False,
)
AS_OF = "activity summary for date"
WINDOW = re.compile(r"^(active|messages?|posts?|comments?|reactions?) in the last (28 days|week|day)( on (?:the )?workplace mobile app| on mobile app)?$")  # fmt: skip
DAYS = {"28 days": 28, "week": 7, "day": 1}
MEASURES = {
    "active": "last_activity_in_period",  # as Microsoft's reports are kept: it says who was active
    "message": "message_count", "post": "post_count", "comment": "comment_count", "reaction": "reaction_count",
}  # fmt: skip
# field of a staff list -> column; the documentation itself misspells one
STAFF = {
    "email": ("email",), "person": ("employee id",), "name": ("full name",), "department": ("department",),
    "division": ("division",), "location": ("location",), "hired_on": ("start date",),
    "manager_email": ("manager email", "manage email"), "manager_id": ("manager employee id",),
}  # fmt: skip
STATUS = "status"
CLOSED = ("deactivated", "inactive", "disabled", "suspended")


def fits(names: set[str]) -> bool:
    """Say whether these are the columns of Workplace's employees with what they did."""
    return AS_OF in names and "email" in names and any(map(WINDOW.match, names))


def identify(source: "Source") -> bool:
    """Say whether the columns are those of Workplace's employees."""
    return is_report(source, fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.account, export.usage and export.org; raises UnreadableExport where dates are ambiguous."""
    report = open_report(source, sink, fits)
    rows = whole(report, sink, source.name)
    counted = {name: found for name in report.names if (found := WINDOW.match(name))}
    _account_for(report, [*counted], sink)
    rows = day(rows, AS_OF, order_of([rows.get_column(AS_OF)], options, source.name))
    rows = _people(_typed(rows, [*counted], sink), sink)
    tool = options.tool or FORMAT.tool
    rows = rows.with_columns(tool=pl.lit(tool))
    _accounts(rows, sink)
    _usage(rows, counted, sink)
    _places(rows, sink, options, source.name)


def _account_for(report: Report, counted: list[str], sink: Sink) -> None:
    known = {*counted, AS_OF, STATUS, *(name for names in STAFF.values() for name in names)}
    at = {name: place for place, name in enumerate(report.names) if name in known}
    account_for_others(Assigned(at, report.written), sink)


def _typed(rows: pl.DataFrame, counted: list[str], sink: Sink) -> pl.DataFrame:
    """Return rows with counts as numbers; those that cannot be read, or are of no day, are set apart."""
    found = rows.with_columns(
        numbers.value(pl.col(name)).alias(f"{name} value") for name in counted
    )
    codes = [numbers.problem(pl.col(name), pl.col(f"{name} value")) for name in counted]
    undated = pl.when(pl.col(f"{AS_OF} problem").is_not_null()).then(pl.lit("date_invalid"))
    found = found.with_columns(code=pl.coalesce(undated, *codes))
    reject_rows(found, sink)
    kept = found.filter(pl.col("code").is_null())
    return kept.select(
        *(name for name in rows.columns if name not in counted and not name.endswith(" problem")),
        *(pl.col(f"{name} value").alias(name) for name in counted),
    )


def _people(rows: pl.DataFrame, sink: Sink) -> pl.DataFrame:
    """Add account and the fields of a staff list; rows that name nobody are set apart, repeats left out."""
    fields = []
    for field, names in STAFF.items():
        there = [pl.col(name) for name in names if name in rows.columns]
        fields.append(pl.coalesce(*there, pl.lit(None, pl.String)).alias(field))
    taken = {name for names in STAFF.values() for name in names}
    rest = [name for name in rows.columns if name not in taken]
    rows = rows.select(*rest, *fields)
    mail = pl.col("email").str.to_lowercase()
    mail = pl.when(mail.str.contains("@", literal=True)).then(mail)
    rows = rows.with_columns(email=mail, account=pl.coalesce(mail, "person"))
    nobody = pl.col("account").is_null()
    sink.reject_many(rows.filter(nobody).get_column("place").to_list(), "row_incomplete")
    return counts.without_repeats(rows.filter(~nobody), ["account", AS_OF], sink)


def _is_open(rows: pl.DataFrame) -> pl.Expr:
    if STATUS not in rows.columns:
        return pl.lit(True)
    return ~pl.col(STATUS).str.to_lowercase().is_in(CLOSED).fill_null(False)


def _accounts(rows: pl.DataFrame, sink: Sink) -> None:
    accounts = rows.select(
        "tool", "account", "email", "name",
        kind=pl.lit("human"), has_seat=_is_open(rows), time_zone=pl.lit(None, pl.String),
        # closed by the day of the export; since when is not told
        left_on=pl.when(~_is_open(rows)).then(AS_OF),
    )  # fmt: skip
    sink.add("account", accounts.unique("account", keep="last", maintain_order=True))


def _usage(rows: pl.DataFrame, counted: dict[str, re.Match[str]], sink: Sink) -> None:
    """Hand over each count with its days; who has no day of the summary did nothing that is told."""
    dated = rows.drop_nulls(AS_OF)
    for length, days in DAYS.items():
        columns = {name: found for name, found in counted.items() if found[2] == length}
        following = pl.col(AS_OF).dt.offset_by("1d")
        window = dated.select(
            "tool", "account",
            *(pl.col(name).alias(_measure(found)) for name, found in columns.items()),
            valid_from=following - pl.duration(days=days), valid_to=following,
        )  # fmt: skip
        counts.usage(window, [_measure(found) for found in columns.values()], sink)


def _measure(found: re.Match[str]) -> str:
    # what is used on a telephone is a device, not a further act
    return "used_mobile_app" if found[3] else MEASURES[found[1].rstrip("s")]


def _places(rows: pl.DataFrame, sink: Sink, options: Options, file: str) -> None:
    """Hand over who works where, of those whose account is open, where the list says anything of it."""
    told = [
        name
        for name in ("department", "division", "manager_email", "manager_id")
        if rows[name].count()
    ]
    staff = rows.filter(_is_open(rows)) if told else rows.clear()
    sink.stored += rows.height - staff.height
    provides = {"seats", "counts"}
    if staff.height:
        hr_people.hand_over(staff.select("place", *STAFF), sink, options, file)
        provides |= sink.provides or set()
    sink.provides = frozenset(provides)
