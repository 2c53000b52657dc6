"""Records of a MongoDB collection: as mongodump writes it (BSON), or mongoexport (JSON in several ways)."""

from collections.abc import Iterator
from typing import Any

from analytics.readers import json_head, json_records
from analytics.readers.base import Sink
from analytics.readers.files import Source
from analytics.readers.instants import from_iso, from_number

LENGTH = 4  # bytes before a BSON document that say how long it is, itself included
SHORTEST = 5
MILLISECOND = 1_000
FIRST = 1 << 20


def first(source: Source, member: str | None) -> dict[str, Any]:
    """Return the first record of a collection; empty where there is none."""
    if not _is_bson(source, member):
        return json_head.first_object(source, member)
    head = source.head(FIRST, member)
    return _document(head[: int.from_bytes(head[:LENGTH], "little")]) or {}


def read(
    source: Source, member: str | None, kind: json_records.Kind[json_records.Record], sink: Sink
) -> Iterator[json_records.Found[json_records.Record]]:
    """Yield (place, record) of a collection that is a member, or the source itself; bad ones go to the sink."""
    if not _is_bson(source, member):
        if member is None:
            yield from json_records.read_file(source, kind, sink)
        else:
            yield from json_records.read_bytes(source.read(member), kind, sink, source.name, member)
        return
    for number, document in enumerate(_documents(_bytes(source, member))):
        place = f"{member or ''}#{number}"
        if document is None:
            sink.reject(place, "bson_invalid")
            continue
        record = json_records.convert(document, kind, sink, place)
        if record is not None:
            yield place, record


def identifier(value: object) -> str | None:
    """Return an id as text: a string, an ObjectId, or `{"$oid": …}`."""
    if isinstance(value, dict):
        value = value.get("$oid")
    if value is None or isinstance(value, float | list | bool):
        return None
    return str(value) or None


def instant(value: object) -> tuple[int | None, str | None]:
    """Return (UTC microseconds since 1970, null) of a date as BSON or JSON holds it, else (null, code)."""
    if isinstance(value, dict):
        value = value.get("$date")
    if isinstance(value, dict):
        value = value.get("$numberLong")
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        value = int(value) if len(value) < 20 else None  # noqa: PLR2004 - longer than 64 bits
    if isinstance(value, int | float):
        us = from_number(value, MILLISECOND)
        return us, None if us is not None else "timestamp_invalid"
    return from_iso(value)


def _is_bson(source: Source, member: str | None) -> bool:
    head = source.head(LENGTH + 1, member)
    return len(head) > LENGTH and head[LENGTH - 1] in (0, 1) and head[LENGTH] in range(1, 20)


def _bytes(source: Source, member: str | None) -> bytes:
    if member is not None:
        return source.read(member)
    with source.open() as stream:
        return stream.read()


def _documents(data: bytes) -> Iterator[dict[str, Any] | None]:
    """Yield document after document; null for a damaged one, and once for a rest that has no length."""
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + LENGTH], "little")
        if length < SHORTEST or at + length > len(data):
            yield None
            return
        yield _document(data[at : at + length])
        at += length


def _document(data: bytes) -> dict[str, Any] | None:
    """Return one BSON document with dates as milliseconds; null where it is damaged."""
    import bson
    from bson.codec_options import CodecOptions, DatetimeConversion

    options: CodecOptions[dict[str, Any]] = CodecOptions(
        datetime_conversion=DatetimeConversion.DATETIME_MS, unicode_decode_error_handler="replace"
    )
    try:
        return {
            key: int(value) if isinstance(value, bson.DatetimeMS) else value
            for key, value in bson.decode(data, options).items()
        }
    except (bson.errors.BSONError, ValueError, OverflowError, RecursionError, TypeError):
        return None
