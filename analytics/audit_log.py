"""What was done and looked at in a workspace: lines that cannot be altered, removed or swapped unseen.

Each line of audit.jsonl carries the hash of the one before and, last, its own: SHA-256 over the line's bytes
without it. audit.head holds the count and the hash of the last line, so that a cut end is seen too. Whoever
may write both files could still write a whole new log: `verify` also takes a line and hash noted elsewhere,
such as those in the works council's document.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from analytics.errors import AnalyticsError

FIRST = "0" * 64  # what the first line follows
HASHED = re.compile(rb'(.*), "hash": "([0-9a-f]{64})"\}', re.DOTALL)
HEAD = re.compile(r"(\d+) ([0-9a-f]{64})\n")
OURS = frozenset({"n", "at", "kind", "previous", "hash"})
TAIL = 65_536  # bytes in which the last line is looked for
ACTOR = "CONVIVIO_ACTOR"  # set by the pages for the jobs they start
LONGEST = 500  # characters of one fact

Mark = tuple[int, str]


@dataclass(frozen=True)
class Problem:
    """The first line that does not hold, and what is wrong with it."""

    line: int
    sentence: str


def append(folder: Path, kind: str, **facts: str | int | None) -> None:
    """Add one line to the log in this workspace's folder, on disk when it returns.

    `facts` never name a person of the company or one of their accounts; `who` is the address of whoever
    looked or acted: without it whoever started this process. Null facts are left out. Several processes
    may write at once.
    """
    if clash := OURS & facts.keys():
        raise ValueError(f"the log itself writes {', '.join(sorted(clash))}")
    if not folder.is_dir():
        raise AnalyticsError(f"There is no workspace {folder.name}: check the name.")
    with _open(folder) as log:
        number, previous = _end(folder, log)
        said = {
            key: fact[:LONGEST] if isinstance(fact, str) else fact
            for key, fact in ({"who": actor()} | facts).items()
            if fact is not None
        }
        at = datetime.now(UTC).isoformat(timespec="seconds")
        line = {"n": number + 1, "at": at, "kind": kind, **said, "previous": previous}
        text = json.dumps(line).encode()
        digest = hashlib.sha256(text).hexdigest()
        whole = text[:-1] + f', "hash": "{digest}"}}\n'.encode()
        if os.write(log, whole) < len(whole):
            raise OSError(errno.ENOSPC, "the audit log could not be written: the disk is full")
        os.fsync(log)
        _write_head(folder, (number + 1, digest))


def actor() -> str:
    """Return who started this process: whoever pressed the button on a page, else "this machine"."""
    return os.environ.get(ACTOR) or "this machine"


def read(folder: Path, limit: int = 200) -> list[dict[str, str | int]]:
    """Return the last lines, newest first; a line that is not JSON is left to `verify`."""
    found: list[dict[str, str | int]] = []
    for line in reversed(_lines(folder)[0]):
        if len(found) == limit:
            break
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def last(folder: Path) -> Mark:
    """Return number and hash of the last line, to be noted outside; (0, zeros) where nothing was logged."""
    return _head(folder) or (0, FIRST)


def verify(folder: Path, noted: Mark | None = None) -> Problem | None:
    """Return the first line that was altered, removed or added out of turn; None when the log is whole.

    `noted` is a line's number and hash as somebody wrote them down earlier. The beginning of a line that a
    crash cut off is no problem, nor is a last line whose count a crash kept from being written.
    """
    lines, head = _lines(folder)
    previous = FIRST
    hashes = [previous]
    for number, line in enumerate(lines, start=1):
        found = HASHED.fullmatch(line)
        if found is None:
            return Problem(number, f"Line {number} is damaged: it does not end with its own hash.")
        body, digest = found[1] + b"}", found[2].decode()
        if hashlib.sha256(body).hexdigest() != digest:
            return Problem(number, f"Line {number} was altered: its content and its hash differ.")
        if not _follows(body, number, previous):
            return Problem(
                number,
                f"Line {number} does not follow the one before: lines are missing or swapped.",
            )
        previous = digest
        hashes.append(digest)
    return _against(hashes, head, "audit.head") or _against(hashes, noted, "the note")


def _against(hashes: list[str], mark: Mark | str | None, source: str) -> Problem | None:
    """Return what is wrong when the log is held against a count and hash kept elsewhere."""
    there = len(hashes) - 1
    if mark is None:
        return None
    if isinstance(mark, str):
        return Problem(there, mark)
    number, digest = mark
    if number > there:
        return Problem(
            there + 1, f"Lines are missing at the end: {source} counts {number}, there are {there}."
        )
    if hashes[number] != digest:
        return Problem(number, f"Line {number} is not the one that {source} knows.")
    if source == "audit.head" and there > number + 1:
        return Problem(
            number + 2,
            f"Lines were added past the count: {source} counts {number}, there are {there}.",
        )
    return None


def _follows(body: bytes, number: int, previous: str) -> bool:
    try:
        entry = json.loads(body)
    except ValueError:
        return False
    return (
        isinstance(entry, dict) and entry.get("n") == number and entry.get("previous") == previous
    )


@contextmanager
def _open(folder: Path, *, to_write: bool = True) -> Iterator[int]:
    """Hold the log: for one writer alone, or for readers together."""
    mode = os.O_RDWR | os.O_APPEND | os.O_CREAT if to_write else os.O_RDONLY
    log = os.open(folder / "audit.jsonl", mode, 0o600)
    try:
        fcntl.flock(log, fcntl.LOCK_EX if to_write else fcntl.LOCK_SH)
        yield log
    finally:
        os.close(log)


def _lines(folder: Path) -> tuple[list[bytes], Mark | str]:
    """Return the whole lines, and the head as it stood beside them, or the sentence on what is wrong with it."""
    content = b""
    if (folder / "audit.jsonl").is_file():
        with _open(folder, to_write=False) as log, os.fdopen(os.dup(log), "rb") as file:
            content = file.read()
            head = _head(folder)
    else:
        head = _head(folder)
    lines = content.split(b"\n")[:-1]
    if head is not None:
        return lines, head
    if not lines and not (folder / "audit.head").exists():
        return lines, (0, FIRST)
    return (
        lines,
        "audit.head, which counts the lines, is missing or damaged: the end cannot be trusted.",
    )


def _head(folder: Path) -> Mark | None:
    try:
        found = HEAD.fullmatch((folder / "audit.head").read_text("ascii"))
    except (OSError, UnicodeDecodeError):
        return None
    return (int(found[1]), found[2]) if found else None


def _end(folder: Path, log: int) -> Mark:
    """Return what the next line follows, after setting aside the beginning of a line that a crash left.

    Where log and head disagree in any other way the head is followed, so that the break stays to be seen.
    """
    size = os.fstat(log).st_size
    head = _head(folder)
    if size == 0 and not (folder / "audit.head").exists():
        _write_head(folder, (0, FIRST))  # before any line: from now on a missing head tells
        return 0, FIRST
    tail = os.pread(log, TAIL, max(0, size - TAIL))
    whole = tail.rfind(b"\n") + 1
    if whole < len(tail):
        with (folder / "audit.torn").open("ab") as torn:
            torn.write(tail[whole:] + b"\n")
        os.ftruncate(log, size - len(tail) + whole)
    lines = tail[:whole].splitlines()
    try:
        entry = json.loads(lines[-1]) if lines else {}
        found = (int(entry["n"]), str(entry["hash"])) if entry else (0, FIRST)
    except (ValueError, KeyError, TypeError):
        found = (0, FIRST)
    if head is None:
        return found[0], "audit.head was missing here"
    return found if found[0] == head[0] + 1 else head


def _write_head(folder: Path, mark: Mark) -> None:
    part = folder / ".audit.head.new"
    with part.open("w", encoding="ascii") as file:
        file.write(f"{mark[0]} {mark[1]}\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / "audit.head")
    names = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(names)
    finally:
        os.close(names)
