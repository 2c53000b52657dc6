"""Answers out of Microsoft Forms, as it writes them into a workbook or CSV file: one row an answer, questions as header.

Every answer in it was sent. Name and address are let go; the address only tells whether somebody answered twice.
Points and feedback of a quiz are not read.
"""

import re
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
    id="microsoft_forms",
    title="Microsoft Forms answers (XLSX, CSV)",
    tool="microsoft_forms",
    provides=frozenset({"answers"}),
    versions="Forms and quizzes in English, Italian, German, French and Spanish, anonymous or with names.",
    is_seen=False,
)
FIELDS = {
    "id": "respondent",
    "start time": "started_at", "ora di inizio": "started_at", "startzeit": "started_at", "heure de debut": "started_at",
    "hora de inicio": "started_at",
    "completion time": "finished_at", "ora di completamento": "finished_at", "fertigstellungszeit": "finished_at",
    "heure de fin": "finished_at", "hora de finalizacion": "finished_at",
    "email": "email", "e mail": "email", "posta elettronica": "email", "indirizzo di posta elettronica": "email",
    "indirizzo e mail": "email", "adresse de messagerie": "email", "e mail adresse": "email", "correo electronico": "email",
}  # fmt: skip
LET_GO = {
    "name", "nome", "nom", "nombre", "language", "lingua", "sprache", "langue", "idioma", "last modified time",
    "ora dell ultima modifica", "ora ultima modifica", "uhrzeit der letzten anderung", "zeitpunkt der letzten anderung",
    "heure de la derniere modification", "hora de la ultima modificacion", "total points", "punti totali",
    "totale punti", "gesamtpunktzahl", "total de points", "puntos totales", "quiz feedback", "feedback del quiz",
    "feedback sul quiz", "quizfeedback", "commentaires du quiz", "comentarios del cuestionario",
}  # fmt: skip
OF_QUIZ = re.compile(
    r"^(?:points|feedback|punti|commenti|punkte|commentaires|puntos|comentarios)\s+[-–]\s",
    re.IGNORECASE,
)
NEEDED = {"respondent", "started_at", "finished_at"}


def identify(source: "Source") -> bool:
    """Say whether a row of names holds ID, start and completion time."""
    return heads.fits(source, _heads)


def _heads(rows: list[table_rows.Row]) -> list[table_rows.Row] | None:
    found = (row for row in rows if {FIELDS.get(plain(cell)) for cell in row.cells} >= NEEDED)
    row = next(found, None)
    return [row] if row else None


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.survey_answer."""
    opened = heads.open_sheet(source, sink, _heads)
    names = opened.heads[0]
    sink.header = tuple(names)
    at: dict[str, str] = {}
    questions = []
    for number, name in enumerate(names):
        field = FIELDS.get(plain(name))
        if field and field not in at:
            at[field] = f"c{number}"
        elif name and plain(name) not in LET_GO and not OF_QUIZ.match(name):
            questions.append(Question(f"c{number}", name))
    rows = opened.rows.with_columns(code=pl.lit(None, pl.String))
    sheet = Sheet(
        "microsoft_forms", rows, tuple(questions), opened.place, at["respondent"], at.get("email"), at["finished_at"],
        at["started_at"],
    )  # fmt: skip
    questionnaire.hand_over(sheet, sink, options, source.name)
