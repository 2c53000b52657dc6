"""Which exports are known, for those who show it and read none."""

from functools import cache
from types import ModuleType

from analytics.readers.base import Format

# family of readers -> what it is called
FAMILIES = {
    "chat": "Chat",
    "usage": "Usage reports",
    "meetings": "Meetings",
    "mail": "Mail",
    "people": "People",
    "surveys": "Surveys",
    "tickets": "Customers and tickets",
    "documents": "Documents",
}
ALONE = {"slack_export": "chat", "hr_file": "people", "interaction_log": "any"}


@cache
def known() -> tuple[Format, ...]:
    """Return every format that has a reader, in the order of the readers."""
    return tuple(reader.FORMAT for reader in _readers())


def by_family() -> dict[str, list[str]]:
    """Return the short names of the formats of each family, in words; tables of any tool come last."""
    found: dict[str, list[str]] = {name: [] for name in FAMILIES.values()}
    for reader in _readers():
        family = reader.__name__.split(".")[2]
        name = FAMILIES.get(ALONE.get(family, family), "Any other tool")
        found.setdefault(name, []).append(short(reader.FORMAT.title))
    return {name: list(dict.fromkeys(titles)) for name, titles in found.items()}


def title(format_id: str | None) -> str:
    """Return the short name of a format for people; `Unknown format` for one that nobody knows."""
    return next(
        (short(found.title) for found in known() if found.id == format_id), "Unknown format"
    )


def short(name: str) -> str:
    """Return a name without its brackets, with a capital first."""
    bare = name.split(" (", maxsplit=1)[0]
    return bare[:1].upper() + bare[1:]


def _readers() -> tuple[ModuleType, ...]:
    from analytics.readers.registry import READERS

    return READERS
