"""Is it part of the week, in one tool or several, for how many, where does it level off, and does what is posted reach people?"""

from typing import Any

import polars as pl

from analytics.charts import numbers, shape, words
from analytics.charts.dots import dots
from analytics.findings import say
from pages.parts.data import Figures
from pages.parts.figure import Block, Picture, Said, as_figure, first_reason, source

SEGMENTS = {
    # bin: what it takes; a week's acts are the mean of twelve
    "power": "A habit and much of it",
    "habitual": "A habit and less of it",
    "novice": "Every week or so",
    "low": "Now and then",
    "non": "Nothing at all",
}
SEVERAL = {
    "just_one": "In one tool", "just_two": "In two", "three": "In three or more", "two": "In at least two",
    "of_enabled": "Tools used, of those they have",
}  # fmt: skip
IN_ANOTHER = "; and of one tool's people, who is in another too"
PAIRS_DRAWN = 6  # those of the three most used tools; the table holds all
SEATS = {"enabled": "seats", "claimed": "ever opened", "used": "opened"}  # fmt: skip
KEPT_BACK = ("nearly_all_or_none", "protected", "small_group")
AHEAD = {"4": "In 4 weeks", "13": "In 13 weeks", "26": "In 26 weeks", "ceiling": "In the end"}


@as_figure
def habit(figures: Figures) -> Block:
    """Draw habit and the five segments of the people with a seat in all twelve weeks."""
    found, parts = figures.block("habit"), figures.block("usage_segment")
    own, rest = (rows.filter(pl.col("bin").ne_missing("enabled")) for rows in (found, parts))
    drawn = pl.concat([
        shape.rows_named(own.with_columns(bin=pl.lit("habit")), {"habit": "Habit: 9 of 12 weeks"}, "share"),
        shape.rows_named(rest, SEGMENTS, "share").with_columns(is_ours=False),
    ])  # fmt: skip
    said = _said(
        figures, found, "habit", "habit_known", "habit_question",
        "Share of the people with a seat in all of the last twelve weeks, by how often and how much they contributed",
        drawn, ("habit", "usage_segment"), _kept_back(rest, SEGMENTS),
    )  # fmt: skip
    both = pl.concat([found, parts])
    twin = words.table(both, "share", {**SEGMENTS, "all": "Habit", "enabled": "Everybody"})
    return Block("habit", said, _dots(drawn), both, twin, first_reason(both))


@as_figure
def several(figures: Figures) -> Block:
    """Draw how many use several tools, and who of one tool uses another too."""
    found = figures.block("multi_tool")
    pairs = figures.block("tool_pair", by="tool" if figures.scope.cell["tool"] is None else None)
    beside = {bin_: f"use {words.capitals(bin_)} too" for bin_ in pairs["bin"].unique()}
    drawn = pl.concat([
        shape.rows_named(found, SEVERAL, "share").with_columns(is_ours=pl.col("key") == "two"),
        *(
            shape.rows_named(rows, beside, "share").with_columns(
                is_ours=False, name=pl.format("Of {}: {}", pl.lit(words.capitals(str(tool))), "name")
            )
            for (tool,), rows in pairs.drop_nulls("value").head(PAIRS_DRAWN).group_by("tool", maintain_order=True)
        ),
    ])  # fmt: skip
    said = _said(
        figures, found, "two", "several_known", "several_question",
        f"Share of the people with a seat by the tools in which they contributed{IN_ANOTHER if _any_known(pairs) else ''}",
        drawn, ("multi_tool", "tool_pair"), _kept_back(found, SEVERAL),
    )  # fmt: skip
    both = pl.concat([found, pairs])
    return Block("several", said, _dots(drawn), both, words.table(both, "share", SEVERAL | beside), first_reason(found))  # fmt: skip


@as_figure
def seats(figures: Figures) -> Block:
    """Draw seats tool by tool, over the whole period: they change slowly."""
    cell = {"department": figures.scope.cell["department"], "tool": figures.scope.cell["tool"]}
    whole = figures.ask("seats", grain="all", **cell)
    found = figures.ask("seats", grain="all", by="tool", **cell) if _is_told(figures) else whole.clear()  # fmt: skip
    drawn = pl.concat(
        shape.rows_named(
            rows, {bin_: f"{words.capitals(str(tool))}: {what}" for bin_, what in SEATS.items()}, "share"
        ).with_columns(is_ours=pl.col("key") == "enabled")
        for (tool,), rows in found.group_by("tool", maintain_order=True)
    ) if found.height else _nothing()  # fmt: skip
    told = whole.filter(pl.col("bin") == "enabled")
    said = Said(
        finding=_finding(told, "seats_known", "seats_question") if found.height else say("seats_question"),
        measure="Share of the people in the HR file who have a seat, and of the seats those that were opened; tool by tool",
        source=source(figures, found, _whole_tools(found) or "a licence is not yet access", period="Whole period"),
        alt=words.in_words("Seats", drawn["name"].to_list(), drawn["text"].to_list()),
        passports=[figures.passport("seats")],
    )  # fmt: skip
    return Block("seats", said, _dots(drawn), found, words.table(found, "share", SEATS), first_reason(found))  # fmt: skip


@as_figure
def reach(figures: Figures) -> Block:
    """Draw whom posts reach, where an export says who opened what."""
    found = figures.block("meaningful_reach")
    drawn = shape.rows_named(found.with_columns(bin=pl.lit("reach")), {"reach": "Opened in the week of a post"}, "share")  # fmt: skip
    said = _said(
        figures, found, "reach", "reach_known", "reach_question",
        "Share of members who opened a channel or community in a week with something new in it",
        drawn, ("meaningful_reach",),
    )  # fmt: skip
    return Block(
        "reach", said, _dots(drawn), found, words.table(found, "share"), first_reason(found)
    )


@as_figure
def forecast(figures: Figures) -> Block:
    """Draw where use levels off, or say that the data cannot tell it yet. It has one beginning, whatever period is chosen."""
    found = figures.ask("adoption_forecast", grain="all", **figures.scope.cell)
    drawn = shape.rows_named(found, AHEAD, "share").with_columns(
        is_ours=pl.col("key") == "ceiling",
        # published to two digits, however near its ends
        text=pl.col("value").map_elements(_whole, return_dtype=pl.String),
    )
    is_open = found.height and found["reason"][0] == "not_identified"
    said = _said(
        figures, found, "ceiling", "forecast_known", "forecast_open" if is_open else "forecast_question",
        "Share of the people with a seat who will have contributed at least once, by the curve that fits the weeks so far. Lines are 95% intervals",
        drawn, ("adoption_forecast",), "if nothing changes: a curve has one beginning", "Whole period",
    )  # fmt: skip
    return Block("forecast", said, _dots(drawn), found, words.table(found, "share", AHEAD), first_reason(found))  # fmt: skip


def _said(  # noqa: PLR0913, PLR0917  # what stands around each of these figures
    figures: Figures,
    found: pl.DataFrame,
    key: str,
    known: str,
    question: str,
    measure: str,
    drawn: pl.DataFrame,
    passports: tuple[str, ...],
    caveat: str = "",
    period: str | None = None,
) -> Said:
    told = drawn.filter(pl.col("key") == key)
    return Said(
        finding=_finding(told, known, question),
        measure=measure,
        source=source(figures, found, caveat, period=period),
        alt=words.in_words(say(question), drawn["name"].to_list(), drawn["text"].to_list()),
        passports=[figures.passport(name) for name in passports],
    )


def _finding(told: pl.DataFrame, known: str, question: str) -> str:
    value: Any = told["value"][0] if told.height else None
    return say(question) if value is None else say(known, share=value)


def _whole_tools(found: pl.DataFrame) -> str:
    """Return the tools for which almost everybody has a seat: no number is shown of them."""
    whole = found.filter(pl.col("bin") == "enabled", pl.col("reason") == "nearly_all_or_none")
    return (
        f"almost everybody in {', '.join(map(words.capitals, whole['tool']))}"
        if whole.height
        else ""
    )


def _whole(share: float) -> str:
    return numbers.number(share, "share")


def _kept_back(found: pl.DataFrame, names: dict[str, str]) -> str:
    """Return which parts are known and not shown, so that their absence is seen."""
    hidden = found.filter(pl.col("reason").is_in(KEPT_BACK))["bin"].to_list()
    return (
        f"kept back, of few people: {', '.join(names[bin_].lower() for bin_ in hidden)}"
        if hidden
        else ""
    )


def _dots(drawn: pl.DataFrame) -> Picture | None:
    return Picture(dots, (drawn.drop("key"), "share")) if drawn.height else None


def _any_known(found: pl.DataFrame) -> bool:
    return bool(found["value"].is_not_null().any())


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(
        schema={"value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "key": pl.String,
                "name": pl.String, "text": pl.String, "is_ours": pl.Boolean}
    )  # fmt: skip


def _is_told(figures: Figures) -> bool:
    """Say whether seats are told of these people at all: of the company and of departments."""
    return not any(figures.scope.cell[cut] for cut in ("division", "level", "location"))
