"""Imports started from a page: each a process of its own that goes on when the page or the server goes.

Only the folder jobs/ of the workspace is touched here; what its files tell is read in job_files.
"""

import builtins
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analytics import job_files, own_process, places
from analytics.errors import AnalyticsError
from analytics.job_files import Job, Kind
from analytics.readers.base import NOTHING_SAID, Options

KEPT = 50  # finished jobs that stay listed
ABANDONED = 86_400  # seconds after which uploads that no job took are removed


def upload_folder(workspace: str) -> Path:
    """Return a new folder for uploaded files; it is removed with what is in it once their job has ended."""
    _sweep(workspace)
    folder = job_files.folder_of(workspace) / f"upload-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    return folder


@contextlib.contextmanager
def announced(workspace: str, files: Sequence[str]) -> Iterator[str]:
    """Write an import down before its files are laid, so that every page shows it, and give its id for `start`.

    What was not started by the end is struck out again.
    """
    folder, (id_, now) = job_files.folder_of(workspace), _new_id()
    for end in ("out", "err"):
        (folder / f"{id_}.{end}").touch()
    us = os.getpid()
    job_files.save(
        folder, Job(id_, "import", tuple(files), now, us, job_files.born(us), is_announced=True)
    )
    try:
        yield id_
    finally:
        if job_files.look(workspace, id_).is_announced:
            job_files.strike(folder, id_)
            with contextlib.suppress(OSError):  # not empty: there is more of this company
                folder.rmdir()
                folder.parent.rmdir()


def start(
    workspace: str,
    paths: Sequence[Path],
    options: Options = NOTHING_SAID,
    time_zone: str | None = None,
    who: str | None = None,
    announced_as: str | None = None,
) -> str:
    """Start importing files and return the job's id; `time_zone` is where the company works, if it is said.

    `who` is the address of whoever started it, for the log. One that was announced and stopped since is not started.
    """
    arguments = ["ingest", *(str(path.absolute()) for path in paths), "--workspace", workspace]
    for field, column in options.columns.items():
        arguments += ["--map", f"{field}={column}"]
    if options.tool:
        arguments += ["--tool", options.tool]
    if time_zone:
        arguments += ["--time-zone", time_zone]
    return _start_on_files(workspace, "import", arguments, paths, who, announced_as)


def start_look(paths: Sequence[Path], workspace: str | None = None, who: str | None = None) -> str:
    """Start looking at files and return the job's id under LOOKS; nothing of them is kept.

    Columns that `workspace` remembers are used.
    """
    list(job_files.LOOKS)  # lets go of old ones
    arguments = ["recognise", *(str(path.absolute()) for path in paths)]
    if workspace and places.folder(workspace).is_dir():
        arguments += ["--workspace", workspace]
    return _start_on_files(job_files.LOOKS, "look", arguments, paths, who)


def start_undo(workspace: str, import_id: str, who: str | None = None) -> str:
    """Start leaving an import out and return the job's id."""
    arguments = ["imports", "--workspace", workspace, "--undo", import_id]
    named = tuple(entry["file"] for entry in imported(workspace) if entry["id"] == import_id)
    return _start(workspace, "undo", [*arguments, "--format", "json", "--progress"], named, who=who)


def start_demo(workspace: str, who: str | None = None) -> str:
    """Start making the demo company and return the job's id."""
    return _start(workspace, "demo", ["demo", "--workspace", workspace], who=who)


def start_publish(workspace: str, who: str | None = None) -> str:
    """Start publishing anew with the settings as they are and return the job's id."""
    arguments = ["settings", "--workspace", workspace, "--publish", "--format", "json"]
    return _start(workspace, "publish", [*arguments, "--progress"], who=who)


def start_identities(
    workspace: str,
    accept: Sequence[str],
    refuse: Sequence[str],
    undo: Sequence[str],
    who: str | None = None,
) -> str:
    """Start writing decisions about whose account is whose (ids, no names) and return the job's id."""
    arguments = ["identities", "--workspace", workspace]
    for flag, ids in (("--accept", accept), ("--refuse", refuse), ("--undo", undo)):
        arguments += [flag, *ids] if ids else []
    return _start(workspace, "identities", [*arguments, "--format", "json", "--progress"], who=who)


def apart(workspace: str, import_id: str) -> Path | None:
    """Return the CSV file of what an import set apart, one line a record; None where there is none."""
    if not re.fullmatch(r"[0-9a-f]{16}", import_id):
        return None
    file = job_files.folder_of(workspace) / f"apart-{import_id}.csv"
    return file if file.is_file() else None


def list(workspace: str) -> builtins.list[Job]:
    """Return the jobs of a workspace, newest first, each as it stands now."""
    ids = sorted((p.stem for p in job_files.folder_of(workspace).glob("*.json")), reverse=True)
    jobs = [job_files.look(workspace, id_) for id_ in ids if job_files.ID.fullmatch(id_)]
    for old in [job for job in jobs if job.state != "running"][KEPT:]:
        job_files.strike(job_files.folder_of(workspace), old.id)
        jobs.remove(old)
    return jobs


def get(workspace: str, job_id: str) -> Job:
    """Return one job as it stands now; raises AnalyticsError when there is none."""
    if (
        not job_files.ID.fullmatch(job_id)
        or not (job_files.folder_of(workspace) / f"{job_id}.json").exists()
    ):
        raise AnalyticsError("This import is no longer listed: look at the list of imports.")
    return job_files.look(workspace, job_id)


def imported(workspace: str) -> builtins.list[dict[str, Any]]:
    """Return the imports of a workspace, oldest first: id, file, format, at, rows, undone, report (no identities)."""
    file = places.folder(workspace) / "imports.json"
    return builtins.list(json.loads(file.read_text("utf-8"))) if file.is_file() else []


def cancel(workspace: str, job_id: str) -> Job:
    """Stop a running job; the last release stands, and the next import removes what was half done."""
    job = get(workspace, job_id)
    if job.state != "running":
        return job
    if not job.is_announced:  # else the process is a server's
        with contextlib.suppress(ProcessLookupError):
            os.kill(job.pid, signal.SIGTERM)
    message = "Stopped. The last release stands."
    result = job_files.so_far(job_files.folder_of(workspace) / f"{job_id}.err")
    return job_files.finish(
        workspace, replace(job, state="cancelled", result=result, message=message)
    )


def _start_on_files(
    workspace: str,
    kind: Kind,
    arguments: Sequence[str],
    paths: Sequence[Path],
    who: str | None,
    announced_as: str | None = None,
) -> str:
    """Start a command that removes the files that were uploaded for it once it has read them."""
    within = job_files.folder_of(workspace)
    uploads = {
        path.absolute().relative_to(within).parts[0]
        for path in paths
        if path.absolute().is_relative_to(within)
    }
    ours = tuple(sorted(name for name in uploads if job_files.is_upload(within / name)))
    removed = [part for name in ours for part in ("--uploaded", str(within / name))]
    names = tuple(path.name for path in paths)
    return _start(
        workspace,
        kind,
        [*arguments, *removed, "--format", "json", "--progress"],
        names,
        ours,
        who=who,
        announced_as=announced_as,
    )


def _start(
    workspace: str,
    kind: Kind,
    arguments: Sequence[str],
    files: tuple[str, ...] = (),
    uploads: tuple[str, ...] = (),
    *,
    who: str | None = None,
    announced_as: str | None = None,
) -> str:
    folder, (id_, now) = job_files.folder_of(workspace), _new_id()
    if announced_as:
        id_, job = announced_as, get(workspace, announced_as)
        if job.state != "running":  # stopped before it began
            job_files.finish(workspace, replace(job, uploads=uploads, is_announced=False))
            return id_
    with (folder / f"{id_}.out").open("wb") as out, (folder / f"{id_}.err").open("wb") as err:
        process = subprocess.Popen(  # noqa: S603  # see COMMAND
            [*own_process.COMMAND, *arguments],
            stdout=out,
            stderr=err,
            start_new_session=True,
            **own_process.surroundings(who or ""),
        )
    # nobody waits for it here: `job_files.is_alive` collects it when it is looked at
    process.returncode = 0
    job_files.save(
        folder,
        Job(id_, kind, files, now, process.pid, job_files.born(process.pid), uploads=uploads),
    )
    return id_


def _new_id() -> tuple[str, str]:
    """Return the id of a job that begins now, and when that is."""
    now = datetime.now(UTC)
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", now.isoformat(timespec="seconds")


def _sweep(workspace: str) -> None:
    """Remove uploads that were never started on, such as those of a server that was stopped in between."""
    old = time.time() - ABANDONED
    for folder in job_files.folder_of(workspace).glob("upload-*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < old:
                shutil.rmtree(folder)
