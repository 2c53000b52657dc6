"""Which figures hidden for their value follow exactly from those shown?

The cells of a period depend on each other as the people in them do: whatever combination of their rows of people gives
nothing, gives nothing for every sum over people too (`dependencies`). Sums over weeks, months and quarters and figures
that are sums of others (metrics/sums.py) add equations of their own. What is hidden is unknown; an unknown is known
after all when the equations leave it one value, and then the cheapest shown figure in its explanation is hidden too.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analytics.metrics.passport import Cut
from analytics.metrics.sums import (
    ACTIVE,
    ALIKE,
    IN_SEVERAL,
    OVER_TIME,
    PAIR_OF_TOOLS,
    SUMS,
    TOOLS_OF_PEOPLE,
    Sum,
)
from analytics.privacy.kernel import product, random_primes, reduce_rows
from analytics.privacy.lattice import KEYS, build
from analytics.privacy.suppress import cheapest

Equations = tuple[np.ndarray, np.ndarray, np.ndarray]  # equation, slot, value
FIGURE = ("metric", "variant", "bin")
PERIOD = ("grain", "period")
LONGER = {"month": "week", "quarter": "month"}
COARSE = {"week": 1.0, "month": 1.5, "quarter": 2.0, "all": 3.0}
WHOLE_OF_A_SUM = 4.0  # a figure that others are parts of costs more than its parts
DIGITS = 9  # to which sums are called the same
PATIENCE = 8  # rounds after which more is hidden in each than is needed to break what tells
AT_ONCE = 4  # times as many ways to break it then
TRIES = 40  # dear figures of a piece that are tried again in the end
MANY = 10  # cells; two figures are the same in fewer by chance
SEED = 7  # of the prime and of the hash of columns: any will do


@dataclass(frozen=True)
class People:
    """Which people stand in which cell: cells with KEYS and `row`, and their rows over kinds of people."""

    cells: pl.DataFrame
    member: sparse.csr_matrix
    prime: int
    _known: dict[bytes, sparse.csr_matrix] = field(default_factory=dict)
    _wide: list[tuple[np.ndarray, sparse.csr_matrix]] = field(default_factory=list)

    @classmethod
    def of(cls, panel: pl.DataFrame) -> "People":
        """Return them for a panel (quarter or null, person, department, level, location, tools)."""
        lattice = build(panel)
        cells = lattice.cells.filter("listed").select(*KEYS, row="cell")
        rng = np.random.default_rng(SEED)
        marks = lattice.member.T.astype(np.int64) @ rng.integers(1, 2**62, lattice.cells.height)
        _, first = np.unique(marks, return_index=True)  # kinds in the same cells are one
        return cls(cells, lattice.member[:, first].tocsr(), random_primes(rng, 1)[0])

    def tools(self) -> dict[int, list[int]]:
        """Return for each cell of any tool, by its row, the rows of its people in each tool."""
        place = [key for key in KEYS if key != "tool"]
        own = self.cells.filter(pl.col("tool").is_not_null()).select(*place, part="row")
        pairs = self.cells.filter(pl.col("tool").is_null()).join(own, on=place, nulls_equal=True)
        return dict(pairs.group_by("row", maintain_order=True).agg("part").iter_rows())

    def dependencies(self, rows: np.ndarray) -> sparse.csr_matrix:
        """Return a basis of the combinations of these cells (columns as in `rows`) that hold nobody."""
        key = rows.astype(np.int64).tobytes()
        if key not in self._known:
            wider = next((one for one in self._wide if np.isin(rows, one[0]).all()), None)
            self._known[key] = self._among(rows, *wider) if wider else self._left_kernel(rows)
        return self._known[key]

    def _among(
        self, rows: np.ndarray, all_rows: np.ndarray, basis: sparse.csr_matrix
    ) -> sparse.csr_matrix:
        """Return those combinations of all_rows that do without the rows that are not in `rows`."""
        rest = np.flatnonzero(~np.isin(all_rows, rows))
        at = np.argsort(all_rows)[np.searchsorted(np.sort(all_rows), rows)]
        work = basis[:, [*rest, *at]].toarray()
        without = len(reduce_rows(work, len(rest), self.prime))
        return sparse.csr_matrix(work[without:, len(rest) :])

    def told_anyway(self, placed: pl.DataFrame) -> pl.Series:
        """Rows that the mask hides for others' sake and that follow from those it shows: their values may be secret."""
        cells = placed.filter(
            pl.col("row").is_not_null(), ~pl.col("is_masked") | (pl.col("reason") != "small_group")
        ).unique("row", maintain_order=True)
        found: list[int] = []
        for _, part in cells.group_by("quarter", maintain_order=True):
            rows = part.sort("is_masked", "row", descending=[True, False])
            masked = int(rows["is_masked"].sum())
            numbers = rows["row"].to_numpy().astype(np.int64)
            wide = self._left_kernel(numbers)
            self._wide.append((numbers, wide))
            basis = wide[:, :masked].toarray()
            found += rows["row"].gather(_determined(basis, self.prime)[1]).to_list()
        return pl.Series(found, dtype=placed["row"].dtype)

    def _left_kernel(self, rows: np.ndarray) -> sparse.csr_matrix:
        some = self.member[rows]
        inside = some[:, np.flatnonzero(some.getnnz(axis=0))].toarray().astype(np.int64)
        width = inside.shape[1]
        work = np.concatenate([inside, np.eye(len(inside), dtype=np.int64)], axis=1)
        rank = len(reduce_rows(work, width, self.prime))
        basis = work[rank:, width:].copy()
        reduce_rows(basis, basis.shape[1], self.prime)
        return sparse.csr_matrix(basis)


def weight(of_cut: Mapping[Cut, float]) -> pl.Expr:
    """Return what hiding a cell costs: by its cut, its size, how long the period is and whether others are parts of it."""
    whole = pl.any_horizontal(
        (pl.col("metric") == metric)
        & (pl.col("variant") == variant)
        & pl.col("bin").eq_missing(name)
        for metric, variant, name in {declared.whole for declared in SUMS}
    )
    return (
        pl.col("cut").replace_strict(of_cut, return_dtype=pl.Float64)
        * pl.col("n").sqrt()
        * pl.col("grain").replace_strict(COARSE, return_dtype=pl.Float64)
        * pl.when(whole).then(WHOLE_OF_A_SUM).otherwise(1.0)
    )


def protect(cells: pl.DataFrame, people: People, which: pl.Expr) -> pl.DataFrame:
    """Return the cells with `by_value` filled also where a shown figure would give a hidden one away.

    Only the figures `which` are looked at. Reads metric, variant, bin, grain, period, KEYS, cut, n, sx, sy, is_masked, weight (what hiding it costs), defined, is_secret (must not be worked out), reason (why it
    is hidden whatever its value) and by_value (why it is hidden for its value).
    """
    placed = cells.with_row_index("cell").join(
        people.cells, on=KEYS, how="left", nulls_equal=True, maintain_order="left"
    )
    followed = pl.col("row").is_in(people.told_anyway(placed).implode())
    told = ~pl.col("is_masked") | (pl.col("is_secret") & followed)
    visible = placed.filter(which, told, pl.col("row").is_not_null())
    groups = {metric: group for group in ALIKE for metric in group}
    names = {name: groups.get(name, (name,)) for name in visible["metric"].unique()}
    hidden: list[np.ndarray] = []
    for group in sorted(set(names.values())):
        part = visible.filter(pl.col("metric").is_in(group))
        if part["is_secret"].any():
            hidden.append(_Puzzle(part, people).solve())
    also = pl.DataFrame(
        {"cell": np.concatenate([np.zeros(0, int), *hidden])}, schema={"cell": pl.UInt32}
    ).unique()
    return (
        cells.with_row_index("cell")
        .join(also.with_columns(also=pl.lit("protected")), on="cell", how="left")
        .sort("cell")
        .with_columns(
            by_value=pl.coalesce(
                "by_value", pl.when(pl.col("reason").is_null()).then(pl.col("also"))
            )
        )
        .drop("cell", "also")
    )


class _Puzzle:
    """The figures of metrics that may tell of each other: slots (a quantity in a cell), and equations between them."""

    def __init__(self, part: pl.DataFrame, people: People) -> None:
        self.people = people
        part = _with_quantity(part)
        self.quantities = part["quantity"].n_unique()
        slots = (
            part.group_by("quantity", "row")
            .agg(
                "cell",
                target=pl.col("is_secret").any(),
                shown=(pl.col("reason").is_null() & pl.col("by_value").is_null()).any(),
                # what no export holds is nothing, and no secret
                nothing=pl.col("reason").fill_null("").str.contains("^no_|^not_applicable").all()
                | (pl.col("is_masked") & (pl.col("sy") == 0)).all(),
                cost=pl.col("weight").sum(),
                is_dear=(~pl.col("cut").str.contains("_")).any(),
                is_company=(pl.col("cut") == "total").any(),
                # what a figure is by definition stands in the denominator of others too: hiding it hides nothing
                is_defined=pl.col("defined").all(),
            )
            .sort("quantity", "row")
        )
        self.cells = slots["cell"]
        self.target = slots["target"].to_numpy().copy()
        self.unknown = self.target | ~(slots["shown"] | slots["nothing"]).to_numpy()
        self.can_hide = (slots["shown"] & ~slots["is_defined"]).to_numpy() & ~self.target
        self.cost = slots["cost"].to_numpy()
        self.is_dear = slots["is_dear"].to_numpy()
        self.is_company = slots["is_company"].to_numpy()
        self.slot = np.full((self.quantities, people.member.shape[0]), -1)
        self.slot[slots["quantity"], slots["row"]] = np.arange(slots.height)
        self.figures = (
            part.select(*FIGURE, *PERIOD, "quarter", "quantity")
            .unique()
            .sort(*FIGURE, *PERIOD, nulls_last=True)
        )
        self.hidden = self.target.copy()
        self.solved: dict[tuple[int, bytes], tuple[np.ndarray, list[int]]] = {}

    def solve(self) -> np.ndarray:
        """Return the numbers of the cells to hide."""
        equations = self._equations()
        fresh = self.unknown.copy()
        for turn in itertools.count():
            times = 1 if turn < PATIENCE else AT_ONCE if turn < 3 * PATIENCE else None
            chosen: list[int] = []
            again = np.zeros(len(self.unknown), bool)
            for piece, unknown in self._pieces(equations, fresh):
                picks = self._break(piece, unknown, times)
                if picks:  # they break one way to work a figure out; there may be another
                    chosen += picks
                    again[unknown] = True
            if not chosen:
                break
            again[chosen] = True
            fresh = again
            self.hidden[chosen] = self.unknown[chosen] = True
            self.can_hide[chosen] = False
        self._restore(equations)
        return self.cells.filter(pl.Series(self.hidden)).explode().to_numpy()

    def _pieces(
        self, equations: sparse.csr_matrix, fresh: np.ndarray
    ) -> Iterator[tuple[sparse.csr_matrix, np.ndarray]]:
        """Equations that hang together by their unknowns, with those unknowns; only where a fresh one is among them."""
        unknown = np.flatnonzero(self.unknown)
        inside = equations[:, unknown]
        touched = np.flatnonzero(self._telling(inside, ~self.target[unknown]))
        inside, whole = inside[touched], equations[touched]
        graph = sparse.bmat([[None, inside], [inside.T, None]], format="csr")
        _, label = connected_components(graph, directed=False)
        of_row, of_column = label[: len(touched)], label[len(touched) :]
        wanted = np.intersect1d(of_column[self.target[unknown]], of_column[fresh[unknown]])
        rows_by, columns_by = (
            np.argsort(of_row, kind="stable"),
            np.argsort(of_column, kind="stable"),
        )
        for number in wanted:
            rows = rows_by[slice(*np.searchsorted(of_row[rows_by], [number, number + 1]))]
            columns = columns_by[
                slice(*np.searchsorted(of_column[columns_by], [number, number + 1]))
            ]
            if len(rows):
                yield whole[rows], unknown[columns]

    @staticmethod
    def _telling(inside: sparse.csr_matrix, may_be_anything: np.ndarray) -> np.ndarray:
        """Which equations can tell something: not those that alone hold an unknown of which nobody asks."""
        telling = inside.getnnz(axis=1) > 0
        while True:
            times = inside[telling].getnnz(axis=0)
            alone = inside[:, np.flatnonzero((times == 1) & may_be_anything)].getnnz(axis=1) > 0
            if not (telling & alone).any():
                return telling
            telling &= ~alone

    def _break(
        self, equations: sparse.csr_matrix, unknown: np.ndarray, times: int | None
    ) -> list[int]:
        """Return shown slots to hide so that no target of this piece is left with one value.

        `times`: in so many ways at once; null: whatever takes part, but the company's own where others do.
        """
        inside = equations[:, unknown].toarray().astype(np.int64)
        solved, columns = self._solved(inside)
        known = [at for at, column in enumerate(columns) if self.target[unknown[column]]]
        if not known:
            return []
        columns_used = np.flatnonzero(equations.getnnz(axis=0))
        columns_used = columns_used[self.can_hide[columns_used]]
        outside = equations[:, columns_used].toarray().astype(np.int64) % self.people.prime
        take = product(solved[known], outside, self.people.prime) != 0
        if times is None:
            others = take & ~self.is_company[columns_used]
            alone = take[~others.any(axis=1)]
            return columns_used[others.any(axis=0) | alone.any(axis=0)].tolist()
        chosen: list[int] = []
        for turn in range(times):
            # a dear figure only where nothing else helps
            pool = take if turn == 0 else take & ~self.is_dear[columns_used]
            picks = cheapest(pool, self.cost[columns_used])
            chosen += picks.tolist()
            take[:, picks] = False
        return columns_used[chosen].tolist()

    def _restore(self, equations: sparse.csr_matrix) -> None:
        """Show the dear ones again whose hiding was no help in the end, dearest first."""
        helped = self.hidden & ~self.target & self.is_dear
        for piece, unknown in self._pieces(equations, helped):
            inside, slots = piece[:, unknown].toarray().astype(np.int64), unknown
            dear = sorted(unknown[helped[unknown]], key=lambda slot: -self.cost[slot])
            for slot in dear[:TRIES]:
                stay = slots != slot
                if not self._known(inside[:, stay], self.target[slots[stay]]):
                    inside, slots = inside[:, stay], slots[stay]
                    self.hidden[slot] = self.unknown[slot] = False

    def _known(self, inside: np.ndarray, target: np.ndarray) -> bool:
        return any(target[column] for column in self._solved(inside)[1])

    def _solved(self, inside: np.ndarray) -> tuple[np.ndarray, list[int]]:
        key = (inside.shape[1], inside.tobytes())
        if key not in self.solved:
            self.solved[key] = _determined(inside, self.people.prime)
        return self.solved[key]

    def _equations(self) -> sparse.csr_matrix:
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
        shape = (count, len(self.unknown))
        matrix = sparse.csr_matrix((np.concatenate(values or none), places), shape=shape)
        matrix.eliminate_zeros()  # the whole and a part may be one quantity
        return matrix

    def _of_people(self) -> Iterator[Equations]:
        """Yield what the people of the cells make of one period's figure."""
        for quantity in range(self.quantities):
            rows = np.flatnonzero(self.slot[quantity] >= 0)
            slots = self.slot[quantity, rows]
            basis = self.people.dependencies(rows).tocoo()
            yield basis.row, slots[basis.col], basis.data

    def _over_time(self) -> Iterator[Equations]:
        for _, figure in self.figures.filter(pl.col("metric").is_in(OVER_TIME)).group_by(
            FIGURE, maintain_order=True
        ):
            for longer, shorter in LONGER.items():
                for whole, parts in _within(figure, longer, shorter):
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
        for period in {key[3:] for key in self._at if key[0] == PAIR_OF_TOOLS}:
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


def _within(figure: pl.DataFrame, longer: str, shorter: str) -> Iterator[tuple[int, list[int]]]:
    """Each longer period's quantity with those of the shorter ones that make it."""
    ends = figure.filter(pl.col("grain") == longer).select(
        "quarter", whole="quantity", starts="period"
    )
    parts = figure.filter(pl.col("grain") == shorter).select("quarter", "quantity", starts="period")
    joined = parts.sort("starts").join_asof(
        ends.sort("starts"), on="starts", by="quarter", check_sortedness=False
    )
    for (whole,), group in joined.drop_nulls("whole").group_by("whole", maintain_order=True):
        yield int(str(whole)), group["quantity"].to_list()


def _determined(inside: np.ndarray, p: int) -> tuple[np.ndarray, list[int]]:
    """Return the combinations of the equations that leave one unknown alone, and which unknown."""
    count, width = inside.shape
    work = np.concatenate([inside % p, np.eye(count, dtype=np.int64)], axis=1)
    pivots = reduce_rows(work, width, p)
    alone = np.flatnonzero((work[: len(pivots), :width] != 0).sum(axis=1) == 1)
    return work[alone, width:], [pivots[row] for row in alone]
