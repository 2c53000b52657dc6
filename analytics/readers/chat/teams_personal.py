"""The chats of one person as Teams (free) and Skype hand them over on request (`messages.json`).

They are one person's view: chats of other people are missing, so they say nothing about how much a company writes,
only who this person exchanges with. In a chat of two the other is known; of larger chats where members are listed.
"""

import re
from typing import Any

import msgspec

from analytics.readers import instants
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink
from analytics.readers.files import Source
from analytics.readers.json_head import first_object
from analytics.readers.json_records import Kind, convert, read_file

FORMAT = Format(
    id="teams_personal",
    title="Teams or Skype chats of one person",
    tool="teams",
    provides=frozenset(("recipients", "meetings")),
    versions="messages.json with conversations and MessageList, 2018 to 2025",
    is_seen=False,
)

WRITTEN = ("Text", "RichText", "RichText/Html")
FILES = ("RichText/UriObject", "RichText/Media_")
CALL = "Event/Call"
ENDED = re.compile(r'type="ended"')
PART = re.compile(r'<part identity="([^"]*)"')
LENGTH = re.compile(r"<duration>(\d{1,9})(?:\.\d*)?</duration>")
MARKUP = r"(?s)<quote\b.*?</quote>|<at\b.*?</at>|<[^>]*>|https?://\S+|&[#\w]+;"
WORK_ACCOUNT = "8:orgid:"  # what follows is the Entra id that other exports use
ONE_OF_TWO = "8:"


class Properties(msgspec.Struct, gc=False):
    deletetime: str | int | None = None
    edittime: str | int | None = None


class Message(msgspec.Struct, gc=False):
    id: str
    originalarrivaltime: str | None = None
    messagetype: str | None = None
    content: str | None = None
    sender: str | None = msgspec.field(default=None, name="from")
    properties: Properties | None = None


class Thread(msgspec.Struct, gc=False):
    members: str | None = None  # a list in JSON, as text


class Conversation(msgspec.Struct, gc=False):
    id: str
    messages: list[Any] | None = msgspec.field(default=None, name="MessageList")
    thread: Thread | None = msgspec.field(default=None, name="threadProperties")


class Export(msgspec.Struct, gc=False):
    userId: str  # noqa: N815 - the key
    conversations: list[Conversation]


EXPORT = Kind(Export, frozenset({"conversations"}), wrappers=())
MESSAGES = Kind(Message, frozenset({"messagetype"}))


def identify(source: Source) -> bool:
    """Say whether it is an object with conversations that hold a MessageList."""
    if source.kind != "file":
        return False
    found = first_object(source).get("conversations")
    return isinstance(found, list) and bool(found) and isinstance(found[0], dict) and "MessageList" in found[0]  # fmt: skip


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over events, deliveries, accounts, chats and their members."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    for _, export in read_file(source, EXPORT, sink):
        owner = _account(export.userId)
        for number, conversation in enumerate(export.conversations):
            space = _space(acts, conversation, owner)
            for index, record in enumerate(conversation.messages or ()):
                place = f"conversation {number} #{index}"
                message = convert(record, MESSAGES, sink, place)
                if message:
                    acts.add(_act(place, message, space))
    sink.warn("one_person_view")
    acts.finish()


def _space(acts: Acts, conversation: Conversation, owner: str) -> str:
    """Note a chat and who is in it; a chat of two is the same whoever of them exports it."""
    if conversation.id.startswith(ONE_OF_TWO):
        pair = sorted({owner, _account(conversation.id)})
        space = " ".join(pair)
        acts.space(space, "direct", pair)
        return space
    members = _members(conversation.thread)
    acts.space(conversation.id, "direct", members)
    return conversation.id


def _members(thread: Thread | None) -> set[str]:
    try:
        listed = msgspec.json.decode((thread and thread.members) or "[]", type=list[str])
    except msgspec.MsgspecError:
        return set()
    return {_account(member) for member in listed}


def _act(place: str, message: Message, space: str) -> Act:
    us, flaw = instants.from_iso(message.originalarrivaltime)
    properties = message.properties or Properties()
    act = Act(
        place=place,
        key=f"{space}:{message.id}",
        us=us,
        flaw=flaw,
        actor=_account(message.sender) if message.sender else None,
        space=space,
        version=max(_milliseconds(properties.edittime), _milliseconds(properties.deletetime)),
    )
    kind, content = message.messagetype or "", message.content or ""
    if kind in WRITTEN:
        act.text = None if properties.deletetime else content
    elif kind.startswith(FILES):
        act.action = "file"
    elif kind == CALL and ENDED.search(content):
        act.action = "call"
        act.attendees = tuple(_account(part) for part in PART.findall(content))
        act.seconds = max((int(length) for length in LENGTH.findall(content)), default=None)
        if act.us is not None and act.seconds:
            act.us -= act.seconds * 1_000_000  # written at the end, counted from the start
    else:
        act.action = "notice"
    return act


def _account(text: str) -> str:
    """Return an account without what says where it is kept."""
    return text.rsplit("/", 1)[-1].removeprefix(WORK_ACCOUNT)


def _milliseconds(value: str | int | None) -> int:
    """Return microseconds of a count of milliseconds, which may be text; 0 where there is none."""
    text = str(value or "")
    return int(text) * 1000 if text.isascii() and text.isdigit() and len(text) < 16 else 0  # noqa: PLR2004
