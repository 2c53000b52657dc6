"""The command line, asked by a page: in a process of its own, logged, its answer through a pipe and into no file.

The vault, the key and the names stay closed to the process that serves pages.
"""

import os
import subprocess
import sys
from typing import Any

from analytics import audit_log, places
from analytics.errors import AnalyticsError

COMMAND = (sys.executable, "-m", "analytics")  # our own interpreter, our own command line


def surroundings(who: str) -> dict[str, Any]:
    """Return how a process of ours is run, for subprocess; `who` is the address of whoever asked, for the log."""
    return {
        "stdin": subprocess.DEVNULL,
        "cwd": places.ROOT,
        "env": {**os.environ, audit_log.ACTOR: who},
    }


def ask(
    workspace: str,
    command: str,
    *options: str,
    who: str,
    patience: float,  # seconds
    late: str,
    silent: str,
) -> str:
    """Return the JSON that a command prints on a workspace; `who` is the address of whoever asks, for the log.

    Raises AnalyticsError with the command's own last line; with `late` where it took longer than
    `patience`, with `silent` where it said nothing.
    """
    asked = [*COMMAND, command, "--workspace", workspace, "--format", "json", *options]
    try:
        done = subprocess.run(  # noqa: S603  # see COMMAND
            asked,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
            **surroundings(who),
        )
    except subprocess.TimeoutExpired:
        raise AnalyticsError(late) from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise AnalyticsError(said[-1] if said else silent)
    return done.stdout
