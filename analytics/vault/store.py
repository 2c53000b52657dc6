"""What the live imports give together: acts once each, accounts as people, times as local times."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics import calendars, people
from analytics.schema import SCHEMA_SQL, tables
from analytics.vault import database, durable, ledger, matches
from analytics.vault.imports import TABLES
from analytics.vault.ledger import Entry
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

# in the order in which they build on one another; the sort makes time filters skip row groups
ORDER = {
    "person": "person",
    "org": "person, valid_from",
    "event": "us, event",
    "delivery": "us, event, person, how, copy",
    "seat": "tool, person",
    "gap": "tool, valid_from",
    "space": "space",
    "membership": "space, person",
    "usage": "tool, valid_from, valid_to, measure, person, space",
    "survey_answer": "survey, respondent, item",
}


@dataclass(frozen=True)
class Store:
    """A built store; `folder` holds one Parquet file a vault table and, once they are made, rollups/."""

    folder: Path
    temporary: Path

    @property
    def fingerprint(self) -> str:
        """What the store was built from: imports, time zone, accounts joined by hand, SQL."""
        return str(_manifest(self.folder).get("fingerprint"))

    @property
    def rows(self) -> dict[str, int]:
        """Rows by table."""
        return dict(_manifest(self.folder).get("rows", {}))

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """Return a connection with a view of every vault table and of every rollup that is there."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        connection = database.connect(self.temporary, self.folder.parent)
        for file in [*self.folder.glob("*.parquet"), *self.folder.glob("rollups/*.parquet")]:
            connection.execute(f'create view "{file.stem}" as from {database.parquet(file)}')
        return connection


def build(workspace: Workspace) -> Store:
    """Return the store of the live imports, built anew where they, the time zone or the SQL changed."""
    store = Store(workspace.store, workspace.temporary / "spill")
    wanted = fingerprint(workspace)
    if store.fingerprint == wanted:
        return store
    draft = workspace.scratch("store")
    with database.connect(workspace.scratch("spill"), workspace.folder) as connection:
        _open_imports(connection, workspace)
        _match_people(connection, draft, workspace)
        rows = {table: _write(connection, table, draft) for table in ORDER}
        traits = ", ".join(database.TRAITS)
        accounts = f"select tool, person, kind, has_seat, {traits} from account order by all"  # noqa: S608  # our own names
        database.write_parquet(connection, accounts, draft / "account.parquet")
    (draft / "manifest.json").write_text(json.dumps({"fingerprint": wanted, "rows": rows}))
    durable.sync_tree(draft)
    # between the two steps there is no store: the next start builds it again, releases stand meanwhile;
    # the old one goes in one step, since half of it under its old fingerprint would be taken for whole
    old = workspace.scratch("replaced")
    if workspace.store.exists():
        workspace.store.replace(old / "store")
    draft.replace(workspace.store)
    durable.remove(old)
    durable.sync(workspace.folder)
    return store


def seed(workspace: Workspace) -> int:
    """Return what chance starts from: the same for the same live imports, whatever the version of the program.

    Else a new version would hide other figures and move the ends of drawn intervals although nothing was imported.
    """
    ids = sorted(entry.id for entry in ledger.live(workspace))
    return int(hashlib.sha256("\n".join(ids).encode()).hexdigest()[:8], 16)


def fingerprint(workspace: Workspace) -> str:
    """Return a hash that changes exactly when the store has to be built anew."""
    parts = [entry.id for entry in ledger.live(workspace)]
    parts += [str(workspace.settings.time_zone), workspace.settings.calendars]
    parts += [f"{person} {other}" for person, other in matches.accepted(workspace)]
    texts = [SCHEMA_SQL, *sorted(database.SQL.glob("*.sql"))]
    parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in texts]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def counts(store: Store) -> dict[str, int]:
    """Return in_org (people in the HR file), matched (of them seen in a tool), unmatched (humans seen that it lacks)."""
    with store.connect() as connection:
        row = connection.sql(database.script("match")).fetchall()[0]
    return dict(zip(("in_org", "matched", "unmatched"), row, strict=True))


def _manifest(folder: Path) -> dict[str, Any]:
    file = folder / "manifest.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def _open_imports(connection: "duckdb.DuckDBPyConnection", workspace: Workspace) -> None:
    """Make view all_<table> over the live imports, each row with its import's places in two orders.

    `later` is the order of importing, after lists of accounts that name no managers: such a list never
    takes the place of what an HR file says of somebody. `newest` is the order of what the files tell of:
    the export that reaches furthest is the newest, in whatever order the files came.
    """
    live = sorted(ledger.live(workspace), key=lambda entry: not _is_directory(entry))
    reach = {entry.id: place for place, entry in enumerate(sorted(live, key=_reach(live)))}
    kept = {table: database.kept_columns(table) for table in TABLES if table != "reject"}
    kept["account"] |= database.TRAITS
    kept["other_name"] = {"person": "BIGINT", "other": "BIGINT"}
    for table, columns in kept.items():
        sources = [
            database.empty(columns | {"newest": "INTEGER", "later": "INTEGER"}),
            *(
                f"select *, {reach[entry.id]} as newest, {later} as later"  # noqa: S608  # numbers and our own path
                f" from {database.parquet(workspace.imports / entry.id / f'{table}.parquet')}"
                for later, entry in enumerate(live)
                if (
                    workspace.imports / entry.id / f"{table}.parquet"
                ).exists()  # older imports lack some
            ),
        ]
        connection.execute(f"create view all_{table} as {' union all by name '.join(sources)}")
    spans = [f"({reach[entry.id]}, {_date(entry)})" for entry in live] or [
        "(cast(null as integer), cast(null as date))"
    ]
    connection.execute(
        f"create view import_span as from (values {', '.join(spans)}) s (newest, last_day)"
    )


def _is_directory(entry: Entry) -> bool:
    provides = set(entry.report.get("provides") or ())
    return {"seats", "departments"} <= provides and "managers" not in provides


def _reach(live: list[Entry]) -> Callable[[Entry], tuple[str, int, str]]:
    """Return what sorts imports by how recent a time they tell of; undated ones come first, as imported."""
    order = {entry.id: place for place, entry in enumerate(live)}

    def reach(entry: Entry) -> tuple[str, int, str]:
        last = entry.report.get("last") or ""
        return last, 0 if last else order[entry.id], entry.id

    return reach


def _date(entry: Entry) -> str:
    last = entry.report.get("last")
    return f"date '{date.fromisoformat(last[:10])}'" if last else "cast(null as date)"


def _match_people(
    connection: "duckdb.DuckDBPyConnection", draft: Path, workspace: Workspace
) -> None:
    """Write same_person.parquet and make tables owner, account and person."""
    pairs = connection.sql("select distinct person, other from all_other_name").fetchall()
    same = people.same_people([*pairs, *matches.accepted(workspace)])
    file = draft / "same_person.parquet"
    pl.DataFrame(
        list(same.items()), {"key": pl.Int64, "person": pl.Int64}, orient="row"
    ).write_parquet(file)
    connection.execute(f"create table same_person as from {database.parquet(file)}")
    connection.execute(database.script("calendar"))
    connection.execute(
        "create table company as select cast($zone as text) as time_zone",
        {"zone": workspace.settings.time_zone},
    )
    _zones_of_places(connection, draft, workspace)
    connection.execute(database.script("person"))


def _zones_of_places(
    connection: "duckdb.DuckDBPyConnection", draft: Path, workspace: Workspace
) -> None:
    """Make table place_zone (location, time_zone) of the locations of which it is known."""
    named = [name for (name,) in connection.sql("select distinct location from all_org").fetchall()]
    rows = [
        (name, place.zone)
        for name in named
        if name and (place := calendars.find(name, workspace.settings.places)).zone
    ]
    file = draft / "place_zone.parquet"
    pl.DataFrame(
        sorted(rows), {"location": pl.String, "time_zone": pl.String}, orient="row"
    ).write_parquet(file)
    connection.execute(f"create table place_zone as from {database.parquet(file)}")
    file.unlink()


def _write(connection: "duckdb.DuckDBPyConnection", table: str, draft: Path) -> int:
    """Make a vault table, write exactly the columns of schema.sql and return its rows."""
    if (database.SQL / f"{table}.sql").exists() and table != "person":
        connection.execute(database.script(table))
    columns = ", ".join(f'"{name}"' for name in tables()[f"vault.{table}"])
    query = f"select {columns} from {table} order by {ORDER[table]}"  # noqa: S608  # names of schema.sql
    known = connection.sql("select count(*) from all_event").fetchall()[0][0]
    rows = database.write_parquet(connection, query, draft / f"{table}.parquet", known)
    if table == "event":
        file = database.parquet(draft / "event.parquet")
        connection.execute(f"create view store_event as from {file}")
    return rows
