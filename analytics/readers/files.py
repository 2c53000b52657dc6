"""May this file be opened at all, and what lies in it? Every byte a reader sees comes through here.

A file is opened once, by us, and never by name again: a name such as `*.csv` must not make a library
read the whole folder. Archives are never unpacked to disk; their members are streamed into memory.
"""

import io
import os
import re
import shutil
import stat
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from analytics.readers import archives, tarballs, zips
from analytics.readers.archives import MEGABYTE, MEMBER_LIMIT
from analytics.readers.base import UnreadableExport
from analytics.readers.tarballs import Span

Kind = Literal["zip", "folder", "xlsx", "file"]  # zip: any archive of files, tar too
Place = str | zipfile.ZipInfo | Span  # where a member lies: in a folder, a zip, a tar

JUNK = re.compile(r"(^|/)(__MACOSX/|\._|~\$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
DATED_FILE = re.compile(r"\d{4}-\d\d-\d\d\.json")


class _Window(io.RawIOBase):
    """The file behind a descriptor with a place of its own, so that two readers never disturb each other."""

    def __init__(self, descriptor: int, size: int) -> None:
        super().__init__()
        self._descriptor, self._size, self._place = descriptor, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError("before the start of the file")  # what a file of the system says
        self._place = start + offset
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        left = max(self._size - self._place, 0)
        data = os.pread(self._descriptor, min(len(buffer), left), self._place)
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


@dataclass
class Source:
    """A file, zip or folder that was opened safely; `name` is for people and never opens anything."""

    name: str
    kind: Kind
    size: int
    ignored: list[str] = field(default_factory=list)
    _descriptor: int = -1
    _held: int = -1  # what was unpacked of a tar
    _archive: zipfile.ZipFile | None = None
    _places: dict[str, Place] = field(default_factory=dict)
    _is_part: bool = False  # a folder inside a folder or archive: it has no bytes of its own
    looked_at: dict[object, Any] = field(default_factory=dict)  # what telling the format found

    def open(self) -> BinaryIO:
        """Return the bytes of a single file from its start; several may be open at once."""
        return io.BufferedReader(_Window(self._descriptor, self.size))

    def head(self, size: int = 65536, member: str | None = None) -> bytes:
        """Return the first bytes of a single file, or of a member; empty for a folder, or where it is damaged."""
        if member is None:
            return b"" if not self.own_bytes() else os.pread(self._descriptor, size, 0)
        place = self._places[member]
        if isinstance(place, str):
            return self._read_from_folder(place, size)
        if isinstance(place, Span):
            return place.read(self._span_descriptor(), size)
        try:
            with self._archive.open(place) if self._archive else io.BytesIO() as stream:
                return stream.read(size)
        except zips.UNPACKING:
            return b""

    def members(self) -> list[str]:
        """Return the paths inside a zip or folder, sorted, without one wrapping folder and without junk."""
        return list(self._places)

    def size_of(self, member: str) -> int:
        """Return how many bytes a member has, as its archive says."""
        place = self._places[member]
        if isinstance(place, str):
            return os.stat(place, dir_fd=self._descriptor, follow_symlinks=False).st_size
        return place.size if isinstance(place, Span) else place.file_size

    def read(self, member: str) -> bytes:
        """Return one member whole; raises UnreadableExport when it is damaged or too large."""
        place = self._places[member]
        if isinstance(place, str):
            return self._read_from_folder(place)
        if isinstance(place, Span):
            return place.read(self._span_descriptor(), MEMBER_LIMIT)
        try:
            if place.file_size <= zips.AT_ONCE:
                return zips.unpacked(self._descriptor, place)
            return self._archive.read(place) if self._archive else b""
        except zips.UNPACKING as error:
            raise archives.damaged(self.name, "one of its members cannot be unpacked") from error

    def open_member(self, member: str) -> BinaryIO:
        """Return the bytes of one member as a stream; where it is damaged, reading raises UnreadableExport."""
        place = self._places[member]
        if isinstance(place, str):
            descriptor = os.open(
                place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._descriptor
            )
            return os.fdopen(descriptor, "rb")
        if isinstance(place, Span):
            return io.BytesIO(place.read(self._span_descriptor(), MEMBER_LIMIT))
        return io.BufferedReader(zips.Member(self.name, self._archive, place))

    def member_descriptor(self, member: str) -> int:
        """Return a new descriptor of one member as a file of its own, in memory where it lies in an archive."""
        place = self._places[member]
        if isinstance(place, str):
            return os.open(
                place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._descriptor
            )
        held = os.memfd_create("member", os.MFD_CLOEXEC)
        if isinstance(place, Span):
            place.copy(self._span_descriptor(), held)
            return held
        try:
            with (
                self._archive.open(place) if self._archive else io.BytesIO() as packed,
                os.fdopen(held, "wb", closefd=False) as unpacked,
            ):
                shutil.copyfileobj(packed, unpacked, MEGABYTE)
        except zips.UNPACKING as error:
            os.close(held)
            raise archives.damaged(self.name, "one of its members cannot be unpacked") from error
        return held

    def part(self, folder: str, name: str) -> "Source":
        """Return a folder inside (`sub/`) as a source of its own."""
        part = Source(name, self.kind, 0, _is_part=True)
        part._archive = self._archive
        part._descriptor = os.dup(self._descriptor)
        part._held = os.dup(self._held) if self._held >= 0 else -1
        inside = {
            path.removeprefix(folder): place
            for path, place in self._places.items()
            if path.startswith(folder)
        }
        _settle(part, inside)
        return part

    def own_bytes(self) -> bool:
        """Say whether it is one file that `open` can read, be it an archive."""
        return self.kind != "folder" and not self._is_part

    def _read_from_folder(self, path: str, most: int = MEMBER_LIMIT) -> bytes:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=self._descriptor)
        with os.fdopen(descriptor, "rb") as file:
            archives.check_member_size(self.name, os.fstat(descriptor).st_size)
            return file.read(most)

    def _span_descriptor(self) -> int:
        return self._held if self._held >= 0 else self._descriptor

    def close(self) -> None:
        """Let go of the descriptors."""
        for descriptor in (self._descriptor, self._held):
            if descriptor >= 0:
                os.close(descriptor)
        self._descriptor = self._held = -1


def open_source(target: Path | int, name: str | None = None) -> Source:
    """Open a path or take over an open descriptor; raises UnreadableExport when it must not be read."""
    if isinstance(target, int):
        descriptor, name = target, name or "file"
    else:
        descriptor, name = os.open(target, os.O_RDONLY | os.O_CLOEXEC), name or target.name
    about = os.fstat(descriptor)
    if stat.S_ISDIR(about.st_mode):
        try:
            return _open_folder(descriptor, name)
        except PermissionError as error:
            raise UnreadableExport(
                "no_recognised_data",
                f"{name}: a part of this folder may not be read. Give the folder of the export itself.",
            ) from error
    if not stat.S_ISREG(about.st_mode):
        raise UnreadableExport("no_recognised_data", f"{name}: neither a file nor a folder.")
    if about.st_size == 0:
        raise UnreadableExport(
            "file_empty", f"{name}: the file is empty. Export or download it again."
        )
    source = Source(name, "file", about.st_size, _descriptor=descriptor)
    head = source.head(512)
    if head.startswith(zips.STARTS):
        _open_zip(source)
    elif tarballs.is_plain(head):
        _take(source, tarballs.look(source.name, source.open()))
    elif head.startswith(tarballs.PACKED):
        _open_packed(source)
    return source


def _open_packed(source: Source) -> None:
    """Open what gzip packed where it is a tar archive or JSON; anything else stays as it is."""
    begin = tarballs.begins_with(source.open())
    if tarballs.is_plain(begin):
        _take(source, tarballs.unpack(source.name, source.open()))
    elif begin.lstrip()[:1] in (b"{", b"["):
        unpacked, size = tarballs.unpack_file(source.name, source.open())
        os.close(source._descriptor)
        source._descriptor, source.size = unpacked, size


def _take(source: Source, contents: tarballs.Contents) -> None:
    source.kind = "zip"
    source._held = contents.held
    source.ignored += contents.left_out
    _settle(source, dict(contents.members))


def _open_folder(descriptor: int, name: str) -> Source:
    """Gather the regular files below a folder; links are left out, whatever they point to."""
    source = Source(name, "folder", 0, _descriptor=descriptor)
    places: dict[str, Place] = {}
    for folder, _, files, here in os.fwalk(".", dir_fd=descriptor):
        for file in files:
            path = os.path.normpath(os.path.join(folder, file))  # noqa: PTH118 - text, not a path to open
            about = os.stat(file, dir_fd=here, follow_symlinks=False)
            if stat.S_ISREG(about.st_mode):
                source.size += about.st_size
                places[path] = path
            else:
                source.ignored.append(path)
    _settle(source, places)
    return source


def _open_zip(source: Source) -> None:
    """Take a zip as a workbook or as an archive of files."""
    archive, entries = zips.look(source.name, source._descriptor, source.open())
    source._archive = archive
    if zips.PARTS_OF_WORKBOOK & entries.keys():
        source.kind, source._places = "xlsx", dict(entries)
    else:
        source.kind = "zip"
        _settle(source, dict(entries))


def _settle(source: Source, places: dict[str, Place]) -> None:
    """Leave the junk out, take one wrapping folder away and sort."""
    kept = {path: place for path, place in places.items() if not JUNK.search(path)}
    source.ignored.extend(path for path in places if path not in kept)
    wrap = _wrapping_folder(list(kept))
    source._places = {path.removeprefix(wrap): kept[path] for path in sorted(kept)}


def _wrapping_folder(paths: list[str]) -> str:
    """Return `folder/` when it holds everything, as archives made anew on a desktop have it; else nothing.

    A folder that itself holds dated files is data (the only channel of a small export), not wrapping.
    """
    tops = Counter(path.split("/", 1)[0] for path in paths if "/" in path)
    if len(tops) != 1 or tops.total() != len(paths):
        return ""
    wrap = f"{next(iter(tops))}/"
    return "" if any(DATED_FILE.fullmatch(path.removeprefix(wrap)) for path in paths) else wrap
