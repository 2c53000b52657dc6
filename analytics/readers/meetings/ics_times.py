"""When does an event of a calendar begin, how long is it, and on which days does it come again?"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from typing import Any, Literal
from zoneinfo import ZoneInfo

DAY_US = 24 * 3600 * 1_000_000
WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
DURATION = re.compile(r"([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
TOO_OFTEN = (
    "MINUTELY",
    "SECONDLY",
)  # no meeting; such rules are made to exhaust whoever follows them
PER_SERIES = 5_000  # every working day for nineteen years
STEPS = 100_000  # days gone through before the first that counts

Problem = Literal[
    "timestamp_invalid", "interval_negative", "recurrence_invalid", "recurrence_unbounded"
]


class Unreadable(Exception):
    """An event that must be set apart; `code` says why."""

    def __init__(self, code: Problem) -> None:
        super().__init__(code)
        self.code = code


class When:
    """A moment as written: a local wall clock and its zone, or a day."""

    __slots__ = ("clock", "is_day", "zone")

    def __init__(self, clock: datetime, zone: tzinfo, is_day: bool) -> None:
        self.clock, self.zone, self.is_day = clock, zone, is_day

    @property
    def us(self) -> int:
        """UTC microseconds since 1970."""
        return micros(self.clock, self.zone)


def micros(clock: datetime, zone: tzinfo) -> int:
    """Return a local wall clock as UTC microseconds since 1970."""
    try:
        utc = clock.replace(tzinfo=zone).astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unreadable("timestamp_invalid") from None
    return int((utc - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def key_of(uid: str, at: int | None) -> str:
    """Return what tells a meeting in every calendar: its id and, in a series, the start of this one."""
    if at is None:
        return uid
    return f"{uid}@{datetime.fromtimestamp(at // 1_000_000, UTC):%Y%m%dT%H%M%SZ}"


def is_in_gap(clock: datetime, zone: tzinfo) -> bool:
    """Say whether the clocks were put forward over this moment, so that it never was."""
    back = clock.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) != clock


class Zones:
    """Time zones by the names that calendars give them: IANA, Windows, or defined in the file itself.

    floating: the zone of times without one. is_floating, is_unknown: whether that was needed.
    """

    def __init__(self, floating: tzinfo) -> None:
        self.floating = floating
        self.is_floating = self.is_unknown = False
        self._known: dict[str, tzinfo | None] = {}
        self._defined: dict[str, str] = {}

    def define(self, lines: list[str]) -> None:
        """Note a time zone that the file defines; it is only read when its name says nothing."""
        for line in lines:
            if line.upper().startswith("TZID"):
                name = line.partition(":")[2].strip()
                self._defined[name] = "\r\n".join([*lines, ""])
                self._known.pop(name, None)

    def find(self, name: str | None) -> tzinfo:
        """Return the zone of a name, that of floating times where there is none."""
        if not name:
            self.is_floating = True
            return self.floating
        if name not in self._known:
            self._known[name] = _iana(name) or _windows(name) or self._of_file(name)
        zone = self._known[name]
        if zone is None:
            self.is_unknown = True
        return zone or self.floating

    def _of_file(self, name: str) -> tzinfo | None:
        from icalendar import Timezone

        if name not in self._defined:
            return None
        try:
            defined = Timezone.from_ical(self._defined[name])
            zone: tzinfo | None = defined.to_tz() if isinstance(defined, Timezone) else None
            datetime(2026, 1, 1, tzinfo=zone).utcoffset()
        except Exception:
            return None
        return zone


def _iana(name: str) -> tzinfo | None:
    """Return the zone of an IANA name, also at the end of a path (/citadel.org/20210210_1/Europe/Paris)."""
    parts = name.strip("/").split("/")
    for start in range(max(len(parts) - 3, 0), len(parts)):
        candidate = "/".join(parts[start:])
        if candidate.upper() in ("UTC", "GMT", "Z"):
            return UTC
        if "/" not in candidate:
            return None  # abbreviations such as CST mean different things
        try:
            return ZoneInfo(candidate)
        except (ValueError, OSError, KeyError):
            continue
    return None


def _windows(name: str) -> tzinfo | None:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    found = WINDOWS_TO_OLSON.get(name)
    return ZoneInfo(found) if found else None


def read_when(text: str, about: dict[str, str], zones: Zones) -> When:
    """Return the moment of a DATE or DATE-TIME; raises Unreadable."""
    match = WHEN.fullmatch(text.strip())
    if not match:
        raise Unreadable("timestamp_invalid")
    year, month, day, hour, minute, second, is_utc = match.groups()
    # a leap second is the second before it
    clock = (int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    try:
        at = datetime(int(year), int(month), int(day), *clock)  # noqa: DTZ001 - a wall clock
    except ValueError:
        raise Unreadable("timestamp_invalid") from None
    if hour is None:
        return When(at, UTC, True)
    return When(at, UTC if is_utc else zones.find(about.get("TZID")), False)


def read_seconds(text: str) -> int:
    """Return the seconds of a duration such as PT1H30M; raises Unreadable."""
    match = DURATION.fullmatch(text.strip().upper())
    if not match or not any(match.groups()[1:]):
        raise Unreadable("timestamp_invalid")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    return -total if match[1] == "-" else total


def moments(values: Iterable[Any], zones: Zones) -> Iterator[When]:
    """Yield the moments of RDATE and EXDATE properties; of a period its start."""
    for value in values:
        for part in value.text.split(","):
            if part.strip():
                yield read_when(part.split("/")[0], value.about, zones)


def follow(rule: str, start: When, end_us: int) -> tuple[list[datetime], bool]:
    """Return the wall clocks of a rule up to an instant, and whether it goes on beyond; raises Unreadable.

    An end in UTC is brought to the zone of the start, one that is a day holds to its end: Google writes
    ends of another type than the start.
    """
    from dateutil.rrule import rrulestr

    parts = dict(part.upper().split("=", 1) for part in rule.strip().split(";") if "=" in part)
    if parts.get("FREQ") not in FREQUENCIES or not _counts(parts):
        raise Unreadable("recurrence_invalid")
    if parts["FREQ"] in TOO_OFTEN:
        raise Unreadable("recurrence_unbounded")
    last = datetime.fromtimestamp(end_us / 1e6, UTC).astimezone(start.zone).replace(tzinfo=None)
    until = _until(parts.pop("UNTIL", None), start)
    if until and until < start.clock:
        raise Unreadable("recurrence_invalid")
    stop = min(until or last, last)
    parts["UNTIL"] = max(stop, start.clock).strftime("%Y%m%dT%H%M%S")
    count = int(parts.pop("COUNT", 0))
    text = ";".join(f"{key}={value}" for key, value in parts.items())
    try:
        steps = iter(rrulestr(f"RRULE:{text}", dtstart=start.clock))
        found = list(islice(steps, min(count or STEPS, STEPS)))
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError, IndexError):
        raise Unreadable("recurrence_invalid") from None
    found = [clock for clock in found if clock <= stop]
    is_open = (until is None and not count) or (until or last) > last
    goes_on = is_open or (0 < len(found) < count and until is None)
    return found[:PER_SERIES], goes_on or len(found) > PER_SERIES


def _counts(parts: dict[str, str]) -> bool:
    return all(
        parts.get(key, "1").isdigit() and int(parts.get(key, "1")) > 0
        for key in ("INTERVAL", "COUNT")
    )


def _until(text: str | None, start: When) -> datetime | None:
    if text is None:
        return None
    match = WHEN.fullmatch(text)
    if not match:
        raise Unreadable("recurrence_invalid")
    try:
        at = read_when(text, {"TZID": "UTC"}, Zones(UTC))
    except Unreadable:
        raise Unreadable("recurrence_invalid") from None
    if at.is_day:
        return datetime.combine(at.clock.date(), datetime.max.time()).replace(microsecond=0)
    if not text.endswith("Z"):
        return at.clock
    return at.clock.replace(tzinfo=UTC).astimezone(start.zone).replace(tzinfo=None)


def day_of(when: When) -> date:
    """Return the local day of a moment."""
    return when.clock.date()
