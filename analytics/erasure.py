"""What a person may ask for, and what an admin owes her: to see, to erase, to let go in time, to change the key."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from analytics import audit_log, jobs, upkeep
from analytics.ingest import Progress, Publish, change, held
from analytics.vault import backup, forget, imports, rewrite, rotation, subject, tombstones
from analytics.vault.rewrite import Decision
from analytics.vault.subject import Subject
from analytics.vault.workspace import Workspace


def subject_access(
    workspace_name: str, email: str | None = None, account: str | None = None
) -> dict[str, Any]:
    """Return everything that is stored about one person, for the data-protection officer; raises NobodyFound.

    {"workspace", "made_at", "accounts": [{"tool", "account", "name", "email", "how_matched", "import"}],
    "account_facts", "hr", "acts", "received", "memberships", "vendor_counts",
    "imports", "counted_in_quarters": [first days]}.
    """
    workspace = Workspace.open(workspace_name)
    with held(workspace):
        person = subject.find(workspace, email, account)
        found = subject.stored(workspace, person)
        ids = {row["import"] for row in found["imports"]}
        found["imports"] = [row for row in imports.listed(workspace) if row["id"] in ids]
        quarters = upkeep.quarters_of(workspace, person)
        audit_log.append(workspace.folder, "subject_access")
    return {
        "workspace": workspace_name,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "accounts": person.accounts.to_dicts(),
        **found,
        "counted_in_quarters": quarters,
    }


def erase(
    workspace_name: str,
    email: str | None = None,
    account: str | None = None,
    progress: Progress = lambda _: None,
    publish: Publish | None = None,
    today: date | None = None,
) -> dict[str, Any]:
    """Take one person out of every file and backup, publish anew, and return what went; raises NobodyFound.

    {"rows": {table: number}, "backups_left": [files that still hold her], "release"}. A mark of each of her
    names stays (tombstones.py), so that no export brings her back. Sums in earlier releases stay.
    """
    on = today or datetime.now(UTC).date()

    def forget_her(workspace: Workspace) -> dict[str, Any]:
        person = subject.find(workspace, email, account)
        return _forget(workspace, person, on)

    done, published = change(workspace_name, forget_her, progress, publish)
    return done | {"release": published["release"]}


def _forget(workspace: Workspace, person: Subject, on: date) -> dict[str, Any]:
    staging = rewrite.stage(workspace)
    rows = forget.stage(workspace, staging, person)
    marks = tombstones.lines(workspace, person.names, on)
    (staging / workspace.erased.name).write_text(marks, "ascii")
    left = upkeep.decide(
        workspace,
        Decision(
            drop=_uploads(workspace),
            keys=upkeep.as_stranger(person),
            names=tuple(sorted(person.names)),
        ),
    )
    audit_log.append(workspace.folder, "erase", backups_left=len(left))
    return {"rows": rows, "backups_left": left}


def _uploads(workspace: Workspace) -> tuple[str, ...]:
    """Return uploaded files that no running job waits for: whole exports, which nobody could rewrite."""
    wanted = {
        name for job in jobs.list(workspace.name) if job.state == "running" for name in job.uploads
    }
    folders = sorted(workspace.jobs.glob("upload-*"))
    return tuple(f"jobs/{folder.name}" for folder in folders if folder.name not in wanted)


def retain(
    workspace_name: str,
    today: date | None = None,
    progress: Progress = lambda _: None,
    publish: Publish | None = None,
) -> dict[str, Any]:
    """Take acts out of every file that are older than the settings allow, and publish.

    Returns {"acts": {tool: number that went}, "release"}. Releases of past periods stay.
    """
    day = today or datetime.now(UTC).date()
    acts, published = change(workspace_name, lambda w: upkeep.retain(w, day), progress, publish)
    return {"acts": acts, "release": published["release"]}


def rotate_key(
    workspace_name: str,
    progress: Progress = lambda _: None,
    publish: Publish | None = None,
) -> dict[str, Any]:
    """Give the workspace another key, every pseudonym made anew, and publish; return {"people", "release"}.

    Backups keep the pseudonyms of the key they were made under.
    """

    def rotate(workspace: Workspace) -> None:
        keys = rotation.stage(workspace, rewrite.stage(workspace))
        upkeep.decide(workspace, Decision(keys=keys))
        audit_log.append(workspace.folder, "rotate_key")

    return change(workspace_name, rotate, progress, publish)[1]


def destroy_key(workspace_name: str, today: date | None = None) -> list[str]:
    """Delete the key and every name, here and in the backups; return the backups that still hold names.

    From then on nobody can be recognised in the workspace: no imports, no erasure, no subject access.
    """
    on = today or datetime.now(UTC).date()
    workspace = Workspace.open(workspace_name)
    with held(workspace):
        workspace.secret()
        staging = rewrite.stage(workspace)
        (staging / workspace.key_destroyed.name).write_text(f"{on.isoformat()}\n", "ascii")
        left = upkeep.decide(
            workspace,
            Decision(
                drop=(workspace.key.name, workspace.identity.name, *_uploads(workspace)),
                no_identity=True,
            ),
        )
        audit_log.append(workspace.folder, "destroy_key", backups_left=len(left))
    return left


def back_up(workspace_name: str, to: Path | None = None, key_to: Path | None = None) -> Path:
    """Write a backup (to backups/ of the workspace, or elsewhere) and return its file.

    The key goes to a file of its own where one is named, and nowhere else.
    """
    workspace = Workspace.open(workspace_name)
    with held(workspace):
        if key_to:
            backup.write_key(workspace, key_to)
        file = backup.write(workspace, to)
        audit_log.append(workspace.folder, "backup", with_key="yes" if key_to else "no")
    return file


def restore(file: Path, workspace_name: str, key: Path | None = None) -> Workspace:
    """Make a new workspace from a backup; with the key that was kept apart it takes new files too."""
    workspace = backup.restore(file, workspace_name, key)
    audit_log.append(workspace.folder, "restore", with_key="yes" if key else "no")
    return workspace
