"""The canonical tables, read from data/schema.sql, as checks for frames and files."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import dataframely as dy

SCHEMA_SQL = Path(__file__).resolve().parent.parent / "data" / "schema.sql"

TYPES: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "BIGINT": pl.Int64(),
    "INTEGER": pl.Int32(),
    "DOUBLE": pl.Float64(),
    "BOOLEAN": pl.Boolean(),
    "DATE": pl.Date(),
    "TIMESTAMP": pl.Datetime("us"),
}


@dataclass(frozen=True)
class Column:
    """One column of schema.sql; `tag` is account, event, space, identity or None."""

    name: str
    type: pl.DataType
    nullable: bool
    comment: str | None
    tag: str | None
    allowed: tuple[str, ...]


@cache
def _definitions() -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Run schema.sql in a database of its own; return its columns, checks and tables as rows."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(SCHEMA_SQL.read_text("utf-8"))
        columns = connection.sql(
            "select schema_name || '.' || table_name, column_name, data_type, is_nullable, comment"
            " from duckdb_columns() where schema_name in ('export', 'vault', 'release')"
            " order by table_oid, column_index"
        ).fetchall()
        checks = connection.sql(
            "select schema_name || '.' || table_name, constraint_column_names[1], constraint_text"
            " from duckdb_constraints() where constraint_type = 'CHECK'"
        ).fetchall()
        about = connection.sql(
            "select schema_name || '.' || table_name, comment from duckdb_tables()"
        ).fetchall()
    return columns, checks, about


@cache
def tables() -> dict[str, dict[str, Column]]:
    """Return {"export.event": {"tool": Column, …}, …} in the order of the file."""
    columns, checks, _ = _definitions()
    allowed = {
        (table, column): tuple(re.findall(r"'([^']+)'", text)) for table, column, text in checks
    }
    found: dict[str, dict[str, Column]] = {}
    for table, name, type_, nullable, comment in columns:
        tag = re.search(r"\[(account|event|space|identity)\]", comment or "")
        found.setdefault(table, {})[name] = Column(
            name=name,
            type=TYPES[type_],
            nullable=nullable,
            comment=comment,
            tag=tag[1] if tag else None,
            allowed=allowed.get((table, name), ()),
        )
    return found


def comments() -> dict[str, str | None]:
    """Return what each table is, in a sentence."""
    return dict(_definitions()[2])


def polars_schema(table: str) -> dict[str, pl.DataType]:
    """Return the column types of a table such as "export.event", for `pl.DataFrame(schema=…)`."""
    return {column.name: column.type for column in tables()[table].values()}


@cache
def rules(table: str) -> "type[dy.Schema]":
    """Return the dataframely schema of a table: types, nulls and allowed words."""
    import dataframely as dy

    kinds = {
        pl.String: dy.String,
        pl.Int64: dy.Int64,
        pl.Int32: dy.Int32,
        pl.Float64: dy.Float64,
        pl.Boolean: dy.Bool,
        pl.Date: dy.Date,
        pl.Datetime: dy.Datetime,
    }
    members: dict[str, object] = {}
    for column in tables()[table].values():
        if column.allowed:
            members[column.name] = dy.String(
                nullable=column.nullable,
                check=lambda expr, words=column.allowed: expr.is_in(words),
            )
        else:
            members[column.name] = kinds[type(column.type)](nullable=column.nullable)
    return type(table.replace(".", "_"), (dy.Schema,), members)


def validate(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with exactly the table's columns, or raise dataframely's error naming what is off."""
    return rules(table).validate(frame)
