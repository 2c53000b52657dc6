"""A survey as a table: one row a respondent, one column a question, answers as numbers on one scale.

The scale is taken as 1 to 5, or as the next usual one (1 to 7, 0 to 10) where more than a third of the answers lie
outside; `--map scale=1-4` says it, and then nobody need be named in the table. Questions are kept as a hash, respondents
too; free text is not read. What bare codes such as Q1 measure has to be said: `--map voice=Q1; Q4`.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import table_rows, tables
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import (
    Aliases,
    Assigned,
    account_for_others,
    assign,
    looks_like_header,
    may_assign,
)
from analytics.readers.surveys import questionnaire, scales
from analytics.readers.surveys.sheet import Question, Sheet, is_sentence

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="survey_table",
    title="survey with answers as numbers (CSV, XLSX)",
    tool="survey",
    provides=frozenset({"answers"}),
    versions="A column that names the respondent (or the scale said by hand), questions as columns of whole numbers, optionally department and date.",
    is_seen=False,
)
ALIASES: Aliases = {
    "respondent": ("respondent", "respondent id", "response id", "rispondente", "id risposta", "teilnehmer", "repondant"),
    "department": ("department", "dept", "reparto", "dipartimento", "abteilung", "departement", "service"),
    "asked_on": ("date", "asked on", "answered on", "data", "datum"),
}  # fmt: skip
# What survey tools write beside the answers: their own exports, which are another form.
OF_TOOLS: Aliases = {
    "tool": (
        "collector id", "submitdate", "date submitted", "lastpage", "last page", "recorded date", "start language",
        "completion time", "ora di completamento", "response set", "distribution channel", "duration in seconds",
    ),
}  # fmt: skip
SCALES = ((1, 5), (1, 7), (0, 10))
MOST_OUTSIDE = 1 / 3
LEAST, ALL_BUT = 3, 0.8  # questions, and their share of the columns, that make a survey of a table
ANSWER = r"^[+-]?\d{1,3}(?:[.,]\d+)?$"


def identify(source: "Source") -> bool:
    """Say whether a table names respondents and its other columns hold small numbers."""
    return _is_one(source, NOTHING_SAID)


def identify_mapped(source: "Source", options: Options) -> bool:
    """Say whether it holds such numbers once their scale was said; nobody need then be named."""
    return "scale" in options.columns and _is_one(source, options)


def _is_one(source: "Source", options: Options) -> bool:
    try:
        rows = table_rows.preview(source)
    except UnreadableExport:
        return False
    header = None if _is_of_tool(rows) else _header(rows, options)
    return header is not None and bool(_questions(header, rows))


def _header(rows: list[table_rows.Row], options: Options) -> tables.Header | None:
    found = tables.find_header(rows, lambda names: _fits(names, options))
    if found is None and "scale" in options.columns:
        return tables.find_header(rows, lambda names: len(names) > 1 and looks_like_header(names))
    return found


def explain(source: "Source") -> UnreadableExport | None:
    """Return why the export of a survey tool is not read, or which scale is missing; null where it is none."""
    try:
        rows = table_rows.preview(source)
    except UnreadableExport:
        return None
    if not _is_of_tool(rows):
        return _without_scale(source.name, rows)
    return UnreadableExport(
        "no_recognised_data",
        f"{source.name}: this looks like the export of a survey tool, which is not read as it comes. Give the answers as a "
        "table of numbers: one row a respondent, a column “respondent”, one column a question, no free text.",
    )


def _without_scale(file: str, rows: list[table_rows.Row]) -> UnreadableExport | None:
    """Return the question of the scale where nearly all columns hold small numbers and nobody is named."""
    header = _header(rows, Options({"scale": ""}))
    if header is None or len(_questions(header, rows)) < max(LEAST, ALL_BUT * len(header.names)):
        return None
    return UnreadableExport(
        "no_scale",
        f"{file}: its columns hold small numbers, as the answers of a survey do, and name no respondent. If they are answers, "
        "say on which scale: --map scale=1-5.",
        tuple(header.names),
    )


def _is_of_tool(rows: list[table_rows.Row]) -> bool:
    return any(may_assign(row.cells, OF_TOOLS, bool, NOTHING_SAID) for row in rows)


def _fits(names: list[str], options: Options) -> bool:
    return may_assign(names, ALIASES, lambda fields: "respondent" in fields, options)


def _questions(header: tables.Header, rows: list[table_rows.Row]) -> list[int]:
    """Return the columns in which the first rows hold nothing but numbers; none where such numbers are no answers."""
    taken = set(assign(header.names, ALIASES).at.values())
    body = [row.cells for row in rows if row.line > header.line and row.part == header.part]
    found = []
    for at in range(len(header.names)):
        cells = [row[at] for row in body if at < len(row) and row[at]]
        if at in taken or not cells or not pl.Series(cells).str.contains(ANSWER).all():
            continue
        small = [float(cell.replace(",", ".")) <= SCALES[-1][1] for cell in cells]
        if sum(small) * 2 >= len(small):  # else an age, a year, a postcode
            found.append(at)
    return found


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.survey_answer; a row with an answer that is none is set apart whole."""
    table = tables.open_table(
        source, sink, lambda rows: _choose(rows, options, source.name), is_sentence
    )
    names = table.header.names
    sink.header = tuple(names)
    assigned = assign(names, ALIASES, options, file=source.name)
    questions = _questions(table.header, table_rows.preview(source))
    everything = dict(assigned.at) | {f"question {at}": at for at in questions}
    account_for_others(Assigned(everything, tuple(names)), sink)
    batches = list(table.batches(sink))
    if not batches or not questions:
        raise tables.no_rows(source.name)
    answers, ends = _judged(
        pl.concat(batches), [f"c{at}" for at in questions], options, source.name
    )
    at = {field: f"c{place}" for field, place in assigned.at.items()}
    if "respondent" in at:
        missing = pl.col(at["respondent"]).is_null()
        answers = answers.with_columns(
            code=pl.when(missing).then(pl.lit("row_incomplete")).otherwise("code")
        )
    asked = tuple(Question(f"c{place}", names[place], is_item=True) for place in questions)
    said = {"scale": f"{ends[0]}-{ends[1]}"}
    extra = {}
    if "department" in at:
        said["department"] = names[assigned.at["department"]]
        extra[said["department"]] = at["department"]
    sheet = Sheet(
        "survey", answers, asked, table.place, at.get("respondent"), finished_at=at.get("asked_on"), extra=extra
    )  # fmt: skip
    questionnaire.hand_over(sheet, sink, Options({**said, **options.columns}), source.name)


def _judged(
    answers: pl.DataFrame, cells: list[str], options: Options, file: str
) -> tuple[pl.DataFrame, tuple[int, int]]:
    """Return the rows with whole numbers as text and code (why one is set apart), and the ends of the scale."""
    numbers = [pl.col(cell).str.replace(",", ".").cast(pl.Float64, strict=False) for cell in cells]
    whole = pl.all_horizontal(
        pl.col(cell).is_null() | ((number % 1) == 0).fill_null(value=False)
        for cell, number in zip(cells, numbers, strict=True)
    )
    answers = answers.with_columns(is_number=whole).with_columns(numbers)
    low, high = _scale(answers.filter("is_number").select(cells), options, file)
    inside = pl.all_horizontal(
        pl.col(cell).is_null() | pl.col(cell).is_between(min(low, high), max(low, high))
        for cell in cells
    )
    code = (
        pl.when(~pl.col("is_number"))
        .then(pl.lit("number_invalid"))
        .when(~inside)
        .then(pl.lit("scale_out_of_range"))
    )
    as_text = pl.col(cells).cast(pl.Int64, strict=False).cast(pl.String)
    return answers.with_columns(code=code).with_columns(as_text), (low, high)


def _choose(rows: list[table_rows.Row], options: Options, file: str) -> tables.Header:
    header = _header(rows, options)
    if header is None:
        raise tables.no_rows(file)
    return header


def _scale(answers: pl.DataFrame, options: Options, file: str) -> tuple[int, int]:
    """Return the ends of the scale, as said (5-1: five is the lowest) or as the answers show."""
    if ends := scales.said_ends(options.columns, file):
        return ends
    given = pl.concat([answers[name] for name in answers.columns]).drop_nulls()
    for low, high in SCALES:
        inside = given.is_between(low, high).sum()
        if given.is_empty() or inside >= (1 - MOST_OUTSIDE) * given.len():
            return low, high
    return SCALES[-1]
