"""Who is behind a pseudonym: the one file with names and addresses, opened only while importing."""

from typing import TYPE_CHECKING

from analytics.vault import database
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb


def remember(connection: "duckdb.DuckDBPyConnection", workspace: Workspace, import_id: str) -> None:
    """Add the accounts of an import from tables known, part_account and part_org."""
    _attach(connection, workspace)
    connection.execute("begin")
    connection.execute("delete from identity.account where import = $import", {"import": import_id})
    connection.execute(database.script("identity"), {"import": import_id})
    connection.execute("commit")
    connection.execute("detach identity")


def relink(workspace: Workspace) -> None:
    """Write which person each account belongs to, as the store found it."""
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        _attach(connection, workspace)
        connection.execute(
            f"create table same_person as from {database.parquet(workspace.store / 'same_person.parquet')}"
        )
        connection.execute(
            "update identity.account set person = coalesce("
            "(select same.person from same_person same where same.key = account.key), account.key)"
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


def _attach(connection: "duckdb.DuckDBPyConnection", workspace: Workspace) -> None:
    connection.execute(f"attach {database.path_text(workspace.identity)} as identity")
    workspace.identity.chmod(0o600)
    connection.execute(
        "create table if not exists identity.account (import text, tool text, account text, email text,"
        " name text, key bigint, person bigint, how_matched text)"
    )
