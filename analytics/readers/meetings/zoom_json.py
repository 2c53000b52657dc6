"""Who was in Zoom meetings, as its interface gives it: participants of meetings (JSON of reports, past meetings, dashboards).

One response tells the participants of one meeting and not which; a page that says where the next begins goes on in it.
Where rows or the meetings around them name the meeting, many lie in one file. Rejoins and second devices make one
attendance, who only waited in the waiting room did not attend. Topics are passed over.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.instants import from_iso
from analytics.readers.meetings import attendance
from analytics.readers.meetings.attendance import Held, Stay

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="zoom_json",
    title="Zoom participants of meetings (JSON)",
    tool="zoom",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="responses for one meeting, pages of them, meetings with their participants inside, rows that name their meeting (data connectors).",
    is_seen=False,
)
WHO = frozenset({"user_email", "email", "name", "user_name"})
DAY = 86_400 * 1_000_000
Id = int | str | None


class Person(msgspec.Struct, gc=False):
    """One stay of one participant."""

    name: str | None = None
    user_name: str | None = None
    user_email: str | None = None
    email: str | None = None
    join_time: str | None = None
    leave_time: str | None = None
    status: str | None = None
    meeting_uuid: Id = None
    meeting_id: Id = None


class Record(Person):
    """A participant, or a meeting (a response) with its participants inside."""

    id: Id = None
    uuid: Id = None
    start_time: str | None = None
    end_time: str | None = None
    host: str | None = None
    host_email: str | None = None
    participants: list[Any] | None = None
    next_page_token: str | None = None


KIND = json_records.Kind(Record, wrappers=("meetings",))
PERSON = json_records.Kind(Person)


def first_meeting(source: "Source") -> dict[str, Any]:
    """Return the first record of a file: the first of `meetings` where it wraps them."""
    return json_head.first_record(source, "meetings")


def identify(source: "Source") -> bool:
    """Say whether the first record is a participant who joined, or a meeting with such."""
    first = first_meeting(source)
    people = first.get("participants")
    if not isinstance(people, list):
        return _joins(first) and bool({"meeting_id", "meeting_uuid"} & first.keys())
    if people:
        return isinstance(people[0], dict) and _joins(people[0])
    return {"uuid", "start_time"} <= first.keys() or "page_size" in first


def _joins(person: dict[str, Any]) -> bool:
    return {"join_time", "leave_time"} <= person.keys() and bool(WHO & person.keys())


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over meetings and who was in them; raises UnreadableExport(json_shape, no_rows)."""
    acts = Acts(sink, options.tool or "zoom")
    meetings: dict[str, Held] = {}
    page: Held | None = None  # the meeting that the next response goes on with
    for place, record in json_records.read_file(source, KIND, sink):
        if record.participants is None:
            if stay := _stay(place, record, acts, sink):
                key = _key_of_row(record, stay)
                meetings.setdefault(key, Held(key, None)).stays.append(stay)
            continue
        held = page or _meeting(record, acts)
        for number, value in enumerate(record.participants):
            here = f"{place} participant {number}"
            person = json_records.convert(value, PERSON, sink, here)
            if person and (stay := _stay(here, person, acts, sink)):
                held.stays.append(stay)
        page = held if record.next_page_token else None
        if page is None and held.stays:
            _close(held, meetings)
    if page is not None:
        sink.warn("incomplete_page")
        _close(page, meetings)
    if not meetings and not sink.rejected:
        raise UnreadableExport(
            "no_rows", f"{source.name}: nobody took part in any meeting. Export another."
        )
    attendance.hand_over(list(meetings.values()), acts, sink)


def _stay(place: str, person: Person, acts: Acts, sink: Sink) -> Stay | None:
    """Return from when to when somebody was there; null where that is set apart or no attendance."""
    if person.status == "in_waiting_room":
        sink.non_records += 1
        sink.warn("event_not_counted")
        return None
    name, email = person.name or person.user_name or "", person.user_email or person.email or ""
    account = attendance.account(acts, name, email)
    join, flaw = from_iso(person.join_time)
    if account is None or flaw:
        sink.reject(place, flaw or "author_missing")
        return None
    return Stay(0, account, join, from_iso(person.leave_time)[0], place)


def _key_of_row(row: Record, stay: Stay) -> str:
    # a number is that of a series: the day tells its meetings apart
    return str(row.meeting_uuid or f"{row.meeting_id}@{(stay.join or 0) // DAY}")


def _meeting(record: Record, acts: Acts) -> Held:
    """Return the meeting around participants, under the key that Zoom's lists as CSV give it; none for a bare response."""
    start, end = from_iso(record.start_time)[0], from_iso(record.end_time)[0]
    is_numbered = record.id is not None and start is not None
    key = f"{record.id}@{start}" if is_numbered else str(record.uuid or record.meeting_uuid or "")
    address = record.host_email or record.user_email or record.email or ""
    host = attendance.account(acts, record.host or record.user_name or "", address)
    return Held(key.replace(" ", ""), host, start, end)


def _close(held: Held, meetings: dict[str, Held]) -> None:
    """Take a meeting to its end; one without a name is told by who came first, and when."""
    if not held.stays:
        return
    if not held.key:
        first = min(held.stays, key=lambda stay: (stay.join or 0, stay.account))
        held.key = attendance.hashed("zoom", first.join, first.account)
    known = meetings.setdefault(held.key, held)
    if known is not held:
        known.stays += held.stays
