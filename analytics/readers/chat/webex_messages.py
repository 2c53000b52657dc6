"""What was written in Webex? Messages as the Webex interface lists them, as JSON saved by a tool.

A page, a list or one message a line. It holds the rooms that the person who asked is a member of. Reactions and
reading are not in it; the address of every author is.
"""

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink
from analytics.readers.files import Source
from analytics.readers.instants import from_iso

FORMAT = Format(
    id="webex_messages",
    title="Webex messages (JSON)",
    tool="webex",
    provides=frozenset({"acts", "replies", "recipients"}),
    is_seen=False,
)
MARKUP = r"<[^>]*>|https?://\S+"
BOTS = ("@webex.bot", "@sparkbot.io")


class Message(msgspec.Struct, gc=False):
    """One message of the list; keys as in developer.webex.com, List Messages."""

    id: str
    roomId: str | None = None  # noqa: N815
    roomType: str | None = None  # noqa: N815
    parentId: str | None = None  # noqa: N815
    text: str | None = None
    personId: str | None = None  # noqa: N815
    personEmail: str | None = None  # noqa: N815
    toPersonId: str | None = None  # noqa: N815
    toPersonEmail: str | None = None  # noqa: N815
    mentionedPeople: list[str] | None = None  # noqa: N815
    created: str | None = None
    updated: str | None = None


KIND = json_records.Kind(Message, wrappers=("items",))


def identify(source: Source) -> bool:
    """Say whether the first message has a room and who wrote it, as Webex spells them."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    items = first.get("items")
    if isinstance(items, list) and items and isinstance(items[0], dict):
        first = items[0]
    return (
        "roomId" in first
        and bool({"personEmail", "personId"} & first.keys())
        and "created" in first
    )


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over accounts, rooms and messages."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    found = list(json_records.read_file(source, KIND, sink))
    for _, message in found:
        _note(message, acts)
    for place, message in found:
        acts.add(_act(place, message))
    acts.finish()
    sink.warn("one_person_view")


def _note(message: Message, acts: Acts) -> None:
    """Note who wrote; in a room of two everybody seen in it is a member."""
    author = message.personId or message.personEmail
    if author:
        kind = "bot" if (message.personEmail or "").casefold().endswith(BOTS) else None
        acts.account(author, email=message.personEmail, kind=kind)
    if message.roomId and message.roomType == "direct":
        acts.space(message.roomId, "direct", members=[author] if author else [])


def _act(place: str, message: Message) -> Act:
    us, flaw = from_iso(message.created)
    edited, _ = from_iso(message.updated)
    return Act(
        place=place,
        key=message.id,
        us=us,
        flaw=flaw,
        actor=message.personId or message.personEmail,
        action="reply" if message.parentId else "post",
        space=message.roomId,
        thread=message.parentId,
        to=[message.toPersonId] if message.toPersonId else (),
        mentions=message.mentionedPeople or (),
        text=message.text,
        version=edited or 0,
    )
