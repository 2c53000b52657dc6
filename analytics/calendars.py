"""Which days are free in a country or a region of it, and by which clock does it live? Never guessed from a city.

A calendar is an ISO 3166-1 code, maybe with a region after a hyphen: IT, DE-BY. Public holidays and weekends are those
of the library `holidays`; the zones of countries are those of the tz database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

SATURDAY_AND_SUNDAY = frozenset({6, 7})
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # zones that agree since then are one clock
# How countries are called where they lie, as HR files write them; English names are those of the tz database.
OWN_NAMES = {
    "italia": "IT", "deutschland": "DE", "österreich": "AT", "schweiz": "CH", "suisse": "CH", "svizzera": "CH",
    "españa": "ES", "polska": "PL", "nederland": "NL", "the netherlands": "NL", "belgië": "BE", "belgique": "BE",
    "česko": "CZ", "czechia": "CZ", "magyarország": "HU", "românia": "RO", "danmark": "DK", "sverige": "SE",
    "norge": "NO", "suomi": "FI", "éire": "IE", "ελλάδα": "GR", "hrvatska": "HR", "slovenija": "SI", "slovensko": "SK",
    "türkiye": "TR", "brasil": "BR", "méxico": "MX", "united kingdom": "GB", "great britain": "GB", "england": "GB",
    "uk": "GB", "usa": "US", "united states of america": "US", "uae": "AE", "south korea": "KR",
}  # fmt: skip
NOT_ONLY_A_COUNTRY = {"georgia", "jersey"}


@dataclass(frozen=True)
class Place:
    """Whose days off count there, and the clock on its walls (IANA); "" and null where it is not known."""

    calendar: str = ""
    zone: str | None = None


NOWHERE = Place()


def is_known(calendar: str) -> bool:
    """Say whether public holidays of this country, and of this region of it, are known."""
    country, _, region = calendar.partition("-")
    return country in _countries() and (not region or region in _regions(country))


def read(text: str) -> dict[str, Place]:
    """Return what was said of places, "Munich=DE-BY; Austin=US-TX@America/Chicago", by their names in lower case.

    Raises ValueError with what is wrong.
    """
    return {
        name.casefold(): _checked(name, calendar, zone) for name, calendar, zone in parted(text)
    }


def parted(text: str) -> list[tuple[str, str, str]]:
    """Return the places of such a text as they were said: name, calendar, zone ("" where it says none)."""
    found = []
    for entry in filter(str.strip, text.split(";")):
        name, _, said = (part.strip() for part in entry.partition("="))
        calendar, _, zone = (part.strip() for part in said.partition("@"))
        found.append((name, calendar, zone))
    return found


def _checked(name: str, calendar: str, zone: str) -> Place:
    if not (name and calendar):
        raise ValueError(f"it holds {(name or calendar)!r}, which names no place or no country")
    if not is_known(calendar):
        raise ValueError(f"the calendar {calendar!r} is not known")
    if zone and zone not in available_timezones():
        raise ValueError(f"the time zone {zone!r} is not known")
    return Place(calendar, zone or zone_of(calendar))


def find(location: str | None, said: dict[str, Place]) -> Place:
    """Return where a location of an HR file lies: as was said of it, or as its name says; NOWHERE where neither does."""
    name = (location or "").strip()
    if name.casefold() in said:
        return said[name.casefold()]
    country = country_of(name)
    return Place(country, zone_of(country)) if country and is_known(country) else NOWHERE


def country_of(name: str) -> str | None:
    """Return the country whose code or name a location is, or whose name stands after its last comma."""
    if name in _names().values():
        return name
    last = name.rpartition(",")[2].strip().casefold()
    return None if last in NOT_ONLY_A_COUNTRY else _names().get(last)


@cache
def zone_of(calendar: str) -> str | None:
    """Return the zone of a country where all of it lives by one clock, null where it lives by several."""
    country = calendar.partition("-")[0]
    zones = [
        fields[2]
        for fields in _table("zone.tab")
        if fields[0] == country and len(fields) > 2  # noqa: PLR2004
    ]
    clocks = {tuple(_offsets(zone)) for zone in zones}
    return zones[0] if len(clocks) == 1 else None


def days_off(calendar: str, first: date, last: date) -> set[date]:
    """Return the public holidays from first to last, both included, as they are observed."""
    import holidays

    country, _, region = calendar.partition("-")
    years = range(first.year, last.year + 1)
    known = holidays.country_holidays(country, subdiv=region or None, years=years)
    return {day for day in known if first <= day <= last}


def workdays(calendar: str, usual: tuple[int, ...]) -> tuple[int, ...]:
    """Return the weekdays (1 = Monday) that are worked: the usual ones, unless the country's weekend is another."""
    import holidays

    weekend = {day + 1 for day in holidays.country_holidays(calendar.partition("-")[0]).weekend}
    if weekend == SATURDAY_AND_SUNDAY:
        return usual
    return tuple(day for day in range(1, 8) if day not in weekend)


def names() -> dict[str, str]:
    """Return the countries whose holidays are known, by name in English: {code: name}."""
    known = _countries()
    found = {fields[0]: fields[1] for fields in _table("iso3166.tab") if fields[0] in known}
    return dict(sorted(found.items(), key=lambda entry: entry[1]))


def name_of(calendar: str) -> str:
    """Return a calendar in words: Italy, Germany (BY)."""
    country, _, region = calendar.partition("-")
    name = names().get(country, country)
    return f"{name} ({region})" if region else name


@cache
def _countries() -> frozenset[str]:
    """Return the codes of the countries whose holidays are known, without loading two hundred calendars."""
    from holidays.registry import EntityLoader

    return frozenset(EntityLoader.get_country_codes())


@cache
def _regions(country: str) -> frozenset[str]:
    import holidays

    return frozenset(getattr(holidays, country).subdivisions)


@cache
def _names() -> dict[str, str]:
    """Return {name in lower case: code} of all countries."""
    english = {fields[1].casefold(): fields[0] for fields in _table("iso3166.tab")}
    return english | OWN_NAMES


def _table(name: str) -> Iterator[list[str]]:
    text = resources.files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))


def _offsets(zone: str) -> Iterator[int]:
    """Yield how far the zone is from UTC in the middle of every month since LONG_AGO."""
    clock = ZoneInfo(zone)
    for year in range(LONG_AGO.year, LONG_AGO.year + 30):
        for month in range(1, 13):
            offset = datetime(year, month, 15, tzinfo=clock).utcoffset()
            yield round(offset.total_seconds()) if offset else 0
