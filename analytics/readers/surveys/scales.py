"""Where on its scale does an answer stand? Told by the set of labels found in a column, never label by label.

The same words stand at different places in different sets ("un po' d'accordo" is the second of five and the third of
four), so a column is read only where one known set is left that fits; every other is said to be unknown. Numbers are
taken as they are, the ends of their scale only where enough answers show both.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analytics.readers.base import UnreadableExport
from analytics.readers.headers import plain
from analytics.readers.surveys.wordings import (
    AGREEMENT,
    ENDS,
    FREQUENCY,
    NO_ANSWER,
    NOT_SEEN,
    SATISFACTION,
)

ENOUGH = 20  # answers after which a level that nobody chose is taken not to be on the list
SURE = 60  # the same of a single question, beside others that have that level
FEWEST, MOST_LEVELS = 3, 15
USUAL = (
    (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 9), (1, 10), (0, 3), (0, 4), (0, 5), (0, 6), (0, 10),
)  # fmt: skip
LONGEST_LABEL = 60
MOST_OF_FEW = 7  # scales of agreement end here; longer ones are those of a recommendation

NUMBER = re.compile(r"^\d{1,2}(?:[.,]0+)?$")
CODE = re.compile(r"^(?:A|AO|SQ)0*(\d{1,2})$")  # LimeSurvey's own codes of a list
NUMBERED = re.compile(r"^\(?(\d{1,2})\s*[-–—:.)=]+\s*(?=\D)")
LETTERED = re.compile(r"^\(?[A-Ha-h]\s*[-–—:.)=]\s+")

Level = tuple[str, ...]
Set = tuple[Level, ...]


@dataclass(frozen=True)
class Column:
    """What was found in one column: its distinct answers with how many gave each, and the question's block.

    `block`: questions asked in one table share it; empty for a question by itself. `labels`: what the file says a code
    means. `is_known`: it is known to be a question on a scale.
    """

    counts: Mapping[str, int]
    block: str = ""
    labels: Mapping[str, str] | None = None
    is_known: bool = False


@dataclass(frozen=True)
class Scale:
    """The score of each answer as it is written, and the ends."""

    scores: Mapping[str, float]
    low: float
    high: float
    is_assumed: bool = (
        False  # the ends, or that a higher number means more, are taken from the answers
    )


def find(columns: Mapping[str, Column], said: Mapping[str, str], file: str) -> dict[str, Scale]:
    """Return the scale of each column that has one; said are `scale` (1-5, 5-1) and `labels` (low; …; high|…).

    Raises UnreadableExport where what was said is no scale.
    """
    by_hand = _said_sets(said, file)
    worded = {name: _worded(column) for name, column in columns.items()}
    found = {name: scale for name, column in columns.items() if (scale := _with_ends(column))}
    lists = {name: words for name, words in worded.items() if words}
    found |= _by_labels(lists, columns, (*by_hand, *KNOWN), len(by_hand))
    numbers = {name: _numbers(columns[name]) for name in columns if name not in found}
    numbers = {name: scores for name, scores in numbers.items() if scores}
    ends = said_ends(said, file)
    return found | (_as_said(numbers, columns, ends) if ends else _by_numbers(numbers, columns))


@lru_cache(4096)
def is_no_answer(text: str) -> bool:
    """Say whether an answer means that none is given: "Don't know", "Non applicabile", −99."""
    return text in NOT_SEEN or plain(text) in NO_ANSWER or _bare(text) in NO_ANSWER


def words(column: Column) -> frozenset[str]:
    """Return the words that a column's answers are, empty where they are no list of labels."""
    return frozenset(_worded(column).values())


def look_alike(mine: frozenset[str], yours: frozenset[str]) -> bool:
    """Say whether two columns share most of their words, as questions with one list of answers do."""
    return len(mine) >= FEWEST and len(mine & yours) * 2 > len(mine | yours)


def _sets(texts: Sequence[str]) -> tuple[Set, ...]:
    return tuple(
        tuple(tuple(plain(spelling) for spelling in level.split("/")) for level in text.split(";"))
        for text in texts
    )


KNOWN = _sets((*AGREEMENT, *FREQUENCY, *SATISFACTION))


@lru_cache(4096)
def _bare(text: str) -> str:
    return plain(LETTERED.sub("", NUMBERED.sub("", text.strip())))


def _said_sets(said: Mapping[str, str], file: str) -> tuple[Set, ...]:
    if not said.get("labels"):
        return ()
    sets = _sets(said["labels"].split("|"))
    if any(len(one) < FEWEST or not all(all(level) for level in one) for one in sets):
        raise UnreadableExport(
            "column_missing",
            f"{file}: the labels of a scale are said from low to high, such as --map 'labels=never; sometimes; always'.",
        )
    return sets


def said_ends(said: Mapping[str, str], file: str) -> tuple[int, int] | None:
    """Return what was said of the lowest and highest answer; raises UnreadableExport where it is no scale."""
    text = said.get("scale")
    if not text:
        return None
    first, _, last = text.partition("-")
    if not (first.isdigit() and last.isdigit() and first != last):
        raise UnreadableExport(
            "column_missing", f"{file}: “{text}” is no scale. Say it as --map scale=1-5."
        )
    return int(first), int(last)


def _worded(column: Column) -> dict[str, str]:
    """Return answer -> its words, without those that mean no answer; empty where they are no list of labels."""
    words = {}
    for answer in column.counts:
        label = (column.labels or {}).get(answer, answer)
        if is_no_answer(answer) or is_no_answer(label):
            continue
        bare = _bare(label)
        if not bare or bare.isdigit() or len(label) > LONGEST_LABEL:
            return {}
        words[answer] = bare
    return words if len(words) <= MOST_LEVELS else {}


def _by_labels(
    worded: Mapping[str, dict[str, str]],
    columns: Mapping[str, Column],
    sets: tuple[Set, ...],
    said: int,
) -> dict[str, Scale]:
    """Return the scales of columns of labels; the first `said` sets were named by hand and come first."""
    fits = {
        name: frozenset(at for at, one in enumerate(sets) if set(words.values()) <= _spellings(one))
        for name, words in worded.items()
    }
    found = {}
    for name, words in worded.items():
        chosen = min((at for at in fits[name] if at < said), default=None)
        if chosen is None and fits[name]:
            chosen = _chosen(name, fits, worded, columns, sets)
        if chosen is not None:
            levels = {text: at for at, level in enumerate(sets[chosen], 1) for text in level}
            scores = {answer: float(levels[text]) for answer, text in words.items()}
            found[name] = Scale(scores, 1.0, float(len(sets[chosen])))
    return found


def _spellings(one: Set) -> set[str]:
    return {text for level in one for text in level}


def _chosen(
    name: str,
    fits: Mapping[str, frozenset[int]],
    worded: Mapping[str, dict[str, str]],
    columns: Mapping[str, Column],
    sets: tuple[Set, ...],
) -> int | None:
    """Return the set of a column: the one that fits all questions of its block, or all that it may share a set with."""
    block = columns[name].block
    beside = [other for other in fits if columns[other].block == block and fits[other] & fits[name]]
    common = frozenset.intersection(*(fits[other] for other in beside))
    if not common:
        beside, common = [name], fits[name]
    chosen = _choose(common, name, beside, worded, columns, sets)
    alone = _choose(fits[name], name, [name], worded, columns, sets)
    many = sum(columns[name].counts.values()) >= SURE
    # so many answers without the middle that the others have: it may be a list without one
    return None if not block and many and alone != chosen else chosen


def _choose(
    places: frozenset[int],
    name: str,
    beside: Sequence[str],
    worded: Mapping[str, dict[str, str]],
    columns: Mapping[str, Column],
    sets: tuple[Set, ...],
) -> int | None:
    """Return the one set that is left; null where two would score the column's own labels differently.

    A set falls where two labels found are one level of it, and where a shorter one fits as well and enough answers hold
    none of the words that it has more.
    """
    labels = {text for other in beside for text in worded[other].values()}
    answers = sum(columns[other].counts[answer] for other in beside for answer in worded[other])
    mine = set(worded[name].values())
    # questions by themselves may spell the middle in two ways, those of one block do not
    together = labels if columns[name].block else mine
    single = [at for at in places if not _doubles(sets[at], together)]
    left = [
        at
        for at in single
        if answers < ENOUGH
        or not any(_spellings(sets[other]) < _spellings(sets[at]) for other in single)
    ]
    if len({_scored(sets[at], mine) for at in left}) > 1 and answers >= ENOUGH:
        left = [at for at in left if all(labels.intersection(level) for level in sets[at])]
    return min(left) if len({_scored(sets[at], mine) for at in left}) == 1 else None


def _doubles(one: Set, labels: set[str]) -> bool:
    return any(len(labels.intersection(level)) > 1 for level in one)


def _scored(one: Set, labels: set[str]) -> tuple[int, frozenset[tuple[str, int]]]:
    at = {text: place for place, level in enumerate(one) for text in level}
    return len(one), frozenset((text, at[text]) for text in labels)


# ---------------------------------------------------------------------------------------------- numbers


def _with_ends(column: Column) -> Scale | None:
    """Return the scale of numbers with words at its ends and in its middle; null where it is none."""
    given = [answer for answer in column.counts if not is_no_answer(answer)]
    scores = {
        answer: ENDS[_bare(answer)] if _bare(answer) in ENDS else float(answer)
        for answer in given
        if _bare(answer) in ENDS or answer in ("2", "3", "5", "6")
    }
    has_both = {answer.isdigit() for answer in scores} == {True, False}
    return Scale(scores, 1.0, 7.0) if has_both and len(scores) == len(given) else None


def _numbers(column: Column) -> dict[str, float]:
    """Return answer -> number; empty where some answer is neither a small whole number nor none at all."""
    scores = {}
    for answer in column.counts:
        if is_no_answer(answer):
            continue
        text = answer.strip()
        code = CODE.match(text) or NUMBERED.match(text)
        if not code and not NUMBER.match(text):
            return {}
        scores[answer] = float(code[1] if code else text.replace(",", "."))
    if column.labels and not _ends_are_named(column.labels, scores):
        return {}
    return scores if len(scores) <= MOST_LEVELS else {}


def _ends_are_named(labels: Mapping[str, str], scores: Mapping[str, float]) -> bool:
    """Say whether a file names only some levels of a scale of numbers, and not what each code stands for."""
    named = {answer for answer, label in labels.items() if not _bare(label).isdigit()}
    return not (set(scores) <= named)


def _as_said(
    numbers: Mapping[str, dict[str, float]], columns: Mapping[str, Column], ends: tuple[int, int]
) -> dict[str, Scale]:
    """Return the scales of numbers whose ends were said; ticked boxes (0 and 1) and larger numbers are none."""
    low, high = min(ends), max(ends)
    found = {}
    for name, scores in numbers.items():
        block = columns[name].block
        beside = [
            other for other in numbers if other == name or (block and columns[other].block == block)
        ]
        values = {score for other in beside for score in numbers[other].values()}
        inside = {answer: score for answer, score in scores.items() if low <= score <= high}
        given = sum(columns[name].counts[answer] for answer in scores)
        fitting = sum(columns[name].counts[answer] for answer in inside)
        if fitting * 2 > given and (columns[name].is_known or not values <= {0.0, 1.0}):
            turned = {answer: low + high - score for answer, score in inside.items()}
            found[name] = Scale(turned if ends[0] > ends[1] else inside, float(low), float(high))
    return found


def _by_numbers(
    numbers: Mapping[str, dict[str, float]], columns: Mapping[str, Column]
) -> dict[str, Scale]:
    """Return the scales of numbers that show their ends: of a block, of questions that look alike, or of one known."""
    groups: dict[tuple[str, bool], list[str]] = {}
    for name, scores in numbers.items():
        groups.setdefault((columns[name].block, max(scores.values()) > MOST_OF_FEW), []).append(
            name
        )
    found = {}
    for (block, _), names in groups.items():
        ends = _shown_ends(names, numbers, columns)
        alike = len(names) >= (2 if block else FEWEST)
        for name in names:
            # who came nowhere near the upper end that others show may have answered on another scale
            if (
                ends
                and (alike or columns[name].is_known)
                and max(numbers[name].values()) + 2 > ends[1]
            ):
                low, high = ends
                found[name] = Scale(numbers[name], float(low), float(high), is_assumed=True)
    return found


def _shown_ends(
    names: list[str], numbers: Mapping[str, dict[str, float]], columns: Mapping[str, Column]
) -> tuple[int, int] | None:
    """Return the ends of a usual scale where enough answers show both of them and nothing beyond."""
    answers = sum(columns[name].counts[answer] for name in names for answer in numbers[name])
    values = {int(score) for name in names for score in numbers[name].values()}
    ends = (min(values), max(values))
    return ends if answers >= ENOUGH and ends in USUAL and len(values) >= FEWEST else None
