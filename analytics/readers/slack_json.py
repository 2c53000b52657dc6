"""What do the JSON files of a Slack export say, record by record, and which records cannot be trusted?

Two ways in. The fast one decodes a whole file into typed structs and skips every key nobody asks for (most
of the bytes). Where that fails, or the file looks odd, the careful one goes record by record, keeps the good
ones and says of each bad one where it stands and why. Neither ever quotes what a record holds.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
from msgspec import UNSET, Raw, Struct, UnsetType

from analytics.readers.json_head import UTF16_STARTS, as_utf8
from analytics.readers.json_pieces import HALF_CHARACTER, DuplicateKeyError, unique
from analytics.readers.json_records import BAD_FIELD

NO_BLOCKS = Raw(b"")


class Reaction(Struct, gc=False):
    """One emoji under a message; the time of a reaction is not exported."""

    name: str = ""
    users: list[str] | None = None


class Part(Struct, gc=False):
    """Something nested in a message: that it has these two keys is all that matters (see _looks_doubled)."""

    ts: object = UNSET
    user: object = UNSET


class Edit(Struct, gc=False):
    """The last edit of a message."""

    ts: str | UnsetType | None = UNSET
    user: str | UnsetType | None = UNSET


class Room(Struct, gc=False):
    """A huddle; seconds since 1970, 0 where it has not ended."""

    created_by: str | None = None
    date_start: int | None = None
    date_end: int | None = None
    participant_history: list[str] | None = None


class Message(Struct, gc=False):
    """One record of a day file: only what is kept, or turned into a form and let go."""

    type: str | None = None
    mimetype: str | None = None
    subtype: str | None = None
    ts: str | UnsetType | None = UNSET
    user: str | UnsetType | None = UNSET
    bot_id: str | None = None
    username: str | None = None
    text: str | None = None
    blocks: Raw = NO_BLOCKS
    thread_ts: str | None = None
    parent_user_id: str | None = None
    edited: Edit | None = None
    reactions: list[Reaction] | None = None
    files: list[Part] | None = None
    attachments: list[Part] | None = None
    replies: list[Part] | None = None
    root: Part | None = None
    comment: Edit | None = None
    room: Room | None = None


class Profile(Struct, gc=False):
    """The part of a person's profile that identifies them."""

    email: str | None = None
    real_name: str | None = None
    bot_id: str | None = None


class User(Struct, gc=False):
    """One entry of users.json."""

    id: str
    name: str | None = None
    real_name: str | None = None
    team_id: str | None = None
    tz: str | None = None
    deleted: bool | None = None
    is_bot: bool | None = None
    is_workflow_bot: bool | None = None
    is_restricted: bool | None = None
    is_ultra_restricted: bool | None = None
    is_stranger: bool | None = None
    is_invited_user: bool | None = None
    updated: float | None = None
    profile: Profile | None = None


class Conversation(Struct, gc=False):
    """One entry of channels.json, groups.json, mpims.json or dms.json."""

    id: str
    name: str | None = None
    members: list[str] | None = None
    is_private: bool | None = None
    is_ext_shared: bool | None = None


ESSENTIAL = {Message: {"user", "ts"}, User: {"id"}, Conversation: {"id"}}
TWICE = (b'"user":', b'"ts":')  # the keys that say who and when must not be there twice
ENDS = np.frombuffer(b'er":"ts"', np.uint32)  # of each, which few other keys have
PIECE = 1 << 20

Record = TypeVar("Record", Message, User, Conversation)


@dataclass
class Entries(Generic[Record]):
    """The good records with their numbers from 0; `bad` holds (number or None for the whole file, code)."""

    good: list[Record] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    bad: list[tuple[int | None, str]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def entries(data: bytes, kind: type[Record]) -> Entries[Record]:
    """Return the records of one JSON array; never raises."""
    found: Entries[Record] = Entries()
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        if data.startswith(UTF16_STARTS):
            data = as_utf8(data)
            found.notes["encoding_converted"] += 1
        found.good = _decoder(kind)(data) or []
        found.numbers = list(range(len(found.good)))
        if kind is not Message or not _looks_doubled(data, found.good):  # type: ignore[arg-type]  # it is
            return found
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass  # the careful way says what is wrong
    return _carefully(data, kind, found.notes)


@cache
def _decoder(kind: type[Record]) -> Callable[[bytes], list[Record] | None]:
    return msgspec.json.Decoder(list[kind] | None).decode  # type: ignore[valid-type]


def _looks_doubled(data: bytes, messages: Sequence[Message]) -> bool:
    """Say whether a key of messages that says who or when occurs oftener than the records explain.

    Of two equal keys the decoder silently takes the last; other programs take the first.
    """
    if not messages:
        return False
    roughly = _at_most(data)
    if max(roughly) <= len(messages):
        return False  # mostly so: no edits, no threads
    explained = _explained(messages)
    if all(seen <= known for seen, known in zip(roughly, explained, strict=True)):
        return False
    return any(data.count(key) > known for key, known in zip(TWICE, explained, strict=True))


def _at_most(data: bytes) -> list[int]:
    """Return how often each of ENDS occurs, so the key at most; in half the time that bytes.count takes."""
    seen = [0] * len(ENDS)
    for piece in range(0, len(data), PIECE):
        for at in range(piece, piece + 4):
            four_by_four = (min(PIECE, len(data) - at)) // 4 * 4
            # a copy, since numpy is slow where numbers do not begin at multiples of four
            fours = np.frombuffer(data[at : at + max(four_by_four, 0)], np.uint32)
            for key, end in enumerate(ENDS):
                seen[key] += int(np.count_nonzero(fours == end))
    return seen


def _explained(messages: Sequence[Message]) -> tuple[int, int]:
    """Return in how many of the records, and of what lies in them, each key of TWICE is."""
    nested: list[Edit | Part] = [each.edited for each in messages if each.edited]
    nested += [each.root for each in messages if each.root]
    nested += [each.comment for each in messages if each.comment]
    for name in ("files", "attachments", "replies"):
        nested += [part for each in messages for part in getattr(each, name) or ()]
    parts = [*messages, *nested]
    return (
        sum([part.user is not UNSET for part in parts]),
        sum([part.ts is not UNSET for part in parts]),
    )


# ------------------------------------------------------------------------------------------ the careful way


def _carefully(data: bytes, kind: type[Record], notes: Counter[str]) -> Entries[Record]:
    found: Entries[Record] = Entries(notes=notes)
    try:
        whole = HALF_CHARACTER.sub(lambda found: found[1] or rb"\ufffd", data)
        records = json.loads(whole.decode(), object_pairs_hook=unique)
    except DuplicateKeyError:
        found.bad.append((None, "json_duplicate_key"))
    except UnicodeError:
        found.bad.append((None, "encoding_invalid"))
    except RecursionError:
        found.bad.append((None, "json_too_deep"))
    except ValueError:
        found.bad.append((None, "json_invalid"))
    else:
        if isinstance(records, list):
            _sort_out(records, kind, found)
        elif records is not None:
            found.bad.append((None, "json_shape"))
    return found


def _sort_out(records: list[Any], kind: type[Record], found: Entries[Record]) -> None:
    for number, record in enumerate(records):
        if not isinstance(record, dict):
            found.bad.append((number, "record_not_object"))
            continue
        if kind is Message:
            blocks = record.pop("blocks", None)
            record["text"] = record.get("text") or text_of(blocks)
        try:
            found.good.append(_convert(record, kind, found.notes))
            found.numbers.append(number)
        except msgspec.ValidationError:
            found.bad.append((number, "field_type"))


def _convert(record: dict[str, Any], kind: type[Record], notes: Counter[str]) -> Record:
    """Return the struct, leaving out fields of the wrong type as long as none of the essential ones is among them."""
    while True:
        try:
            return msgspec.convert(record, kind)
        except msgspec.ValidationError as error:
            bad = BAD_FIELD.search(str(error))
            if not bad or bad[1] in ESSENTIAL[kind] or bad[1] not in record:
                raise
            del record[bad[1]]
            notes["field_ignored"] += 1


def text_of(blocks: Raw | list[Any] | None) -> str | None:
    """Return the words and mentions of rich-text blocks, for messages whose text is empty; null when there are none."""
    try:
        todo = [msgspec.json.decode(blocks) if isinstance(blocks, Raw) else blocks]
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    words: list[str] = []
    while todo:
        piece = todo.pop()
        if isinstance(piece, list):
            todo += reversed(piece)
        elif isinstance(piece, dict):
            if piece.get("type") == "user" and isinstance(piece.get("user_id"), str):
                words.append(f"<@{piece['user_id']}>")
            elif isinstance(piece.get("text"), str):
                words.append(piece["text"])
            todo += [
                piece[key]
                for key in ("text", "fields", "elements")
                if isinstance(piece.get(key), list | dict)
            ]
    return " ".join(words) or None
