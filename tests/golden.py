"""What the readers make of the fixtures, written down: `python -m tests.golden [FORMAT…]` writes it anew.

tests/fixtures/exports/<format id>/ holds one or several exports (files or folders) and golden.json, which says of
each what became of it and every row it gave. Read the difference before you commit it: it is what changed.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import polars as pl

from analytics.readers import registry
from analytics.readers.base import NOTHING_SAID, Options
from analytics.readers.worker import work

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
GOLDEN = "golden.json"
SAID = "said.json"  # optional: {export: {field: column}}, what a person says about the file
TOLD = (
    "format", "outcome", "rows", "events", "rejected", "duplicates", "non_records", "stored", "read", "ignored",
    "warnings", "reject_code", "provides", "tool", "first", "last",
)  # fmt: skip


def formats() -> list[str]:
    """Return the ids of the formats that have fixtures."""
    return sorted(folder.name for folder in EXPORTS.iterdir() if folder.is_dir())


def exports(format_id: str) -> list[Path]:
    """Return the exports of one format."""
    return sorted(
        path for path in (EXPORTS / format_id).iterdir() if path.name not in (GOLDEN, SAID)
    )


def said(export: Path) -> Options:
    file = export.parent / SAID
    columns = json.loads(file.read_text()).get(export.name, {}) if file.exists() else {}
    return Options(columns=columns) if columns else NOTHING_SAID


def outcome(export: Path, out: Path, name: str | None = None) -> dict:
    """Read an export in this process; return what the report tells and every row, sorted."""
    import os

    descriptor = os.open(export, os.O_RDONLY)
    job = {
        "name": name or export.name,
        "descriptor": descriptor,
        "out": str(out),
        "options": asdict(said(export)),
        "readers": [reader.__name__ for reader in registry.READERS],
    }
    report = work(job).to_dict()
    rows = {}
    for table in sorted(report["rows"]):
        frame = pl.concat(pl.read_parquet(part) for part in sorted(out.glob(f"{table}-*.parquet")))
        rows[table] = json.loads(frame.sort(frame.columns).write_json())
    rejects = out / "reject.parquet"
    if rejects.exists():
        rows["reject"] = [list(row) for row in pl.read_parquet(rejects).iter_rows()]
    return {name: report[name] for name in TOLD} | {"tables": rows}


def write(format_id: str) -> None:
    told = {}
    for export in exports(format_id):
        with tempfile.TemporaryDirectory() as folder:
            told[export.name] = outcome(export, Path(folder))
    text = json.dumps(told, indent=1, ensure_ascii=False)
    (EXPORTS / format_id / GOLDEN).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or formats():
        write(wanted)
