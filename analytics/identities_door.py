"""How a page gets the accounts that somebody must judge: from a process of its own, through a pipe, into no file.

The names lie in a file that the process serving pages never opens (docs/decisions/0011).
"""

import json
import os
import subprocess
import sys
from typing import Any

from analytics import audit_log, places
from analytics.errors import AnalyticsError

PATIENCE = 120  # seconds; twenty thousand people take some fifteen


def look(workspace: str, who: str) -> dict[str, Any]:
    """Return what identities.listed returns; the look is logged. Raises AnalyticsError with the sentence why not.

    `who` is the address of whoever asks.
    """
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, our own command line
            [sys.executable, "-m", "analytics", "identities", "--workspace", workspace, "--format", "json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=places.ROOT,
            env={**os.environ, audit_log.ACTOR: who},
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise AnalyticsError(
            "The accounts could not be compared in time. Use the command line:"
            f" python -m analytics identities --workspace {workspace}"
        ) from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise AnalyticsError(said[-1] if said else "The accounts could not be read. Try again.")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
