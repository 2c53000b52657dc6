"""How a job stands, as its files in the folder jobs/ of a workspace tell: any server process sees the same, also after a restart.

<id>.json says what was started; the process writes its progress, with the report of each file, to <id>.err and its result
to <id>.out. Files that are only looked at belong to no workspace yet: those jobs lie under the name LOOKS.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from analytics import places

State = Literal["running", "done", "failed", "cancelled"]
ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")
TAIL = 4 << 20  # bytes of the progress file that are read while it runs: more than a thousand files
READING = ("starting", "reading")
CUT_SHORT = "The import was stopped from outside. The last release stands; start it again."
CUT_SHORT_AT_FIGURES = (
    "It was stopped from outside while the figures were computed, most often because the machine had no memory left. "
    "What was read is kept, and the figures of before stand: compute them again."
)
LOOKS = ""  # stands for a workspace where files are looked at
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


def look(workspace: str, job_id: str) -> Job:
    """Return a job as its files tell; write down how it ended when that is first seen."""
    folder = folder_of(workspace)
    values = json.loads((folder / f"{job_id}.json").read_text())
    values |= {key: tuple(values[key]) for key in ("files", "uploads")}
    values["read"] = tuple((name, outcome) for name, outcome in values.get("read", ()))
    job = Job(**values)
    if job.state != "running":
        return job
    alive = is_alive(job)  # asked before the files are read: what a dead process wrote is complete
    steps, said = _progress(folder / f"{job_id}.err")
    read = tuple((step["file"], step["outcome"]) for step in steps if step.get("stage") == "read")
    under_way = [step for step in steps if step.get("stage") != "read"]
    job = replace(job, progress=under_way[-1] if under_way else None, read=read)
    return job if alive else finish(workspace, _ended(folder, job, said))


def _ended(folder: Path, job: Job, said: str) -> Job:
    text = (folder / f"{job.id}.out").read_text("utf-8", "replace").strip()
    if not text:
        result = so_far(folder / f"{job.id}.err")
        at_figures = (job.progress or {}).get("stage", "starting") not in READING
        message = said or (CUT_SHORT_AT_FIGURES if at_figures else CUT_SHORT)
        return replace(job, state="failed", result=result, message=message)
    result = None
    with contextlib.suppress(ValueError):
        result = json.loads(text)
    if isinstance(result, dict) and (why := result.get("not_published")):
        return replace(job, state="failed", result=result, message=why)
    return replace(job, state="done", result=result)


def so_far(progress: Path) -> dict[str, Any] | None:
    """Return what had become of the files when a job ended without its result."""
    steps, _ = _progress(progress, most=progress.stat().st_size)
    files = [step["report"] for step in steps if "report" in step]
    return {"files": files} if files else None


def finish(workspace: str, job: Job) -> Job:
    """Write down how a job ended, and remove what was uploaded for it."""
    folder = folder_of(workspace)
    for name in job.uploads:
        if is_upload(folder / name):
            shutil.rmtree(folder / name, ignore_errors=True)
    save(folder, job)
    return job


def _progress(file: Path, most: int = TAIL) -> tuple[list[dict[str, Any]], str]:
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


def strike(folder: Path, job_id: str) -> None:
    """Remove what is written of a job."""
    for file in folder.glob(f"{job_id}.*"):
        file.unlink(missing_ok=True)


def is_alive(job: Job) -> bool:
    """Say whether the process of a job still runs."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(job.pid, os.WNOHANG)  # if it was ours and has ended, let it go
    try:
        os.kill(job.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # somebody else's: the number was given out again
    return born(job.pid) == job.born


def born(pid: int) -> str:
    """Return when the process began (clock ticks since the machine started), empty where that cannot be known."""
    with contextlib.suppress(OSError):
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        state, start = after_name[0], after_name[19]
        return "" if state == "Z" else start
    return ""


def folder_of(workspace: str) -> Path:
    """Return where the jobs of a workspace lie, made if need be."""
    base = places.folder(workspace) if workspace != LOOKS else places.home() / ".looks"
    folder = base.absolute() / "jobs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def is_upload(folder: Path) -> bool:
    """Say whether a folder was made for uploaded files."""
    return folder.name.startswith("upload-")


def save(folder: Path, job: Job) -> None:
    """Write a job down at once or not at all."""
    part = folder / f".{job.id}.{secrets.token_hex(4)}.part"
    part.write_text(json.dumps(asdict(job), ensure_ascii=False))
    part.replace(folder / f"{job.id}.json")
