"""What happens in a Rocket.Chat server? A dump of its database: mongodump (BSON) or mongoexport (JSON), zip or folder.

Messages, threads, reactions, rooms, who is in them, and accounts with their addresses. Password hashes lie in such
dumps: they are not read. The messages alone can be read too, then without accounts and rooms.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from analytics.readers import json_records
from analytics.readers.act import Act, Openness, reaction
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink
from analytics.readers.chat import mongo_records
from analytics.readers.chat.mongo_records import identifier, instant
from analytics.readers.files import Source

FORMAT = Format(
    id="rocketchat_dump",
    title="Rocket.Chat database dump (BSON, JSON)",
    tool="rocketchat",
    provides=frozenset({"seats", "acts", "replies", "recipients", "reactions", "openness"}),
    versions="mongodump, and mongoexport one record a line, as an array or printed one after another",
)
MARKUP = r"<[^>]*>|https?://\S+|@\S+|:\w+:"
NAMES = {
    "messages": re.compile(r"^(rocketchat_)?messages?\.(bson|json|jsonl|ndjson)$"),
    "rooms": re.compile(r"^(rocketchat_)?rooms?\.(bson|json|jsonl|ndjson)$"),
    "users": re.compile(r"^users?\.(bson|json|jsonl|ndjson)$"),
    "subscriptions": re.compile(r"^(rocketchat_)?subscriptions?\.(bson|json|jsonl|ndjson)$"),
}
OPENNESS: dict[str, Openness] = {"c": "public", "p": "private", "d": "direct", "l": "external", "v": "external"}  # fmt: skip
SAID = (None, "", "e2e")  # e2e: encrypted, its words unreadable
CALLS = ("videoconf", "jitsi_call_started")
EVERYBODY = ("all", "here")


class Someone(msgspec.Struct, gc=False, rename={"id": "_id"}):
    """Who wrote or is mentioned."""

    id: Any = None
    username: str | None = None


class User(msgspec.Struct, rename={"id": "_id", "rooms": "__rooms"}):
    """An account; everything about its passwords is passed over."""

    id: Any
    username: str | None = None
    name: str | None = None
    emails: list[dict[str, Any]] | None = None
    active: bool = True
    type: str | None = None
    rooms: list[str] | None = None


class Room(msgspec.Struct, rename={"id": "_id"}):
    """A channel, group or direct chat."""

    id: Any
    t: str | None = None
    uids: list[str] | None = None
    usernames: list[str] | None = None


class Subscription(msgspec.Struct):
    """Somebody in a room."""

    rid: str
    u: Someone


class Message(msgspec.Struct, gc=False, rename={"id": "_id"}):
    """One message or notice."""

    id: Any
    rid: str | None = None
    u: Someone | None = None
    msg: str | None = None
    ts: Any = None
    t: str | None = None
    tmid: str | None = None
    tcount: int | None = None
    editedAt: Any = None  # noqa: N815 - as the database spells it
    reactions: dict[str, dict[str, Any]] | None = None
    mentions: list[Someone] | None = None


@dataclass
class Server:
    """What is known before the messages: acts, account ids by user name, and rooms where customers write."""

    acts: Acts
    named: dict[str, str] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)


def identify(source: Source) -> bool:
    """Say whether some collection holds messages as Rocket.Chat stores them."""
    found = _collections(source).get("messages")
    if source.kind != "file" and found is None:
        return False
    message = mongo_records.first(source, found)
    return {"_id", "rid", "ts", "u"} <= message.keys() and isinstance(message["u"], dict)


def _collections(source: Source) -> dict[str, str]:
    """Return the member that holds each collection."""
    if source.kind not in ("zip", "folder"):
        return {}
    return {
        what: path
        for what, name in NAMES.items()
        for path in reversed(source.members())
        if name.search(path)
    }


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over accounts, rooms, memberships, messages, calls and reactions."""
    server = Server(Acts(sink, options.tool or FORMAT.tool or "", MARKUP))
    found = _collections(source)
    if "users" in found:
        _read_users(
            mongo_records.read(source, found["users"], json_records.Kind(User), sink), server
        )
    if "rooms" in found:
        _read_rooms(
            mongo_records.read(source, found["rooms"], json_records.Kind(Room), sink), server
        )
    if "subscriptions" in found:
        kind = json_records.Kind(Subscription)
        for _, record in mongo_records.read(source, found["subscriptions"], kind, sink):
            if member := identifier(record.u.id):
                server.acts.space(record.rid, members=[member])
    for place, message in mongo_records.read(
        source, found.get("messages"), json_records.Kind(Message), sink
    ):
        for act in _acts(place, message, server):
            server.acts.add(act)
    server.acts.finish()
    _tell(source, sink, found)


def _read_users(users: Iterator[json_records.Found[User]], server: Server) -> None:
    for _, user in users:
        account = identifier(user.id)
        if not account:
            continue
        server.named[user.username or account] = account
        addresses = [email.get("address") for email in user.emails or ()]
        is_human = user.type in (None, "user")
        server.acts.account(
            account,
            email=next((address for address in addresses if isinstance(address, str)), None),
            name=user.name,
            kind="human" if is_human else "bot",
            has_seat=is_human and user.active,
        )
        for room in user.rooms or ():
            server.acts.space(room, members=[account])


def _read_rooms(rooms: Iterator[json_records.Found[Room]], server: Server) -> None:
    for _, room in rooms:
        space = identifier(room.id)
        if not space:
            continue
        openness = OPENNESS.get(room.t or "", "unknown")
        purpose = "customer" if openness == "external" else "unknown"
        if openness == "external":
            server.visited.add(space)
        server.acts.space(space, openness, members=room.uids or (), purpose=purpose)
        if room.uids and room.usernames and len(room.uids) == len(room.usernames):
            for name, account in zip(room.usernames, room.uids, strict=True):
                server.named.setdefault(name, account)


def _acts(place: str, message: Message, server: Server) -> Iterator[Act]:
    us, flaw = instant(message.ts)
    edited, _ = instant(message.editedAt)
    key, author = identifier(message.id), message.u or Someone()
    account = identifier(author.id)
    if account and author.username:
        server.named.setdefault(author.username, account)
    if account and message.rid in server.visited and account not in server.acts.accounts:
        server.acts.account(account, kind="guest")
    if not key:
        server.acts.sink.reject(place, "field_type")
        return
    said = message.t in SAID
    act = Act(
        place=place,
        key=key,
        us=us,
        flaw=flaw,
        actor=account,
        action=_action(message),
        space=message.rid,
        thread=message.tmid or (key if message.tcount else None),
        mentions=[m for m in map(_mentioned, message.mentions or ()) if m],
        text=message.msg if said and message.t != "e2e" else None,
        version=edited or 0,
    )
    yield act
    if flaw:
        return
    for emoji, found in (message.reactions or {}).items():
        names = found.get("usernames")
        for name in names if isinstance(names, list) else ():
            who = server.named.get(str(name), f"username:{name}")
            yield reaction(act, emoji, who)


def _action(message: Message) -> str:
    if message.t in CALLS:
        return "call"
    if message.t not in SAID:
        return "notice"
    return "reply" if message.tmid else "post"


def _mentioned(someone: Someone) -> str | None:
    account = identifier(someone.id)
    return None if account in EVERYBODY else account


def _tell(source: Source, sink: Sink, found: dict[str, str]) -> None:
    if "users" not in found:
        sink.warn("users_missing")
    if "rooms" not in found:
        sink.warn("channels_missing")
    others = [path for path in source.members() if path not in found.values()]
    sink.ignored += others if found else []
    if sink.ignored:
        sink.warn("zip_member_ignored", len(sink.ignored))
    absent = set()
    if "users" not in found:
        absent.add("seats")
    if "rooms" not in found:
        absent.add("openness")
    sink.provides = FORMAT.provides - absent
