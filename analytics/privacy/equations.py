"""Which equations hold between figures, whoever looks at them?

The cells of a period depend on each other as the people in them do (dependencies.py). Sums over weeks, months and quarters and figures
that are sums of others (metrics/sums.py) add equations of their own.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
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
    Sum,
)
from analytics.privacy.dependencies import People

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

    def __init__(self, part: pl.DataFrame, people: People) -> None:
        self.people = people
        part = _with_quantity(part)
        self.count = part["quantity"].n_unique()
        self.slots = (
            part.group_by("quantity", "row")
            .agg(
                "cell",
                target=pl.col("is_secret").any(),
                shown=(pl.col("reason").is_null() & pl.col("by_value").is_null()).any(),
                # what no export holds is nothing, and no secret
                nothing=pl.col("reason").fill_null("").str.contains("^no_|^not_applicable").all()
                | (pl.col("is_masked") & (pl.col("sy") == 0)).all(),
                cost=pl.col("weight").sum(),
                # what a figure is by definition stands in the denominator of others too: hiding it hides nothing
                is_defined=pl.col("defined").all(),
            )
            .sort("quantity", "row")
        )
        self.slot = np.full((self.count, people.member.shape[0]), -1)
        self.slot[self.slots["quantity"], self.slots["row"]] = np.arange(self.slots.height)
        self.figures = (
            part.select(*FIGURE, *PERIOD, "quarter", "quantity")
            .unique()
            .sort(*FIGURE, *PERIOD, nulls_last=True)
        )

    def equations(self) -> sparse.csr_matrix:
        """Equations × slots, residues: each row's sum is nothing."""
        rows, slots, values = [], [], []
        count = 0
        told = (
            *self._of_people(),
            *self._over_time(),
            *self._of_sums(),
            *self._of_tools(),
            *self._of_pairs(),
        )
        for equation, slot, value in told:
            rows.append(equation + count)
            slots.append(slot)
            values.append(value)
            count += int(equation.max(initial=-1)) + 1
        none = [np.zeros(0, np.int64)]
        places = (np.concatenate(rows or none), np.concatenate(slots or none))
        shape = (count, self.slots.height)
        matrix = sparse.csr_matrix((np.concatenate(values or none), places), shape=shape)
        matrix.eliminate_zeros()  # the whole and a part may be one quantity
        return matrix

    def _of_people(self) -> Iterator[Equations]:
        """Yield what the people of the cells make of one period's figure."""
        for quantity in range(self.count):
            rows = np.flatnonzero(self.slot[quantity] >= 0)
            slots = self.slot[quantity, rows]
            basis = self.people.dependencies(rows).tocoo()
            yield basis.row, slots[basis.col], basis.data

    def _over_time(self) -> Iterator[Equations]:
        figures = self.figures.filter(pl.col("metric").is_in(OVER_TIME)).with_columns(
            figure=pl.struct(FIGURE).rank("dense")
        )
        within = [_within(figures, longer, shorter) for longer, shorter in LONGER.items()]
        for (number,), figure in figures.group_by("figure", maintain_order=True):
            for told in within:
                for whole, parts in told.get(number, []):
                    yield self._sum(whole, parts)
            yield from self._whole(figure)

    def _whole(self, figure: pl.DataFrame) -> Iterator[Equations]:
        """Quarters against the whole period, whose people are those covered throughout."""
        whole = figure.filter(pl.col("grain") == "all")["quantity"].to_list()
        quarters = figure.filter(pl.col("grain") == "quarter")["quantity"].to_list()
        if not whole or not quarters:
            return
        slots = self.slot[[*quarters, *whole]].max(axis=0)  # a row lies in one of them
        rows = np.flatnonzero(slots >= 0)
        basis = self.people.dependencies(rows).tocoo()
        yield basis.row, slots[rows][basis.col], basis.data

    def _of_tools(self) -> Iterator[Equations]:
        """Yield what the people active in each tool make of those active in several."""
        parts = self.people.tools()
        most = max((len(rows) for rows in parts.values()), default=0)
        for key, row in self._at.items():
            if key[:3] != TOOLS_OF_PEOPLE:
                continue
            whole = int(row["quantity"])
            several = [self._at.get((*figure, *key[3:])) for figure in IN_SEVERAL[:most]]
            if most <= len(IN_SEVERAL) and all(several):
                yield self._sum(whole, [int(one["quantity"]) for one in several if one])
            active = self._at.get((*ACTIVE, *key[3:]))
            if active is not None:
                yield from self._by_tool(whole, int(active["quantity"]), parts)

    def _by_tool(
        self, whole: int, active: int, parts: Mapping[int, list[int]]
    ) -> Iterator[Equations]:
        for row, tools in parts.items():
            slots = np.array([self.slot[whole, row], *self.slot[active, tools]])
            if (slots >= 0).all():
                values = np.array([1] + [-1] * len(tools))
                yield np.zeros(len(slots), np.int64), slots, values

    def _of_pairs(self) -> Iterator[Equations]:
        """Yield that people active in two tools are the same from either side, and what they make of those in several."""
        name = dict(self.people.cells.select("row", "tool").iter_rows())
        parts = self.people.tools()
        for period in dict.fromkeys(key[3:] for key in self._at if key[0] == PAIR_OF_TOOLS):
            of = {key[2]: int(row["quantity"]) for key, row in self._at.items() if key[0] == PAIR_OF_TOOLS and key[3:] == period}  # fmt: skip
            two, three = (self._at.get((*figure, *period)) for figure in IN_SEVERAL[1:])
            for row, every in parts.items():
                tools = [one for one in every if name[one] in of]  # a mail log lists no accounts
                both = [
                    (self.slot[of[name[b]], a], self.slot[of[name[a]], b])
                    for a, b in itertools.combinations(tools, 2)
                ]
                for sides in both:
                    yield from _nothing(sides, (1, -1))
                pairs = [one for one, _ in both]
                if two and len(tools) == 2:  # noqa: PLR2004  # one pair, and nobody in three
                    yield from _nothing((self.slot[two["quantity"], row], *pairs), (1, -1))
                if two and three and len(tools) == len(pairs) == 3:  # noqa: PLR2004  # of three tools three pairs
                    whole = [self.slot[figure["quantity"], row] for figure in (two, three)]
                    yield from _nothing((*whole, *pairs), (1, 2, -1, -1, -1))

    @cached_property
    def _at(self) -> dict[tuple, dict]:
        return {
            (row["metric"], row["variant"], row["bin"], row["grain"], row["period"]): row
            for row in self.figures.iter_rows(named=True)
        }

    def _of_sums(self) -> Iterator[Equations]:
        at = self._at
        for declared in SUMS:
            for key, row in at.items():
                if key[:3] != declared.parts[0]:
                    continue
                parts = [at.get((*part, *key[3:])) for part in declared.parts]
                whole = self._whole_of(declared, row, at)
                if whole is not None and all(part is not None for part in parts):
                    yield self._sum(whole, [part["quantity"] for part in parts if part])

    def _whole_of(self, declared: Sum, part: dict, at: dict) -> int | None:
        period = part["period"]
        if declared.before:
            earlier = [
                row["period"]
                for key, row in at.items()
                if key[:3] == declared.whole
                and row["grain"] == part["grain"]
                and row["quarter"] == part["quarter"]
                and period is not None
                and row["period"] < period
            ]
            if not earlier:
                return None
            period = max(earlier)
        found = at.get((*declared.whole, part["grain"], period))
        return None if found is None else int(found["quantity"])

    def _sum(self, whole: int, parts: list[int]) -> Equations:
        """In every cell that all of them have: whole − parts = 0."""
        slots = self.slot[[whole, *parts]]
        slots = slots[:, (slots >= 0).all(axis=0)]
        count = slots.shape[1]
        rows = np.tile(np.arange(count), len(slots))
        values = np.repeat([1] + [-1] * len(parts), count)
        return rows, slots.ravel(), values


def _nothing(slots: Sequence[int], values: Sequence[int]) -> Iterator[Equations]:
    """Yield one equation over these slots, if there are figures for all of them."""
    if len(slots) == len(values) and min(slots) >= 0:
        yield np.zeros(len(slots), np.int64), np.array(slots), np.array(values)


def _with_quantity(part: pl.DataFrame) -> pl.DataFrame:
    """Add the number of the quantity: figures of one quarter whose sums are the same in every one of many cells are one."""
    figure = [*FIGURE, *PERIOD]
    told = pl.struct("row", pl.col("sx").round_sig_figs(DIGITS)).hash(SEED).sum()
    marked = part.with_columns(
        mark=pl.when(pl.len().over(figure) >= MANY, ~pl.col("defined"))
        .then(told.over(figure))
        .otherwise(pl.struct(figure).hash(SEED))
    )
    return marked.with_columns(
        quantity=pl.struct("quarter", "mark").rank("dense").cast(pl.Int64) - 1
    )


def _within(
    figures: pl.DataFrame, longer: str, shorter: str
) -> dict[object, list[tuple[int, list[int]]]]:
    """Return, by figure, each longer period's quantity with those of the shorter ones that make it."""
    by = ["figure", "quarter"]
    ends = figures.filter(pl.col("grain") == longer).select(*by, whole="quantity", starts="period")
    parts = figures.filter(pl.col("grain") == shorter).select(*by, "quantity", starts="period")
    joined = parts.sort("starts").join_asof(
        ends.sort("starts"), on="starts", by=by, check_sortedness=False
    )
    found: dict[object, list[tuple[int, list[int]]]] = {}
    grouped = joined.drop_nulls("whole").group_by("figure", "whole", maintain_order=True)
    for figure, whole, quantities in grouped.agg("quantity").iter_rows():
        found.setdefault(figure, []).append((whole, quantities))
    return found
