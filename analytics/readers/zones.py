"""In which time zone are the times that an export writes without one? In that said of the table, else of the workspace."""

from dataclasses import replace
from datetime import tzinfo
from zoneinfo import ZoneInfo

import polars as pl

from analytics.readers.base import Options

SAID = "zone"  # said like a column: in which zone this table writes its times


def as_said(options: Options) -> Options:
    """Return the options with the zone that was said of this very table, where one was."""
    return replace(options, zone=options.columns[SAID]) if SAID in options.columns else options


def floating(options: Options) -> tzinfo:
    """Return the zone of times without a zone: the company's, or UTC where it is not said."""
    return ZoneInfo(options.zone or "UTC")


def to_utc(local: pl.Expr, options: Options) -> pl.Expr:
    """Return local wall clocks as UTC without zone; of an hour that comes twice the first, one that never was moved on."""
    zone = options.zone or "UTC"
    here = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    later = (local + pl.duration(hours=1)).dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    utc = pl.coalesce(here, later).dt.convert_time_zone("UTC")
    return utc.dt.replace_time_zone(None)
