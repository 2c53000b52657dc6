"""Imports started from a page: each a process of its own that goes on when the page or the server goes.

Only the folder jobs/ of the workspace is touched here: <id>.json says what was started, the process
writes its progress, with the report of each file, to <id>.err and its result to <id>.out. What a job is doing is read from these
files, so any server process can tell it, also after a restart. Files that are only looked at belong to
no workspace yet: those jobs lie under the name LOOKS.
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
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from analytics import audit_log, places
from analytics.errors import AnalyticsError
from analytics.readers.base import NOTHING_SAID, Options

State = Literal["running", "done", "failed", "cancelled"]
ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")
KEPT = 50  # finished jobs that stay listed
TAIL = 4 << 20  # bytes of the progress file that are read while it runs: more than a thousand files
READING = ("starting", "reading")
CUT_SHORT = "The import was stopped from outside. The last release stands; start it again."
CUT_SHORT_AT_FIGURES = (
    "It was stopped from outside while the figures were computed, most often because the machine had no memory left. "
    "What was read is kept, and the figures of before stand: compute them again."
)
LOOKS = ""  # stands for a workspace where files are looked at
ABANDONED = 86_400  # seconds after which uploads that no job took are removed
Kind = Literal["import", "look", "undo", "demo", "publish", "identities"]


@dataclass(frozen=True)
class Job:
    """One started import, look at files, undo, demo or publishing.

    `progress` is the last step ({"stage", "file", "done", "total"}), `read` the files that are through, each
    with its outcome; `result` the JSON of the command, once done, or what had become of the files when it ended
    otherwise; `message` the sentence for the reader when it failed. Of one that is announced, `pid` is the process that
    will start it.
    """

    id: str
    kind: Kind
    files: tuple[str, ...]
    started: str
    pid: int
    born: str
    state: State = "running"
    progress: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    message: str | None = None
    uploads: tuple[str, ...] = ()
    read: tuple[tuple[str, str], ...] = ()
    is_announced: bool = False


def upload_folder(workspace: str) -> Path:
    """Return a new folder for uploaded files; it is removed with what is in it once their job has ended."""
    _sweep(workspace)
    folder = _folder(workspace) / f"upload-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    return folder


@contextlib.contextmanager
def announced(workspace: str, files: Sequence[str]) -> Iterator[str]:
    """Write an import down before its files are laid, so that every page shows it, and give its id for `start`.

    What was not started by the end is struck out again.
    """
    folder, (id_, now) = _folder(workspace), _new_id()
    for end in ("out", "err"):
        (folder / f"{id_}.{end}").touch()
    us = os.getpid()
    _save(folder, Job(id_, "import", tuple(files), now, us, _born(us), is_announced=True))
    try:
        yield id_
    finally:
        if _look(workspace, id_).is_announced:
            _strike(folder, id_)
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
    list(LOOKS)  # lets go of old ones
    arguments = ["recognise", *(str(path.absolute()) for path in paths)]
    if workspace and places.folder(workspace).is_dir():
        arguments += ["--workspace", workspace]
    return _start_on_files(LOOKS, "look", arguments, paths, who)


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
    file = _folder(workspace) / f"apart-{import_id}.csv"
    return file if file.is_file() else None


def list(workspace: str) -> builtins.list[Job]:
    """Return the jobs of a workspace, newest first, each as it stands now."""
    ids = sorted((p.stem for p in _folder(workspace).glob("*.json")), reverse=True)
    jobs = [_look(workspace, id_) for id_ in ids if ID.fullmatch(id_)]
    for old in [job for job in jobs if job.state != "running"][KEPT:]:
        _strike(_folder(workspace), old.id)
        jobs.remove(old)
    return jobs


def get(workspace: str, job_id: str) -> Job:
    """Return one job as it stands now; raises AnalyticsError when there is none."""
    if not ID.fullmatch(job_id) or not (_folder(workspace) / f"{job_id}.json").exists():
        raise AnalyticsError("This import is no longer listed: look at the list of imports.")
    return _look(workspace, job_id)


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
    result = _so_far(_folder(workspace) / f"{job_id}.err")
    return _finish(workspace, replace(job, state="cancelled", result=result, message=message))


def _start_on_files(
    workspace: str,
    kind: Kind,
    arguments: Sequence[str],
    paths: Sequence[Path],
    who: str | None,
    announced_as: str | None = None,
) -> str:
    """Start a command that removes the files that were uploaded for it once it has read them."""
    within = _folder(workspace)
    uploads = {
        path.absolute().relative_to(within).parts[0]
        for path in paths
        if path.absolute().is_relative_to(within)
    }
    ours = tuple(sorted(name for name in uploads if _is_upload(within / name)))
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
    folder, (id_, now) = _folder(workspace), _new_id()
    if announced_as:
        id_, job = announced_as, get(workspace, announced_as)
        if job.state != "running":  # stopped before it began
            _finish(workspace, replace(job, uploads=uploads, is_announced=False))
            return id_
    with (folder / f"{id_}.out").open("wb") as out, (folder / f"{id_}.err").open("wb") as err:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter, our own command line
            [sys.executable, "-m", "analytics", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=places.ROOT,
            env={**os.environ, audit_log.ACTOR: who or ""},
            start_new_session=True,
        )
    # nobody waits for it here: `_alive` collects it when it is looked at
    process.returncode = 0
    _save(folder, Job(id_, kind, files, now, process.pid, _born(process.pid), uploads=uploads))
    return id_


def _new_id() -> tuple[str, str]:
    """Return the id of a job that begins now, and when that is."""
    now = datetime.now(UTC)
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", now.isoformat(timespec="seconds")


def _strike(folder: Path, job_id: str) -> None:
    """Remove what is written of a job."""
    for file in folder.glob(f"{job_id}.*"):
        file.unlink(missing_ok=True)


def _look(workspace: str, job_id: str) -> Job:
    """Return a job as its files tell; write down how it ended when that is first seen."""
    folder = _folder(workspace)
    values = json.loads((folder / f"{job_id}.json").read_text())
    values |= {key: tuple(values[key]) for key in ("files", "uploads")}
    values["read"] = tuple((name, outcome) for name, outcome in values.get("read", ()))
    job = Job(**values)
    if job.state != "running":
        return job
    alive = _alive(job)  # asked before the files are read: what a dead process wrote is complete
    steps, said = _progress(folder / f"{job_id}.err")
    read = tuple((step["file"], step["outcome"]) for step in steps if step.get("stage") == "read")
    under_way = [step for step in steps if step.get("stage") != "read"]
    job = replace(job, progress=under_way[-1] if under_way else None, read=read)
    return job if alive else _finish(workspace, _ended(folder, job, said))


def _ended(folder: Path, job: Job, said: str) -> Job:
    text = (folder / f"{job.id}.out").read_text("utf-8", "replace").strip()
    if not text:
        result = _so_far(folder / f"{job.id}.err")
        at_figures = (job.progress or {}).get("stage", "starting") not in READING
        message = said or (CUT_SHORT_AT_FIGURES if at_figures else CUT_SHORT)
        return replace(job, state="failed", result=result, message=message)
    result = None
    with contextlib.suppress(ValueError):
        result = json.loads(text)
    if isinstance(result, dict) and (why := result.get("not_published")):
        return replace(job, state="failed", result=result, message=why)
    return replace(job, state="done", result=result)


def _so_far(progress: Path) -> dict[str, Any] | None:
    """Return what had become of the files when a job ended without its result."""
    steps, _ = _progress(progress, most=progress.stat().st_size)
    files = [step["report"] for step in steps if "report" in step]
    return {"files": files} if files else None


def _finish(workspace: str, job: Job) -> Job:
    folder = _folder(workspace)
    for name in job.uploads:
        if _is_upload(folder / name):
            shutil.rmtree(folder / name, ignore_errors=True)
    _save(folder, job)
    return job


def _progress(file: Path, most: int = TAIL) -> tuple[builtins.list[dict[str, Any]], str]:
    """Return the steps in the last bytes, and the last sentence that is none."""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - most))
        lines = stream.read().decode("utf-8", "replace").splitlines()
    steps, said = [], ""
    for line in lines:
        try:
            step = json.loads(line)
        except ValueError:
            said = line.strip() or said
            continue
        if isinstance(step, dict):
            steps.append(step)
    return steps, said


def _sweep(workspace: str) -> None:
    """Remove uploads that were never started on, such as those of a server that was stopped in between."""
    old = time.time() - ABANDONED
    for folder in _folder(workspace).glob("upload-*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < old:
                shutil.rmtree(folder)


def _alive(job: Job) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(job.pid, os.WNOHANG)  # if it was ours and has ended, let it go
    try:
        os.kill(job.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # somebody else's: the number was given out again
    return _born(job.pid) == job.born


def _born(pid: int) -> str:
    """Return when the process began (clock ticks since the machine started), empty where that cannot be known."""
    with contextlib.suppress(OSError):
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        state, start = after_name[0], after_name[19]
        return "" if state == "Z" else start
    return ""


def _folder(workspace: str) -> Path:
    base = places.folder(workspace) if workspace != LOOKS else places.home() / ".looks"
    folder = base.absolute() / "jobs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _is_upload(folder: Path) -> bool:
    return folder.name.startswith("upload-")


def _save(folder: Path, job: Job) -> None:
    part = folder / f".{job.id}.{secrets.token_hex(4)}.part"
    part.write_text(json.dumps(asdict(job), ensure_ascii=False))
    part.replace(folder / f"{job.id}.json")
