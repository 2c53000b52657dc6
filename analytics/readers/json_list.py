"""One long JSON list, some megabytes at a time: where it is parted, no text and no record is cut.

Whether a bracket stands within a text is told by how many quotes come before it, for a whole piece at once.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np

PIECE = 8 << 20
KEY = re.compile(rb'"([^"\\]*)"\s*:\s*$')
OPENS, CLOSES, COMMA, QUOTE = 0x7B, 0x7D, 0x2C, 0x22  # [ and ] differ from { and } by the bit 0x20
LOWER = 0x20


@dataclass(frozen=True)
class Piece:
    """Some records of a list, and where the commas between them are."""

    data: bytes
    commas: list[int]

    @property
    def records(self) -> list[bytes]:
        """The records, each for itself."""
        ends = [-1, *self.commas, len(self.data)]
        return [self.data[begin + 1 : end] for begin, end in pairwise(ends)]


class LongList:
    """The records of the list that a file is, or that an object wraps under one of the keys.

    `rest` is, once all pieces were given, the object around the list, the list itself empty; `is_cut` says that the
    file ends within the list, so that its last record is not whole.
    """

    def __init__(self, stream: BinaryIO, begun: bytes, wrappers: Sequence[str]) -> None:
        self._stream, self._held = stream, begun
        self._around = b""
        self._wrappers = {name.encode() for name in wrappers}
        self.rest: dict[str, Any] = {}
        self.is_cut = False
        self.found = self._find()

    def pieces(self) -> Iterator["Piece"]:
        """Yield lists of whole records, in their order; needs `found`."""
        while True:
            marks, levels, kinds = _structure(self._held)
            over = np.flatnonzero(levels < 0)
            end = int(marks[over[0]]) if len(over) else None
            is_between = (levels == 0) & (kinds == COMMA)
            if end is not None:
                commas = marks[is_between & (marks < end)].tolist()
                yield Piece(self._held[:end], commas)
                self._close(self._held[end:])
                return
            commas = marks[is_between].tolist()
            if commas:
                cut = commas.pop()
                yield Piece(self._held[:cut], commas)
                self._held = self._held[cut + 1 :]
            # a record longer than a piece: ask for as much again, not for a little more each time
            more = self._stream.read(max(PIECE, len(self._held)))
            if not more:
                self.is_cut = True
                return
            self._held += more

    def _find(self) -> bool:
        """Go to the list's first record, and say whether there is one list to go to."""
        text = self._held.lstrip()
        if text[:1] == b"[":
            self._held = text[1:]
            return True
        marks, levels, kinds = _structure(text)
        for at in marks[(levels == 2) & (kinds == OPENS)]:  # noqa: PLR2004 - within the object
            key = KEY.search(text, max(0, int(at) - 200), int(at))
            if text[at : at + 1] == b"[" and key and key[1] in self._wrappers:
                self._around, self._held = text[: at + 1], text[at + 1 :]
                return True
        return False

    def _close(self, after: bytes) -> None:
        """Read what stands behind the list."""
        around = self._around + after + self._stream.read()
        try:
            found = json.loads(around)
        except (ValueError, RecursionError):
            self.is_cut = bool(self._around) or bool(after[1:].strip())
            return
        self.rest = found if isinstance(found, dict) else {}


def _structure(data: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where brackets and commas outside of texts stand, how deep it is behind each, and OPENS, CLOSES or COMMA."""
    plain = data.replace(b"\\\\", b"__").replace(b'\\"', b"__") if b"\\" in data else data
    signs = np.frombuffer(plain, np.uint8)
    within = np.logical_xor.accumulate(signs == QUOTE)
    lowered = signs | LOWER
    is_mark = ((lowered == OPENS) | (lowered == CLOSES) | (signs == COMMA)) & ~within
    marks = np.flatnonzero(is_mark)
    kinds = np.where(signs[marks] == COMMA, COMMA, lowered[marks])
    steps = (kinds == OPENS).astype(np.int64) - (kinds == CLOSES)
    return marks, np.cumsum(steps), kinds
