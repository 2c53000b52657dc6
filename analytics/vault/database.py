"""DuckDB for the vault: sees the workspace's folder and nothing else, and never takes all memory."""

from pathlib import Path
from typing import TYPE_CHECKING

from analytics.schema import TYPES, tables

if TYPE_CHECKING:
    import duckdb

SQL = Path(__file__).parent / "sql"
# of the machine's memory, and no less than: with less, sums of a large company are moved to disk and back, and some do not fit
SHARE, LEAST, LEAST_GIB = "25%", "2GB", 1.8
THREADS = 2
LARGE_GROUPS = (
    500_000  # rows a Parquet row group: 15 % smaller than the default, which prunes finer
)
# what is told of an account from its name, which is not kept (people.traits)
TRAITS = {"not_person": "VARCHAR", "is_concealed": "BOOLEAN", "has_address": "BOOLEAN"}
NAMES = {str(type_): name for name, type_ in TYPES.items()}


def connect(temporary: Path, *folders: Path) -> "duckdb.DuckDBPyConnection":
    """Return a connection in memory that reads and writes under these folders only and spills to `temporary`."""
    import duckdb

    connection = duckdb.connect(
        config={
            "memory_limit": SHARE,
            "threads": THREADS,
            "temp_directory": str(temporary),
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "allow_community_extensions": False,
        }
    )
    if _memory(connection) < LEAST_GIB:
        connection.execute(f"set memory_limit = '{LEAST}'")
    # once as it is called, once as read_parquet is told it
    allowed = [text for folder in folders for text in (path_text(folder), literal(folder))]
    connection.execute(f"set allowed_directories = [{', '.join(sorted(set(allowed)))}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _memory(connection: "duckdb.DuckDBPyConnection") -> float:
    """Return how much memory it may take, in GiB."""
    [(told,)] = connection.sql("select current_setting('memory_limit')").fetchall()
    number, unit = told.split()  # such as 5.8 GiB
    return float(number) * {"TiB": 1024, "GiB": 1}.get(unit, 0)


def parquet(*paths: Path) -> str:
    """Return the SQL that reads these files, whatever characters their folders are named with."""
    return f"read_parquet([{', '.join(literal(path) for path in paths)}])"


def literal(path: Path) -> str:
    """Return a path as SQL text that DuckDB takes for one file and never for a pattern."""
    text = "".join(f"[{c}]" if c in "[*?" else c for c in str(path.resolve()))
    return "'" + text.replace("'", "''") + "'"


def path_text(path: Path) -> str:
    """Return a path as SQL text for what takes no pattern: copy, attach, settings."""
    return "'" + str(path.resolve()).replace("'", "''") + "'"


def write_parquet(
    connection: "duckdb.DuckDBPyConnection", query: str, path: Path, rows: int | None = None
) -> int:
    """Write the rows of a query to a Parquet file and return how many there were."""
    grouped = f", row_group_size {LARGE_GROUPS}" if (rows or 0) > LARGE_GROUPS else ""
    done = connection.execute(
        f"copy ({query}) to {path_text(path)} (format parquet, compression zstd{grouped})"
    ).fetchone()
    return int(done[0]) if done else 0


def kept_columns(table: str) -> dict[str, str]:
    """Return column -> SQL type of an export table as it is kept: keys for accounts, no identity."""
    return {
        column.name: "BIGINT" if column.tag else NAMES[str(column.type)]
        for column in tables()[f"export.{table}"].values()
        if column.tag != "identity"
    }


def empty(columns: dict[str, str]) -> str:
    """Return the SQL of a table with these columns and no row."""
    typed = ", ".join(f'cast(null as {type_}) as "{name}"' for name, type_ in columns.items())
    return f"select {typed} where false"


def script(name: str) -> str:
    """Return the text of sql/<name>.sql."""
    return (SQL / f"{name}.sql").read_text()
