"""What do the numbers of a grain's people add up to, cell by cell, alone and beside those of the period before?

What a sum can be had from is not added up again: the same for everybody of a period is one multiplication a cell; and
where a cell holds the same people as in the period before, their numbers of then are the sums of that cell.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from analytics.metrics.lattice import Lattice, Numbers, Places

Key = tuple[str, str, float | None]  # x, y, most_a_week: what the sums of a measure depend on
LARGEST = ("x1", "x2")


@dataclass(frozen=True)
class Pairs:
    """Who stands in the period before too, and in the same place.

    before: the finest cell that a finest cell's people were in; steady: they were all there, and nobody else;
    loose: rows of a cell that is not steady; loose_then: rows whose row of the period after is loose.
    """

    before: Numbers
    steady: Numbers
    loose: Numbers
    loose_then: Numbers

    @classmethod
    def of(cls, lattice: Lattice) -> "Pairs":
        """Compare the finest cells with those of the rows before."""
        own = len(lattice.second)
        cell = np.concatenate([lattice.first, lattice.second])
        row = np.concatenate([lattice.before, lattice.before[:own]])
        known = row >= 0
        was = lattice.first[row[known]]
        is_second = np.flatnonzero(known) >= len(lattice.first)
        was[is_second] = lattice.second[row[known][is_second]]
        now = cell[known]
        before = np.full(lattice.finest, -1)
        before[now] = was
        people, paired = (np.bincount(of, minlength=lattice.finest) for of in (cell, now))
        steady = (paired > 0) & (paired == people) & (people[before] == people)
        steady[now[before[now] != was]] = False
        unsteady = ~steady[lattice.first]
        unsteady[:own] |= ~steady[lattice.second]
        loose = unsteady & (lattice.before >= 0)
        after = lattice.after
        return cls(before, steady, loose, (after >= 0) & loose[after])

    def now(self, sums: Numbers, loose: Numbers) -> Numbers:
        """Return what is added up over the people of both periods, from all sums and those of the loose rows."""
        return np.where(self.steady, sums, loose)

    def then(self, sums: Numbers, loose: Numbers) -> Numbers:
        """Return the same of their numbers in the period before."""
        return np.where(self.steady, sums[self.before], loose)


@dataclass(frozen=True)
class Denominator:
    """A y: of each row, of each period where it is the same for everybody of one, how many there are above 0 by slot, its sums."""

    y: Numbers
    of_slot: Numbers | None
    counted: Numbers
    sums: dict[str, Numbers]


@dataclass(frozen=True)
class Ground:
    """What the measures of a grain share: the lattice, who is in two periods, and each y met so far."""

    lattice: Lattice
    pairs: Pairs
    is_ranked: bool
    known: dict[str, Denominator]

    @classmethod
    def of(cls, lattice: Lattice, *, is_ranked: bool) -> "Ground":
        """Lay it."""
        return cls(lattice, Pairs.of(lattice), is_ranked, {})

    @cached_property
    def people(self) -> dict[str, Numbers]:
        """Return n and pair_n of each cell."""
        now = np.flatnonzero(self.lattice.before >= 0)
        every = self.lattice.places(np.arange(len(self.lattice.key)))
        return every.sums({"n": None}) | self.lattice.places(now).sums({"pair_n": None})

    @cached_property
    def slot_before(self) -> Numbers:
        """Return the slot of the period before, slot by slot; -1 = none."""
        found = np.full(int(self.lattice.slot[-1]) + 1, -1)
        now = np.flatnonzero(self.lattice.before >= 0)
        found[self.lattice.slot[now]] = self.lattice.slot[self.lattice.before[now]]
        return found

    def meet(self, name: str, y: Numbers) -> None:
        """Take up a y, once: most measures are taken a week or a person."""
        if name not in self.known:
            of_slot = self._same_for_all(y)
            slot = self.lattice.slot
            counted = np.bincount(slot[y > 0], minlength=len(self.slot_before))
            sums = self._about_y(y) if of_slot is None else self._about_all(of_slot)
            self.known[name] = Denominator(y, of_slot, counted, self.people | sums)

    def keep(self, names: set[str]) -> None:
        """Let all other ys go: they are as long as there are rows."""
        for name in self.known.keys() - names:
            del self.known[name]

    def sums(self, x: Numbers, key: Key) -> dict[str, Numbers]:
        """Return the columns engine.SUMS, LARGEST and PAIRS, a number a cell, but those that are 0 everywhere."""
        below = self.known[key[1]]
        found = dict(below.sums)
        if key[2] is not None:
            most = key[2] * np.maximum(self.lattice.weeks, 1)
            capped = np.flatnonzero(x > most)
            found |= self.lattice.places(capped).sums({"n_capped": None})
            x = np.minimum(x, most)
        return found | self._about_x(x, below)

    def _same_for_all(self, y: Numbers) -> Numbers | None:
        """Return y by slot, if all of a slot have the same."""
        slot = self.lattice.slot
        of_slot = np.zeros(len(self.slot_before))
        of_slot[slot] = y
        return of_slot if (of_slot[slot] == y).all() else None

    def _beside(self, of_slot: Numbers) -> tuple[Numbers, Numbers]:
        """Return a number of each slot, of the cells and of the period before theirs."""
        slots = self.lattice.slots
        before = self.slot_before[slots]
        return of_slot[slots], np.where(before >= 0, of_slot[before], 0)

    def _about_all(self, of_slot: Numbers) -> dict[str, Numbers]:
        y, then = self._beside(of_slot)
        n, pairs = self.people["n"], self.people["pair_n"]
        return {
            "ny": n * (y > 0), "sy": n * y, "syy": n * y * y, "now_y": pairs * y, "now_yy": pairs * y * y,
            "then_y": pairs * then, "then_yy": pairs * then * then, "cross_yy": pairs * y * then,
        }  # fmt: skip

    def _about_y(self, y: Numbers) -> dict[str, Numbers]:
        lattice, coarse = self.lattice, self.lattice.coarse
        rows = np.flatnonzero(y != 0)
        places, own = lattice.places(rows), y[rows]
        sy, syy = places.finest(own), places.finest(own * own)
        found = {
            "ny": coarse @ places.finest((own > 0).astype(float)),
            "sy": coarse @ sy,
            "syy": coarse @ syy,
        }
        found |= self._in_both("y", y, rows, {"y": sy, "yy": syy})
        now = rows[lattice.before[rows] >= 0]
        return found | lattice.places(now).sums({"cross_yy": y[now] * y[lattice.before[now]]})

    def _in_both(
        self, name: str, of: Numbers, rows: Numbers, sums: dict[str, Numbers]
    ) -> dict[str, Numbers]:
        """Return now_ and then_ of a number and of its square, from its sums in the finest cells."""
        pairs, lattice, coarse = self.pairs, self.lattice, self.lattice.coarse
        now, then = rows[pairs.loose[rows]], rows[pairs.loose_then[rows]]
        now_places, then_places = lattice.places(now), lattice.places(lattice.after[then])
        found: dict[str, Numbers] = {}
        for column, power in ((name, 1), (name * 2, 2)):
            own = sums[column]
            if power == 2 and own is sums[name]:  # noqa: PLR2004  (0 and 1 are their own squares)
                found |= {f"{when}_{column}": found[f"{when}_{name}"] for when in ("now", "then")}
                continue
            found[f"now_{column}"] = coarse @ pairs.now(own, now_places.finest(of[now] ** power))
            found[f"then_{column}"] = coarse @ pairs.then(
                own, then_places.finest(of[then] ** power)
            )
        return found

    def _about_x(self, x: Numbers, below: Denominator) -> dict[str, Numbers]:
        """Return the sums of x; only rows in which it is not 0 are looked at."""
        lattice = self.lattice
        rows = np.flatnonzero(x != 0)
        places, own = lattice.places(rows), x[rows]
        found = _of_flags(places) if (own == 1).all() else _of_amounts(places, own)
        in_finest = {"x": found.pop("x"), "xx": found.pop("xx")}
        found |= self._in_both("x", x, rows, in_finest)
        now = rows[lattice.before[rows] >= 0]
        before = lattice.before[now]
        then_x = x[before]
        met = np.flatnonzero(then_x)
        found |= lattice.places(now[met]).sums({"cross_xx": x[now[met]] * then_x[met]})
        if below.of_slot is not None:
            y, then = self._beside(below.of_slot)
            found |= {
                "sxy": found["sx"] * y, "now_xy": found["now_x"] * y, "then_xy": found["then_x"] * then,
                "cross_xy": found["now_x"] * then, "cross_yx": found["then_x"] * y,
            }  # fmt: skip
        else:
            found |= self._with_y(x, below.y, rows, places)
        if self.is_ranked:
            found |= self._ranks(x, below, rows)
        return found

    def _with_y(self, x: Numbers, y: Numbers, rows: Numbers, places: Places) -> dict[str, Numbers]:
        """Return the sums of products of x and a y that is not the same for everybody."""
        lattice, pairs, coarse = self.lattice, self.pairs, self.lattice.coarse
        sxy = places.finest(x[rows] * y[rows])
        now, then = rows[pairs.loose[rows]], rows[pairs.loose_then[rows]]
        now_xy = lattice.places(now).finest(x[now] * y[now])
        then_xy = lattice.places(lattice.after[then]).finest(x[then] * y[then])
        found = {"sxy": coarse @ sxy, "now_xy": coarse @ pairs.now(sxy, now_xy), "then_xy": coarse @ pairs.then(sxy, then_xy)}  # fmt: skip
        now = rows[lattice.before[rows] >= 0]
        then = rows[lattice.after[rows] >= 0]
        after = lattice.after[then]
        found |= lattice.places(now).sums({"cross_xy": x[now] * y[lattice.before[now]]})
        return found | lattice.places(after).sums({"cross_yx": x[then] * y[after]})

    def _ranks(self, x: Numbers, below: Denominator, rows: Numbers) -> dict[str, Numbers]:
        """Return the sums of the mid-ranks of x/y among everybody with y > 0 of the same period and tool, ties sharing the middle.

        Whoever has 0 shares one rank, which is taken from the others before they are added up, and then given to all.
        """
        slot, y, people = self.lattice.slot, below.y, below.sums["ny"]
        rows = rows[y[rows] > 0]
        per = x[rows] / y[rows]
        slots = len(below.counted)
        nothing = below.counted - np.bincount(slot[rows], minlength=slots)
        negative = np.bincount(slot[rows[per < 0]], minlength=slots)
        shared = negative + (nothing + 1) / 2
        none = shared[self.lattice.slots]
        places = self.lattice.places(rows)
        if len(per) and per.min() == per.max():  # all others share one rank as well
            middle = (np.bincount(slot[rows], minlength=slots) + 1) / 2 + (per[0] > 0) * nothing
            own, n = middle[self.lattice.slots], places.sums({"n": None})["n"]
            found = {"sr": n * (own - none), "srr": n * (own * own - none * none)}
        else:
            own = _mid_ranks(slot[rows], per) + np.where(per > 0, nothing[slot[rows]], 0)
            zero = shared[slot[rows]]
            found = places.sums({"sr": own - zero, "srr": own * own - zero * zero})
        return {"sr": found["sr"] + none * people, "srr": found["srr"] + none * none * people}


def _mid_ranks(slot: Numbers, per: Numbers) -> Numbers:
    """Return the rank of each number among those of its slot, ties sharing the middle; slots are in order."""
    ranks = np.empty(len(per))
    starts = np.flatnonzero(np.diff(slot, prepend=-1))
    for start, end in pairwise([*starts, len(slot)]):  # periods, not people
        order = np.argsort(per[start:end])
        ascending = per[start:end][order]
        ties = np.flatnonzero(np.diff(ascending, prepend=-np.inf))
        several = np.diff(ties, append=end - start)
        ranks[start + order] = np.repeat(ties + (several + 1) / 2, several)
    return ranks


def _of_flags(places: Places) -> dict[str, Numbers]:
    """Return the sums of people who have 1 each: all of them follow from how many they are; x and xx in the finest cells."""
    counted = places.finest(None).astype(float)
    n = places.lattice.coarse @ counted
    log = np.log1p(1.0)
    largest = ((n >= place).astype(float) for place in (1, 2))
    return {
        "x": counted, "xx": counted, "sx": n, "sxx": n, "sl": n * log, "sll": n * log * log,
        **dict(zip(LARGEST, largest, strict=True)),
    }  # fmt: skip


def _of_amounts(places: Places, own: Numbers) -> dict[str, Numbers]:
    """Return the same of people who have different amounts."""
    coarse, log = places.lattice.coarse, np.log1p(own)
    x, xx = places.finest(own), places.finest(own * own)
    return {
        "x": x, "xx": xx, "sx": coarse @ x, "sxx": coarse @ xx, **places.sums({"sl": log, "sll": log * log}),
        **dict(zip(LARGEST, places.largest(own), strict=True)),
    }  # fmt: skip
