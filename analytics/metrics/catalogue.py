"""All metrics in the order of the pages, and which of them the exports of a workspace can tell."""

from typing import TYPE_CHECKING

import duckdb
import polars as pl

from analytics.metrics import adoption, engine, inequality, periods, retention, time_cost
from analytics.schema import polars_schema

if TYPE_CHECKING:
    from collections.abc import Collection

    from analytics.metrics.passport import Passport

MEASURES: tuple[engine.Measure, ...] = (*adoption.MEASURES, *time_cost.MEASURES)

# The reason that goes with a missing capability, and what would bring it.
MISSING = {
    "seats": ("no_seats", "An export with a list of accounts, such as a Slack workspace export."),
    "views": ("no_views", "A usage report that says who opened or read what."),
    "acts": ("no_timestamps", "An export of single messages with their time, such as a Slack workspace export or a mail log."),
    "replies": ("no_replies", "An export with threads or a reply-to column, such as a Slack workspace export."),
    "recipients": ("no_recipients", "An export that says whom a message reached: a mail log with recipients, or direct messages and mentions in Slack."),
    "reactions": ("no_data", "An export with reactions, such as a Slack workspace export."),
    "meetings": ("no_calendar", "A calendar or meeting log with start, length and attendees."),
    "openness": ("no_openness", "An export that tells public from private channels."),
    "managers": ("no_manager", "An HR file with a column that says who reports to whom."),
    "departments": ("no_org", "An HR file with a department column."),
    "levels": ("no_manager", "An HR file with a column that says who reports to whom; levels follow from it."),
    "locations": ("no_org", "An HR file with a location column."),
    "hire_dates": ("no_hire_date", "An HR file with start dates."),
    "time_zones": ("no_time_zone", "A time zone in the workspace's settings, or an export that has one for each account."),
}  # fmt: skip
ORG = ("managers", "departments", "levels", "locations")
NO_ORG = ("no_org", "An HR file with id or e-mail, manager and department.")
NO_COST = ("no_cost", "An hourly cost (low, usual, high) in the workspace's settings.")


def passports() -> "tuple[Passport, ...]":
    """Return the definitions of all metrics: adoption, time cost, hierarchy."""
    from analytics.metrics import hierarchy

    return (
        *adoption.PASSPORTS,
        *retention.PASSPORTS,
        *inequality.PASSPORTS,
        *time_cost.PASSPORTS,
        *hierarchy.PASSPORTS,
    )


def computable(
    available: "Collection[str]", *, has_org: bool, has_cost: bool = False
) -> pl.DataFrame:
    """Return release.computable: for each metric whether the imports can tell it, else the reason and what is needed.

    `available`: words of readers/base.CAPABILITIES that the imports of the workspace provide together.
    """
    rows = []
    for position, passport in enumerate(passports()):
        gap = _gap(passport, set(available), has_org=has_org, has_cost=has_cost)
        reason, needs = gap or (None, None)
        rows.append((position, passport.id, gap is None, reason, needs))
    return pl.DataFrame(rows, schema=polars_schema("release.computable"), orient="row")


def _gap(
    passport: "Passport", available: set[str], *, has_org: bool, has_cost: bool
) -> tuple[str, str] | None:
    """Return (reason, what is needed) of the first thing missing, None if nothing is."""
    for need in passport.needs:
        if need in available:
            continue
        if need in ORG and not has_org:
            return NO_ORG
        return MISSING[need]
    return NO_COST if passport.id == "cost" and not has_cost else None


def cells(
    con: duckdb.DuckDBPyConnection, people: pl.DataFrame, settings: periods.Hours
) -> pl.DataFrame:
    """Return the sums of all adoption and time-cost metrics, columns engine.SCHEMA; `people` from panel.panel."""
    return pl.concat(
        [
            engine.cells(con, people, settings, MEASURES),
            retention.cells(con, people, settings),
        ]
    )


def finished(
    con: duckdb.DuckDBPyConnection, people: pl.DataFrame, settings: periods.Hours
) -> pl.DataFrame:
    """Return the release.figure rows that are not sums: participation_inequality."""
    return inequality.figures(con, people, settings)
