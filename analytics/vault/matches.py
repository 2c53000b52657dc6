"""Who was said by hand to be one person, or two: a journal of pseudonyms that only grows.

Each line of matches.jsonl carries the hash of the one before and, last, its own (SHA-256 over the line without it);
the audit log notes the newest one at every decision. The last line about a pair counts. It holds no name, and is
written anew only where somebody is erased or the key is changed: then keys are renamed or their lines left out.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from analytics import audit_log
from analytics.vault.workspace import BrokenWorkspace, Workspace

Verdict = Literal["same", "apart", "open"]  # open: what was decided before is taken back
Pair = tuple[int, int]
FIRST = "0" * 64


@dataclass(frozen=True)
class Line:
    """One decision about two account keys; `why` is the reason it was suggested for, `at` is UTC."""

    verdict: Verdict
    person: int
    other: int
    why: str
    at: str
    who: str

    @property
    def pair(self) -> Pair:
        """The two keys, the smaller one first."""
        return min(self.person, self.other), max(self.person, self.other)


def decide(verdict: Verdict, person: int, other: int, why: str) -> Line:
    """Return a line as whoever started this process decides it now; `person` is the key that stays."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Line(verdict, person, other, why, at, audit_log.actor())


def lines(workspace: Workspace) -> list[Line]:
    """Return every decision, oldest first; raises BrokenWorkspace where a line was altered or is missing."""
    return [line for line, _ in _read(workspace)]


def decided(workspace: Workspace) -> list[Line]:
    """Return the last line of every pair that is decided, in the order of deciding."""
    last: dict[Pair, Line] = {}
    for line in lines(workspace):
        last.pop(line.pair, None)
        if line.verdict != "open":
            last[line.pair] = line
    return list(last.values())


def accepted(workspace: Workspace) -> list[Pair]:
    """Return the pairs (person, other) that are one person, in an order that tells nothing of when."""
    return sorted(
        (line.person, line.other) for line in decided(workspace) if line.verdict == "same"
    )


def append(workspace: Workspace, new: Iterable[Line]) -> str:
    """Add decisions, on disk when it returns, and return the hash of the last line."""
    known = _read(workspace)
    text, last = _chained(new, len(known), known[-1][1] if known else FIRST)
    with open(
        workspace.matches, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)
    ) as file:
        file.truncate(len(_whole(workspace)))  # the beginning of a line that a crash cut off
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    return last


def renamed(workspace: Workspace, becomes: Mapping[int, int]) -> str:
    """Return the journal with its keys renamed and chained anew, without lines about keys that are not in `becomes`."""
    kept = [
        replace(line, person=becomes[line.person], other=becomes[line.other])
        for line in lines(workspace)
        if line.person in becomes and line.other in becomes
    ]
    return _chained(kept, 0, FIRST)[0]


def write(path: Path, text: str) -> None:
    """Write a journal to a new file for the owner alone."""
    path.touch(0o600)
    path.write_text(text, "ascii")


def keys(workspace: Workspace) -> set[int]:
    """Return every key that the journal speaks of."""
    return {key for line in lines(workspace) for key in line.pair}


def _chained(new: Iterable[Line], number: int, previous: str) -> tuple[str, str]:
    """Return the text of lines that follow line `number`, and the hash of the last one."""
    text = ""
    for place, line in enumerate(new, start=number + 1):
        said = {"n": place, **asdict(line), "previous": previous}
        previous = _hash(said)
        text += json.dumps(said | {"hash": previous}) + "\n"
    return text, previous


def _read(workspace: Workspace) -> list[tuple[Line, str]]:
    """Return every line with its hash, once the chain holds."""
    found: list[tuple[Line, str]] = []
    previous = FIRST
    for number, text in enumerate(_whole(workspace).splitlines(), start=1):
        try:
            said = json.loads(text)
            digest = said.pop("hash")
            holds = (said.pop("n"), said["previous"], digest) == (
                number,
                previous,
                _hash({"n": number, **said}),
            )
            said.pop("previous")
            line = Line(**said)
        except (ValueError, KeyError, TypeError, AttributeError):
            holds = False
        if not holds:
            raise BrokenWorkspace(
                f"Workspace {workspace.name}: line {number} of {workspace.matches.name} was altered or does not"
                " follow the one before. Put the file back from a backup."
            )
        previous = digest
        found.append((line, digest))
    return found


def _hash(said: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _whole(workspace: Workspace) -> bytes:
    """Return the journal without a last line that was never finished."""
    if not workspace.matches.exists():
        return b""
    content = workspace.matches.read_bytes()
    return content[: content.rfind(b"\n") + 1]
