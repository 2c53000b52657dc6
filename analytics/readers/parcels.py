"""What lies in a folder or archive that is no export as a whole, or beside one? Each file or folder that may be one.

A way leads into it step by step: `sub/` is a folder inside, `people.csv` a file. A file inside an archive is
laid into memory, never onto the disk, and opened there like any other: the limits of files.py hold for it too.
"""

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from analytics.readers.base import UnreadableExport
from analytics.readers.files import Source, open_source

DEEPEST = 4  # archives and folders inside one another
MOST = 1_000  # files of one parcel: a client's folder holds dozens
LONGEST = 120  # letters of a shown name

Way = tuple[str, ...]
Verdict = Literal["known", "nearly", "unknown", "nothing"]  # nothing: written for people
Judge = Callable[[Source], Verdict]


@dataclass(frozen=True)
class Part:
    """One thing in a parcel: the way to it, the SHA-256 of its content, and whether a reader knows it."""

    way: Way
    content: str
    verdict: Verdict


def enter(source: Source, way: Way) -> Source:
    """Return what a way leads to; raises UnreadableExport when it must not be read."""
    for step in way:
        is_folder = step.endswith("/")
        source = source.part(step, shown((step,))) if is_folder else _opened(source, step)
    return source


def look(source: Source, judge: Judge) -> list[Part]:
    """Return what a parcel holds, or nothing where no reader knows or nearly knows any of it.

    Raises UnreadableExport where it holds more than anybody would hand over in one piece.
    """
    found = list(_parts(source, judge, (), 1))
    return found if any(part.verdict in ("known", "nearly") for part in found) else []


def beside(source: Source, passed_over: list[str], judge: Judge) -> tuple[list[Part], list[str]]:
    """Return what lies beside an export in its folder or archive: other exports, and the names of files that are none.

    `passed_over` are the members that the reader of the export did not take. Files of a folder of which it took
    some are its own. So is what lies in its archive and is no export: a tool put it there, and its name may be that of
    a channel or a shared file, so that it is counted and not named.
    """
    left = set(passed_over)
    used = {_step(path) for path in source.members() if path not in left}
    steps = dict.fromkeys(step for path in passed_over if (step := _step(path)) not in used)
    is_by_hand = source.kind == "folder"
    wanted = ("known", "nearly") if is_by_hand else ("known",)
    found: list[Part] = []
    nothing: list[str] = []
    for step in steps:
        parts = list(_part(source, judge, (step,), 1)) if len(found) < MOST else []
        known = [part for part in parts if part.verdict in wanted]
        found += known
        if is_by_hand and not known and not step.endswith("/"):
            nothing.append(step)
    return found, nothing


def shown(way: Way) -> str:
    """Return the last part of a way as a name for people: printable, on one line, never empty."""
    last = way[-1].rstrip("/").rsplit("/", 1)[-1]
    kept = "".join(
        letter
        for letter in last
        if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )
    stem, dot, ending = kept.strip().rpartition(".")
    if len(kept) > LONGEST and dot:
        kept = f"{stem[: LONGEST - len(ending[:20])]}.{ending[:20]}"
    return kept.strip()[: LONGEST + 1] or "file"


def path(way: Way) -> str:
    """Return a way as the path it stands for, harmless on a screen."""
    return "/".join(shown((step,)) for step in way)


def _parts(source: Source, judge: Judge, way: Way, depth: int) -> Iterator[Part]:
    count = 0
    for step in _steps(source):
        for part in _part(source, judge, (*way, step), depth):
            count += 1
            if count > MOST:
                raise UnreadableExport(
                    "no_recognised_data",
                    f"{source.name}: it is no export as a whole and holds more than {MOST:,} files."
                    " Give the exports in it one by one.",
                )
            yield part


def _part(source: Source, judge: Judge, way: Way, depth: int) -> Iterator[Part]:
    """Yield one entry of a parcel, or what lies in it where it is a parcel again."""
    step = way[-1]
    try:
        inner = enter(source, (step,))
    except UnreadableExport:  # what is wrong is said when it is read
        yield Part(way, _digest(source, step), "unknown")
        return
    try:
        verdict = judge(inner)
        is_box = inner.kind in ("zip", "folder") and inner.members()
        if verdict == "unknown" and is_box and depth < DEEPEST:
            yield from _parts(inner, judge, way, depth + 1)
        else:
            yield Part(way, content(inner), verdict)
    finally:
        inner.close()


def content(source: Source) -> str:
    """Return the SHA-256 of a file, or of the names and contents of what a folder in a parcel holds."""
    if source.own_bytes():
        with source.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    whole = hashlib.sha256()
    for member in source.members():
        whole.update(f"{member}\0{_digest(source, member)}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _digest(source: Source, member: str) -> str:
    """Return the SHA-256 of a member, or of its name where it is damaged."""
    try:
        descriptor = source.member_descriptor(member)
    except (UnreadableExport, OSError):
        return hashlib.sha256(member.encode("utf-8", "surrogateescape")).hexdigest()
    with os.fdopen(descriptor, "rb") as stream:
        stream.seek(0)
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _steps(source: Source) -> list[str]:
    """Return the folders (`sub/`) and files at the top of a parcel."""
    return list(dict.fromkeys(map(_step, source.members())))


def _step(path: str) -> str:
    """Return the folder (`sub/`) or file at the top that a path leads through."""
    return f"{path.split('/', 1)[0]}/" if "/" in path else path


def _opened(source: Source, member: str) -> Source:
    """Return a file of a parcel as a source of its own."""
    descriptor = source.member_descriptor(member)
    try:
        return open_source(descriptor, shown((member,)))
    except UnreadableExport:
        os.close(descriptor)
        raise
