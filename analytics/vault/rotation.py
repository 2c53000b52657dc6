"""Another key, the same people: every pseudonym is made anew, and what was imported still fits what will be."""

import secrets
from pathlib import Path

import polars as pl

from analytics import people
from analytics.vault import database, identity, matches, removal, sums, tombstones
from analytics.vault.subject import name_keys, other_names
from analytics.vault.workspace import BrokenWorkspace, Workspace

# what was derived from the first secret stays, or later exports would not fit: acts, spaces and erased people
STAY = ("event", "space", tombstones.PURPOSE)
COLUMNS = {
    "account": ("account",),
    "org": ("person", "manager"),
    "membership": ("account",),
    "usage": ("account",),
    "event": ("actor",),
    "delivery": ("account",),
    "other_name": ("person", "other"),
}


def stage(workspace: Workspace, staging: Path) -> dict[int, int]:
    """Stage a new key with every kept pseudonym made anew; return old key -> the key her person now has.

    Raises BrokenWorkspace where the identity file lacks accounts of the imports.
    """
    secret = secrets.token_bytes(32)
    names = name_keys(workspace)
    keys = pl.DataFrame(
        {
            "key": [people.pseudonym(workspace.secret(), name) for name in names],
            "becomes": [people.pseudonym(secret, name) for name in names],
        },
        schema={"key": pl.Int64, "becomes": pl.Int64},
    )
    _stage_imports(workspace, staging, keys)
    if workspace.identity.exists():
        identity.copy(workspace, staging / workspace.identity.name, keys)
    _stage_key(workspace, staging, secret)
    becomes: dict[int, int] = dict(keys.iter_rows())
    if workspace.matches.exists():
        matches.write(staging / workspace.matches.name, matches.renamed(workspace, becomes))
    pairs = [
        (becomes[person], becomes[other])
        for person, other in other_names(workspace)
        if person in becomes and other in becomes
    ]
    person = people.same_people(pairs)
    return {old: person.get(new, new) for old, new in becomes.items()}


def _stage_imports(workspace: Workspace, staging: Path, keys: pl.DataFrame) -> None:
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        removal.load(connection, workspace, "keys", keys)
        for folder in removal.kept_folders(workspace):
            target = staging / "imports" / folder.name
            for table, columns in COLUMNS.items():
                if not (
                    folder / f"{table}.parquet"
                ).exists():  # imported before there was such a table
                    continue
                source = database.parquet(folder / f"{table}.parquet")
                joins = " ".join(
                    f"left join keys k_{column} on k_{column}.key = t.{column}"
                    for column in columns
                )
                unknown = " or ".join(
                    f"(t.{column} is not null and k_{column}.key is null)" for column in columns
                )
                rows, lost = connection.sql(
                    f"select count(*), count(*) filter (where {unknown}) from {source} t {joins}"  # noqa: S608  # fixed names, our own path
                ).fetchall()[0]
                if lost:
                    raise BrokenWorkspace(
                        f"Workspace {workspace.name}: identity.duckdb does not know {lost} accounts of import"
                        f" {folder.name}, so its key cannot be changed. Put the file back from a backup,"
                        " or undo the import and try again."
                    )
                new = ", ".join(f"k_{column}.becomes as {column}" for column in columns)
                query = f"select t.* replace ({new}) from {source} t {joins}"  # noqa: S608  # as above
                removal.write(connection, query, target, table, rows)
            sums.write(target, sums.read(folder))


def _stage_key(workspace: Workspace, staging: Path, secret: bytes) -> None:
    lines = [secret.hex(), *(f"{purpose} {workspace.derived(purpose)}" for purpose in STAY)]
    file = staging / workspace.key.name
    file.touch(0o600)
    file.write_text("\n".join(lines) + "\n", "ascii")
