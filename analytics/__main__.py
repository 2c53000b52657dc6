"""The command line: `python -m analytics …`."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from analytics import commands_files, commands_vault
from analytics.errors import AnalyticsError, NotPublished, UsageError, sentence
from analytics.metrics.passport import CUTS, LABELS
from analytics.printing import reporter, write, write_ingest

if TYPE_CHECKING:
    from analytics.release import Release

BY = (*(cut for cut in CUTS if cut != "total"), "bin")
RESULT = (
    "metric", "variant", "period", "grain", *LABELS, "bin",
    "value", "low", "high", "shrunken", "named", "places", "n", "numerator", "denominator",
    "coverage", "reason",
)  # fmt: skip
WITHHELD = ("small_group", "protected", "dominated", "nearly_all_or_none")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 = done, 1 = it could not (one sentence on stderr), 2 = wrong use."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except AnalyticsError as error:
        if error.__cause__ and os.environ.get("CONVIVIO_DEBUG"):
            raise
        if isinstance(error, NotPublished):  # what became of the files is said all the same
            write_ingest(error.result, getattr(options, "format", "table"))
            print(
                f"Publish once that is mended: python -m analytics settings -w {error.workspace} --publish",
                file=sys.stderr,
            )
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("Stopped. The last release stands.", file=sys.stderr)
        return 1
    except Exception as error:
        if os.environ.get("CONVIVIO_DEBUG"):
            raise
        print(
            f"This could not be done. {sentence(error)} The last release stands.", file=sys.stderr
        )
        return 1
    return 0


def parser() -> argparse.ArgumentParser:  # noqa: PLR0915  # a list of commands
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="python -m analytics",
        description="Adoption, time cost and hierarchy from the exports of collaboration tools.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], None], about: str
    ) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=about, description=about)
        one.set_defaults(run=run)
        return one

    def with_format(one: argparse.ArgumentParser) -> None:
        one.add_argument("--format", choices=("table", "csv", "json"), default="table")

    def with_workspace(one: argparse.ArgumentParser) -> None:
        one.add_argument("--workspace", "-w", required=True, help="name of the workspace")

    one = command("demo", demo, "Make a company with known truth and import its exports.")
    one.add_argument("--people", type=int, default=600)
    one.add_argument("--weeks", type=int, default=52)
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--workspace", "-w", default="demo")
    one.add_argument("--files", type=Path, help="only write the export files into this folder")
    one.add_argument(
        "--if-missing", action="store_true", help="do nothing where the workspace has a release"
    )

    commands_files.offer(command)

    one = command(
        "settings",
        settings,
        "Show or change what a workspace was told: threshold, purpose, retention.",
    )
    with_workspace(one)
    one.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="said",
        help="a setting and its new value; an empty value takes it back",
    )  # fmt: skip
    one.add_argument("--reason", default="", help="why people are to be protected less than before")
    one.add_argument("--publish", action="store_true", help="publish anew with these settings")
    one.add_argument("--progress", action="store_true", help="progress as JSON lines on stderr")
    with_format(one)

    one = command(
        "coverage", coverage, "What the exports cover, and what they can and cannot tell."
    )
    with_workspace(one)
    with_format(one)

    one = command("metrics", metrics, "Every metric with its definition.")
    with_format(one)

    one = command("metric", metric, "The released figures of one metric.")
    one.add_argument("id", metavar="ID")
    with_workspace(one)
    one.add_argument("--by", choices=BY)
    one.add_argument("--grain", choices=("week", "month", "quarter", "all"), default="all")
    one.add_argument("--from", type=date.fromisoformat, dest="start", metavar="DATE")
    one.add_argument(
        "--to", type=date.fromisoformat, dest="end", metavar="DATE", help="day after the last"
    )
    for cut in LABELS:
        one.add_argument(f"--{cut}")
    one.add_argument("--variant", default="")
    with_format(one)

    one = command("council", council, "Write what a works council may know into one HTML document.")
    with_workspace(one)
    one.add_argument("--out", type=Path, required=True, metavar="FILE.html")

    one = command("verify-log", verify_log, "Check that the log of a workspace was not altered.")
    with_workspace(one)
    one.add_argument(
        "--noted",
        metavar="LINE:HASH",
        help="a line as it was written down before, to be found again",
    )

    commands_vault.offer(command)

    one = command("attack", attack, "Try to work out small groups from a release file.")
    one.add_argument("release", type=Path)
    one.add_argument(
        "--earlier", type=Path, nargs="+", default=[], metavar="OLD", help="other releases of it"
    )
    one.add_argument(
        "--vault", metavar="WORKSPACE", help="know who belongs where, as the workspace does"
    )
    with_format(one)
    return top


def demo(options: argparse.Namespace) -> None:
    """Write the demo company's export files, import them, publish."""
    from analytics import release
    from analytics.demo import company, settings

    if options.people < 30 or options.weeks < 8:  # noqa: PLR2004
        raise UsageError(
            "A demo company needs at least 30 people and 8 weeks: raise --people or --weeks."
        )
    if options.if_missing and release.current(options.workspace):
        return
    if options.files:
        for path in company(options.files, options.people, options.weeks, options.seed):
            print(path)
        return
    import tempfile

    from analytics.ingest import ingest as run
    from analytics.readers.base import Options
    from analytics.vault.workspace import Workspace

    workspace = Workspace.open(options.workspace, create=True)
    if workspace.ledger.exists() and not workspace.settings.demo:
        raise UsageError(
            f"Workspace {options.workspace} holds a company's own files: choose another name for the demo."
        )
    settings(workspace, options.weeks)
    with tempfile.TemporaryDirectory() as folder:
        paths = company(Path(folder), options.people, options.weeks, options.seed)
        run(paths, options.workspace, Options(), progress=reporter(as_json=False))
    print(f"The demo company is ready in workspace {options.workspace}.")


def settings(options: argparse.Namespace) -> None:
    """Show the settings of a workspace, made if need be, after changing those that were said."""
    from dataclasses import asdict

    from analytics import places
    from analytics.ingest import ingest as run
    from analytics.vault import changes, presets
    from analytics.vault.settings import Settings
    from analytics.vault.workspace import Workspace

    said = changes.split(options.said)
    if not places.folder(options.workspace).is_dir():
        changes.settled(Settings(), said, options.reason)  # a wrong value makes no workspace
    workspace = Workspace.open(options.workspace, create=True)
    present = changes.apply(workspace, said, options.reason) if said else workspace.settings
    if options.publish:
        result = run([], options.workspace, progress=reporter(as_json=options.progress))
        write_ingest(result, options.format)
        return
    missing = presets.missing(present)
    if options.format == "json":
        print(json.dumps({"settings": asdict(present), "missing": missing}, ensure_ascii=False))
        return
    rows = [
        {"setting": name, "value": changes.shown(getattr(present, name)) or None}
        for name in changes.READ
    ]
    write(rows, options.format)
    if options.format == "table" and (sentence := presets.notice(present, options.workspace)):
        print(sentence, file=sys.stderr)


def opened(workspace: str) -> "Release":
    """Return the workspace's present release."""
    from analytics import release

    path = release.current(workspace)
    if path is None:
        known = ", ".join(release.workspaces()) or "none yet"
        raise AnalyticsError(
            f"Workspace {workspace} has no release: import an export first. Workspaces with one: {known}."
        )
    return release.open_release(path)


def coverage(options: argparse.Namespace) -> None:
    """Print what the exports cover and what can be computed."""
    present = opened(options.workspace)
    company = present.company()
    tools = [
        {"tool": item.removeprefix("tool:"), **json.loads(value)}
        for item, value in company.items()
        if value and item.startswith("tool:")
    ]
    computable = present.computable().drop("position", strict=False).to_dicts()
    if options.format == "json":
        print(json.dumps({"tools": tools, "metrics": computable}, ensure_ascii=False))
        return
    write(tools, options.format)
    print()
    write(computable, options.format)


def metrics(options: argparse.Namespace) -> None:
    """Print every passport."""
    from analytics.metrics.catalogue import passports

    entries = [passport.as_dict() for passport in passports()]
    if options.format == "json":
        print(json.dumps({"metrics": entries}, ensure_ascii=False))
        return
    write(
        [{key: e[key] for key in ("id", "family", "unit", "question")} for e in entries],
        options.format,
    )


def metric(options: argparse.Namespace) -> None:
    """Print released figures of one metric."""
    import polars as pl

    present = opened(options.workspace)
    known = {passport["id"]: passport for passport in present.passports()}
    if options.id not in known:
        raise UsageError(f"There is no metric {options.id!r}. There are: {', '.join(known)}.")
    passport = known[options.id]
    if options.variant not in passport["variants"]:
        raise UsageError(
            f"{options.id} has no variant {options.variant!r}. It has: "
            + ", ".join(repr(variant) for variant in passport["variants"])
        )
    rows = present.figures(
        options.id,
        variant=options.variant,
        grain=options.grain,
        by=None if options.by == "bin" else options.by,
        start=options.start,
        end=options.end,
        **{cut: getattr(options, cut) for cut in LABELS},
    )
    if options.by != "bin" and (rows["bin"] == "total").any():
        rows = rows.filter(pl.col("bin") == "total")
    if rows.is_empty():
        raise AnalyticsError(
            f"The release holds no {options.id} for this cut and grain. It is published by "
            f"{', '.join(passport['cuts'])} and {', '.join(passport['grains'])}."
        )
    columns = [name for name in RESULT if name != "division" or present.divisions()]
    shown = rows.select(columns).with_columns(pl.col("period").cast(pl.String)).to_dicts()
    if options.format == "json":
        answer = {
            "metric": options.id,
            "unit": passport["unit"],
            "definition": passport["definition"],
            "release": present.number,
            "suppressed": sum(row["reason"] in WITHHELD for row in shown),
            "rows": shown,
        }
        print(json.dumps(answer, ensure_ascii=False))
        return
    write(shown, options.format)


def council(options: argparse.Namespace) -> None:
    """Write the works council's document."""
    from analytics.council import document

    text = document(opened(options.workspace))
    try:
        options.out.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"{options.out} cannot be written ({error.strerror}): choose another place."
        ) from error
    print(f"Written: {options.out}")


def verify_log(options: argparse.Namespace) -> None:
    """Say whether the log holds; exit 1 with the first line that does not."""
    from analytics import audit_log, places

    folder = places.folder(options.workspace)
    if not folder.is_dir():
        raise UsageError(f"There is no workspace {options.workspace}: check the name.")
    noted = None
    if options.noted:
        line, colon, digest = options.noted.partition(":")
        if not (line.isdecimal() and colon and digest):
            raise UsageError("--noted takes LINE:HASH, as the works council's document prints it.")
        noted = (int(line), digest)
    if problem := audit_log.verify(folder, noted):
        raise AnalyticsError(
            f"{problem.sentence} The log of {options.workspace} cannot be trusted from line {problem.line} on: "
            "compare it with a backup, and ask who may write to this folder."
        )
    count, digest = audit_log.last(folder)
    print(f"The log is whole: {count} lines, the last one {count}:{digest}")


def attack(options: argparse.Namespace) -> None:
    """Run every attack on a release, with others and with the truth if they are given; exit 1 when one succeeds."""
    from analytics.privacy.attack import attack as run
    from analytics.vault.workspace import Workspace

    for path in (options.release, *options.earlier):
        if not path.is_file():
            raise UsageError(f"There is no release file {path}: check the path.")
    vault = Workspace.open(options.vault).folder if options.vault else None
    tried = run(options.release, options.earlier, vault)
    write(tried, options.format, wrap="attacks")
    broken = [one["class"] for one in tried if one["succeeded"]]
    if broken:
        raise AnalyticsError(f"This release can be taken apart: {', '.join(map(str, broken))}.")


if __name__ == "__main__":
    sys.exit(main())
