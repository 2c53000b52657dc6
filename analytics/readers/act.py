"""What a reader says of one act, account and space of its export: the words that `acts.Acts` takes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

Kind = Literal["human", "guest", "bot", "service"]
Openness = Literal["public", "private", "direct", "external", "unknown"]


class Act(msgspec.Struct, gc=False, kw_only=True):
    """One act as its export tells it.

    place: where the record stands, for the report. key: unique within the tool and the same in every export.
    us: UTC microseconds since 1970. thread and in_reply_to: keys of other acts; a reply or reaction reaches the author
    of `in_reply_to`, of `thread` where that is not said. to, cc, mentions, attendees: accounts; in a direct space
    without `to`, its other members. accepted: those of the attendees who said yes, or were there. recipients: how many, where they are not listed. text is never kept.
    is_record: the act is a record of the source of its own (reactions mostly belong to their message).
    flaw: the code of what the reader found wrong with it: then it is set apart.
    """

    place: str
    key: str
    us: int | None
    actor: str | None
    action: str = "post"
    space: str | None = None
    thread: str | None = None
    in_reply_to: str | None = None
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    attendees: Sequence[str] = ()
    accepted: Sequence[str] = ()
    mentions: Sequence[str] = ()
    recipients: int | None = None
    seconds: int | None = None
    text: str | None = None
    words: int | None = None
    version: int = 0
    is_timed: bool = True
    is_record: bool = True
    flaw: str | None = None


@dataclass
class Account:
    """One account; what several places of an export say of it is put together."""

    email: str | None = None
    name: str | None = None
    kind: Kind = "human"
    has_seat: bool = False
    time_zone: str | None = None
    left_on: Any = None  # date


@dataclass
class Space:
    """Where acts happen; `members` are accounts."""

    openness: Openness = "unknown"
    purpose: str = "unknown"
    phase: str | None = None
    members: set[str] = field(default_factory=set)


def reaction(message: Act, emoji: object, account: str) -> Act:
    """Return a reaction to a message, at its time; which emoji it was tells it from others and is not kept."""
    sign = hashlib.blake2b(str(emoji).encode("utf-8", "replace"), digest_size=6).hexdigest()
    return Act(
        place=message.place,
        key=f"{message.key}:{sign}:{account}",
        us=message.us,
        actor=account,
        action="reaction",
        space=message.space,
        in_reply_to=message.key,
        is_timed=False,
        is_record=False,
    )


def address(email: str | None) -> str | None:
    """Return an address trimmed and casefolded; null where it is none."""
    clean = (email or "").strip().casefold()
    # an id such as @anna:acme.example is none
    return clean if clean.find("@") > 0 and clean.isprintable() else None
