"""For the tests of chat readers: an export is written, read in this process, and looked at as tables."""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tests import golden


@dataclass
class Read:
    """What became of an export: the report's fields, the rows of each table, and what was set apart."""

    report: dict
    tables: dict

    def column(self, table: str, name: str) -> list:
        return [row[name] for row in self.tables.get(table, [])]

    def rows(self, table: str, *names: str) -> list[tuple]:
        return sorted(tuple(row[name] for name in names) for row in self.tables.get(table, []))

    @property
    def rejects(self) -> list[tuple[str, str]]:
        return [tuple(row) for row in self.tables.get("reject", [])]


def read(export: Path, out: Path) -> Read:
    out.mkdir(parents=True, exist_ok=True)
    told = golden.outcome(export, out)
    tables = told.pop("tables")
    assert told["read"] == told["stored"] + sum(told["rejected"].values()) + told["duplicates"] + told["non_records"]  # fmt: skip
    return Read(told, tables)


def write(path: Path, content: object) -> Path:
    """Write JSON, lines of JSON (a list for a name ending in jsonl) or text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content, "utf-8")
    elif path.suffix in (".jsonl", ".ndjson"):
        path.write_text("\n".join(json.dumps(record) for record in content), "utf-8")
    else:
        path.write_text(json.dumps(content), "utf-8")
    return path


def written(out: Path) -> str:
    """Return everything that was kept, as one text, to look for what must not be in it."""
    parts = sorted(out.glob("*.parquet"))
    return "\n".join(pl.read_parquet(part).write_ndjson() for part in parts)
