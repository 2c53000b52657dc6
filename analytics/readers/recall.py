"""Was it said before which column of such a table is which? A table is known again by the names of its columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analytics.readers import tables
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.files import Source

Remembered = Sequence[tuple[Sequence[str], Mapping[str, Any]]]


def key(names: Iterable[str]) -> tuple[str, ...]:
    """Return what a header is known again by: its names, whatever their order."""
    return tuple(sorted({name for name in names if name}))


def options_for(source: Source, options: Options, remembered: Remembered) -> Options:
    """Return the options with what was said earlier about a table with these columns; what is said now comes first."""
    known = {key(header): Options(**said) for header, said in remembered}
    if not known or tables.kind(source) == "other":
        return options
    try:
        headers = [key(row.cells) for row in tables.preview(source)]
    except UnreadableExport:
        return options  # its reader says what is wrong with it
    earlier = next((known[header] for header in headers if header in known), None)
    if earlier is None:
        return options
    columns = {**earlier.columns, **options.columns}
    return Options(columns, options.tool or earlier.tool, options.zone)
