"""The bulk export of Mattermost (`mmctl export` or `mattermost export bulk`): lines of JSON, alone or in a zip.

Accounts, channels, members, posts with their replies and reactions, and direct messages. An act has no id of its own:
it is known by where, who and when. Deleted posts are not in the export, and mostly neither is what people read. Old
exports wrote "… joined the channel" as a post of that person: that is taken for what it is.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from analytics.readers import instants
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Format, Options, Sink
from analytics.readers.chat.mattermost_json import LINES, Line, Person, Post, Reply
from analytics.readers.files import Source
from analytics.readers.json_head import first_object
from analytics.readers.json_records import read_bytes, read_file

FORMAT = Format(
    id="mattermost_export",
    title="Mattermost bulk export",
    tool="mattermost",
    provides=frozenset(("seats", "acts", "replies", "recipients", "reactions", "meetings", "openness", "time_zones")),
    versions="version 1 of 2019 to 2026, with or without types, edit times and bots",
)  # fmt: skip

OPENNESS = {"O": "public", "P": "private"}
WRITTEN = (
    "",
    "me",
    "slack_attachment",
)  # whatever else has a type is the tool or a plugin speaking
CALL = "custom_calls"
JOINED = re.compile(r"@?\S+ (?:has )?(?:joined|left) the (?:channel|team)\.|@?\S+ (?:was )?(?:added to|removed from) the (?:channel|team)\b.*")  # fmt: skip
MENTION = re.compile(r"(?<![\w@])@([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
NOBODY = {"all", "channel", "here"}
MARKUP = r"https?://\S+|:[a-z0-9_+-]+:|(?:^|\W)@[a-z0-9][a-z0-9._-]*"
UNKNOWN_DIRECT = "direct:unknown"  # some exports do not say between whom
YES = (True, "true")
ENDINGS = (".jsonl", ".json", ".ndjson")


def identify(source: Source) -> bool:
    """Say whether the first line tells the version of a bulk export, in the file or one inside an archive."""
    if source.kind == "file":
        return _is_export(first_object(source))
    return source.kind in ("zip", "folder") and len(_exports(source)) == 1


def _is_export(first: dict[str, Any]) -> bool:
    return first.get("type") == "version" and isinstance(first.get("version"), int)


def _exports(source: Source) -> list[str]:
    lines = [path for path in source.members() if "/" not in path and path.endswith(ENDINGS)]
    return [path for path in lines[:20] if _is_export(first_object(source, path))]


def read(source: Source, sink: Sink, options: Options) -> None:
    """Hand over events, deliveries, accounts, channels, direct channels and their members."""
    acts = Acts(sink, options.tool or FORMAT.tool or "", MARKUP)
    reader = _Reader(acts, sink)
    for place, line in _lines(source, sink):
        reader.take(place, line)
    acts.finish()
    sink.provides = reader.provided()


def _lines(source: Source, sink: Sink) -> Iterator[tuple[str, Line]]:
    if source.kind == "file":
        yield from read_file(source, LINES, sink)
        return
    path = _exports(source)[0]
    sink.ignored += [other for other in source.members() if other != path] + source.ignored
    if sink.ignored:
        sink.warn("zip_member_ignored", len(sink.ignored))
    yield from read_bytes(source.read(path), LINES, sink, path, path)


class _Reader:
    def __init__(self, acts: Acts, sink: Sink) -> None:
        self.acts, self.sink = acts, sink
        self._has_users = self._has_zones = False

    def take(self, place: str, line: Line) -> None:
        """Take one line; a line about nothing that is kept (roles, emoji, schemes) is passed over."""
        if line.post:
            space = f"{line.post.team}/{line.post.channel}"
            self._post(place, line.post, space)
        elif line.direct_post:
            self._post(place, line.direct_post, self._direct(line.direct_post.channel_members))
        elif line.direct_channel:
            self._direct(line.direct_channel.members)
        elif line.user:
            self._person(line.user)
        elif line.bot:
            self.acts.account(line.bot.username, kind="bot")
        elif line.channel:
            openness = OPENNESS.get(line.channel.type or "", "unknown")
            self.acts.space(f"{line.channel.team}/{line.channel.name}", openness)  # type: ignore[arg-type]

    def provided(self) -> frozenset[str]:
        """Return what this very file tells."""
        absent = set()
        if not self._has_users:
            absent.add("seats")
        if not self._has_zones:
            absent.add("time_zones")
        if not self.acts.counts["call"]:
            absent.add("meetings")
        return FORMAT.provides - absent

    def _person(self, person: Person) -> None:
        self._has_users = True
        roles = (person.roles or "").split()
        zone = _time_zone(person.timezone)
        self._has_zones |= zone is not None
        left = instants.from_number(person.delete_at or None, instants.MILLISECONDS)
        self.acts.account(
            person.username,
            email=person.email,
            name=f"{person.first_name or ''} {person.last_name or ''}".strip() or None,
            kind="guest" if "system_guest" in roles else None,
            has_seat=True,
            time_zone=zone,
            left_on=datetime.fromtimestamp(left / 1e6, UTC).date() if left else None,
        )
        for team in person.teams or ():
            for channel in team.channels or ():
                self.acts.space(f"{team.name}/{channel.name}", members={person.username})

    def _direct(self, members: list[str] | None) -> str:
        """Note a direct channel, known by who is in it in whatever order, and return its key."""
        people = sorted(set(members or ()))
        space = "direct:" + ",".join(people) if people else UNKNOWN_DIRECT
        self.acts.space(space, "direct", people)
        return space

    def _post(self, place: str, post: Post, space: str) -> None:
        root = self._act(place, post, space)
        replies = post.replies or ()
        if replies:
            root.thread = root.key
        self._add(root, post)
        for number, reply in enumerate(replies):
            act = self._act(f"{place} reply {number}", reply, space)
            if act.action in ("post", "file"):
                act.action = "reply"
                act.thread = act.in_reply_to = root.key
            self._add(act, reply)

    def _act(self, place: str, post: Reply, space: str) -> Act:
        us = instants.from_number(post.create_at, instants.MILLISECONDS)
        user = post.user
        act = Act(
            place=place,
            key=f"{space}|{user}|{us}",
            us=us,
            actor=self._author(post),
            space=space,
            version=instants.from_number(post.edit_at, instants.MILLISECONDS) or 0,
        )
        kind = post.type or ""
        if kind == CALL:
            act.action = "call"
            act.seconds = _call_seconds(post.props)
        elif kind not in WRITTEN or (post.type is None and JOINED.fullmatch(post.message or "")):
            act.action = "notice"
        else:
            act.text = post.message
            act.mentions = self._mentioned(post.message)
            act.action = "file" if post.attachments and not (post.message or "").strip() else "post"
        return act

    def _author(self, post: Reply) -> str | None:
        """Return who wrote: what a webhook posts in a person's name is the webhook's."""
        props = post.props if isinstance(post.props, dict) else {}
        if post.user and props.get("from_webhook") in YES:
            return self._bot(f"webhook:{post.user}")
        if post.user and props.get("from_bot") in YES:
            return self._bot(post.user)
        return post.user

    def _bot(self, account: str) -> str:
        self.acts.account(account, kind="bot")
        return account

    def _mentioned(self, text: str | None) -> tuple[str, ...]:
        """Return the accounts named by @; a full stop after a name is not part of it."""
        if not text or "@" not in text:
            return ()
        named = (self._known(name.lower()) for name in MENTION.findall(text))
        return tuple(dict.fromkeys(name for name in named if name and name not in NOBODY))

    def _known(self, name: str) -> str | None:
        """Return the account that a text names, without what follows the name."""
        while name and name not in self.acts.accounts:
            if not name.endswith((".", "-", "_")):
                return None
            name = name[:-1]
        return name

    def _add(self, act: Act, post: Reply) -> None:
        self.acts.add(act)
        if not post.reactions or act.us is None or not act.actor:
            return
        for reaction in post.reactions:
            us = instants.from_number(reaction.create_at, instants.MILLISECONDS)
            self.acts.add(
                Act(
                    place=act.place,
                    key=f"{act.key}|{reaction.user}|{reaction.emoji_name}",
                    us=us,
                    actor=reaction.user,
                    action="reaction",
                    space=act.space,
                    in_reply_to=act.key,
                    is_record=False,
                )
            )


def _call_seconds(props: Any) -> int | None:  # noqa: ANN401 - any JSON
    """Return how long a call lasted; null while it goes on or where it is not told."""
    told = props if isinstance(props, dict) else {}
    begin, end = told.get("start_at"), told.get("end_at")
    if isinstance(begin, int | float) and isinstance(end, int | float) and end > begin > 0:
        return round((end - begin) / 1000)
    return None


def _time_zone(told: Any) -> str | None:  # noqa: ANN401 - an object, or one in text
    """Return the time zone of a user, chosen by hand or found by the browser."""
    if isinstance(told, str) and told.startswith("{"):
        try:
            told = msgspec.json.decode(told)
        except msgspec.MsgspecError:
            return None
    if not isinstance(told, dict):
        return None
    is_automatic = told.get("useAutomaticTimezone") in YES
    zone = told.get("automaticTimezone" if is_automatic else "manualTimezone")
    return zone if isinstance(zone, str) and zone else None
