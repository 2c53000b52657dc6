"""Zip archives: every entry is checked before anything is unpacked; members are unpacked into memory, never to disk."""

import io
import os
import stat
import struct
import zipfile
import zlib
from itertools import pairwise
from typing import BinaryIO

from isal import isal_zlib

from analytics.readers import archives
from analytics.readers.archives import MEGABYTE, RATIO_LIMIT, RATIO_MATTERS_FROM
from analytics.readers.base import UnreadableExport

STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
LOCAL_HEADER = struct.Struct("<4s22xHH")
ENCRYPTED_FLAGS = 0x1 | 0x40
UTF8_NAME = 0x800
AT_ONCE = 64 * MEGABYTE  # packed and unpacked lie side by side in memory
READABLE_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

UNPACKING: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    isal_zlib.error,  # type: ignore[assignment]  # its stub takes the class for one of its errors
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
)
TEXTS = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm")
PARTS_OF_WORKBOOK = {"xl/workbook.xml", "[Content_Types].xml"}


class Member(io.RawIOBase):
    """A member of an archive, unpacked as it is read."""

    def __init__(self, name: str, archive: zipfile.ZipFile | None, entry: zipfile.ZipInfo) -> None:
        super().__init__()
        self._name = name
        try:
            self._stream = archive.open(entry) if archive else io.BytesIO()
        except UNPACKING as error:
            raise archives.damaged(name, "one of its members cannot be unpacked") from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except UNPACKING as error:
            raise archives.damaged(self._name, "one of its members cannot be unpacked") from error
        buffer[: len(data)] = data
        return len(data)


def look(
    name: str, descriptor: int, stream: BinaryIO
) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """Return a zip and where each of its files lies, all entries checked; raises UnreadableExport.

    `descriptor` and `stream` are two ways to the same bytes: the one reads anywhere, the other is kept open.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError, EOFError) as error:
        raise _no_contents(name, os.pread(descriptor, 256, 0)) from error
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    _check_overlap(name, descriptor, archive, entries)
    _check_ratio(name, entries)
    places: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        path = archives.checked_path(name, entry.orig_filename)
        _check_entry(name, entry)
        if not entry.is_dir():
            archives.add(name, places, path, entry)
    return archive, places


def _no_contents(name: str, head: bytes) -> UnreadableExport:
    if name.lower().endswith(WORKBOOKS) or b"[Content_Types].xml" in head:
        return UnreadableExport(
            "xlsx_corrupt",
            f"{name}: the workbook is damaged or cut short. Save or download it again.",
        )
    if name.lower().endswith(TEXTS):
        return UnreadableExport(
            "not_csv",
            f"{name}: the name says text, but the content is a damaged archive or workbook."
            " Export the table again as CSV or XLSX.",
        )
    return archives.damaged(name, "its list of contents is missing")


def unpacked(descriptor: int, entry: zipfile.ZipInfo) -> bytes:
    """Return a small member of a zip, with the checks that zipfile makes but in less than half its time; raises one of UNPACKING."""
    start = entry.header_offset + LOCAL_HEADER.size
    head = os.pread(descriptor, LOCAL_HEADER.size, entry.header_offset)
    _, name_length, extra_length = LOCAL_HEADER.unpack(head)
    before = name_length + extra_length
    whole = os.pread(descriptor, before + entry.compress_size, start)
    name = whole[:name_length].decode("utf-8" if entry.flag_bits & UTF8_NAME else "cp437")
    data = whole[before:]
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        # one byte more than it should be is enough to know that it is more
        data = isal_zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, entry.file_size + 1)
    is_whole = len(data) == entry.file_size and isal_zlib.crc32(data) == entry.CRC
    if name != entry.orig_filename or not is_whole:
        raise zipfile.BadZipFile
    return data


def _check_overlap(
    name: str, descriptor: int, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> None:
    """Refuse entries that share bytes: a small file that claims gigabytes (CVE-2024-0450)."""
    spans = []
    for entry in entries:
        at = entry.header_offset  # before the file begins, where bytes were lost on the way
        head = os.pread(descriptor, LOCAL_HEADER.size, at) if at >= 0 else b""
        if len(head) < LOCAL_HEADER.size or not head.startswith(b"PK\x03\x04"):
            raise archives.damaged(name, "a member is not where the list of contents says")
        _, name_length, extra_length = LOCAL_HEADER.unpack(head)
        body = entry.header_offset + LOCAL_HEADER.size + name_length + extra_length
        spans.append((entry.header_offset, body + entry.compress_size))
    spans.sort()
    contents_at = archive.start_dir
    if any(end > start for (_, end), (start, _) in pairwise([*spans, (contents_at, contents_at)])):
        raise archives.bomb(name, "its members overlap")


def _check_ratio(name: str, entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        archives.check_member_size(name, entry.file_size)
        if entry.file_size > max(RATIO_MATTERS_FROM, RATIO_LIMIT * entry.compress_size):
            raise archives.bomb(name, "a member would unpack to more than a hundred times its size")
    unpacked = sum(entry.file_size for entry in entries)
    archives.check_total(name, unpacked, sum(entry.compress_size for entry in entries))


def _check_entry(name: str, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & ENCRYPTED_FLAGS:
        raise UnreadableExport(
            "zip_encrypted",
            f"{name}: the archive is protected by a password. Unpack it and zip it again without one.",
        )
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise archives.linked(name)
    if entry.compress_type not in READABLE_METHODS:
        raise archives.damaged(
            name, "a member is packed in a way we do not read (only plain and deflate)"
        )
