"""The records of Teams as Microsoft Graph writes them, whatever the case of their keys."""

from typing import Any

import msgspec

from analytics.readers.json_records import Kind

GUID_PAIR = (
    r"19:([0-9a-f-]{36})_([0-9a-f-]{36})@unq\.gbl\.spaces"  # the id of a chat of two names both
)
CALL_ENDED = "callEndedEventMessageDetail"


class Graph(msgspec.Struct, gc=False, rename="camel"):
    """Whatever is read of Graph: fields in camelCase."""


class Identity(Graph):
    id: str | None = None
    display_name: str | None = None
    user_identity_type: str | None = None
    tenant_id: str | None = None


class Identities(Graph):
    """Who it was: one of three is told."""

    user: Identity | None = None
    application: Identity | None = None
    device: Identity | None = None


class Body(Graph):
    content: str | None = None


class Channel(Graph):
    team_id: str | None = None
    channel_id: str | None = None


class Mention(Graph):
    mentioned: Identities | None = None


class Reaction(Graph):
    reaction_type: str | None = None
    created_date_time: Any = None
    user: Identities | None = None


class Attachment(Graph):
    content_type: str | None = None


class Participant(Graph):
    participant: Identities | None = None


class Call(Graph):
    call_duration: str | None = None
    call_participants: list[Participant] | None = None


class EventDetail(Call):
    """What the tool says happened; tools that write PascalCase put the call into an object of its own."""

    what: str | None = msgspec.field(default=None, name="@odata.type")
    initiator: Identities | None = None
    call_ended: Call | None = None


class Message(Graph):
    id: str
    created_date_time: Any = None  # a number is a wrong time, not a wrong field
    message_type: str | None = None
    reply_to_id: str | None = None
    last_edited_date_time: str | None = None
    deleted_date_time: str | None = None
    sender: Identities | None = msgspec.field(default=None, name="from")
    body: Body | None = None
    chat_id: str | None = None
    channel_identity: Channel | None = None
    mentions: list[Mention] | None = None
    reactions: list[Reaction] | None = None
    attachments: list[Attachment] | None = None
    event_detail: EventDetail | None = None


class User(Graph):
    id: str
    display_name: str | None = None
    mail: str | None = None
    user_principal_name: str | None = None
    user_type: str | None = None


class Team(Graph):
    id: str
    visibility: str | None = None


class TeamChannel(Graph):
    id: str
    membership_type: str | None = None


class Member(Graph):
    user_id: str


def _spelled(*structs: type[msgspec.Struct]) -> dict[str, str]:
    names = (field.encode_name for struct in structs for field in msgspec.structs.fields(struct))
    return {name.lower(): name for name in names}


SPELLED = _spelled(
    Message, Identity, Identities, Body, Channel, Mention, Reaction, Attachment, Participant, EventDetail,
    User, Team, TeamChannel, Member,
)  # fmt: skip

# Without `id` as an essential key of its own: it stands in every identity too.
MESSAGES = Kind(Message, frozenset({"messageType"}), respelled=SPELLED)
USERS = Kind(User, respelled=SPELLED)
TEAMS = Kind(Team, respelled=SPELLED)
CHANNELS = Kind(TeamChannel, respelled=SPELLED)
MEMBERS = Kind(Member, respelled=SPELLED)

# What tells a list from its first record, keys in lower case; the first that fits counts.
TOLD_BY = {
    "messages": {"createddatetime", "messagetype"},
    "channels": {"id", "membershiptype"},
    "members": {"userid", "role"},
    "users": {"id", "userprincipalname"},
    "teams": {"id", "visibility"},
    "team_list": {"groupsid", "name"},
}


def what_is(first: dict[str, Any]) -> str | None:
    """Return which list a first object opens (a word of TOLD_BY); null = none that we know."""
    wrapped = next((first[key] for key in ("value", "Value") if isinstance(first.get(key), list)), None)  # fmt: skip
    if wrapped is not None:
        first = wrapped[0] if wrapped and isinstance(wrapped[0], dict) else {}
    keys = {key.lower() for key in first}
    return next((what for what, needed in TOLD_BY.items() if needed <= keys), None)
