"""A survey as a table: one row a respondent, one column a question, answers as numbers on one scale.

The scale is taken as 1 to 5, or as the next usual one (1 to 7, 0 to 10) where more than a third of the answers lie
outside; `--map scale=1-4` says it. Questions are kept as a hash, respondents too; free text is not read. Which question
belongs to which construct is not told by such a table.
"""

import hashlib
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import dates, tables
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import Aliases, Assigned, account_for_others, assign, may_assign
from analytics.schema import polars_schema

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="survey_table",
    title="survey with answers as numbers (CSV, XLSX)",
    tool="survey",
    provides=frozenset({"answers"}),
    versions="A column that names the respondent, questions as columns of whole numbers, optionally department and date.",
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
ANSWER = r"^[+-]?\d{1,3}(?:[.,]\d+)?$"


def identify(source: "Source") -> bool:
    """Say whether a table names respondents and its other columns hold small numbers."""
    try:
        rows = tables.preview(source)
    except UnreadableExport:
        return False
    header = None if _is_of_tool(rows) else tables.find_header(rows, _fits)
    return header is not None and bool(_questions(header, rows))


def explain(source: "Source") -> UnreadableExport | None:
    """Return why the export of a survey tool is not read; null where it is none."""
    try:
        rows = tables.preview(source)
    except UnreadableExport:
        return None
    if not _is_of_tool(rows):
        return None
    return UnreadableExport(
        "no_recognised_data",
        f"{source.name}: this looks like the export of a survey tool, which is not read as it comes. Give the answers as a "
        "table of numbers: one row a respondent, a column “respondent”, one column a question, no free text.",
    )


def _is_of_tool(rows: list[tables.Row]) -> bool:
    return any(may_assign(row.cells, OF_TOOLS, bool, NOTHING_SAID) for row in rows)


def _fits(names: list[str]) -> bool:
    return may_assign(names, ALIASES, lambda fields: "respondent" in fields, NOTHING_SAID)


def _questions(header: tables.Header, rows: list[tables.Row]) -> list[int]:
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
    table = tables.open_table(source, sink, lambda rows: _choose(rows, source.name))
    names = table.header.names
    assigned = assign(names, ALIASES, file=source.name)
    questions = _questions(table.header, tables.preview(source))
    everything = dict(assigned.at) | {f"question {at}": at for at in questions}
    account_for_others(Assigned(everything, tuple(names)), sink)
    batches = list(table.batches(sink))
    if not batches or not questions:
        raise tables.no_rows(source.name)
    answers = pl.concat(batches)
    cells = [f"c{at}" for at in questions]
    numbers = [pl.col(cell).str.replace(",", ".").cast(pl.Float64, strict=False) for cell in cells]
    answers = answers.with_columns(
        is_number=pl.all_horizontal(
            pl.col(cell).is_null() | ((number % 1) == 0).fill_null(value=False)
            for cell, number in zip(cells, numbers, strict=True)
        )
    ).with_columns(numbers)
    low, high = _scale(answers.filter("is_number").select(cells), options, source.name)
    inside = pl.all_horizontal(
        pl.col(cell).is_null() | pl.col(cell).is_between(low, high) for cell in cells
    )
    code = (
        pl.when(pl.col(f"c{assigned.at['respondent']}").is_null())
        .then(pl.lit("row_incomplete"))
        .when(~pl.col("is_number"))
        .then(pl.lit("number_invalid"))
        .when(~inside)
        .then(pl.lit("scale_out_of_range"))
    )
    answers = answers.with_columns(code=code)
    for line, why in (
        answers.filter(pl.col("code").is_not_null()).select("line", "code").iter_rows()
    ):
        sink.reject(f"{table.place} {line}", why)
    kept = answers.filter(pl.col("code").is_null())
    sink.stored += kept.height
    _hand_over(kept, assigned, cells, (low, high), sink)


def _choose(rows: list[tables.Row], file: str) -> tables.Header:
    header = tables.find_header(rows, _fits)
    if header is None:
        raise tables.no_rows(file)
    return header


def _scale(answers: pl.DataFrame, options: Options, file: str) -> tuple[float, float]:
    """Return the ends of the scale, as said or as the answers show."""
    said = options.columns.get("scale")
    if said:
        first, _, last = said.partition("-")
        if not (first.isdigit() and last.isdigit() and int(first) < int(last)):
            raise UnreadableExport(
                "column_missing", f"{file}: “{said}” is no scale. Say it as --map scale=1-5."
            )
        return float(first), float(last)
    given = pl.concat([answers[name] for name in answers.columns]).drop_nulls()
    for low, high in SCALES:
        if (
            given.is_empty()
            or given.is_between(low, high).sum() >= (1 - MOST_OUTSIDE) * given.len()
        ):
            return float(low), float(high)
    return float(SCALES[-1][0]), float(SCALES[-1][1])


def _hand_over(
    kept: pl.DataFrame,
    assigned: Assigned,
    cells: list[str],
    scale: tuple[float, float],
    sink: Sink,
) -> None:
    names = {cell: assigned.names[int(cell[1:])] for cell in cells}
    survey = digest("\n".join(sorted(names.values())))
    at = {field: f"c{place}" for field, place in assigned.at.items()}
    asked = (
        dates.days(kept[at["asked_on"]], None).get_column("day")
        if "asked_on" in at
        else pl.Series([None] * kept.height, dtype=pl.Date)
    )
    people = kept.select(
        *cells,
        respondent=pl.col(at["respondent"]).map_elements(digest, return_dtype=pl.String),
        department=pl.col(at["department"]) if "department" in at else pl.lit(None, pl.String),
        asked_on=asked,
    )
    rows = people.unpivot(
        cells, index=["respondent", "department", "asked_on"], variable_name="cell", value_name="score"
    )  # fmt: skip
    rows = rows.with_columns(
        tool=pl.lit("survey"),
        survey=pl.lit(survey),
        item=pl.col("cell").replace({cell: digest(name) for cell, name in names.items()}),
        construct=pl.lit(None, pl.String),
        scale_min=pl.lit(scale[0]),
        scale_max=pl.lit(scale[1]),
    )
    schema = polars_schema("export.survey_answer")
    sink.add("survey_answer", rows.select(list(schema)).cast(pl.Schema(schema)))


def digest(text: str) -> str:
    """Return 16 hex digits that stand for a text which is not kept."""
    return hashlib.sha256(text.strip().casefold().encode()).hexdigest()[:16]
