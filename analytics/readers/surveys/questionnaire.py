"""What every survey tool's export comes to: who answered counts once, questions on a scale are kept, the rest is told.

A reader says where things lie (sheet.py). Which responses count is decided in responses.py, which columns are questions
in items.py and scales.py. What a question measures is known for a published scale by its words (constructs.py), else said
by a person (--map voice=Q3; Q7, --map reversed=Q7) and proposed at most. Departments come in by --map department=COLUMN
alone. Free text, addresses, names and who answered are not kept.
"""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from analytics.readers.base import Options, Sink, UnreadableExport
from analytics.readers.headers import SHOWN_LENGTH
from analytics.readers.surveys import constructs, responses, scales
from analytics.readers.surveys.items import (
    NO_CONSTRUCT,
    Item,
    References,
    counts_of,
    items_of,
    known_item,
)
from analytics.readers.surveys.sheet import Question, Sheet, digest, kept_out, statement
from analytics.schema import polars_schema

SAID = (*constructs.NAMES, NO_CONSTRUCT, "reversed", "department", "scale", "labels", "tests")
FASTEST = 2.0  # seconds an item takes at least to be read and answered
STRAIGHT_FROM = 5  # items that all have the same answer
AT_ONCE = 10_000  # responses
LONGEST_PLACE = 80
FEWEST_PLACES, MOST_PLACES = 2, 100
SEVERAL = 20  # responses from which on departments have to repeat


def hand_over(sheet: Sheet, sink: Sink, options: Options, file: str) -> None:
    """Hand over export.survey_answer and say what became of each column.

    Raises UnreadableExport: no_rows, survey_tests_only, survey_unfinished_only, no_scale, column_missing.
    """
    rows = responses.once(responses.counted(sheet, sink, options, file), sheet, sink, options)
    said = {name: text for name, text in options.columns.items() if name in SAID}
    references = References(sheet.questions, sheet.extra, file)
    department = references.one(said["department"]) if said.get("department") else None
    labels = {one.cell: one.labels for one in sheet.questions if one.labels}
    if department in labels:
        rows = rows.with_columns(pl.col(department).replace(labels[department]))
    if department:
        _refuse_no_place(rows[department], said["department"], file)
    asked = [one for one in sheet.questions if one.cell != department]
    items = items_of(asked, rows, said, references, file)
    _tell(asked, items, rows, sink)
    sink.questions = _for_a_person(items, rows, sheet)
    sink.columns |= said
    if not items:
        raise UnreadableExport(
            "no_scale",
            f"{file}: no question was found whose answers stand on a known scale. Say it: --map scale=1-5 where they are "
            "numbers, --map 'labels=never; sometimes; always' (from low to high) where they are words.",
        )
    sink.stored += rows.height
    _flag(rows, items, sheet, sink)
    for part in rows.iter_slices(AT_ONCE):
        sink.add("survey_answer", _answers(part, items, department, sheet))


def _tell(asked: Sequence[Question], items: list[Item], rows: pl.DataFrame, sink: Sink) -> None:
    """Note what became of the columns that are no items, and what is assumed of those that are."""
    taken = {one.question.cell for one in items}
    left = [one for one in asked if one.cell not in taken]
    words = {
        one.cell: scales.words(scales.Column(counts_of(rows[one.cell]), labels=one.labels))
        for one in left
    }
    for one in left:
        sink.warn(_why_not(one, words, rows[one.cell]))
        sink.ignored.append(one.text[:SHOWN_LENGTH] or one.cell)
    for item in items:
        given = counts_of(rows[item.question.cell])
        if not all(answer in item.scale.scores or scales.is_no_answer(answer) for answer in given):
            sink.warn("answer_out_of_scale")
    if any(one.scale.is_assumed for one in items):
        sink.warn("scale_assumed")
    if any(one.construct is None and one.suggested for one in items):
        sink.warn("construct_suggested")


def _for_a_person(
    items: list[Item], rows: pl.DataFrame, sheet: Sheet
) -> list[dict[str, str | bool]]:
    """Return what a person may be asked: what each item measures, and which column says the department."""
    taken = {one.question.cell for one in items}
    others = {one.text: one.cell for one in sheet.questions if one.cell not in taken}
    places: list[dict[str, str | bool]] = [
        {"item": "", "text": name}
        for name, cell in (others | dict(sheet.extra)).items()
        if not kept_out(name) and _may_be_place(rows[cell])
    ]
    asked: list[dict[str, str | bool]] = [
        {
            "item": one.item,
            "text": one.question.text,
            "construct": one.construct or "",
            "suggested": one.suggested or "",
            "is_reversed": one.is_reversed,
        }
        for one in items
    ]
    return [*asked, *places]


def _refuse_no_place(answers: pl.Series, name: str, file: str) -> None:
    """Raise UnreadableExport where a column named as the department holds texts or people instead."""
    given = answers.drop_nulls()
    different = given.n_unique()
    of_people = bool(given.str.contains("@", literal=True).any())
    is_text = bool((given.str.len_chars() > LONGEST_PLACE).any()) or different > MOST_PLACES
    is_each = given.len() >= SEVERAL and different * 2 > given.len()
    if of_people or is_text or is_each:
        raise UnreadableExport(
            "column_missing",
            f"{file}: the column “{name[:SHOWN_LENGTH]}” does not hold departments but texts or people: {different} different "
            f"answers of {given.len()}. Name another, or none.",
        )


def _may_be_place(answers: pl.Series) -> bool:
    """Say whether a column holds a few names that many share, as a department is written."""
    given = answers.drop_nulls()
    few = FEWEST_PLACES <= given.n_unique() <= min(MOST_PLACES, given.len() // 2)
    return few and bool((given.str.len_chars() <= LONGEST_PLACE).all())


def _may_measure(text: str) -> bool:
    return bool(known_item(text) or constructs.suggest(statement(text)))


def _why_not(one: Question, words: Mapping[str, frozenset[str]], answers: pl.Series) -> str:
    if kept_out(one.text):
        return "sensitive_column_dropped"
    given = answers.drop_nulls()
    is_long = bool((given.str.len_chars() > scales.LONGEST_LABEL).any())
    if one.is_text or is_long or (given.len() and not counts_of(answers)):
        return "free_text_dropped"
    mine = words[one.cell]
    alike = any(scales.look_alike(mine, other) for cell, other in words.items() if cell != one.cell)
    return "scale_unknown" if alike or _may_measure(one.text) else "column_ignored"


def _flag(rows: pl.DataFrame, items: list[Item], sheet: Sheet, sink: Sink) -> None:
    """Note how many gave all items the same answer, or took less than two seconds for each; they are kept."""
    cells = [one.question.cell for one in items]
    if len(cells) >= STRAIGHT_FROM:
        answers = rows.select("line", *cells).unpivot(cells, index="line").drop_nulls("value")
        each = answers.group_by("line").agg(n=pl.len(), different=pl.col("value").n_unique())
        straight = each.filter(pl.col("n") >= STRAIGHT_FROM, pl.col("different") == 1).height
        if straight:
            sink.warn("answers_all_alike", straight)
    took = responses.seconds(rows, sheet)
    if took is not None:
        fast = int((took < FASTEST * len(cells)).sum())
        if fast:
            sink.warn("answers_very_fast", fast)


def _answers(
    part: pl.DataFrame, items: list[Item], department: str | None, sheet: Sheet
) -> pl.DataFrame:
    who = part.select(
        "respondent",
        "asked_on",
        department=pl.col(department).str.slice(0, LONGEST_PLACE)
        if department
        else pl.lit(None, pl.String),
    )
    survey = digest("\n".join(sorted(one.text for one in sheet.questions)))
    frames = list(_of_each(part, who, items))
    schema = polars_schema("export.survey_answer")
    rows = pl.concat(frames).with_columns(tool=pl.lit(sheet.tool), survey=pl.lit(survey))
    return rows.select(list(schema)).cast(pl.Schema(schema))


def _of_each(part: pl.DataFrame, who: pl.DataFrame, items: list[Item]) -> Iterator[pl.DataFrame]:
    for one in items:
        score = part[one.question.cell].replace_strict(
            dict(one.scale.scores), default=None, return_dtype=pl.Float64
        )
        yield who.with_columns(
            item=pl.lit(one.item),
            construct=pl.lit(one.construct, pl.String),
            score=one.scale.low + one.scale.high - score if one.is_reversed else score,
            scale_min=pl.lit(one.scale.low),
            scale_max=pl.lit(one.scale.high),
        )
