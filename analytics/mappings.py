"""Which column means what in a table that does not say it itself: named once by a person, used ever after.

Kept in columns.json of the workspace by a hash of the names of the table's columns; no cell of any table is in it.
"""

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from analytics import places
from analytics.errors import UsageError
from analytics.readers.base import Options

MOST = 500  # tables: the oldest go


@dataclass(frozen=True)
class Mapping:
    """What was said of the tables that are known by `table` (recall.key): field -> column, the tool, and when."""

    table: str
    columns: dict[str, str] = field(default_factory=dict)
    tool: str | None = None
    said_on: str = ""

    @property
    def id(self) -> str:
        """Return eight letters and digits that name it on the command line."""
        return self.table[:8]

    @property
    def options(self) -> Options:
        """Return it as the readers take it."""
        return Options(self.columns, self.tool)


def known(workspace: str) -> list[Mapping]:
    """Return what a workspace remembers, oldest first."""
    file = _file(workspace)
    entries = json.loads(file.read_text("utf-8")) if file.is_file() else []
    return [Mapping(**entry) for entry in entries]


def find(mappings: Sequence[Mapping], table: str) -> Mapping | None:
    """Return what was said of such a table."""
    return next((mapping for mapping in mappings if mapping.table == table), None)


def remember(workspace: str, table: str, said: Options, today: date) -> Mapping | None:
    """Keep what was said of a table, in place of what was said before; None where its columns have no names."""
    if not table:
        return None
    mapping = Mapping(table, said.columns, said.tool, today.isoformat())
    others = [one for one in known(workspace) if one.table != table]
    _write(workspace, [*others, mapping][-MOST:])
    return mapping


def forget(workspace: str, id_: str) -> Mapping:
    """Take one out; raises UsageError when there is none of this name."""
    all_ = known(workspace)
    gone = next((mapping for mapping in all_ if mapping.id == id_), None)
    if gone is None:
        names = ", ".join(mapping.id for mapping in all_) or "none"
        raise UsageError(f"No columns are remembered under {id_[:40]!r}. There are: {names}.")
    _write(workspace, [mapping for mapping in all_ if mapping.id != id_])
    return gone


def _file(workspace: str) -> Path:
    return places.folder(workspace) / "columns.json"


def _write(workspace: str, mappings: list[Mapping]) -> None:
    file = _file(workspace)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # said before anything was imported
    part = file.with_name(f".columns.{secrets.token_hex(4)}.part")
    text = json.dumps([asdict(mapping) for mapping in mappings], ensure_ascii=False, indent=1)
    with open(part, "w", encoding="utf-8", opener=_for_the_owner) as stream:
        stream.write(text + "\n")
    part.replace(file)


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
