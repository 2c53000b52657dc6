"""From one event of a calendar to a meeting: who is invited, when it begins, how long it lasts, what it repeats.

Whole days, free time and what was cancelled are no meetings; what cannot be read is set apart.
"""

import re
import time
from typing import BinaryIO

import msgspec

from analytics.readers.acts import Acts
from analytics.readers.base import Sink
from analytics.readers.meetings import ics_scan, ics_times
from analytics.readers.meetings.ics_scan import Component, Value
from analytics.readers.meetings.ics_times import DAY_US, Unreadable, When, Zones

LONGEST_US = DAY_US  # nobody meets for longer: kept without a length
AWAY = ("DECLINED", "DELEGATED")
CANCELLED = re.compile(r"\s*(canceled|cancelled|annullat[oa]|abgesagt|annulée?|cancelad[oa])\s*:", re.IGNORECASE)  # fmt: skip
THINGS = ("ROOM", "RESOURCE")


class Meeting(msgspec.Struct, gc=False):
    """An event of a calendar as far as it matters; `at` is UTC microseconds, recurrence the instant it stands for."""

    place: str
    uid: str
    recurrence: int | None
    version: int
    at: int
    seconds: int | None
    organiser: str
    people: tuple[str, ...]
    accepted: tuple[str, ...]
    names_people: bool
    is_alone: bool
    is_held: bool
    is_floating: bool = False
    series: "Series | None" = None


class Series(msgspec.Struct, gc=False):
    """What a repeated event says of its repeats."""

    start: When
    rules: list[str]
    more: list[When]
    never: list[When]


class Reading:
    """Takes events of calendars for meetings; `latest_us`: the last sign of life in them."""

    def __init__(self, acts: Acts, sink: Sink, zones: Zones) -> None:
        self.acts, self.sink, self.zones = acts, sink, zones
        self.latest_us = 0
        self.are_people_named = False
        self.now_us = time.time_ns() // 1000

    def meetings(self, member: str, stream: BinaryIO) -> list[Meeting]:
        """Return the meetings of one calendar; what is none is counted, what is wrong set apart.

        Where nothing in it names anybody, participants were left out of the export: what takes time is then a meeting
        of the calendar's owner. Else an entry that invites nobody is a note.
        """
        scan = ics_scan.Scan(stream)
        found = []
        for component in scan:
            if component.kind in ics_scan.OTHERS:
                self.sink.ignored.append(component.kind)
            elif component.kind == "VEVENT" and (meeting := self._checked(component, member)):
                found.append(meeting)
        if scan.is_converted:
            self.sink.warn("encoding_converted")
        is_bare = not any(meeting.names_people for meeting in found)
        kept = [
            meeting for meeting in found if meeting.names_people or (is_bare and meeting.organiser)
        ]
        for _ in range(len(found) - len(kept)):
            self.passed_over()
        if is_bare and kept:
            self.sink.warn("participants_missing")
        self.are_people_named |= not is_bare
        return kept

    def _checked(self, event: Component, member: str) -> Meeting | None:
        place = _place(event, member)
        if not event.is_whole:
            self.sink.reject(
                f"{member}#{event.number}" if member else f"component {event.number}",
                "ics_truncated",
            )
            return None
        try:
            start = self._when(event, "DTSTART")
            if start is None:
                raise Unreadable("timestamp_invalid")
            self._notice(event, start)
            if start.is_day or event.text("X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE":
                self.passed_over()
                return None
            return self._meeting(event, start, place)
        except Unreadable as problem:
            self.sink.reject(place, problem.code)
            return None

    def passed_over(self) -> None:
        """Count an entry that is no meeting that was held."""
        self.sink.non_records += 1
        self.sink.warn("event_not_counted")

    def _notice(self, event: Component, start: When) -> None:
        """Note signs of life: when the calendar was written or something in it took place."""
        us = start.us
        for name in ("DTSTAMP", "LAST-MODIFIED", "CREATED"):
            if found := event.first(name):
                try:
                    us = max(us, ics_times.read_when(found.text, {"TZID": "UTC"}, self.zones).us)
                except Unreadable:
                    continue
        if us <= self.now_us:
            self.latest_us = max(self.latest_us, us)

    def _when(self, event: Component, name: str) -> When | None:
        found = event.first(name)
        if found is None:
            return None
        about = dict(found.about)
        if "TZID" not in about and (zone := event.calendar.get("X-WR-TIMEZONE")):
            about["TZID"] = zone  # Google: the zone of the whole calendar
        return ics_times.read_when(found.text, about, self.zones)

    def _meeting(self, event: Component, start: When, place: str) -> Meeting | None:
        organiser = self._account(event.first("ORGANIZER"))
        people, accepted, is_group = self._people(event, organiser)
        names_people = organiser is not None or bool(people)
        organiser = organiser or self._owner(event)
        if organiser is None and people:
            self.sink.reject(place, "author_missing")
            return None
        uid = event.text("UID")
        if not uid:
            self.sink.warn("id_derived")
            uid = f"{organiser} {start.us} {event.text('DTEND')}"
        recurrence = self._when(event, "RECURRENCE-ID")
        if ics_times.is_in_gap(start.clock, start.zone):
            self.sink.warn("time_in_dst_gap")
        return Meeting(
            place=place,
            uid=uid,
            recurrence=recurrence.us if recurrence else None,
            version=self._version(event),
            at=start.us,
            seconds=self._seconds(event, start),
            organiser=organiser or "",
            people=people,
            accepted=accepted,
            names_people=names_people,
            is_alone=not people and not is_group and "ATTENDEE" in event.properties,
            is_held=_is_held(event),
            series=None if recurrence else self._series(event, start),
        )

    def _seconds(self, event: Component, start: When) -> int | None:
        """Return the length; null for an instant and for what lasts longer than anybody meets."""
        end = self._when(event, "DTEND")
        if end is not None:
            seconds = (end.us - start.us) // 1_000_000
        else:
            seconds = (
                ics_times.read_seconds(event.text("DURATION")) if event.first("DURATION") else 0
            )
        if seconds < 0:
            raise Unreadable("interval_negative")
        if seconds * 1_000_000 > LONGEST_US:
            self.sink.warn("duration_suspicious")
            return None
        return seconds or None

    def _series(self, event: Component, start: When) -> Series | None:
        rules = [value.text for value in event.properties.get("RRULE", [])]
        more = event.properties.get("RDATE", [])
        if not (rules or more):
            return None
        for rule in rules:
            ics_times.follow(rule, start, start.us)  # raises where nobody can follow it
        never = event.properties.get("EXDATE", [])
        return Series(
            start,
            rules,
            list(ics_times.moments(more, self.zones)),
            list(ics_times.moments(never, self.zones)),
        )

    def _version(self, event: Component) -> int:
        """Return what grows with every change: SEQUENCE, then the time of the last change in seconds."""
        sequence = event.text("SEQUENCE")
        number = int(sequence) if sequence.isdecimal() and len(sequence) < 9 else 0  # noqa: PLR2004
        stamp = event.first("LAST-MODIFIED") or event.first("DTSTAMP")
        try:
            us = ics_times.read_when(stamp.text, {"TZID": "UTC"}, self.zones).us if stamp else 0
        except Unreadable:
            us = 0
        return (number << 33) + max(us, 0) // 1_000_000

    def _people(
        self, event: Component, organiser: str | None
    ) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """Return who is invited and did not decline, who said yes, and whether groups are invited whose members nobody knows."""
        people: dict[str, bool] = {}
        is_group = False
        for value in event.properties.get("ATTENDEE", []):
            kind = value.about.get("CUTYPE", "").upper()
            if kind in THINGS or (value.about.get("ROLE", "").upper() == "NON-PARTICIPANT"):
                if (thing := self._account(value)) and kind in THINGS:
                    self.acts.account(thing, kind="service")
            elif kind == "GROUP":
                is_group = True
            elif (answer := value.about.get("PARTSTAT", "").upper()) not in AWAY:
                account = self._account(value)
                if account and account != organiser:
                    people[account] = answer == "ACCEPTED" or people.get(account, False)
        return tuple(people), tuple(name for name, yes in people.items() if yes), is_group

    def _owner(self, event: Component) -> str | None:
        """Return whose calendar it is: Google names it after the address, Outlook after the person; null = not said."""
        name = event.calendar.get("X-WR-CALNAME", "").replace("\\,", ",").strip()
        if not name or not name.isprintable():
            return None
        self.acts.account(name.casefold(), name=None if "@" in name else name)
        return name.casefold()

    def _account(self, value: Value | None) -> str | None:
        """Return the address of somebody, else the name, and note both."""
        if value is None:
            return None
        text = value.text.strip()
        email = (
            value.about.get("EMAIL", "") if not text.casefold().startswith("mailto:") else text[7:]
        )
        email = email.strip().casefold()
        name = value.about.get("CN", "").strip() or None
        if "@" not in email:
            return name.casefold() if name and name.isprintable() else None
        kind = "service" if email.endswith("resource.calendar.google.com") else None
        plain_name = name if name and "@" not in name and name.isprintable() else None
        self.acts.account(email, email=email, name=plain_name, kind=kind)
        return email


def _place(event: Component, member: str) -> str:
    """Return where an event stands: its id, or its number in a member of many."""
    uid = event.text("UID")
    if member:
        return f"{member}#{event.number}"
    return uid if uid and uid.isprintable() and len(uid) <= 120 else f"component {event.number}"  # noqa: PLR2004


def _is_held(event: Component) -> bool:
    free = (
        event.text("TRANSP").upper() == "TRANSPARENT"
        or event.text("X-MICROSOFT-CDO-BUSYSTATUS").upper() in ("FREE", "OOF")
        or event.text("STATUS").upper() == "CANCELLED"
        or event.calendar.get("METHOD", "").upper() == "CANCEL"
    )
    return not free and not CANCELLED.match(event.text("SUMMARY"))
