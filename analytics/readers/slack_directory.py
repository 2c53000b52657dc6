"""Who and where: the accounts and conversations that a Slack export lists, and those only seen in the traffic."""

import hashlib
import re
import unicodedata
import zoneinfo
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from analytics.readers.base import Sink
from analytics.readers.files import Source
from analytics.readers.slack_json import Conversation, Record, User, entries
from analytics.schema import polars_schema

USER_LISTS = ("users.json", "org_users.json")
CONVERSATION_LISTS = {
    "channels.json": "public",
    "groups.json": "private",
    "mpims.json": "direct",
    "dms.json": "direct",
}
HUMAN_ID = re.compile(r"[UW][A-Z0-9]+")
SLACK_ITSELF = {"USLACKBOT", "U00"}  # U00 signs renames of channels
NAME_LIMIT = 200


@dataclass
class Space:
    """One conversation: `key` is Slack's id, or a digest of the folder's name where no list knows the folder."""

    key: str
    openness: str
    members: list[str] = field(default_factory=list)


@dataclass
class Directory:
    """The lists of one export; `folders` maps the folder of the day files to its conversation."""

    users: dict[str, User] = field(default_factory=dict)
    folders: dict[str, Space] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)  # names of the list files that are there
    kinds: dict[str, str] = field(default_factory=dict)
    team: str | None = None

    def space(self, folder: str) -> Space:
        """Return the conversation of a folder; its openness is unknown where no list knows the folder."""
        if folder not in self.folders:
            self.folders[folder] = Space(f"folder:{digest(folder)}", "unknown")
        return self.folders[folder]

    def is_foreign(self, account: str) -> bool:
        """Say whether the account belongs to another workspace (Slack Connect)."""
        user = self.users.get(account)
        return bool(
            user
            and (user.is_stranger or (self.team and user.team_id and user.team_id != self.team))
        )


def split(path: str) -> tuple[str, str]:
    """Return folder and name of a member's path; the folder is empty at the root."""
    folder, _, name = path.rpartition("/")
    return folder, name


def digest(text: str) -> str:
    """Return 16 hex digits that stand for a name which must not be kept."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def read_directory(source: Source, sink: Sink) -> Directory:
    """Read every list of users and conversations, of the workspace or of each workspace of an organisation."""
    found = Directory()
    conversations: list[tuple[str, str, Conversation]] = []
    for path in source.members():
        root, name = split(path)
        if not (root == "" or re.fullmatch(r"teams/[^/]+", root)):
            continue
        if name in USER_LISTS:
            found.listed.add("users.json")
            for user in _listed(source, path, sink, User):
                known = found.users.get(user.id)
                if known is None or (user.updated or 0) > (known.updated or 0):
                    found.users[user.id] = user
        elif name in CONVERSATION_LISTS:
            entries_of = _listed(source, path, sink, Conversation)
            conversations += [(root, name, entry) for entry in entries_of]
            if entries_of or name == "channels.json":
                found.listed.add(name)
    _learn(found, is_organisation="org_users.json" in source.members())
    for root, name, entry in conversations:
        _place(found, f"{root}/" if root else "", name, entry)
    return found


def _listed(source: Source, path: str, sink: Sink, kind: type[Record]) -> list[Record]:
    found = entries(source.read(path), kind)
    for number, code in found.bad:
        sink.reject(path if number is None else f"{path}#{number}", code)
    for note, times in found.notes.items():
        sink.warn(note, times)
    return found.good


def _learn(found: Directory, *, is_organisation: bool) -> None:
    """Settle whose workspace this is and what kind each listed account is of."""
    teams = Counter(user.team_id for user in found.users.values() if user.team_id)
    if teams and not is_organisation:  # an organisation's own people belong to several workspaces
        found.team = teams.most_common(1)[0][0]
    for account, user in found.users.items():
        found.kinds[account] = _kind(user, is_foreign=found.is_foreign(account))


def _kind(user: User, *, is_foreign: bool) -> str:
    if user.id in SLACK_ITSELF:
        return "service"
    if user.is_bot or user.is_workflow_bot or (user.profile and user.profile.bot_id):
        return "bot"  # is_app_user is no sign: it is also set for the person who made the export
    if user.is_restricted or user.is_ultra_restricted or is_foreign:
        return "guest"
    return "human"


def _place(found: Directory, root: str, name: str, entry: Conversation) -> None:
    """Enter a conversation under the folder its day files lie in: its name, or its id for direct messages."""
    members = list(dict.fromkeys(entry.members or ()))
    openness = CONVERSATION_LISTS[name]
    if openness != "direct":
        if entry.is_ext_shared or any(found.is_foreign(member) for member in members):
            openness = "external"
        elif entry.is_private:
            openness = "private"
    space = Space(entry.id, openness, members)
    for folder in (entry.id, entry.name):
        if folder:
            found.folders.setdefault(root + folder, space)


# ------------------------------------------------------------------------------------------- what is handed over


def write_directory(
    found: Directory, seen: set[str], bots: set[str], tool: str, sink: Sink
) -> None:
    """Hand over accounts, conversations and memberships; `seen` acted or were reached, `bots` spoke as apps."""
    spaces = {space.key: space for space in found.folders.values()}
    members = [(space.key, member) for space in spaces.values() for member in space.members]
    known = [
        _account(user, found, tool, sink)
        for user in sorted(found.users.values(), key=lambda u: u.id)
    ]
    unknown = sorted((seen | {member for _, member in members}) - found.users.keys())
    known += [_placeholder(account, bots, tool) for account in unknown]
    sink.add("account", pl.DataFrame(known, schema=polars_schema("export.account"), orient="row"))
    rows = [(tool, space.key, space.openness, "unknown", None) for space in spaces.values()]
    sink.add(
        "space",
        pl.DataFrame(rows, schema=polars_schema("export.space"), orient="row").sort("space"),
    )
    rows_of_members = [(tool, space, member) for space, member in members]
    schema = polars_schema("export.membership")
    sink.add(
        "membership",
        pl.DataFrame(rows_of_members, schema=schema, orient="row")
        .unique()
        .sort("space", "account"),
    )


Account = tuple[str, str, str | None, str | None, str, bool, str | None, None]


def _account(user: User, found: Directory, tool: str, sink: Sink) -> Account:
    kind = found.kinds[user.id]
    profile = user.profile
    # A closed account has no seat; since when is not exported, so left_on stays null.
    # An invitation that nobody took up is no seat either.
    has_seat = (
        kind in ("human", "guest")
        and not found.is_foreign(user.id)
        and not user.deleted
        and not user.is_invited_user
    )
    name = _name((profile and profile.real_name) or user.real_name or user.name, sink)
    email = _email(profile.email if profile else None)
    zone = user.tz if kind != "bot" and user.tz and _is_zone(user.tz) else None  # bots: a default
    return tool, user.id, email, name, kind, has_seat, zone, None


def _placeholder(account: str, bots: set[str], tool: str) -> Account:
    """Return an account that no list knows: an app, Slack itself, or somebody who left or came from outside."""
    if account in SLACK_ITSELF:
        kind = "service"
    elif account in bots or not HUMAN_ID.fullmatch(account):
        kind = "bot"
    else:
        kind = "human"
    return tool, account, None, None, kind, False, None, None


def _name(name: str | None, sink: Sink) -> str | None:
    """Return the name in one spelling, without control and formatting characters."""
    if not name:
        return None
    clean = "".join(
        sign
        for sign in unicodedata.normalize("NFC", name)
        if unicodedata.category(sign) not in ("Cc", "Cf")
    )
    clean = clean.strip()[:NAME_LIMIT]
    if clean != name:
        sink.warn("name_normalised")
    return clean or None


@cache
def _is_zone(name: str) -> bool:
    try:
        return bool(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _email(email: str | None) -> str | None:
    clean = (email or "").strip().casefold()
    return clean if "@" in clean and clean.isprintable() else None
