"""Which sets of fewer than k people follow exactly from what is published."""

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, combinations

import numpy as np
import polars as pl
from scipy import sparse

from analytics.privacy.kernel import values
from analytics.privacy.lattice import AUDITED, LABELS, LABELS_OF, Lattice
from analytics.privacy.system import System

MOST_SIBLINGS = 12  # all unions of so many small siblings are tried
# Of more: threes of the smallest, and all of them together; twos are found among all pairs of small sets.
MOST_IN_THREES = 24


Listed = tuple[np.ndarray, np.ndarray]  # cells of sets, one set after another, and how many in each


@dataclass(frozen=True)
class Targets:
    """Sets of fewer than k people: one sparse row over unknowns each, the people in it, and where it comes from."""

    vectors: sparse.csr_matrix
    people: np.ndarray
    kind: np.ndarray

    @cached_property
    def simple(self) -> np.ndarray:
        """Which targets are taken in pairs."""
        return np.isin(self.kind, ["atom", "cell"])

    def take(self, index: np.ndarray) -> "Targets":
        """Return some of them."""
        return Targets(self.vectors[index], self.people[index], self.kind[index])


def targets(lattice: Lattice, k: int, rng: np.random.Generator) -> Targets:
    """Return every set that must not be worked out, each once.

    atom: people of one kind, in one quarter or all, with one tool or any · cell: small cells, remainders included ·
    union: of small siblings · nested: a cell less another that shares people with it · whole: a cell's quarters
    less its whole period.
    """
    combos = {
        "union": _unions(lattice, k),
        "nested": _nested(lattice, k),
        "whole": _whole_differences(lattice),
    }
    small = lattice.current.filter(pl.col("n") < k)["cell"].to_numpy()
    parts = [("atom", _atoms(lattice, k)), ("cell", lattice.member[small])]
    parts += [(kind, (combo @ lattice.member).tocsr()) for kind, combo in combos.items()]
    vectors = sparse.vstack([part for _, part in parts], format="csr")
    vectors.eliminate_zeros()
    kind = np.repeat([name for name, _ in parts], [part.shape[0] for _, part in parts])
    people = lattice.count_people(vectors)
    marks = np.abs(vectors.astype(np.int64) @ rng.integers(1, 2**62, vectors.shape[1]))
    _, first = np.unique(marks, return_index=True)
    index = np.sort(first)
    index = index[(people[index] > 0) & (people[index] < k)]
    return Targets(vectors[index], people[index], kind[index])


def _combos(
    parts: tuple[np.ndarray, np.ndarray], sign: np.ndarray | int, width: int
) -> sparse.csr_matrix:
    """One row a pair: the first + sign · the second."""
    count = len(parts[0])
    values = np.concatenate([np.ones(count), np.broadcast_to(sign, count)])
    places = (np.tile(np.arange(count), 2), np.concatenate(parts))
    return sparse.csr_matrix((values, places), shape=(count, width))


def _atoms(lattice: Lattice, k: int) -> sparse.csr_matrix:
    """People of one atom: each unknown, each quarter, each tool, and all together."""
    small = np.flatnonzero(lattice.people[lattice.atom] < k)
    parts = []
    groups = (
        np.arange(len(lattice.atom)),
        lattice.quarter,
        lattice.tool,
        np.zeros(len(lattice.atom), np.int64),
    )
    for group in groups:
        keys = lattice.atom[small] * np.int64(len(lattice.atom) + 1) + group[small]
        _, number = np.unique(keys, return_inverse=True)
        shape = (number.max(initial=-1) + 1, len(lattice.atom))
        parts.append(sparse.csr_matrix((np.ones(len(small)), (number, small)), shape=shape))
    return sparse.vstack(parts, format="csr")


def _children(lattice: Lattice, parent: str, child: str) -> list[tuple[int, list[int]]]:
    """Each cell of the parent cut with its cells of the child cut."""
    cells = lattice.current
    shared = ["quarter", *LABELS_OF[parent]]
    above = cells.filter(pl.col("cut") == parent).select(*shared, parent="cell")
    below = cells.filter(pl.col("cut") == child).select(*shared, "cell")
    joined = (
        below.join(above, on=shared, nulls_equal=True).group_by("parent").agg("cell").sort("parent")
    )
    return [(row[0], sorted(row[1])) for row in joined.iter_rows()]


def _unions(lattice: Lattice, k: int) -> sparse.csr_matrix:
    n = lattice.cells["n"].to_numpy()
    unions = [_listed([])]
    for parent, child in AUDITED:
        apart = not ("tool" in LABELS_OF[child] and "tool" not in LABELS_OF[parent])
        for _, siblings in _children(lattice, parent, child):
            small = [cell for cell in siblings if n[cell] < k]
            unions += _sets(small, n, k if apart else None)
    cells = np.concatenate([union for union, _ in unions])
    ends = np.cumsum(np.concatenate([[0], *(lengths for _, lengths in unions)]))
    return sparse.csr_matrix((np.ones(len(cells)), cells, ends), shape=(len(ends) - 1, len(n)))


def _sets(small: list[int], n: np.ndarray, k: int | None) -> list[Listed]:
    """Two or more small siblings with fewer than k people together (k null: whatever they add up to)."""
    if len(small) <= 1:
        return []
    if len(small) > MOST_SIBLINGS:
        few = np.array(sorted(small, key=lambda cell: n[cell])[:MOST_IN_THREES])
        threes = few[_threes(len(few))]
        if k is not None:
            threes = threes[n[threes].sum(axis=1) < k]
            small = small if n[small].sum() < k else []
        return [(threes.ravel(), np.full(len(threes), 3)), _listed([tuple(small)] if small else [])]
    sizes = n[small].tolist()
    sets: list[tuple[tuple[int, ...], int]] = [((), 0)]
    for cell, more in zip(small, sizes, strict=True):
        sets += [((*s, cell), size + more) for s, size in sets if k is None or size + more < k]
    return [_listed([s for s, _ in sets if len(s) > 1])]


@cache
def _threes(count: int) -> np.ndarray:
    return np.array(list(combinations(range(count), 3)))


def _listed(sets: list[tuple[int, ...]]) -> Listed:
    return np.array([*chain.from_iterable(sets)], np.int64), np.array([*map(len, sets)], np.int64)


def _nested(lattice: Lattice, k: int) -> sparse.csr_matrix:
    """Cells of one period that share people and differ by fewer than k, in this release or between releases.

    Of one tool, or of one and of any: the users of a tool in a department, less the department's people in one place.
    """
    cells = lattice.cells
    stands = (lattice.member @ lattice.people_of).tocsr()
    stands.data[:] = 1
    weighted = stands @ sparse.diags(lattice.people)
    n = cells["n"].to_numpy().astype(float)
    pairs = [np.zeros((2, 0), np.int64)]
    tool = cells["tool"].rank("dense").cast(pl.Int64).fill_null(0).to_numpy()  # 0 = any
    for _, group in cells.group_by("quarter", maintain_order=True):
        index = np.sort(group["cell"].to_numpy())
        both = sparse.triu(weighted[index] @ stands[index].T, k=1).tocoo()
        first, second = index[both.row], index[both.col]
        differ = n[first] + n[second] - 2 * both.data
        alike = (tool[first] == tool[second]) | (tool[first] * tool[second] == 0)
        close = (differ > 0) & (differ < k) & alike
        pairs.append(np.stack([first[close], second[close]]))
    first, second = np.concatenate(pairs, axis=1)
    return _combos((first, second), -1, len(n))


def _whole_differences(lattice: Lattice) -> sparse.csr_matrix:
    """Return the quarters of a cell less its whole period: what leavers, joiners and movers did."""
    place = ["cut", *LABELS, "tool"]
    whole = lattice.current.filter(pl.col("quarter").is_null()).select(*place, whole="cell")
    quarters = lattice.current.filter(pl.col("quarter").is_not_null()).select(*place, "cell")
    groups = (
        quarters.join(whole, on=place, nulls_equal=True).group_by("whole").agg("cell").sort("whole")
    )
    cells = [(cell, *sorted(parts)) for cell, parts in groups.iter_rows()]
    signs = [(-1.0, *[1.0] * (len(parts) - 1)) for parts in cells]
    ends = np.cumsum([0, *map(len, cells)])
    return sparse.csr_matrix(
        ([*chain.from_iterable(signs)], [*chain.from_iterable(cells)], ends),
        shape=(len(cells), lattice.cells.height),
    )


def exposed(system: System, x: np.ndarray, sets: Targets) -> np.ndarray:
    """Numbers of the targets that follow from the published rows."""
    return np.flatnonzero((values(sets.vectors, x, system.p) == 0).all(axis=1))


def exposed_pairs(system: System, x: np.ndarray, sets: Targets, k: int) -> sparse.csr_matrix:
    """Return the sums and differences of two small sets that are known although neither set is."""
    first, second, sign = pairs(values(sets.vectors, x, system.p), sets, k, system.p)
    places = (np.array(first, int), np.array(second, int))
    combo = _combos(places, np.array(sign), len(sets.people))
    return (combo @ sets.vectors).tocsr()


def pairs(
    known: np.ndarray, sets: Targets, k: int, p: int
) -> tuple[list[int], list[int], list[int]]:
    """Return pairs of atoms or small cells with equal (−1) or opposite (+1) values and fewer than k people.

    known: two values a target.
    """
    pool = np.flatnonzero(sets.simple & (known != 0).any(axis=1))
    known = known[pool]
    key = (known[:, 0] << 30) + known[:, 1]
    mirror = ((-known[:, 0] % p) << 30) + (-known[:, 1] % p)
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    same = np.flatnonzero(ranked[1:] == ranked[:-1])
    at = np.minimum(np.searchsorted(ranked, mirror), max(len(ranked) - 1, 0))
    hit = np.flatnonzero(ranked[at] == mirror)
    hit = hit[hit < order[at[hit]]]
    first = pool[np.concatenate([order[same], hit])]
    second = pool[np.concatenate([order[same + 1], order[at[hit]]])]
    sign = np.repeat([-1, 1], [len(same), len(hit)])
    few = sets.people[first] + sets.people[second] < k
    return first[few].tolist(), second[few].tolist(), sign[few].tolist()


def exposed_short(system: System, lattice: Lattice, k: int) -> sparse.csr_matrix:
    """Rows of the reduced form that hold fewer than k people, whatever set they are."""
    short = system.short_rows()
    if not short:
        return sparse.csr_matrix((0, len(lattice.atom)))
    lengths = [len(columns) for columns, _ in short]
    classes = sparse.csr_matrix(
        (
            np.concatenate([coefficients for _, coefficients in short]).astype(float),
            np.concatenate([columns for columns, _ in short]),
            np.concatenate([[0], np.cumsum(lengths)]),
        ),
        shape=(len(short), system.width),
    )
    touched = abs(classes) @ (system.unknowns @ lattice.people_of)
    people = lattice.count(touched)
    few = np.flatnonzero((people > 0) & (people < k))
    return (classes[few] @ system.unknowns).tocsr()
