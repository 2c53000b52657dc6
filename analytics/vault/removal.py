"""Taking people and old acts out of the kept imports, as files that are staged to replace them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from analytics.vault import database, durable, ledger, retention, sums
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

IS_HERS = "{} in (select key from gone)"
GOES = {
    "account": IS_HERS.format("account"),
    "org": IS_HERS.format("person"),
    "membership": IS_HERS.format("account"),
    "usage": IS_HERS.format("account"),
    "event": "event in (select event from gone_event)",
    "delivery": IS_HERS.format("account") + " or event in (select event from gone_event)",  # noqa: S608  # fixed text
    "other_name": IS_HERS.format("person") + " or " + IS_HERS.format("other"),
}
LED_BY_HER = IS_HERS.format("manager")


def stage(
    workspace: Workspace,
    staging: Path,
    people: Iterable[int] = (),
    oldest: Mapping[str, datetime] | None = None,
) -> dict[str, int]:
    """Stage every import's tables without these people (keys) and acts; return the rows that go, by table.

    People whom somebody led keep their place and level and have no manager. `oldest`: tool -> first
    instant (UTC) to keep. Imports that are left out are treated like all others.
    """
    gone = pl.DataFrame({"key": list(people)}, schema={"key": pl.Int64})
    rows = dict.fromkeys(GOES, 0)
    folders = kept_folders(workspace)
    if not folders:
        return rows
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        load(connection, workspace, "gone", gone)
        retention.make_table(connection, dict(oldest or {}))
        events = database.parquet(*(folder / "event.parquet" for folder in folders))
        connection.execute(f"create view all_event as from {events}")
        connection.execute(database.script("removal"))
        for folder in folders:
            target = staging / "imports" / folder.name
            for table, went in _stage_one(connection, folder, target).items():
                rows[table] += went
    return rows


def kept_folders(workspace: Workspace) -> list[Path]:
    """Return the folder of every import, also of those that are left out."""
    folders = [workspace.imports / entry.id for entry in ledger.entries(workspace)]
    return [folder for folder in folders if folder.is_dir()]


def load(
    connection: "duckdb.DuckDBPyConnection", workspace: Workspace, name: str, frame: pl.DataFrame
) -> None:
    """Make a table of a small frame."""
    folder = workspace.scratch("table")
    frame.write_parquet(folder / "table.parquet")
    connection.execute(
        f"create table {name} as from {database.parquet(folder / 'table.parquet')}"  # names of our own
    )
    durable.remove(folder)


def _stage_one(
    connection: "duckdb.DuckDBPyConnection", folder: Path, target: Path
) -> dict[str, int]:
    """Stage the tables of one import that change, with their check sums."""
    went = {}
    for table, goes in GOES.items():
        if not (folder / f"{table}.parquet").exists():  # imported before there was such a table
            went[table] = 0
            continue
        source = database.parquet(folder / f"{table}.parquet")
        led = f"count(*) filter (where {LED_BY_HER})" if table == "org" else "0"
        all_, gone, changed = connection.sql(
            f"select count(*), count(*) filter (where {goes}), {led} from {source}"  # noqa: S608  # fixed conditions, our own path
        ).fetchall()[0]
        if gone or changed:
            columns = "*"
            if table == "org":
                columns = f"* replace (case when not {LED_BY_HER} then manager end as manager)"
            query = f"select {columns} from {source} where not ({goes})"  # noqa: S608  # as above
            write(connection, query, target, table, all_ - gone)
        went[table] = gone
    if target.is_dir():
        sums.write(target, sums.read(folder))
    return went


def write(
    connection: "duckdb.DuckDBPyConnection", query: str, target: Path, table: str, rows: int
) -> None:
    """Write one staged table of an import in the order in which an import writes it."""
    target.mkdir(parents=True, exist_ok=True)
    order = 'order by "at", event' if table == "event" else ""
    database.write_parquet(connection, f"{query} {order}", target / f"{table}.parquet", rows)
