"""All metrics in the order of the pages, and which of them the exports of a workspace can tell."""

from typing import TYPE_CHECKING, Literal

import duckdb
import polars as pl

from analytics.metrics import (
    adoption,
    answers,
    attention,
    comings,
    customers,
    displaced,
    engine,
    first_use,
    forecast,
    habit,
    inequality,
    meetings,
    milestone,
    periods,
    reach,
    rest,
    retention,
    seats,
    several_tools,
    survey_scores,
    time_cost,
    trial,
    vendor,
    week_hours,
    words_deeds,
)
from analytics.schema import polars_schema

if TYPE_CHECKING:
    from collections.abc import Collection

    from analytics.metrics.passport import Passport

MEASURES: tuple[engine.Measure, ...] = (
    *adoption.MEASURES,
    *seats.MEASURES,
    *habit.MEASURES,
    *several_tools.MEASURES,
    *reach.MEASURES,
    *first_use.MEASURES,
    *time_cost.MEASURES,
    *rest.MEASURES,
    *meetings.MEASURES,
    *attention.MEASURES,
    *answers.MEASURES,
)

# The reason that goes with a missing capability, and what would bring it.
MISSING = {
    "seats": ("no_seats", "An export that lists who may use the tool."),
    "views": ("no_views", "A report that says who opened or read something."),
    "acts": ("no_timestamps", "An export of single messages with their time, instead of totals."),
    "replies": ("no_replies", "An export that says which message answers which: with threads, or with a column for it."),
    "recipients": ("no_recipients", "An export that says whom a message reached: with recipients, direct messages or mentions."),
    "reactions": ("no_data", "An export that holds reactions to messages."),
    "meetings": ("no_calendar", "A calendar or a list of meetings with start, length and who took part."),
    "managers": ("no_manager", "An HR file with a column that says who reports to whom."),
    "departments": ("no_org", "An HR file with a department column."),
    "levels": ("no_manager", "An HR file with a column that says who reports to whom; levels follow from it."),
    "locations": ("no_org", "An HR file with a location column."),
    "counts": ("no_data", "A vendor's own usage report."),
    "answers": ("no_data", "The answers to a survey, as the survey tool exports them."),
    "customers": ("no_data", "An export of conversations with customers from a help desk."),
    "time_zones": ("no_time_zone", "A time zone in the workspace's settings, or an export that has one for each account."),
}  # fmt: skip
ORG = ("managers", "departments", "levels", "locations")
FROM_HR = (*ORG, "time_zones")  # the sentence says all there is to say
MOST_NAMED = 4  # formats
CONCEALED = {
    # https://learn.microsoft.com/microsoft-365/admin/activity-reports/activity-reports
    "names": ("names_concealed", "The same export with names. Microsoft 365: in the admin centre, under Settings, Org settings, Reports, take the tick from “Display concealed user, group, and site names in all reports”, and export again."),
    "addresses": ("names_concealed", "The same export with e-mail addresses, or accounts that somebody settled under Who is who."),
}  # fmt: skip
NO_ORG = ("no_org", "An HR file with id or e-mail, manager and department.")
NO_COST = ("no_cost", "An hourly cost (low, usual, high) in the workspace's settings.")


def passports() -> "tuple[Passport, ...]":
    """Return the definitions of all metrics: adoption, time cost, hierarchy, listening."""
    from analytics.metrics import hierarchy

    return (
        *adoption.PASSPORTS,
        *comings.PASSPORTS,
        *seats.PASSPORTS,
        *habit.PASSPORTS,
        *several_tools.PASSPORTS,
        *reach.PASSPORTS,
        *first_use.PASSPORTS,
        *forecast.PASSPORTS,
        *milestone.PASSPORTS,
        *trial.PASSPORTS,
        *retention.PASSPORTS,
        *inequality.PASSPORTS,
        *vendor.PASSPORTS,
        *time_cost.PASSPORTS,
        *rest.PASSPORTS,
        *week_hours.PASSPORTS,
        *displaced.PASSPORTS,
        *meetings.PASSPORTS,
        *attention.PASSPORTS,
        *hierarchy.PASSPORTS,
        *answers.PASSPORTS,
        *customers.PASSPORTS,
        *survey_scores.PASSPORTS,
        *words_deeds.PASSPORTS,
    )


def computable(
    available: "Collection[str]",
    *,
    has_org: bool,
    has_cost: bool = False,
    hides: Literal["names", "addresses"] | None = None,
) -> pl.DataFrame:
    """Return release.computable: for each metric whether the imports can tell it, else the reason and what is needed.

    `available`: words of readers/base.CAPABILITIES that the imports of the workspace provide together; `hides`:
    why nobody in the exports can be found in the HR file.
    """
    rows = []
    for position, passport in enumerate(passports()):
        gap = _gap(passport, set(available), has_org=has_org, has_cost=has_cost)
        if gap is None and hides:
            gap = CONCEALED[hides]
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
        reason, sentence = MISSING[need]
        return reason, f"{sentence}{_from(need)}"
    return NO_COST if passport.id == "cost" and not has_cost else None


def _from(capability: str) -> str:
    """Return which of the formats that we read would tell, from what the readers say they provide."""
    from analytics.readers.registry import READERS

    if capability in FROM_HR:
        return ""
    able = [r.FORMAT for r in READERS if capability in r.FORMAT.provides]
    # a chat knows only its own calls; what one person exports tells of no company
    able = [f for f in able if "of one person" not in f.title] or able
    if capability == "meetings":
        able.sort(key=lambda format_: "replies" in format_.provides)
    # what stands in brackets are the kinds of file
    titles = [*dict.fromkeys(format_.title.partition(" (")[0] for format_ in able)]
    if not titles:
        return " None of the formats that are read yet has it."
    named = titles[:MOST_NAMED]
    said = f"{', '.join(named[:-1])} or {named[-1]}" if named[1:] else named[0]
    return f" Read from: {said}."


def cells(
    con: duckdb.DuckDBPyConnection, people: pl.DataFrame, settings: periods.Hours
) -> pl.DataFrame:
    """Return the sums of all adoption and time-cost metrics, columns engine.SCHEMA; `people` from panel.panel."""
    return pl.concat(
        [
            engine.cells(con, people, settings, MEASURES, several_tools.pairs),
            retention.cells(con, settings),
        ]
    )


def finished(con: duckdb.DuckDBPyConnection, settings: periods.Hours) -> pl.DataFrame:
    """Return the release.figure rows that are not sums: participation_inequality, quick_ratio, adoption_forecast, uptake_after_milestone, displaced, acts_by_hour.

    Stands on the tables that `cells` laid.
    """
    return pl.concat(
        [
            inequality.figures(con, settings),
            comings.figures(con, settings),
            forecast.figures(con),
            milestone.figures(con, settings),
            displaced.figures(con, settings),
            week_hours.figures(con, settings),
        ]
    )
