"""Figures that rest on no panel of people: what vendors count, conversations with customers, surveys, and words against deeds."""

from typing import TYPE_CHECKING

import polars as pl

from analytics import press
from analytics.metrics import customers, seats, survey_scores, vendor, words_deeds
from analytics.metrics.passport import LABELS
from analytics.metrics.steady import steady

if TYPE_CHECKING:
    import duckdb

OWN = {one.id for module in (customers, survey_scores, words_deeds) for one in module.PASSPORTS}


def figures(
    con: "duckdb.DuckDBPyConnection",
    figure: pl.DataFrame,
    mask: pl.DataFrame,
    threshold: int,
    before: tuple[pl.DataFrame | None, str | None],
) -> pl.DataFrame:
    """Return the rows of release.figure with these added.

    `before`: figures of the release before and the last day that it knew. A survey's departments are shown where the mask shows them.
    """
    past, last_day = before
    asked = steady(
        customers.figures(con, threshold),
        past,
        (pl.lit("customers"), pl.col("bin")),
        customers.FEWEST,
        last_day,
    )
    answered = survey_scores.figures(con, threshold, _departments(con, mask))
    wave = survey_scores.CONSTRUCT
    earlier = survey_scores.same_wave(past, answered)
    said = steady(answered, earlier, (wave, wave), survey_scores.FEWEST, last_day)
    panel = figure.filter(~pl.col("metric").is_in(sorted(OWN)))
    parts = (
        vendor.figures(con, threshold, past),
        seats.reported(con, threshold),
        asked,
        said,
        words_deeds.figures(said, panel),
    )
    return pl.concat([panel, *(press.conform("release.figure", part) for part in parts)])


def _departments(con: "duckdb.DuckDBPyConnection", mask: pl.DataFrame) -> set[str] | None:
    """Return the departments that may be shown for the whole period; None where no HR file says which there are."""
    if not con.sql("from org limit 1").fetchall():
        return None
    alone = [pl.col(label).is_null() for label in (*LABELS, "quarter") if label != "department"]
    return set(mask.filter("shown", *alone)["department"].drop_nulls())
