"""How are many files read? Beside one another, each in a process of its own, and told in the order they were given."""

import contextlib
import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.readers import nursery, parcels, sandbox

AT_ONCE = 2  # each reader may take 1.5 GB of memory
NOT_CONTENT = ("__MACOSX", "Thumbs.db")
Progress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class File:
    """Something to be read: where it lies, what to call it, and the way into it where it is a part of a parcel.

    `within` is that parcel and the folders in it that lead there, `content` the SHA-256 of the part, null for a file of its own.
    """

    path: Path
    name: str
    way: tuple[str, ...] = ()
    within: str | None = None
    content: str | None = None


@dataclass(frozen=True)
class Read:
    """A file, what became of it (null: it was known and not read), its content's SHA-256, and where its rows lie."""

    file: File
    report: sandbox.Report | None
    content: str | None
    parts: Path


def files(paths: Sequence[Path]) -> list[File]:
    """Return the paths as files to be read, under names that do no harm on a screen."""
    return [File(path, parcels.shown((path.absolute().name or "file",))) for path in paths]


@contextlib.contextmanager
def beside_one_another(
    asked: Sequence[File], read: Callable[[File], Read], progress: Progress
) -> Iterator[Iterator[Read]]:
    """Give each file as it was read, a parcel before its parts; whoever leaves early waits for no reader, but ends them all."""
    pool = ThreadPoolExecutor(AT_ONCE)  # the readers are processes of their own
    waiting = deque((file, pool.submit(read, file)) for file in asked)
    try:
        yield _in_order(waiting, pool, read, progress)
    except BaseException:
        left = [one for _, one in waiting]
        pool.shutdown(wait=False, cancel_futures=True)
        while not all(one.done() for one in left):  # one may just have begun
            nursery.stop_all()
            time.sleep(0.05)
        raise
    finally:
        pool.shutdown()


def _in_order(
    waiting: "deque[tuple[File, Future[Read]]]",
    pool: ThreadPoolExecutor,
    read: Callable[[File], Read],
    progress: Progress,
) -> Iterator[Read]:
    done = 0
    while waiting:
        file, one = waiting[0]
        step = {"stage": "reading", "file": file.name, "done": done, "total": done + len(waiting)}
        progress(step)
        result = one.result()
        waiting.popleft()
        if result.report and result.report.holds:
            parts = _parts(file, result.report)
            waiting.extendleft([(part, pool.submit(read, part)) for part in parts][::-1])
        if not (result.report and result.report.is_box):
            done += 1
        yield result


def _parts(parcel: File, report: sandbox.Report) -> list[File]:
    """Return what a parcel holds as files to be read."""
    return [
        File(
            parcel.path,
            parcels.shown(tuple(part["way"])),
            tuple(part["way"]),
            "/".join((parcel.name, parcels.path(tuple(part["way"][:-1])))).rstrip("/"),
            part["content"],
        )
        for part in report.holds
    ]


def content_of(file: File) -> str | None:
    """Return the SHA-256 of what a file holds; null where it cannot be opened."""
    if file.content or not (file.path.is_file() or file.path.is_dir()):
        return file.content
    try:
        return content_hash(file.path)
    except OSError:
        return None


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's file names and contents."""
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    whole = hashlib.sha256()
    for member in sorted(path.rglob("*")):
        name = member.relative_to(path)
        hidden = any(part.startswith(".") or part in NOT_CONTENT for part in name.parts)
        if member.is_file() and not member.is_symlink() and not hidden:
            whole.update(
                f"{name.as_posix()}\0{content_hash(member)}\n".encode("utf-8", "surrogateescape")
            )
    return whole.hexdigest()
