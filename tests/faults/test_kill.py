"""A process killed at any instant of an import: the release before stands, importing again is exact."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from analytics.ingest import undo
from analytics.vault import imports, ledger, store
from analytics.vault.workspace import Workspace
from tests.faults import kill_child
from tests.proof import drawn
from tests.test_ingest import hashes

KILLS = drawn(20, 5)
CHILD = Path(kill_child.__file__)


def start(home, file):
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(home), str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip


def rehearse(home, file):
    """Import in a child left alone; return how long each stage of it lasts, in seconds."""
    child = start(home, file)
    begins = [(line.strip(), time.monotonic()) for line in child.stdout]
    assert child.wait() == 0
    return {
        stage: after - begin
        for (stage, begin), (_, after) in itertools.pairwise(begins)
        if after > begin
    }


def told(workspace):
    """What a reader of the current release sees."""
    return json.loads(workspace.current_release().read_text())


def state(workspace):
    """How far the killed import had come, after checking that nothing of it shows by halves."""
    live = [entry.id for entry in ledger.live(workspace)]
    for id_ in live:
        for table in imports.TABLES:
            duckdb.sql(
                f"select count(*) from '{workspace.imports / id_ / table}.parquet'"
            ).fetchall()
    rows = (
        json.loads((workspace.store / "manifest.json").read_text())["rows"]
        if workspace.store.exists()
        else None
    )
    if rows:
        found = {
            t: duckdb.sql(f"select count(*) from '{workspace.store / t}.parquet'").fetchall()[0][0]
            for t in store.ORDER
        }
        assert found == rows
    json.loads(workspace.imports_list.read_text())
    return len(live), rows and rows["event"], told(workspace)["event"]


@pytest.mark.slow
def test_after_a_kill_at_any_instant_importing_again_is_exact(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("analytics.ingest.sandbox.parse", kill_child.parse)
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    first.write_text("0")
    second.write_text("2000")
    kill_child.run(first)
    workspace = Workspace.open("acme")
    before, shown_before = hashes(), told(workspace)
    lasts = rehearse(tmp_path / "home", second)
    id_ = kill_child.run(second)["files"][0]["import"]
    after, shown_after = hashes(), told(workspace)
    undo("acme", id_, publish=kill_child.publish)
    moments, ends = random.Random(3), set()
    assert list(lasts) == ["reading", "read", "building", "publishing"]

    for stage, _ in zip(itertools.cycle(lasts), range(KILLS), strict=False):
        erase(workspace, id_)
        child = start(tmp_path / "home", second)
        while child.stdout.readline() != f"{stage}\n":
            assert child.poll() is None
        time.sleep(moments.random() * lasts[stage] * 1.1)
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        ends.add(state(workspace))
        shown = told(workspace)

        kill_child.run(second)
        swept = not workspace.temporary.exists() and not (workspace.releases / "new").exists()
        again = hashes(), told(workspace)
        undo("acme", id_, publish=kill_child.publish)

        assert shown in (shown_before, shown_after)
        assert again == (after, shown_after)
        assert (hashes(), told(workspace)) == (before, shown_before)
        assert swept
        assert {path.name for path in workspace.imports.iterdir()} == {
            e.id for e in ledger.entries(workspace)
        }

    assert len(ends) >= 3, f"the kills did not fall into every stage: {ends}"


def erase(workspace, id_):
    """Make the second file unknown again, so that each round imports it anew."""
    kept = [
        line
        for line in workspace.ledger.read_text().splitlines(keepends=True)
        if f'"id": "{id_}"' not in line
    ]
    workspace.ledger.write_text("".join(kept))
    with workspace.locked():
        imports.sweep(workspace)
    imports.write_list(workspace)


def test_a_killed_import_takes_its_readers_along(tmp_path):
    log = tmp_path / "log.csv"
    rows = "".join(f"2026-01-05 09:00:00,a{n}@x.org,b{n % 99}@x.org\n" for n in range(400_000))
    log.write_text("time,sender,recipient\n" + rows * 2)
    command = [sys.executable, "-m", "analytics", "ingest", str(log), "--workspace", "acme"]
    surroundings = os.environ | {"CONVIVIO_HOME": str(tmp_path / "home")}
    parent = subprocess.Popen(command, env=surroundings, stderr=subprocess.DEVNULL)
    while not (readers := children(parent.pid)):
        time.sleep(0.02)

    time.sleep(0.5)
    parent.kill()
    parent.wait()

    end = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in readers) and time.monotonic() < end:
        time.sleep(0.02)
    assert not [pid for pid in readers if Path(f"/proc/{pid}").exists()]


def children(pid):
    """The processes that a process started, whichever of its threads did."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in lists for child in file.read_text().split()]
