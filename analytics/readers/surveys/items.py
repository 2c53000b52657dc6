"""Which columns of a survey are questions on a scale, and what do they measure? As known, as said, as proposed."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from analytics.readers.base import UnreadableExport
from analytics.readers.headers import SHOWN_LENGTH, found_names, plain
from analytics.readers.surveys import constructs, scales
from analytics.readers.surveys.sheet import Question, digest, kept_out, statement

NO_CONSTRUCT = "nothing"


@dataclass(frozen=True)
class Item:
    """A question that is kept: `item` stands for it, `suggested` is what a person may confirm."""

    question: Question
    item: str
    scale: scales.Scale
    construct: str | None
    suggested: str | None
    is_reversed: bool


class References:
    """Finds columns as a person names them: by their code, their text, their number, or what stands for them."""

    def __init__(self, questions: Sequence[Question], extra: Mapping[str, str], file: str) -> None:
        self.file = file
        self.names = [one.text for one in questions]
        self.ids = dict(zip((one.cell for one in questions), ids_of(questions), strict=True))
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


def ids_of(questions: Iterable[Question]) -> list[str]:
    """Return what stands for each question: the code of a known item, else a hash; told apart where a text repeats."""
    times: Counter[str] = Counter()
    ids = []
    for one in questions:
        known = known_item(one.text)
        id_ = known.item if known else digest(one.text)
        times[id_] += 1
        ids.append(id_ if times[id_] == 1 else digest(f"{one.text}\n{times[id_]}"))
    return ids


def items_of(
    asked: Sequence[Question],
    rows: pl.DataFrame,
    said: Mapping[str, str],
    references: References,
    file: str,
) -> list[Item]:
    told = {
        cell: name
        for name in (*constructs.NAMES, NO_CONSTRUCT)
        if said.get(name)
        for cell in references.several(said[name])
    }
    turned = set(references.several(said["reversed"])) if said.get("reversed") else set()
    known = {one.cell: known_item(one.text) for one in asked}
    suggested = {one.cell: constructs.suggest(statement(one.text)) for one in asked}
    columns = {
        one.cell: scales.Column(
            counts,
            one.block,
            one.labels,
            bool(one.is_item or told.get(one.cell) or known[one.cell] or suggested[one.cell]),
        )
        for one in asked
        if not one.is_text and not kept_out(one.text) and (counts := counts_of(rows[one.cell]))
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


@cache
def known_item(text: str) -> constructs.Known | None:
    return constructs.recognise(statement(text)) or constructs.recognise(text)


def counts_of(answers: pl.Series) -> dict[str, int]:
    """Return how often each answer was given; empty where there are none, or too many different ones for a scale."""
    given = answers.drop_nulls().alias("answer")
    if given.is_empty() or given.n_unique() > scales.MOST_LEVELS * 2:
        return {}
    return dict(given.value_counts().sort("answer").iter_rows())
