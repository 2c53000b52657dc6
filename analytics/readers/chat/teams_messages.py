"""Messages of Microsoft Teams as Microsoft Graph gives them: by its API, a script, CLI for Microsoft 365, or an export tool.

One file (lines, an array, or pages of `value`), or a folder or archive of such files; with the lists of users, teams,
channels and members that export tools put beside them, people get addresses and channels become public or private.
In a chat of more than two people it is known whom a message reached only where the chats of each person were exported
in a folder of their own. Private and shared channels have no list of members.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from analytics.readers import instants
from analytics.readers.act import Act, Openness
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink, UnreadableExport
from analytics.readers.chat import teams_json
from analytics.readers.chat.teams_json import GUID_PAIR, Identities, Message
from analytics.readers.files import Source
from analytics.readers.json_head import first_object
from analytics.readers.json_records import read_bytes, read_file

FORMAT = Format(
    id="teams_messages",
    title="Microsoft Teams messages",
    tool="teams",
    provides=frozenset(("seats", "acts", "replies", "recipients", "reactions", "meetings", "openness")),
    versions="Graph chatMessage of 2019 to 2026 in camelCase or PascalCase; lines, array, pages, folder of an export tool",
)  # fmt: skip

MARKUP = r"(?s)<at\b.*?</at>|<[^>]*>|https?://\S+|&[#\w]+;"
TAGS = re.compile(r"<[^>]*>|&nbsp;|\s")
DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")
OWNER = re.compile(r"(?:^|/)([^/]+)/messages_\1\.json$")  # users/<id>/messages_<id>.json
TEAM = re.compile(r"(?:^|/)([^/]+)/teamMembers_\1\.json$")
GUEST_KINDS = {
    "anonymousGuest",
    "federatedUser",
    "personalMicrosoftAccountUser",
    "skypeUser",
    "phoneUser",
}
NOTICES = ("systemEventMessage", "unknownFutureValue", "chatEvent")
LOOKED_INTO = (
    50  # members; the lists of an export tool come early, folders of messages hold little else
)


def identify(source: Source) -> bool:
    """Say whether it is messages of Graph, or a folder of such files and the lists beside them."""
    if source.kind == "file":
        return teams_json.what_is(first_object(source)) == "messages"
    if source.kind not in ("zip", "folder"):
        return False
    found = [_what_is_in(source, member) for member in _json_members(source)[:LOOKED_INTO]]
    is_tool_export = {"users", "team_list"} <= set(found)
    return is_tool_export or (bool(found) and set(found) == {"messages"})


def explain(source: Source) -> UnreadableExport | None:
    """Return why a file of JSON is nothing: a single value."""
    if source.kind != "file" or not re.fullmatch(rb"\s*(-?\d+|true|false|null|\"[^\"]*\")\s*", source.head(1024)):  # fmt: skip
        return None
    return UnreadableExport(
        "json_shape",
        f"{source.name}: the file holds a single value, not a list of records. Give the export as the tool made it.",
    )


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over events, deliveries, accounts, channels and chats, memberships."""
    tool = options.tool or FORMAT.tool or ""
    reader = _Reader(source, sink, Acts(sink, tool, MARKUP))
    reader.read()
    sink.provides = reader.provided()


def _json_members(source: Source) -> list[str]:
    return [path for path in source.members() if path.endswith((".json", ".jsonl", ".ndjson"))]


def _what_is_in(source: Source, member: str) -> str | None:
    return teams_json.what_is(first_object(source, member))


class _Reader:
    """Read the lists first, then whose chats they are, then the messages."""

    def __init__(self, source: Source, sink: Sink, acts: Acts) -> None:
        self.source, self.sink, self.acts = source, sink, acts
        self._members: dict[str, list[str]] = defaultdict(list)  # what -> paths
        self._visibility: dict[str, str] = {}  # team -> public or private
        self._channels: dict[str, str] = {}  # channel -> standard, private or shared
        self._team_members: dict[str, set[str]] = defaultdict(set)
        self._tenants: dict[str, str] = {}  # account -> tenant

    def read(self) -> None:
        if self.source.kind == "file":
            for place, message in read_file(self.source, teams_json.MESSAGES, self.sink):
                self._message(place, message)
        else:
            self._sort_members()
            self._read_lists()
            self._read_owners()
            for path in self._members["messages"]:
                for place, message in self._records(path, teams_json.MESSAGES):
                    self._message(place, message)
        self._mark_strangers()
        self.acts.finish()

    def provided(self) -> frozenset[str]:
        """Return what this very file tells: without lists nobody's seat, and no channel that is public."""
        absent = set()
        if not self._members["users"]:
            absent.add("seats")
        if not self._visibility:
            absent.add("openness")
        if not self.acts.counts["call"]:
            absent.add("meetings")
        return FORMAT.provides - absent

    # ------------------------------------------------------------------------------------------- lists

    def _sort_members(self) -> None:
        known = set(_json_members(self.source))
        for path in self.source.members():
            what = _what_is_in(self.source, path) if path in known else None
            if what:
                self._members[what].append(path)
            else:
                self.sink.ignored.append(path)
        self.sink.ignored += self.source.ignored
        if self.sink.ignored:
            self.sink.warn("zip_member_ignored", len(self.sink.ignored))

    def _records(self, path: str, kind: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a Kind of any record
        yield from read_bytes(self.source.read(path), kind, self.sink, path, path)

    def _read_lists(self) -> None:
        for path in self._members["users"]:
            for _, user in self._records(path, teams_json.USERS):
                self.acts.account(
                    user.id,
                    email=user.mail or user.user_principal_name,
                    name=user.display_name or None,
                    kind="guest" if user.user_type == "Guest" else None,
                    has_seat=True,
                )
        for path in self._members["teams"]:
            for _, team in self._records(path, teams_json.TEAMS):
                self._visibility[team.id] = (team.visibility or "").lower()
        for path in self._members["channels"]:
            for _, channel in self._records(path, teams_json.CHANNELS):
                self._channels[channel.id] = (channel.membership_type or "").lower()
        for path in self._members["members"]:
            found = TEAM.search(path)
            for _, member in self._records(path, teams_json.MEMBERS):
                if found:
                    self._team_members[found[1]].add(member.user_id)

    def _read_owners(self) -> None:
        """Find who is in which chat: each person's chats lie in a folder of their own."""
        unheard = Sink(self.sink.folder)  # what is wrong is told when the messages are read
        for path in self._members["messages"]:
            owner = OWNER.search(path)
            if owner:
                data = self.source.read(path)
                for _, message in read_bytes(data, teams_json.MESSAGES, unheard, path, path):
                    if message.chat_id:
                        self.acts.space(message.chat_id, "direct", {owner[1]})

    # ---------------------------------------------------------------------------------------- messages

    def _message(self, place: str, message: Message) -> None:
        space = self._space(message)
        key = f"{space}:{message.id}" if space else message.id
        us, flaw = instants.from_iso(message.created_date_time)
        act = Act(place=place, key=key, us=us, flaw=flaw, actor=None, space=space)
        if message.message_type in NOTICES or (message.event_detail and not message.sender):
            self._notice(act, message)
            return
        act.actor = self._account(message.sender)
        act.action = "reply" if message.reply_to_id else "post"
        if message.channel_identity:
            act.thread = f"{space}:{message.reply_to_id or message.id}"
            act.in_reply_to = act.thread if message.reply_to_id else None
        act.version = (
            max(_us(message.last_edited_date_time), _us(message.deleted_date_time)) if not flaw else 0
        )  # fmt: skip
        if not message.deleted_date_time and message.body:
            act.text = message.body.content
        if act.action == "post" and _is_file(message):
            act.action = "file"
        act.mentions = self._mentioned(message)
        self.acts.add(act)
        if act.actor and not flaw:
            self._reactions(act, message)

    def _space(self, message: Message) -> str | None:
        """Note and return the channel or chat of a message."""
        channel = message.channel_identity
        if channel and channel.channel_id:
            if channel.channel_id not in self.acts.spaces:
                team = channel.team_id or ""
                kind = self._channels.get(channel.channel_id, "")
                members = self._team_members[team] if kind in ("", "standard") else ()
                self.acts.space(channel.channel_id, self._openness(team, kind), members)
            return channel.channel_id
        if message.chat_id and message.chat_id not in self.acts.spaces:
            self.acts.space(message.chat_id, "direct")
        if message.chat_id and (pair := re.fullmatch(GUID_PAIR, message.chat_id)):
            self.acts.space(message.chat_id, "direct", pair.groups())
        return message.chat_id

    def _openness(self, team: str, kind: str) -> Openness:
        if kind == "private" or self._visibility.get(team) == "private":
            return "private"
        return "public" if self._visibility.get(team) == "public" and kind != "shared" else "unknown"  # fmt: skip

    def _account(self, found: Identities | None) -> str | None:
        """Note and return who acted; an app is a bot, a room system a service."""
        if found is None:
            return None
        if found.user and found.user.id:
            user = found.user
            is_guest = user.user_identity_type in GUEST_KINDS
            kind = "guest" if is_guest else None
            self.acts.account(user.id or "", name=user.display_name or None, kind=kind)
            if user.tenant_id and user.id:
                self._tenants[user.id] = user.tenant_id
            return user.id
        for machine, kind in ((found.application, "bot"), (found.device, "service")):
            if machine and machine.id:
                self.acts.account(machine.id, name=machine.display_name or None, kind=kind)
                return machine.id
        return None

    def _mentioned(self, message: Message) -> tuple[str, ...]:
        """Return who is mentioned; a name of two words is two mentions of one person."""
        users = (m.mentioned.user for m in message.mentions or () if m.mentioned)
        return tuple(dict.fromkeys(user.id for user in users if user and user.id))

    def _reactions(self, act: Act, message: Message) -> None:
        for number, reaction in enumerate(message.reactions or ()):
            us, flaw = instants.from_iso(reaction.created_date_time)
            actor = self._account(reaction.user)
            key = f"{act.key}:{actor}:{reaction.reaction_type}"
            self.acts.add(
                Act(
                    place=f"{act.place} reaction {number}",
                    key=key,
                    us=us,
                    flaw=flaw,
                    actor=actor,
                    action="reaction",
                    space=act.space,
                    in_reply_to=act.key,
                    is_record=False,
                )
            )

    def _notice(self, act: Act, message: Message) -> None:
        """Take what the tool says, where it says whose doing it was; the end of a call is the call."""
        detail = message.event_detail
        act.actor = self._account(detail.initiator if detail else message.sender)
        act.action = "notice"
        call = detail and (detail.call_ended or ((detail.what or "").endswith(teams_json.CALL_ENDED) and detail))  # fmt: skip
        if call:
            act.action = "call"
            act.seconds = _seconds(call.call_duration)
            people = (self._account(p.participant) for p in call.call_participants or ())
            act.attendees = tuple(dict.fromkeys(person for person in people if person))
            if act.us is not None and act.seconds:
                act.us -= act.seconds * 1_000_000  # written at the end, counted from the start
            act.actor = act.actor or next(iter(act.attendees), None)
        if act.actor is None and act.flaw is None:
            self.sink.non_records += 1
            self.sink.warn("event_not_counted")
        else:
            self.acts.add(act)

    def _mark_strangers(self) -> None:
        """People of another organisation than most are guests."""
        count = Counter(self._tenants.values()).most_common(2)
        if len(count) == 2 and count[0][1] > count[1][1]:  # noqa: PLR2004 - the first two
            for account, tenant in self._tenants.items():
                if tenant != count[0][0] and not self.acts.account(account).has_seat:
                    self.acts.account(account, kind="guest")


def _us(text: str | None) -> int:
    return (instants.from_iso(text)[0] or 0) if text else 0


def _is_file(message: Message) -> bool:
    kinds = {attachment.content_type for attachment in message.attachments or ()}
    content = message.body.content if message.body else None
    return "reference" in kinds and not TAGS.sub("", content or "")


def _seconds(duration: str | None) -> int | None:
    """Return the seconds of `PT1H2M3.4S`; null where it is none."""
    found = DURATION.fullmatch(duration or "")
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
