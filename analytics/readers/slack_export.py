"""What does a Slack workspace export tell? Zip or folder, of public channels only or of all conversations.

Official exports of 2015 to 2026 and the copies that other tools make in the same layout. Day files are read one by
one, so memory stays flat however large the archive. Text becomes form and is let go; names of channels, files
and emoji are never kept.
"""

import re
import time
from collections import Counter
from dataclasses import dataclass

import msgspec

from analytics.readers import pair
from analytics.readers.base import Format, Options, Sink
from analytics.readers.files import Source
from analytics.readers.slack_batch import Batch
from analytics.readers.slack_directory import (
    CONVERSATION_LISTS,
    HUMAN_ID,
    USER_LISTS,
    Directory,
    Space,
    read_directory,
    split,
    write_directory,
)
from analytics.readers.slack_events import Turnover
from analytics.readers.slack_json import Conversation, Message, User, entries

FORMAT = Format(
    id="slack_export",
    title="Slack workspace export",
    tool="slack",
    provides=frozenset(
        (
            "seats",
            "acts",
            "replies",
            "recipients",
            "reactions",
            "meetings",
            "openness",
            "time_zones",
        )
    ),
)

DAY_FILE = re.compile(
    r"\d{4}-\d\d-\d\d\.json"
)  # the day is Pacific time: never taken for the day of a message
CANVASES = "canvas_in_the_conversation.json"  # file objects without a time
CONVERSATION_ID = re.compile(r"[CGD][A-Z0-9]+")
# Written by Slack beside what we read; some of them are full of text.
NOT_NEEDED = {
    "integration_logs.json",
    "canvases.json",
    "lists.json",
    "file_conversations.json",
    "huddle_transcripts.json",
    "content_flags.json",
}
TOLERANCE_US = 2 * 24 * 3600 * 1_000_000  # clocks that run ahead
LOOKED_INTO = 5
WORKSPACES = "teams/"


@dataclass(frozen=True)
class Day:
    """One day file of one conversation."""

    space: Space
    name: str
    path: str


class Learned(msgspec.Struct):
    """What a share tells of the whole: who acted or was reached, who spoke as an app, conversations in no list."""

    seen: set[str]
    bots: set[str]
    unlisted: int


def identify(source: Source) -> bool:
    """Say whether the lists or the first day files look like Slack's."""
    if source.kind not in ("zip", "folder"):
        return False
    days, lists, users = [], [], []
    for path in source.members():
        folder, name = split(path)
        is_day = _is_day(folder, name)
        # what lies deeper is an export inside something else, but for the workspaces of an organisation
        if path.count("/") > is_day and not path.startswith(WORKSPACES):
            continue
        if is_day:
            days.append(path)
        elif name in CONVERSATION_LISTS:
            lists.append(path)
        elif name in USER_LISTS:
            users.append(path)
    if not days and not lists:
        return False
    return (
        any(_has_messages(source.read(path)) for path in days[:LOOKED_INTO])
        or any(_has_users(source.read(path)) for path in users[:1])
        or any(_has_conversations(source.read(path)) for path in lists)
    )


def _has_messages(data: bytes) -> bool:
    return any(message.type == "message" and message.ts for message in entries(data, Message).good)


def _has_users(data: bytes) -> bool:
    return any(HUMAN_ID.fullmatch(user.id) for user in entries(data, User).good)


def _has_conversations(data: bytes) -> bool:
    return any(CONVERSATION_ID.fullmatch(found.id) for found in entries(data, Conversation).good)


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over events, deliveries, accounts, conversations and memberships."""
    tool = options.tool or FORMAT.tool or ""
    directory = read_directory(source, sink)
    latest_us = time.time_ns() // 1000 + TOLERANCE_US
    days = _day_files(source, directory, sink)

    def one(share: set[str], into: Sink) -> Learned:
        turnover = Turnover(into, directory, tool, latest_us)
        return _read_share(source, [day for day in days if day.space.key in share], turnover)

    learned = pair.read(_shares(source, days), one, Learned, sink)
    unlisted = sum(each.unlisted for each in learned)
    if unlisted and "channels.json" in directory.listed:
        sink.warn("channel_unknown", unlisted)
    seen = {account for each in learned for account in each.seen}
    bots = {account for each in learned for account in each.bots}
    write_directory(directory, seen, bots, tool, sink)
    _tell(directory, sink)
    sink.provides = _provided(directory, sink)


def _is_day(folder: str, name: str) -> bool:
    return bool(folder and DAY_FILE.fullmatch(name))


def _day_files(source: Source, directory: Directory, sink: Sink) -> list[Day]:
    """Return the day files, conversation by conversation, and account for everything else."""
    days = []
    for path in source.members():
        folder, name = split(path)
        if _is_day(folder, name):
            days.append(Day(directory.space(folder), name, path))
        elif name == CANVASES:
            sink.non_records += len(entries(source.read(path), Message).good)
        elif name not in NOT_NEEDED and name not in USER_LISTS and name not in CONVERSATION_LISTS:
            sink.ignored.append(path)
    sink.ignored += source.ignored
    if sink.ignored:
        sink.warn("zip_member_ignored", len(sink.ignored))
    return sorted(days, key=lambda day: (day.space.key, day.name, day.path))


def _shares(source: Source, days: list[Day]) -> list[set[str]]:
    """Return the keys of the conversations that are read one after another: whole ones, since threads lie in them."""
    sizes: Counter[str] = Counter()
    largest = 0
    for day in days:
        size = source.size_of(day.path)
        sizes[day.space.key] += size
        largest = max(largest, size)
    return pair.parted(sizes, largest)


def _read_share(source: Source, days: list[Day], turnover: Turnover) -> Learned:
    """Hand over what these day files hold, and return what they tell of the whole."""
    batch = Batch([])
    for day in days:
        _gather(source.read(day.path), day.path, day.space, batch)
        if batch.is_full:
            turnover.turn(batch, is_last=False)
            batch = Batch(batch.spaces)
    turnover.turn(batch, is_last=True)
    unlisted = sum(space.openness == "unknown" for space in batch.spaces)
    return Learned(turnover.seen, turnover.bots, unlisted)


def _gather(data: bytes, path: str, space: Space, batch: Batch) -> None:
    """Add one day file to the batch; what cannot be read is noted there."""
    found = entries(data, Message)
    for number, code in found.bad:
        batch.bad.append((path if number is None else f"{path}#{number}", code))
    if found.notes:
        batch.notes += found.notes
    messages, numbers = found.good, found.numbers
    if {message.type for message in messages} != {"message"}:
        kept = [number for number, each in enumerate(messages) if not _is_no_message(each)]
        batch.non_records += len(messages) - len(kept)
        messages, numbers = [messages[at] for at in kept], [numbers[at] for at in kept]
    if not messages:
        return
    if not batch.spaces or batch.spaces[-1].key != space.key:
        batch.spaces.append(space)
    batch.add(path, len(batch.spaces) - 1, messages, numbers)
    batch.size += len(data)


def _is_no_message(message: Message) -> bool:
    """Say whether this is something else, such as a document that an old export left among the messages."""
    return message.type not in (None, "message") or bool(message.mimetype and not message.type)


def _tell(directory: Directory, sink: Sink) -> None:
    for name, code in (("users.json", "users_missing"), ("channels.json", "channels_missing")):
        if name not in directory.listed:
            sink.warn(code)


def _provided(directory: Directory, sink: Sink) -> frozenset[str]:
    """Return what this very file provides: an export of public channels says nothing of private ones."""
    absent = set()
    if not directory.users:
        absent.add("seats")
    if not any(user.tz for user in directory.users.values()):
        absent.add("time_zones")
    if not directory.listed & {"groups.json", "dms.json", "mpims.json"}:
        absent.add("openness")
    if not sink.actions["call"]:
        absent.add("meetings")
    return FORMAT.provides - absent
