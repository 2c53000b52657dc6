"""Write what a reader would have written for one small export, so that vault tests read like tables."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl

from analytics.readers.base import Sink
from analytics.readers.sandbox import Report
from analytics.schema import polars_schema

DEFAULTS = {
    "tool": "slack", "kind": "human", "has_seat": True, "is_timed": True, "action": "post",
    "version": 0, "copy": 0, "how": "to", "openness": "public", "purpose": "work",
}  # fmt: skip


def frame(table: str, rows: Sequence[dict]) -> pl.DataFrame:
    """Return rows of export.<table>; what a row leaves out gets a usual value or null."""
    schema = polars_schema(f"export.{table}")
    full = [{name: row.get(name, DEFAULTS.get(name)) for name in schema} for row in rows]
    return pl.DataFrame(full, schema=schema)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def day(text: str) -> date:
    return date.fromisoformat(text)


def write(
    folder: Path, *, form: str = "slack_export", name: str = "export.zip", **tables: Sequence[dict]
) -> Report:
    """Write parts of the given tables and return the report that goes with them."""
    folder.mkdir(parents=True, exist_ok=True)
    sink = Sink(folder)
    for table, rows in tables.items():
        if table == "reject":
            for row in rows:
                sink.reject(row["place"], row["code"])
        else:
            sink.add(table, frame(table, rows))
    sink.rejects().write_parquet(folder / "reject.parquet")
    times = sorted(row["at"] for row in tables.get("event", ()))
    return Report(
        file=name,
        format=form,
        outcome="accept",
        rows=dict(sink.rows),
        events=dict(sink.actions),
        rejected=dict(sink.rejected),
        stored=len(times),
        read=len(times) + sum(sink.rejected.values()),
        tool="slack" if form == "slack_export" else None,
        first=times[0].isoformat() if times else None,
        last=times[-1].isoformat() if times else None,
    )
