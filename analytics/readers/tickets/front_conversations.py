"""How customers were answered in Front: conversations with their messages inside, as its interface gives them (JSON).

A message that came in is the customer's, one that went out that of who wrote it; those that a rule sent are no answers.
Who is in charge and the tags of the conversation are read, subjects are not; comments among colleagues lie elsewhere.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.tickets.desk import Desk, Message, Ticket, micros, phase

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="front_conversations",
    title="Front conversations with their messages (JSON)",
    tool="front",
    provides=frozenset({"acts", "replies", "recipients", "seats", "customers"}),
    versions="conversations of the Core API with `messages` in each: pages, a list or one a line.",
    is_seen=False,
)
RULES = "front"  # what is sent without an author
OUT = {"deleted": "ticket_deleted", "trashed": "ticket_deleted", "spam": "ticket_spam"}


class Handle(msgspec.Struct, gc=False):
    """An address and its part in a message: from, to, cc."""

    handle: str | None = None
    role: str | None = None


class Teammate(msgspec.Struct, gc=False):
    """Somebody of the company."""

    id: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class FrontMessage(msgspec.Struct, gc=False):
    """One message inside a conversation."""

    id: str | None = None
    is_inbound: bool | None = None
    is_draft: bool = False
    created_at: float | None = None
    author: Teammate | None = None
    recipients: list[Handle] = []
    text: str | None = None
    body: str | None = None


class Conversation(msgspec.Struct, gc=False):
    """What is read of a conversation."""

    id: str
    status: str | None = None
    created_at: float | None = None
    assignee: Teammate | None = None
    recipient: Handle | None = None
    tags: list[dict[str, Any]] = []
    messages: list[Any] | None = None


KIND = json_records.Kind(Conversation, frozenset({"id"}), wrappers=("_results",))
MESSAGE = json_records.Kind(FrontMessage)


def first_conversation(source: "Source") -> dict[str, Any]:
    """Return the first record where it is a conversation of Front, with or without messages; else nothing."""
    record = json_head.first_record(source, "_results")
    needed = {"id", "status", "assignee", "recipient", "created_at"}
    return record if needed <= record.keys() else {}


def identify(source: "Source") -> bool:
    """Say whether the first record is a conversation with a list of messages."""
    return isinstance(first_conversation(source).get("messages"), list)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, conversations and acts; raises UnreadableExport(json_shape)."""
    desk = Desk(sink, options.tool or "front")
    desk.bot(RULES)
    for place, conversation in json_records.read_file(source, KIND, sink):
        _take(place, conversation, desk, options)
    desk.finish()


def _take(place: str, conversation: Conversation, desk: Desk, options: Options) -> None:
    agent = _teammate(conversation.assignee, desk)
    customer = _address(conversation.recipient)
    messages = []
    for number, value in enumerate(conversation.messages or []):
        here = f"{place} message {number}"
        message = json_records.convert(value, MESSAGE, desk.sink, here)
        if message is None or message.is_draft or message.is_inbound is None:
            desk.sink.warn("event_not_counted")
            continue
        author = _author(message, customer, desk)
        key = message.id or f"{conversation.id}.{number}"
        messages.append(Message(here, key, conversation.id, micros(message.created_at), author, text=message.text or message.body, is_record=False))  # fmt: skip
        if message.is_inbound and author:
            desk.customer(author, author if "@" in author else None)
            customer = customer or author
    first = min(messages, key=lambda message: (message.us is None, message.us or 0), default=None)
    opener = first.author if first and first.author != customer else None
    words = [tag.get("name") for tag in conversation.tags]
    desk.ticket(
        Ticket(
            place, conversation.id, micros(conversation.created_at), customer, agent,
            phase([word for word in words if isinstance(word, str)], options),
            out=OUT.get((conversation.status or "").casefold()), opened_by=opener,
        )
    )  # fmt: skip
    desk.messages += messages


def _author(message: FrontMessage, customer: str | None, desk: Desk) -> str | None:
    """Return who wrote a message: a colleague, a rule, or the customer."""
    if not message.is_inbound:
        return _teammate(message.author, desk) or RULES
    written = (_address(one) for one in message.recipients if one.role == "from")
    return next((address for address in written if address), customer)


def _teammate(person: Teammate | None, desk: Desk) -> str | None:
    """Note somebody of the company; null where nobody is named."""
    account = person and (person.id or _folded(person.email))
    if not person or not account:
        return None
    desk.agent(
        account,
        _folded(person.email),
        " ".join(filter(None, (person.first_name, person.last_name))) or None,
    )
    return account


def _address(one: Handle | None) -> str | None:
    return _folded(one.handle) if one else None


def _folded(text: str | None) -> str | None:
    return (text or "").strip().casefold() or None
