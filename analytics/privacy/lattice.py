"""Which groups may be asked about, and who is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from analytics.metrics.panel import with_division
from analytics.metrics.passport import CUTS, FAMILIES

LABELS = ("division", "department", "level", "location")

# A division's share of each department, and its people of none: never shown, so that nothing hangs on whether
# the departments lie in one division each. Its unknowns are a department's where they do.
WITHIN = "division_department"
LABELS_OF: dict[str, tuple[str, ...]] = {**dict(CUTS.items()), WITHIN: ("division", "department")}
AUDITED: tuple[tuple[str, str], ...] = tuple(
    (parent, WITHIN if (parent, child) == ("division", "department") else child)
    for parent, child in FAMILIES
)

KEYS = ("quarter", *LABELS, "tool")
PLACE = ("person", *LABELS, "tools")


@dataclass(frozen=True)
class Earlier:
    """An earlier release: how it placed people, and which of its cells everybody has seen.

    panel  quarter (null = whole period), person, division, department, level, location, tools
    shown  cut and KEYS of the cells that it showed
    """

    panel: pl.DataFrame
    shown: pl.DataFrame


@dataclass(frozen=True)
class Lattice:
    """Every cell of the publication as a sum of unknowns.

    An unknown is what the people of one atom did in one quarter with one tool; an atom is all people whose place and
    tools are the same in every quarter and in the whole, in this release and in those before. The whole period is the
    sum of its quarters, "any tool" the sum of the tools: a figure that does not add up like this is tied to the others
    by less, so it is no easier to work out.

    cells   edition (which placing of people the cell belongs to), cut, quarter (null = whole period), division, department,
            level, location, tool (null = all), n = people, listed = false for what only exists as a remainder (no
            department, no level, no tool), current = of the release to be made, fixed = everybody has seen it
    member  cells × unknowns, 0/1
    """

    cells: pl.DataFrame
    member: sparse.csr_matrix
    atom: np.ndarray
    quarter: np.ndarray
    tool: np.ndarray
    people: np.ndarray

    @cached_property
    def people_of(self) -> sparse.csr_matrix:
        """Unknowns × atoms, 0/1."""
        count = len(self.atom)
        return sparse.csr_matrix(
            (np.ones(count), self.atom, np.arange(count + 1)), shape=(count, len(self.people))
        )

    @cached_property
    def current(self) -> pl.DataFrame:
        """The cells of the release to be made."""
        return self.cells.filter("current")

    def count_people(self, vectors: sparse.csr_matrix) -> np.ndarray:
        """People behind each row of a sparse matrix over unknowns: a person in two quarters is one person."""
        return self.count(abs(vectors) @ self.people_of)

    def count(self, touched: sparse.csr_matrix) -> np.ndarray:
        """People in the atoms of each row of a sparse matrix over atoms."""
        touched.data[:] = 1
        return np.rint(touched @ self.people).astype(np.int64)


def build(panel: pl.DataFrame, earlier: Sequence[Earlier] = ()) -> Lattice:
    """Return the lattice of a panel (quarter or null, person, department, level, location, tools) and of earlier ones."""
    panel = with_division(panel)
    editions = _editions(panel, earlier)
    rows, people = _atoms(editions.rows)
    placed_quarters, unknowns = _quarters(rows)
    placed = pl.concat([placed_quarters, _wholes(rows, placed_quarters, editions)])
    pairs = pl.concat([_cells_of(placed, cut, columns) for cut, columns in _cuts(placed).items()])
    key = ["edition", "cut", *KEYS]
    current = pl.col("edition").is_in(editions.current)
    cells = pairs.select(key).unique()
    if earlier:
        fixed = editions.shown.with_columns(fixed=True)
        cells = cells.join(fixed, on=key, how="left", nulls_equal=True).with_columns(
            pl.col("fixed").fill_null(value=False)
        )
    else:
        cells = cells.with_columns(fixed=pl.lit(value=False))
    cells = cells.with_columns(current=current).sort(key).with_row_index("cell")
    pairs = pairs.join(cells.select(*key, "cell"), on=key, nulls_equal=True)
    member = sparse.csr_matrix(
        (np.ones(pairs.height), (pairs["cell"].to_numpy(), pairs["unknown"].to_numpy())),
        shape=(cells.height, unknowns.height),
    )
    tool = unknowns["tool"].rank("dense").cast(pl.Int64).to_numpy()
    atom = unknowns["atom"].cast(pl.Int64).to_numpy()
    block = unknowns["quarter"].rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    lattice = Lattice(cells, member, atom, block, tool, people)
    listed = pl.all_horizontal(
        pl.when(pl.col("cut").is_in([cut for cut, columns in CUTS.items() if label in columns]))
        .then(pl.col(label).is_not_null() & (pl.col(label) != ""))
        .otherwise(True)
        for label in (*LABELS, "tool")
    ) & (pl.col("cut") != WITHIN)
    cells = cells.with_columns(n=pl.Series(lattice.count_people(member)), listed=listed)
    return Lattice(cells, member, atom, block, tool, people)


@dataclass(frozen=True)
class _Editions:
    """Different placings of people, each once: a quarter's, or the whole period's with the quarters that it sums.

    rows     edition, quarter, person, department, level, location, tools
    sums     whole (an edition), edition (of one of its quarters)
    shown    edition, cut and KEYS of what earlier releases showed
    current  editions of the release to be made
    """

    rows: pl.DataFrame
    sums: pl.DataFrame
    shown: pl.DataFrame
    current: list[int]


def _editions(panel: pl.DataFrame, earlier: Sequence[Earlier]) -> _Editions:
    numbers: dict[tuple[object, ...], int] = {}
    rows: list[pl.DataFrame] = []
    sums: list[tuple[int, int]] = []
    shown: list[pl.DataFrame] = []
    current: list[int] = []
    for place, release in enumerate((panel, *(one.panel for one in earlier))):
        placed = release.select("quarter", *PLACE).sort("quarter", "person", nulls_last=True)
        parts: list[int] = []
        found: dict[object, int] = {}
        for (quarter,), part in placed.group_by("quarter", maintain_order=True):
            # the whole period, last, is told by its quarters too
            mark = (quarter, tuple(parts) if quarter is None else (), _mark(part) if earlier else 0)
            if mark not in numbers:
                numbers[mark] = len(numbers)
                rows.append(part.with_columns(edition=pl.lit(numbers[mark], pl.Int64)))
                if quarter is None:
                    sums += [(numbers[mark], one) for one in parts]
            found[quarter] = numbers[mark]
            if quarter is not None:
                parts.append(numbers[mark])
        if place == 0:
            current = list(found.values())
        else:
            of_quarter = pl.DataFrame(
                {"quarter": list(found), "edition": list(found.values())},
                {"quarter": pl.Date, "edition": pl.Int64},
            )
            cells = earlier[place - 1].shown.select("cut", *KEYS)
            shown.append(cells.join(of_quarter, on="quarter", nulls_equal=True))
    empty = panel.select("quarter", *PLACE).clear().with_columns(edition=pl.lit(0, pl.Int64))
    return _Editions(
        pl.concat([empty, *rows]),
        pl.DataFrame(sums, {"whole": pl.Int64, "edition": pl.Int64}, orient="row"),
        pl.concat(shown).unique() if shown else pl.DataFrame(),
        current,
    )


def _mark(part: pl.DataFrame) -> int:
    """One number that is equal for equal placings."""
    return hash(part.hash_rows(seed=1).to_numpy().tobytes())


def _atoms(rows: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray]:
    """Return one person's rows for each kind of person, with `atom`, and how many people each atom holds."""
    place = pl.struct("edition", *LABELS, "tools").rank("dense").cast(pl.String)
    kinds = (
        rows.with_columns(place=place)
        .sort("person", "edition")
        .group_by("person", maintain_order=True)
        .agg(signature=pl.col("place").str.join(","))
        .group_by("signature")
        .agg(person=pl.col("person").min(), people=pl.len())
        .sort("signature")
        .with_row_index("atom")
    )
    kept = rows.join(kinds.select("atom", "person"), on="person").sort("atom", "edition")
    return kept, kinds["people"].to_numpy().astype(np.float64)


def _quarters(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what stands where in which quarter, and the unknowns: one an atom, quarter and tool.

    The tool is "" for people who have none. People known of the whole period only have one unknown without a quarter.
    """
    quarters = rows.filter(pl.col("quarter").is_not_null())
    only_whole = rows.filter(pl.col("quarter").is_null()).join(quarters, on="atom", how="anti")
    placed = (
        pl.concat([quarters, only_whole])
        .with_columns(tool=pl.col("tools").fill_null("").str.split(","))
        .explode("tool")
    )
    key = ["atom", "quarter", "tool"]
    unknowns = placed.select(key).unique().sort(key).with_row_index("unknown")
    placed = placed.join(unknowns, on=key, nulls_equal=True)
    return placed.select("edition", "atom", "quarter", *LABELS, "tool", "unknown"), unknowns


def _wholes(rows: pl.DataFrame, quarters: pl.DataFrame, editions: _Editions) -> pl.DataFrame:
    """Return the unknowns of people covered throughout, at their place in the whole period."""
    whole = rows.filter(pl.col("quarter").is_null()).select(
        "atom", *LABELS, whole="edition", tools=pl.col("tools").fill_null("").str.split(",")
    )
    return (
        quarters.filter(pl.col("quarter").is_not_null())
        .select("edition", "atom", "tool", "unknown")
        .join(editions.sums, on="edition")
        .join(whole, on=["whole", "atom"])
        .with_columns(
            edition="whole",
            quarter=pl.lit(None, pl.Date),
            tool=pl.when(pl.col("tools").list.contains(pl.col("tool")))
            .then("tool")
            .otherwise(pl.lit("")),
        )
        .select(quarters.columns)
    )


def _cuts(placed: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the cuts that have cells; a company without divisions has none by division."""
    if placed["division"].is_not_null().any():
        return LABELS_OF
    return {cut: labels for cut, labels in CUTS.items() if "division" not in labels}


def lies_in(panel: pl.DataFrame) -> pl.DataFrame:
    """Return department, lies_in: the division that all its people have in all periods; others are not there."""
    return (
        with_division(panel)
        .drop_nulls("department")
        .group_by("department")
        .agg(lies_in=pl.col("division").first(), divisions=pl.col("division").n_unique())
        .filter(pl.col("divisions") == 1)
        .drop_nulls("lies_in")
        .select("department", "lies_in")
        .sort("department")
    )


def _cells_of(placed: pl.DataFrame, cut: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Pairs of cell and unknown of one cut: edition, cut, quarter, labels, tool, unknown."""
    return placed.select(
        "edition",
        pl.lit(cut).alias("cut"),
        "quarter",
        *(
            pl.col(name) if name in columns else pl.lit(None, pl.String).alias(name)
            for name in (*LABELS, "tool")
        ),
        "unknown",
    )
