"""How many are active by whose definition, and how unevenly they contribute."""

from typing import Any

import polars as pl

from analytics.charts import numbers, shape, words
from analytics.charts.dots import dots
from analytics.charts.lorenz import lorenz
from analytics.findings import say
from analytics.findings.wording import inside
from pages.parts.data import Figures
from pages.parts.figure import Block, Picture, Said, as_figure, first_reason, source


@as_figure
def definitions(figures: Figures) -> Block:
    """Draw the share of active people by each definition of it that the release holds."""
    passport = figures.passport("active_people")
    found = figures.block("active_people", variant=None)
    wording = passport.get("variants") or {}
    names = {
        v: (t.split(":")[0] or v or "Contributing")
        if v
        else f"{(t or 'Contributing').split(':')[0]} (ours)"
        for v, t in wording.items()
    }
    rows = shape.rows_named(found, names, "share", column="variant", ours="")
    fewer = _of_fewer(found, names)
    said = Said(
        finding=say("definitions", count=numbers.spelled(rows.height))
        if rows.height > 1
        else say("definitions_question"),
        measure=f"Share of the people with a seat who were “active”, {figures.scope.period_label.lower()}{fewer}",
        source=source(figures, found, _unknown(found, names)),
        alt=words.in_words("By definition", rows["name"].to_list(), rows["text"].to_list()),
        passports=[
            {
                **passport,
                "definition": f"{passport.get('definition', '')} "
                + " · ".join(t for t in wording.values() if t),
            }
        ],
    )
    shown = Picture(dots, (rows.drop("key"), "share")) if rows.height else None
    return Block(
        "definitions", said, shown, found, words.table(found, "share", names), first_reason(found)
    )


def _unknown(found: pl.DataFrame, names: dict[str, str]) -> str:
    """Return which definitions these exports cannot fill."""
    missing = [_opened(row, names) for row in found.iter_rows(named=True) if row["value"] is None]
    return f"not known from these exports: {', '.join(missing)}" if missing else ""


def _of_fewer(found: pl.DataFrame, names: dict[str, str]) -> str:
    """Return which definitions speak of a part of the people alone, and of how many."""
    part = found.drop_nulls(["value", "n"]).filter(pl.col("denominator") < pl.col("n"))
    told = [f"{_opened(row, names)}, of {numbers.people(row['denominator'])} alone" for row in part.iter_rows(named=True)]  # fmt: skip
    return f"; {', '.join(told)}" if told else ""


def _opened(row: dict[str, Any], names: dict[str, str]) -> str:
    name = names.get(row["variant"], row["variant"])
    return inside(name)


@as_figure
def inequality(figures: Figures) -> Block:
    """Draw how unevenly the acts are spread over the people."""
    metric = "participation_inequality"
    found = figures.block(metric, variant=None)
    curve = shape.lorenz_rows(found.filter(pl.col("variant") == "lorenz"))
    told = {row["bin"]: row for row in found.filter(pl.col("variant") == "").iter_rows(named=True)}
    band = {name: row["value"] for name, row in told.items()}
    top, silent = band.get("top_tenth"), band.get("silent")
    gini = numbers.span(band.get("gini_low"), band.get("gini_high"), "ratio")
    within = _within(told.get("top_tenth"))
    text = f"the busiest tenth: {within}" if top is not None else ""
    said = Said(
        finding=say("gini_known", top=within, silent=silent)
        if top is not None and silent is not None
        else say("gini_question"),
        measure="Share of all acts against share of the people with a seat, silent ones included. Dashed: everybody does the same",
        source=source(
            figures,
            found,
            f"Gini {gini}, a range because only groups of ten or more are counted" if gini else "",
        ),
        alt=words.in_words(
            "Spread of contributions",
            ["the busiest tenth", "silent", "Gini"],
            [within, numbers.number(silent, "share"), gini or None],
        ),
        passports=[figures.passport(metric)],
    )
    shown = Picture(lorenz, (curve, top, text)) if curve.height else None
    names = {
        "gini_low": "Gini, at least",
        "gini_high": "Gini, at most",
        "top_tenth": "The busiest tenth, at least",
        "silent": "Silent",
    }
    twin = words.table(found.filter(pl.col("variant") == ""), "ratio", names)
    return Block("inequality", said, shown, found, twin, first_reason(found))


def _within(row: dict[str, float | None] | None) -> str:
    """Return the range of a share, or the share where it has none."""
    if row is None:
        return numbers.number(None, "share")
    return numbers.span(row["low"], row["high"], "share") or numbers.number(row["value"], "share")
