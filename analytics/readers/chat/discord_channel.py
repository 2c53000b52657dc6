"""What was said in a Discord channel? One JSON file of DiscordChatExporter per channel, thread or direct chat.

Made by a member with that tool, so it holds what this member could see. Who may use the server, who is in the
channel and e-mail addresses are not in it. Reactions count where the file names who reacted (from 2023 on).
"""

import re
from collections.abc import Iterator

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.act import Act, reaction
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink
from analytics.readers.files import Source
from analytics.readers.instants import from_iso

FORMAT = Format(
    id="discord_channel",
    title="Discord channel (DiscordChatExporter, JSON)",
    tool="discord",
    provides=frozenset({"acts", "replies", "recipients", "reactions", "meetings"}),
    versions="with and without nicknames, names of who reacted, roles; also cut off before its end",
)
MARKUP = r"<[^>]*>|https?://\S+|@\S+|:\w+:"
SAID = {"Default", "Reply", "ChatInputCommand", "ContextMenuCommand"}
TOTAL = re.compile(rb'"messageCount"\s*:\s*(\d+)')
TAIL = 256


class Person(msgspec.Struct, gc=False):
    """Who wrote, reacted or was mentioned."""

    id: str
    name: str | None = None
    nickname: str | None = None
    isBot: bool = False  # noqa: N815 - as the file spells it


class Reaction(msgspec.Struct, gc=False):
    """One emoji below a message; `users` since 2023."""

    emoji: dict[str, str | bool | None] = {}
    count: int = 0
    users: list[Person] | None = None


class Reference(msgspec.Struct, gc=False):
    """What is answered, forwarded or pinned."""

    messageId: str | None = None  # noqa: N815
    channelId: str | None = None  # noqa: N815


class Message(msgspec.Struct, gc=False):
    """One message; what is not listed here is not read."""

    id: str
    type: str | int = "Default"
    timestamp: str | None = None
    timestampEdited: str | None = None  # noqa: N815
    callEndedTimestamp: str | None = None  # noqa: N815
    content: str | None = None
    author: Person | None = None
    reactions: list[Reaction] | None = None
    mentions: list[Person] | None = None
    reference: Reference | None = None
    forwardedMessage: msgspec.Raw = msgspec.Raw()  # noqa: N815


KIND = json_records.Kind(Message, wrappers=("messages",))
Found = json_records.Found[Message]


def identify(source: Source) -> bool:
    """Say whether a file describes a guild and a channel before its messages."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    return (
        isinstance(first.get("guild"), dict)
        and isinstance(first.get("channel"), dict)
        and isinstance(first.get("messages"), list)
    )


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over accounts, the channel, messages, calls and reactions."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    channel = json_head.first_object(source)["channel"]
    space = str(channel.get("id") or "unknown")
    found = list(json_records.read_file(source, KIND, sink))
    people = _people(acts, found)
    if str(channel.get("type")).startswith("Direct"):
        acts.space(space, "direct", members=people)
    roots: dict[str, str] = {}
    for place, message in found:
        for act in _acts(place, message, space, roots):
            acts.add(act)
    acts.finish()
    _tell(source, sink, found)


def _people(acts: Acts, found: list[Found]) -> set[str]:
    """Note everybody who wrote or was mentioned, and return them."""
    people = set()
    for _, message in found:
        for person in (message.author, *(message.mentions or ())):
            if person:
                people.add(person.id)
                kind = "bot" if person.isBot else None
                acts.account(person.id, name=person.nickname or person.name, kind=kind)
    return people


def _acts(place: str, message: Message, space: str, roots: dict[str, str]) -> Iterator[Act]:
    us, flaw = from_iso(message.timestamp)
    edited, _ = from_iso(message.timestampEdited)
    answered = _answered(message, space)
    if answered:
        roots[message.id] = roots.get(answered, answered)
    action = "call" if message.type == "Call" else "post" if message.type in SAID else "notice"
    act = Act(
        place=place,
        key=message.id,
        us=us,
        flaw=flaw,
        actor=message.author.id if message.author else None,
        action="reply" if answered else action,
        space=space,
        thread=roots.get(message.id),
        in_reply_to=answered,
        mentions=[person.id for person in message.mentions or ()],
        seconds=_seconds(us, message.callEndedTimestamp),
        text=message.content if action == "post" else None,
        version=edited or 0,
    )
    yield act
    if flaw:
        return
    for number, found in enumerate(message.reactions or ()):
        emoji = found.emoji.get("id") or found.emoji.get("name") or number
        for person in found.users or ():
            yield reaction(act, emoji, person.id)


def _answered(message: Message, space: str) -> str | None:
    """Return what a message answers: not what it pins, forwards or passes on from another channel."""
    said = message.reference
    if (
        said is None
        or message.type not in SAID
        or bytes(message.forwardedMessage) not in (b"", b"null")
    ):
        return None
    return said.messageId if said.channelId in (None, space) else None


def _seconds(us: int | None, ended: str | None) -> int | None:
    until, _ = from_iso(ended)
    return (until - us) // 1_000_000 if until and us and until >= us else None


def _tell(source: Source, sink: Sink, found: list[Found]) -> None:
    with source.open() as stream:
        stream.seek(max(source.size - TAIL, 0))
        total = TOTAL.search(stream.read())
    if total is None or int(total[1]) > len(found) + sum(sink.rejected.values()):
        sink.warn("incomplete_page")
    sink.warn("one_person_view")
    reactions = [reaction for _, message in found for reaction in message.reactions or ()]
    unnamed = sum(not reaction.users for reaction in reactions)
    if unnamed:
        sink.warn("reaction_ignored", unnamed)
    absent = {"reactions"} if unnamed else set()
    if not sink.actions["call"]:
        absent.add("meetings")
    sink.provides = FORMAT.provides - absent
