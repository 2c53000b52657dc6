"""iCalendar files (.ics), as Outlook, Google, Apple and Thunderbird save them: one calendar, or a folder or zip of many.

The same meeting in several calendars is one meeting: the highest SEQUENCE counts. Series are followed to the day of
reading, at most a year beyond the last sign of life in the file. Whole days, free time, what was cancelled and what
nobody else was invited to are no meetings. Times are as planned: who really came, a calendar cannot tell.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from analytics.readers.act import Act
from analytics.readers.acts import EARLIEST_US, Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.meetings import ics_scan, ics_times
from analytics.readers.meetings.ics_events import Meeting, Reading, Series
from analytics.readers.meetings.ics_times import DAY_US, Unreadable, Zones
from analytics.readers.zones import floating

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="calendar_ics",
    title="calendar (iCalendar .ics)",
    tool="calendar",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="RFC 5545 with the ways of Outlook, Google, Apple and Thunderbird; one file, or many in a folder or zip.",
)
FOLLOWED_US = 366 * DAY_US
MASS_FROM = 25  # as for messages: from here on nobody collaborates
MOST_OCCURRENCES = 1_000_000  # of one export


def identify(source: "Source") -> bool:
    """Say whether the file, or every member of the folder or zip, begins as a calendar does."""
    if source.kind == "file":
        return bool(ics_scan.START.match(source.head(4096)))
    members = source.members() if source.kind in ("zip", "folder") else []
    return bool(members) and all(
        ics_scan.START.match(source.head(4096, member)) for member in members
    )


def explain(source: "Source") -> UnreadableExport | None:
    """Return what is wrong with a file that only its name makes a calendar."""
    if source.kind != "file" or not source.name.casefold().endswith((".ics", ".ical", ".ifb")):
        return None
    return UnreadableExport(
        "not_ics",
        f"{source.name}: the name says calendar, but the file does not begin with BEGIN:VCALENDAR. "
        "Often a sign-in page was saved in its place: export the calendar again.",
    )


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over the meetings of all calendars; raises UnreadableExport where a member is damaged."""
    acts = Acts(sink, options.tool or "calendar")
    zones = Zones(floating(options))
    reading = Reading(acts, sink, zones)
    found: list[Meeting] = []
    for name, open_calendar in _calendars(source):
        with open_calendar() as stream:
            for lines in ics_scan.zones(stream):
                zones.define(lines)
        with open_calendar() as stream:
            found += reading.meetings(name, stream)
    if zones.is_floating:
        sink.warn("time_floating")
    if zones.is_unknown:
        sink.warn("timezone_unknown")
    _hand_over(found, reading, acts, sink)
    if not reading.are_people_named:
        sink.provides = FORMAT.provides - {"recipients"}
    acts.finish()


def _calendars(source: "Source") -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
    """Yield the name of each member ("" for a single file) and how to open it."""
    if source.kind == "file":
        yield "", source.open
        return
    for member in source.members():
        yield member.rsplit("/", 1)[-1], partial(source.open_member, member)


def _hand_over(found: list[Meeting], reading: Reading, acts: Acts, sink: Sink) -> None:
    end_us = min(reading.now_us, reading.latest_us + FOLLOWED_US)
    latest = _latest(found, sink)
    moved: dict[str, set[int]] = {}
    for uid, recurrence in latest:
        if recurrence is not None:
            moved.setdefault(uid, set()).add(recurrence)
    left = MOST_OCCURRENCES
    for (uid, recurrence), meeting in latest.items():
        if not meeting.is_held or meeting.is_alone:
            reading.passed_over()
            continue
        if len(meeting.people) >= MASS_FROM:
            sink.warn("mass_meeting_flagged")
        if meeting.series is None:
            _single(meeting, ics_times.key_of(uid, recurrence), reading)
            continue
        try:
            starts, goes_on = _starts(
                meeting.series, min(end_us, reading.now_us), moved.get(uid, set())
            )
        except Unreadable as problem:
            sink.reject(meeting.place, problem.code)
            continue
        if goes_on or len(starts) > left:
            sink.warn("recurrence_clipped")
        starts = starts[:left]
        left -= len(starts)
        if not starts:
            sink.non_records += 1
        for number, at in enumerate(starts):
            acts.add(_act(meeting, ics_times.key_of(uid, at), at, is_record=number == 0, space=uid))


def _latest(found: Iterable[Meeting], sink: Sink) -> dict[tuple[str, int | None], Meeting]:
    """Return of every meeting its newest version; of two alike the one that tells of more people."""
    latest: dict[tuple[str, int | None], Meeting] = {}
    for meeting in found:
        key = (meeting.uid, meeting.recurrence)
        known = latest.get(key)
        if known is not None:
            sink.duplicates += 1
            sink.warn("duplicate_dropped")
        if known is None or (meeting.version, len(meeting.people)) > (
            known.version,
            len(known.people),
        ):
            latest[key] = meeting
    return latest


def _single(meeting: Meeting, key: str, reading: Reading) -> None:
    if meeting.at > reading.now_us:  # planned, not held yet
        reading.passed_over()
    else:
        space = None if meeting.recurrence is None else meeting.uid
        reading.acts.add(_act(meeting, key, meeting.at, is_record=True, space=space))


def _starts(series: Series, end_us: int, moved: set[int]) -> tuple[list[int], bool]:
    """Return the instants of a series in order, and whether there are more than could be taken."""
    start, goes_on = series.start, False
    clocks = {start.clock}
    for rule in series.rules:
        found, more = ics_times.follow(rule, start, end_us)
        clocks.update(found)
        goes_on |= more
    never = {when.us for when in series.never if not when.is_day}
    days = {ics_times.day_of(when) for when in series.never if when.is_day}
    instants = {ics_times.micros(clock, start.zone) for clock in clocks if clock.date() not in days}
    instants.update(when.us for when in series.more if not when.is_day)
    kept = sorted(at for at in instants - never - moved if EARLIEST_US <= at <= end_us)
    goes_on |= any(at > end_us for at in instants) or len(kept) > ics_times.PER_SERIES
    return kept[: ics_times.PER_SERIES], goes_on


def _act(meeting: Meeting, key: str, at: int, *, is_record: bool, space: str | None) -> Act:
    return Act(
        place=meeting.place,
        key=key,
        us=at,
        actor=meeting.organiser,
        action="meeting",
        space=space,
        attendees=meeting.people,
        accepted=meeting.accepted,
        seconds=meeting.seconds,
        version=meeting.version,
        is_record=is_record,
    )
