"""Which messages wait to be turned over? One list a column over several day files, and what lies nested in them."""

from collections import Counter
from operator import attrgetter
from typing import Any

import polars as pl

from analytics.readers.slack_directory import Space, digest
from analytics.readers.slack_json import NO_BLOCKS, Message, text_of

BATCH_ROWS = 50_000
BATCH_BYTES = 64 << 20  # a batch of giant messages is cut earlier

APP_SUBTYPES = ("bot_message", "assistant_app_thread")
HUDDLE = "huddle_thread"

RAW = {
    "file": pl.Int32(),
    "number": pl.Int32(),
    "space_no": pl.Int32(),
    "ts": pl.String(),
    "author": pl.String(),
    "app": pl.String(),
    "subtype": pl.String(),
    "text": pl.String(),
    "thread_ts": pl.String(),
    "parent": pl.String(),
    "edited_ts": pl.String(),
    "has_files": pl.Boolean(),
}


FIELDS = (
    "ts", "user", "bot_id", "subtype", "text", "thread_ts", "parent_user_id", "edited", "files", "reactions",
    "comment", "room",
)  # fmt: skip
fields_of = attrgetter(*FIELDS)


class Batch:
    """Messages waiting to be turned over: one list a column, and what lies nested in them.

    `spaces` are the conversations met so far, of which `space_no` is the place; `bad` (place, code) and `notes` were
    found while reading.
    """

    def __init__(self, spaces: list[Space]) -> None:
        self.spaces = spaces
        self.bad: list[tuple[str, str]] = []
        self.notes: Counter[str] = Counter()
        self.non_records = 0
        self.columns: dict[str, list[object]] = {name: [] for name in RAW}
        self.reactions: tuple[list[int], list[str], list[str]] = ([], [], [])
        self.calls: list[tuple[int, int | None, int | None]] = []
        self.attendees: list[tuple[int, str]] = []
        self.files: list[str] = []
        self.size = 0

    @property
    def is_full(self) -> bool:
        """Say whether it is time to turn the batch over."""
        return len(self.columns["ts"]) >= BATCH_ROWS or self.size >= BATCH_BYTES

    def add(self, path: str, space_no: int, messages: list[Message], numbers: list[int]) -> None:
        """Take the messages of one day file."""
        first = len(self.columns["ts"])
        self.columns["file"] += [len(self.files)] * len(messages)
        self.files.append(path)
        self.columns["space_no"] += [space_no] * len(messages)
        self.columns["number"] += numbers
        # one turn over the messages instead of one a column: the larger part of the time goes here
        found: dict[str, tuple[Any, ...]] = dict(
            zip(FIELDS, zip(*map(fields_of, messages), strict=True), strict=True)
        )
        columns: dict[str, list[Any]] = {
            "ts": [ts or None for ts in found["ts"]],
            "author": list(found["user"]),
            "app": list(found["bot_id"]),
            "subtype": list(found["subtype"]),
            "text": list(found["text"]),
            "thread_ts": list(found["thread_ts"]),
            "parent": list(found["parent_user_id"]),
            "edited_ts": [edit.ts or None if edit else None for edit in found["edited"]],
            "has_files": list(map(bool, found["files"])),
        }
        is_by_app = not set(APP_SUBTYPES).isdisjoint(found["subtype"])
        for row, message in enumerate(messages):
            if not message.user or message.room:
                columns["author"][row] = _author(message)
            if is_by_app or message.bot_id == "":
                columns["app"][row] = _app(message)
            if not message.text:
                columns["text"][row] = _text(message)
            if message.reactions:
                self._add_reactions(first + row, message)
            if message.room and message.subtype == HUDDLE:
                self._add_call(first + row, message)
        for name, column in columns.items():
            self.columns[name] += column

    def _add_reactions(self, row: int, message: Message) -> None:
        rows, names, accounts = self.reactions
        for reaction in message.reactions or ():
            users = reaction.users or ()
            rows += [row] * len(users)
            names += [reaction.name] * len(users)
            accounts += users

    def _add_call(self, row: int, message: Message) -> None:
        room = message.room
        if room:
            self.calls.append((row, room.date_start, room.date_end))
            self.attendees += [(row, account) for account in room.participant_history or ()]


def _author(message: Message) -> str | None:
    """Return who wrote: the person, else the app; the organiser of a huddle, which Slack itself signs."""
    if message.room and message.subtype == HUDDLE and message.room.created_by:
        return message.room.created_by
    if message.user:
        return message.user
    if message.comment and message.comment.user:
        return message.comment.user
    return _app(message)


def _app(message: Message) -> str | None:
    """Return the app that posted; null when it was a person's own client."""
    if message.bot_id:
        return message.bot_id
    if message.subtype in APP_SUBTYPES and not message.user:
        return f"bot:{digest(message.username or '')}"
    return None


def _text(message: Message) -> str | None:
    """Return the text where the key itself is empty: from the blocks, or the empty text if that was exported."""
    return (text_of(message.blocks) if message.blocks != NO_BLOCKS else None) or message.text
