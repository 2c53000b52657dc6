"""What a workspace was told about its company, kept as flat TOML that a person may edit."""

import json
import os
import tomllib
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics import calendars
from analytics.calendars import Place
from analytics.errors import AnalyticsError
from analytics.vault.milestones import EXAMPLE, Milestone, parse

LOWEST_THRESHOLD = 5  # under five people a group's figure says something about each of them
MACHINE_THRESHOLD = "CONVIVIO_THRESHOLD"  # no workspace on this machine shows smaller groups
HIGHEST_DAY, LAST_HOUR, COSTS = 7, 24, 3
LONGEST = 36_600  # days: a hundred years, so that no date runs out of the calendar
COUNTRIES = ("", "it", "de")
NO_LONGER_USED = {"minutes_per_act"}  # may stand in a file of an older version
TEXTS = (
    "company", "purpose", "legal_basis", "agreement", "country", "currency", "holidays", "calendars",
)  # fmt: skip


class WrongSetting(AnalyticsError):
    """A value in settings.toml that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """Threshold in people, hours of the local day, ISO weekdays (1 = Monday), cost low-base-high an hour.

    `agreement` refers to what was agreed with the works council or the unions, or to the authority's
    authorisation; `milestones` are dates with a name ("2026-03-02=Launch"); `holidays` is the calendar (calendars.py) of who is not known to live elsewhere, `calendars` those of
    locations of the HR file ("Munich=DE-BY; Austin=US-TX@America/Chicago"); `keep_days` is how long acts are kept, `keep_days_by_tool` where a tool differs ("slack=365").
    """

    company: str = ""
    purpose: str = ""
    legal_basis: str = ""
    agreement: str = ""
    country: str = ""
    keep_days: int | None = None
    keep_days_by_tool: tuple[str, ...] = ()
    threshold: int = 10
    time_zone: str | None = None
    day_starts: int = 9
    day_ends: int = 17
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    holidays: str = ""
    calendars: str = ""
    hourly_cost: tuple[float, float, float] | None = None
    currency: str = "EUR"
    milestones: tuple[str, ...] = ()
    demo: bool = False

    def __post_init__(self) -> None:
        """Refuse what no figure could be computed with."""
        for name in TEXTS:
            if not isinstance(getattr(self, name), str):
                raise WrongSetting(f"{name} takes words in quotes.")
        if self.threshold < LOWEST_THRESHOLD:
            raise WrongSetting(
                f"threshold is {self.threshold}, but groups under {LOWEST_THRESHOLD} people"
                f" are never shown. Set it to {LOWEST_THRESHOLD} or more (10 is usual)."
            )
        if not isinstance(self.threshold, int):
            raise WrongSetting("threshold takes a whole number of people, such as 10.")
        if not 0 <= self.day_starts < self.day_ends <= LAST_HOUR:
            raise WrongSetting("day_starts must come before day_ends, both between 0 and 24.")
        if not self.workdays or not set(self.workdays) <= set(range(1, HIGHEST_DAY + 1)):
            raise WrongSetting("workdays takes the numbers 1 (Monday) to 7 (Sunday).")
        if self.hourly_cost is not None and not _is_range(self.hourly_cost):
            raise WrongSetting(
                "hourly_cost takes three amounts, low, usual and high, in that order."
            )
        if self.time_zone is not None:
            check_time_zone(self.time_zone)
        if self.country not in COUNTRIES:
            raise WrongSetting(
                f"country is {self.country!r}; there are rules for it (Italy) and de (Germany). Leave it empty elsewhere."
            )
        self._by_tool  # noqa: B018  # raises where it cannot be read
        self._places  # noqa: B018  # as well
        if self.holidays and not calendars.is_known(self.holidays):
            raise WrongSetting(
                f"holidays is {self.holidays!r}; it takes a country, or a region of it, such as IT or DE-BY."
            )
        self._dated  # noqa: B018  # as well
        if self.keep_days is not None and not _is_days(self.keep_days):
            raise WrongSetting("keep_days takes a whole number of days, 1 or more, such as 365.")

    def days_kept(self, tool: str) -> int | None:
        """Return for how many days acts of the tool are kept; None means without end."""
        return self._by_tool.get(tool.casefold(), self.keep_days)

    @property
    def calendar(self) -> str:
        """Return whose public holidays count for who is not known to live elsewhere; "" where nobody has said."""
        return self.holidays or self.country.upper()

    @property
    def places(self) -> dict[str, Place]:
        """Return what was said of locations, by their names in lower case."""
        return self._places

    @cached_property
    def _places(self) -> dict[str, Place]:
        try:
            return calendars.read(self.calendars)
        except ValueError as error:
            raise WrongSetting(
                f"calendars takes places and their countries, such as Munich=DE-BY; Austin=US-TX@America/Chicago; {error}."
            ) from None

    @cached_property
    def _dated(self) -> tuple[Milestone, ...]:
        found = []
        for entry in self.milestones:
            try:
                found.append(parse(str(entry)))
            except ValueError:
                raise WrongSetting(
                    f"milestones takes dates with a name, such as {EXAMPLE}; it holds {entry!r}."
                ) from None
        return tuple(found)

    @cached_property
    def _by_tool(self) -> dict[str, int]:
        found = {}
        for entry in self.keep_days_by_tool:
            tool, _, days = str(entry).partition("=")
            if not (tool.strip() and days.strip().isdecimal() and _is_days(int(days))):
                raise WrongSetting(
                    "keep_days_by_tool takes a tool and a number of days, such as"
                    f" slack=365; it holds {entry!r}."
                )
            found[tool.strip().casefold()] = int(days)
        return found


def _is_days(days: object) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and 0 < days < LONGEST


def _is_range(cost: tuple[float, ...]) -> bool:
    return len(cost) == COSTS and 0 < cost[0] <= cost[1] <= cost[2]


def check_time_zone(name: str) -> None:
    """Raise WrongSetting unless it is an IANA name such as Europe/Rome."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongSetting(
            f"time_zone {name!r} is not known. Use a name such as Europe/Rome."
        ) from None


def read_settings(path: Path) -> Settings:
    """Return the settings of a file, the defaults where it is silent; raises WrongSetting."""
    threshold = os.environ.get(MACHINE_THRESHOLD)
    if not path.exists():
        return _at_least(Settings(), threshold)
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSetting(
            f"settings.toml cannot be read: {error}. Correct or delete it."
        ) from None
    found = {key: value for key, value in found.items() if key not in NO_LONGER_USED}
    unknown = sorted(set(found) - {field.name for field in fields(Settings)})
    if unknown:
        raise WrongSetting(
            f"settings.toml: {unknown[0]} is not a setting. Correct or delete the line."
        )
    try:
        said = with_values(Settings(), found)
    except WrongSetting as error:
        raise WrongSetting(f"settings.toml: {error}") from None
    return _at_least(said, threshold)


def _at_least(settings: Settings, threshold: str | None) -> Settings:
    """Return the settings with the threshold that the machine asks for, where it is the higher one."""
    if not threshold:
        return settings
    if not threshold.isdecimal() or int(threshold) < LOWEST_THRESHOLD:
        raise WrongSetting(
            f"{MACHINE_THRESHOLD} is {threshold!r}, but groups under {LOWEST_THRESHOLD} people are never"
            f" shown. Set it to {LOWEST_THRESHOLD} or more, or take it away."
        )
    return replace(settings, threshold=max(settings.threshold, int(threshold)))


def with_values(settings: Settings, values: dict[str, Any]) -> Settings:
    """Return the settings with some of them replaced; lists become tuples; raises WrongSetting."""
    plain: Any = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
    try:
        return replace(settings, **plain)
    except TypeError:
        raise WrongSetting(
            "a value is of the wrong kind: numbers stand without quotes, names with them."
        ) from None


def as_toml(settings: Settings) -> str:
    """Return the settings as TOML, one a line; what is not set is left out."""
    said = {key: value for key, value in asdict(settings).items() if value is not None}
    # JSON writes strings, numbers and lists of numbers as TOML does
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items())
