"""What every survey tool's export comes to: who answered counts once, which columns are questions, what they measure.

A reader says where things lie (Sheet); here is decided what is kept. A question is kept where its answers stand on a
scale (scales.py); what it measures is known for a published scale by its words, else said by a person
(--map voice=Q3; Q7, --map reversed=Q7) and proposed at most. Departments come in by --map department=COLUMN alone.
Free text, addresses, names and who answered are not kept.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import dates, forbidden
from analytics.readers.base import Options, Sink, UnreadableExport
from analytics.readers.headers import SENSITIVE, SHOWN_LENGTH, found_names, plain
from analytics.readers.surveys import constructs, scales
from analytics.schema import polars_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_CONSTRUCT = "nothing"
SAID = (*constructs.NAMES, NO_CONSTRUCT, "reversed", "department", "scale", "labels", "tests")
FASTEST = 2.0  # seconds an item takes at least to be read and answered
STRAIGHT_FROM = 5  # items that all have the same answer
AT_ONCE = 10_000  # responses
FEW_WORDS = 4  # a longer name of a column is a question
LONGEST_PLACE = 80
FEWEST_PLACES, MOST_PLACES = 2, 100
HOUR, NOON = 3, 12  # the hour is the fourth number of a time
_ZONE = re.compile(r"\s*(?:GMT|UTC)(?:[+-]\d{1,2}(?::?\d{2})?)?$")
# a question about oneself: on health, faith, origin, sex, age or address it is not kept, whatever its scale
ABOUT_ONESELF = re.compile(
    r"\b(?:gender|sex|sexual|age|how old|born|birth\w*|nationality|citizenship|ethnic\w*|race|religio\w*|faith|union member\w*"
    r"|disab\w*|address|postal code|phone|illness|sick\w*|your health|my health|marital|children|salary|income|sesso|genere|eta|nascita|nato|nata"
    r"|cittadinanza|etnic\w*|disabil\w*|malatti\w*|salute|figli|stipendio|reddito|geschlecht|alter|geburt\w*|herkunft"
    r"|behinder\w*|krank\w*|gesundheit\w*|kinder|gehalt|einkommen|sexe|naissance|nationalite|ethni\w*|handicap\w*|maladie\w*|indirizzo|adresse|anschrift|telefono|telefon|telephone"
    r"|sante|enfants|salaire)\b"
)


@dataclass(frozen=True)
class Question:
    """A column that may be a question: its text, the export's own code of it, and the table of questions it stands in.

    `labels`: what the file says a code means. `is_text`: the export says that it is free text, `is_item`: the reader knows
    it for a question on a scale.
    """

    cell: str
    text: str
    code: str = ""
    block: str = ""
    labels: Mapping[str, str] | None = None
    is_text: bool = False
    is_item: bool = False


@dataclass(frozen=True)
class Sheet:
    """Responses as text, and which of the columns hold what; `respondent` is the tool's id of a response.

    has_own_ids: the tool gives no other response the same id; else it counts from 1 in every survey anew.
    rows: line, the cells, and code (why a response is set apart; null = it counts). seconds: how long it took.
    """

    tool: str
    rows: pl.DataFrame
    questions: tuple[Question, ...]
    place: str = "line"
    respondent: str | None = None
    email: str | None = None
    finished_at: str | None = None
    started_at: str | None = None
    seconds: str | None = None
    has_own_ids: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)  # other columns by name, for departments


@dataclass(frozen=True)
class Item:
    """A question that is kept: `item` stands for it, `suggested` is what a person may confirm."""

    question: Question
    item: str
    scale: scales.Scale
    construct: str | None
    suggested: str | None
    is_reversed: bool


def is_sentence(name: str) -> bool:
    """Say whether a column's name is something that was asked, not what a column claims to hold."""
    return len(plain(name).split()) > FEW_WORDS or name.strip().endswith(("?", "]"))


@cache
def kept_out(text: str) -> bool:
    """Say whether a question asks what is not kept: feelings, health, faith, origin, sex, age, address."""
    words = plain(text)
    short = len(words.split()) < FEW_WORDS and bool(SENSITIVE.search(words))
    return short or bool(ABOUT_ONESELF.search(words)) or forbidden.is_claimed(text)


def digest(text: str) -> str:
    """Return 16 hex digits that stand for a text which is not kept."""
    return hashlib.sha256(text.strip().casefold().encode()).hexdigest()[:16]


def hand_over(sheet: Sheet, sink: Sink, options: Options, file: str) -> None:
    """Hand over export.survey_answer and say what became of each column.

    Raises UnreadableExport: no_rows, survey_tests_only, survey_unfinished_only, no_scale, column_missing.
    """
    rows = _once(_counted(sheet, sink, options, file), sheet, sink, options)
    said = {name: text for name, text in options.columns.items() if name in SAID}
    references = _References(sheet.questions, sheet.extra, file)
    department = references.one(said["department"]) if said.get("department") else None
    labels = {one.cell: one.labels for one in sheet.questions if one.labels}
    if department in labels:
        rows = rows.with_columns(pl.col(department).replace(labels[department]))
    asked = [one for one in sheet.questions if one.cell != department]
    items = _items(asked, rows, said, references, file)
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


# ------------------------------------------------------------------------------------ which responses count


def _counted(sheet: Sheet, sink: Sink, options: Options, file: str) -> pl.DataFrame:
    """Return the responses that count; the others are set apart."""
    rows = sheet.rows
    if options.columns.get("tests") == "keep":
        no_test = pl.when(pl.col("code") != "survey_test").then("code")
        rows = rows.with_columns(code=no_test)
    apart = rows.filter(pl.col("code").is_not_null())
    for line, code in apart.select("line", "code").iter_rows():
        sink.reject(f"{sheet.place} {line}", code)
    kept = rows.filter(pl.col("code").is_null())
    if kept.height:
        return kept
    if not apart.height:
        raise UnreadableExport(
            "no_rows", f"{file}: nobody has answered yet. Export the survey again once there are answers."
        )  # fmt: skip
    if (apart["code"] == "survey_test").all():
        raise UnreadableExport(
            "survey_tests_only",
            f"{file}: it holds only test answers ({apart.height}), made while the survey was written. Nothing was kept. "
            "Export it once people have answered, or keep them with --map tests=keep.",
        )
    raise UnreadableExport(
        "survey_unfinished_only",
        f"{file}: none of the {apart.height} answers was finished, or they are tests. Nothing was kept.",
    )


def _once(rows: pl.DataFrame, sheet: Sheet, sink: Sink, options: Options) -> pl.DataFrame:
    """Return each respondent's last response, with respondent (a hash) and asked_on."""
    at = pl.Series("at", [None] * rows.height, pl.Datetime("us"))
    if sheet.finished_at:
        text = rows[sheet.finished_at].str.strip_chars()
        order = dates.ORDERS.get(options.columns.get("dates", "").casefold())
        order = order or _order(sheet.rows[sheet.finished_at].str.strip_chars())
        read = dates.instants(_without_zone(text), order)
        at = read["at"].alias("at")
        if read["problem"].is_not_null().any():
            sink.warn("dates_ambiguous" if "ambiguous" in read["problem"] else "date_unreadable")
    rows = rows.with_columns(at, asked_on=at.dt.date(), respondent=_respondents(rows, sheet))
    before = rows.height
    rows = rows.sort("at", "line", nulls_last=False).unique(
        "respondent", keep="last", maintain_order=True
    )
    if sheet.email:
        # the address tells only that it was the same person twice, and is let go
        person = pl.col(sheet.email).str.to_lowercase().str.strip_chars()
        is_address = person.str.contains("@", literal=True).fill_null(value=False)
        person = pl.when(is_address).then(person).otherwise(pl.format("line {}", "line"))
        rows = rows.with_columns(person=person)
        rows = rows.unique("person", keep="last", maintain_order=True)
    sink.duplicates += before - rows.height
    if before > rows.height:
        sink.warn("duplicate_dropped", before - rows.height)
    return rows.sort("line")


def _order(text: pl.Series) -> dates.Order | None:
    """Return the order of day and month that a column proves, or the only one in which answers came one after another."""
    proved = dates.prove(text)
    if proved.order or proved.day_first:
        return proved.order
    rising: list[dates.Order] = [
        order
        for order in ("dmy", "mdy")
        if text.len() > 1 and dates.instants(_without_zone(text), order)["at"].is_sorted()
    ]
    return rising[0] if len(rising) == 1 else None


def _without_zone(text: pl.Series) -> pl.Series:
    """Return times without GMT+1 behind them: they are local, and only their day and differences count."""
    return text.str.replace(_ZONE.pattern, "")


def _respondents(rows: pl.DataFrame, sheet: Sheet) -> pl.Series:
    """Return a hash of the tool's id of each response; a running number with its time, so that two waves stay apart."""
    line = "line " + rows["line"].cast(pl.String)
    ids = rows[sheet.respondent].fill_null(line) if sheet.respondent else None
    if sheet.finished_at and not (sheet.respondent and sheet.has_own_ids):
        time = rows[sheet.finished_at].fill_null("").map_elements(_stamp, return_dtype=pl.String)
        nth = time.to_frame("time").select(pl.int_range(pl.len()).over("time")).to_series()
        ids = (nth.cast(pl.String) if ids is None else ids) + " at " + time
    told = line if ids is None else ids
    return told.map_elements(digest, return_dtype=pl.String).alias("respondent")


def _stamp(time: str) -> str:
    """Return a time so that 7/11/26 3:05:00 PM and 2026-07-11 15:05:00 are one, whichever of them is the month."""
    numbers = [int(part) for part in re.findall(r"\d+", _ZONE.sub("", time))]
    if re.search(r"\d\s*[Pp]\.?[Mm]", time) and len(numbers) > HOUR and numbers[HOUR] < NOON:
        numbers[HOUR] += NOON
    seconds = [0] if len(numbers) == HOUR + 2 else []
    return " ".join(str(number) for number in sorted(n % 100 for n in [*numbers, *seconds]))


# ------------------------------------------------------------------------------------ which columns are items


class _References:
    """Finds columns as a person names them: by their code, their text, their number, or what stands for them."""

    def __init__(self, questions: Sequence[Question], extra: Mapping[str, str], file: str) -> None:
        self.file = file
        self.names = [one.text for one in questions]
        self.ids = dict(zip((one.cell for one in questions), _ids(questions), strict=True))
        self.by: dict[str, str] = {plain(name): cell for name, cell in extra.items()}
        for one in questions:
            for name in (one.text, statement(one.text), one.code, self.ids[one.cell]):
                if name:
                    self.by.setdefault(plain(name), one.cell)
            self.by.setdefault(str(int(one.cell[1:]) + 1), one.cell)

    def one(self, name: str) -> str:
        """Return the cell of a column; raises UnreadableExport(column_missing)."""
        found = self.by.get(plain(name))
        if found is None:
            raise UnreadableExport(
                "column_missing",
                f"{self.file}: there is no question “{name[:SHOWN_LENGTH]}”. {found_names(self.names)} "
                "Name a question by its code, its text or the number of its column.",
            )
        return found

    def several(self, names: str) -> list[str]:
        """Return the cells of columns that are named with ; between; a text with a ; in it counts too."""
        if plain(names) in self.by:
            return [self.by[plain(names)]]
        return [self.one(name) for name in re.split(r"[;|]", names) if name.strip()]


def statement(text: str) -> str:
    """Return the statement of a question in a table of questions: what stands in [ ] or behind the last dash."""
    row = re.search(r"\[([^\]]+)\]\s*$", text)
    return row[1] if row else re.split(r"\s[-–—]\s|-(?=[A-ZÀ-Ý])", text)[-1]


@cache
def _known(text: str) -> constructs.Known | None:
    return constructs.recognise(statement(text)) or constructs.recognise(text)


def _ids(questions: Iterable[Question]) -> list[str]:
    """Return what stands for each question: the code of a known item, else a hash; told apart where a text repeats."""
    times: Counter[str] = Counter()
    ids = []
    for one in questions:
        known = _known(one.text)
        id_ = known.item if known else digest(one.text)
        times[id_] += 1
        ids.append(id_ if times[id_] == 1 else digest(f"{one.text}\n{times[id_]}"))
    return ids


def _items(
    asked: Sequence[Question],
    rows: pl.DataFrame,
    said: Mapping[str, str],
    references: _References,
    file: str,
) -> list[Item]:
    told = {
        cell: name
        for name in (*constructs.NAMES, NO_CONSTRUCT)
        if said.get(name)
        for cell in references.several(said[name])
    }
    turned = set(references.several(said["reversed"])) if said.get("reversed") else set()
    known = {one.cell: _known(one.text) for one in asked}
    suggested = {one.cell: constructs.suggest(statement(one.text)) for one in asked}
    columns = {
        one.cell: scales.Column(
            counts,
            one.block,
            one.labels,
            bool(one.is_item or told.get(one.cell) or known[one.cell] or suggested[one.cell]),
        )
        for one in asked
        if not one.is_text and not kept_out(one.text) and (counts := _counts(rows[one.cell]))
    }
    found = scales.find(columns, said, file)
    return [
        Item(
            one,
            references.ids[one.cell],
            found[one.cell],
            _construct(told.get(one.cell), known[one.cell]),
            suggested[one.cell],
            # who says which are turned says it of all
            one.cell in turned if "reversed" in said else _is_turned(known[one.cell]),
        )
        for one in asked
        if one.cell in found
    ]


def _construct(told: str | None, known: constructs.Known | None) -> str | None:
    if told:
        return None if told == NO_CONSTRUCT else told
    return known.construct if known else None


def _is_turned(known: constructs.Known | None) -> bool:
    return known is not None and known.is_reversed


def _counts(answers: pl.Series) -> dict[str, int]:
    """Return how often each answer was given; empty where there are none, or too many different ones for a scale."""
    given = answers.drop_nulls().alias("answer")
    if given.is_empty() or given.n_unique() > scales.MOST_LEVELS * 2:
        return {}
    return dict(given.value_counts().sort("answer").iter_rows())


# ------------------------------------------------------------------------------------ what is said of it


def _tell(asked: Sequence[Question], items: list[Item], rows: pl.DataFrame, sink: Sink) -> None:
    """Note what became of the columns that are no items, and what is assumed of those that are."""
    taken = {one.question.cell for one in items}
    left = [one for one in asked if one.cell not in taken]
    words = {
        one.cell: scales.words(scales.Column(_counts(rows[one.cell]), labels=one.labels))
        for one in left
    }
    for one in left:
        sink.warn(_why_not(one, words, rows[one.cell]))
        sink.ignored.append(one.text[:SHOWN_LENGTH] or one.cell)
    for item in items:
        given = _counts(rows[item.question.cell])
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


def _may_be_place(answers: pl.Series) -> bool:
    """Say whether a column holds a few names that many share, as a department is written."""
    given = answers.drop_nulls()
    few = FEWEST_PLACES <= given.n_unique() <= min(MOST_PLACES, given.len() // 2)
    return few and bool((given.str.len_chars() <= LONGEST_PLACE).all())


def _may_measure(text: str) -> bool:
    return bool(_known(text) or constructs.suggest(statement(text)))


def _why_not(one: Question, words: Mapping[str, frozenset[str]], answers: pl.Series) -> str:
    if kept_out(one.text):
        return "sensitive_column_dropped"
    given = answers.drop_nulls()
    is_long = bool((given.str.len_chars() > scales.LONGEST_LABEL).any())
    if one.is_text or is_long or (given.len() and not _counts(answers)):
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
    took = _seconds(rows, sheet)
    if took is not None:
        fast = int((took < FASTEST * len(cells)).sum())
        if fast:
            sink.warn("answers_very_fast", fast)


def _seconds(rows: pl.DataFrame, sheet: Sheet) -> pl.Series | None:
    if sheet.seconds:
        return rows[sheet.seconds].str.replace(",", ".").cast(pl.Float64, strict=False)
    if sheet.started_at and sheet.finished_at:
        text = _without_zone(rows[sheet.started_at])
        started = dates.instants(text, dates.prove(text).order)["at"]
        return (rows["at"] - started).dt.total_seconds().cast(pl.Float64)
    return None


# ------------------------------------------------------------------------------------ what is kept


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


def _of_each(part: pl.DataFrame, who: pl.DataFrame, items: list[Item]) -> "Iterator[pl.DataFrame]":
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
