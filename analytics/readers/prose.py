"""Text written for people, which is no table whatever its commas look like."""

import re
from collections import Counter
from typing import TYPE_CHECKING

from analytics.readers import csv_text, table_rows
from analytics.readers.base import UnreadableExport

if TYPE_CHECKING:
    from analytics.readers.files import Source

MARKDOWN = re.compile(r"#{1,6} \S")
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE_END = re.compile(r"[^\W\d_]{2,}[.?!](?:\s|$)")
NO_LETTER = re.compile(r",\S|[;\t|]")  # how tables part their cells
SENTENCE = 8  # words that no name of a column has


def is_prose(source: "Source") -> bool:
    """Say whether it is text for people: sentences, in lines that no separator divides alike. Never raises."""
    if table_rows.kind(source) != "text" or source.head(64).lstrip()[:1] in (b"{", b"[", b"<"):
        return False
    codec, mark = csv_text.head_encoding(head := source.head())
    lines = [line for line in head[mark:].decode(codec, "replace").splitlines() if line.strip()]
    lines = lines[: table_rows.PREVIEW_ROWS]
    is_long = any(len(WORD.findall(line)) >= SENTENCE for line in lines)
    if is_long and MARKDOWN.match(lines[0]):
        return True
    try:
        rows = [row.cells for row in table_rows.preview(source)]
    except UnreadableExport:
        return False
    if not rows or not is_long:
        return bool(rows) and _is_punctuated(lines, rows)
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    is_table = any(times >= len(rows) / 2 for times in widths.values())
    is_sentence = any(len(cell.split()) >= SENTENCE for cells in rows for cell in cells)
    return (is_sentence and not is_table) or _is_punctuated(lines, rows)


def _is_punctuated(lines: list[str], rows: list[list[str]]) -> bool:
    """Say whether commas stand in lines of words as they do in a letter: a blank after each, sentences that end."""
    text = "\n".join(lines)
    is_even = len({len(cells) for cells in rows}) == 1 and all(
        rows[0]
    )  # as a table is under its header
    words = text.split()
    mostly = sum(bool(WORD.match(word)) for word in words) * 10 >= len(words) * 7
    return not is_even and mostly and bool(SENTENCE_END.search(text)) and not NO_LETTER.search(text)
