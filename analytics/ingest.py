"""From export files to a new release: read, keep, build, publish; or leave an import out and publish."""

import contextlib
import hashlib
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from analytics import audit_log, upkeep
from analytics.errors import AnalyticsError
from analytics.readers import sandbox
from analytics.readers.base import NOTHING_SAID, Options
from analytics.vault import durable, identity, imports, ledger, presets, store
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    from types import FrameType

Progress = Callable[[dict[str, Any]], None]
Publish = Callable[[Workspace, Progress], Path]
Done = TypeVar("Done")
READ_AT_ONCE = 2  # each reader may take 1.5 GB of memory
NOBODY = {"in_org": 0, "matched": 0, "unmatched": 0}
NOT_CONTENT = ("__MACOSX", "Thumbs.db")


def ingest(
    paths: Sequence[Path],
    workspace_name: str,
    options: Options = NOTHING_SAID,
    progress: Progress = lambda _: None,
    publish: Publish | None = None,
    today: date | None = None,
) -> dict[str, Any]:
    """Import files into a workspace, made if need be, publish once, and return what became of them.

    {"files": [{"file", "format", "import", "outcome", "read", "events", "rejected", "duplicates",
    "non_records", "ignored", "warnings", "records", "stored", "message", …}], "people": {"in_org",
    "matched", "unmatched"}, "release": number or None}. A bad file is an outcome, not an error.
    `today` is the day of the import, by which the age of what is read and kept counts; without it, today's in UTC.
    Raises WorkspaceBusy, NotSettled, KeyDestroyed, and whatever publishing raises: then the files are kept, the last release stands.
    """
    today = today or datetime.now(UTC).date()
    workspace = Workspace.open(workspace_name, create=True)
    if paths:
        presets.refuse_unless_settled(workspace.settings, workspace_name)
    with held(workspace):
        workspace.secret()  # said before hours of reading
        upkeep.retain(workspace, today)
        files = []
        with _reading(workspace, paths, options) as read:
            for place, path in enumerate(paths):
                progress(
                    {"stage": "reading", "file": path.name, "done": place, "total": len(paths)}
                )
                files.append(_keep(workspace, path, *read[place].result(), today))
                _log(workspace, files[-1])
        return {"files": files, **_publish(workspace, progress, publish)}


def undo(
    workspace_name: str,
    import_id: str,
    progress: Progress = lambda _: None,
    publish: Publish | None = None,
) -> dict[str, Any]:
    """Leave one import out, publish, and return {"files": [], "people", "release"}; raises UnknownImport."""

    def leave_out(workspace: Workspace) -> None:
        imports.undo(workspace, import_id)
        audit_log.append(workspace.folder, "undo", **{"import": import_id})

    _, published = change(workspace_name, leave_out, progress, publish)
    return {"files": [], **published}


def change(
    workspace_name: str,
    do: Callable[[Workspace], Done],
    progress: Progress = lambda _: None,
    publish: Publish | None = None,
) -> tuple[Done, dict[str, Any]]:
    """Do something to a workspace that nobody else holds, publish, and return what it gave and {"people", "release"}."""
    workspace = Workspace.open(workspace_name)
    with held(workspace):
        workspace.secret()  # without it nothing can be published
        done = do(workspace)
        return done, _publish(workspace, progress, publish)


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's file names and contents."""
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    whole = hashlib.sha256()
    for member in sorted(path.rglob("*")):
        name = member.relative_to(path)
        hidden = any(part.startswith(".") or part in NOT_CONTENT for part in name.parts)
        if member.is_file() and not member.is_symlink() and not hidden:
            whole.update(f"{name.as_posix()}\0{content_hash(member)}\n".encode())
    return whole.hexdigest()


@contextlib.contextmanager
def held(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace, first removing what a crash left; be stoppable so that no reader is left running."""
    with workspace.locked(), _stoppable():
        workspace.sweep()
        upkeep.finish(workspace)
        imports.sweep(workspace)
        try:
            yield
        finally:
            workspace.sweep()


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Let a polite end of the process (SIGTERM) undo what is half done, as Ctrl-C does."""

    def stop(_signal: int, _frame: "FrameType | None") -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _reading(
    workspace: Workspace, paths: Sequence[Path], options: Options
) -> "Iterator[list[Future[Read]]]":
    """Have the files read beside one another; whoever leaves early waits for no reader, but ends them all."""
    pool = ThreadPoolExecutor(READ_AT_ONCE)  # the readers are processes of their own
    read = [pool.submit(_read, workspace, path, options) for path in paths]
    try:
        yield read
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        while not all(one.done() for one in read):  # one may just have begun
            sandbox.stop_all()
            time.sleep(0.05)
        raise
    finally:
        pool.shutdown()


@dataclass(frozen=True)
class _Content:
    """What a file is told by: its content, and its content together with what was said about it."""

    alone: str
    whole: str


Read = tuple[_Content | None, sandbox.Report | None, Path]


def _read(workspace: Workspace, path: Path, options: Options) -> Read:
    """Read one file in a child, unless it is known; what it gave lies in the returned folder."""
    parts = workspace.scratch("parts")
    try:
        content = content_hash(path)
    except OSError:
        return None, sandbox.parse(path, parts, options), parts
    said = {key: value for key, value in vars(options).items() if value}
    both = hashlib.sha256(f"{content}{json.dumps(said, sort_keys=True)}".encode()).hexdigest()
    # the same file read in another way is another import
    hashes = _Content(content, both if said else content)
    if imports.find(workspace, hashes.whole[: imports.ID_LENGTH]):
        return hashes, None, parts
    return hashes, sandbox.parse(path, parts, options), parts


def _keep(
    workspace: Workspace,
    path: Path,
    hashes: _Content | None,
    report: sandbox.Report | None,
    parts: Path,
    today: date,
) -> dict[str, Any]:
    """Make an import of what was read, and return its part of the report."""
    if hashes is not None:
        # looked up again: the same file may stand twice in one call
        known = imports.find(workspace, hashes.whole[: imports.ID_LENGTH])
        if known:
            kept = workspace.imports / known.id / "event.parquet"
            if known.undone and (
                refused := presets.refusal_of_mail(workspace, [kept], today, path.name)
            ):
                return _told(_refused(path.name, known.format, refused), None)
            imports.redo(workspace, known.id)
            return _told_again(known, path.name)
    if report is None:
        raise AnalyticsError(f"{path.name} could not be read: try again.")
    if hashes is None or report.outcome == "reject":
        return _told(report, None)
    events = sorted(parts.glob("event-*.parquet"))
    if refused := presets.refusal_of_mail(workspace, events, today, path.name):
        durable.remove(parts)
        return _told(_refused(path.name, report.format, refused), None)
    id_ = imports.add(workspace, report, parts, hashes.whole, path.name, hashes.alone, today)
    entry = imports.find(workspace, id_)
    return _told(sandbox.Report.from_dict(entry.report) if entry else report, id_)


def _refused(name: str, format_: str | None, sentence: str) -> sandbox.Report:
    return sandbox.Report(name, format_, reject_code=presets.AGREEMENT_MISSING, message=sentence)


def _log(workspace: Workspace, told: dict[str, Any]) -> None:
    """Log one file by its import, never by its name: a file may be called after a person."""
    facts = {key: told[key] for key in ("import", "format", "outcome", "stored")}
    audit_log.append(workspace.folder, "import", **facts)


def _told(report: sandbox.Report, import_id: str | None) -> dict[str, Any]:
    """Return a report under the names of the command line's contract."""
    values = report.to_dict()
    return {
        "file": values.pop("file"),
        "format": values.pop("format"),
        "import": import_id,
        "outcome": values.pop("outcome"),
        "read": values.pop("rows"),
        "records": values.pop("read"),
        **values,
    }


def _told_again(known: ledger.Entry, name: str) -> dict[str, Any]:
    """Return the first report of a known file, all of whose records are duplicates now."""
    again = _told(sandbox.Report.from_dict(known.report), known.id)
    again["file"] = name
    if known.undone:
        return again | {"message": f"{name}: imported before and left out; taken in again."}
    return again | {
        "stored": 0,
        "duplicates": again["duplicates"] + again["stored"],
        "warnings": [*again["warnings"], "already_known"],
        "message": f"{name}: already known since {known.at[:10]}; nothing was changed.",
    }


def _publish(workspace: Workspace, progress: Progress, publish: Publish | None) -> dict[str, Any]:
    """Bring store and release up to the ledger and return people and release; does nothing where they are."""
    imports.write_list(workspace)
    if not ledger.live(workspace):
        workspace.withdraw()
        return {"people": NOBODY, "release": None}
    progress({"stage": "building", "file": None, "done": 0, "total": 0})
    built = store.build(workspace)
    identity.relink(workspace)
    people = store.counts(built)
    wanted = f"{built.fingerprint}\n{workspace.settings}"
    made_from = hashlib.sha256(wanted.encode()).hexdigest()
    release = workspace.current_release()
    if release is None or workspace.published_from() != made_from:
        progress({"stage": "publishing", "file": None, "done": 0, "total": 0})
        release = (publish or _default_publish())(workspace, progress)
        workspace.note_published(made_from)
        audit_log.append(
            workspace.folder,
            "publish",
            release=int(release.stem),
            threshold=workspace.settings.threshold,
        )
    progress({"stage": "done", "file": None, "done": 0, "total": 0})
    return {"people": people, "release": int(release.stem)}


def _default_publish() -> Publish:
    from analytics.publish import publish

    return publish
