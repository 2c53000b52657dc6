"""Do the acts of a file move by an hour when clocks are changed? Then they are read by another clock than people live by.

People keep their habits by the clock on the wall. Four weeks before and after a change of clocks they act at the same
hour, on average, if the file is read in their zone; an hour off, if it is not. A file can be wrong in two ways:
read by a clock that stands still (UTC), or written by the clock on the wall and moved once more.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

# where clocks are changed on the same days -> a zone that is among them
FAMILIES = {
    "Europe": "Europe/Berlin",
    "North America": "America/New_York",
    "Australia": "Australia/Sydney",
    "New Zealand": "Pacific/Auckland",
}
OWN_ACTS = ("post", "reply", "email", "file")
WEEKS = 4  # on each side of a change
LEAST_DAYS = 10  # working days with acts, on each side
LEAST_ACTS = 100  # on each side
HALF, THREE_HALVES = 0.5, 1.5  # hours: nearer to one hour than to none or two
SURE = 3.0  # standard errors, over days
LEAST_ERROR = 0.05  # hours: nobody keeps time to three minutes
BUSY = 0.75  # a day busier than three in four
OFF = 5  # a day with under a fifth of the acts of a busy one is a day off, whatever its name
NIGHT = 6  # hours
MINUTES_A_DAY = 24 * 60


def jump(folder: Path, zone: str | None) -> dict[str, Any]:
    """Return how the acts in event-*.parquet move when clocks change, {} where they don't or it cannot be told.

    Read by the zone that the accounts of the file have, else by `zone`, else UTC. Keys: kind ("still": people's clocks
    change and this one does not; "twice": the times were moved once more), where (of FAMILIES), changed_on (the
    last such day, ISO), hours (how far acts moved when clocks went forward; negative = they come earlier), read_in.
    """
    acts = _minutes(folder, zone)
    if acts.is_empty():
        return {}
    found = [_moved(acts, where) for where in FAMILIES]
    known = [one for one in found if one]
    if not known:
        return {}
    surest = max(known, key=lambda one: abs(one["sure"]))  # where changes lie near each other
    hours = surest["hours"]
    if not HALF <= abs(hours) <= THREE_HALVES or abs(surest["sure"]) < SURE:
        return {}
    return {
        "kind": "still" if hours < 0 else "twice",
        "where": surest["where"],
        "changed_on": surest["changed_on"],
        "hours": round(hours, 2),
        "read_in": "the zone of each account" if _named(folder) else zone or "UTC",
    }


def in_words(clock: dict[str, Any]) -> str:
    """Return what `jump` found as a sentence, with the question that it leaves."""
    day = date.fromisoformat(clock["changed_on"])
    moved = (
        f"When clocks changed in {clock['where']} on {day.day} {day:%B %Y}, acts moved by about an hour"
        f" ({abs(clock['hours'])} hours), read in {clock['read_in']}"
    )
    if clock["kind"] == "still":
        return (
            f"{moved}: people live by clocks that change. In which time zone does the company work?"
        )
    return f"{moved}: the times seem to be written in local time already. In which time zone are they written?"


def mean_hour(acts: pl.DataFrame, first: date, last: date) -> float | None:
    """Return the mean hour of the day, in whole minutes, of acts on the days first to last; null = none.

    Takes day, minute (of the local day), acts.
    """
    inside = acts.filter(pl.col("day").is_between(first, last))
    weight = pl.col("acts").sum()
    return inside.select((pl.col("minute") * pl.col("acts")).sum() / weight / 60).item()


def by_the_clock(acts: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Return day, minute, acts by the clock of a zone from acts at instants (`at`, UTC)."""
    local = pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return (
        acts.select(
            "acts",
            day=local.dt.date(),
            minute=local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute().cast(pl.Int32),
        )
        .group_by("day", "minute")
        .agg(pl.col("acts").sum())
    )


def _minutes(folder: Path, zone: str | None) -> pl.DataFrame:
    """Return day, minute, acts of people's own acts in a file that was read, near the days of a change."""
    parts = sorted(folder.glob("event-*.parquet"))
    if not parts:
        return pl.DataFrame()
    events = pl.scan_parquet(parts, glob=False).filter("is_timed", pl.col("action").is_in(OWN_ACTS))
    first, last = events.select(first=pl.col("at").min(), last=pl.col("at").max()).collect().row(0)
    if first is None:
        return pl.DataFrame()
    near = [_near(day) for name in FAMILIES for day in changes(name, first.date(), last.date())]
    if not near:
        return pl.DataFrame()
    events = events.filter(
        pl.any_horizontal(pl.col("at").is_between(since, until) for since, until in near)
    )
    placed = events.join(_zones(folder), on=["tool", "actor"], how="left").with_columns(
        zone=pl.col("zone").fill_null(zone or "UTC")
    )
    # one pass over the file, whatever the number of zones
    counted = placed.group_by("zone", pl.col("at").dt.truncate("1m")).agg(acts=pl.len()).collect()
    clocks = [by_the_clock(part, str(name)) for (name,), part in counted.group_by("zone")]
    if not clocks:
        return pl.DataFrame()
    return pl.concat(clocks).group_by("day", "minute").agg(pl.col("acts").sum())


def _near(change: date) -> tuple[date, date]:
    around = timedelta(weeks=WEEKS)
    return change - around, change + around


def _zones(folder: Path) -> pl.LazyFrame:
    """Return tool, actor, zone of the accounts that the file gives a known zone."""
    parts = sorted(folder.glob("account-*.parquet"))
    if not parts:
        schema = {"tool": pl.String, "actor": pl.String, "zone": pl.String}
        return pl.LazyFrame(schema=schema)
    accounts = pl.scan_parquet(parts, glob=False).select("tool", actor="account", zone="time_zone")
    return accounts.filter(pl.col("zone").is_in(_named(folder))).unique(
        ["tool", "actor"], keep="any"
    )


def _named(folder: Path) -> list[str]:
    """Return the known zones that the file gives accounts."""
    parts = sorted(folder.glob("account-*.parquet"))
    if not parts:
        return []
    accounts = pl.scan_parquet(parts, glob=False)
    named = accounts.select(pl.col("time_zone").unique().drop_nulls()).collect()["time_zone"]
    return sorted(name for name in named if is_known(name))


def is_known(zone: str) -> bool:
    """Say whether this is the name of a time zone."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def changes(where: str, first: date, last: date) -> dict[date, int]:
    """Return the days on which clocks change there -> by how many hours they go forward."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    offsets = [(day, _offset(FAMILIES[where], day)) for day in days]
    return {
        day: round((now - before) / timedelta(hours=1))
        for (_, before), (day, now) in pairwise(offsets)
        if now != before
    }


def _offset(zone: str, day: date) -> timedelta:
    offset = datetime.combine(day, time(12), ZoneInfo(zone)).utcoffset()
    return offset or timedelta(0)


def _moved(acts: pl.DataFrame, where: str) -> dict[str, Any] | None:
    """Return how far acts move when clocks go forward there, over all changes: hours, sure (in standard errors)."""
    days = _days(acts)
    first, last = days["day"].min(), days["day"].max()
    if not (isinstance(first, date) and isinstance(last, date)):
        return None
    steps = [
        (day, step)
        for day, forward in changes(where, first, last).items()
        if (step := _step(days, day, forward))
    ]
    if not steps or not _agree([move for _, (move, _) in steps]):
        return None
    hours = sum(move for _, (move, _) in steps) / len(steps)
    error = sum(variance for _, (_, variance) in steps) ** 0.5 / len(steps)
    return {
        "where": where,
        "changed_on": steps[-1][0].isoformat(),
        "hours": hours,
        "sure": hours / max(error, LEAST_ERROR),
    }


def _agree(moves: Sequence[float]) -> bool:
    return all(move > 0 for move in moves) or all(move < 0 for move in moves)


def _days(acts: pl.DataFrame) -> pl.DataFrame:
    """Return day, hour (mean of its acts), acts of every working day; a day begins in the middle of the quietest hours."""
    quiet = _quiet(acts) * 60
    early = pl.col("minute") < quiet
    return (
        acts.with_columns(
            day=pl.when(early).then(pl.col("day") - pl.duration(days=1)).otherwise("day"),
            minute=pl.col("minute") + pl.when(early).then(MINUTES_A_DAY).otherwise(0),
        )
        .group_by("day")
        .agg(
            hour=(pl.col("minute") * pl.col("acts")).sum() / pl.col("acts").sum() / 60,
            acts=pl.col("acts").sum(),
        )
        .filter(pl.col("acts") > pl.col("acts").quantile(BUSY) / OFF)
        .sort("day")
    )


def _quiet(acts: pl.DataFrame) -> int:
    """Return the hour in the middle of the NIGHT hours with fewest acts: midnight, where people live by this clock."""
    by_hour = dict(acts.group_by(pl.col("minute") // 60).agg(pl.col("acts").sum()).iter_rows())
    nights = {
        first: sum(by_hour.get((first + n) % 24, 0) for n in range(NIGHT)) for first in range(24)
    }
    return (min(nights, key=nights.__getitem__) + NIGHT // 2) % 24


def _step(days: pl.DataFrame, change: date, forward: int) -> tuple[float, float] | None:
    """Return (hours moved for each hour forward, its variance over days) at one change; None where too little is known."""
    since, until = _near(change)
    before = days.filter(pl.col("day") >= since, pl.col("day") < change)
    after = days.filter(pl.col("day") > change, pl.col("day") <= until)
    if any(side.height < LEAST_DAYS or side["acts"].sum() < LEAST_ACTS for side in (before, after)):
        return None
    (then, was), (now, is_) = (_mean(side) for side in (before, after))
    return (now - then) / forward, was + is_


def _mean(side: pl.DataFrame) -> tuple[float, float]:
    """Return the mean hour over acts and its variance, days being what varies."""
    weight = side["acts"] / side["acts"].sum()
    mean = float((weight * side["hour"]).sum())
    return mean, float((weight**2 * (side["hour"] - mean) ** 2).sum())
