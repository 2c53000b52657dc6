"""Are customers heard, phase by phase? The whole period, whatever period is chosen."""

from typing import Any

import polars as pl

from analytics.charts import numbers, shape, words
from analytics.charts.bars import toned
from analytics.charts.waits import waits
from analytics.findings import say
from analytics.findings.listening import CUSTOMERS, EVERY_PHASE, WAITING, phase
from pages.parts.data import Figures, once
from pages.parts.figure import Block, Picture, Said, as_figure, first_reason, source
from pages.parts.meetings_view import barred

FIRST = "customer_first_answer"
EDGES = {"1h": "1 hour", "4h": "4 hours", "1d": "one day", "3d": "three days"}
PHASES = {
    "pre_sale": "Before the sale", "onboarding": "Onboarding", "support": "Support", "renewal": "Renewal", "unphased": "No phase told",
}  # fmt: skip


def _whole(figures: Figures, metric: str) -> pl.DataFrame:
    return figures.ask(metric, grain="all", **figures.scope.cell).sort("position")


@once
def of_customers(figures: Figures) -> dict[str, Any] | None:
    """Return the slots of the sentence on customers, or None where nothing is known of them."""
    return phase(_whole(figures, CUSTOMERS), _whole(figures, WAITING))


@as_figure
def customers_by_phase(figures: Figures) -> Block:
    """Draw how much of what customers ask has been answered, by phase, and who still waits."""
    found, waiting = _whole(figures, CUSTOMERS), _whole(figures, WAITING)
    least = phase(found, waiting)
    rows = toned(shape.rows_named(found, PHASES, "share"), [least["phase"]] if least else [])
    waits_all = waiting.filter(bin=EVERY_PHASE)["value"].to_list()
    caveat = f"{numbers.number(waits_all[0], 'share')} still wait for the company's next word" if waits_all and waits_all[0] is not None else ""  # fmt: skip
    said = Said(
        finding=say("customers_phase", **least).rstrip(".") if least else say("customers_question"),
        measure="Share of customers' conversations that somebody of the company has answered, by phase. Lines: 95% intervals over customers",
        source=source(figures, found, caveat, period="Whole period", people="Customers"),
        alt=words.in_words("Answered", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(CUSTOMERS), figures.passport(WAITING)],
    )  # fmt: skip
    both = pl.concat([found, waiting]) if found.height else found
    names = {**PHASES, EVERY_PHASE: "All"}
    twin = words.table(found, "share", names)
    if waiting.height == found.height and found.height:
        twin = twin.with_columns(pl.Series("Still waiting", words.table(waiting, "share", names)["Figure"]))  # fmt: skip
    return barred("customers", said, rows, both, twin)


@as_figure
def customers_wait(figures: Figures) -> Block:
    """Draw the share of customers' conversations answered by elapsed working time, one line a phase."""
    found = _whole(figures, FIRST)
    parts = pl.col("bin").str.split("/").list
    known = found.filter(pl.col("value").is_not_null()).with_columns(series=parts.first(), key=parts.last())  # fmt: skip
    known = known.filter(pl.col("series") != EVERY_PHASE).sort("position")
    places = {edge: i for i, edge in enumerate(EDGES)}
    slowest = known.filter(key="4h").sort("value")["series"].to_list()
    rows = known.select(
        series=pl.col("series").replace_strict(PHASES, return_dtype=pl.String),
        at=pl.col("key").replace_strict(places, return_dtype=pl.Int64),
        value="value", low="low", high="high", text=shape.texts(known, "share"),
        tone=pl.when(pl.col("series") == (slowest[0] if slowest else "")).then(pl.lit("accent")).otherwise(pl.lit("noise")),
        last=pl.when(pl.col("key") == "3d").then(pl.col("series").replace_strict(PHASES, return_dtype=pl.String)),
    ).sort("series", "at")  # fmt: skip
    said = Said(
        finding=_title(known.filter(key="4h")),
        measure="Share of customers' conversations answered within so much working time of the company, by phase. The slowest in colour, its band the 95% interval",
        source=source(figures, found, "what comes within a minute is a receipt, no answer", period="Whole period", people="Customers"),
        alt=words.in_words("Answered", [f"{r['series']} within {list(EDGES.values())[r['at']]}" for r in rows.iter_rows(named=True)], rows["text"].to_list()),
        passports=[figures.passport(FIRST)],
    )  # fmt: skip
    shown = Picture(waits, (rows, list(EDGES.values()))) if rows.height else None
    names = {
        f"{p}/{e}": f"{name}, {edge}"
        for p, name in {**PHASES, EVERY_PHASE: "All"}.items()
        for e, edge in EDGES.items()
    }
    return Block("customers_wait", said, shown, found, words.table(found, "share", names), first_reason(found))  # fmt: skip


def _title(soon: pl.DataFrame) -> str:
    """Name the phase of which the fewest are answered within four hours, where its interval lies under all others."""
    by = soon.sort("value")
    if by.height > 1 and by["high"][0] < by["low"][1:].min():
        return say("customers_slowest", phase=by["series"][0])
    return say("customers_wait_question")
