"""Attendance of Microsoft Teams meetings as Microsoft Graph gives it (meetingAttendanceReport, JSON).

It tells every stay of everybody with its instant in UTC. Without the intervals somebody counts as there, not how long.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.instants import from_iso
from analytics.readers.meetings import attendance
from analytics.readers.meetings.attendance import Held, Stay

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="teams_attendance_json",
    title="Teams attendance report (JSON of Graph)",
    tool="teams",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="Graph v1.0 meetingAttendanceReport with its attendanceRecords: one, a list, or pages.",
    is_seen=False,
)


class Interval(msgspec.Struct, gc=False, rename="camel"):
    """From when to when somebody was there."""

    join_date_time: str | None = None
    leave_date_time: str | None = None


class Person(msgspec.Struct, rename="camel"):
    """One attendance; the address may be missing for a guest."""

    email_address: str | None = None
    role: str | None = None
    identity: dict[str, Any] | None = None
    attendance_intervals: list[Interval] = []


class Report(msgspec.Struct, rename="camel"):
    """One meeting that took place."""

    id: str
    meeting_start_date_time: str | None = None
    meeting_end_date_time: str | None = None
    attendance_records: list[Person] = []


KIND = json_records.Kind(Report, frozenset({"id"}), wrappers=("value",))


def identify(source: "Source") -> bool:
    """Say whether the first record is a report with its records."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    listed = first.get("value")
    first = (
        listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else first
    )
    return {"meetingStartDateTime", "attendanceRecords"} <= first.keys()


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over meetings and who was in them; raises UnreadableExport(json_shape)."""
    acts = Acts(sink, options.tool or "teams")
    meetings = []
    for place, report in json_records.read_file(source, KIND, sink):
        held = Held(report.id, None, from_iso(report.meeting_start_date_time)[0], from_iso(report.meeting_end_date_time)[0])  # fmt: skip
        for number, person in enumerate(report.attendance_records):
            _attend(f"{place} record {number}", person, held, acts, sink)
        if report.attendance_records:
            meetings.append(held)
        else:
            sink.non_records += 1
            sink.warn("event_not_counted")
    attendance.hand_over(meetings, acts, sink)


def _attend(place: str, person: Person, held: Held, acts: Acts, sink: Sink) -> None:
    """Take one attendance: its first stay is the record, the others belong to it."""
    name = (person.identity or {}).get("displayName")
    account = attendance.account(
        acts, name if isinstance(name, str) else "", person.email_address or ""
    )
    if account is None:
        sink.reject(place, "author_missing")
        return
    if held.organiser is None and (person.role or "").casefold() == "organizer":
        held.organiser = account
    ends = [
        (from_iso(one.join_date_time)[0], from_iso(one.leave_date_time)[0])
        for one in person.attendance_intervals
    ]
    joins = [join for join, _ in ends if join is not None]
    leaves = [leave for _, leave in ends if leave is not None]
    held.stays.append(Stay(0, account, min(joins, default=None), max(leaves, default=None), place))
