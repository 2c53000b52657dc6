"""Who is behind a pseudonym: the one file with names and addresses.

Opened only while importing, erasing, answering a person about herself, and changing the key.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from analytics.vault import database, matches
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

BY_HAND = "by hand"
# what joins an account to others where nobody said so
HOW_MATCHED = "case when email is not null or account like '%@%' then 'e-mail' when tool = '' then 'id' else 'account' end"
COLUMNS = ("import", "tool", "account", "email", "name", "key", "person", "how_matched")
KEYS: dict[str, type[pl.DataType]] = {"key": pl.Int64, "person": pl.Int64}


def remember(connection: "duckdb.DuckDBPyConnection", workspace: Workspace, import_id: str) -> None:
    """Add the accounts of an import from tables known, part_account and part_org."""
    _attach(connection, workspace)
    connection.execute("begin")
    connection.execute("delete from identity.account where import = $import", {"import": import_id})
    connection.execute(database.script("identity"), {"import": import_id})
    connection.execute("commit")
    connection.execute("detach identity")


def relink(workspace: Workspace) -> None:
    """Write which person each account belongs to, as the store found it; nothing where nobody is known."""
    if not workspace.identity.exists():
        return
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        _attach(connection, workspace)
        connection.execute(
            f"create table same_person as from {database.parquet(workspace.store / 'same_person.parquet')}"
        )
        connection.execute(
            "update identity.account set person = coalesce("
            "(select same.person from same_person same where same.key = account.key), account.key)"
        )
        by_hand = sorted({other for _, other in matches.accepted(workspace)})
        connection.execute(
            "update identity.account set how_matched = case when list_contains($keys::bigint[], key)"  # noqa: S608  # our own text
            f" then '{BY_HAND}' else {HOW_MATCHED} end",
            {"keys": by_hand},
        )


def forget_all_but(workspace: Workspace, imports: set[str]) -> None:
    """Delete the accounts of imports that never came to be."""
    if not workspace.identity.exists():
        return
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        _attach(connection, workspace)
        connection.execute(
            "delete from identity.account where not list_contains($known, import)",
            {"known": sorted(imports)},
        )


def rows(workspace: Workspace) -> pl.DataFrame:
    """Return import, tool (empty for the HR file), account, email, name, key, person, how_matched."""
    if not workspace.identity.exists():
        return pl.DataFrame(schema={name: KEYS.get(name, pl.String) for name in COLUMNS})
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        _attach(connection, workspace)
        query = f"select {', '.join(COLUMNS)} from identity.account order by all"  # noqa: S608  # our own names
        return connection.sql(query).pl()


def copy(workspace: Workspace, target: Path, keys: pl.DataFrame) -> None:
    """Write a new identity file with the accounts whose key is in `keys`: key, and `becomes`, its new value.

    A new file, since a row that is deleted leaves its bytes behind.
    """
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        _attach(connection, workspace)
        kept = workspace.scratch("keys") / "keys.parquet"
        keys.select("key", "becomes").write_parquet(kept)
        connection.execute(f"attach {database.path_text(target)} as fresh")
        query = (
            "select import, tool, account, email, name, becomes as key, becomes as person, how_matched"  # noqa: S608  # our own path
            f" from identity.account join {database.parquet(kept)} using (key) order by all"
        )
        connection.execute(f"create table fresh.account as {query}")
        connection.execute("detach fresh")
    target.chmod(0o600)


def _attach(connection: "duckdb.DuckDBPyConnection", workspace: Workspace) -> None:
    connection.execute(f"attach {database.path_text(workspace.identity)} as identity")
    workspace.identity.chmod(0o600)
    connection.execute(
        "create table if not exists identity.account (import text, tool text, account text, email text,"
        " name text, key bigint, person bigint, how_matched text)"
    )
