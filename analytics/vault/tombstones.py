"""Who was erased and must not come back: a keyed mark of each name she had, from which no name can be found."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import date

from analytics.vault import durable
from analytics.vault.workspace import Workspace

PURPOSE = "erased"


def marks(workspace: Workspace) -> frozenset[str]:
    """Return the marks of everybody who was erased."""
    if not workspace.erased.exists():
        return frozenset()
    return frozenset(json.loads(line)["mark"] for line in _whole(workspace).splitlines())


def mark(key: str, name: str) -> str:
    """Return HMAC-SHA-256 of a name (people.identifier) under `workspace.derived(PURPOSE)`."""
    return hmac.digest(bytes.fromhex(key), name.encode(), hashlib.sha256).hex()


def lines(workspace: Workspace, names: Iterable[str], on: date) -> str:
    """Return erased.jsonl as it will be with the marks of these names."""
    key = workspace.derived(PURPOSE)
    new = sorted({mark(key, name) for name in names} - marks(workspace))
    added = [json.dumps({"mark": one, "on": on.isoformat()}) + "\n" for one in new]
    return _whole(workspace) + "".join(added)


def add(workspace: Workspace, names: Iterable[str], on: date) -> None:
    """Add further names of people who were erased, met in a new export beside a known one."""
    durable.write(workspace.erased, lines(workspace, names, on), mode=0o600)


def _whole(workspace: Workspace) -> str:
    return workspace.erased.read_text("ascii") if workspace.erased.exists() else ""
