"""What can still be read of JSON that is no single whole: objects one after another, and a file that was cut off."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

HALF_CHARACTER = re.compile(rb"(\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u[dD][89a-fA-F]..", re.DOTALL)
SIGN = re.compile(r"[^\s,]")


class DuplicateKeyError(ValueError):
    """A JSON object holds the same key twice."""


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys all differ, for json.loads; raises DuplicateKeyError."""
    record = dict(pairs)
    if len(record) < len(pairs):
        raise DuplicateKeyError
    return record


def whole_characters(data: bytes) -> bytes:
    """Return JSON without the halves of characters that no text can hold."""
    return HALF_CHARACTER.sub(lambda found: found[1] or rb"\ufffd", data)


def first(text: str) -> str:
    """Return the object that a text begins with; the whole text where that does not end within it."""
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return text
    return text[:end]


def is_run(head: bytes) -> bool:
    """Say, from the first bytes, whether objects follow one another, as database dumps print them."""
    text = head.decode("utf-8", "replace").lstrip()
    return text.startswith("{") and text[len(first(text)) :].lstrip(" \t\r\n,").startswith("{")


def run(data: bytes) -> Iterator[tuple[Any, str | None]]:
    """Yield (value, null) of objects one after another, and (null, code) of each that is damaged.

    After a damaged one it goes on with the next that begins a line. Raises UnicodeError.
    """
    text = whole_characters(data).decode()
    decoder = json.JSONDecoder(object_pairs_hook=unique)
    sign = SIGN.search(text)
    while sign:
        at = sign.start()
        try:
            value, at = decoder.raw_decode(text, at)
            yield value, None
        except (ValueError, RecursionError) as error:
            doubled = isinstance(error, DuplicateKeyError)
            yield None, "json_duplicate_key" if doubled else "json_invalid"
            following = text.find("\n{", at + 1)
            at = following if following >= 0 else len(text)
        sign = SIGN.search(text, at)


def before_the_cut(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return what comes before the end of JSON that was cut off, its last record incomplete; null where it was not."""
    import jiter

    try:
        msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        if "truncated" in str(error):
            try:
                return jiter.from_json(data, partial_mode=True, catch_duplicate_keys=True)
            except ValueError:
                pass
    except (UnicodeError, RecursionError):
        pass
    return None
