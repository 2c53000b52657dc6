"""Answers out of SurveyMonkey: two rows of header, questions above and their rows or choices below.

A condensed export leaves the second row empty. The export doesn't say who stopped half-way; whoever answered no question
at all is set apart. Names, addresses and IPs are let go; an address only tells whether somebody answered twice.
"""

import re
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import table_rows
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import plain
from analytics.readers.surveys import heads, questionnaire
from analytics.readers.surveys.sheet import Question, Sheet

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="surveymonkey_csv",
    title="SurveyMonkey answers (CSV, XLSX)",
    tool="surveymonkey",
    provides=frozenset({"answers"}),
    versions="All responses, expanded or condensed columns, answers as texts or numbers.",
    is_seen=False,
)
FIELDS = {
    "respondent id": "respondent", "respondent": "respondent", "collector id": "collector", "start date": "started_at",
    "date created": "started_at", "end date": "finished_at", "date modified": "finished_at", "email address": "email",
    "ip address": "let go", "first name": "let go", "last name": "let go",
}  # fmt: skip
CUSTOM = re.compile(r"^custom data ?\d*$")
ONE_CHOICE = {"", "response", "risposta", "antwort", "reponse", "respuesta"}
FREE_TEXT = re.compile(
    r"open[- ]ended response|please specify|risposta (?:aperta|in formato libero)|specificare|offene antwort",
    re.IGNORECASE,
)


def identify(source: "Source") -> bool:
    """Say whether the first row names respondent and collector."""
    return heads.fits(source, _heads)


def _heads(rows: list[table_rows.Row]) -> list[table_rows.Row] | None:
    if not rows or not {"respondent id", "collector id"} <= {plain(cell) for cell in rows[0].cells}:
        return None
    place = [plain(cell) for cell in rows[0].cells].index("respondent id")
    # the second row says nothing of the respondent
    below = rows[1].cells if len(rows) > 1 and rows[1].part == rows[0].part else ["?"] * (place + 1)
    return rows[: 1 if len(below) > place and below[place] else 2]


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.survey_answer."""
    opened = heads.open_sheet(source, sink, _heads)
    names = opened.heads[0]
    below = opened.heads[1] if len(opened.heads) > 1 else [""] * len(names)
    sink.header = tuple(names)
    at: dict[str, str] = {}
    extra: dict[str, str] = {}
    found: list[tuple[str, str, str]] = []
    stem = ""
    for number, (name, row) in enumerate(zip(names, below, strict=True)):
        stem = name or stem
        field = FIELDS.get(plain(stem))
        if field and not found:  # a question may be called so as well
            at.setdefault(field, f"c{number}")
        elif CUSTOM.match(plain(stem)):
            extra[stem] = f"c{number}"
        elif stem:
            found.append((f"c{number}", stem, row))
    questions = _questions(found)
    unanswered = pl.all_horizontal(pl.col(one.cell).is_null() for one in questions)
    rows = opened.rows.with_columns(code=pl.when(unanswered).then(pl.lit("survey_unfinished")))
    sheet = Sheet(
        "surveymonkey", rows, tuple(questions), opened.place, at["respondent"], at.get("email"), at.get("finished_at"),
        at.get("started_at"), has_own_ids=True, extra=extra,
    )  # fmt: skip
    questionnaire.hand_over(sheet, sink, options, source.name)


def _questions(found: list[tuple[str, str, str]]) -> list[Question]:
    wide = Counter(stem for _, stem, _ in found)
    return [
        Question(
            cell,
            stem if plain(row) in ONE_CHOICE or FREE_TEXT.search(row) else f"{stem} [{row}]",
            block=stem if wide[stem] > 1 else "",
            is_text=bool(FREE_TEXT.search(row)),
        )
        for cell, stem, row in found
    ]
