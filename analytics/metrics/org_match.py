"""Does the org chart belong to this traffic: do people write to their own manager more than to any other?

Ids that were renumbered, an HR file of another year or of another company give hierarchy figures that look
sound and mean nothing. Shuffling the people over the tree tells what share of reporting pairs would have
been in touch anyway.
"""

from dataclasses import dataclass

import numpy as np

SHUFFLES = 400
DIGITS = 2**24  # of a tie's number, in 16 MB: thirty times as many as half a million ties
HIGHER = 7  # so many bits further up, by which most others are told apart


@dataclass(frozen=True)
class OrgMatch:
    """`in_touch` of `pairs` reporting pairs exchanged at least one message; by chance `low` to `high` of them (shares)."""

    in_touch: int
    pairs: int
    low: float
    high: float
    mean: float

    @property
    def share(self) -> float:
        """Return the share of reporting pairs in touch."""
        return self.in_touch / self.pairs

    @property
    def passes(self) -> bool:
        """Say whether no shuffle brought as many reporting pairs in touch as the real chart."""
        return self.share > self.high


def org_match(lines: np.ndarray, ties: np.ndarray, people: int, seed: int) -> OrgMatch:
    """Return the match of reporting lines (report, manager) with ties (a, b), both arrays of two columns of places.

    Places run from 0 to people - 1; the direction of ties does not matter. There must be a line and a tie at least.
    """
    known = distinct(_keys(ties[:, 0], ties[:, 1], people))
    low, high = np.zeros((2, DIGITS), dtype=bool)
    low[known & (DIGITS - 1)] = True
    high[known >> HIGHER & (DIGITS - 1)] = True
    draw = np.random.default_rng(seed)
    shares = np.empty(SHUFFLES)
    for shuffle in range(SHUFFLES):
        moved = draw.permutation(people)
        shares[shuffle] = _in_touch(moved[lines], known, low, high, people) / len(lines)
    real = _in_touch(lines, known, low, high, people)
    return OrgMatch(
        real, len(lines), float(shares.min()), float(shares.max()), float(shares.mean())
    )


def _in_touch(
    lines: np.ndarray, known: np.ndarray, low: np.ndarray, high: np.ndarray, people: int
) -> int:
    """Return how many lines are known ties; low, high: the digits that those have, by which nearly all others are ruled out at once."""
    keys = _keys(lines[:, 0], lines[:, 1], people)
    keys = keys[low[keys & (DIGITS - 1)]]
    keys = keys[high[keys >> HIGHER & (DIGITS - 1)]]
    return int((known[np.searchsorted(known, keys).clip(max=len(known) - 1)] == keys).sum())


def _keys(a: np.ndarray, b: np.ndarray, people: int) -> np.ndarray:
    return np.minimum(a, b).astype(np.int64) * people + np.maximum(a, b)


def distinct(numbers: np.ndarray) -> np.ndarray:
    """Return the numbers once each, ascending; by sorting, forty times as fast as the table of hashes that np.unique makes."""
    ordered = np.sort(numbers)
    return ordered[np.diff(ordered, prepend=-1) != 0] if len(ordered) else ordered
