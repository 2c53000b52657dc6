"""Which exports are known, for those who show it and read none."""

from functools import cache

from analytics.readers.base import Format


@cache
def known() -> tuple[Format, ...]:
    """Return every format that has a reader, in the order of the readers."""
    from analytics.readers.registry import READERS

    return tuple(reader.FORMAT for reader in READERS)


def title(format_id: str | None) -> str:
    """Return the name of a format for people; `Unknown format` for one that nobody knows."""
    return next((found.title for found in known() if found.id == format_id), "Unknown format")
