"""The lines of a Mattermost bulk export; fields as in server/channels/app/imports/import_types.go of mattermost/mattermost."""

from typing import Any

import msgspec

from analytics.readers.json_records import Kind


class Reaction(msgspec.Struct, gc=False):
    user: str | None = None
    create_at: float | None = None
    emoji_name: str | None = None


class Reply(msgspec.Struct, gc=False):
    user: str | None = None
    type: str | None = None
    message: str | None = None
    create_at: float | None = None
    edit_at: float | None = None
    reactions: list[Reaction] | None = None
    attachments: list[Any] | None = None
    props: Any = None  # an object, in some exports as text


class Post(Reply, gc=False):
    team: str | None = None
    channel: str | None = None
    channel_members: list[str] | None = None
    replies: list[Reply] | None = None


class Direct(msgspec.Struct, gc=False):
    members: list[str] | None = None


class Channel(msgspec.Struct, gc=False):
    team: str
    name: str
    type: str | None = None


class InChannel(msgspec.Struct, gc=False):
    name: str


class InTeam(msgspec.Struct, gc=False):
    name: str
    channels: list[InChannel] | None = None


class Person(msgspec.Struct, gc=False):
    username: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    roles: str | None = None
    delete_at: float | None = None
    teams: list[InTeam] | None = None
    timezone: Any = None


class Bot(msgspec.Struct, gc=False):
    username: str


class Line(msgspec.Struct, gc=False):
    """One line: `type` names the key that is filled."""

    type: str
    user: Person | None = None
    bot: Bot | None = None
    channel: Channel | None = None
    direct_channel: Direct | None = None
    post: Post | None = None
    direct_post: Post | None = None


LINES = Kind(Line, frozenset({"post", "direct_post"}), wrappers=())
