"""The command line: `python -m analytics …`."""

import argparse
import json
import os
import sys
from pathlib import Path

from analytics import arguments, commands_files, commands_release, commands_vault
from analytics.errors import AnalyticsError, NotPublished, UsageError, sentence
from analytics.printing import reporter, write, write_ingest


def main(words: list[str] | None = None) -> int:
    """Run one command; 0 = done, 1 = it could not (one sentence on stderr), 2 = wrong use."""
    options = parser().parse_args(words)
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


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="python -m analytics",
        description="Adoption, time cost and hierarchy from the exports of collaboration tools.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: arguments.Run, about: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=about, description=about)
        one.set_defaults(run=run)
        return one

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
    arguments.workspace(one)
    one.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="said",
        help="a setting and its new value; an empty value takes it back",
    )  # fmt: skip
    one.add_argument("--reason", default="", help="why people are to be protected less than before")
    one.add_argument("--publish", action="store_true", help="publish anew with these settings")
    arguments.progress(one)
    arguments.format(one)

    commands_release.offer(command)

    one = command("verify-log", verify_log, "Check that the log of a workspace was not altered.")
    arguments.workspace(one)
    one.add_argument(
        "--noted",
        metavar="LINE:HASH",
        help="a line as it was written down before, to be found again",
    )

    commands_vault.offer(command)
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


if __name__ == "__main__":
    sys.exit(main())
