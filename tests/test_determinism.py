"""The same files and key give the same release, whatever the machine's zone, language, threads or random seed."""

import hashlib
import json
import os
import subprocess
import sys

import duckdb
import polars as pl
import pytest

from analytics.schema import tables
from tests.test_history import LEGAL, MARCH, SALES, SHOP, START, log, staff

HERE = {
    "TZ": "UTC",
    "LANG": "C.UTF-8",
    "POLARS_MAX_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "1",
}
ELSEWHERE = {"TZ": "Asia/Kolkata", "LANG": "it_IT.UTF-8", "POLARS_MAX_THREADS": "4", "OPENBLAS_NUM_THREADS": "2", "PYTHONHASHSEED": "2"}  # fmt: skip
IMPORT = """
import json, sys
from analytics.__main__ import main
for files in json.loads(sys.argv[1]):
    assert main(["ingest", *files, "-w", "acme"]) == 0
"""
KEY = hashlib.sha256(b"the same key").hexdigest()


def content(path) -> dict[str, str]:
    """Table -> hash of its rows, without when it was made."""
    with duckdb.connect(str(path), read_only=True) as connection:
        frames = {
            name.removeprefix("release."): connection.sql(
                f"from {name.removeprefix('release.')}"
            ).pl()
            for name in tables()
            if name.startswith("release.")
        }
    frames["company"] = frames["company"].filter(pl.col("item") != "published_at")
    return {
        name: hashlib.sha256(frame.write_csv(float_precision=12).encode()).hexdigest()
        for name, frame in frames.items()
    }


@pytest.mark.slow
def test_the_same_files_give_the_same_release_on_another_machine(tmp_path):
    first = [
        log(tmp_path / "january.csv", START, 7),
        staff(tmp_path / "hr.csv", {"Sales": SALES, "Shop": SHOP, "Legal": LEGAL}),
    ]
    second = [log(tmp_path / "march.csv", MARCH, 5)]
    found = []
    for number, surroundings in enumerate((HERE, ELSEWHERE)):
        home = tmp_path / f"home{number}"
        (home / "acme").mkdir(parents=True)
        (home / "acme" / "secret.key").write_text(KEY + "\n")
        subprocess.run(
            [sys.executable, "-c", IMPORT, json.dumps([[*map(str, files)] for files in (first, second)])],
            env=os.environ | surroundings | {"CONVIVIO_HOME": str(home)},
            capture_output=True, check=True,
        )  # fmt: skip
        found.append([content(home / "acme" / "releases" / f"00000{n}.duckdb") for n in (1, 2)])

    assert found[0] == found[1]
    assert found[0][0] != found[0][1]
