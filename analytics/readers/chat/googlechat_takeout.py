"""What did one person write and read in Google Chat? The Google Chat folder of a Takeout, as zip or folder.

It holds the conversations of one account, so it never stands for the company; several people's Takeouts make a
union. Dates are written out in the account's language and read in twelve European languages, Japanese and Chinese.
Deleted messages are counted as no records.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.act import Act, reaction
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink, UnreadableExport
from analytics.readers.chat.googlechat_dates import read_date
from analytics.readers.files import Source

FORMAT = Format(
    id="googlechat_takeout",
    title="Google Chat of one person (Takeout)",
    tool="google_chat",
    provides=frozenset({"acts", "replies", "recipients", "reactions"}),
    versions="12-hour and 24-hour dates; with and without reactions",
    is_seen=False,
)
MARKUP = r"<[^>]*>|https?://\S+|@\S+"
MESSAGES, GROUP = "messages.json", "group_info.json"
KNOWN = ("user_info.json", MESSAGES, GROUP)
LOOKED_INTO = 20
PARTS = 3  # of a message id: space, topic, message


class User(msgspec.Struct, gc=False):
    """A member or author; the address may be missing for somebody who has left."""

    name: str | None = None
    email: str | None = None
    user_type: str | None = None


class Group(msgspec.Struct):
    """A conversation; one without a name is a direct one."""

    name: str | None = None
    members: list[User] = []


class Reaction(msgspec.Struct, gc=False):
    """One emoji below a message."""

    emoji: dict[str, object] = {}
    reactor_emails: list[str] | None = None


class Message(msgspec.Struct, gc=False):
    """One message; a deleted one has neither author nor date."""

    message_id: str | None = None
    topic_id: str | None = None
    creator: User | None = None
    created_date: str | None = None
    updated_date: str | None = None
    text: str | None = None
    message_state: str | None = None
    reactions: list[Reaction] | None = None


KIND = json_records.Kind(Message, wrappers=("messages",))
GROUPS = json_records.Kind(Group, wrappers=())
Found = json_records.Found[Message]


def identify(source: Source) -> bool:
    """Say whether some conversation lies there with its members beside its messages."""
    if source.kind not in ("zip", "folder"):
        return False
    members = set(source.members())
    chats = [path for path in members if path.endswith(f"/{MESSAGES}") and _group(path) in members]
    return any(_has_messages(source, path) for path in sorted(chats)[:LOOKED_INTO])


def _has_messages(source: Source, path: str) -> bool:
    found = json_head.first_object(source, path).get("messages")
    first = found[0] if isinstance(found, list) and found else None
    return isinstance(first, dict) and ("topic_id" in first or "message_id" in first)


def _group(path: str) -> str:
    return path.removesuffix(MESSAGES) + GROUP


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over accounts, conversations, messages and reactions; raises UnreadableExport for a language not known."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    dates: Counter[bool] = Counter()
    for path in source.members():
        folder, _, name = path.rpartition("/")
        if name == MESSAGES:
            _read_chat(source, path, folder, acts, dates)
        elif name not in KNOWN:
            sink.ignored.append(path)
    if dates[False] and not dates[True]:
        raise UnreadableExport(
            "language_unknown",
            f"{source.name}: the dates are written in a language that is not known here. Set the Google account to "
            "English, make the Takeout again and import that.",
        )
    acts.finish()
    if sink.ignored:
        sink.warn("zip_member_ignored", len(sink.ignored))
    sink.warn("one_person_view")
    sink.provides = FORMAT.provides - (set() if sink.actions["reaction"] else {"reactions"})


def _read_chat(source: Source, path: str, folder: str, acts: Acts, dates: Counter[bool]) -> None:
    group = _read_group(source, path, acts.sink)
    messages = json_records.read_bytes(source.read(path), KIND, acts.sink, source.name, path)
    found = list(messages)
    space = _space(found, folder)
    label = folder.rsplit("/", 1)[-1].upper()
    is_direct = label.startswith("DM") or not (group.name or label.startswith("SPACE"))
    acts.space(space, "direct" if is_direct else "unknown", members=_noted(group.members, acts))
    topics = Counter(message.topic_id for _, message in found)
    for place, message in found:
        if message.creator is None and message.message_state == "DELETED":
            acts.sink.non_records += 1
            continue
        us = read_date(message.created_date)
        dates[us is not None] += 1
        _noted([message.creator] if message.creator else [], acts)
        for act in _acts(place, message, space, us):
            if topics[message.topic_id] == 1:
                act.thread = None  # nobody answered
            acts.add(act)


def _read_group(source: Source, path: str, sink: Sink) -> Group:
    beside = _group(path)
    if beside not in source.members():
        return Group()
    groups = json_records.read_bytes(source.read(beside), GROUPS, sink, source.name, beside)
    return next((group for _, group in groups), Group())


def _space(found: list[Found], folder: str) -> str:
    """Return the id of a conversation: the first part of its messages' ids, the same in everybody's Takeout."""
    ids = (message.message_id.split("/") for _, message in found if message.message_id)
    return next((parts[0] for parts in ids if len(parts) == PARTS), folder.rsplit(" ", 1)[-1])


def _noted(people: list[User], acts: Acts) -> list[str]:
    accounts = []
    for person in people:
        account = _account(person)
        if account:
            kind = "bot" if (person.user_type or "").casefold() in ("bot", "app") else None
            acts.account(account, email=person.email, name=person.name, kind=kind)
            accounts.append(account)
    return accounts


def _account(person: User) -> str | None:
    """Return the address; for somebody without one a hash of the name."""
    if person.email:
        return person.email.strip().casefold()
    if person.name:
        return f"name:{hashlib.blake2b(person.name.encode(), digest_size=8).hexdigest()}"
    return None


def _acts(place: str, message: Message, space: str, us: int | None) -> Iterator[Act]:
    key = message.message_id or f"{space}/{message.topic_id}/{us}"
    parts = key.split("/")
    root = f"{parts[0]}/{parts[1]}/{parts[1]}" if len(parts) == PARTS else None
    is_reply = root not in (None, key)
    act = Act(
        place=place,
        key=key,
        us=us,
        actor=_account(message.creator) if message.creator else None,
        action="reply" if is_reply else "post",
        space=space,
        thread=root,
        text=message.text,
        version=read_date(message.updated_date) or 0,
    )
    yield act
    if us is None:
        return
    for number, found in enumerate(message.reactions or ()):
        emoji = found.emoji.get("unicode") or number
        for address in found.reactor_emails or ():
            yield reaction(act, emoji, address.strip().casefold())
