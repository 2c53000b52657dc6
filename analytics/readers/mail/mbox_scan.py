"""Where does each mail of a mailbox begin, and what do its headers say? On bytes; of a body nothing is kept or decoded."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_tz
from functools import lru_cache
from typing import BinaryIO

BLOCK = 1 << 20
LONGEST_HEADER = 1 << 20
# a line of a body may begin with "From ", but not with a time of day after an empty line
POSTMARK = re.compile(rb"From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n")
FIRST = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n[A-Za-z][A-Za-z0-9-]*:",
    re.IGNORECASE,
)
# an .eml, the mail itself without a postmark: two fields that every mail has, in its first lines
EML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+", re.IGNORECASE
)
EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
FIELDS = (
    b"from|sender|to|cc|date|message-id|in-reply-to|references|list-id|list-post|list-unsubscribe|auto-submitted"
    rb"|precedence|x-gmail-labels|subject"
)
FIELD = re.compile(
    rb"^(" + FIELDS + rb")[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE
)
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"(?!@)')
COMMENT = re.compile(r"\([^()]*\)")
ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\]+@[^\s<>,;:\"()\[\]\\]+")
AT = re.compile(r"\s*(\S+) at (\S+\.\S+?)\s*(?:\(|$)")  # pipermail hides addresses so
NAMED = re.compile(r'\s*"?([^"<>@]*?)"?\s*<[^<>]*>\s*$')
MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip
DATE = re.compile(
    r"(?:[A-Za-z]{3},)?\s*(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\b"
)
FARTHEST_ZONE = 14 * 3600
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Headers = dict[str, str]  # lower-case name -> unfolded text, of several equal fields the first


def is_mailbox(head: bytes) -> bool:
    """Say whether a file begins as a mailbox, or as one mail, does."""
    return bool(FIRST.match(head)) or is_mail(head)


def is_mail(head: bytes) -> bool:
    """Say whether a file begins with the headers of a mail."""
    match = EML.match(head)
    if not match:
        return False
    names = {name.lower() for name, _ in FIELD.findall(match[0])}
    return {b"from", b"date"} <= names and bool(names & {b"to", b"message-id", b"cc"})


def headers(stream: BinaryIO, *, is_single: bool = False) -> Iterator[bytes | None]:
    """Yield the header block of each mail; null where one has no end within a megabyte.

    is_single: the stream is one mail without a postmark.
    """
    held = b"\n\n" + stream.read(BLOCK).removeprefix(b"\xef\xbb\xbf")
    if is_single:
        yield held[2 : _end(held, 2)]
        return
    held, at = b"\n\n" + held.lstrip(), 0
    while True:
        start = _postmark(held, at)
        if start is None:
            more = stream.read(BLOCK)
            if not more:
                return
            # a postmark may lie over the edge
            held, at = held[max(at, len(held) - 2000) :] + more, 0
            continue
        at = start
        end = _end(held, at)
        while end is None and len(held) - at < LONGEST_HEADER and (more := stream.read(BLOCK)):
            held, at = held[at:] + more, 0
            end = _end(held, at)
        if end is None and len(held) - at >= LONGEST_HEADER:
            yield None
            continue
        yield held[at:end]
        # the empty line after the headers may stand before the next postmark
        at = end if end is not None else len(held)


def _postmark(held: bytes, at: int) -> int | None:
    """Return where the headers begin after the next postmark; null where there is none.

    Looked for as plain bytes: a pattern tries every byte of every body, which takes most of the time.
    """
    while (found := held.find(b"\nFrom ", at)) >= 0:
        is_after_empty = held[found - 1 : found] == b"\n" or held[found - 2 : found] == b"\n\r"
        if is_after_empty and (line := POSTMARK.match(held, found + 1)):
            return line.end()
        at = found + 1
    return None


def _end(held: bytes, at: int) -> int | None:
    if held[at : at + 1] in (b"\n", b"\r"):
        return at
    found = EMPTY_LINE.search(held, at)
    return found.start() if found else None


def fields(block: bytes) -> tuple[Headers, bool]:
    """Return the wanted fields of a header block, and whether some byte was not UTF-8."""
    found: Headers = {}
    is_converted = False
    for name, value in FIELD.findall(block):
        key = name.decode().lower()
        if key in found:
            continue
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("cp1252", "replace")
            is_converted = key != "subject" or is_converted
        found[key] = text.replace("\r", " ").replace("\n", " ").strip()
    return found, is_converted


def addresses(text: str) -> list[str]:
    """Return the addresses of a field, casefolded, each once; names, comments and groups are not taken for any."""
    if not text:
        return []
    plain = QUOTED.sub(" ", text) if '"' in text else text
    plain = COMMENT.sub(" ", plain) if "(" in plain else plain
    found = ADDRESS.findall(plain)
    if not found and (hidden := AT.match(plain)):
        found = [f"{hidden[1]}@{hidden[2]}"]
    return list(dict.fromkeys(address.casefold().strip(".'") for address in found))


@lru_cache(4096)  # the same people write again and again
def name_of(text: str) -> str | None:
    """Return the name beside an address, null where there is none that can be read."""
    match = NAMED.match(text)
    name = decoded(match[1]).strip() if match else ""
    return name if name and name.isprintable() and "@" not in name and len(name) <= 120 else None  # noqa: PLR2004


def decoded(text: str) -> str:
    """Return a field with its encoded words (RFC 2047) put in clear; what is broken stays as it is."""
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
        return "".join(
            part if isinstance(part, str) else part.decode(codec or "ascii", "replace")
            for part, codec in parts
        )
    except (ValueError, LookupError, HeaderParseError):  # broken base64, an unknown encoding
        return ""


def instant(text: str) -> tuple[int | None, bool]:
    """Return UTC microseconds of a Date field (null = none can be read), and whether it names its zone."""
    if match := DATE.match(text):
        day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
        number = MONTHS.get(month.lower())
        offset = (int(hours) * 60 + int(minutes)) * (-60 if sign == "-" else 60)
        if number is None or int(minutes) > 59:  # noqa: PLR2004
            return None, True
        parts = (int(year), number, int(day), int(hour), int(minute), min(int(second), 59))
        return _micros(parts, offset), True
    try:
        loose = parsedate_tz(text)
    except (ValueError, TypeError, IndexError):
        return None, True
    if loose is None:
        return None, True
    return _micros(loose[:6], loose[9] or 0), loose[9] is not None


def _micros(parts: tuple[int, ...], offset: int) -> int | None:
    if abs(offset) > FARTHEST_ZONE:
        return None
    try:
        at = datetime(*parts[:6], tzinfo=UTC)  # type: ignore[arg-type,misc]
    except (ValueError, OverflowError):
        return None
    return (at - EPOCH) // timedelta(microseconds=1) - offset * 1_000_000


def ids(text: str) -> list[str]:
    """Return the message ids of a field, without brackets."""
    return re.findall(r"<([^<>\s]+)>", text) or text.split()
