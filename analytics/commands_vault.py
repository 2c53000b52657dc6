"""The commands about what is kept: see it, erase it, let it go in time, change the key, back it up, examine it."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from analytics import arguments
from analytics.errors import AnalyticsError, UsageError


def offer(command: arguments.Command) -> None:
    """Add these commands; `command` makes one from its name, its function and a sentence."""

    def for_workspace(name: str, run: arguments.Run, about: str) -> argparse.ArgumentParser:
        one = command(name, run, about)
        arguments.workspace(one)
        return one

    def who(one: argparse.ArgumentParser) -> None:
        meant = one.add_mutually_exclusive_group(required=True)
        meant.add_argument("--email", help="an address of the person")
        meant.add_argument(
            "--account",
            metavar="TOOL:ID",
            help="an account, such as slack:U0123ABC; hr:ID for the HR file",
        )

    one = for_workspace(
        "identities",
        identities,
        "Which accounts may be one person's: list, accept, refuse, take back.",
    )
    for verdict, about in (
        ("accept", "these are one person"),
        ("refuse", "these are two people"),
        ("undo", "take back what was decided"),
    ):
        one.add_argument(f"--{verdict}", nargs="+", default=[], metavar="ID", help=about)
    arguments.progress(one)
    arguments.format(one)

    one = for_workspace(
        "subject-access", subject_access, "Everything that is stored about one person, as JSON."
    )
    who(one)
    one.add_argument("--out", type=Path, metavar="FILE", help="write to a file instead of stdout")

    one = for_workspace(
        "erase", erase, "Take one person out of every file and backup, and publish anew."
    )
    who(one)

    one = for_workspace(
        "retention",
        retention,
        "Let go of acts that are older than the settings allow, and publish.",
    )
    one.add_argument(
        "--today", type=date.fromisoformat, metavar="DATE", help="the day to count from"
    )

    for_workspace("rotate-key", rotate_key, "Give the workspace a new key, and publish.")

    one = for_workspace(
        "destroy-key",
        destroy_key,
        "Delete the key and every name: the vault is anonymous from then on.",
    )
    one.add_argument("--yes", action="store_true", help="do it: this cannot be taken back")

    one = for_workspace(
        "backup", backup, "Write one file from which the workspace can be restored."
    )
    one.add_argument("--to", type=Path, metavar="FILE.tar")
    one.add_argument(
        "--with-key", type=Path, metavar="FILE", help="write the key too, to a file of its own"
    )

    one = command("restore", restore, "Make a new workspace from a backup.")
    one.add_argument("file", type=Path, metavar="FILE.tar")
    arguments.workspace(one, "name of the new workspace")
    one.add_argument("--key", type=Path, metavar="FILE", help="what backup --with-key wrote")

    for_workspace("doctor", doctor, "Read every file to its end and name what is damaged.")


def identities(options: argparse.Namespace) -> None:
    """List suggestions and decisions with names, or decide and print the numbers."""
    from analytics import identities as settled
    from analytics.sheets import csv_text

    said = (options.accept, options.refuse, options.undo)
    if any(said):
        tell = _tell_json if options.progress else _tell
        done = settled.decide(options.workspace, *said, progress=tell)
        numbers = ", ".join(f"{done[name]} {name}" for name in settled.VERDICTS if done[name])
        told = f"{numbers}. Release {done['release']} is the present one."
        print(json.dumps(done) if options.format == "json" else told)
        return
    found = settled.listed(options.workspace)
    if options.format == "json":
        print(json.dumps(found, ensure_ascii=False))
        return
    verdicts = {"same": "one person", "apart": "two people"}
    rows = [
        {
            "id": row["id"],
            "decided": verdicts.get(row.get("verdict", ""), "open"),
            "person": _called(row["person"]),
            "account": _called(row["other"]),
            "why": row["why"],
        }
        for row in (*found["suggestions"], *found["decided"])
    ]
    if options.format == "csv":
        import polars as pl

        print(csv_text(pl.DataFrame(rows)), end="")
        return
    for row in rows:
        print("{id}  {decided}\n    {person}\n    {account}\n    {why}".format(**row))
    if not rows:
        print("Nothing to settle: every account is joined by address or id, or resembles nobody.")


def _called(person: dict[str, Any]) -> str:
    """Return somebody's names, else addresses, with her accounts."""
    return f"{', '.join(person['names'] or person['addresses'])} ({', '.join(person['accounts'])})"


def subject_access(options: argparse.Namespace) -> None:
    """Print or write what is stored about one person."""
    import os

    from analytics.erasure import subject_access as run

    found = run(options.workspace, options.email, options.account)
    text = json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n"
    if not options.out:
        print(text, end="")
        return
    try:
        with open(
            options.out, "x", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)
        ) as file:
            file.write(text)
    except OSError as error:
        raise UsageError(
            f"{options.out} cannot be written ({error.strerror}): name a new file in a folder that is there."
        ) from None
    print(f"Written to {options.out}: hand it to the data-protection officer, then delete it.")


def erase(options: argparse.Namespace) -> None:
    """Erase one person and say what went."""
    from analytics.erasure import erase as run

    done = run(options.workspace, options.email, options.account, progress=_tell)
    rows = ", ".join(f"{count} of {table}" for table, count in done["rows"].items() if count)
    print(
        f"Erased: {rows or 'nothing but names'}. Release {done['release']} was made without this person."
    )
    _name_backups(done["backups_left"], "this person")


def retention(options: argparse.Namespace) -> None:
    """Apply the retention of the settings and say what went."""
    from analytics.erasure import retain
    from analytics.vault.workspace import Workspace

    settings = Workspace.open(options.workspace).settings
    if settings.keep_days is None and not settings.keep_days_by_tool:
        raise UsageError(
            f"Workspace {options.workspace} has no retention. Set it first: python -m analytics settings"
            f" --workspace {options.workspace} --set keep_days=365"
        )
    done = retain(options.workspace, options.today, progress=_tell)
    gone = ", ".join(f"{count} acts of {tool}" for tool, count in done["acts"].items())
    print(
        f"Let go: {gone or 'nothing, no act is too old'}. Release {done['release']} is the present one."
    )


def rotate_key(options: argparse.Namespace) -> None:
    """Change the key of a workspace."""
    from analytics.erasure import rotate_key as run

    done = run(options.workspace, progress=_tell)
    print(
        f"Workspace {options.workspace} has a new key; release {done['release']} is the present one."
        " Copies of the old key open only backups made before now."
    )


def destroy_key(options: argparse.Namespace) -> None:
    """Destroy the key of a workspace, once that was confirmed."""
    from analytics.erasure import destroy_key as run

    if not options.yes:
        raise UsageError(
            f"This makes workspace {options.workspace} anonymous for ever: no more imports, no erasure, no"
            " subject access; releases stay. Add --yes to do it."
        )
    left = run(options.workspace)
    print(
        f"The key and every name of workspace {options.workspace} are gone. Its releases stay readable."
    )
    _name_backups(left, "names")


def backup(options: argparse.Namespace) -> None:
    """Write a backup."""
    from analytics.erasure import back_up

    file = back_up(options.workspace, options.to, options.with_key)
    apart = f"Its key is in {options.with_key}: keep the two apart." if options.with_key else (
        "The key is not in it: without it a restored workspace takes no new files (--with-key FILE writes it)."
    )  # fmt: skip
    print(f"Written to {file}. {apart}")


def restore(options: argparse.Namespace) -> None:
    """Restore a backup into a new workspace."""
    from analytics.erasure import restore as run

    workspace = run(options.file, options.workspace, options.key)
    release = workspace.current_release()
    shown = (
        f"release {int(release.stem)} is the present one" if release else "it has no release yet"
    )
    print(f"Workspace {workspace.name} is restored, every file as it was backed up; {shown}.")


def doctor(options: argparse.Namespace) -> None:
    """Examine a workspace; exit 1 when something is damaged."""
    from analytics.doctor import examine

    findings = examine(options.workspace)
    for finding in findings:
        print(f"{finding.place} {finding.sentence}.".replace("..", "."))
    damaged = sum(finding.is_damage for finding in findings)
    if damaged:
        raise AnalyticsError(
            f"Workspace {options.workspace}: {damaged} {'file is' if damaged == 1 else 'files are'} damaged."
        )
    print(f"Workspace {options.workspace} is whole: every file was read to its end.")


def _name_backups(files: list[str], what: str) -> None:
    if files:
        print(f"These backups still hold {what}, since they could not be opened. Delete them:")
    for file in files:
        print(f"  {file}")


def _tell(step: dict[str, Any]) -> None:
    print(step["stage"], file=sys.stderr, flush=True)


def _tell_json(step: dict[str, Any]) -> None:
    print(json.dumps(step), file=sys.stderr, flush=True)
