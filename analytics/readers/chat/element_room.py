"""What was said in a Matrix room? The JSON file that Element writes with "Export chat".

One room as one person saw it, perhaps only its last messages. Element leaves out most reactions and edits;
messages it could not decrypt count, without their words. E-mail addresses are not in it.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink
from analytics.readers.files import Source
from analytics.readers.instants import from_number

FORMAT = Format(
    id="element_room",
    title="Matrix room (Element, Export chat as JSON)",
    tool="matrix",
    provides=frozenset({"acts", "replies", "recipients", "reactions"}),
    is_seen=False,
)
MARKUP = r"<[^>]*>|https?://\S+|@\S+:\S+"
SAID = {"m.room.message", "m.room.encrypted", "m.sticker"}
MILLISECOND = 1_000


class Event(msgspec.Struct, gc=False):
    """One event of the room; `content` differs by type."""

    event_id: str
    type: str = ""
    sender: str | None = None
    origin_server_ts: float | None = None
    room_id: str | None = None
    state_key: str | None = None
    content: dict[str, Any] | None = None


KIND = json_records.Kind(Event, frozenset({"event_id"}), wrappers=("messages",))


def identify(source: Source) -> bool:
    """Say whether a file names a room and holds Matrix events."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    messages = first.get("messages")
    if "room_name" not in first or not isinstance(messages, list):
        return False
    return all(isinstance(m, dict) and "event_id" in m for m in messages[:1])


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over accounts, the room, messages and what reactions there are."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    for place, event in json_records.read_file(source, KIND, sink):
        for act in _acts(place, event, acts):
            acts.add(act)
    acts.finish()
    sink.warn("one_person_view")
    absent = set() if sink.actions["reaction"] else {"reactions"}
    sink.provides = FORMAT.provides - absent


def _acts(place: str, event: Event, acts: Acts) -> Iterator[Act]:
    content = event.content or {}
    relation = _object(content, "m.relates_to")
    kind = relation.get("rel_type")
    act = Act(
        place=place,
        key=event.event_id,
        us=from_number(event.origin_server_ts, MILLISECOND),
        actor=event.sender,
        action="notice",
        space=event.room_id,
    )
    if event.type == "m.room.member":
        _note_member(event, content, acts)
    elif kind == "m.replace":
        acts.sink.non_records += 1  # an edit: the message itself counts
        return
    elif event.type == "m.reaction":
        act.action, act.in_reply_to = "reaction", _text(relation, "event_id")
    elif event.type in SAID:
        _say(act, event, content, relation)
    yield act


def _say(act: Act, event: Event, content: dict[str, Any], relation: dict[str, Any]) -> None:
    act.text = _text(content, "body") if event.type == "m.room.message" else None
    mentioned = _object(content, "m.mentions").get("user_ids")
    act.mentions = (
        [m for m in mentioned if isinstance(m, str)] if isinstance(mentioned, list) else []
    )
    act.in_reply_to = _text(_object(relation, "m.in_reply_to"), "event_id")
    if relation.get("rel_type") == "m.thread":
        act.thread = _text(relation, "event_id")
        if relation.get(
            "is_falling_back"
        ):  # what it "answers" is only the message before, for old programs
            act.in_reply_to = None
    act.action = "reply" if act.in_reply_to or act.thread else "post"


def _note_member(event: Event, content: dict[str, Any], acts: Acts) -> None:
    if event.state_key:
        acts.account(event.state_key, name=_text(content, "displayname"))


def _object(holder: dict[str, Any], key: str) -> dict[str, Any]:
    found = holder.get(key)
    return found if isinstance(found, dict) else {}


def _text(holder: dict[str, Any], key: str) -> str | None:
    found = holder.get(key)
    return found if isinstance(found, str) else None
