"""The process that the kill test kills: imports one drawn export; `python kill_child.py HOME NUMBER`.

The readers' own process is left out (its death has its own test), so that the kills fall on keeping,
building and publishing.
"""

import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from analytics import ingest
from analytics.readers.base import NOTHING_SAID
from analytics.vault import store
from tests import parts

FIRST = datetime.fromisoformat("2026-01-05T08:00")
ROWS = 3000


def parse(path, out, options=NOTHING_SAID, name=None, how=None):
    """Stand in for sandbox.parse: the acts of 60 people from a start that the file names."""
    start = int(path.read_text())
    people = [
        {"account": f"U{n}", "email": f"p{n}@example.org", "name": f"Name {n}"} for n in range(60)
    ]
    acts = [
        {"event": f"C/{n}", "at": FIRST + timedelta(minutes=n), "actor": f"U{n % 60}", "space": "C"}
        for n in range(start, start + ROWS)
    ]
    reached = [{"event": act["event"], "account": f"U{n % 59 + 1}"} for n, act in enumerate(acts)]
    return parts.write(
        out,
        name=name or path.name,
        account=people,
        event=acts,
        delivery=reached,
        space=[{"space": "C"}],
    )


def publish(workspace, progress):
    """Write the store's rows as the release, slowly enough to be killed in the middle."""
    path = workspace.next_release_path()
    with path.open("w") as file:
        for line in json.dumps(store.build(workspace).rows):
            file.write(line)
            file.flush()
    return workspace.publish_pointer(path)


def run(file, progress=lambda _: None):
    ingest.sandbox.parse = parse
    return ingest.ingest([file], "acme", progress=progress, publish=publish)


if __name__ == "__main__":
    os.environ["CONVIVIO_HOME"] = sys.argv[1]
    run(Path(sys.argv[2]), lambda now: print(now["stage"], flush=True))  # the test waits for these
