"""The tables of a Zulip export, with the columns that are read; names as in the database of zulip/zulip."""

import msgspec


class Profile(msgspec.Struct, gc=False):
    id: int
    email: str | None = None
    delivery_email: str | None = None  # the real one, where `email` is made up
    full_name: str | None = None
    role: int | None = None
    is_active: bool = True
    is_bot: bool = False
    is_mirror_dummy: bool = False
    is_guest: bool = False
    timezone: str | None = None


class Recipient(msgspec.Struct, gc=False):
    id: int
    type: int
    type_id: int


class Stream(msgspec.Struct, gc=False):
    id: int
    invite_only: bool = False


class Subscription(msgspec.Struct, gc=False):
    user_profile: int
    recipient: int
    active: bool = True


class Reaction(msgspec.Struct, gc=False):
    message: int
    user_profile: int
    emoji_name: str | None = None


class Message(msgspec.Struct, gc=False):
    """A message; `date_sent` was `pub_date` before 2019."""

    id: int
    sender: int
    recipient: int
    subject: str | None = None
    content: str | None = None
    date_sent: float | None = None
    pub_date: float | None = None
    last_edit_time: float | None = None


class Realm(msgspec.Struct, gc=False):
    """realm.json: lists of records, each of which is read with care."""

    zerver_userprofile: list[msgspec.Raw] = []
    zerver_userprofile_crossrealm: list[msgspec.Raw] = []
    zerver_userprofile_mirrordummy: list[msgspec.Raw] = []
    zerver_stream: list[msgspec.Raw] = []
    zerver_recipient: list[msgspec.Raw] = []
    zerver_subscription: list[msgspec.Raw] = []
    zerver_reaction: list[msgspec.Raw] = []


class Messages(msgspec.Struct, gc=False):
    """messages-000001.json; reactions lie beside the messages in newer exports."""

    zerver_message: list[msgspec.Raw] = []
    zerver_reaction: list[msgspec.Raw] = []
