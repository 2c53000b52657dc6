"""What is in a file? Found in the very process that may die of it: recognise it, read it, account for it."""

from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl

from analytics.errors import place
from analytics.readers import (
    clock_change,
    forbidden,
    parcels,
    preview,
    prose,
    recall,
    registry,
    zones,
)
from analytics.readers.base import Options, Sink, UnreadableExport, tool_name
from analytics.readers.codes import NOT_READ
from analytics.readers.files import Source, open_source
from analytics.readers.sandbox import PLAINLY, Report, died

SHOWN_JUNK = 100
NEARLY = ("column_missing", "ambiguous_format", NOT_READ)  # refused, but worth being told by name


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
            died(name, ": it needs more memory than a file may have"), format=sink.format
        )
    except Exception as error:  # the last net: the type and place are told, never the text
        why = f" ({type(error).__name__} at {place(error)})"
        return replace(died(name, why), format=sink.format)


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
        said=recall.said(options, sink.columns),
        questions=sink.questions,
        clock=clock,
        is_sample=is_sample,
    )


def _span(folder: Path) -> tuple[str | None, str | None]:
    """Return the first and last instant of the events as ISO 8601 UTC."""
    parts = sorted(folder.glob("event-*.parquet"))
    if not parts:
        return None, None
    at = pl.col("at")
    ends = pl.scan_parquet(parts, glob=False).select(first=at.min(), last=at.max())
    first, last = ends.select(pl.all().dt.strftime("%Y-%m-%dT%H:%M:%SZ")).collect().row(0)
    return first, last
