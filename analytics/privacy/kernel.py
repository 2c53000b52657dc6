"""Linear algebra modulo a random prime: what follows exactly from a set of published sums.

A set of people can be worked out from the published rows A if and only if its indicator t lies in the row space of A,
that is if t·x = 0 for every x with A x = 0. One random x of that kernel answers for all sets: t·x is 0 by chance with
probability 1/p. A prime at which the rank falls could hide a set; it divides a minor of A, so at most a few hundred of
the 13.6 million 29-bit primes can (Hadamard's bound): two random primes are asked.
"""

import numpy as np
from scipy import sparse

HALF = 15  # residues of 29 bits are multiplied in halves, so that float64 sums stay exact
CHUNK = 256  # products of 2^44 added at once: 2^52 < 2^53


def random_primes(rng: np.random.Generator, count: int = 2) -> list[int]:
    """Return different random primes of 29 bits."""
    primes: list[int] = []
    while len(primes) < count:
        candidate = int(rng.integers(2**28, 2**29)) | 1
        if candidate not in primes and _is_prime(candidate):
            primes.append(candidate)
    return primes


def _is_prime(n: int) -> bool:
    return bool((n % np.arange(3, int(n**0.5) + 1, 2)).all())


def product(left: np.ndarray, right: np.ndarray, p: int) -> np.ndarray:
    """Matrix product of residues, exact."""
    total: np.ndarray | int = 0
    for start in range(0, max(left.shape[1], 1), CHUNK):
        part = left[:, start : start + CHUNK]
        other = right[start : start + CHUNK].astype(np.float64)
        high = ((part >> HALF).astype(np.float64) @ other).astype(np.int64) % p
        low = ((part & (2**HALF - 1)).astype(np.float64) @ other).astype(np.int64)
        total = (total + (high << HALF) + low) % p
    return np.asarray(total)


def inverse(values: np.ndarray, p: int) -> np.ndarray:
    """Inverse of each residue, 0 for 0."""
    result, power, base = np.ones_like(values), p - 2, values.copy()
    while power:
        if power & 1:
            result = result * base % p
        base = base * base % p
        power >>= 1
    return result


def reduce_rows(matrix: np.ndarray, width: int, p: int, first: int = 0) -> list[int]:
    """Bring the first `width` columns to reduced echelon form in place, using rows from `first` on; return the pivots."""
    held = np.ascontiguousarray(
        (matrix[:, :width] != 0).T
    )  # a column of the matrix itself is far apart in memory
    pivots: list[int] = []
    row = first
    for column in range(width):
        if row == len(matrix):
            break
        below = row + int(held[column, row:].argmax())
        if not held[column, below]:
            continue
        if below != row:
            _exchange(matrix, held, row, below)
        used, others = clear(matrix, row, column, p, held[column].nonzero()[0])
        inside = used[: np.searchsorted(used, width)]
        held[inside[:, None], others] = matrix[others[:, None], inside].T != 0
        pivots.append(column)
        row += 1
    return pivots


def _exchange(matrix: np.ndarray, held: np.ndarray, one: int, other: int) -> None:
    """Exchange two rows in place, where few of their many columns hold anything."""
    used = np.flatnonzero(matrix[one] | matrix[other])
    inside = used[: np.searchsorted(used, len(held))]
    matrix[[[one], [other]], used] = matrix[[[other], [one]], used]
    held[inside[:, None], [one, other]] = matrix[[[one], [other]], inside].T != 0


def clear(
    matrix: np.ndarray, row: int, column: int, p: int, holding: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Make the entry of row and column 1 and all others of the column 0, in place; return columns and other rows touched.

    `holding`: the rows with something in the column, where they are known.
    """
    lead = int(matrix[row, column])
    used = matrix[row].nonzero()[0]
    values = matrix[row, used] * pow(lead, -1, p) % p if lead != 1 else matrix[row, used]
    matrix[row, used] = values
    others = matrix[:, column].nonzero()[0] if holding is None else holding
    others = others[others != row]
    if len(others):
        patch = (others[:, None], used)
        matrix[patch] = (matrix[patch] - matrix[others, column][:, None] * values) % p
    return used, others


def without(known: np.ndarray, row: np.ndarray, p: int) -> np.ndarray:
    """Values over a kernel once `row` is published too: one direction fewer."""
    return (known[:, 1:] * row[0] - known[:, :1] * row[1:]) % p


def values(vectors: sparse.csr_matrix, x: np.ndarray, p: int) -> np.ndarray:
    """Products of sparse small-integer vectors with residues, exact below 2^53."""
    return np.rint(vectors @ x.astype(np.float64)).astype(np.int64) % p


def values_of_residues(vectors: sparse.csr_matrix, x: np.ndarray, p: int) -> np.ndarray:
    """Products of sparse vectors of residues with residues, exact: like `product`, in halves."""
    residues = vectors.data.astype(np.int64) % p
    high, low = vectors.copy(), vectors.copy()
    high.data, low.data = (residues >> HALF).astype(float), (residues & (2**HALF - 1)).astype(float)
    return ((values(high, x, p) << HALF) + values(low, x, p)) % p


def slope(known: np.ndarray, p: int) -> np.ndarray:
    """One number that is equal for rows that are proportional in their first three values."""
    scale = inverse(known[:, 0], p)
    return ((known[:, 1] * scale % p) << 30) + known[:, 2] * scale % p
