"""The commands about export files: what they are, bring them in, see what became of them, take them out again."""

import argparse
import contextlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics import arguments, places
from analytics.errors import AnalyticsError, UsageError
from analytics.printing import clock_question, reporter, write, write_ingest

if TYPE_CHECKING:
    from analytics.readers.base import Options


def offer(command: arguments.Command) -> None:
    """Add these commands; `command` makes one from its name, its function and a sentence."""
    one = command("recognise", recognise, "Say what files are, within seconds; nothing is kept.")
    one.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    one.add_argument("--workspace", "-w", help="use the columns that this workspace remembers")
    _with_said(one)
    _with_output(one)
    _with_uploads(one)

    one = command("ingest", ingest, "Import export files and publish a new release.")
    one.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files and folders")
    arguments.workspace(one)
    one.add_argument(
        "--inbox", action="store_true", help="also what waits in data/inbox/<workspace>/"
    )
    _with_said(one)
    one.add_argument("--time-zone", help="time zone of the company, such as Europe/Rome")
    _with_output(one)
    _with_uploads(one)

    one = command("imports", imports, "List the imports of a workspace, undo or report one.")
    arguments.workspace(one)
    what = one.add_mutually_exclusive_group()
    what.add_argument("--undo", metavar="ID", help="leave an import out")
    what.add_argument("--report", metavar="ID", help="every record of an import set apart, and why")
    what.add_argument("--mappings", action="store_true", help="the columns that are remembered")
    what.add_argument("--forget-mapping", metavar="ID", help="remember these columns no longer")
    _with_output(one)


def _with_said(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--map", action="append", default=[], metavar="FIELD=COLUMN", dest="columns",
        help="which column is which, remembered for the next table with the same columns;"
        " window=2026-01-01/2026-01-31: the days that a report counts, where it does not say",
    )  # fmt: skip
    one.add_argument("--tool", help="name of the tool the files come from")


def _with_output(one: argparse.ArgumentParser) -> None:
    arguments.progress(one)
    arguments.format(one)


def _with_uploads(one: argparse.ArgumentParser) -> None:
    # for the pages: an upload holds texts, and whoever reads it last takes it away
    one.add_argument("--uploaded", action="append", default=[], type=Path, help=argparse.SUPPRESS)


@contextlib.contextmanager
def _taken_away(folders: list[Path]) -> Iterator[None]:
    """Remove folders of uploads in the end, whatever happens."""
    try:
        yield
    finally:
        for folder in folders:
            if folder.name.startswith("upload-") and folder.parent.name == "jobs":
                shutil.rmtree(folder, ignore_errors=True)


def recognise(options: argparse.Namespace) -> None:
    """Say what files are; stdout holds one row a file."""
    from analytics.recognise import recognise as run

    with _taken_away(options.uploaded):
        result = run(
            _there(options.paths),
            options.workspace,
            _said(options),
            reporter(as_json=options.progress),
        )
    if options.format == "json":
        print(json.dumps(result, ensure_ascii=False))
        return
    rows = [
        {
            "file": file["file"],
            "within": file["within"],
            "format": file["format"],
            "from": (file["first"] or "")[:10] or None,
            "to": (file["last"] or "")[:10] or None,
            "records": None if file["is_sample"] else file["records"],
            "set apart": None if file["is_sample"] else sum(file["rejected"].values()),
            "columns": ", ".join(f"{field}={name}" for field, name in file["columns"].items())
            or None,
        }
        for file in result["files"]
    ]
    write(rows, options.format)
    if options.format == "table":
        for file in result["files"]:
            if file["message"]:
                print(file["message"])
            if file["clock"]:
                print(clock_question(file))
        for name in result["left_out"]:
            print(f"Passed over: {name}")


def ingest(options: argparse.Namespace) -> None:
    """Import files; stdout holds the report in the chosen format."""
    with _taken_away(options.uploaded):
        result = _ingested(options)
    write_ingest(result, options.format)
    if result["files"] and all(file["outcome"] == "reject" for file in result["files"]):
        raise AnalyticsError("No file could be imported; the last release stands.")


def _ingested(options: argparse.Namespace) -> dict[str, Any]:
    from analytics.ingest import ingest as run
    from analytics.vault import changes, presets
    from analytics.vault.workspace import Workspace

    said = _said(options)
    paths = _there(options.paths)
    if options.inbox:
        paths += places.waiting(options.workspace)
    if not paths:
        raise UsageError(
            f"Nothing waits in {places.inbox(options.workspace)}: put files there, or name them."
            if options.inbox
            else "Name the files or folders to import, or say --inbox."
        )
    workspace = Workspace.open(options.workspace, create=True)
    if options.time_zone:
        changes.apply(workspace, {"time_zone": options.time_zone})
    presets.refuse_unless_settled(workspace.settings, options.workspace)
    if sentence := presets.notice(workspace.settings, options.workspace):
        print(sentence, file=sys.stderr)
    return run(paths, options.workspace, said, progress=reporter(as_json=options.progress))


def imports(options: argparse.Namespace) -> None:
    """List imports, undo or report one, or show and forget the columns that are remembered."""
    from analytics import mappings
    from analytics.ingest import undo
    from analytics.vault.imports import listed
    from analytics.vault.workspace import Workspace

    workspace = Workspace.open(options.workspace)
    if options.report:
        _report(options)
    elif options.mappings or options.forget_mapping:
        if options.forget_mapping:
            mappings.forget(options.workspace, options.forget_mapping)
        write(_mappings(options.workspace), options.format, wrap="mappings")
    else:
        if options.undo:
            undo(options.workspace, options.undo, progress=reporter(as_json=options.progress))
        write(listed(workspace), options.format, wrap="imports")


def _report(options: argparse.Namespace) -> None:
    """Print one import's account, and one line a record that was set apart."""
    from analytics.vault import apart
    from analytics.vault.imports import known
    from analytics.vault.workspace import Workspace

    workspace = Workspace.open(options.workspace)
    report = known(workspace, options.report).report
    lines = apart.lines(workspace, options.report).to_dicts()
    account = {
        "file": report["file"],
        "records": report["read"],
        "stored": report["stored"],
        "set_apart": sum(report["rejected"].values()),
        "duplicates": report["duplicates"],
        "non_records": report["non_records"],
    }
    if options.format == "json":
        print(json.dumps({"import": options.report, **account, "lines": lines}, ensure_ascii=False))
        return
    if options.format == "table":
        write([account], "table")
        print()
    write(lines, options.format)


def _mappings(workspace: str) -> list[dict[str, Any]]:
    from analytics import mappings

    return [
        {
            "id": mapping.id,
            "said_on": mapping.said_on,
            "columns": ", ".join(f"{field}={name}" for field, name in mapping.columns.items()),
            "tool": mapping.tool,
        }
        for mapping in mappings.known(workspace)
    ]


def _said(options: argparse.Namespace) -> "Options":
    """Return what --map and --tool say; raises UsageError."""
    from analytics.readers.base import Options
    from analytics.readers.clock_change import is_known

    columns = {}
    for entry in options.columns:
        field, equals, column = entry.partition("=")
        if not (field and equals and column):
            raise UsageError(
                f"--map takes FIELD=COLUMN, such as sender=actor1; it was given {entry!r}."
            )
        columns[field.strip()] = column.strip()
    if (zone := columns.get("zone")) and not is_known(zone):
        raise UsageError(
            f"--map zone takes a time zone such as Europe/Rome; it was given {zone!r}."
        )
    return Options(columns, options.tool)


def _there(paths: list[Path]) -> list[Path]:
    """Return the paths; raises UsageError for the first that leads to nothing."""
    for path in paths:
        try:
            found = path.exists()
        except OSError:  # a name longer than the system takes
            found = False
        if not found:
            raise UsageError(f"There is no file or folder {str(path)[:200]!r}: check the path.")
    return list(paths)
