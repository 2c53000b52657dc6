"""How one name may be written: in other alphabets and orders, with an initial, as an address."""

import re
from collections.abc import Iterator
from itertools import combinations, permutations

TITLES = frozenset({"dr", "prof", "ing", "dott", "dottssa", "ssa", "avv", "rag", "geom", "mr", "mrs", "ms", "mag", "dipl", "phd", "ext", "extern", "guest"})  # fmt: skip


def folded(name: str) -> list[str]:
    """Return the words of a name in one alphabet, small, without accents, titles and order: Jörg MÜLLER = Mueller, Joerg.

    What stands in brackets is left out, and "ae", "oe", "ue" count as "a", "o", "u", since both are written.
    """
    from anyascii import anyascii

    bare = anyascii(re.sub(r"\(.*?\)|\[.*?\]|\|.*$", " ", name)).lower().replace("'", "")
    words = re.findall(r"[a-z]+", without_umlauts(bare))
    return sorted(word for word in words if word not in TITLES)


def without_umlauts(text: str) -> str:
    """Return a small text in which "ae", "oe" and "ue" are "a", "o" and "u"."""
    return re.sub(r"(?<=[aou])e", "", text)


def two_words(words: list[str]) -> Iterator[str]:
    """Yield each two words of a name, so that further names do not matter."""
    yield from (" ".join(two) for two in combinations(words, 2) if min(map(len, two)) > 1)


def initials(words: list[str]) -> Iterator[str]:
    """Yield what a name with an initial shares with the whole name: "a rossi" of both."""
    if len(words) == 2:  # noqa: PLR2004  # a first and a last name
        yield from (f"{a[0]} {b}" for a, b in permutations(words) if len(b) > 2)  # noqa: PLR2004


def spellings(words: list[str], *, whole: bool) -> Iterator[str]:
    """Yield how an address may be made of a name: of whole words (mariorossi), or with an initial (mrossi)."""
    for first, last in permutations(words, 2):
        rest = [word for word in words if word not in (first, last)]
        for end in {last, *(last + other for other in rest), *(other + last for other in rest)}:
            if whole:
                yield first + end
                yield end + first
            elif len(end) > 2:  # noqa: PLR2004
                yield first[0] + end
                yield end + first[0]
