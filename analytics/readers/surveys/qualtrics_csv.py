"""Answers out of Qualtrics: three header rows (names, questions, import ids), or the two of the legacy export.

Only answers that people gave and finished are kept: previews, test answers and spam are set apart, and so is what was
not finished. Answers may be exported as labels or as codes; codes that are no usual scale (10 to 13) are not guessed at:
export the labels. Whoever answered, their address, place and IP are not read.
"""

import re
from typing import TYPE_CHECKING

from analytics.readers import table_rows
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import plain
from analytics.readers.surveys import heads, qualtrics_status, questionnaire
from analytics.readers.surveys.sheet import Question, Sheet

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="qualtrics_csv",
    title="Qualtrics answers (CSV, XLSX)",
    tool="qualtrics",
    provides=frozenset({"answers"}),
    versions="The export with three header rows, with or without the row of import ids, in any language; the legacy export.",
)
IMPORT_ID = re.compile(r"""^\{\s*['"]ImportId['"]\s*:\s*['"](.+?)['"]""")
MODERN = {"start date", "end date", "response id", "recorded date"}
INSIGHTS = {"response id", "response set", "finished", "status"}
# plain name -> field, from real headers (current, Insights and legacy names)
FIELDS = {
    "response id": "respondent", "record id": "respondent", "recorded date": "finished_at", "end date": "ended_at",
    "start date": "started_at", "duration in seconds": "seconds", "duration": "seconds", "status": "status",
    "finished": "finished", "recipient email": "email", "email address": "email",
}  # fmt: skip
LET_GO = {
    "response set", "response set id", "name", "external data reference", "external reference", "ip address", "progress",
    "recipient last name", "recipient first name", "location latitude", "location longitude", "location accuracy",
    "distribution channel", "user language",
}  # fmt: skip
FREE_TEXT = re.compile(r"(?:[_-]|\b)TEXT(?:_|$)")
DERIVED = re.compile(r" - (?:Parent )?Topics?\b")  # what the tool made of a free text


def identify(source: "Source") -> bool:
    """Say whether the first rows are those of a Qualtrics export."""
    return heads.fits(source, _heads)


def _heads(rows: list[table_rows.Row]) -> list[table_rows.Row] | None:
    """Return names, questions and import ids, as far as they are there."""
    if not rows:
        return None
    first = {plain(cell) for cell in rows[0].cells}
    second = {plain(cell) for cell in rows[1].cells} if len(rows) > 1 else set()
    if rows[0].cells[:3] == ["V1", "V2", "V3"] and second >= INSIGHTS:
        return rows[:2]
    ids = next((n for n, row in enumerate(rows[:4]) if any(map(IMPORT_ID.match, row.cells))), None)
    if ids:
        return rows[: ids + 1]
    if first >= MODERN or first >= INSIGHTS:
        # the row of questions repeats the names where it has none of its own
        return rows[:2] if len(rows) > 1 and not _is_answer(rows[1].cells) else rows[:1]
    return None


def _is_answer(cells: list[str]) -> bool:
    return any(re.match(r"^R_\w{10,}$", cell) for cell in cells)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.survey_answer."""
    opened = heads.open_sheet(source, sink, _heads)
    names, texts = opened.heads[0], opened.heads[min(1, len(opened.heads) - 1)]
    sink.header = tuple(texts)
    ids = opened.heads[2] if len(opened.heads) > 2 else [""] * len(names)  # noqa: PLR2004
    is_legacy = names[0] == "V1"
    at: dict[str, str] = {}
    questions = []
    for number, (name, text, id_) in enumerate(zip(names, texts, ids, strict=True)):
        match = IMPORT_ID.match(id_)
        key = plain(text if is_legacy and re.match(r"V\d+$", name) else name)
        field = FIELDS.get(key) or FIELDS.get(plain(match[1]) if match else "")
        if field:
            at.setdefault(field, f"c{number}")
        elif key not in LET_GO and (name or text):
            questions.append(_question(number, name, text, match[1] if match else ""))
    rows = opened.rows.with_columns(code=qualtrics_status.apart(at))
    questionnaire.hand_over(
        Sheet(
            "qualtrics",
            rows,
            tuple(questions),
            opened.place,
            at.get("respondent"),
            at.get("email"),
            at.get("finished_at") or at.get("ended_at"),
            at.get("started_at"),
            at.get("seconds"),
            has_own_ids=True,
        ),
        sink,
        options,
        source.name,
    )


def _question(number: int, name: str, text: str, id_: str) -> Question:
    """Return a column as a question; columns of one table share their name, or id, up to the last part."""
    block = re.match(r"(.+?)[-_][^-_]+$", id_ or name)
    is_text = bool(FREE_TEXT.search(id_ or name) or FREE_TEXT.search(name) or DERIVED.search(name))
    return Question(f"c{number}", text or name, name, block[1] if block else "", None, is_text)
