"""Answers out of Google Forms: the sheet that it fills, or the CSV file in its download.

The first column says when; there is no number of an answer, so it is known by its time. A table with such a first column
is one of these only where most of the others are questions. Addresses only tell whether somebody answered twice.
"""

import re
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import tables
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import plain
from analytics.readers.surveys import heads, questionnaire
from analytics.readers.surveys.questionnaire import Question, Sheet

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="google_forms",
    title="Google Forms answers (CSV, XLSX)",
    tool="google_forms",
    provides=frozenset({"answers"}),
    versions="The answers' sheet or CSV file in English, Italian, German, French and Spanish.",
    is_seen=False,
)
TIMES = {"timestamp", "informazioni cronologiche", "zeitstempel", "horodateur", "marca temporal"}
ADDRESSES = {
    "email address", "username", "email", "indirizzo email", "nome utente", "e mail adresse", "email adresse", "nutzername",
    "adresse e mail", "nom d utilisateur", "direccion de correo electronico", "nombre de usuario",
}  # fmt: skip
LET_GO = {"score", "punteggio", "punktzahl", "note", "puntuacion"}
OF_ROW = re.compile(r"^(.*?)\s*\[([^\[\]]+)\]\s*$", re.DOTALL)
TIME = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\D+\d{1,2}[:.]\d{2}|^\d{4}-\d\d-\d\d")


def identify(source: "Source") -> bool:
    """Say whether the first column is a form's time, and most of the others are questions."""
    return heads.fits(source, _heads)


def _heads(rows: list[tables.Row]) -> list[tables.Row] | None:
    if not rows or len(rows[0].cells) < 2 or plain(rows[0].cells[0]) not in TIMES:  # noqa: PLR2004
        return None
    others = [name for name in rows[0].cells[1:] if name and plain(name) not in ADDRESSES | LET_GO]
    asked = [name for name in others if OF_ROW.match(name) or questionnaire.is_sentence(name)]
    is_time = all(TIME.match(row.cells[0]) for row in rows[1:] if row.part == rows[0].part)
    return rows[:1] if asked and len(asked) * 2 >= len(others) and is_time else None


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.survey_answer."""
    opened = heads.open_sheet(source, sink, _heads)
    names = opened.heads[0]
    sink.header = tuple(names)
    email = None
    questions = []
    for number, name in enumerate(names[1:], start=1):
        if plain(name) in ADDRESSES:
            email = email or f"c{number}"
        elif name and plain(name) not in LET_GO:
            row = OF_ROW.match(name)
            questions.append(Question(f"c{number}", name, block=row[1] if row else ""))
    rows = opened.rows.with_columns(code=pl.lit(None, pl.String))
    sheet = Sheet(
        "google_forms", rows, tuple(questions), opened.place, email=email, finished_at="c0"
    )
    questionnaire.hand_over(sheet, sink, options, source.name)
