"""What is due whenever a workspace is held: finish a change that was cut off, let go of acts that are too old."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from analytics import audit_log
from analytics.vault import backup, forget, removal, retention, rewrite, subject
from analytics.vault.rewrite import Decision
from analytics.vault.workspace import Workspace


def decide(workspace: Workspace, change: Decision) -> list[str]:
    """Make a staged change happen: kept files, ledger of releases, backups; return the backups left as they were."""
    rewrite.decide(workspace, change)
    return finish(workspace)


def finish(workspace: Workspace) -> list[str]:
    """Finish a change that was decided, and return the backups that could not be changed.

    Each step may be repeated. The workspace must be held.
    """
    change = rewrite.decided(workspace)
    if change is None:
        return []
    rewrite.move(workspace, change)
    _rename(workspace.folder, change.keys)
    left = backup.out_of_reach(workspace)
    for one in backup.reachable(workspace):
        try:
            _change_backup(workspace, one, change)
        except backup.DamagedBackup:
            left.append(one.file)
    rewrite.close(workspace)
    return left


def retain(workspace: Workspace, today: date) -> dict[str, int]:
    """Take acts out of every file that are older than the settings allow; return how many went, by tool.

    Releases stay. The workspace must be held.
    """
    oldest = retention.due(workspace, today)
    late = retention.oldest_kept(workspace.settings, _tools_in_backups(workspace), today)
    in_backups = any(_holds_older(one, late) for one in backup.reachable(workspace))
    if not (oldest or in_backups):
        return {}
    gone = retention.older(workspace, oldest)
    staging = rewrite.stage(workspace)
    removal.stage(workspace, staging, oldest=oldest)
    limits = {tool: at.isoformat() for tool, at in (late | oldest).items()}
    decide(workspace, Decision(oldest=limits))
    for tool, acts in gone.items():
        audit_log.append(workspace.folder, "retention", tool=tool, acts=acts)
    return gone


def _tools_in_backups(workspace: Workspace) -> set[str]:
    return {tool for one in backup.listed(workspace) for tool in one.first}


def _holds_older(one: backup.Backup, oldest: Mapping[str, datetime]) -> bool:
    return any(
        datetime.fromisoformat(first) < oldest[tool]
        for tool, first in one.first.items()
        if tool in oldest
    )


def _change_backup(workspace: Workspace, one: backup.Backup, change: Decision) -> None:
    """Do to a backup what was done to the workspace, where it holds any of it."""
    oldest = {tool: datetime.fromisoformat(at) for tool, at in change.oldest.items()}
    if not (change.names or change.no_identity or _holds_older(one, oldest)):
        return
    folder = workspace.scratch("backup") / workspace.name
    folder.mkdir()
    backup.unpack(Path(one.file), folder)
    copy = Workspace(workspace.name, folder)
    copy.imports.mkdir(exist_ok=True)
    staging = rewrite.stage(copy)
    if change.names:
        # the backup may be older than the present key: whom it means is asked of its own identity file
        meant = subject.matching(copy, change.names)
        forget.stage(copy, staging, meant)
        _rename(folder, as_stranger(meant))
        copy.erased.write_bytes(workspace.erased.read_bytes())
    elif oldest:
        removal.stage(copy, staging, oldest=oldest)
    gone = (copy.identity.name,) if change.no_identity else ()
    rewrite.move(copy, Decision(drop=gone))
    rewrite.close(copy)
    backup.replace(workspace, one, copy)


def as_stranger(meant: subject.Subject) -> dict[int, int]:
    """Return what renames a person in the ledger of releases: one number that nobody can tell her by."""
    return dict.fromkeys(meant.keys, secrets.randbits(63))


def quarters_of(workspace: Workspace, person: subject.Subject) -> list[date]:
    """Return the first days of the quarters in whose published figures a person was counted."""
    from analytics.privacy import ledger

    return ledger.quarters_of(workspace.folder, sorted(person.keys))


def _rename(folder: Path, keys: dict[int, int]) -> None:
    if keys:
        from analytics.privacy import ledger

        ledger.rename(folder, keys)
