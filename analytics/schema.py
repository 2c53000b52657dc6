"""The canonical tables, read from data/schema.sql, as checks for frames and files."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import dataframely as dy

SCHEMA_SQL = Path(__file__).resolve().parent.parent / "data" / "schema.sql"
NOTED = SCHEMA_SQL.with_suffix(".json")

Definitions = tuple[list[Any], list[Any], list[Any]]  # rows

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
def _definitions() -> Definitions:
    """Return the columns, checks and tables of schema.sql as rows: as they were noted, else as a database tells them.

    In every process that reads a file, a database would cost 50 MB and a sixth of a second.
    """
    noted = json.loads(NOTED.read_text("utf-8")) if NOTED.exists() else {}
    text = SCHEMA_SQL.read_text("utf-8")
    if noted.get("of") == _digest(text):
        return noted["columns"], noted["checks"], noted["tables"]
    return _told(text)


def note() -> str:
    """Return data/schema.json: what a database tells of this very schema.sql."""
    text = SCHEMA_SQL.read_text("utf-8")
    names = ("columns", "checks", "tables")
    whole = {"of": _digest(text)} | dict(zip(names, _told(text), strict=True))
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _told(text: str) -> Definitions:
    """Run schema.sql in a database of its own; return its columns, checks and tables as rows."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(text)
        columns = connection.sql(
            "select schema_name || '.' || table_name, column_name, data_type, is_nullable, comment"
            " from duckdb_columns() where schema_name in ('export', 'vault', 'release')"
            " order by table_oid, column_index"
        ).fetchall()
        checks = connection.sql(
            "select schema_name || '.' || table_name, constraint_column_names[1], constraint_text"
            " from duckdb_constraints() where constraint_type = 'CHECK' order by 1, 2, 3"
        ).fetchall()
        about = connection.sql(
            "select schema_name || '.' || table_name, comment from duckdb_tables() order by table_oid"
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
    """Return the frame with exactly the table's columns, or raise dataframely's error naming what is off.

    Nearly every frame is in order, which is seen in a third of the time that it takes to name what is not.
    """
    if all(_is_in_order(column, frame) for column in tables()[table].values()):
        return frame.select(list(tables()[table]))
    return rules(table).validate(frame)


def _is_in_order(column: Column, frame: pl.DataFrame) -> bool:
    """Say whether the frame has the column, of its type, with its words or numbers, and values where it needs them."""
    if frame.schema.get(column.name) != column.type:
        return False
    values = frame[column.name]
    if not column.nullable and values.has_nulls():
        return False
    if column.allowed:
        return values.is_in(column.allowed).all()
    return values.dtype != pl.Float64 or values.is_finite().all()
