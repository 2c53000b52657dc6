"""Which messages wait to be turned over? One list a column over several day files, and what lies nested in them."""

from collections import Counter
from typing import Any

import polars as pl

from analytics.readers.slack_directory import Space, digest
from analytics.readers.slack_json import NO_BLOCKS, Message, Reaction, Room, text_of

BATCH_ROWS = 30_000
PACKED_ROWS = 3_000  # a whole batch as lists of Python would take 7 MB more
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
        self.packed: list[pl.DataFrame] = []
        self.rows_packed = 0
        self.reactions: tuple[list[int], list[str], list[str]] = ([], [], [])
        self.calls: list[tuple[int, int | None, int | None]] = []
        self.attendees: list[tuple[int, str]] = []
        self.files: list[str] = []
        self.size = 0

    @property
    def is_full(self) -> bool:
        """Say whether it is time to turn the batch over."""
        return self._rows() >= BATCH_ROWS or self.size >= BATCH_BYTES

    def add(self, path: str, space_no: int, messages: list[Message], numbers: list[int]) -> None:
        """Take the messages of one day file."""
        columns: dict[str, list[Any]] = self.columns
        first = self._rows()
        columns["file"] += [len(self.files)] * len(messages)
        self.files.append(path)
        columns["space_no"] += [space_no] * len(messages)
        columns["number"] += numbers
        # one short turn a column: what Python does for each message is the larger part of the time
        columns["ts"] += [each.ts or None for each in messages]
        columns["author"] += [each.user for each in messages]
        columns["app"] += [each.bot_id for each in messages]
        columns["subtype"] += [each.subtype for each in messages]
        columns["text"] += [each.text for each in messages]
        columns["thread_ts"] += [each.thread_ts for each in messages]
        columns["parent"] += [each.parent_user_id for each in messages]
        columns["edited_ts"] += [each.edited and (each.edited.ts or None) for each in messages]
        columns["has_files"] += [bool(each.files) for each in messages]
        for row, message in enumerate(messages, first):
            if message.reactions:
                self._add_reactions(row, message.reactions)
            if not message.user or not message.text or message.subtype or message.bot_id == "":
                self._settle(row, message)
        if len(columns["ts"]) >= PACKED_ROWS:
            self._pack()

    def frame(self) -> pl.DataFrame:
        """Return row and the columns of RAW, and let go of what they are made of."""
        self._pack()
        frame = pl.concat(self.packed, rechunk=True).with_row_index("row")
        self.packed.clear()
        return frame

    def _rows(self) -> int:
        return self.rows_packed + len(self.columns["ts"])

    def _pack(self) -> None:
        """Make columns of the messages that wait as lists; one that is null throughout needs no list to be looked at."""
        rows = len(self.columns["ts"])
        told = {
            name: None if values.count(None) == rows > 0 else values
            for name, values in self.columns.items()
        }
        self.packed.append(pl.DataFrame(told, schema=RAW))
        self.rows_packed += rows
        for values in self.columns.values():
            values.clear()

    def _settle(self, row: int, message: Message) -> None:
        """Say of a message that is not a person's plain text who wrote it, what, and whom it called."""
        at = row - self.rows_packed
        self.columns["author"][at] = _author(message)
        self.columns["app"][at] = _app(message)
        if not message.text:
            self.columns["text"][at] = _text(message)
        if message.room and message.subtype == HUDDLE:
            self._add_call(row, message.room)

    def _add_reactions(self, row: int, reactions: list[Reaction]) -> None:
        rows, names, accounts = self.reactions
        for reaction in reactions:
            if users := reaction.users:
                rows += [row] * len(users)
                names += [reaction.name] * len(users)
                accounts += users

    def _add_call(self, row: int, room: Room) -> None:
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
