"""Who was in a meeting, from the lists that meeting tools write: lines of text in blocks, local times, rejoins."""

import csv
import hashlib
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import polars as pl

from analytics.readers import csv_text, dates, json_head
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import Options, Sink, UnreadableExport
from analytics.readers.zones import to_utc

if TYPE_CHECKING:
    from analytics.readers.files import Source

LONGEST = 64 << 20  # bytes: 4,400 rows of a real list are half a megabyte
HEAD = 16384
ODD_BLANKS = re.compile("[\u200e\u200f\u202f\u00a0]")
BOT = re.compile(
    r"(?i)\bnotetaker\b|\bread\.ai\b|\botter(\.ai|pilot)\b|\bfireflies\b|\bmeeting ?bot\b"
)
NUMBER = re.compile(r"[+*\d][\d\s*().x+-]{5,}")
GUEST = re.compile(r"(?i)\((guest|gast|ospite|invité|invitado|convidado|extern\w*|unverified|nicht überprüft)\)")  # fmt: skip
DOTTED = r"^\d{1,2}\.\d{1,2}\.\d{2,4}"
US_HALF_DAY = re.compile(r"(?i)\b[ap]\.?m\b")
MASS_FROM = 25  # as for messages: from here on nobody collaborates

Lines = list[tuple[int, list[str]]]  # number in the file, cells


def first_lines(source: "Source") -> Lines:
    """Return the lines that the head of a file holds; none where that cannot be."""
    if "attendance" not in source.looked_at:  # every reader asks
        source.looked_at["attendance"] = _first_lines(source)
    found: Lines = source.looked_at["attendance"]
    return found


def _first_lines(source: "Source") -> Lines:
    if source.kind != "file" or source.head(4).startswith(b"PK"):
        return []
    if json_head.first_object(source):
        return []
    try:
        return lines(source, head_only=True)
    except UnreadableExport:
        return []


def lines(source: "Source", *, head_only: bool = False) -> Lines:
    """Return the lines that hold something, as cells; the separator is the one of most lines."""
    if source.size > LONGEST:
        raise UnreadableExport(
            "not_csv", f"{source.name}: too large for the list of a meeting. Export fewer meetings."
        )
    with source.open() as stream:
        codec, mark = csv_text.encoding(stream)
        stream.seek(mark)
        raw = stream.read(HEAD if head_only else LONGEST)
    text = (
        raw[: len(raw) // 2 * 2].decode(codec, "replace")
        if "16" in codec
        else raw.decode(codec, "replace")
    )
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if "\x00" in text:
        return []
    first = text.split("\n", 200)[:200]
    separator = max(
        "\t;,", key=lambda mark: (sum(mark in line for line in first if line), mark == "\t")
    )
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    found: Lines = []
    try:
        for cells in reader:
            trimmed = [ODD_BLANKS.sub(" ", cell).strip() for cell in cells]
            if any(trimmed):
                found.append((reader.line_num, trimmed))
    except csv.Error:
        return found
    return found


def instants(texts: list[str], options: Options, sink: Sink) -> list[int | None]:
    """Return UTC microseconds of local times, null where one cannot be read.

    Day and month: as said by hand; as a number above 12 proves; as only one of the ways lies in the past; else as is
    usual: the month first with AM and PM, else the day.
    """
    series = pl.Series(texts, dtype=pl.String)
    proof = dates.prove(series)
    order = dates.ORDERS.get(options.columns.get("dates", "").casefold()) or proof.order
    if order is None and series.str.contains(DOTTED).any():
        order = "dmy"  # nobody writes the month first with dots
    if proof.written and order is None:
        sink.warn("dates_ambiguous")
        order = _usual(series)
    read = dates.instants(series, order)
    local = pl.when(pl.col("zoned")).then("at").otherwise(to_utc(pl.col("at"), options))
    told = read.select(
        us=local.dt.epoch("us"), floats=pl.col("at").is_not_null() & ~pl.col("zoned")
    )
    if told["floats"].any():
        sink.warn("time_floating")
    return told["us"].to_list()


def _usual(series: pl.Series) -> dates.Order:
    from datetime import UTC, datetime

    now = datetime.now(UTC).replace(tzinfo=None)
    orders: tuple[dates.Order, ...] = ("dmy", "mdy")
    past = [order for order in orders if not (dates.instants(series, order)["at"] > now).any()]
    if len(past) == 1:
        return past[0]
    return "mdy" if any(US_HALF_DAY.search(text) for text in series.drop_nulls()) else "dmy"


@dataclass
class Stay:
    """One line of a list, or a record at a `place`: who, from when to when (UTC microseconds, null = not told)."""

    line: int
    account: str
    join: int | None = None
    leave: int | None = None
    place: str = ""

    @property
    def where(self) -> str:
        """Where it stands, for the report."""
        return self.place or f"line {self.line}"

    @property
    def is_backwards(self) -> bool:
        """Whether it ends before it begins."""
        return self.join is not None and self.leave is not None and self.leave < self.join


@dataclass
class Held:
    """One meeting that took place, with the lines that tell of it."""

    key: str
    organiser: str | None
    start: int | None = None
    end: int | None = None
    stays: list[Stay] = field(default_factory=list)


def account(acts: Acts, name: str, email: str = "", *, is_guest: bool = False) -> str | None:
    """Return the address, else the name of somebody, and note both; null where neither is told."""
    email = email.strip().casefold()
    name = name.strip()
    key = email if "@" in email else name.casefold()
    if not key or not key.isprintable():
        return None
    kind: Literal["human", "guest", "bot", "service"] | None = None
    if BOT.search(name):
        kind = "bot"
    elif NUMBER.fullmatch(name) and "@" not in email:
        kind = "service"  # somebody at a telephone, nobody knows who
    elif is_guest or GUEST.search(name):
        kind = "guest"
    acts.account(
        key, email=email or None, name=name if name and "@" not in name else None, kind=kind
    )
    return key


def hashed(*parts: object) -> str:
    """Return a key made of what tells a meeting apart; titles are in it only as part of the hash."""
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()


def hand_over(meetings: list[Held], acts: Acts, sink: Sink) -> None:
    """Hand over meetings with everybody who came; rejoins and second devices make one attendance."""
    for held in meetings:
        _hand_over(held, acts, sink)
    acts.finish()


def _hand_over(held: Held, acts: Acts, sink: Sink) -> None:
    backwards = [stay for stay in held.stays if stay.is_backwards]
    for stay in backwards:
        sink.reject(stay.where, "interval_negative")
    stays = [stay for stay in held.stays if stay not in backwards]
    if not stays:
        return
    people = list(dict.fromkeys(stay.account for stay in stays))
    organiser = held.organiser
    if organiser is None:
        organiser = people[0]
        sink.warn("organiser_assumed")
    starts = [at for at in (held.start, *(stay.join for stay in stays)) if at is not None]
    ends = [at for at in (held.end, *(stay.leave for stay in stays)) if at is not None]
    start = held.start if held.start is not None else min(starts, default=None)
    end = held.end if held.end is not None else max(ends, default=None)
    if start is None:
        sink.reject_many([stay.where for stay in stays], "timestamp_invalid")
        return
    seconds = (end - start) // 1_000_000 if end is not None else None
    if seconds is not None and seconds > 24 * 3600:
        sink.warn("duration_suspicious")
        seconds = None
    others = [person for person in people if person != organiser]
    if len(people) > MASS_FROM:
        sink.warn("mass_meeting_flagged")
    before = sink.rejected.total()
    acts.add(
        Act(
            place=stays[0].where,
            key=held.key,
            us=start,
            actor=organiser,
            action="meeting",
            attendees=others,
            accepted=others,
            recipients=0 if not others else None,
            seconds=seconds if seconds and seconds > 0 else None,
        )
    )
    if sink.rejected.total() == before:
        sink.stored += len(stays) - 1  # a meeting is kept with all its lines
    else:
        sink.reject_many([stay.where for stay in stays[1:]], "timestamp_out_of_range")
