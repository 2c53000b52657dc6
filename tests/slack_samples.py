"""Small Slack exports made for tests, as folders or zips."""

import json
import os
import zipfile
from dataclasses import asdict
from pathlib import Path

import polars as pl

from analytics.readers import registry
from analytics.readers.base import NOTHING_SAID
from analytics.readers.worker import work

PEOPLE = ("U001", "U002", "U003", "U004")


def users(*ids, **more):
    return [
        {
            "id": id_,
            "team_id": "T1",
            "name": id_.lower(),
            "deleted": False,
            "is_bot": False,
            "tz": "Europe/Rome",
            "profile": {"real_name": f"Person {id_}", "email": f" {id_}@Acme.example "},
            **more,
        }
        for id_ in ids
    ]


def message(ts, user="U001", text="hello there", **more):
    return {"type": "message", "user": user, "ts": ts, "text": text, **more}


def export(**files):
    """Return {path: bytes}; keys use __ for / and need no .json; values are JSON or bytes."""
    lists = {
        "users": users(*PEOPLE),
        "channels": [{"id": "C001", "name": "general", "members": list(PEOPLE)}],
    }
    made = {}
    for name, value in (lists | files).items():
        if value is not None:
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            made[name.replace("__", "/") + ".json"] = data
    return made


def day(number, folder="general"):
    return f"{folder}__2026-01-{number:02d}"


def write_zip(path: Path, files, wrap=""):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(wrap + name, data)
    return path


def write_folder(path: Path, files):
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def table(out: Path, name: str) -> pl.DataFrame:
    parts = sorted(out.glob(f"{name}-*.parquet"))
    return pl.concat([pl.read_parquet(part) for part in parts]) if parts else pl.DataFrame()


def read(tmp_path, files, options=NOTHING_SAID):
    """Return the report and a function giving the tables; without the sandbox, which has its own tests."""
    out = tmp_path / "out"
    out.mkdir()
    descriptor = os.open(write_zip(tmp_path / "export.zip", files), os.O_RDONLY)
    job = {"name": "export.zip", "descriptor": descriptor, "out": str(out)}
    readers = [reader.__name__ for reader in registry.READERS]
    report = work(job | {"options": asdict(options), "readers": readers})
    os.close(descriptor)
    return report, lambda name: table(out, name)
