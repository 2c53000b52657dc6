"""Lets tests read a file with one reader and see everything that came of it."""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import polars as pl

from analytics import schema
from analytics.readers.base import NOTHING_SAID, Options, Sink
from analytics.readers.files import open_source


@dataclass(frozen=True)
class Outcome:
    sink: Sink

    def table(self, name: str) -> pl.DataFrame:
        parts = sorted(self.sink.folder.glob(f"{name}-*.parquet"))
        if not parts:
            return pl.DataFrame(schema=schema.polars_schema(f"export.{name}"))
        return pl.concat([pl.read_parquet(part) for part in parts])

    @property
    def rejects(self) -> list[tuple[str, str]]:
        return self.sink.rejects().rows()

    @property
    def warnings(self) -> dict[str, int]:
        return dict(self.sink.warnings)


def read_file(
    reader: ModuleType, path: Path, out: Path, options: Options = NOTHING_SAID
) -> Outcome:
    out.mkdir(exist_ok=True)
    sink = Sink(out)
    reader.read(open_source(path), sink, options)
    return Outcome(sink)


def read_text(
    reader: ModuleType, text: str | bytes, tmp_path: Path, options: Options = NOTHING_SAID
) -> Outcome:
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(reader, path, tmp_path / "out", options)
