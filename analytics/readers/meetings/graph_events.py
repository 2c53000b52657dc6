"""Meetings in an Outlook calendar as Microsoft Graph gives it (events, JSON).

One person's calendar: meetings of people whose calendars are missing are not seen, the same meeting in several calendars
is one. Ask for the calendar view, which lists every occurrence: a series by its rule alone is passed over. Who declined
does not take part; whole days, what is free and what was cancelled are no meetings. Subjects and texts are not read.
"""

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.meetings import ics_times
from analytics.readers.meetings.attendance import MASS_FROM
from analytics.readers.meetings.ics_times import Unreadable, Zones
from analytics.readers.zones import floating

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="graph_events",
    title="Outlook calendar (JSON of Graph)",
    tool="calendar",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="Graph v1.0 event: calendarView or events, pages, lists or one record a line.",
    is_seen=False,
)
SINGLE, SERIES = "singleInstance", "seriesMaster"
NOT_HELD = ("free", "oof", "workingElsewhere")
LONGEST_SECONDS = 24 * 3600


class Moment(msgspec.Struct, gc=False, rename="camel"):
    """A wall clock without offset, and its zone."""

    date_time: str | None = None
    time_zone: str | None = None


class Someone(msgspec.Struct, rename="camel"):
    """Whoever organises or is invited; `type` resource is a room."""

    email_address: dict[str, Any] | None = None
    type: str | None = None
    status: dict[str, Any] | None = None


class Event(msgspec.Struct, rename="camel"):
    """One entry of the calendar."""

    id: str
    uid: str | None = msgspec.field(default=None, name="iCalUId")
    start: Moment | None = None
    end: Moment | None = None
    is_all_day: bool | None = None
    is_cancelled: bool | None = None
    show_as: str | None = None
    type: str | None = None
    organizer: Someone | None = None
    attendees: list[Someone] | None = None


KIND = json_records.Kind(Event, frozenset({"id", "start"}), wrappers=("value",))


def identify(source: "Source") -> bool:
    """Say whether the first record is an entry of a calendar with its start and organiser."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    listed = first.get("value")
    if isinstance(listed, list) and listed and isinstance(listed[0], dict):
        first = listed[0]
    start = first.get("start")
    return isinstance(start, dict) and "dateTime" in start and {"end", "iCalUId"} <= first.keys()


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over the meetings that were held; raises UnreadableExport(json_shape)."""
    acts = Acts(sink, options.tool or FORMAT.tool or "")
    zones, now_us = Zones(floating(options)), time.time_ns() // 1000
    for place, event in json_records.read_file(source, KIND, sink):
        try:
            act = _act(place, event, acts, zones)
        except Unreadable as problem:
            sink.reject(place, problem.code)
            continue
        if act is None or (act.us or 0) > now_us:  # planned, not held yet
            sink.non_records += 1
            sink.warn("event_not_counted")
        else:
            acts.add(act)
    if zones.is_floating:
        sink.warn("time_floating")
    if zones.is_unknown:
        sink.warn("timezone_unknown")
    acts.finish()


def _act(place: str, event: Event, acts: Acts, zones: Zones) -> Act | None:
    """Return the meeting; null where it is none."""
    people = [one for one in event.attendees or [] if _comes(one, acts)]
    is_meeting = people and not event.is_all_day and not event.is_cancelled
    if not is_meeting or event.show_as in NOT_HELD or event.type == SERIES:
        return None
    start, end = _us(event.start, zones), _us(event.end, zones)
    if end < start:
        raise Unreadable("interval_negative")
    organiser = _account(event.organizer, acts)
    others = {account: None for one in people if (account := _account(one, acts)) != organiser}
    if not others:
        return None
    if len(others) >= MASS_FROM:
        acts.sink.warn("mass_meeting_flagged")
    seconds = (end - start) // 1_000_000
    if seconds > LONGEST_SECONDS:
        acts.sink.warn("duration_suspicious")
    uid = event.uid or event.id
    return Act(
        place=place, key=ics_times.key_of(uid, None if event.type == SINGLE else start), us=start, actor=organiser,
        action="meeting", attendees=[account for account in others if account],
        seconds=seconds if 0 < seconds <= LONGEST_SECONDS else None,
    )  # fmt: skip


def _comes(one: Someone, acts: Acts) -> bool:
    """Say whether somebody invited is a person who did not decline; rooms are noted as none."""
    if (one.type or "").casefold() == "resource":
        if room := _account(one, acts):
            acts.account(room, kind="service")
        return False
    return str((one.status or {}).get("response", "")).casefold() != "declined"


def _account(one: Someone | None, acts: Acts) -> str | None:
    """Return the address, else the name, and note both."""
    about = (one.email_address if one else None) or {}
    email, name = (str(about.get(key) or "").strip() for key in ("address", "name"))
    key = (email if "@" in email else name).casefold()
    if not key or not key.isprintable():
        return None
    named = name if name and "@" not in name and name.isprintable() else None
    acts.account(key, email=key if "@" in key else None, name=named)
    return key


def _us(moment: Moment | None, zones: Zones) -> int:
    """Return UTC microseconds of 2026-01-05T10:00:00.0000000 in its zone; raises Unreadable."""
    try:
        clock = datetime.fromisoformat(((moment.date_time if moment else None) or "")[:19])
    except ValueError:
        raise Unreadable("timestamp_invalid") from None
    return ics_times.micros(clock, zones.find(moment.time_zone if moment else None))
