"""What a calendar file holds, component by component: a scanner of lines, since parsers keep and trust too much.

Lines are unfolded and told apart here; what an event means is said in ics_events.py.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

LONGEST_LINE = 1 << 20  # a folded line is 75 bytes; pictures in line run to some hundred kB
LINE = re.compile(r"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:\"[^\"]*\"|[^\";:,]*)(?:,(?:\"[^\"]*\"|[^\";:,]*))*)*):(.*)", re.DOTALL)  # fmt: skip
PARAMETER = re.compile(r";([A-Za-z0-9-]+)=(\"[^\"]*\"|[^;]*)")
START = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR\s", re.IGNORECASE)
WANTED = frozenset({
    "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP",
    "LAST-MODIFIED", "CREATED", "STATUS", "TRANSP", "ORGANIZER", "ATTENDEE", "SUMMARY",
    "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT",
})  # fmt: skip
OF_CALENDAR = frozenset({"METHOD", "X-WR-TIMEZONE", "X-WR-CALNAME"})
OTHERS = ("VTODO", "VJOURNAL", "VFREEBUSY")


class Value(msgspec.Struct, gc=False):
    """One property: its parameters by upper-case name, and its value as written."""

    about: dict[str, str]
    text: str


class Component(msgspec.Struct, gc=False):
    """An event or something else of a calendar; `number` counts the events from 1.

    properties: of events, by upper-case name, only the wanted. calendar: what holds for the whole calendar.
    """

    kind: str
    number: int
    properties: dict[str, list[Value]]
    calendar: dict[str, str]
    is_whole: bool = True

    def first(self, name: str) -> Value | None:
        """Return the first property of a name."""
        found = self.properties.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """Return the value of the first property of a name, trimmed; empty where there is none."""
        found = self.first(name)
        return found.text.strip() if found else ""


def zones(stream: BinaryIO) -> Iterator[list[str]]:
    """Yield the lines of each time zone that a calendar defines, often after its first use."""
    lines: list[str] | None = None
    while raw := stream.readline(LONGEST_LINE):
        if raw[:15].upper() == b"BEGIN:VTIMEZONE":
            lines = []
        if lines is None:
            continue
        lines.append(raw.decode("utf-8", "replace").rstrip("\r\n"))
        if raw[:13].upper() == b"END:VTIMEZONE":
            yield lines
            lines = None


class Scan:
    """The components of a calendar, one after the other; `is_converted`: some line was not UTF-8."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.is_converted = False

    def __iter__(self) -> Iterator[Component]:
        """Yield events and other components; one cut short is not whole."""
        calendar: dict[str, str] = {}
        now: Component | None = None
        inner: list[str] = []  # names of components inside the present one
        number = 0
        for line in self._lines():
            upper = line[:40].strip().upper()
            if upper.startswith("BEGIN:"):
                kind = upper[6:]
                if kind == "VCALENDAR":
                    calendar = {}
                elif now is None or kind == "VEVENT":  # an event never lies in another
                    if now is not None:
                        yield _cut(now)
                    number += kind == "VEVENT"
                    now, inner = Component(kind, number, {}, calendar), []
                else:
                    inner.append(kind)
            elif upper.startswith("END:"):
                if now is not None and not inner and upper[4:] == now.kind:
                    yield now
                    now = None
                elif now is not None and inner and upper[4:] == inner[-1]:
                    inner.pop()
            elif now is None:
                _note(line, OF_CALENDAR, calendar)
            elif not inner and now.kind == "VEVENT":
                _take(line, now.properties)
        if now is not None:
            yield _cut(now)

    def _lines(self) -> Iterator[str]:
        """Yield unfolded lines as text; what is longer than any real one is cut."""
        held: list[bytes] = []
        size = 0
        while raw := self._stream.readline(LONGEST_LINE):
            if raw[:1] in (b" ", b"\t") and held:
                if size < LONGEST_LINE:
                    held.append(raw[1:].rstrip(b"\r\n"))
                    size += len(raw)
                continue
            if held:
                yield self._text(held)
            held, size = [raw.rstrip(b"\r\n")], len(raw)
        if held:
            yield self._text(held)

    def _text(self, parts: list[bytes]) -> str:
        line = b"".join(parts)
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.is_converted = True
            return line.decode("cp1252", "replace")


def _cut(component: Component) -> Component:
    component.is_whole = False
    return component


def _note(line: str, wanted: frozenset[str], into: dict[str, str]) -> None:
    name, _, value = line.partition(":")
    if (key := name.split(";")[0].upper()) in wanted:
        into[key] = value.strip()


def _take(line: str, properties: dict[str, list[Value]]) -> None:
    name = re.split("[;:]", line, maxsplit=1)[0].upper()
    if name not in WANTED or not (match := LINE.fullmatch(line)):
        return
    about = {key.upper(): value.strip('"') for key, value in PARAMETER.findall(match[2])}
    text = match[3][:20] if name == "SUMMARY" else match[3]  # only its first word is looked at
    properties.setdefault(name, []).append(Value(about, text))
