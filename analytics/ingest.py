"""From export files to a new release: read, keep, build, publish; or leave an import out and publish."""

import contextlib
import hashlib
import json
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from analytics import audit_log, mappings, outcomes, reading, upkeep
from analytics.errors import AnalyticsError, NotPublished
from analytics.mappings import Mapping
from analytics.readers import recall, sandbox
from analytics.readers.base import NOTHING_SAID, Options
from analytics.reading import File, Progress, Read
from analytics.vault import apart, durable, identity, imports, ledger, presets, store
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    from types import FrameType

Publish = Callable[[Workspace, Progress], Path]
Done = TypeVar("Done")
NOBODY = {"in_org": 0, "matched": 0, "unmatched": 0}


def ingest(
    paths: Sequence[Path],
    workspace_name: str,
    options: Options = NOTHING_SAID,
    progress: Progress = lambda _: None,
    publish: Publish | None = None,
    today: date | None = None,
) -> dict[str, Any]:
    """Import files into a workspace, made if need be, publish once, and return what became of them.

    {"files": [{"file", "within", "format", "import", "outcome", "read", "events", "rejected", "duplicates",
    "non_records", "ignored", "warnings", "records", "stored", "message", …}], "left_out": [names of junk],
    "people": {"in_org", "matched", "unmatched"}, "release": number or None}. A bad file is an outcome, not an error.
    A folder or archive that is no export is opened, and each file in it is one of the files, `within` it.
    What `options` say about a table's columns is remembered and holds for the next one with the same columns.
    `today` is the day of the import, by which the age of what is read and kept counts; without it, today's in UTC.
    Raises WorkspaceBusy, NotSettled, KeyDestroyed; and NotPublished, which holds the report: the files are kept, the last release stands.
    """
    today = today or datetime.now(UTC).date()
    workspace = Workspace.open(workspace_name, create=True)
    if paths:
        presets.refuse_unless_settled(workspace.settings, workspace_name)
    with held(workspace):
        workspace.secret()  # said before hours of reading
        upkeep.retain(workspace, today)
        said = _Said(options, mappings.known(workspace_name))
        told: list[dict[str, Any]] = []
        left_out: list[str] = []
        asked = reading.files(paths)
        with reading.beside_one_another(asked, partial(_read, workspace, said), progress) as reads:
            for read in reads:
                if read.report:
                    left_out += [f"{read.file.name}: {name}" for name in read.report.left_out]
                if read.report and read.report.is_box:
                    continue
                told.append(_keep(workspace, read, said, today))
                _log(workspace, told[-1])
                step = {"stage": "read", "file": read.file.name, "outcome": told[-1]["outcome"]}
                progress(step | {"report": told[-1]})
        report = {"files": told, "left_out": left_out}
        try:
            return report | _publish(workspace, progress, publish)
        except NotPublished as error:
            error.result |= report
            raise


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


@dataclass(frozen=True)
class _Said:
    """What was said about the files: now, by hand, and earlier, about tables with the same columns."""

    options: Options
    known: list[Mapping]

    def about(self, report: dict[str, Any]) -> dict[str, Any]:
        """Return what would be said now about a file that was read before."""
        mapping = mappings.find(self.known, report.get("table", ""))
        earlier = mapping.options if mapping else NOTHING_SAID
        of_file = _columns_said(report, of_one_file=True)
        columns = {**earlier.columns, **of_file, **self.options.columns}
        options = Options(columns, self.options.tool or earlier.tool)
        return recall.said(options, report.get("columns", ()))


def _columns_said(report: dict[str, Any], *, of_one_file: bool) -> dict[str, str]:
    """Return what was said by hand when a file was read: that which holds for it alone, or the rest."""
    columns = report.get("said", {}).get("columns", {})
    return {f: said for f, said in columns.items() if (f in recall.OF_ONE_FILE) == of_one_file}


def _id(content: str, said: dict[str, Any]) -> str:
    """Return what an import is told by: the same file read in another way is another import."""
    if not said:
        return content
    return hashlib.sha256(f"{content}{json.dumps(said, sort_keys=True)}".encode()).hexdigest()


def _known(workspace: Workspace, said: _Said, content: str) -> ledger.Entry | None:
    """Return the import that reading this content now would make again."""
    same = [entry for entry in ledger.entries(workspace) if entry.hash == content]
    ids = {_id(content, said.about(entry.report))[: imports.ID_LENGTH] for entry in same}
    again = sorted((entry for entry in same if entry.id in ids), key=lambda entry: entry.undone)
    return next(iter(again), None)


def _read(workspace: Workspace, said: _Said, file: File) -> Read:
    """Read one file in a child, unless it is known; what it gave lies in the returned folder."""
    parts = workspace.scratch("parts")
    content = reading.content_of(file)
    if content and _known(workspace, said, content):
        return Read(file, None, content, parts)
    remembered = tuple((mapping.table, mapping.options) for mapping in said.known)
    how = sandbox.How(file.way, opens=not file.way, remembered=remembered)
    options = replace(said.options, zone=workspace.settings.time_zone)
    report = sandbox.parse(file.path, parts, options, file.name, how=how)
    return Read(file, report, content, parts)


def _keep(workspace: Workspace, read: Read, said: _Said, today: date) -> dict[str, Any]:
    """Make an import of what was read, and return its part of the report."""
    file, report, content = read.file, read.report, read.content
    # looked up again: the same file may stand twice in one call
    known = _known(workspace, said, content) if content else None
    if known:
        kept = workspace.imports / known.id / "event.parquet"
        if known.undone and (
            refused := presets.refusal_of_mail(workspace, [kept], today, file.name)
        ):
            return outcomes.told(file, outcomes.refused(file.name, known.format, refused), None)
        imports.redo(workspace, known.id)
        first = sandbox.Report.from_dict(known.report)
        return outcomes.told_again(file, known) | _remember(workspace, said, first, today)
    if report is None:
        raise AnalyticsError(f"{file.name} could not be read: try again.")
    if content is None or report.outcome == "reject":
        return outcomes.told(file, report, None)
    events = sorted(read.parts.glob("event-*.parquet"))
    if refused := presets.refusal_of_mail(workspace, events, today, file.name):
        durable.remove(read.parts)
        return outcomes.told(file, outcomes.refused(file.name, report.format, refused), None)
    # only who is asked to name columns needs them all, and what lies beside it is no part of it
    report = replace(report, header=[], questions=[], holds=[], left_out=[])
    whole = _id(content, report.said)
    id_ = imports.add(workspace, report, read.parts, whole, file.name, content, today)
    apart.write(workspace, id_)
    kept_as = sandbox.Report.from_dict(imports.known(workspace, id_).report)
    return outcomes.told(file, kept_as, id_) | _remember(workspace, said, report, today)


def _remember(
    workspace: Workspace, said: _Said, report: sandbox.Report, today: date
) -> dict[str, str | None]:
    """Keep what was said by hand about a table's columns, and return as what, or when it was said before."""
    columns = _columns_said(report.to_dict(), of_one_file=False)
    if said.options.columns and (columns or report.said.get("tool")):
        holds = Options(columns, report.said.get("tool"))
        kept = mappings.remember(workspace.name, report.table, holds, today)
        return {"remembered": kept.id if kept else None, "named_on": None}
    earlier = mappings.find(said.known, report.table)
    return {"remembered": None, "named_on": earlier.said_on if earlier else None}


def _log(workspace: Workspace, told: dict[str, Any]) -> None:
    """Log one file by its import, never by its name: a file may be called after a person."""
    facts = {key: told[key] for key in ("import", "format", "outcome", "stored")}
    audit_log.append(workspace.folder, "import", **facts)


def _publish(workspace: Workspace, progress: Progress, publish: Publish | None) -> dict[str, Any]:
    """Do as `_published` does; raises NotPublished, whatever it was that failed."""
    try:
        return _published(workspace, progress, publish)
    except Exception as error:
        release = workspace.current_release()
        number = int(release.stem) if release else None
        raise NotPublished(error, workspace.name, number) from error


def _published(workspace: Workspace, progress: Progress, publish: Publish | None) -> dict[str, Any]:
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
