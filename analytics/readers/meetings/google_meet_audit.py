"""The log of Google Meet as the Reports API gives it (activities of the application meet, JSON).

One event is one device leaving; events of one conference make one meeting, in which rejoins and second devices are one
attendance, as in the same log from the admin console. Who said what nobody logs.
"""

from typing import TYPE_CHECKING

from analytics.readers import google_activity
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.google_activity import Event
from analytics.readers.instants import from_iso
from analytics.readers.meetings import attendance
from analytics.readers.meetings.attendance import Held, Stay

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="google_meet_audit",
    title="Google Meet log (JSON of the Reports API)",
    tool="google_meet",
    provides=frozenset({"acts", "recipients", "meetings"}),
    versions="activities.list of the Reports API v1: pages, lists or one record a line",
    is_seen=False,
)
APPLICATION, ENDED = "meet", "call_ended"
SECOND, DAY = 1_000_000, 86_400 * 1_000_000
LONGEST = 366 * 86_400  # seconds: more is no stay in a meeting


def identify(source: "Source") -> bool:
    """Say whether the first record is an activity of Meet."""
    return google_activity.is_of(source, APPLICATION)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over meetings and who was in them; raises UnreadableExport(json_shape)."""
    acts = Acts(sink, options.tool or FORMAT.tool or "")
    meetings: dict[str, Held] = {}
    for event in google_activity.events(source, APPLICATION, sink):
        if event.name != ENDED:
            google_activity.pass_over(sink)
            continue
        stay = _stay(event, acts, sink)
        if stay is None:
            continue
        # a code is that of a series: without the id of the conference, the day tells its meetings apart
        key = (
            event.text("conference_id") or f"{event.text('meeting_code')}@{(stay.join or 0) // DAY}"
        )
        organiser = attendance.account(acts, "", event.text("organizer_email"))
        meetings.setdefault(key, Held(key, organiser)).stays.append(stay)
    attendance.hand_over(list(meetings.values()), acts, sink)


def _stay(event: Event, acts: Acts, sink: Sink) -> Stay | None:
    """Return from when to when a device was there; null where the event was set apart."""
    person = event.text("identifier") or event.actor or ""
    is_guest = event.text("is_external").casefold() == "true"
    account = attendance.account(
        acts, event.text("display_name") or person, person, is_guest=is_guest
    )
    end, flaw = from_iso(event.time)
    seconds = event.text("duration_seconds")
    if account is None:
        flaw = "author_missing"
    elif not seconds.isdecimal() or int(seconds) > LONGEST:
        flaw = "number_invalid"
    if flaw or account is None or end is None:
        sink.reject(event.place, flaw or "timestamp_invalid")
        return None
    start = event.text("start_timestamp_seconds")
    join = int(start) * SECOND if start.isdecimal() else end - int(seconds) * SECOND
    return Stay(0, account, join, join + int(seconds) * SECOND, place=event.place)
