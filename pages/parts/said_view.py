"""What do people say themselves, and do those who say that they are heard get answers? The newest survey, whole period."""

from datetime import date
from typing import Any

import polars as pl

from analytics.charts import numbers, shape, words
from analytics.charts.bars import toned
from analytics.findings import say
from analytics.findings.listening import TOGETHER, words_and_deeds
from analytics.metrics.reasons import REASONS
from pages.parts.data import Figures, once
from pages.parts.figure import Block, Said, as_figure, source
from pages.parts.meetings_view import barred

SCORE, HEARD = "construct_score", "listened_to"
BEHIND = ", and behind it the share of their conversations answered within a day"
CONSTRUCTS = {
    "psychological_safety": "Safe to speak up", "trust_in_leaders": "Trust in leaders", "voice": "Voice", "listened_to": "Being listened to",
    "information_flow": "Being informed", "recognition": "Recognition", "overload": "Overload", "tool_usefulness": "Use of the tools",
    "satisfaction": "Satisfaction", "recommendation": "Recommendation",
}  # fmt: skip


def _by_construct(found: pl.DataFrame) -> pl.DataFrame:
    return found.with_columns(key=pl.col("bin").str.split("/").list.first())


@once
def has_answers(figures: Figures) -> bool:
    """Say whether any answer of a survey is shown."""
    return bool(figures.ask(SCORE, grain="all", **figures.scope.cell)["value"].is_not_null().any())


@as_figure
def what_people_say(figures: Figures) -> Block:
    """Draw the mean score of each construct, 0 to 100."""
    found = _by_construct(figures.ask(SCORE, grain="all", **figures.scope.cell))
    rows = toned(shape.rows_named(found, CONSTRUCTS, "score", column="key"))
    said = Said(
        finding=say("said_question"),
        measure="Mean of the newest survey's answers on 0 (lowest end of the scale) to 100. Lines: 95% intervals",
        source=source(figures, found, "those who answered; how many were asked is not known", period=_when(found), people="Responses"),
        alt=words.in_words("Of 100", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(name) for name in (SCORE, "favourable_share", "survey_reliability")],
    )  # fmt: skip
    names = {row["bin"]: CONSTRUCTS.get(row["key"], row["key"]) for row in found.iter_rows(named=True)}  # fmt: skip
    return barred(
        "said", said, rows, found.drop("key"), words.table(found.drop("key"), "score", names)
    )


def _when(found: pl.DataFrame) -> str:
    """Return the days of the newest wave, as its bin tells them."""
    ends = sorted({tuple(bin_.split("/")[1:]) for bin_ in found["bin"].drop_nulls()}, reverse=True)
    days = [date.fromisoformat(day) for day in ends[0] if day] if ends else []
    return " to ".join(f"{day.day} {day:%B %Y}" for day in dict.fromkeys(days)) or "Whole period"


@as_figure
def words_and_answers(figures: Figures) -> Block:
    """Draw who says that they are listened to, by department, with the share of their conversations answered beside it."""
    found = _by_construct(figures.ask(SCORE, grain="all", by="department")).filter(key=HEARD)
    if any(figures.scope.cell.values()):
        found = found.clear()  # departments are compared for the company
    answered = figures.ask("answered_share", grain="all", by="department").filter(bin="all")
    got = dict(answered.select("department", "value").iter_rows())
    names = {name: words.group(name) for name in _in_blocks(found)}
    scores = shape.rows_named(found, names, "score", column="department")
    both = [
        _beside(text, got.get(key)) for text, key in zip(scores["text"], scores["key"], strict=True)
    ]
    above, below = _sides(found.drop_nulls("value")) if names else ([], [])
    rows = toned(scores.with_columns(text=pl.Series(both, dtype=pl.String)), [*above, *below])
    compared = figures.ask(TOGETHER, grain="all")
    whole = compared.row(0, named=True) if compared.height else None
    told = words_and_deeds(whole)
    said = Said(
        finding=_title(found, told),
        measure=f"Being listened to, 0 to 100{BEHIND if any(value is not None for value in got.values()) else ''}. Filled: apart from the others. Lines: 95% intervals",
        source=source(figures, found, _together(whole), n=float(found["n"].sum()) or None, period=_when(found), people="Responses"),
        alt=words.in_words("Being listened to", rows["name"].to_list(), rows["text"].to_list()),
        passports=[figures.passport(TOGETHER), figures.passport(SCORE)],
    )  # fmt: skip
    twin = words.table(found.drop("key").with_columns(bin=pl.lit(None, pl.String)), "score")
    twin = twin.with_columns(pl.Series("Answered within a day", [numbers.number(got.get(name), "share") for name in found["department"]], dtype=pl.String))  # fmt: skip
    beside = answered.filter(pl.col("department").is_in(list(names)))
    return barred("words_deeds", said, rows, pl.concat([found.drop("key"), beside]), twin)


def _beside(score: str, answered: float | None) -> str:
    return score if answered is None else f"{score} · {numbers.number(answered, 'share')}"


def _in_blocks(found: pl.DataFrame) -> list[str]:
    """Return the departments shown: those apart above all others, then the others A–Z, then those below."""
    known = found.drop_nulls("value").sort("department")
    above, below = _sides(known) if known.height else ([], [])
    rest = [name for name in known["department"] if name not in {*above, *below}]
    return [*above, *rest, *below]


def _sides(found: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return the departments that stand apart, above where chance would put them and below, highest first."""
    named = found.filter(pl.col("named").fill_null(value=False)).sort("value", descending=True)
    middle = (pl.col("chance_low") + pl.col("chance_high")) / 2
    above = named.filter(pl.col("value") > middle)["department"].to_list()
    return above, [name for name in named["department"] if name not in above]


def _title(found: pl.DataFrame, told: tuple[str, dict[str, Any]] | None) -> str:
    if told:
        return say(told[0], **told[1]).rstrip(".")
    known = found.drop_nulls("value")
    above, below = _sides(known) if known.height else ([], [])
    if not above and not below:
        return say("words_question")
    return say(
        "words_named", higher=above, lower=below, others=known.height - len([*above, *below])
    )


def _together(whole: dict[str, Any] | None) -> str:
    """Return how far the two go together, or why no coefficient stands there."""
    if whole is None or whole["reason"] is None:
        ends = numbers.span(whole["low"], whole["high"], "ratio") if whole else ""
        return f"the two orders go together {ends} (1 = the same, 0 = not at all)" if ends else ""
    if whole["reason"] == "too_few_groups":
        return "ten departments are needed to say whether the two go together"
    return REASONS[str(whole["reason"])].rstrip(".")
