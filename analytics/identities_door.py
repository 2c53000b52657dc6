"""How a page gets the accounts that somebody must judge: from a process of its own, through a pipe, into no file.

The names lie in a file that the process serving pages never opens (docs/decisions/0011).
"""

import json
from typing import Any

from analytics import own_process

PATIENCE = 120  # seconds; twenty thousand people take some fifteen


def look(workspace: str, who: str) -> dict[str, Any]:
    """Return what identities.listed returns; the look is logged. Raises AnalyticsError with the sentence why not.

    `who` is the address of whoever asks.
    """
    said = own_process.ask(
        workspace,
        "identities",
        who=who,
        patience=PATIENCE,
        late=(
            "The accounts could not be compared in time. Use the command line:"
            f" python -m analytics identities --workspace {workspace}"
        ),
        silent="The accounts could not be read. Try again.",
    )
    found: dict[str, Any] = json.loads(said)
    return found
