"""What lies in a tar archive, plain or packed with gzip? Its members are found in one pass and never unpacked to disk.

A plain archive is read where it lies. A packed one can only be read from its start, so the members that a reader may
want (text, no pictures or uploads) are laid into memory as they pass by.
"""

import gzip
import io
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from analytics.readers import archives
from analytics.readers.archives import MEGABYTE

MAGIC = (257, b"ustar")  # where in the first header, and what
PACKED = b"\x1f\x8b"
WANTED = re.compile(r"\.(json|jsonl|ndjson|csv|tsv|txt|xml|ics|mbox|eml|bson|html?|toml|md)$|(^|/)[^./]+$", re.IGNORECASE)  # fmt: skip
KEPT_LIMIT = 1024 * MEGABYTE  # wanted members together
MOST_MEMBERS = 1_000_000
BROKEN = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError)


@dataclass(frozen=True)
class Span:
    """Where a member lies: in the archive itself, or in what was unpacked of it."""

    start: int
    size: int

    def read(self, descriptor: int, most: int) -> bytes:
        """Return its first bytes."""
        return os.pread(descriptor, min(self.size, most), self.start)

    def copy(self, descriptor: int, target: int) -> None:
        """Write all of it behind another descriptor, in pieces."""
        for offset in range(0, self.size, MEGABYTE):
            piece = min(MEGABYTE, self.size - offset)
            os.write(target, os.pread(descriptor, piece, self.start + offset))


@dataclass
class Contents:
    """The members of an archive by path, the paths left out, and the descriptor of what was unpacked (-1: nothing)."""

    members: dict[str, Span] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    held: int = -1


class _Bounded(io.RawIOBase):
    """A packed stream that must not grow to more than a hundred times what was read for it."""

    def __init__(self, name: str, packed: BinaryIO) -> None:
        super().__init__()
        self._name, self._packed = name, packed
        self._stream = gzip.GzipFile(fileobj=packed)
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._given += len(data)
        archives.check_total(self._name, self._given, self._packed.tell())
        buffer[: len(data)] = data
        return len(data)


def is_plain(head: bytes) -> bool:
    """Say whether the first 512 bytes of something are those of a tar archive."""
    at, magic = MAGIC
    return head[at : at + len(magic)] == magic


def begins_with(stream: BinaryIO) -> bytes:
    """Return the first bytes of what a gzip file holds; empty where it is damaged."""
    try:
        return gzip.GzipFile(fileobj=stream).read(512)
    except BROKEN:
        return b""


def look(name: str, stream: BinaryIO) -> Contents:
    """Find the members of a plain archive where they lie; raises UnreadableExport for what must not be opened."""
    contents = Contents()
    for entry, path, _ in _entries(name, stream):
        archives.add(name, contents.members, path, Span(entry.offset_data, entry.size))
    return contents


def unpack(name: str, stream: BinaryIO) -> Contents:
    """Lay the wanted members of a packed archive into memory; raises UnreadableExport as `look` does."""
    contents = Contents(held=os.memfd_create("archive", os.MFD_CLOEXEC))
    place = 0
    try:
        bounded = io.BufferedReader(_Bounded(name, stream), MEGABYTE)
        for entry, path, archive in _entries(name, bounded):
            if not WANTED.search(path):
                contents.left_out.append(path)
                continue
            if place + entry.size > KEPT_LIMIT:
                raise archives.bomb(name, f"it holds more than {KEPT_LIMIT // MEGABYTE} MB of text")
            archives.add(name, contents.members, path, Span(place, entry.size))
            file = archive.extractfile(entry)
            while file and (piece := file.read(MEGABYTE)):
                os.write(contents.held, piece)
            place += entry.size
    except BaseException:
        os.close(contents.held)
        raise
    return contents


def unpack_file(name: str, stream: BinaryIO) -> tuple[int, int]:
    """Lay the one file that a gzip file holds into memory; return its descriptor and size."""
    held, size = os.memfd_create("file", os.MFD_CLOEXEC), 0
    try:
        bounded = io.BufferedReader(_Bounded(name, stream), MEGABYTE)
        while piece := bounded.read(MEGABYTE):
            size += os.write(held, piece)
            if size > KEPT_LIMIT:
                raise archives.bomb(name, f"it holds more than {KEPT_LIMIT // MEGABYTE} MB")
    except BROKEN as error:
        os.close(held)
        raise archives.damaged(name, "it cannot be unpacked to its end") from error
    except BaseException:
        os.close(held)
        raise
    return held, size


def _entries(name: str, stream: BinaryIO) -> Iterator[tuple[tarfile.TarInfo, str, tarfile.TarFile]]:
    """Yield the files of an archive in their order, each checked before anything of it is read."""
    try:
        # by its start only: `r:` would jump about, which a packed stream cannot
        archive = tarfile.open(fileobj=stream, mode="r|", errorlevel=1)  # noqa: SIM115 - never closed: it owns nothing
        for number, entry in enumerate(archive):
            archive.members = []  # type: ignore[attr-defined] # what passed by is not needed again
            path = archives.checked_path(name, entry.name)
            if entry.isdir():
                continue
            if not entry.isreg() or entry.issparse():
                raise archives.linked(name)
            archives.check_member_size(name, entry.size)
            if number > MOST_MEMBERS:
                raise archives.bomb(name, f"it holds more than {MOST_MEMBERS:,} members")
            yield entry, path, archive
    except BROKEN as error:
        raise archives.damaged(name, "it ends too early, or a member is not as it says") from error
