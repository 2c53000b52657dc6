"""Answers out of Google Forms: the sheet that it fills, or the CSV file in its download.

The first column says when; there is no number of an answer, so it is known by its time. A table with such a column
is one of these only where at least half of the others are questions. Addresses only tell whether somebody answered twice.
"""

import re
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import table_rows
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import plain
from analytics.readers.surveys import heads, questionnaire
from analytics.readers.surveys.sheet import Question, Sheet, is_sentence

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


def _heads(rows: list[table_rows.Row]) -> list[table_rows.Row] | None:
    names = rows[0].cells if rows else []
    at = _time_column(names)
    if at is None:
        return None
    others = [
        name
        for number, name in enumerate(names)
        if number != at and name and plain(name) not in ADDRESSES | LET_GO
    ]
    asked = [name for name in others if OF_ROW.match(name) or is_sentence(name)]
    below = [row.cells for row in rows[1:] if row.part == rows[0].part and len(row.cells) > at]
    is_time = all(TIME.match(cells[at]) for cells in below)
    return rows[:1] if asked and len(asked) * 2 >= len(others) and is_time else None


def _time_column(names: list[str]) -> int | None:
    """Return where the form's time stands: the first column, unless somebody has moved it."""
    return next((number for number, name in enumerate(names) if plain(name) in TIMES), None)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.survey_answer."""
    opened = heads.open_sheet(source, sink, _heads)
    names = opened.heads[0]
    sink.header = tuple(names)
    email = None
    at = _time_column(names)
    questions = []
    for number, name in enumerate(names):
        if number == at:
            continue
        if plain(name) in ADDRESSES:
            email = email or f"c{number}"
        elif name and plain(name) not in LET_GO:
            row = OF_ROW.match(name)
            questions.append(Question(f"c{number}", name, block=row[1] if row else ""))
    rows = opened.rows.with_columns(code=pl.lit(None, pl.String))
    sheet = Sheet(
        "google_forms", rows, tuple(questions), opened.place, email=email, finished_at=f"c{at}"
    )
    questionnaire.hand_over(sheet, sink, options, source.name)
