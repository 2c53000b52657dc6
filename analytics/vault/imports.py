"""Keeping an import: names become keyed pseudonyms, and from then on its files never change."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics import people
from analytics.errors import UsageError
from analytics.readers.sandbox import Report
from analytics.schema import tables
from analytics.vault import (
    database,
    durable,
    identity,
    ledger,
    removal,
    retention,
    sums,
    tombstones,
)
from analytics.vault.ledger import Entry
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

TABLES = (
    "account", "org", "space", "membership", "event", "delivery", "usage", "survey_answer", "reject",
)  # fmt: skip
ID_LENGTH = 16
SALT = 16  # digits of a derived key that SQL mixes into its hashes
# Group chats are named after their members' accounts in some exports
OTHER_NAMES = "select person, other from other_name order by all"
# Folders of an export are called after channels, and group chats after their members
WITHOUT_NAMES = "regexp_replace(place, '^.*/', '')"


class UnknownImport(UsageError):
    """There is no import with this id."""


def add(
    workspace: Workspace,
    report: Report,
    parts: Path,
    content_hash: str,
    file_name: str,
    content: str | None = None,
    today: date | None = None,
) -> str:
    """Keep the parts that a reader wrote (export.* of one file) and return the import's id.

    `content_hash` tells file and options together; `content` the file alone: an earlier import of
    the same file with other options is left out from now on. People who were erased, and acts older
    than the settings allow on the day `today`, are not kept and counted in the report. The parts are
    removed. Nothing is visible before the last line, the ledger's.
    """
    id_ = content_hash[:ID_LENGTH]
    if find(workspace, id_):
        durable.remove(parts)
        redo(workspace, id_)
        return id_
    day = today or datetime.now(UTC).date()
    draft = workspace.scratch("import")
    with database.connect(workspace.scratch("spill"), workspace.folder, parts) as connection:
        _open_parts(connection, parts)
        met = _name_keys(connection, workspace, own_ids=report.format == people.LOG)
        report = _tell_people(connection, workspace, report)
        report = _leave_out(connection, workspace, report, day)
        identity.remember(connection, workspace, id_)
        for table in TABLES:
            database.write_parquet(connection, _kept(connection, table), draft / f"{table}.parquet")
        database.write_parquet(connection, OTHER_NAMES, draft / "other_name.parquet")
    if met:
        tombstones.add(workspace, met, day)
    durable.remove(parts)
    (draft / "report.json").write_text(json.dumps(report.to_dict(), ensure_ascii=False, indent=1))
    sums.write(draft)
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


def known(workspace: Workspace, id_: str) -> Entry:
    """Return an import by its id; raises UnknownImport."""
    entry = find(workspace, id_)
    if entry is None:
        raise UnknownImport(
            f"Workspace {workspace.name} has no import {id_[:40]!r}."
            f" See them with: python -m analytics imports --workspace {workspace.name}"
        )
    return entry


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
    entry = known(workspace, id_)
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
) -> set[str]:
    """Make tables known (one key an account), gone_account (erased) and the macros event_key and space_key.

    Returns every name of the people who were erased, so that names not met before are remembered too.
    """
    connection.execute(database.script("accounts"))
    accounts = connection.sql("select scope, account, email from account_name order by all").pl()
    keyed, gone, met = _keyed(accounts, workspace, own_ids=own_ids)
    folder = workspace.scratch("keys")
    for table, frame in {"keyed": keyed, "gone_account": gone}.items():
        frame.write_parquet(folder / f"{table}.parquet")
        source = database.parquet(folder / f"{table}.parquet")
        connection.execute(f"create table {table} as from {source}")
    durable.remove(folder)
    connection.execute(database.script("keys"))
    for kind in ("event", "space"):
        key = workspace.derived(kind)[:SALT]
        connection.execute(
            f"create macro {kind}_key(tool, name) as natural_key('{key}', tool, name)"
        )
    return met


def _keyed(
    accounts: pl.DataFrame, workspace: Workspace, *, own_ids: bool
) -> tuple[pl.DataFrame, pl.DataFrame, set[str]]:
    """Return scope, account, email, key, plain (the key without an address); scope, account of the erased; their names."""
    secret, marks = workspace.secret(), tombstones.marks(workspace)
    names = [
        (people.identifier(tool, account, email), people.identifier(tool, account, None))
        for scope, account, email in accounts.iter_rows()
        for tool in [people.ORG if own_ids else scope]
    ]
    accounts = accounts.with_columns(
        pl.Series("key", [people.pseudonym(secret, full) for full, _ in names], pl.Int64),
        pl.Series("plain", [people.pseudonym(secret, plain) for _, plain in names], pl.Int64),
    )
    if not marks:
        return accounts, accounts.select("scope", "account").clear(), set()
    key = workspace.derived(tombstones.PURPOSE)
    is_erased = [any(tombstones.mark(key, name) in marks for name in pair) for pair in names]
    gone = accounts.filter(pl.Series(is_erased)).select("scope", "account").unique()
    met = {name for pair, erased in zip(names, is_erased, strict=True) if erased for name in pair}
    return accounts.join(gone, on=["scope", "account"], how="anti"), gone, met


def _tell_people(
    connection: "duckdb.DuckDBPyConnection", workspace: Workspace, report: Report
) -> Report:
    """Make table trait of the accounts that are nobody or concealed, and return the report with a word about them."""
    accounts = connection.sql("select tool, account, email, name, kind from part_account").pl()
    traits = people.traits(accounts).unique(["tool", "account"], maintain_order=True)
    removal.load(connection, workspace, "trait", traits)
    said = {
        "non_human_flagged": traits["not_person"].is_not_null().any(),
        "names_concealed": traits["is_concealed"].any(),
    }
    found = {code for code, is_so in said.items() if is_so}
    return replace(report, warnings=sorted({*report.warnings, *found}))


def _leave_out(
    connection: "duckdb.DuckDBPyConnection", workspace: Workspace, report: Report, today: date
) -> Report:
    """Make views kept_<table> without what may not be kept, and return the report with that counted."""
    tools = [tool for (tool,) in connection.sql("select distinct tool from part_event").fetchall()]
    oldest = retention.oldest_kept(workspace.settings, tools, today)
    someone = connection.sql("select exists (from gone_account)").fetchall()[0][0]
    if not (oldest or someone):
        for table in TABLES:
            connection.execute(f"create view kept_{table} as from part_{table}")
        return report
    retention.make_table(connection, oldest)
    lines = str(report.format == people.LOG).lower()
    connection.execute(database.script("left_out").replace("$lines", lines))
    return _recounted(connection, report)


def _recounted(connection: "duckdb.DuckDBPyConnection", report: Report) -> Report:
    """Return the report of what is kept; read = stored + set apart + duplicates + non-records still holds."""
    gone = dict(connection.sql("from gone_record").fetchall())
    if not gone:
        return report
    form = "'%Y-%m-%dT%H:%M:%SZ'"
    first, last = connection.sql(
        f'select strftime(min("at"), {form}), strftime(max("at"), {form}) from kept_event'  # noqa: S608  # fixed text
    ).fetchall()[0]
    rows = {table: connection.table(f"kept_{table}").shape[0] for table in report.rows}
    actions = connection.sql("select action, count(*) from kept_event group by all order by all")
    apart: dict[str, int] = {}
    left = report.stored
    for code, records in gone.items():
        apart[code] = min(records, left)
        left -= apart[code]
    return replace(
        report,
        outcome="partial",
        rows=rows,
        events=dict(actions.fetchall()),
        rejected=report.rejected | {code: count for code, count in apart.items() if count},
        stored=left,
        first=first,
        last=last,
    )


def _kept(connection: "duckdb.DuckDBPyConnection", table: str) -> str:
    """Return the query of a table as it is kept: keys for accounts and natural keys, no identity."""
    if table == "reject":
        return f"select {WITHOUT_NAMES} as place, code from kept_reject"  # noqa: S608  # fixed text
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
    if table == "account":
        joins.append("left join trait on trait.tool = t.tool and trait.account = t.account")
        columns[columns.index('t."kind"')] = "trait.kind"
        columns += [f"trait.{name}" for name in database.TRAITS]
    once = "distinct" if table not in ("event", "delivery") else ""
    rest = _order(connection, table)
    return f"select {once} {', '.join(columns)} from kept_{table} t {' '.join(joins)} {rest}"  # noqa: S608  # names of schema.sql


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
