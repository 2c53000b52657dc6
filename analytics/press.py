"""Writing a release: checked frames become one sealed DuckDB file."""

import tempfile
from pathlib import Path

import polars as pl

from analytics.schema import polars_schema, tables, validate

ORDER = {
    "figure": "metric, grain, variant, division, department, level, location, tool, period, position"
}


def write(path: Path, frames: dict[str, pl.DataFrame]) -> None:
    """Write {"figure": frame, …} as the release file `path`; every release table is there, empty where not given.

    Frames are checked against data/schema.sql. The file has no write-ahead log and holds nothing else.
    """
    import duckdb

    names = [table.removeprefix("release.") for table in tables() if table.startswith("release.")]
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".press-") as folder:
        draft = Path(folder) / "release.duckdb"
        connection = duckdb.connect(str(draft))
        for name in names:
            part = Path(folder) / f"{name}.parquet"
            conform(f"release.{name}", frames.get(name)).write_parquet(part)
            order = f" order by {ORDER[name]}" if name in ORDER else ""
            connection.execute(
                f"create table {name} as select * from read_parquet(?){order}",  # noqa: S608  # fixed names
                [str(part)],
            )
        connection.execute("checkpoint")
        connection.close()
        draft.rename(path)


def conform(table: str, frame: pl.DataFrame | None) -> pl.DataFrame:
    """Return the frame with the table's columns in order, missing nullable ones as null, and checked."""
    schema = polars_schema(table)
    if frame is None:
        return pl.DataFrame(schema=schema)
    missing = [
        pl.lit(None, dtype=type_).alias(name)
        for name, type_ in schema.items()
        if name not in frame.columns
    ]
    frame = frame.with_columns(missing).select(pl.col(n).cast(t) for n, t in schema.items())
    if "position" in schema:
        frame = frame.with_columns(pl.col("position").fill_null(0))
    return validate(table, frame)
