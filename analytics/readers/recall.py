"""Was it said before which column of such a table is which? A table is known again by the names of its columns."""

import hashlib
import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from analytics.readers import table_rows, zones
from analytics.readers.base import Options, UnreadableExport
from analytics.readers.files import Source
from analytics.readers.surveys import spss_sav

NUMBERED = re.compile(r"column\d+")  # what a table without a header is given
OF_ONE_FILE = ("window",)  # first and last day that a file counts: never those of the next
SAID_LIKE_COLUMNS = ("dates", zones.SAID, *OF_ONE_FILE)  # dd/mm or mm/dd; a time zone
Remembered = Sequence[tuple[str, Mapping[str, Any]]]


def key(names: Iterable[str]) -> str:
    """Return what a table is known again by: a hash of its columns' names, whatever their order; empty without names.

    The names themselves are not kept: a column nobody asked for may be called after anything.
    """
    named = sorted({name for name in names if name and not NUMBERED.fullmatch(name)})
    return hashlib.sha256(json.dumps(named).encode()).hexdigest() if named else ""


def options_for(source: Source, options: Options, remembered: Remembered) -> Options:
    """Return the options with what was said earlier about a table with these columns; what is said now comes first."""
    known = {table: Options(**said) for table, said in remembered}
    if not known:
        return options
    try:
        headers = [key(row.cells) for row in table_rows.preview(source)] or [
            key(spss_sav.names(source))
        ]
    except UnreadableExport:
        return options  # its reader says what is wrong with it
    earlier = next((known[header] for header in headers if header in known), None)
    if earlier is None:
        return options
    columns = {**earlier.columns, **options.columns}
    return Options(columns, options.tool or earlier.tool, options.zone)


def said(options: Options, fields: Container[str]) -> dict[str, Any]:
    """Return what was said that concerns a table with these fields: Options without what is empty."""
    columns = {
        field: column
        for field, column in options.columns.items()
        if field in fields or field in SAID_LIKE_COLUMNS
    }
    return {key: value for key, value in (("columns", columns), ("tool", options.tool)) if value}
