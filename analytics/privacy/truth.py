"""Somebody who knows who belongs where: which small groups, and which hidden values, follow from what is shown?

The attacker in the plain form: what each person did in each quarter with each tool is an unknown, each shown cell an
equation, Gauss modulo a prime decides. It shares no code with the audit, so that one may check the other: it starts
from a panel and a list of shown cells.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

PRIME = 536_870_909
SPARE = 24  # more columns than rows, so that a wrong answer by chance is one in 2^29 to this power
LABELS = ("division", "department", "level", "location")
KEY = ["cut", "quarter", *LABELS, "tool"]
CUTS: dict[str, tuple[str, ...]] = {
    "total": (),
    "division": ("division",),
    "division_department": ("division", "department"),
    "department": ("department",),
    "level": ("level",),
    "location": ("location",),
    "tool": ("tool",),
    "department_level": ("department", "level"),
    "department_location": ("department", "location"),
    "department_tool": ("department", "tool"),
}
FINER = [
    ("total", "division"), ("division", "division_department"), ("department", "division_department"),
    ("total", "department"), ("total", "level"), ("total", "location"), ("total", "tool"),
    ("department", "department_level"), ("department", "department_location"), ("department", "department_tool"),
    ("level", "department_level"), ("location", "department_location"), ("tool", "department_tool"),
]  # fmt: skip
MOST_IN_THREES = 12  # of a family's small cells, threes are tried


@dataclass(frozen=True)
class Sets:
    """Groups of fewer than k people: rows over unknowns, how many people, and how each was found."""

    vectors: sparse.csr_matrix
    people: np.ndarray
    kind: np.ndarray


class Attacker:
    """Takes a panel (quarter or null, person, department, level, location, tools) and knows every small set in it."""

    def __init__(self, panel: pl.DataFrame, k: int) -> None:
        self.k = k
        if "division" not in panel.columns:
            panel = panel.with_columns(division=pl.lit(None, pl.String))
        self.unknowns, placed = _unknowns(panel)
        divided = panel["division"].is_not_null().any()
        pairs = pl.concat(
            _cells_of(placed, cut) for cut in CUTS if divided or "division" not in CUTS[cut]
        )
        self.cells = pairs.select(KEY).unique().sort(KEY).with_row_index("cell")
        numbered = pairs.join(self.cells, on=KEY, nulls_equal=True)
        self.member = _matrix(
            numbered["cell"], numbered["unknown"], self.cells.height, self.unknowns.height
        )
        person = self.unknowns["person"].rank("dense").cast(pl.Int64).to_numpy() - 1
        self.person = _matrix(
            np.arange(len(person)), person, len(person), int(person.max(initial=-1)) + 1
        )
        self.stands = (self.member @ self.person).tocsr()
        self.stands.data[:] = 1
        self.n = np.asarray(self.stands.sum(axis=1)).ravel()
        self.sets = self._sets()

    def recovered(self, shown: pl.DataFrame) -> list[tuple[str, int]]:
        """Kind and people of the sets that follow exactly from the shown cells (columns KEY)."""
        x = kernel(self.member[self.rows(shown)])
        known = _times(self.sets.vectors, x)
        follows = (known == 0).all(axis=1)
        hits = list(zip(self.sets.kind[follows], self.sets.people[follows].tolist(), strict=True))
        return [(str(kind), people) for kind, people in hits] + self._pairs(known)

    def follow(self, hidden: pl.DataFrame, shown: pl.DataFrame) -> int:
        """How many of the hidden cells follow exactly from the shown ones."""
        x = kernel(self.member[self.rows(shown)])
        return int((_times(self.member[self.rows(hidden)], x) == 0).all(axis=1).sum())

    def rows(self, cells: pl.DataFrame) -> np.ndarray:
        """Numbers of the cells that the panel has."""
        if "division" not in cells.columns:
            cells = cells.with_columns(division=pl.lit(None, pl.String))
        found = cells.select(KEY).join(self.cells, on=KEY, how="inner", nulls_equal=True)
        return found["cell"].unique().sort().to_numpy()

    def _pairs(self, known: np.ndarray) -> list[tuple[str, int]]:
        """Two sets whose sum or difference follows although neither does."""
        pool = np.flatnonzero(np.isin(self.sets.kind, ["atom", "cell"]) & (known != 0).any(axis=1))
        told = pl.DataFrame(
            {
                "set": pool,
                "people": self.sets.people[pool],
                "x": known[pool, 0],
                "y": known[pool, 1],
            }
        )
        other = told.with_columns(x=-pl.col("x") % PRIME, y=-pl.col("y") % PRIME)
        both = [
            told.join(mirror, on=["x", "y"]).filter(
                pl.col("set") < pl.col("set_right"),
                pl.col("people") + pl.col("people_right") < self.k,
            )
            for mirror in (told, other)
        ]
        return [
            ("pair", int(a + b))
            for pair in both
            for a, b in pair.select("people", "people_right").rows()
        ]

    def _sets(self) -> Sets:
        cells = self._of_cells()
        parts = [
            ("atom", self._atoms()),
            *((kind, (mix @ self.member).tocsr()) for kind, mix in cells),
        ]
        vectors = sparse.vstack([part for _, part in parts], format="csr")
        vectors.eliminate_zeros()
        kind = np.repeat([name for name, _ in parts], [part.shape[0] for _, part in parts])
        touched = abs(vectors) @ self.person
        touched.data[:] = 1
        people = np.asarray(touched.sum(axis=1)).ravel().astype(int)
        draw = np.random.default_rng(1).integers(1, 2**62, vectors.shape[1])
        _, first = np.unique(np.abs(vectors.astype(np.int64) @ draw), return_index=True)
        first = np.sort(first[(people[first] > 0) & (people[first] < self.k)])
        return Sets(vectors[first], people[first], kind[first])

    def _atoms(self) -> sparse.csr_matrix:
        """People who stand in the same cells throughout: in all, in a quarter, with a tool, and in both."""
        draw = np.random.default_rng(2).integers(1, 2**62, self.cells.height)
        marks = self.unknowns.with_columns(mark=self.member.T.astype(np.int64) @ draw)
        alike = (
            marks.group_by("person")
            .agg(mark=pl.struct("mark", "quarter", "tool").sort().hash().sum())
            .with_columns(people=pl.len().over("mark"))
            .filter(pl.col("people") < self.k)
        )
        own = marks.drop("mark").with_row_index("unknown").join(alike, on="person")
        parts = []
        for by in ((), ("quarter",), ("tool",), ("quarter", "tool")):
            group = (
                own.select(pl.struct("mark", *by).rank("dense").cast(pl.Int64))
                .to_series()
                .to_numpy()
                - 1
            )
            parts.append(
                _matrix(group, own["unknown"], int(group.max(initial=-1)) + 1, self.unknowns.height)
            )
        return sparse.vstack(parts, format="csr")

    def _of_cells(self) -> list[tuple[str, sparse.csr_matrix]]:
        small = self.cells.filter(pl.Series(self.n < self.k))
        families = self._small_families()
        first, second, across = self._overlapping()
        return [
            ("cell", _mix([small["cell"].to_numpy()], [1], self.cells.height)),
            *(("union", mix) for mix in families),
            ("nested", _mix([first[~across], second[~across]], [1, -1], self.cells.height)),
            ("across", _mix([first[across], second[across]], [1, -1], self.cells.height)),
            ("whole", self._wholes()),
        ]

    def _small_families(self) -> list[sparse.csr_matrix]:
        """Twos and threes of small siblings, and all small siblings together."""
        found, count = [], self.cells.height
        for parent, child in FINER:
            siblings = (
                self.cells.filter((pl.col("cut") == child) & pl.Series(self.n < self.k))
                .with_columns(family=pl.struct("quarter", *CUTS[parent]).rank("dense"))
                .select("cell", "family", place=pl.int_range(pl.len()).over("family"))
            )
            twos = siblings.join(siblings, on="family", suffix="_2").filter(
                pl.col("place") < pl.col("place_2")
            )
            threes = twos.filter(pl.col("place_2") < MOST_IN_THREES).join(
                siblings.filter(pl.col("place") < MOST_IN_THREES), on="family", suffix="_3"
            ).filter(pl.col("place_2") < pl.col("place_3"))  # fmt: skip
            found.append(_mix([twos["cell"].to_numpy(), twos["cell_2"].to_numpy()], [1, 1], count))
            found.append(
                _mix(
                    [threes[name].to_numpy() for name in ("cell", "cell_2", "cell_3")],
                    [1, 1, 1],
                    count,
                )
            )
            groups = siblings["family"].rank("dense").cast(pl.Int64).to_numpy() - 1
            found.append(_matrix(groups, siblings["cell"], int(groups.max(initial=-1)) + 1, count))
        return found

    def _overlapping(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pairs of cells of a quarter that share people and differ by fewer than k, and whether one is of any tool alone."""
        first, second, across = [], [], []
        for _, part in self.cells.group_by("quarter", maintain_order=True):
            index = part["cell"].to_numpy()
            tool = part["tool"].rank("dense").cast(pl.Int64).fill_null(0).to_numpy()
            both = sparse.triu(self.stands[index] @ self.stands[index].T, k=1).tocoo()
            a, b = index[both.row], index[both.col]
            differ = self.n[a] + self.n[b] - 2 * both.data
            tools = (tool[both.row], tool[both.col])
            close = (
                (differ > 0)
                & (differ < self.k)
                & ((tools[0] == tools[1]) | (tools[0] * tools[1] == 0))
            )
            first.append(a[close])
            second.append(b[close])
            across.append((tools[0] != tools[1])[close])
        return np.concatenate(first), np.concatenate(second), np.concatenate(across)

    def _wholes(self) -> sparse.csr_matrix:
        """Return the quarters of a cell less its whole period: what leavers, joiners and movers did."""
        place = ["cut", *LABELS, "tool"]
        groups = self.cells.with_columns(group=pl.struct(place).rank("dense").cast(pl.Int64) - 1)
        groups = groups.filter(pl.col("quarter").is_null().any().over("group"))
        group = groups["group"].to_numpy()
        sign = np.where(groups["quarter"].is_null(), -1.0, 1.0)
        shape = (int(group.max(initial=-1)) + 1, self.cells.height)
        return sparse.csr_matrix((sign, (group, groups["cell"].to_numpy())), shape=shape)


def kernel(shown: sparse.csr_matrix, count: int = 2) -> np.ndarray:
    """Random x (unknowns × count) that give 0 in every shown cell, modulo the prime; checked.

    A combination of random columns stands for all of them: the equations over it have the same consequences.
    """
    draw = np.random.default_rng(3)
    marks = shown.T.astype(np.int64) @ draw.integers(1, 2**62, shown.shape[0])
    _, first, kind = np.unique(
        marks, return_index=True, return_inverse=True
    )  # the same to all equations
    merged = shown[:, first]
    mix = draw.integers(0, PRIME, (len(first), shown.shape[0] + SPARE))
    within = _solve(_times(merged, mix), count, draw)
    x = _product(mix, within)
    spread = draw.integers(0, PRIME, (shown.shape[1], count))
    kinds = _matrix(kind, np.arange(len(kind)), len(first), len(kind))
    spread[first] = (spread[first] + x - _times(kinds, spread)) % PRIME
    if _times(shown, spread).any():
        raise ArithmeticError("The elimination of the shown cells is not consistent.")
    return spread


def _solve(work: np.ndarray, count: int, draw: np.random.Generator) -> np.ndarray:
    """Random solutions of work · x = 0 (columns), by elimination downwards and substitution upwards."""
    pivots: list[int] = []
    for column in range(work.shape[1]):
        at = len(pivots)
        rows = np.flatnonzero(work[at:, column])
        if not len(rows):
            continue
        work[[at, at + rows[0]]] = work[[at + rows[0], at]]
        work[at, column:] = work[at, column:] * pow(int(work[at, column]), -1, PRIME) % PRIME
        below = at + 1 + np.flatnonzero(work[at + 1 :, column])
        work[below, column:] = (
            work[below, column:] - work[below, column][:, None] * work[at, column:]
        ) % PRIME
        pivots.append(column)
        if len(pivots) == len(work):
            break
    x = draw.integers(0, PRIME, (work.shape[1], count))
    for at in range(len(pivots) - 1, -1, -1):
        column = pivots[at]
        rest = work[at, column + 1 :]
        x[column] = -_product(rest[None, :], x[column + 1 :])[0] % PRIME
    return x


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the product of residues, in halves of 15 bits so that float sums stay exact."""
    high, low = left >> 15, left & 32767
    total = np.zeros((left.shape[0], right.shape[1]), np.int64)
    for start in range(0, left.shape[1], 256):
        part = slice(start, start + 256)
        other = right[part].astype(np.float64)
        top = (high[:, part].astype(np.float64) @ other).astype(np.int64) % PRIME
        total = (
            total + (top << 15) + (low[:, part].astype(np.float64) @ other).astype(np.int64)
        ) % PRIME
    return total


def _times(small: sparse.csr_matrix, x: np.ndarray) -> np.ndarray:
    """Return the product of small integers and residues: sums of up to 2^23 of them are exact."""
    return np.rint(small @ x.astype(np.float64)).astype(np.int64) % PRIME


def _matrix(rows: object, columns: object, height: int, width: int) -> sparse.csr_matrix:
    places = (np.asarray(rows, np.int64), np.asarray(columns, np.int64))
    return sparse.csr_matrix((np.ones(len(places[0])), places), shape=(height, width))


def _mix(parts: list[np.ndarray], signs: list[int], width: int) -> sparse.csr_matrix:
    """One row for each place in the parts: part · sign, added up."""
    count = len(parts[0])
    rows = np.tile(np.arange(count), len(parts))
    values = np.repeat(np.array(signs, float), count)
    return sparse.csr_matrix((values, (rows, np.concatenate(parts))), shape=(count, width))


def _unknowns(panel: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One unknown a person, quarter and tool ("" = none); and where each counts, in its quarter and in the whole."""
    listed = panel.select(
        "quarter", "person", *LABELS, tool=pl.col("tools").fill_null("").str.split(",")
    )
    quarters = listed.filter(pl.col("quarter").is_not_null())
    alone = listed.filter(pl.col("quarter").is_null()).join(quarters, on="person", how="anti")
    placed = (
        pl.concat([quarters, alone])
        .explode("tool")
        .sort("person", "quarter", "tool")
        .with_row_index("unknown")
    )
    whole = (
        placed.filter(pl.col("quarter").is_not_null())
        .select("unknown", "person", own="tool")
        .join(listed.filter(pl.col("quarter").is_null()), on="person")
        .with_columns(
            tool=pl.when(pl.col("tool").list.contains(pl.col("own")))
            .then("own")
            .otherwise(pl.lit(""))
        )
    )
    columns = ["unknown", "quarter", *LABELS, "tool"]
    return (
        placed.select("person", "quarter", "tool"),
        pl.concat([placed.select(columns), whole.select(columns)]),
    )


def _cells_of(placed: pl.DataFrame, cut: str) -> pl.DataFrame:
    nothing = pl.lit(None, pl.String)
    return placed.select(
        pl.lit(cut).alias("cut"),
        "quarter",
        *(
            (pl.col(name) if name in CUTS[cut] else nothing).alias(name)
            for name in (*LABELS, "tool")
        ),
        "unknown",
    )
