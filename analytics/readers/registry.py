"""Which format is this file? Every reader is asked, from content alone; nobody has to say it."""

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from analytics.readers import prose, table_rows, tables, unread
from analytics.readers.base import NOTHING_SAID, Options, UnreadableExport
from analytics.readers.files import Source
from analytics.readers.headers import misnamed

FAMILIES = ("chat", "usage", "meetings", "mail", "people", "surveys", "tickets", "documents")
ALONE = ("slack_export", "interaction_log", "hr_file")


def load(names: Iterable[str]) -> tuple[ModuleType, ...]:
    """Return the reader modules of these dotted names."""
    return tuple(import_module(name) for name in names)


def names() -> list[str]:
    """Return the dotted names of all readers: those that stand alone, then each family's own list."""
    families = {family: import_module(f"analytics.readers.{family}") for family in FAMILIES}
    own = [f"{family}.{name}" for family, package in families.items() for name in package.NAMES]
    return [f"analytics.readers.{name}" for name in (*ALONE, *own)]


READERS: tuple[ModuleType, ...] = load(names())


def recognise(
    source: Source, options: Options = NOTHING_SAID, readers: tuple[ModuleType, ...] = READERS
) -> ModuleType:
    """Return the one reader whose format this is; raises UnreadableExport when none or several claim it."""
    found = claims(source, options, readers)
    if len(found) == 1:
        return found[0]
    if found:
        titles = " and ".join(reader.FORMAT.title for reader in found)
        raise UnreadableExport(
            "ambiguous_format",
            f"{source.name}: this could be read as {titles}. Leave out the columns or files that belong to the other.",
        )
    tables.refuse_forbidden(source)
    raise (
        unread.explain(source)
        or _misnamed(source, options, readers)
        or _explanation(source, readers)
        or _nobody_knows(source, readers)
    )


def claims(
    source: Source, options: Options = NOTHING_SAID, readers: tuple[ModuleType, ...] = READERS
) -> list[ModuleType]:
    """Return who knows the file by itself, else who knows it with the columns named by hand.

    A reader of any tool's tables gives way to that of one tool.
    """
    found = [reader for reader in readers if reader.identify(source)]
    if found or not options.columns:
        return [reader for reader in found if reader.FORMAT.tool is not None] or found
    mappable = [reader for reader in readers if hasattr(reader, "identify_mapped")]
    return [reader for reader in mappable if reader.identify_mapped(source, options)]


def _misnamed(
    source: Source, options: Options, readers: tuple[ModuleType, ...]
) -> UnreadableExport | None:
    """Return that columns named by hand are not in a table; null for what is none."""
    if not options.columns or source.kind in ("zip", "folder") or prose.is_prose(source):
        return None
    if source.head(64).lstrip()[:1] in (b"{", b"[", b"<"):
        return None  # no table, whatever its commas look like
    aliases = {
        field: spellings
        for reader in readers
        if hasattr(reader, "identify_mapped")
        for field, spellings in reader.ALIASES.items()
    }
    try:
        rows = tables.header_rows(table_rows.preview(source))
    except UnreadableExport:
        return None  # its reader says what is wrong with it
    return misnamed(rows, aliases, options, source.name) if rows else None


def _explanation(source: Source, readers: tuple[ModuleType, ...]) -> UnreadableExport | None:
    """Return what the first reader that nearly knows the file says is missing; those of any tool speak last."""
    for reader in sorted(readers, key=lambda reader: reader.FORMAT.tool is None):
        explain = getattr(reader, "explain", None)
        if explain and (error := explain(source)):
            return error
    return None


def _nobody_knows(source: Source, readers: tuple[ModuleType, ...]) -> UnreadableExport:
    found = {
        "zip": f"an archive of {len(source.members())} files",
        "folder": f"a folder of {len(source.members())} files",
        "xlsx": "a workbook",
        "file": "a single file",
    }[source.kind]
    return UnreadableExport(
        "no_recognised_data",
        f"{source.name}: {found} in none of the {len(readers)} formats that we know (docs/formats.md). Give the export as"
        " the tool made it, or as a table that names its columns.",
    )
