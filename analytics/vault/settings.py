"""What a workspace was told about its company, kept as flat TOML that a person may edit."""

import json
import tomllib
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics.errors import AnalyticsError

LOWEST_THRESHOLD = 5  # under five people a group's figure says something about each of them
HIGHEST_DAY, LAST_HOUR, COSTS = 7, 24, 3


class WrongSetting(AnalyticsError):
    """A value in settings.toml that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """Threshold in people, hours of the local day, ISO weekdays (1 = Monday), cost low-base-high an hour."""

    company: str = ""
    purpose: str = ""
    threshold: int = 10
    time_zone: str | None = None
    day_starts: int = 9
    day_ends: int = 17
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    hourly_cost: tuple[float, float, float] | None = None
    currency: str = "EUR"
    minutes_per_act: float = 2.0
    demo: bool = False

    def __post_init__(self) -> None:
        """Refuse what no figure could be computed with."""
        if self.threshold < LOWEST_THRESHOLD:
            raise WrongSetting(
                f"settings.toml: threshold is {self.threshold}, but groups under {LOWEST_THRESHOLD} people"
                f" are never shown. Set it to {LOWEST_THRESHOLD} or more (10 is usual)."
            )
        if not 0 <= self.day_starts < self.day_ends <= LAST_HOUR:
            raise WrongSetting(
                "settings.toml: day_starts must come before day_ends, both between 0 and 24."
            )
        if not self.workdays or not set(self.workdays) <= set(range(1, HIGHEST_DAY + 1)):
            raise WrongSetting(
                "settings.toml: workdays takes the numbers 1 (Monday) to 7 (Sunday)."
            )
        if self.hourly_cost is not None and not _is_range(self.hourly_cost):
            raise WrongSetting(
                "settings.toml: hourly_cost takes three amounts, low, usual and high, in that order."
            )
        if self.time_zone is not None:
            check_time_zone(self.time_zone)


def _is_range(cost: tuple[float, ...]) -> bool:
    return len(cost) == COSTS and 0 < cost[0] <= cost[1] <= cost[2]


def check_time_zone(name: str) -> None:
    """Raise WrongSetting unless it is an IANA name such as Europe/Rome."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongSetting(
            f"settings.toml: time_zone {name!r} is not known. Use a name such as Europe/Rome."
        ) from None


def read_settings(path: Path) -> Settings:
    """Return the settings of a file, the defaults where it is silent; raises WrongSetting."""
    if not path.exists():
        return Settings()
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSetting(
            f"settings.toml cannot be read: {error}. Correct or delete it."
        ) from None
    unknown = sorted(set(found) - {field.name for field in fields(Settings)})
    if unknown:
        raise WrongSetting(
            f"settings.toml: {unknown[0]} is not a setting. Correct or delete the line."
        )
    return with_values(Settings(), found)


def with_values(settings: Settings, values: dict[str, Any]) -> Settings:
    """Return the settings with some of them replaced; lists become tuples; raises WrongSetting."""
    plain: Any = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
    try:
        return replace(settings, **plain)
    except TypeError:
        raise WrongSetting(
            "settings.toml: a value is of the wrong kind: numbers stand without quotes, names with them."
        ) from None


def as_toml(settings: Settings) -> str:
    """Return the settings as TOML, one a line; what is not set is left out."""
    said = {key: value for key, value in asdict(settings).items() if value is not None}
    # JSON writes strings, numbers and lists of numbers as TOML does
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items())
