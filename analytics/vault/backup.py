"""What a workspace cannot be made anew from, in one file, without its key; and such a file as a workspace again."""

import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from analytics import places
from analytics.errors import AnalyticsError, UsageError
from analytics.vault import durable, retention, sums
from analytics.vault.workspace import Workspace

MANIFEST = "manifest.json"
# made anew from the rest, or of this machine only
NOT_KEPT = ("backups", "backups.jsonl", "jobs", "lock", "rewriting", "secret.key", "store", "tmp")


class DamagedBackup(AnalyticsError):
    """A backup whose content is not what was written."""


@dataclass(frozen=True)
class Backup:
    """A line of backups.jsonl: where the file lies and what of; `first`: tool -> first act (UTC) in it."""

    file: str
    at: str
    sha256: str
    first: dict[str, str]


def write(workspace: Workspace, to: Path | None = None, now: datetime | None = None) -> Path:
    """Write a backup of the workspace, note it in backups.jsonl and return its file; raises UsageError.

    Without `to` it goes to backups/ in the workspace. The workspace must be held.
    """
    at = now or datetime.now(UTC)
    file = (to or workspace.backups / f"{workspace.name}-{at:%Y%m%dT%H%M%S}.tar").absolute()
    if file.exists():
        raise UsageError(f"{file} is there already: choose another name for the backup.")
    if not to:
        workspace.backups.mkdir(mode=0o700, exist_ok=True)
    if not file.parent.is_dir():
        raise UsageError(f"There is no folder {file.parent}: make it first, or choose another one.")
    pack(workspace, file, at)
    _note(workspace, [*listed(workspace), _line(workspace, file, at)])
    return file


def pack(workspace: Workspace, file: Path, at: datetime) -> None:
    """Write the workspace's folder as a tar file in one step: a list of all files with their hashes, then these."""
    members = sorted(_members(workspace.folder))
    listing = {str(path.relative_to(workspace.folder)): sums.digest(path) for path in members}
    head = {
        "workspace": workspace.name,
        "at": at.isoformat(timespec="seconds"),
        "files": listing,
    }
    part = file.with_name(f".{file.name}.part")
    with (
        open(part, "wb", opener=lambda p, f: os.open(p, f, 0o600)) as stream,
        tarfile.open(fileobj=stream, mode="w") as tar,
    ):
        content = json.dumps(head, indent=1).encode()
        about = tarfile.TarInfo(MANIFEST)
        about.size = len(content)
        tar.addfile(about, BytesIO(content))
        for path in members:
            tar.add(path, str(path.relative_to(workspace.folder)), recursive=False)
    durable.sync(part)
    part.replace(file)
    durable.sync(file.parent)


def unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Write the files of a backup into an empty folder, compare each hash, and return its manifest.

    Raises DamagedBackup; nothing is written outside the folder, whatever the file says.
    """
    try:
        with tarfile.open(file) as tar:
            head = json.loads(_read(tar, MANIFEST))
            for name in head["files"]:
                member = tar.getmember(name)
                if not member.isreg():
                    raise DamagedBackup(f"{file.name}: {name} is not a plain file. Do not use it.")
                tar.extract(member, folder, filter="data")
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError, OSError) as error:
        raise DamagedBackup(
            f"{file.name} is not a whole backup ({type(error).__name__}): take an earlier one."
        ) from None
    for name, expected in head["files"].items():
        if sums.digest(folder / name) != expected:
            raise DamagedBackup(
                f"{file.name}: {name} is not what was backed up: take an earlier one."
            )
    return dict(head)


def restore(file: Path, name: str, key: Path | None = None, home: Path | None = None) -> Workspace:
    """Make a new workspace from a backup and, where it is given, the key that was kept apart; raises UsageError.

    Without the key everything can be read, but new files cannot be imported.
    """
    workspace = Workspace(name, places.folder(name, home).absolute())
    if workspace.folder.exists():
        raise UsageError(
            f"There is a workspace {name} already: choose a new name, such as {name}-2."
        )
    if not file.is_file():
        raise UsageError(f"There is no backup {file}: check the path.")
    workspace.folder.parent.mkdir(parents=True, exist_ok=True)
    part = Workspace(name, workspace.folder.with_name(f".{name}.part"))
    durable.remove(part.folder)
    part.folder.mkdir(mode=0o700)
    try:
        unpack(file, part.folder)
        if key:
            part.key.touch(0o600)
            part.key.write_text(_text_of(key), "ascii")
            part.secret()
        for folder in (part.imports, part.releases, part.jobs):
            folder.mkdir(exist_ok=True, mode=0o700)
        pointer = part.pointer.read_text() if part.pointer.exists() else None
        part.pointer.unlink(missing_ok=True)  # nothing half-made is ever listed
        durable.sync_tree(part.folder)
        part.folder.replace(workspace.folder)
        if pointer:
            durable.write(workspace.pointer, pointer)
    finally:
        shutil.rmtree(part.folder, ignore_errors=True)
    return workspace


def write_key(workspace: Workspace, to: Path) -> None:
    """Write the key to a file of its own, for the owner alone; raises UsageError where there is one already."""
    workspace.secret()
    if to.exists() or not to.parent.is_dir():
        raise UsageError(
            f"The key cannot be written to {to}: name a new file in a folder that is there."
        )
    durable.write(to.absolute(), workspace.key.read_text("ascii"), mode=0o600)


def listed(workspace: Workspace) -> list[Backup]:
    """Return every backup that was made, oldest first, whether its file can be reached or not."""
    file = _index(workspace)
    if not file.exists():
        return []
    return [Backup(**json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def reachable(workspace: Workspace) -> Iterator[Backup]:
    """Return the backups whose file is where it was written."""
    return (one for one in listed(workspace) if Path(one.file).is_file())


def out_of_reach(workspace: Workspace) -> list[str]:
    """Return the files of the backups that are no longer where they were written."""
    return [one.file for one in listed(workspace) if not Path(one.file).is_file()]


def replace(workspace: Workspace, old: Backup, changed: Workspace) -> None:
    """Write a changed backup over the old one; it keeps its date."""
    at = datetime.fromisoformat(old.at)
    pack(changed, Path(old.file), at)
    new = _line(changed, Path(old.file), at)
    _note(workspace, [new if one.file == old.file else one for one in listed(workspace)])


def _line(workspace: Workspace, file: Path, at: datetime) -> Backup:
    first = {tool: act.isoformat() for tool, act in retention.first_acts(workspace).items()}
    return Backup(str(file), at.isoformat(timespec="seconds"), sums.digest(file), first)


def _note(workspace: Workspace, lines: list[Backup]) -> None:
    text = "".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines)
    durable.write(_index(workspace), text, mode=0o600)


def _index(workspace: Workspace) -> Path:
    return workspace.folder / "backups.jsonl"


def _members(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        top = path.relative_to(folder).parts[0]
        if path.is_file() and top not in NOT_KEPT and not path.name.endswith((".part", ".wal")):
            yield path


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    stream = tar.extractfile(name)
    return stream.read() if stream else b""


def _text_of(key: Path) -> str:
    try:
        return key.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"{key} cannot be read as a key: give the file that --with-key wrote."
        ) from None
