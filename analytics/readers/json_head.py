"""Whose JSON is this? Told from the keys of its first record, as far as the head of the file reaches."""

from typing import Any

from analytics.readers import json_pieces
from analytics.readers.files import Source

BOM = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
UTF16_STARTS = (*UTF16_MARKS, b"[\x00", b"\x00[", b"{\x00", b"\x00{")
HEAD = 262_144  # bytes from which a format is told


def first_object(source: Source, member: str | None = None) -> dict[str, Any]:
    """Return the keys of the first record from the head of a file, for telling a format; empty where it is no JSON.

    For an object that wraps a list: the object with that list cut to its first record, as far as the head reaches.
    """
    key = ("first_object", member)
    if key not in source.looked_at:  # every reader asks
        source.looked_at[key] = object_of(source.head(HEAD, member))
    found: dict[str, Any] = source.looked_at[key]
    return found


def first_record(source: Source, wrapper: str) -> dict[str, Any]:
    """Return the first record of a file, that of the wrapped list where there is one; empty where it is no JSON file."""
    if source.kind != "file":
        return {}
    first = first_object(source)
    listed = first.get(wrapper)
    inner = listed[0] if isinstance(listed, list) and listed else None
    return inner if isinstance(inner, dict) else first


def object_of(head: bytes) -> dict[str, Any]:
    """Return the keys of the first record of a file that begins with these bytes; empty where it is no JSON."""
    try:
        head = as_utf8(head).lstrip()
    except UnicodeError:
        return {}
    if head[:1] == b"[":
        head = head[1:].lstrip()
    if head[:1] != b"{":
        return {}
    return _prefix_object(head.decode("utf-8", errors="replace"))


def _prefix_object(text: str) -> dict[str, Any]:
    """Return the object that a text begins with, also where the text ends within it: then what came before the end."""
    import jiter

    try:
        value = jiter.from_json(
            json_pieces.first(text).encode(), partial_mode="trailing-strings", allow_inf_nan=True
        )
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def as_utf8(data: bytes) -> bytes:
    """Return JSON bytes without a mark and, where they are UTF-16, as UTF-8; raises UnicodeError."""
    data = data.removeprefix(BOM)
    if data.startswith(UTF16_STARTS):
        if data.startswith(UTF16_MARKS):
            codec = "utf-16"
        else:
            codec = "utf-16-be" if data.startswith(b"\x00") else "utf-16-le"
        return data.decode(codec).encode()
    return data
