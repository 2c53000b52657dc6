"""Which equations hold between figures, whoever looks at them?

The cells of a period depend on each other as the people in them do (dependencies.py). Sums over weeks, months and quarters and figures
that are sums of others (metrics/sums.py) add equations of their own.
"""

import itertools
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from analytics.metrics.sums import (
    ACTIVE,
    IN_SEVERAL,
    OVER_TIME,
    PAIR_OF_TOOLS,
    SUMS,
    TOOLS_OF_PEOPLE,
    Figure,
)
from analytics.privacy.dependencies import People

When = tuple[str, date | None]  # grain, period
Dated = tuple[str, date, date | None, int]  # grain, period, its quarter, quantity
Equations = tuple[np.ndarray, np.ndarray, np.ndarray]  # equation, slot, value
FIGURE = ("metric", "variant", "bin")
PERIOD = ("grain", "period")
LONGER = {"month": "week", "quarter": "month"}
DIGITS = 9  # to which sums are called the same
MANY = 10  # cells; two figures are the same in fewer by chance
SEED = 7  # of the hash of sums: any will do


class Quantities:
    """The figures of metrics that may tell of each other, as quantities in cells ("slots"), and equations between slots.

    Takes cells with `cell`, `row` (of people) and what `protect` reads. slots: quantity, row, their cells, and per slot
    target (must stay unknown), shown, nothing (no secret: it is nothing), is_defined, cost.
    """

    def __init__(
        self, part: pl.DataFrame, people: People, *, alike: bool = True, tools_add: bool = True
    ) -> None:
        """`alike`: figures whose sums are the same in many cells are one. `tools_add`: a figure of any tool is the sum of its tools."""
        self.people, self.tools_add = people, tools_add
        # what no export holds and what nobody could do is nothing, and no secret
        told = pl.coalesce("reason", "by_value").fill_null("")
        absent = told.str.contains("^no_|^not_applicable") & (pl.col("sx").fill_null(0.0) == 0)
        absent |= pl.col("is_masked") & (pl.col("sy") == 0)
        part = _with_quantity(part, alike=alike).with_columns(absent=absent)
        self.count = part["quantity"].n_unique()
        self.slots = (
            part.group_by("quantity", "row")
            .agg(
                "cell",
                target=pl.col("is_secret").any(),
                shown=(pl.col("reason").is_null() & pl.col("by_value").is_null()).any(),
                nothing=pl.col("absent").any(),
                cost=pl.col("weight").sum(),
                # what a figure is by definition stands in the denominator of others too: hiding it hides nothing
                is_defined=pl.col("defined").all(),
            )
            .sort("quantity", "row")
        )
        self.start = np.searchsorted(self.slots["quantity"].to_numpy(), np.arange(self.count + 1))
        self.slot = np.full((self.count, people.member.shape[0]), -1)
        self.slot[self.slots["quantity"], self.slots["row"]] = np.arange(self.slots.height)
        self.figures = (
            part.select(*FIGURE, *PERIOD, "quarter", "quantity")
            .unique()
            .sort(*FIGURE, *PERIOD, nulls_last=True)
        )

    def equations(self) -> sparse.csr_matrix:
        """Equations × slots, residues: each row's sum is nothing."""
        named = _Named()
        self._of_people(named)
        self._over_time(named)
        self._of_sums(named)
        self._of_tools(named)
        self._of_pairs(named)
        equation, slot, value = named.over(self.start, self.slots["row"].to_numpy())
        shape = (int(equation.max(initial=-1)) + 1, self.slots.height)
        matrix = sparse.csr_matrix((value, (equation, slot)), shape=shape)
        matrix.eliminate_zeros()  # the whole and a part may be one quantity
        return matrix

    def _of_people(self, named: "_Named") -> None:
        """Name what the people of the cells make of one period's figure."""
        row = self.slots["row"].to_numpy()
        for start, end in itertools.pairwise(self.start.tolist()):
            for number, at, value in self._dependencies(row[start:end]):
                named.add(number, start + at, value)

    def _dependencies(self, rows: np.ndarray) -> Iterator[Equations]:
        """Yield how these cells depend on each other: number, place in `rows`, value."""
        if self.tools_add:
            yield self.people.dependencies(rows)
            return
        tool = self.people.tool_of[rows]
        for one in np.unique(tool):
            own = np.flatnonzero(tool == one)
            number, at, value = self.people.dependencies(rows[own])
            yield number, own[at], value

    def _over_time(self, named: "_Named") -> None:
        figures: dict[Figure, list[Dated]] = {}
        for metric, variant, bin_, *dated in self.figures.iter_rows():
            if metric in OVER_TIME:
                figures.setdefault((metric, variant, bin_), []).append(tuple(dated))
        for figure in figures.values():
            for longer, shorter in LONGER.items():
                for whole, parts in _within(figure, longer, shorter).items():
                    named.sum(whole, parts)
            self._whole(named, [(grain, quantity) for grain, _, _, quantity in figure])

    def _whole(self, named: "_Named", figure: list[tuple[str, int]]) -> None:
        """Name the quarters against the whole period, whose people are those covered throughout."""
        whole = [quantity for grain, quantity in figure if grain == "all"]
        quarters = [quantity for grain, quantity in figure if grain == "quarter"]
        if not whole or not quarters:
            return
        slots = self.slot[[*quarters, *whole]].max(axis=0)  # a row lies in one of them
        rows = np.flatnonzero(slots >= 0)
        for number, at, value in self._dependencies(rows):
            named.add(number, slots[rows][at], value)

    def _of_tools(self, named: "_Named") -> None:
        """Name what the people active in each tool make of those active in several."""
        parts = self.people.tools
        most = max((len(rows) for rows in parts.values()), default=0)
        for when, (whole, _) in self._at.get(TOOLS_OF_PEOPLE, {}).items():
            several = [self._quantity(figure, when) for figure in IN_SEVERAL[:most]]
            if most <= len(IN_SEVERAL) and None not in several:
                named.sum(whole, [one for one in several if one is not None])
            active = self._quantity(ACTIVE, when)
            if active is not None:
                for row, tools in parts.items():
                    slots = [self.slot[whole, row], *self.slot[active, tools]]
                    named.nothing(slots, [1] + [-1] * len(tools))

    def _of_pairs(self, named: "_Named") -> None:
        """Name that people active in two tools are the same from either side, and what they make of those in several."""
        name = dict(self.people.cells.select("row", "tool").iter_rows())
        parts = self.people.tools
        pairs: dict[When, dict[str | None, int]] = {}
        for (metric, _, tool), found in self._at.items():
            for when, (quantity, _) in found.items() if metric == PAIR_OF_TOOLS else ():
                pairs.setdefault(when, {})[tool] = quantity
        for when, of in pairs.items():
            two, three = (self._quantity(figure, when) for figure in IN_SEVERAL[1:])
            for row, every in parts.items():
                tools = [one for one in every if name[one] in of]  # a mail log lists no accounts
                both = [
                    (self.slot[of[name[b]], a], self.slot[of[name[a]], b])
                    for a, b in itertools.combinations(tools, 2)
                ]
                for sides in both:
                    named.nothing(sides, (1, -1))
                ones = [one for one, _ in both]
                if two is not None and len(tools) == 2:  # noqa: PLR2004  # one pair, and nobody in three
                    named.nothing((self.slot[two, row], *ones), (1, -1))
                if two is not None and three is not None and len(tools) == len(ones) == 3:  # noqa: PLR2004  # of three tools three pairs
                    whole = [self.slot[figure, row] for figure in (two, three)]
                    named.nothing((*whole, *ones), (1, 2, -1, -1, -1))

    @cached_property
    def _at(self) -> dict[Figure, dict[When, tuple[int, date | None]]]:
        """Quantity and quarter by figure and period."""
        found: dict[Figure, dict[When, tuple[int, date | None]]] = {}
        for *figure, grain, period, quarter, quantity in self.figures.iter_rows():
            metric, variant, bin_ = figure
            found.setdefault((metric, variant, bin_), {})[grain, period] = quantity, quarter
        return found

    def _quantity(self, figure: Figure, when: When) -> int | None:
        found = self._at.get(figure, {}).get(when)
        return None if found is None else found[0]

    def _of_sums(self, named: "_Named") -> None:
        for declared in SUMS:
            for when, (_, quarter) in self._at.get(declared.parts[0], {}).items():
                parts = [self._quantity(part, when) for part in declared.parts]
                before = self._before(declared.whole, when, quarter) if declared.before else when
                whole = self._quantity(declared.whole, before) if before else None
                if whole is not None and None not in parts:
                    named.sum(whole, [part for part in parts if part is not None])

    def _before(self, figure: Figure, when: When, quarter: date | None) -> When | None:
        """Return the figure's last period before this one that lies in the same quarter."""
        grain, period = when
        earlier = [
            other
            for (kind, other), (_, inside) in self._at.get(figure, {}).items()
            if kind == grain and inside == quarter and other and period and other < period
        ]
        return (grain, max(earlier)) if earlier else None


class _Named:
    """Equations in the order in which they are named; sums are laid over their cells once all are known."""

    def __init__(self) -> None:
        self.count = 0
        self.parts: list[tuple[np.ndarray, ...]] = []  # place, number, slot, value
        self.sums: list[tuple[int, list[int]]] = []

    def add(self, number: np.ndarray, slot: np.ndarray, value: np.ndarray) -> None:
        """Name equations: `number` says to which of them a slot with its value belongs."""
        if len(number):
            self.parts.append((np.full(len(number), self.count), number, slot, value))
            self.count += 1

    def nothing(self, slots: Sequence[int], values: Sequence[int]) -> None:
        """Name one equation over these slots, if there are figures for all of them."""
        if len(slots) == len(values) and min(slots) >= 0:
            self.add(np.zeros(len(slots), np.int64), np.array(slots), np.array(values))

    def sum(self, whole: int, parts: list[int]) -> None:
        """Name one equation for every cell that all these quantities have: whole − parts = 0."""
        self.sums.append((self.count, [whole, *parts]))
        self.count += 1

    def over(self, start: np.ndarray, row: np.ndarray) -> Equations:
        """Return all equations; quantity q has the slots start[q] to start[q + 1], in the cells `row`."""
        every = zip(self._of_sums(start, row), *self.parts, strict=True)
        place, number, slot, value = (np.concatenate(column) for column in every)
        order = place * (number.max(initial=0) + 1) + number
        return np.unique(order, return_inverse=True)[1], slot, value

    def _of_sums(self, start: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return place, cell, slot, value of the sums."""
        size = np.array([len(quantities) for _, quantities in self.sums], np.int64)
        quantity = np.array([one for _, quantities in self.sums for one in quantities], np.int64)
        sign = np.full(len(quantity), -1)
        sign[np.cumsum(size) - size] = 1
        cells = start[quantity + 1] - start[quantity]
        slot = np.arange(cells.sum()) + np.repeat(start[quantity] - np.cumsum(cells) + cells, cells)
        one = np.repeat(np.repeat(np.arange(len(size)), size), cells)
        cell = one * (row.max(initial=0) + 1) + row[slot]
        _, at, times = np.unique(cell, return_inverse=True, return_counts=True)
        every = times[at] == size[one]
        place = np.array([place for place, _ in self.sums], np.int64)
        return place[one[every]], row[slot[every]], slot[every], np.repeat(sign, cells)[every]


def _with_quantity(part: pl.DataFrame, *, alike: bool) -> pl.DataFrame:
    """Add the number of the quantity: `alike`, figures of one quarter whose sums are the same in every one of many cells are one."""
    figure = [*FIGURE, *PERIOD]
    told = pl.struct("row", pl.col("sx").round_sig_figs(DIGITS)).hash(SEED).sum()
    marked = part.with_columns(
        mark=pl.when(pl.len().over(figure) >= MANY, ~pl.col("defined"), pl.lit(alike))
        .then(told.over(figure))
        .otherwise(pl.struct(figure).hash(SEED))
    )
    return marked.with_columns(
        quantity=pl.struct("quarter", "mark").rank("dense").cast(pl.Int64) - 1
    )


def _within(figure: list[Dated], longer: str, shorter: str) -> dict[int, list[int]]:
    """Return each longer period's quantity with those of the shorter ones that make it; periods are in order."""
    ends: dict[date | None, list[tuple[date, int]]] = {}
    for grain, starts, quarter, quantity in figure:
        if grain == longer:
            ends.setdefault(quarter, []).append((starts, quantity))
    found: dict[int, list[int]] = {}
    for grain, starts, quarter, quantity in figure:
        if grain == shorter:
            begun = [whole for first, whole in ends.get(quarter, []) if first <= starts]
            if begun:
                found.setdefault(begun[-1], []).append(quantity)
    return found
