"""How much a test draws: enough to see a fault in `make test`, all that was promised in `make proof`."""

import os

PROOF = bool(os.environ.get("CONVIVIO_PROOF"))
# of the demo company: what is planted must show in any
SEED = int(os.environ.get("CONVIVIO_SEED", "1"))


def drawn(whole: int, quick: int) -> int:
    """Return the number of cases for this run."""
    return whole if PROOF else quick
