"""Answers in an SPSS file (.sav, .zsav), whichever survey tool wrote it: labels of questions and answers come with it.

What the file declares missing (99 = no answer) is no answer. A variable whose every code has a label is read by the
labels, as a set; one without labels by its numbers. Strings are not read but to tell responses apart.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import plain
from analytics.readers.surveys import qualtrics_status, questionnaire
from analytics.readers.surveys.sheet import Question, Sheet

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="spss_sav",
    title="SPSS data file with answers (SAV, ZSAV)",
    tool="spss",
    provides=frozenset({"answers"}),
    versions="SPSS system files, plain and compressed, with their labels and declared missing values.",
)
MARKS = (b"$FL2", b"$FL3")
EPOCH = datetime(1582, 10, 14)  # noqa: DTZ001 - SPSS counts seconds from the first day of the Gregorian calendar
FIELDS = {
    "response id": "respondent", "responseid": "respondent", "respondent id": "respondent", "respondent": "respondent",
    "respid": "respondent", "id": "respondent", "caseid": "respondent", "case id": "respondent", "uuid": "respondent",
    "recorded date": "finished_at", "end date": "ended_at", "enddate": "ended_at", "submitdate": "finished_at",
    "recipient email": "email", "email": "email", "e mail": "email", "status": "status", "finished": "finished",
    "duration in seconds": "seconds", "interviewtime": "seconds",
}  # fmt: skip


def identify(source: "Source") -> bool:
    """Say whether the file begins as SPSS files do."""
    return source.kind == "file" and source.head(4) in MARKS


def names(source: "Source") -> list[str]:
    """Return what the variables are called, none where it is no such file; raises UnreadableExport where it is damaged."""
    return _called(_open(source, is_whole=False)[1]) if identify(source) else []


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over export.survey_answer; raises UnreadableExport: sav_damaged, no_rows."""
    values, meta = _open(source)
    names = list(meta.column_names)
    if not values.height or not names:
        raise UnreadableExport("no_rows", f"{source.name}: the file holds no answers.")
    sink.header = tuple(_called(meta))
    times = {name for name, form in meta.original_variable_types.items() if "DATE" in form}
    cells = [
        _text(values[name], is_time=name in times).alias(f"c{number}")
        for number, name in enumerate(names)
    ]
    rows = pl.DataFrame(cells).with_row_index("line", offset=1).cast({"line": pl.Int64})
    labels = {name: _labels(meta.variable_value_labels.get(name, {})) for name in names}
    at: dict[str, str] = {}
    questions = []
    for number, name in enumerate(names):
        field = FIELDS.get(plain(name))
        if field and field not in at:
            at[field] = f"c{number}"
            # 1 may stand for "False"
            rows = rows.with_columns(pl.col(f"c{number}").replace(labels[name]))
        elif name not in times:
            questions.append(_question(number, name, labels[name], meta))
    sheet = Sheet(
        "spss", rows.with_columns(code=qualtrics_status.apart(at)), tuple(questions), "row", at.get("respondent"),
        at.get("email"), at.get("finished_at") or at.get("ended_at"), seconds=at.get("seconds"),
    )  # fmt: skip
    questionnaire.hand_over(sheet, sink, options, source.name)


def _called(meta: Any) -> list[str]:  # noqa: ANN401 - pyreadstat's own object
    return [meta.column_names_to_labels.get(name) or name for name in meta.column_names]


def _open(source: "Source", *, is_whole: bool = True) -> tuple[pl.DataFrame, Any]:
    import pyreadstat

    try:
        with source.open() as stream:
            # the package's own type of a file asks for more than it uses
            whole: Any = stream
            frame, meta = pyreadstat.read_sav(
                whole,
                output_format="polars",
                disable_datetime_conversion=True,
                metadataonly=not is_whole,
            )
    except (pyreadstat.ReadstatError, OSError, ValueError, UnicodeDecodeError):
        raise UnreadableExport(
            "sav_damaged",
            f"{source.name}: the SPSS file is damaged or cut short. Save it again, or export the survey as CSV.",
        ) from None
    return frame, meta


def _text(values: pl.Series, *, is_time: bool) -> pl.Series:
    """Return values as the text that other exports have: whole numbers without a point, times as ISO."""
    if not values.dtype.is_numeric():
        text = values.cast(pl.String).str.strip_chars()
        return text.set(text == "", None)
    numbers = values.cast(pl.Float64).fill_nan(None)
    if is_time:
        return _as_times(numbers)
    return pl.Series([None if n is None else f"{n:.15g}" for n in numbers], dtype=pl.String)


def _as_times(seconds: pl.Series) -> pl.Series:
    times = [None if s is None else (EPOCH + timedelta(seconds=s)).isoformat(" ") for s in seconds]
    return pl.Series(times, dtype=pl.String)


def _labels(labels: dict[Any, str]) -> dict[str, str]:
    return {
        f"{code:.15g}" if isinstance(code, (int, float)) else str(code): label
        for code, label in labels.items()
    }


def _question(number: int, name: str, labels: dict[str, str], meta: Any) -> Question:  # noqa: ANN401 - pyreadstat's own object
    text = meta.column_names_to_labels.get(name) or name
    block, _, last = name.rpartition("_")
    is_string = meta.readstat_variable_types.get(name) == "string"
    return Question(
        f"c{number}", text, name, block if last.isdigit() else "", labels or None, is_string
    )
