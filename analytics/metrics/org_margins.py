"""What would everybody's own sending and receiving give between all pairs of people, however often each week counts?

A sum over pairs under weighted weeks is the sum over every two weeks, of one sending and the other receiving, times
both weights. So pairs are added up week by week, once, and no array of draws × people is ever made.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Margins:
    """What each person sent and received (`out`, `into`: weeks × people) and how often a week counts (`weights`: draws × weeks)."""

    out: Array
    into: Array
    weights: Array

    def pairs(self, out: Array, into: Array) -> Array:
        """Return Σ out_k · in_k over the columns of two arrays of weeks × columns, one for each draw."""
        return ((self.weights @ (out @ into.T)) * self.weights).sum(1)

    @cached_property
    def all(self) -> Array:
        """Return Σ out_i · in_j over all i and j, i = j included, one for each draw."""
        return (self.weights @ self.out.sum(1)) * (self.weights @ self.into.sum(1))

    @cached_property
    def alone(self) -> Array:
        """Return Σ out_i · in_i, one for each draw."""
        return self.pairs(self.out, self.into)

    @cached_property
    def possible(self) -> Array:
        """Return Σ out_i · in_j over all i ≠ j, one for each draw."""
        return self.all - self.alone

    def within(self, group: Array) -> Array:
        """Return Σ out_i · in_j over pairs of one group, i = j included, one for each draw."""
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        return self.pairs(
            *(np.add.reduceat(of[:, order], starts, axis=1) for of in (self.out, self.into))
        )

    def among(self, people: Array) -> "Margins":
        """Return those of some people alone."""
        return Margins(self.out[:, people], self.into[:, people], self.weights)
