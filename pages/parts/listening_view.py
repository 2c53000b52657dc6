"""Who is answered: how long one waits, by level, and whether leaders ask."""

from typing import Any

import polars as pl

from analytics.charts import numbers, shape, words
from analytics.charts.bars import toned
from analytics.charts.waits import waits
from analytics.findings import say
from analytics.findings.listening import ASKED, LEADERS, NEVER, SOON, heard, leaders_ask
from pages.parts import filters
from pages.parts.data import Figures
from pages.parts.figure import Block, Picture, Said, as_figure, first_reason, source
from pages.parts.meetings_view import barred

EDGES = {
    "5m": "5 min", "15m": "15 min", "1h": "1 hour", "4h": "4 hours", "1d": "one day", "3d": "three days", "7d": "seven days",
}  # fmt: skip
NAMES = {"questions": "Questions", "conversations": "All conversations"}
HALF = 0.5


def asked_in(figures: Figures) -> str:
    """Return what the figures can be told of: questions, where the exports hold text, else conversations."""
    row = figures.one(NEVER, ASKED["questions"][2])
    return "questions" if row and row["value"] is not None else "conversations"


def opening_slots(figures: Figures) -> dict[str, Any] | None:
    """Return the slots of the page's sentence, or None where nothing of it is known."""
    asked = asked_in(figures)
    variant, edge, bin_ = ASKED[asked]
    return heard(figures.one(SOON, edge, variant), figures.one(NEVER, bin_), asked)


@as_figure
def wait_for_an_answer(figures: Figures) -> Block:
    """Draw the share answered by elapsed working time: of questions, and of everything that opens a conversation."""
    found = pl.concat([figures.block(SOON, variant=None), figures.block(NEVER)])
    asked = asked_in(figures)
    rows = _lines(found, asked)
    said = Said(
        finding=_half(rows, asked),
        measure="Share answered by somebody else within so much working time of the one who asked; never answered is kept in. Band: 95% interval",
        source=source(figures, found, "an answer outside the thread is not seen"),
        alt=words.in_words(
            "Answered", [f"{r['series'].lower()} within {r['edge']}" for r in rows.iter_rows(named=True)], rows["text"].to_list()
        ),
        passports=[figures.passport(metric) for metric in (SOON, NEVER, "answered_share")],
    )  # fmt: skip
    shown = Picture(waits, (rows.drop("edge"), list(EDGES.values()))) if rows.height else None
    twin = rows.select(Of="series", Within="edge", Answered="text") if rows.height else words.table(found, "share")  # fmt: skip
    return Block("waits", said, shown, found, twin, first_reason(found))


def _lines(found: pl.DataFrame, asked: str) -> pl.DataFrame:
    """Return the rows of `waits`; the last point is what is not left without an answer."""
    places = list(EDGES)
    kind = {variant: name for name, (variant, _, _) in ASKED.items()}
    never = {bin_: name for name, (_, _, bin_) in ASKED.items()}
    is_end = pl.col("metric") == NEVER
    turned = [
        pl.when(is_end).then(1 - pl.col(other)).otherwise(pl.col(name)).alias(name)
        for name, other in (("value", "value"), ("low", "high"), ("high", "low"))
    ]
    known = found.filter(pl.col("value").is_not_null()).with_columns(
        *turned,
        series=pl.when(is_end)
        .then(pl.col("bin").replace_strict(never, default=None))
        .otherwise(pl.col("variant").replace_strict(kind, default=None)),
        key=pl.when(is_end).then(pl.lit("7d")).otherwise("bin"),
    )
    known = known.with_columns(at=pl.col("key").replace_strict({e: i for i, e in enumerate(places)}, default=None, return_dtype=pl.Int64))  # fmt: skip
    known = known.drop_nulls(["series", "at"]).sort("series", "at")
    return known.select(
        series=pl.col("series").replace_strict(NAMES, return_dtype=pl.String),
        at="at",
        edge=pl.col("key").replace_strict(EDGES, return_dtype=pl.String),
        value="value",
        low="low",
        high="high",
        text=shape.texts(known, "share"),
        tone=pl.when(pl.col("series") == asked).then(pl.lit("accent")).otherwise(pl.lit("noise")),
        last=pl.when(pl.col("at") == pl.col("at").max().over("series")).then(
            pl.col("series").replace_strict(NAMES, return_dtype=pl.String)
        ),
    )


def _half(rows: pl.DataFrame, asked: str) -> str:
    own = rows.filter(pl.col("tone") == "accent")
    if own.is_empty():
        return say("waits_question")
    by = own.filter(pl.col("value") >= HALF)
    if by.is_empty():
        return say("waits_fewer", asked=asked)
    return say("waits_known", asked=asked, half=by["edge"][0])


@as_figure
def unanswered_by_level(figures: Figures) -> Block:
    """Draw what is left without an answer, by the level of the one who asked."""
    asked = asked_in(figures)
    bin_ = ASKED[asked][2]
    found, company = figures.compared(NEVER, "level", bin_)
    names = {level: filters.level_name(level) for level in found["level"].drop_nulls().unique().sort()}  # fmt: skip
    rows = toned(shape.rows_named(found, names, "share", column="level"), _named(found)["level"])
    said = Said(
        finding=_apart(found, company, names),
        measure=f"Share of {asked} that nobody had answered after seven working days, by the level of the one who asked. Filled: apart from the others. Lines: 95% intervals",
        source=source(
            figures, found, f"the company {numbers.number(company['value'], 'share')}" if company and company["value"] is not None else "",
            n=company["n"] if company else None,
        ),
        alt=words.in_words("Never answered", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(NEVER)],
    )  # fmt: skip
    return barred("unanswered", said, rows, found if found.height else figures.block(NEVER), words.table(found, "share", names), figures.no_org)  # fmt: skip


def _named(found: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that the comparison tells apart from the others."""
    return found.filter(pl.col("named").fill_null(value=False))


def _apart(found: pl.DataFrame, company: Any, names: dict[str, str]) -> str:  # noqa: ANN401  # a released row
    if company is None or company["value"] is None or found["named"].null_count() == found.height:
        return say("levels_question")
    apart = _named(found)
    if apart.is_empty():
        return say("levels_alike")
    sides = {
        side: [names[level] for level in apart.filter(where)["level"]]
        for side, where in (("higher", pl.col("value") > company["value"]), ("lower", pl.col("value") <= company["value"]))
    }  # fmt: skip
    return say("levels_apart", **sides, others=found["named"].len() - apart.height)


@as_figure
def leaders(figures: Figures) -> Block:
    """Draw the share of leaders' posts that ask something, by level."""
    found = pl.concat([figures.block(LEADERS), figures.block(LEADERS, by="level")])
    levels = found["level"].drop_nulls().unique().sort()
    names = {"all": "All leaders", **{level: filters.level_name(level) for level in levels}}
    keyed = found.with_columns(key=pl.col("level").fill_null("all"))
    rows = toned(shape.rows_named(keyed, names, "share", column="key"), ("all",))
    slots = leaders_ask(figures.one(LEADERS))
    said = Said(
        finding=say("leaders_ask", **slots).rstrip(".") if slots else say("leaders_question"),
        measure="Share of what people with reports post or mail to ten people or more that has a question mark. Lines: 95% intervals",
        source=source(figures, found.filter(pl.col("level").is_null()), "a question mark is a form: it says nothing of humility"),
        alt=words.in_words("Posts with a question", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(LEADERS)],
    )  # fmt: skip
    return barred("leaders_ask", said, rows, found, words.table(found, "share", names))
