"""Answers out of LimeSurvey, whichever header was chosen for the export: question codes, code and text, or text.

An answer without a day of submission was not finished (a survey that keeps no days writes 1980 for those that were not).
Answers may be exported as texts or as codes; codes such as A1 to A5 are taken as numbers. Where a code stands for
something else, export the texts. Access codes, attributes of participants and times spent are not read.
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
    id="limesurvey_csv",
    title="LimeSurvey answers (CSV, XLSX)",
    tool="limesurvey",
    provides=frozenset({"answers"}),
    versions="Header as question codes, codes and texts, or texts (English, German, Italian, French, Dutch); answers as codes or texts.",
)
# plain name of a column -> field; the codes are the same in every language
FIELDS = {
    "id": "respondent", "response id": "respondent", "antwort id": "respondent", "id risposta": "respondent",
    "id de la reponse": "respondent", "reactie id": "respondent", "antwoord id": "respondent",
    "submitdate": "finished_at", "date submitted": "finished_at", "datum abgeschickt": "finished_at",
    "data invio": "finished_at", "data di invio": "finished_at", "date de soumission": "finished_at",
    "datum verzonden": "finished_at", "datum ingezonden": "finished_at",
    "lastpage": "page", "last page": "page", "letzte seite": "page", "ultima pagina": "page", "derniere page": "page",
    "laatste pagina": "page",
    "startlanguage": "language", "start language": "language", "start sprache": "language", "lingua iniziale": "language",
    "lingua di partenza": "language", "langue de depart": "language", "starttaal": "language",
    "startdate": "started_at", "date started": "started_at", "datum gestartet": "started_at", "data di inizio": "started_at",
    "date de lancement": "started_at", "datum gestart": "started_at",
    "interviewtime": "seconds", "total time": "seconds", "gesamtzeit": "seconds", "tempo totale": "seconds",
    "temps total": "seconds", "totale tijd": "seconds",
    "email": "email", "email address": "email", "e mail": "email", "e mail adresse": "email", "indirizzo email": "email",
}  # fmt: skip
LET_GO = {
    "seed", "token", "access code", "zugangscode", "zugangsschlussel", "codice di accesso", "code d acces", "datestamp",
    "date last action", "datum letzte aktivitat", "data ultima azione", "date de la derniere action", "ipaddr", "ip address",
    "ip adresse", "indirizzo ip", "adresse ip", "refurl", "referrer url", "firstname", "first name", "lastname", "last name",
    "vorname", "nachname", "nome", "cognome", "prenom", "nom",
}  # fmt: skip
# how long a page or question took, uploaded files, and what the survey computes for itself
NO_QUESTION = re.compile(
    r"^(?:(?:question|group) time:|(?:fragen|gruppen)zeit:|(?:group|question)?time\d+$|\w+Time$|filecount\b|\{)",
    re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"^attribute[_ ]\d+", re.IGNORECASE)
CODED = re.compile(r"^([A-Za-z_][\w]*(?:\[[^\]]*\])*)\. ?(.*)$", re.DOTALL)
OTHER = re.compile(
    r"\[(?:other|sonstiges|altro|autre|anders|comment|kommentar|commento|commentaire)\]$",
    re.IGNORECASE,
)
NEVER = r"^1980-01-01"


def identify(source: "Source") -> bool:
    """Say whether the first row names a response, the day it was submitted, and the last page or first language."""
    return heads.fits(source, _heads)


def _heads(rows: list[table_rows.Row]) -> list[table_rows.Row] | None:
    if not rows:
        return None
    found = {FIELDS.get(_key(cell)[0]) for cell in rows[0].cells}
    return (
        rows[:1]
        if {"respondent", "finished_at"} <= found and found & {"page", "language"}
        else None
    )


def _key(name: str) -> tuple[str, str, str]:
    """Return (plain name to look up, code, text) of a column."""
    coded = CODED.match(name)
    if coded and (plain(coded[1]) in FIELDS or plain(coded[1]) in LET_GO):
        return plain(coded[1]), coded[1], coded[2]
    if coded:
        return plain(coded[2]), coded[1], coded[2]
    return plain(name), "", name


def _is_asked(name: str) -> bool:
    # how long a question took is called after it
    return is_sentence(name) or bool(NO_QUESTION.match(_key(name)[2]))


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.survey_answer."""
    opened = heads.open_sheet(source, sink, _heads, _is_asked)
    names = opened.heads[0]
    sink.header = tuple(names)
    at: dict[str, str] = {}
    extra = {}
    questions = []
    for number, name in enumerate(names):
        key, code, text = _key(name)
        cell = f"c{number}"
        if ATTRIBUTE.match(name):
            extra[code or name] = cell
        elif FIELDS.get(key, "") and FIELDS[key] not in at:
            at[FIELDS[key]] = cell
        elif (
            name
            and key not in LET_GO
            and not NO_QUESTION.match(text)
            and not NO_QUESTION.match(code)
        ):
            stem = re.match(r"(.+?)\s*\[[^\[\]]*\]$", code or text, re.DOTALL)
            is_text = bool(OTHER.search(name.strip()) or OTHER.search(code))
            questions.append(
                Question(cell, text, code or name, stem[1] if stem else "", None, is_text)
            )
    submitted = pl.col(at["finished_at"])
    unfinished = submitted.is_null() | submitted.str.contains(NEVER)
    rows = opened.rows.with_columns(code=pl.when(unfinished).then(pl.lit("survey_unfinished")))
    sheet = Sheet(
        "limesurvey", rows, tuple(questions), opened.place, at["respondent"], at.get("email"), at["finished_at"],
        at.get("started_at"), at.get("seconds"), extra=extra,
    )  # fmt: skip
    questionnaire.hand_over(sheet, sink, options, source.name)
