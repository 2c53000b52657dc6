"""The attacker in the plainest form: every person an unknown, every shown cell an equation, Gauss modulo a prime.

Shares nothing with analytics.privacy: it starts from the panel and from the list of shown cells.
"""

from collections import defaultdict
from itertools import combinations

import numpy as np
import polars as pl

PRIME = 536_870_909
CUTS = {
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
    ("total", "division"), ("division", "division_department"),
    ("total", "department"), ("total", "level"), ("total", "location"), ("total", "tool"),
    ("department", "department_level"), ("department", "department_location"), ("department", "department_tool"),
    ("level", "department_level"), ("location", "department_location"), ("tool", "department_tool"),
]  # fmt: skip
PLACE = ("division", "department", "level", "location")
Cell = tuple[object, ...]  # cut, quarter, division, department, level, location, tool


class Company:
    """Unknowns are (person, quarter, tool); cells are sets of them."""

    def __init__(self, panel: pl.DataFrame) -> None:
        self.unknowns: list[tuple] = []
        self.cells: dict[Cell, set[int]] = defaultdict(set)
        self.by_person: dict[tuple, list[int]] = defaultdict(list)
        if "division" not in panel.columns:
            panel = panel.with_columns(division=pl.lit(None, pl.String))
        divided = panel["division"].is_not_null().any()
        self.cuts = {
            cut: labels for cut, labels in CUTS.items() if divided or "division" not in labels
        }
        rows = panel.select("quarter", "person", *PLACE, "tools").rows()
        for quarter, person, *place, tools in rows:
            if quarter is None:
                continue
            for tool in (tools or "").split(","):
                self._add(len(self.unknowns), quarter, place, tool)
                self.by_person[person, None].append(len(self.unknowns))
                self.by_person[person, quarter].append(len(self.unknowns))
                self.by_person[person, tool].append(len(self.unknowns))
                self.unknowns.append((person, quarter, tool))
        for quarter, person, *place, tools in rows:
            if quarter is None:
                have = (tools or "").split(",")
                for unknown in self.by_person[person, None]:
                    tool = self.unknowns[unknown][2]
                    self._add(unknown, None, place, tool if tool in have else "")

    def _add(self, unknown: int, quarter: object, place: list, tool: str) -> None:
        labels = dict(zip(PLACE, place, strict=True), tool=tool)
        for cut, columns in self.cuts.items():
            key = tuple(labels[name] if name in columns else None for name in labels)
            self.cells[cut, quarter, *key].add(unknown)

    def people(self, unknowns: set[int]) -> frozenset:
        return frozenset(self.unknowns[unknown][0] for unknown in unknowns)

    def matrix(self, shown: list[Cell]) -> np.ndarray:
        matrix = np.zeros((len(shown), len(self.unknowns)), np.int64)
        for row, cell in enumerate(shown):
            matrix[row, list(self.cells[cell])] = 1
        return matrix

    def kernel(self, shown: list[Cell], count: int) -> np.ndarray:
        """So many random x (rows) with A x = 0 modulo the prime, checked; equal columns of A are one unknown meanwhile."""
        return solutions(self.matrix(shown), count)


def solutions(matrix: np.ndarray, count: int) -> np.ndarray:
    """So many random x (rows) with matrix · x = 0 modulo the prime, checked; equal columns are one unknown meanwhile."""
    rng = np.random.default_rng(1)
    marks = np.packbits(matrix.astype(bool), axis=0).T
    numbers: dict[bytes, int] = {}
    number = np.array([numbers.setdefault(mark.tobytes(), len(numbers)) for mark in marks])
    first = np.unique(number, return_index=True)[1]
    reduced, pivots = echelon(matrix[:, first])
    found = []
    for _ in range(count):
        x = rng.integers(0, PRIME, len(first))
        x[pivots] = 0
        x[pivots] = -((reduced * x) % PRIME).sum(axis=1) % PRIME
        spread = rng.integers(0, PRIME, matrix.shape[1])
        have = np.zeros(len(first), np.int64)
        np.add.at(have, number, spread)
        spread[first] = (spread[first] + x - have) % PRIME
        assert not ((matrix @ spread) % PRIME).any()
        found.append(spread)
    return np.array(found)


def echelon(matrix: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Reduced row echelon form modulo the prime, without rows of zeros."""
    work, pivots = matrix.copy() % PRIME, []
    for column in range(work.shape[1]):
        at = len(pivots)
        rows = np.flatnonzero(work[at:, column])
        if not len(rows):
            continue
        work[[at, at + rows[0]]] = work[[at + rows[0], at]]
        work[at] = work[at] * pow(int(work[at, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(work[:, column])
        others = others[others != at]
        work[others] = (work[others] - work[others, column][:, None] * work[at]) % PRIME
        pivots.append(column)
    return work[: len(pivots)], pivots


def small_sets(company: Company, k: int) -> dict[tuple, tuple[str, int]]:
    """Every target as ((unknown, sign), …) -> its kind and number of people."""
    found: dict[tuple, tuple[str, int]] = {}

    def add(
        kind: str, plus: set[int], minus: set[int] = frozenset(), *, counts: dict | None = None
    ) -> None:
        vector = counts or {**dict.fromkeys(plus - minus, 1), **dict.fromkeys(minus - plus, -1)}
        people = len(company.people(set(vector)))
        if 0 < people < k:
            found.setdefault(tuple(sorted(vector.items())), (kind, people))

    kinds: dict[tuple, list[int]] = defaultdict(list)
    place_of: dict[int, list] = defaultdict(list)
    for cell, unknowns in company.cells.items():
        for unknown in unknowns:
            place_of[unknown].append(cell)
    signature = {
        person: tuple(
            (company.unknowns[u][1:], tuple(sorted(map(str, place_of[u])))) for u in unknowns
        )
        for (person, which), unknowns in company.by_person.items()
        if which is None
    }
    for person, mark in signature.items():
        kinds[mark].append(person)
    for people in kinds.values():
        if len(people) < k:
            own = [company.unknowns[u] for u in company.by_person[people[0], None]]
            whiches = {None, *(unknown[1] for unknown in own), *(unknown[2] for unknown in own)}
            for which in whiches:
                add("atom", {u for person in people for u in company.by_person[person, which]})
            for _, quarter, tool in own:
                add("atom", {u for person in people for u in company.by_person[person, quarter]
                             if company.unknowns[u][2] == tool})  # fmt: skip
    members = {cell: company.people(unknowns) for cell, unknowns in company.cells.items()}
    for unknowns in company.cells.values():
        add("cell", unknowns)
    for parent, child in FINER:
        families = defaultdict(list)
        for cell in company.cells:
            if cell[0] == child and len(members[cell]) < k:
                labels = dict(zip((*PLACE, "tool"), cell[2:], strict=True))
                families[cell[1], tuple(labels[name] for name in CUTS[parent])].append(cell)
        for siblings in families.values():
            for size in (2, 3, 4) if len(siblings) <= 12 else (2,):
                for some in combinations(siblings, size):
                    add("union", set().union(*(company.cells[cell] for cell in some)))
            add("union", set().union(*(company.cells[cell] for cell in siblings)))
    groups = defaultdict(list)
    for cell in company.cells:
        groups[cell[1], cell[6]].append(cell)
    for cells in groups.values():
        for a, b in combinations(cells, 2):
            if members[a] & members[b] and 0 < len(members[a] ^ members[b]) < k:
                add("nested", company.cells[a], company.cells[b])
    for cell, unknowns in company.cells.items():
        if cell[1] is None:
            counts: dict[int, int] = defaultdict(int)
            for quarter in {unknown[1] for unknown in company.unknowns}:
                for u in company.cells.get((cell[0], quarter, *cell[2:]), ()):
                    counts[u] += 1
            for u in unknowns:
                counts[u] -= 1
            vector = {u: c for u, c in counts.items() if c}
            if vector:
                add("whole", set(), counts=vector)
        elif cell[0] in ("total", "department"):
            for tool in ("slack", "mail", "teams"):
                cut = f"{cell[0]}_tool".removeprefix("total_")
                other = company.cells.get((cut, *cell[1:6], tool))
                if other:
                    add("nested", unknowns, other)
    return found


class Attacker:
    """Somebody who knows who belongs where, and tries every set of fewer than k people."""

    def __init__(self, panel: pl.DataFrame, k: int) -> None:
        self.k = k
        self.company = Company(panel)
        self.sets = list(small_sets(self.company, k).items())

    def recovered(self, shown: list[Cell]) -> list[tuple[str, int]]:
        """Kind and people of the sets that follow exactly from the shown cells."""
        x, y = self.company.kernel(shown, 2).tolist()
        hits, known = [], []
        for vector, (kind, people) in self.sets:
            # two draws: among millions of pairs one alone meets zero by chance
            value = tuple(sum(sign * draw[u] for u, sign in vector) % PRIME for draw in (x, y))
            if value == (0, 0):
                hits.append((kind, people))
            elif kind in ("atom", "cell"):
                known.append((value, people))
        return hits + self._pairs(known)

    def _pairs(self, known: list[tuple[tuple[int, int], int]]) -> list[tuple[str, int]]:
        """Two sets whose sum follows although neither does."""
        at: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, (value, _) in enumerate(known):
            at[value].append(i)
        return [
            ("pair", people + known[j][1])
            for i, (value, people) in enumerate(known)
            for j in at.get((-value[0] % PRIME, -value[1] % PRIME), ())
            if j > i and people + known[j][1] < self.k
        ]


def recovered(panel: pl.DataFrame, shown: list[Cell], k: int) -> list[tuple[str, int]]:
    """What one attacker recovers from one list of shown cells."""
    return Attacker(panel, k).recovered(shown)


def shown_cells(frame: pl.DataFrame, *, primary_only: bool = False, k: int = 10) -> list[Cell]:
    """Cells of a mask; primary_only: those that hiding small groups alone would show."""
    keep = pl.col("n") >= k if primary_only else pl.col("shown")
    return frame.filter(keep).select("cut", "quarter", *PLACE, "tool").rows()
