"""The messages of one person in Workplace Chat: what Workplace from Meta hands over as "Download your information".

It is one person's view: conversations of others are missing, so it never stands for the company. Names alone tell who is
who: accounts have to be matched by hand. Its letters are written in a way that has to be undone. The service is closed.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.act import Act, Openness, reaction
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink
from analytics.readers.files import Source
from analytics.readers.instants import from_number
from analytics.readers.meetings.attendance import hashed

FORMAT = Format(
    id="workplace_messages",
    title="Workplace chats of one person (Download your information, JSON)",
    tool="workplace",
    provides=frozenset({"acts", "recipients", "reactions"}),
    versions="message_1.json and the like, one conversation a file, in the layout that Workplace shares with Messenger.",
    is_seen=False,
)
MARKUP = r"https?://\S+|@\S+"
MILLISECOND = 1_000
TWO = 2  # people in a direct conversation


class Message(msgspec.Struct, gc=False):
    """One message; one that was taken back says so."""

    sender_name: str | None = None
    timestamp_ms: float | None = None
    content: str | None = None
    is_unsent: bool | None = None
    call_duration: float | None = None
    reactions: list[dict[str, Any]] | None = None


KIND = json_records.Kind(Message, frozenset({"timestamp_ms"}), wrappers=("messages",))


def identify(source: Source) -> bool:
    """Say whether a file holds people and messages with their milliseconds."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    messages = first.get("messages")
    if not isinstance(first.get("participants"), list) or not isinstance(messages, list):
        return False
    return all(
        isinstance(m, dict) and {"sender_name", "timestamp_ms"} <= m.keys() for m in messages[:1]
    )


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over accounts, the conversation, messages and reactions."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    first = json_head.first_object(source)
    people = [
        _account(one.get("name"), acts) for one in first["participants"] if isinstance(one, dict)
    ]
    known = sorted({person for person in people if person})
    space = f"chat/{hashed(known)[:32]}"
    openness: Openness = "direct" if len(known) == TWO else "private"
    acts.space(space, openness, members=known)
    for place, message in json_records.read_file(source, KIND, sink):
        if message.is_unsent:
            sink.non_records += 1  # taken back
            continue
        for act in _acts(place, message, space, acts):
            acts.add(act)
    acts.finish()
    sink.warn("one_person_view")


def _acts(place: str, message: Message, space: str, acts: Acts) -> Iterator[Act]:
    us = from_number(message.timestamp_ms, MILLISECOND)
    author = _account(message.sender_name, acts)
    key = f"{space}/{hashed(us, author)[:24]}"
    is_call = message.call_duration is not None
    act = Act(
        place=place, key=key, us=us, actor=author, action="call" if is_call else "post", space=space,
        seconds=int(message.call_duration or 0) if is_call else None,
        text=None if is_call else mended(message.content),
    )  # fmt: skip
    yield act
    for one in message.reactions or []:
        if who := _account(one.get("actor"), acts):
            yield reaction(act, one.get("reaction"), who)


def _account(name: Any, acts: Acts) -> str | None:  # noqa: ANN401 - any JSON
    """Return the account, which is the name: nothing else tells who it is."""
    told = (mended(name) or "").strip() if isinstance(name, str) else ""
    if not told:
        return None
    acts.account(told.casefold(), name=told)
    return told.casefold()


def mended(text: str | None) -> str | None:
    """Return text whose UTF-8 was written as if it were Latin-1, as it was meant; any other as it is."""
    try:
        return text.encode("latin-1").decode("utf-8") if text else text
    except UnicodeError:
        return text
