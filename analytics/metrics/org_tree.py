"""The reporting tree as arrays: distances, chains of command, and what traffic would be expected between all pairs.

The expectation keeps what everybody sends and receives and lets chance decide to whom: the share of messages
from i to j is out_i · in_j, for i ≠ j. Every sum over pairs is worked out from sums over branches, so that
no array of people × people is ever made.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from analytics.metrics.org_margins import Margins

Array = np.ndarray
# steps below a head: real organisations have 4 to 12, and what is summed grows with the cube of it
DEEPEST = 50


@dataclass(frozen=True)
class Expected:
    """Shares of all messages that the margins alone would give, one for each draw; `distance` is their mean."""

    distance: Array
    vertical: Array
    direct: Array


class OrgTree:
    """People who reach a head by following managers, numbered so that everybody's chain below lies together.

    `ids` are persons (ascending places in the array), `parent` the place of the manager (-1 for a head),
    `depth` the steps below the head, `last` one past the last place of the person's own branch.
    Several heads are treated as colleagues under an office above them all.
    """

    def __init__(self, ids: Array, parent: Array, depth: Array, last: Array) -> None:
        self.ids, self.parent, self.depth, self.last = ids, parent, depth, last

    @classmethod
    def grow(cls, org: pl.DataFrame) -> "OrgTree":
        """Return the tree of `person`, `manager`, one row a person; who reaches no head is left out.

        A head manages somebody and has no manager, or itself. Cycles and chains that end in an unknown
        manager reach no head; more than DEEPEST steps below one are a fault of the file and are left out too.
        """
        org = org.with_columns(
            manager=pl.when(pl.col("manager") == pl.col("person"))
            .then(None)
            .otherwise(pl.col("manager"))
        )
        reports = org.drop_nulls("manager").sort("person")
        heads = org.filter(pl.col("manager").is_null()).join(
            reports, left_on="person", right_on="manager", how="semi"
        )
        layer = heads.select("person", manager=pl.lit(None, pl.Int64)).sort("person")
        layers = [layer]
        while layer.height and len(layers) <= DEEPEST:
            layer = reports.join(layer.select(manager="person"), on="manager", how="semi").select(
                "person", "manager"
            )
            layers.append(layer)
        return cls._number([layer for layer in layers if layer.height] or layers)

    @classmethod
    def _number(cls, layers: list[pl.DataFrame]) -> "OrgTree":
        people = pl.concat(layers).with_row_index("place")
        manager = people.select(manager="person", manager_place="place")
        people = people.join(manager, on="manager", how="left", maintain_order="left")
        parent = people["manager_place"].cast(pl.Int64).fill_null(-1).to_numpy()
        size = np.ones(len(parent), dtype=np.int64)
        bounds = np.cumsum([0, *(layer.height for layer in layers)])
        for start, end in zip(bounds[-2:0:-1], bounds[:1:-1], strict=True):
            np.add.at(size, parent[start:end], size[start:end])
        first = np.zeros(len(parent), dtype=np.int64)
        for start, end in pairwise(bounds):
            _place_siblings(first, size, parent, start, end)
        order = np.argsort(first)
        depth = np.repeat(np.arange(len(layers)), np.diff(bounds))
        moved = np.where(parent >= 0, first[parent], -1)
        return cls(
            people["person"].to_numpy()[order], moved[order], depth[order], (first + size)[order]
        )

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def heads(self) -> int:
        """Return how many people have nobody above them."""
        return int((self.parent < 0).sum())

    @cached_property
    def is_manager(self) -> Array:
        """Say for each place whether somebody reports to it."""
        found = np.zeros(len(self), dtype=bool)
        found[self.parent[self.parent >= 0]] = True
        return found

    @cached_property
    def chain(self) -> Array:
        """Return places × depths: who is the superior at each depth, oneself included; -1 below oneself."""
        chain = np.full((len(self), int(self.depth.max(initial=0)) + 1), -1, dtype=np.int64)
        for depth in range(chain.shape[1]):
            here = np.flatnonzero(self.depth == depth)
            above = self.parent[here]
            chain[here] = np.where((above >= 0)[:, None], chain[above], -1)
            chain[here, depth] = here
        return chain

    @cached_property
    def _highest(self) -> Array:
        """Return, row by row, the least depth of the 1, 2, 4, 8 … places that begin at each place; of fewer at the end."""
        rows, width = [self.depth.astype(np.int8)], 1  # DEEPEST is far below 127
        while width < len(self):
            row = rows[-1].copy()
            np.minimum(row[:-width], row[width:], out=row[:-width])
            rows.append(row)
            width *= 2
        return np.concatenate(rows)

    @cached_property
    def branch(self) -> Array:
        """Return the place of the ancestor one step below the head, oneself there; a head is a branch of its own."""
        if self.chain.shape[1] == 1:
            return np.arange(len(self))
        return np.where(self.depth == 0, np.arange(len(self)), self.chain[:, 1])

    @cached_property
    def _by_id(self) -> tuple[Array, Array]:
        order = np.argsort(self.ids)
        return order, self.ids[order]

    def places(self, persons: Array) -> Array:
        """Return the place of each person, -1 where not in the tree."""
        if not len(self):
            return np.full(len(persons), -1)
        order, ids = self._by_id
        spot = np.searchsorted(ids, persons).clip(max=len(self) - 1)
        return np.where(ids[spot] == persons, order[spot], -1)

    def distance(self, a: Array, b: Array) -> Array:
        """Return the steps from a to b along reporting lines, by way of the nearest common superior.

        Of the places after one and up to the other, the highest stands right below that superior.
        """
        first, last = np.minimum(a, b), np.maximum(a, b)
        row = np.frexp(np.maximum(last - first, 1))[1] - 1  # so long that two of it cover them all
        start = row * len(self)
        below = np.minimum(
            self._highest[start + np.minimum(first + 1, last)],
            self._highest[start + last + 1 - (1 << row)],
        ).astype(np.int64)
        return np.where(a == b, 0, self.depth[a] + self.depth[b] - 2 * (below - 1))

    def is_above(self, a: Array, b: Array) -> Array:
        """Say whether b is somewhere below a."""
        return (a < b) & (b < self.last[a])

    def pairs_by_distance(self, counted: Array) -> Array:
        """Return, for each distance from 0, the ordered pairs of different counted people that far apart."""
        top = int(self.depth.max(initial=0))
        at_depth = np.zeros((len(self) + 1, top + 1))
        at_depth[np.arange(1, len(self) + 1), self.depth] = counted
        running = np.cumsum(at_depth, axis=0)
        below = running[self.last] - running[:-1]  # counted people of each depth in each branch
        pairs = np.zeros(2 * top + 3)
        everyone = running[-1]
        self._add_pairs(pairs, everyone, everyone, -1)
        for depth in range(top + 1):
            branches = below[self.depth == depth]
            together = branches.T @ branches
            self._add_products(pairs, together, depth)
            self._add_products(pairs, -together, depth - 1)
        pairs[0] -= counted.sum()
        return pairs

    def expected(self, margins: Margins) -> Expected:
        """Return what these margins give by chance, over all pairs of different people."""
        out, into, weights = margins.out, margins.into, margins.weights
        out_below, into_below = self._below(out), self._below(into)
        linked = self.parent >= 0 if self.heads == 1 else np.ones(len(self), dtype=bool)
        crossing = np.zeros(len(weights))
        for below, others in ((out_below, into), (into_below, out)):
            crossing += (weights @ below[:, linked].sum(1)) * (weights @ others.sum(1))
        crossing -= 2 * margins.pairs(out_below[:, linked], into_below[:, linked])
        vertical = margins.pairs(out, into_below - into) + margins.pairs(out_below - out, into)
        reports = np.flatnonzero(self.parent >= 0)
        managers = self.parent[reports]
        direct = margins.pairs(out[:, reports], into[:, managers])
        direct += margins.pairs(out[:, managers], into[:, reports])
        possible = margins.possible
        return Expected(crossing / possible, vertical / possible, direct / possible)

    def _below(self, amounts: Array) -> Array:
        running = np.concatenate([np.zeros((len(amounts), 1)), np.cumsum(amounts, axis=1)], axis=1)
        return running[:, self.last] - running[:, :-1]

    def _add_products(self, pairs: Array, products: Array, meeting: int) -> None:
        for a in range(len(products)):
            for b in range(len(products)):
                if products[a, b]:
                    pairs[a + b - 2 * meeting] += products[a, b]

    def _add_pairs(self, pairs: Array, a: Array, b: Array, meeting: int) -> None:
        self._add_products(pairs, np.outer(a, b), meeting)


def _place_siblings(first: Array, size: Array, parent: Array, start: int, end: int) -> None:
    """Give each person of one layer its first place: after the manager and the branches of earlier siblings."""
    layer = np.arange(start, end)
    if not len(layer):
        return
    layer = layer[np.argsort(parent[layer], kind="stable")]
    before = np.cumsum(size[layer]) - size[layer]
    manager = parent[layer]
    opens = np.r_[True, manager[1:] != manager[:-1]]
    offset = before - np.repeat(before[opens], np.diff(np.r_[np.flatnonzero(opens), len(layer)]))
    base = np.where(manager >= 0, first[manager] + 1, 0)
    first[layer] = base + offset
