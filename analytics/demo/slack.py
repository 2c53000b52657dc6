"""The demo company's Slack workspace, written as the export that Slack itself would give."""

import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import polars as pl

from analytics.demo import plan
from analytics.demo.clock import DAY, SATURDAY, WEEK, moments, utc, worked
from analytics.demo.people import days_off, lateness
from analytics.demo.uptake import active_weeks, named, partners, who_is_named

PACIFIC = ZoneInfo("America/Los_Angeles")  # Slack names its day files by the day there
WORDS = (
    "plan", "release", "cliente", "offerta", "draft", "review", "domani", "numbers", "turno", "budget",
    "deploy", "grazie", "update", "riunione", "contract", "ticket", "prova", "launch", "report", "idea",
)  # fmt: skip
EMOJI = ("thumbsup", "tada", "eyes", "pray", "heart")
MONDAY = 4 * DAY  # the first of the epoch, which began on a Thursday
POSTS, REPLIES, REACTIONS = 2.4, 2.5, 1.8  # a week, for a person who is active in it


@dataclass(frozen=True)
class Room:
    """A channel: its name and the numbers of its members."""

    name: str
    members: np.ndarray
    private: bool


def channels(staff: pl.DataFrame, draw: np.random.Generator) -> list[Room]:
    """Return the workspace's channels."""
    department, level = staff["department"].to_numpy(), staff["level"].to_numpy()
    everyone = np.arange(staff.height)
    made = [
        Room("general", everyone, private=False),
        Room("caffè", everyone[draw.random(staff.height) < 0.6], private=False),  # noqa: PLR2004
    ]
    for planned in plan.DEPARTMENTS:
        slug = planned.name.lower().replace(" ", "-")
        made.append(Room(slug, np.flatnonzero(department == planned.name), private=False))
    for number in range(max(3, staff.height // 50)):
        members = np.sort(draw.choice(staff.height, min(30, staff.height // 2), replace=False))
        made.append(Room(f"project-{number + 1}", members, private=False))
    made.append(Room("direction", np.flatnonzero(level <= 2), private=True))  # noqa: PLR2004
    return made


def messages(
    staff: pl.DataFrame,
    place: tuple[list[Room], np.ndarray],
    first: date,
    weeks: int,
    draw: np.random.Generator,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (messages, reactions): room, sender, us, root (row of the thread's root or null), words, asks."""
    rooms, kinds = place
    person, week = active_weeks(staff, kinds, weeks, draw)
    department, zone = staff["department"].to_numpy(), staff["zone"].to_numpy()
    own = {room.name: i for i, room in enumerate(rooms)}
    much = pl.Series(kinds).replace_strict(plan.MUCH, default=1.0).to_numpy()
    talk = (much * draw.lognormal(0.0, plan.APART * (kinds != "power"), staff.height))[person]
    posts = 1 + draw.poisson(POSTS * talk)
    replies = draw.poisson(REPLIES * np.where(kinds[person] == "posting", 0.0, talk))
    counts = posts + replies
    sender, at_week = np.repeat(person, counts), np.repeat(week, counts)
    is_reply = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) >= np.repeat(
        posts, counts
    )
    local = moments(at_week, lateness(staff)[sender], draw)
    room = chosen_rooms(sender, rooms, own, department, draw)
    table = pl.DataFrame({
        "room": room,
        "sender": sender,
        "us": utc(first, local, zone[sender]).dt.epoch("us"),
        "is_reply": is_reply,
        "words": draw.integers(2, 30, len(sender)),
        "asks": draw.random(len(sender)) < 0.2,  # noqa: PLR2004  # one message in five asks
    }).unique(["room", "us"], keep="first", maintain_order=True)  # fmt: skip
    day = pl.from_epoch("us", time_unit="us").dt.date()
    gone = staff.select(sender="number", hired="hired", leaves="leaves")
    table = table.join(gone, on="sender").filter(
        (day >= pl.col("hired")) & (pl.col("leaves").is_null() | (day < pl.col("leaves")))
    )
    where = staff["place"].to_numpy()[table["sender"]]
    off = days_off(where, first, first + timedelta(weeks=weeks))
    table = table.filter(pl.Series(worked(pl.from_epoch(table["us"], "us"), where, off)))
    table = table.sort("room", "us").with_row_index("row").drop("hired", "leaves")
    roots = answered(table, draw)
    table = table.with_columns(root=pl.Series(roots, dtype=pl.Int64))
    return table, reacted(table, person, kinds != "posting", draw)


def chosen_rooms(
    sender: np.ndarray,
    rooms: list[Room],
    own: dict[str, int],
    department: np.ndarray,
    draw: np.random.Generator,
) -> np.ndarray:
    """Return the room of each message: half in one's department, the rest where one is a member."""
    member = np.zeros((len(department), len(rooms)), bool)
    for i, room in enumerate(rooms):
        member[room.members, i] = True
    home = np.array([own.get(d.lower().replace(" ", "-"), 0) for d in department])
    weight = member * draw.uniform(0.5, 1.5, len(rooms))
    weight[:, 0] *= plan.TO_EVERYBODY
    edge = np.cumsum(weight / weight.sum(1, keepdims=True), 1)
    other = (edge[sender] < draw.random(len(sender))[:, None]).sum(1)
    return np.where(draw.random(len(sender)) < 0.5, home[sender], np.minimum(other, len(rooms) - 1))  # noqa: PLR2004


def answered(table: pl.DataFrame, draw: np.random.Generator) -> np.ndarray:
    """Return for each message the row of the post it answers (one of the last few in the room), −1 = none."""
    is_reply, room = table["is_reply"].to_numpy(), table["room"].to_numpy()
    post_rows = np.flatnonzero(~is_reply)
    before = np.searchsorted(post_rows, np.arange(table.height)) - draw.geometric(
        0.45, table.height
    )
    root = np.where((before >= 0) & is_reply, post_rows[np.maximum(before, 0)], -1)
    return np.where((root >= 0) & (room[np.maximum(root, 0)] == room), root, -1)


def reacted(
    table: pl.DataFrame, person: np.ndarray, reacts: np.ndarray, draw: np.random.Generator
) -> pl.DataFrame:
    """Return reactions: row of the message, who, which; who `reacts` does so in weeks and rooms in which they write."""
    count = draw.poisson(REACTIONS * len(person) / max(table.height, 1), table.height)
    row = np.repeat(np.arange(table.height), count)
    week = (pl.col("us") // 1_000_000 - MONDAY) // WEEK
    writers = (
        table.filter(pl.Series(reacts).gather(table["sender"]))
        .group_by("room", week=week)
        .agg(pl.col("sender").unique().sort().alias("writers"))
        .with_columns(n=pl.col("writers").list.len())
    )
    return (
        table.select("row", "room", "sender", week=week)[row]
        .with_columns(at=pl.Series(draw.random(len(row))), emoji=pl.Series(draw.choice(EMOJI, len(row))))
        .join(writers, on=["room", "week"], maintain_order="left")
        .with_columns(who=pl.col("writers").list.get((pl.col("at") * pl.col("n")).cast(pl.Int64)))
        .filter(pl.col("who") != pl.col("sender"))
        .unique(["row", "who", "emoji"], keep="first", maintain_order=True)
        .select("row", "who", "emoji")
    )  # fmt: skip


def write_export(
    staff: pl.DataFrame,
    place: tuple[list[Room], np.ndarray],
    first: date,
    weeks: int,
    path: Path,
    draw: np.random.Generator,
) -> Path:
    """Write the whole export as one zip and return its path; `place`: its channels, and how each person takes part."""
    rooms, kinds = place
    names, beside = [named(room.members, kinds) for room in rooms], partners(staff, kinds)
    table, reactions = messages(staff, place, first, weeks, draw)
    by_row: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row, who, emoji in reactions.iter_rows():
        by_row[row][emoji].append(account(who))
    stamp = [f"{us // 1_000_000}.{us % 1_000_000:06d}" for us in table["us"]]
    days: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row, room, sender, us, _, words, asks, root in table.iter_rows():
        groups = () if kinds[sender] == "posting" else names[room]
        other = who_is_named(row, sender, groups, beside)
        message: dict[str, object] = {
            "type": "message",
            "user": account(sender),
            "ts": stamp[row],
            "client_msg_id": f"{row:032x}",
            "text": text(row, words, asks, other),
        }
        if root >= 0:
            message |= {"thread_ts": stamp[root], "parent_user_id": account(table["sender"][root])}
        if row in by_row:
            message["reactions"] = [
                {"name": name, "users": users, "count": len(users)}
                for name, users in by_row[row].items()
            ]
        days[day_file(rooms[room], us)].append(message)
    launch = first_instant(first, weeks)
    for room in rooms:
        for number, person in enumerate(room.members[:200]):
            joined: dict[str, object] = {"type": "message", "subtype": "channel_join", "user": account(person), "ts": f"{launch + number}.000100", "text": "has joined the channel"}  # fmt: skip
            days[day_file(room, (launch + number) * 1_000_000)].append(joined)
    bot(days, first, weeks)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in root_files(staff, rooms, launch):
            archive.writestr(member(name), msgspec.json.encode(content))
        for name in sorted(days):
            in_order = sorted(days[name], key=lambda message: str(message["ts"]))
            archive.writestr(member(name), msgspec.json.encode(in_order))
    return path


def member(name: str) -> zipfile.ZipInfo:
    """Return a zip entry with a fixed time, so that the same company is the same file."""
    info = zipfile.ZipInfo(name, (2026, 9, 28, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def account(person: int) -> str:
    """Return a person's Slack id."""
    return f"U{person:08X}"


def day_file(room: Room, us: int) -> str:
    """Return the member of the zip that holds a moment of a room."""
    return f"{room.name}/{datetime.fromtimestamp(us / 1e6, UTC).astimezone(PACIFIC):%Y-%m-%d}.json"


def first_instant(first: date, weeks: int) -> int:
    """Return the second at which Slack opened to everybody."""
    start = datetime(first.year, first.month, first.day, 8, tzinfo=UTC)
    return int(start.timestamp()) + round(weeks * plan.LAUNCH) * WEEK


def text(row: int, words: int, asks: bool, other: int | None) -> str:
    """Return an invented message; `other` is named in it."""
    said = " ".join(WORDS[(row * 7 + i * 3) % len(WORDS)] for i in range(words))
    mention = "" if other is None else f"<@{account(other)}> "
    return mention + said + ("?" if asks else "")


def bot(days: dict[str, list[dict[str, object]]], first: date, weeks: int) -> None:
    """Let an app post every working morning: it must not count as a person."""
    room = Room("engineering", np.array([]), private=False)
    start = int(datetime(first.year, first.month, first.day, 6, tzinfo=UTC).timestamp())
    for week in range(round(weeks * plan.LAUNCH), weeks):
        for weekday in range(SATURDAY):
            second = start + week * WEEK + weekday * DAY
            days[day_file(room, second * 1_000_000)].append({
                "type": "message", "subtype": "bot_message", "bot_id": "B0DEPLOY", "username": "Deploy",
                "ts": f"{second}.000200", "text": "Build passed",
            })  # fmt: skip


def root_files(
    staff: pl.DataFrame, rooms: list[Room], launch: int
) -> list[tuple[str, list[dict[str, object]]]]:
    """Return users.json, channels.json and the other lists of the export's root."""
    users: list[dict[str, object]] = [
        {
            "id": account(person["number"]), "team_id": "TAURELIA", "name": person["email"].split("@")[0],
            "deleted": person["leaves"] is not None, "real_name": person["name"], "tz": person["zone"],
            "is_bot": False, "is_restricted": False, "is_ultra_restricted": False,
            "profile": {"real_name": person["name"], "display_name": "", "email": person["email"]},
        }
        for person in staff.iter_rows(named=True)
    ]  # fmt: skip
    users.extend(
        {
            "id": f"UGUEST{guest:03d}", "team_id": "TAURELIA", "name": f"partner{guest}", "deleted": False,
            "real_name": f"Partner {guest + 1}", "is_bot": False, "is_restricted": True, "is_ultra_restricted": True,
            "profile": {"real_name": f"Partner {guest + 1}", "email": f"partner{guest}@partner.example"},
        }
        for guest in range(3)
    )  # fmt: skip
    users.append({
        "id": "UDEPLOY00", "team_id": "TAURELIA", "name": "deploy", "deleted": False, "is_bot": True,
        "profile": {"real_name": "Deploy", "bot_id": "B0DEPLOY", "api_app_id": "A0DEPLOY"},
    })  # fmt: skip
    listed: dict[bool, list[dict[str, object]]] = {False: [], True: []}
    for number, room in enumerate(rooms):
        private = room.private
        listed[private].append({
            "id": f"{'G' if private else 'C'}{number:08d}", "name": room.name, "created": launch,
            "creator": account(0), "is_archived": False, "is_general": number == 0,
            "members": [account(int(m)) for m in room.members],
            "topic": {"value": "", "creator": "", "last_set": 0}, "purpose": {"value": "", "creator": "", "last_set": 0},
        })  # fmt: skip
    return [
        ("users.json", users),
        ("channels.json", listed[False]),
        ("groups.json", listed[True]),
        ("dms.json", []),
        ("mpims.json", []),
        ("integration_logs.json", []),
    ]
