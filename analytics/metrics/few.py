"""Of how few people may a published number be? One rule each for a yes or no and for a sum, whoever applies it.

The attack (privacy/attack.py) has numbers of its own: who breaks in does not read our code.
"""

import numpy as np

TAIL = 3  # fewer people on either side of a yes or no would be single people
ONE_MOST, TWO_MOST = 0.5, 0.75  # shares of a sum above which one or two people make it


def dominated(own: np.ndarray) -> bool:
    """Say whether one or two people make a sum, from what each of them adds to it (none below 0)."""
    largest = np.sort(own)[::-1]
    whole = largest.sum()
    return bool(
        whole > 0 and (largest[0] > ONE_MOST * whole or largest[:2].sum() > TWO_MOST * whole)
    )
