"""Keeping an import: names become keyed pseudonyms, and from then on its files never change."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics import people
from analytics.errors import UsageError
from analytics.readers.sandbox import Report
from analytics.schema import tables
from analytics.vault import database, durable, identity, ledger
from analytics.vault.ledger import Entry
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

TABLES = ("account", "org", "space", "membership", "event", "delivery", "reject")
ID_LENGTH = 16
# Group chats are named after their members' accounts in some exports
OTHER_NAMES = "select person, other from other_name order by all"
MEMBERS_IN_PLACE = "regexp_replace(place, '^mpdm-[^/]*', 'mpdm')"


class UnknownImport(UsageError):
    """There is no import with this id."""


def add(
    workspace: Workspace,
    report: Report,
    parts: Path,
    content_hash: str,
    file_name: str,
    content: str | None = None,
) -> str:
    """Keep the parts that a reader wrote (export.* of one file) and return the import's id.

    `content_hash` tells file and options together; `content` the file alone: an earlier import of
    the same file with other options is left out from now on. The parts are removed. Nothing is
    visible before the last line, the ledger's.
    """
    id_ = content_hash[:ID_LENGTH]
    if find(workspace, id_):
        durable.remove(parts)
        redo(workspace, id_)
        return id_
    draft = workspace.scratch("import")
    with database.connect(workspace.scratch("spill"), workspace.folder, parts) as connection:
        _open_parts(connection, parts)
        _name_keys(connection, workspace, own_ids=report.format == people.LOG)
        identity.remember(connection, workspace, id_)
        for table in TABLES:
            database.write_parquet(connection, _kept(connection, table), draft / f"{table}.parquet")
        database.write_parquet(connection, OTHER_NAMES, draft / "other_name.parquet")
    durable.remove(parts)
    (draft / "report.json").write_text(json.dumps(report.to_dict(), ensure_ascii=False, indent=1))
    durable.sync_tree(draft)
    draft.replace(workspace.imports / id_)
    durable.sync(workspace.imports)
    content = content or content_hash
    entry = Entry(
        id=id_,
        hash=content,
        file=file_name,
        format=report.format,
        tool=report.tool,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        rows=report.read,
        report=report.to_dict(),
        undone=False,
    )
    ledger.append(workspace, *_replaced(workspace, content), entry)
    return id_


def find(workspace: Workspace, id_: str) -> Entry | None:
    """Return an import by its id, live or left out."""
    return next((entry for entry in ledger.entries(workspace) if entry.id == id_), None)


def undo(workspace: Workspace, id_: str) -> Entry:
    """Leave an import out from now on; nothing is deleted; raises UnknownImport."""
    return _mark(workspace, id_, undone=True)


def redo(workspace: Workspace, id_: str) -> Entry:
    """Take an import in again as the newest one; does nothing when it is live."""
    return _mark(workspace, id_, undone=False)


def listed(workspace: Workspace) -> list[dict[str, Any]]:
    """Return id, file, format, at, rows, undone of every import, as the command line shows them."""
    keys = ("id", "file", "format", "at", "rows", "undone")
    return [{key: getattr(entry, key) for key in keys} for entry in ledger.entries(workspace)]


def write_list(workspace: Workspace) -> None:
    """Write imports.json, from which the pages tell what was imported without opening the vault."""
    entries = zip(listed(workspace), ledger.entries(workspace), strict=True)
    content = [line | {"report": entry.report} for line, entry in entries]
    workspace.write_json(workspace.imports_list, content)


def sweep(workspace: Workspace) -> None:
    """Remove what a crash left of imports that never reached the ledger; only while the workspace is held."""
    known = {entry.id for entry in ledger.entries(workspace)}
    strays = [folder for folder in workspace.imports.iterdir() if folder.name not in known]
    for folder in strays:
        durable.remove(folder)
    identity.forget_all_but(workspace, known)


def _mark(workspace: Workspace, id_: str, *, undone: bool) -> Entry:
    entry = find(workspace, id_)
    if entry is None:
        raise UnknownImport(
            f"Workspace {workspace.name} has no import {id_[:40]!r}."
            f" See them with: python -m analytics imports --workspace {workspace.name}"
        )
    if entry.undone != undone:
        entry = replace(entry, undone=undone)
        others = [] if undone else _replaced(workspace, entry.hash)
        ledger.append(workspace, *others, entry)
    return entry


def _replaced(workspace: Workspace, content: str) -> list[Entry]:
    """Return lines that leave out earlier readings of the same file."""
    return [
        replace(entry, undone=True) for entry in ledger.live(workspace) if entry.hash == content
    ]


def _open_parts(connection: "duckdb.DuckDBPyConnection", parts: Path) -> None:
    """Make view part_<table> of every export table, empty where the reader wrote none."""
    for table in TABLES:
        files = sorted(parts.glob(f"{table}-*.parquet")) + sorted(parts.glob(f"{table}.parquet"))
        columns = {
            column.name: database.NAMES[str(column.type)]
            for column in tables()[f"export.{table}"].values()
        }
        source = f"from {database.parquet(*files)}" if files else database.empty(columns)
        connection.execute(f"create view part_{table} as {source}")


def _name_keys(
    connection: "duckdb.DuckDBPyConnection", workspace: Workspace, *, own_ids: bool
) -> None:
    """Make table known (one key an account) and the macros event_key and space_key."""
    secret = workspace.secret()
    connection.execute(database.script("accounts"))
    accounts = connection.sql("select scope, account, email from account_name order by all").pl()
    file = workspace.scratch("keys") / "keys.parquet"
    _keyed(accounts, secret, own_ids=own_ids).write_parquet(file)
    connection.execute(f"create table keyed as from {database.parquet(file)}")
    durable.remove(file.parent)
    connection.execute(database.script("keys"))
    for kind in ("event", "space"):
        key = people.salt(secret, kind)
        connection.execute(
            f"create macro {kind}_key(tool, name) as natural_key('{key}', tool, name)"
        )


def _keyed(accounts: pl.DataFrame, secret: bytes, *, own_ids: bool) -> pl.DataFrame:
    """Return scope, account, email, key, plain (the key it has without an address)."""
    names = [
        (people.identifier(tool, account, email), people.identifier(tool, account, None))
        for scope, account, email in accounts.iter_rows()
        for tool in [people.ORG if own_ids else scope]
    ]
    return accounts.with_columns(
        pl.Series("key", [people.pseudonym(secret, full) for full, _ in names], pl.Int64),
        pl.Series("plain", [people.pseudonym(secret, plain) for _, plain in names], pl.Int64),
    )


def _kept(connection: "duckdb.DuckDBPyConnection", table: str) -> str:
    """Return the query of a table as it is kept: keys for accounts and natural keys, no identity."""
    if table == "reject":
        return f"select {MEMBERS_IN_PLACE} as place, code from part_reject"  # noqa: S608  # fixed text
    scope = f"'{people.ORG}'" if table == "org" else "t.tool"
    columns, joins = [], []
    for name, column in tables()[f"export.{table}"].items():
        if column.tag == "account":
            columns.append(f"k_{name}.key as {name}")
            joins.append(
                f"left join known k_{name} on k_{name}.scope = {scope} and k_{name}.account = t.{name}"
            )
        elif column.tag in ("event", "space"):
            columns.append(f"{column.tag}_key(t.tool, t.{name}) as {name}")
        elif column.tag is None:
            columns.append(f't."{name}"')
    once = "distinct" if table not in ("event", "delivery") else ""
    rest = _order(connection, table)
    return f"select {once} {', '.join(columns)} from part_{table} t {' '.join(joins)} {rest}"  # noqa: S608  # names of schema.sql


def _order(connection: "duckdb.DuckDBPyConnection", table: str) -> str:
    """Return the end of a table's query: sorted by time, an act that comes twice once."""
    if table == "delivery":
        return ""
    if table != "event":
        return "order by all"
    twice = connection.sql(
        "select count(*) > count(distinct hash(tool, event)) from part_event"
    ).fetchall()[0][0]
    newest = "partition by t.tool, t.event order by t.version desc, t.at, t.actor, t.action"
    once = f"qualify row_number() over ({newest}) = 1" if twice else ""
    return f'{once} order by t."at", event'
