"""Is everything that a workspace keeps still whole? Reads every file to its end: damage shows on reading, not on opening."""

import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from analytics import audit_log
from analytics.errors import AnalyticsError
from analytics.privacy import ledger as shown
from analytics.vault import backup, database, ledger, matches, sums
from analytics.vault.imports import TABLES
from analytics.vault.workspace import Workspace

LEAST_FREE = 1 << 30  # bytes: the demo company's import and release fit several times
OWNER_ONLY = 0o077


@dataclass(frozen=True)
class Finding:
    """Something to know about a file of the workspace; `is_damage`: it has to be mended."""

    place: str
    sentence: str
    is_damage: bool = True


def examine(name: str) -> list[Finding]:
    """Return what is wrong in a workspace, empty when all is whole; changes nothing; raises WorkspaceBusy."""
    workspace = Workspace.open(name)
    checks = (
        _key,
        _settings,
        _imports,
        _identity,
        _matches,
        _store,
        _releases,
        _shown,
        _log,
        _backups,
        _rest,
    )
    with workspace.locked():
        return [finding for check in checks for finding in check(workspace)]


def _key(workspace: Workspace) -> Iterator[Finding]:
    place = workspace.key.name
    if workspace.key_destroyed.exists():
        day = workspace.key_destroyed.read_text().strip()
        yield Finding(place, f"was destroyed on purpose on {day}; the vault is anonymous", False)
        return
    try:
        workspace.secret()
    except AnalyticsError as error:
        yield Finding(place, str(error))
        return
    if stat.S_IMODE(workspace.key.stat().st_mode) & OWNER_ONLY:
        yield Finding(place, "can be read by other accounts of this machine: run chmod 600 on it")


def _settings(workspace: Workspace) -> Iterator[Finding]:
    try:
        workspace.settings  # noqa: B018  # reading is the check
    except AnalyticsError as error:
        yield Finding("settings.toml", str(error))


def _imports(workspace: Workspace) -> Iterator[Finding]:
    try:
        known = ledger.entries(workspace)
    except AnalyticsError as error:
        yield Finding(workspace.ledger.name, str(error))
        return
    with database.connect(workspace.temporary, workspace.folder) as connection:
        for entry in known:
            yield from _import(connection, workspace, entry)
    ids = {entry.id for entry in known}
    for folder in sorted(workspace.imports.iterdir()):
        if folder.name not in ids:
            yield Finding(f"imports/{folder.name}", _swept("no list names it"), False)


def _import(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, entry: ledger.Entry
) -> Iterator[Finding]:
    again = "import its file again under a new workspace, or restore a backup"
    folder = workspace.imports / entry.id
    expected = sums.read(folder) if folder.is_dir() else {}
    for name in [*(f"{table}.parquet" for table in (*TABLES, "other_name")), "report.json"]:
        place, file = f"imports/{entry.id}/{name}", folder / name
        if not file.is_file():
            yield Finding(place, f"is missing: {again}")
        elif expected and sums.digest(file) != expected.get(name):
            yield Finding(place, f"is not what was written: {again}")
        elif name == "report.json":
            if json.loads(file.read_bytes()) != entry.report:
                yield Finding(workspace.ledger.name, f"and {place} differ: restore a backup")
        elif wrong := _unreadable(connection, file):
            yield Finding(place, f"cannot be read ({wrong}): {again}")
    if folder.is_dir() and not expected:
        yield Finding(
            f"imports/{entry.id}", "is of an older version: its files have no check sums", False
        )


def _identity(workspace: Workspace) -> Iterator[Finding]:
    file = workspace.identity
    if not file.exists():
        if _live(workspace) and not workspace.key_destroyed.exists():
            yield Finding(
                file.name, "is missing: nobody can be erased or find herself. Restore a backup"
            )
        return
    if file.with_name(file.name + ".wal").exists():
        yield Finding(file.name, _swept("a process that wrote to it was cut off"), False)
    try:
        with database.connect(workspace.temporary, workspace.folder) as connection:
            connection.execute(f"attach {database.path_text(file)} as identity (read_only)")
            connection.sql("select sum(hash(columns(*))) from identity.account").fetchall()
            for entry in _live(workspace):
                accounts = database.parquet(workspace.imports / entry.id / "account.parquet")
                [(lost,)] = connection.sql(
                    f"select count(*) from {accounts} where account not in"  # noqa: S608  # our own path
                    f" (select key from identity.account where import = '{entry.id}')"
                ).fetchall()
                if lost:
                    yield Finding(
                        file.name,
                        f"lacks {lost} accounts of import {entry.id}: undo it, import its file again, or restore a backup",
                    )
    except duckdb.Error as error:
        yield Finding(file.name, f"cannot be read ({type(error).__name__}): restore a backup")


def _matches(workspace: Workspace) -> Iterator[Finding]:
    try:
        matches.lines(workspace)
    except AnalyticsError as error:
        yield Finding(workspace.matches.name, str(error).partition(": ")[2])


def _live(workspace: Workspace) -> list[ledger.Entry]:
    """Return the imports that count, none where their list is damaged, which is told elsewhere."""
    try:
        return ledger.live(workspace)
    except AnalyticsError:
        return []


def _store(workspace: Workspace) -> Iterator[Finding]:
    with database.connect(workspace.temporary, workspace.folder) as connection:
        for path in sorted(workspace.store.rglob("*.parquet")):
            if wrong := _unreadable(connection, path):
                yield Finding(
                    str(path.relative_to(workspace.folder)),
                    f"cannot be read ({wrong}): delete the folder store, the next import makes it anew",
                )


def _releases(workspace: Workspace) -> Iterator[Finding]:
    for path in sorted(workspace.releases.glob("[0-9]*.duckdb")):
        place = f"releases/{path.name}"
        try:
            expected = path.with_suffix(".sha256").read_text("ascii").split()[0]
        except (OSError, ValueError, IndexError):
            yield Finding(
                place, "has no check sum beside it, so nobody can tell whether it is whole"
            )
            continue
        if sums.digest(path) != expected:
            yield Finding(place, "is not what was published: import any file to publish a new one")
        elif wrong := _unreadable_database(path):
            yield Finding(place, f"cannot be read ({wrong}): import any file to publish a new one")
        if path.with_name(path.name + ".wal").exists():
            yield Finding(place, "has a log of changes beside it, and a release is never changed")
    named = (
        workspace.pointer.read_text("utf-8", "replace").strip()
        if workspace.pointer.exists()
        else ""
    )
    current = workspace.current_release()
    if current is not None and named != current.name:
        yield Finding(
            "CURRENT", f"names no release: {current.name} is shown. The next import mends it"
        )


def _shown(workspace: Workspace) -> Iterator[Finding]:
    try:
        known = shown.read(workspace.folder)
        for line in known.lines:
            for quarter in line.parts:
                for kind in ("people", "cells", "marks"):
                    known.part(line, shown.day(quarter), kind)
    except AnalyticsError as error:
        yield Finding(shown.FOLDER, str(error))


def _log(workspace: Workspace) -> Iterator[Finding]:
    if problem := audit_log.verify(workspace.folder):
        yield Finding("audit.jsonl", problem.sentence)


def _backups(workspace: Workspace) -> Iterator[Finding]:
    for one in backup.listed(workspace):
        file = Path(one.file)
        if not file.is_file():
            yield Finding(one.file, "is a backup that is not where it was written", False)
        elif sums.digest(file) != one.sha256:
            yield Finding(one.file, "is a backup that is not what was written: make a new one")


def _rest(workspace: Workspace) -> Iterator[Finding]:
    if (workspace.rewriting / "decided.json").exists():
        yield Finding(workspace.rewriting.name, _swept("a change was cut off"), False)
    for path in (
        workspace.temporary,
        workspace.releases / "new",
        *workspace.folder.glob(".*.part"),
    ):
        if path.exists():
            yield Finding(
                str(path.relative_to(workspace.folder)), _swept("it is half-done work"), False
            )
    free = shutil.disk_usage(workspace.folder).free
    if free < LEAST_FREE:
        yield Finding(
            "disk", f"has {free >> 20} MB left, and an import may need more: make room", False
        )


def _swept(why: str) -> str:
    return f"is left from a crash ({why}): the next import or erasure puts it in order"


def _unreadable(connection: duckdb.DuckDBPyConnection, file: Path) -> str | None:
    """Return what goes wrong when every value of a Parquet file is read, or None."""
    try:
        connection.sql(f"select sum(hash(columns(*))) from {database.parquet(file)}").fetchall()  # noqa: S608  # our own path
    except duckdb.Error as error:
        return type(error).__name__
    return None


def _unreadable_database(path: Path) -> str | None:
    try:
        with duckdb.connect(
            str(path), read_only=True, config={"enable_external_access": "false"}
        ) as connection:
            for schema, table in connection.sql(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall():
                connection.sql(f'select sum(hash(columns(*))) from "{schema}"."{table}"').fetchall()  # noqa: S608  # names of the file itself
    except duckdb.Error as error:
        return type(error).__name__
    return None
