"""What does this file hold, without trusting it? Each file is read by a process of its own that may die.

One cell far out in a workbook of 2 kB makes a library ask for 500 GB and abort; no exception can catch
that. So the file is parsed in a child with limits, and the child's death is a rejected file.
"""

import os
import signal
from collections.abc import Container
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import polars as pl

from analytics.errors import place
from analytics.readers import (
    clock_change,
    forbidden,
    nursery,
    parcels,
    preview,
    prose,
    recall,
    registry,
    zones,
)
from analytics.readers.base import NOTHING_SAID, Options, Sink, UnreadableExport, tool_name
from analytics.readers.codes import NOT_READ
from analytics.readers.files import Source, open_source
from analytics.readers.jail import USUAL, Limits

SHOWN_JUNK = 100
OF_ONE_FILE = ("window",)  # first and last day that a file counts: never those of the next
SAID_LIKE_COLUMNS = ("dates", zones.SAID, *OF_ONE_FILE)  # dd/mm or mm/dd; a time zone
NEARLY = ("column_missing", "ambiguous_format", NOT_READ)  # refused, but worth being told by name

Outcome = Literal["accept", "partial", "reject"]


@dataclass(frozen=True)
class Report:
    """What became of one file; read = stored + rejected + duplicates + non_records, counted in records.

    rows: rows by table; events: rows of `event` by action; first and last: UTC instants of the events.
    Of a table, `header` are its column names, `table` what it is known again by (recall.key), `columns` tells from which each field was taken, and `said` what
    was said by hand, now or earlier, as Options. Of a survey, `questions` are those that were read: item, text, construct,
    suggested (what it may measure) and is_reversed. `clock` says how its acts move when clocks are
    changed (clock_change.jump). `is_sample`: only looked at, not read to its end. `holds`: parts of it
    that may be exports of their own (parcels.Part), beside what was read, or where there is no `format`
    all of it; `left_out` are the files that nobody reads.
    """

    file: str
    format: str | None = None
    outcome: Outcome = "reject"
    rows: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    non_records: int = 0
    stored: int = 0
    read: int = 0
    ignored: int = 0
    warnings: list[str] = field(default_factory=list)
    reject_code: str | None = None
    message: str | None = None
    provides: list[str] = field(default_factory=list)
    cannot_see: list[str] = field(default_factory=list)
    tool: str | None = None
    first: str | None = None
    last: str | None = None
    header: list[str] = field(default_factory=list)
    table: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    clock: dict[str, Any] = field(default_factory=dict)
    is_sample: bool = False
    holds: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def is_box(self) -> bool:
        """Say whether it is no export itself but holds some."""
        return bool(self.holds) and self.format is None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Report":
        """Return the report that `to_dict` gave."""
        return cls(**values)


@dataclass(frozen=True)
class How:
    """How a file is to be read.

    way: what to read in it (parcels.py). opens: where it is no export, say which of its parts may be one.
    is_preview: read no more than takes seconds. remembered: Options by the tables (recall.key) they were said for.
    """

    way: tuple[str, ...] = ()
    opens: bool = False
    is_preview: bool = False
    remembered: tuple[tuple[str, Options], ...] = ()


PLAINLY = How()


def parse(
    path: Path,
    out: Path,
    options: Options = NOTHING_SAID,
    name: str | None = None,
    limits: Limits = USUAL,
    readers: tuple[ModuleType, ...] = registry.READERS,
    how: How = PLAINLY,
) -> Report:
    """Read a file or folder in a process of its own and return what became of it; never raises for a bad file.

    The rows lie in out/<table>-*.parquet, what was set apart in out/reject.parquet; after a rejection
    `out` holds none. `name` is what people know the file by.
    """
    name = name or path.name
    out.mkdir(parents=True, exist_ok=True)
    try:
        # a pipe that nobody writes to would be waited for
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        return Report(
            name,
            reject_code="no_recognised_data",
            message=f"{name}: cannot be opened ({error.strerror}). Check that it exists and may be read.",
        )
    job = {
        "name": name,
        "out": str(out.resolve()),
        "options": asdict(options),
        "how": asdict(how),
        "readers": [reader.__name__ for reader in readers],
    }
    try:
        report = _ended(name, nursery.run(job, descriptor, limits), limits)
    finally:
        os.close(descriptor)
    if report.outcome == "reject":
        for part in out.glob("*.parquet"):
            part.unlink()
    return report


def _ended(name: str, ended: nursery.Ended, limits: Limits) -> Report:
    """Make a report of a worker's answer or its death."""
    if ended.answer is not None:
        return Report.from_dict(ended.answer)
    if ended.code in (None, -signal.SIGXCPU):
        return _too_slow(name, limits)
    return _died(name)


def _too_slow(name: str, limits: Limits) -> Report:
    return Report(
        name,
        reject_code="file_too_slow",
        message=f"{name}: not read to its end within {limits.seconds} seconds, so nothing of it was kept."
        " Export a shorter period, or split the file.",
    )


def _died(name: str, why: str = "") -> Report:
    return Report(
        name,
        reject_code="file_crashed_parser",
        message=f"{name}: reading it failed{why}, so nothing of it was kept and nothing else was touched."
        " Export it again; if it stays so, open it in its own tool and save it anew, or split it.",
    )


# ------------------------------------------------------------------------------------------ in the child


def work(job: dict[str, Any]) -> Report:
    """Recognise and read the file of a job in this very process; every failure becomes a report."""
    name, sink = job["name"], Sink(Path(job["out"]))
    try:
        return _worked(job, sink)
    except UnreadableExport as error:
        header = list(error.header or sink.header)
        return Report(
            name,
            sink.format,
            reject_code=error.code,
            message=str(error),
            header=header,
            table=recall.key(header),
        )
    except MemoryError:
        return replace(
            _died(name, ": it needs more memory than a file may have"), format=sink.format
        )
    except Exception as error:  # the last net: the type and place are told, never the text
        why = f" ({type(error).__name__} at {place(error)})"
        return replace(_died(name, why), format=sink.format)


def _worked(job: dict[str, Any], sink: Sink) -> Report:
    how, readers = job.get("how") or asdict(PLAINLY), registry.load(job["readers"])
    source = parcels.enter(open_source(job["descriptor"], job["name"]), tuple(how["way"]))
    source.name = job["name"]
    options = recall.options_for(source, Options(**job["options"]), how["remembered"])
    try:
        forbidden.refuse_content(source)
        reader = registry.recognise(source, options, readers)
    except UnreadableExport:
        parts = _parcel(source, options, how, readers) if how["opens"] else []
        if not parts:
            raise
        left_out = [parcels.path(part.way) for part in parts if part.verdict == "nothing"]
        return Report(
            source.name,
            holds=[asdict(part) for part in parts if part.verdict != "nothing"],
            left_out=[*source.ignored, *left_out][:SHOWN_JUNK],
        )
    sink.format = reader.FORMAT.id
    extent = preview.shorten(source) if how["is_preview"] else "whole"
    if extent == "none":
        return _unread(source, reader)
    whole = source.members() if source.kind in ("zip", "folder") else []
    try:
        reader.read(source, sink, zones.as_said(options))
    except UnreadableExport as error:
        if extent == "sample" and error.code not in preview.SURE:
            return replace(
                _unread(source, reader), header=list(sink.header), table=recall.key(sink.header)
            )
        raise
    sink.rejects().write_parquet(sink.folder / "reject.parquet", compression="zstd")
    report = _account(sink, reader, options, source.name, extent == "sample")
    if not (how["opens"] and whole):
        return report
    left = set(sink.ignored)
    passed_over = [member for member in whole if member in left]
    judge = _judge(options, how, readers)
    holds, nothing = parcels.beside(source, passed_over, judge)
    return replace(
        report,
        holds=[asdict(part) for part in holds],
        left_out=[*nothing, *source.ignored][:SHOWN_JUNK],
    )


def _unread(source: Source, reader: ModuleType) -> Report:
    """Return what is known of a file that is too large to be read for a preview."""
    first, last = preview.days(source)
    return Report(
        source.name,
        reader.FORMAT.id,
        "accept",
        provides=sorted(reader.FORMAT.provides),
        cannot_see=sorted(reader.FORMAT.cannot_see),
        tool=reader.FORMAT.tool,
        first=first,
        last=last,
        is_sample=True,
    )


def _parcel(
    source: Source, options: Options, how: dict[str, Any], readers: tuple[ModuleType, ...]
) -> list[parcels.Part]:
    """Return the parts of a folder or archive that no reader claims as a whole, or several do."""
    if source.kind not in ("zip", "folder") or len(registry.claims(source, options, readers)) == 1:
        return []
    judge = _judge(options, how, readers)
    return parcels.look(source, judge)


def _judge(options: Options, how: dict[str, Any], readers: tuple[ModuleType, ...]) -> parcels.Judge:
    def judge(inner: Source) -> parcels.Verdict:
        said = recall.options_for(inner, options, how["remembered"])
        try:
            registry.recognise(inner, said, readers)
        except UnreadableExport as error:
            if error.code == "no_recognised_data" and prose.is_prose(inner) and not _forbids(inner):
                return "nothing"
            return "nearly" if error.code in NEARLY else "unknown"
        return "known"

    return judge


def _forbids(source: Source) -> bool:
    """Say whether it is what may not come in: that is said with its reason, not passed over."""
    try:
        forbidden.refuse_content(source)
    except UnreadableExport:
        return True
    return False


def _account(
    sink: Sink, reader: ModuleType, options: Options, name: str, is_sample: bool
) -> Report:
    provides = reader.FORMAT.provides if sink.provides is None else sink.provides
    lost = reader.FORMAT.provides - provides
    first, last = _span(sink.folder)
    rejected = sum(sink.rejected.values())
    clock = clock_change.jump(sink.folder, options.zone)
    if clock:
        sink.warn(f"clock_{clock['kind']}")
    return Report(
        file=name,
        format=reader.FORMAT.id,
        outcome="partial" if rejected else "accept",
        rows=dict(sorted(sink.rows.items())),
        events=dict(sorted(sink.actions.items())),
        rejected=dict(sorted(sink.rejected.items())),
        duplicates=sink.duplicates,
        non_records=sink.non_records,
        stored=sink.stored,
        read=sink.stored + rejected + sink.duplicates + sink.non_records,
        ignored=len(sink.ignored),
        warnings=sorted(sink.warnings),
        provides=sorted(provides),
        cannot_see=sorted(reader.FORMAT.cannot_see | lost),
        tool=tool_name(options.tool or reader.FORMAT.tool),
        first=first,
        last=last,
        header=list(sink.header),
        table=recall.key(sink.header),
        columns=sink.columns,
        said=said(options, sink.columns),
        questions=sink.questions,
        clock=clock,
        is_sample=is_sample,
    )


def said(options: Options, fields: Container[str]) -> dict[str, Any]:
    """Return what was said that concerns a table with these fields: Options without what is empty."""
    columns = {
        field: column
        for field, column in options.columns.items()
        if field in fields or field in SAID_LIKE_COLUMNS
    }
    return {key: value for key, value in (("columns", columns), ("tool", options.tool)) if value}


def _span(folder: Path) -> tuple[str | None, str | None]:
    """Return the first and last instant of the events as ISO 8601 UTC."""
    parts = sorted(folder.glob("event-*.parquet"))
    if not parts:
        return None, None
    at = pl.col("at")
    ends = pl.scan_parquet(parts, glob=False).select(first=at.min(), last=at.max())
    first, last = ends.select(pl.all().dt.strftime("%Y-%m-%dT%H:%M:%SZ")).collect().row(0)
    return first, last
