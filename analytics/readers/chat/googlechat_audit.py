"""The log of Google Chat as the Reports API gives it (activities of the application chat, JSON): who posted when and where.

It holds no text, and not what was answered or whom a message reached: of the members of a space only those are told who
were added in its days, which would be too few, so none are taken. Names of spaces and files are passed over; so is what
was edited, deleted, downloaded or written to an app.
"""

from typing import TYPE_CHECKING

from analytics.readers import google_activity
from analytics.readers.act import Act, Openness
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.instants import from_iso

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="googlechat_audit",
    title="Google Chat log (JSON of the Reports API)",
    tool="google_chat",
    provides=frozenset({"acts"}),
    versions="activities.list of the Reports API v1: pages, lists or one record a line",
    is_seen=False,
)
APPLICATION, POSTED = "chat", "message_posted"
WITH_APP = "USER_TO_APP_DIRECT_MESSAGE"
OPENNESS: dict[str, Openness] = {
    "USER_TO_USER_DIRECT_MESSAGE": "direct",
    "GROUP_DIRECT_MESSAGE": "direct",
}


def identify(source: "Source") -> bool:
    """Say whether the first record is an activity of Chat."""
    return google_activity.is_of(source, APPLICATION)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over messages, their authors and spaces; raises UnreadableExport(json_shape)."""
    acts = Acts(sink, options.tool or FORMAT.tool or "")
    for event in google_activity.events(source, APPLICATION, sink):
        room = event.text("room_id") or None
        kind = event.text("conversation_type")
        if event.name != POSTED or kind == WITH_APP:
            google_activity.pass_over(sink)
            continue
        actor = event.actor or event.text("actor").casefold() or None
        if actor:
            acts.account(actor, email=actor if "@" in actor else None)
        if room:
            outside = event.text("conversation_ownership") == "EXTERNALLY_OWNED"
            acts.space(room, "external" if outside else OPENNESS.get(kind, "unknown"))
        at, flaw = from_iso(event.time)
        key = event.text("message_id") or event.key
        acts.add(Act(place=event.place, key=key, us=at, actor=actor, space=room, flaw=flaw))
    acts.finish()
