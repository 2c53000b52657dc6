"""Messages of Viva Engage (Yammer) as its REST interface or CLI for Microsoft 365 gives them: an array or `messages`.

Of long threads the interface gives only the newest messages. Who liked a message is told for a few people and without a
time: likes are not read.
"""

import re

import msgspec

from analytics.readers import instants
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink
from analytics.readers.files import Source
from analytics.readers.json_head import first_object
from analytics.readers.json_records import Kind, read_file

FORMAT = Format(
    id="yammer_messages",
    title="Viva Engage (Yammer) messages",
    tool="viva_engage",
    provides=frozenset(("acts", "replies", "recipients")),
    versions="REST messages.json version 1",
)

NEEDED = {"thread_id", "replied_to_id", "sender_id"}
WRITTEN_AT = "%Y/%m/%d %H:%M:%S %z"
MENTION = re.compile(r"\[\[user:(\d+)\]\]")
MARKUP = r"\[\[\w+:\d+\]\]|https?://\S+"
KINDS = {"bot": "bot", "system": "service", "guide": "bot"}


class Body(msgspec.Struct, gc=False):
    plain: str | None = None
    parsed: str | None = None


class Message(msgspec.Struct, gc=False):
    id: int
    sender_id: int | None = None
    sender_type: str | None = None
    replied_to_id: int | None = None
    thread_id: int | None = None
    group_id: int | None = None
    created_at: str | None = None
    direct_message: bool = False
    system_message: bool = False
    body: Body | None = None


# Without `id` and `thread_id` among the essential keys: they stand in references too.
MESSAGES = Kind(Message, frozenset({"sender_id"}))


def identify(source: Source) -> bool:
    """Say whether the first record has the keys of a message of Yammer."""
    if source.kind != "file":
        return False
    first = first_object(source)
    listed = first.get("messages")
    if isinstance(listed, list) and listed and isinstance(listed[0], dict):
        first = listed[0]
    return first.keys() >= NEEDED


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over events, deliveries, accounts and communities."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    for place, message in read_file(source, MESSAGES, sink):
        acts.add(_act(acts, place, message))
    acts.finish()


def _act(acts: Acts, place: str, message: Message) -> Act:
    us, flaw = instants.from_iso(message.created_at)
    if us is None and message.created_at:
        us, flaw = instants.from_pattern(message.created_at, WRITTEN_AT)
    actor = str(message.sender_id) if message.sender_id else None
    if actor:
        acts.account(actor, kind=KINDS.get((message.sender_type or "").lower()))
    body = message.body or Body()
    parent = str(message.replied_to_id) if message.replied_to_id else None
    action = "notice" if message.system_message else "reply" if parent else "post"
    return Act(
        place=place,
        key=str(message.id),
        us=us,
        flaw=flaw,
        actor=actor,
        action=action,
        space=_space(acts, message),
        thread=str(message.thread_id) if message.thread_id else None,
        in_reply_to=parent,
        mentions=tuple(dict.fromkeys(MENTION.findall(body.parsed or ""))),
        text=None if message.system_message else body.plain,
    )


def _space(acts: Acts, message: Message) -> str | None:
    if message.direct_message:
        space = f"direct:{message.thread_id}"
        acts.space(space, "direct")
        return space
    if message.group_id:
        acts.space(f"group:{message.group_id}")
        return f"group:{message.group_id}"
    return None
