"""Changing kept files together: after a crash all are as they were, or the next start changes the rest.

The new files wait under `rewriting/`, at the paths that they will have in the workspace. Once decided.json is
there, the change has happened: whatever comes next only moves files, and may be cut off and done again.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from analytics.vault import durable
from analytics.vault.workspace import Workspace


@dataclass(frozen=True)
class Decision:
    """What follows once the files are ready.

    `drop`: paths of the workspace that go. `keys`: person keys to rename in the ledger of releases. What the
    backups must lose too: `names` of a person (people.identifier), `oldest`: acts before an instant, by
    tool, `no_identity`: every name.
    """

    drop: tuple[str, ...] = ()
    keys: dict[int, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    oldest: dict[str, str] = field(default_factory=dict)
    no_identity: bool = False


def stage(workspace: Workspace) -> Path:
    """Return the new empty folder for the files-to-be; what an undecided change left is removed."""
    durable.remove(workspace.rewriting)
    folder = _files(workspace)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def decide(workspace: Workspace, decision: Decision) -> None:
    """Make the staged change happen: from here on it can only be finished."""
    durable.sync_tree(workspace.rewriting)
    text = json.dumps(asdict(decision) | {"keys": list(decision.keys.items())})
    durable.write(_decided(workspace), text, mode=0o600)


def decided(workspace: Workspace) -> Decision | None:
    """Return the change that is not finished, after removing one that was never decided."""
    if not _decided(workspace).exists():
        durable.remove(workspace.rewriting)
        return None
    said = json.loads(_decided(workspace).read_text())
    return Decision(
        drop=tuple(said["drop"]),
        keys=dict(said["keys"]),
        names=tuple(said["names"]),
        oldest=said["oldest"],
        no_identity=said["no_identity"],
    )


def move(workspace: Workspace, decision: Decision) -> None:
    """Put the files in their places and remove what was made from the old ones; may be repeated."""
    files = _files(workspace)
    for path in sorted(files.rglob("*")):
        if path.is_file():
            place = workspace.folder / path.relative_to(files)
            if place == workspace.identity:
                durable.remove(
                    _log_of(place)
                )  # it belongs to the old file and holds what was in it
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
            durable.sync(place.parent)
    for name in decision.drop:
        durable.remove(workspace.folder / name)
        durable.remove(_log_of(workspace.folder / name))
    for made in (workspace.store, workspace.folder / "published"):
        durable.remove(made)
    durable.sync(workspace.folder)


def close(workspace: Workspace) -> None:
    """Forget the change, now that everything is done."""
    # first the decision: a rest without one is removed, never repeated
    durable.remove(_decided(workspace))
    durable.remove(workspace.rewriting)


def paths(staging: Path, names: Sequence[str]) -> list[Path]:
    """Return where files of the workspace are staged, their folders made."""
    found = [staging / name for name in names]
    for path in found:
        path.parent.mkdir(parents=True, exist_ok=True)
    return found


def _files(workspace: Workspace) -> Path:
    return workspace.rewriting / "files"


def _decided(workspace: Workspace) -> Path:
    return workspace.rewriting / "decided.json"


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
