"""Meetings of the demo company, as one calendar of series: their days differ where a day off or somebody's first day lies between."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from analytics.demo import plan
from analytics.demo.clock import DAY, OPENS, WEEK, utc
from analytics.demo.traffic import Acts, employed, peers_of

PROJECT_HOURS = 3  # a week, for everybody
STAMP = "%Y%m%dT%H%M%SZ"
LINE = 75  # octets, by RFC 5545


def meetings(staff: pl.DataFrame, first: date, weeks: int, draw: np.random.Generator) -> Acts:
    """Return the year's meetings, the id that of their series: projects three hours a week, teams one, one to one a quarter, leaders two, every fourth week a head with the two levels below who lead; and on Friday afternoons some that meet once.

    Nobody is in two meetings at once within these series: slots are given out by weekday and hour.
    """
    manager, level = staff["manager"].to_numpy(), staff["level"].to_numpy()
    zone = staff["zone"].to_numpy()
    sender, local, recipients, minutes = [], [], [], []

    def add(host: int, who: np.ndarray, week: np.ndarray, slot: int, length: int) -> None:
        # a slot is an hour of the working week, 0 = Monday 9:00 to 39 = Friday 16:00
        begin = week * WEEK + (slot // 8) * DAY + OPENS + (slot % 8) * 3600
        sender.append(np.full(len(week), host))
        local.append(begin * 1_000_000)
        recipients.extend([who] * len(week))
        minutes.append(np.full(len(week), length))

    everyweek = np.arange(weeks)
    add(0, np.flatnonzero((level > 0) & (level <= 2)), everyweek, 32, 120)  # noqa: PLR2004
    for host in np.unique(manager[manager >= 0]):
        team = np.flatnonzero(manager == host)
        # a level has its own day, so that one's own team meeting and one's boss's never collide
        add(int(host), team, everyweek, 8 * int(level[host] % 3) + int(host) % 2, 60)
        for turn, person in enumerate(team):
            add(
                int(host),
                np.array([person]),
                everyweek[turn % 2 :: 2],
                8 * int(level[host] % 3) + 2 + (turn // 2) % 6,
                30,
            )
    for project in np.array_split(draw.permutation(staff.height), max(staff.height // 6, 1)):
        for slot in draw.choice(8, PROJECT_HOURS, replace=False):  # Thursdays belong to projects
            add(int(project[0]), project[1:], everyweek, 24 + int(slot), 60)
    department, leads = staff["department"].to_numpy(), np.isin(np.arange(staff.height), manager)
    for head in np.flatnonzero(level == 1):
        below = np.flatnonzero((department == department[head]) & leads & (level > 1))
        if len(set(level[below])) > 1:
            add(int(head), below, everyweek[::4], 36, 60)
    peers = peers_of(staff)
    for person in np.flatnonzero(np.array([len(own) for own in peers]) > 2):  # noqa: PLR2004
        others = peers[person][peers[person] != person]
        for week in draw.integers(0, weeks, draw.poisson(plan.ONE_OFF * weeks)):
            who = draw.choice(others, min(len(others), int(draw.integers(2, 4))), replace=False)
            add(int(person), who, np.array([week]), int(draw.integers(34, 40)), 60)
    host = np.concatenate(sender)
    acts = Acts(
        id=np.repeat(
            [f"series-{i}" for i in range(len(sender))], [len(hosts) for hosts in sender]
        ).tolist(),
        sender=host,
        at=utc(first, np.concatenate(local), zone[host]),
        recipients=recipients,
        reply_to=[None] * len(host),
        minutes=np.concatenate(minutes),
    )
    return employed(acts, staff, first, weeks)


def write_calendar(acts: Acts, staff: pl.DataFrame, path: Path) -> Path:
    """Write the meetings as iCalendar: one event for those of a series to which the same people are invited."""
    emails = staff["email"].to_list()
    minutes = acts.minutes if acts.minutes is not None else np.zeros(len(acts.id), int)
    series: dict[tuple[str, int, int, tuple[int, ...]], list[datetime]] = defaultdict(list)
    whole = zip(acts.id, acts.sender.tolist(), acts.recipients, minutes.tolist(), acts.at, strict=True)  # fmt: skip
    for id_, host, who, length, at in whole:
        series[id_, host, length, tuple(who.tolist())].append(at)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Aurelia//Calendar//EN"]
    for number, ((_, host, length, invited), days) in enumerate(series.items()):
        begin, *others = sorted(days)
        lines += [
            "BEGIN:VEVENT", f"UID:{number}@aurelia.example", f"DTSTAMP:{begin:{STAMP}}", f"DTSTART:{begin:{STAMP}}",
            f"DTEND:{begin + timedelta(minutes=length):{STAMP}}",
            *(f"RDATE:{day:{STAMP}}" for day in others),
            f"ORGANIZER:mailto:{emails[host]}",
            *(f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{emails[person]}" for person in invited),
            "END:VEVENT",
        ]  # fmt: skip
    path.write_text("\r\n".join(map(folded, [*lines, "END:VCALENDAR", ""])), "utf-8", newline="")
    return path


def folded(line: str) -> str:
    """Return a line of iCalendar, broken where it is too long."""
    parts = [line[:LINE], *(line[i : i + LINE - 1] for i in range(LINE, len(line), LINE - 1))]
    return "\r\n ".join(parts)
