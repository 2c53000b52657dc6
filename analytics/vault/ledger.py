"""Which imports there are and which are left out: a list that only ever grows."""

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

from analytics.vault.workspace import BrokenWorkspace, Workspace


@dataclass(frozen=True)
class Entry:
    """One import as of its last line; `at` is UTC; `rows` counts records read; `report` is Report.to_dict()."""

    id: str
    hash: str
    file: str
    format: str | None
    tool: str | None
    at: str
    rows: int
    report: dict[str, Any]
    undone: bool


def entries(workspace: Workspace) -> list[Entry]:
    """Return every import, the one that came (or came back) last at the end; raises BrokenWorkspace."""
    last: dict[str, Entry] = {}
    for number, line in enumerate(_whole(workspace).split(b"\n")[:-1], start=1):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            raise BrokenWorkspace(
                f"Workspace {workspace.name}: line {number} of ledger.jsonl is damaged."
                " Put the file back from its backup."
            ) from None
        before = last.get(entry.id)
        if before is None or before.undone != entry.undone:
            last.pop(entry.id, None)
        last[entry.id] = entry
    return list(last.values())


def live(workspace: Workspace) -> list[Entry]:
    """Return the imports that count, oldest first."""
    return [entry for entry in entries(workspace) if not entry.undone]


def append(workspace: Workspace, *lines: Entry) -> None:
    """Add lines to the ledger in one write, on disk when this returns."""
    text = "".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines)
    whole = len(_whole(workspace))
    with workspace.ledger.open("ab") as file:
        file.truncate(whole)  # the beginning of a line that a crash cut off
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _whole(workspace: Workspace) -> bytes:
    """Return the ledger without a last line that was never finished."""
    if not workspace.ledger.exists():
        return b""
    content = workspace.ledger.read_bytes()
    return content[: content.rfind(b"\n") + 1]
