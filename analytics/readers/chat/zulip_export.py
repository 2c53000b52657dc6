"""The export of a Zulip organisation (`manage.py export`, or from its settings): tar.gz, zip or folder.

Accounts, channels with their subscribers, messages, reactions. A topic is read as a thread that its first message
opens. Reactions carry no time of their own. Public exports hold no private channels and no direct messages, and people
who did not agree to it appear without a name. Who read what and how often people opened Zulip is in the export, but
without a day: it is not read.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from analytics.readers import instants
from analytics.readers.act import Act, Openness
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink, UnreadableExport
from analytics.readers.chat.zulip_json import (
    Message,
    Messages,
    Profile,
    Reaction,
    Realm,
    Recipient,
    Stream,
    Subscription,
)
from analytics.readers.files import Source
from analytics.readers.json_head import first_object
from analytics.readers.json_records import Kind, convert

FORMAT = Format(
    id="zulip_export",
    title="Zulip organisation export",
    tool="zulip",
    provides=frozenset(("seats", "acts", "replies", "recipients", "reactions", "openness", "time_zones")),
    versions="2018 (pub_date) to 2026; full and public exports",
)  # fmt: skip

REALM = "realm.json"
MESSAGES = re.compile(r"messages-\d+\.json")
PERSONAL, STREAM, GROUP = 1, 2, 3  # zerver_recipient.type
GUEST = 600  # zerver_userprofile.role
SECONDS = 1_000_000
NO_TOPIC = {"", "(no topic)", "general chat"}
MENTION = re.compile(r"@\*\*([^*|]+)(?:\|(\d+))?\*\*")  # @_** is silent: nobody is told
EVERYBODY = {"all", "everyone", "channel", "stream", "topic"}
MARKUP = (
    r"(?s)```quote.*?```|@_?\*\*?[^*]+\*\*?|#\*\*[^*]+\*\*|\]\([^)]*\)|https?://\S+|:[a-z0-9_+-]+:"
)

Record = TypeVar("Record", bound=msgspec.Struct)


def identify(source: Source) -> bool:
    """Say whether there is a realm.json that holds tables of Zulip."""
    if source.kind not in ("zip", "folder") or REALM not in source.members():
        return False
    return any(key.startswith("zerver_") for key in first_object(source, REALM))


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over events, deliveries, accounts, channels, direct conversations and memberships."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    reader = _Reader(source, sink, acts)
    reader.read()
    acts.finish()
    sink.provides = FORMAT.provides - reader.absent()


class _Reader:
    def __init__(self, source: Source, sink: Sink, acts: Acts) -> None:
        self.source, self.sink, self.acts = source, sink, acts
        self._recipients: dict[int, Recipient] = {}
        self._ids: dict[str, int | None] = {}  # full name -> the only account of that name
        self._topics: dict[tuple[int, str], str] = {}  # -> key of the first message
        self._sent: dict[int, tuple[int, str | None]] = {}  # message -> when, where
        self._reactions: list[tuple[str, Reaction]] = []

    def read(self) -> None:
        realm = self._decode(REALM, Realm)
        self._read_people(realm)
        self._read_spaces(realm)
        self._note_reactions(REALM, realm.zerver_reaction)
        for path in self._message_files():
            part = self._decode(path, Messages)
            # a topic begins with its first message
            found = list(self._records(part.zerver_message, Message, f"{path}#"))
            for place, message in sorted(found, key=lambda pair: pair[1].id):
                self._message(place, message)
            self._note_reactions(path, part.zerver_reaction)
        for place, reaction in self._reactions:
            self._reaction(place, reaction)

    def absent(self) -> set[str]:
        """Return what this very file does not tell."""
        known = self.acts.accounts.values()
        absent = set() if any(account.time_zone for account in known) else {"time_zones"}
        return absent if self.acts.counts["reaction"] else absent | {"reactions"}

    # ------------------------------------------------------------------------------------------- tables

    def _decode(self, path: str, struct: type[Record]) -> Record:
        try:
            return msgspec.json.decode(self.source.read(path), type=struct)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            if path == REALM:
                raise UnreadableExport(
                    "json_shape",
                    f"{self.source.name}: {REALM} is damaged or cut short. Export the organisation again.",
                ) from error
            self.sink.reject(path, "json_invalid")
            return struct()

    def _records(
        self, raws: list[msgspec.Raw], struct: type[Record], place: str
    ) -> Iterator[tuple[str, Record]]:
        """Yield (place, record); one of a wrong shape is set apart."""
        decode = msgspec.json.Decoder(struct).decode
        for number, raw in enumerate(raws):
            try:
                yield f"{place}{number}", decode(raw)
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                record = self._with_care(raw, struct, f"{place}{number}")
                if record is not None:
                    yield f"{place}{number}", record

    def _with_care(self, raw: msgspec.Raw, struct: type[Record], place: str) -> Record | None:
        try:
            value: Any = msgspec.json.decode(raw)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            self.sink.reject(place, "json_invalid")
            return None
        return convert(value, Kind(struct, frozenset({"content", "sender", "recipient"})), self.sink, place)  # fmt: skip

    def _message_files(self) -> list[str]:
        """Return the files of messages in their order, and account for everything else."""
        found = []
        for path in self.source.members():
            if MESSAGES.fullmatch(path):
                found.append(path)
            elif path != REALM:
                self.sink.ignored.append(path)
        self.sink.ignored += self.source.ignored
        if self.sink.ignored:
            self.sink.warn("zip_member_ignored", len(self.sink.ignored))
        return found

    def _read_people(self, realm: Realm) -> None:
        for raws, is_listed in (
            (realm.zerver_userprofile, True),
            (realm.zerver_userprofile_mirrordummy, False),
            (realm.zerver_userprofile_crossrealm, False),
        ):
            for _, person in self._records(raws, Profile, f"{REALM} accounts #"):
                is_bot = person.is_bot or raws is realm.zerver_userprofile_crossrealm
                is_guest = person.role == GUEST or person.is_guest
                has_seat = is_listed and person.is_active and not person.is_mirror_dummy
                self.acts.account(
                    str(person.id),
                    email=person.delivery_email or person.email,
                    name=person.full_name or None,
                    kind="bot" if is_bot else "guest" if is_guest else None,
                    has_seat=has_seat,
                    time_zone=person.timezone or None,
                )
                name = person.full_name or ""
                self._ids[name] = None if name in self._ids else person.id

    def _read_spaces(self, realm: Realm) -> None:
        for _, listed in self._records(realm.zerver_recipient, Recipient, f"{REALM} recipients #"):
            self._recipients[listed.id] = listed
        for _, stream in self._records(realm.zerver_stream, Stream, f"{REALM} channels #"):
            openness: Openness = "private" if stream.invite_only else "public"
            self.acts.space(f"channel:{stream.id}", openness)
        for _, held in self._records(
            realm.zerver_subscription, Subscription, f"{REALM} subscriptions #"
        ):
            recipient = self._recipients.get(held.recipient)
            if not held.active or recipient is None or recipient.type == PERSONAL:
                continue
            if recipient.type == STREAM:
                self.acts.space(f"channel:{recipient.type_id}", members={str(held.user_profile)})
            else:
                self.acts.space(f"group:{recipient.type_id}", "direct", {str(held.user_profile)})

    # ----------------------------------------------------------------------------------------- messages

    def _message(self, place: str, message: Message) -> None:
        sent = message.date_sent if message.date_sent is not None else message.pub_date
        us = instants.from_number(sent, SECONDS)
        act = Act(
            place=place,
            key=str(message.id),
            us=us,
            actor=str(message.sender),
            space=self._space(message),
            text=message.content,
            mentions=self._mentioned(message.content),
            version=instants.from_number(message.last_edit_time, SECONDS) or 0,
        )
        recipient = self._recipients.get(message.recipient)
        topic = (message.subject or "").casefold()
        if recipient and recipient.type == STREAM and topic not in NO_TOPIC:
            act.thread = self._topics.setdefault((message.recipient, topic), act.key)
            if act.thread != act.key:
                act.action, act.in_reply_to = "reply", act.thread
        self.acts.add(act)
        if us is not None:
            self._sent[message.id] = us, act.space

    def _space(self, message: Message) -> str | None:
        """Return where it was written; a direct conversation of two is that of its pair."""
        recipient = self._recipients.get(message.recipient)
        if recipient is None:
            self.sink.warn("channel_unknown")
            return None
        if recipient.type == STREAM:
            return f"channel:{recipient.type_id}"
        if recipient.type == GROUP:
            return f"group:{recipient.type_id}"
        pair = sorted({message.sender, recipient.type_id})
        space = "direct:" + "-".join(map(str, pair))
        self.acts.space(space, "direct", map(str, pair))
        return space

    def _mentioned(self, text: str | None) -> tuple[str, ...]:
        """Return the accounts named, by id where it is written, else by a name that only one has."""
        if not text or "@**" not in text:
            return ()
        named = (
            int(number) if number else self._ids.get(name)
            for name, number in MENTION.findall(text)
            if name not in EVERYBODY
        )
        return tuple(dict.fromkeys(str(account) for account in named if account is not None))

    def _note_reactions(self, path: str, raws: list[msgspec.Raw]) -> None:
        self._reactions += self._records(raws, Reaction, f"{path} reaction #")

    def _reaction(self, place: str, reaction: Reaction) -> None:
        """Take a reaction at the time of its message, since it has none of its own."""
        sent = self._sent.get(reaction.message)
        if sent is None:
            self.sink.warn("reaction_ignored")
            return
        self.acts.add(
            Act(
                place=place,
                key=f"{reaction.message}:{reaction.user_profile}:{reaction.emoji_name}",
                us=sent[0],
                actor=str(reaction.user_profile),
                action="reaction",
                space=sent[1],
                in_reply_to=str(reaction.message),
                is_timed=False,
                is_record=False,
            )
        )
