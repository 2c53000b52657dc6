"""Where somebody can still be found: every byte of every file, and every value of files that are compressed."""

import io
import tarfile
from pathlib import Path

import duckdb
import polars as pl


def traces(folder: Path, words: list[str], keys: set[int] = frozenset()) -> list[str]:
    """Files under a folder, and members of backups in it, that hold a word (in any case) or a key, as `path: what`."""
    needles = [word.lower().encode() for word in words]
    for key in keys:
        needles += [key.to_bytes(8, order, signed=True) for order in ("big", "little")]
        needles.append(str(key).encode())
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        found += [f"{name}: {what!r}" for what in _in_bytes(path.name, path.read_bytes(), needles)]
        if path.suffix == ".duckdb":
            found += [f"{name}: {what!r}" for what in _in_database(path, needles)]
    return found


def _in_bytes(name, content, needles):
    found = {needle for needle in needles if needle in content or needle in content.lower()}
    if name.endswith(".parquet"):
        text = pl.read_parquet(io.BytesIO(content)).write_csv().lower().encode()
        found |= {needle for needle in needles if needle in text}
    if name.endswith(".tar"):
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for member in tar.getmembers():
                inside = tar.extractfile(member).read()
                found |= {
                    f"{member.name} {needle}" for needle in _in_bytes(member.name, inside, needles)
                }
    return sorted(found, key=str)


def _in_database(path, needles):
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error:
        return []  # a stand-in for a release
    with connection:
        names = connection.sql(
            "select schema_name || '.' || table_name from duckdb_tables()"
        ).fetchall()
        text = "".join(repr(connection.sql(f"from {name}").fetchall()) for (name,) in names)
    return [needle for needle in needles if needle in text.lower().encode()]
