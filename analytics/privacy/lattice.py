"""Which groups may be asked about, and who is in them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from analytics.metrics.passport import CUTS, Cut

LABELS = ("department", "level", "location")

# A family is a cell and its children in a finer cut. People of children are apart, except by tool: many use two.
FAMILIES: tuple[tuple[Cut, Cut], ...] = (
    ("total", "department"),
    ("total", "level"),
    ("total", "location"),
    ("department", "department_level"),
    ("department", "department_location"),
    ("level", "department_level"),
    ("location", "department_location"),
    ("tool", "department_tool"),
    ("total", "tool"),
    ("department", "department_tool"),
)

KEYS = ("quarter", "department", "level", "location", "tool")


@dataclass(frozen=True)
class Lattice:
    """Every cell of the publication as a sum of unknowns.

    An unknown is what the people of one atom did in one quarter with one tool; an atom is all people whose place and
    tools are the same in every quarter and in the whole. The whole period is the sum of its quarters, "any tool" the
    sum of the tools: a figure that does not add up like this is tied to the others by less, so it is no easier to
    work out.

    cells   quarter (null = whole period), department, level, location, tool (null = all), cut, n = people,
            listed = false for what only exists as a remainder (no department, no level, no tool)
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

    def count_people(self, vectors: sparse.csr_matrix) -> np.ndarray:
        """People behind each row of a sparse matrix over unknowns: a person in two quarters is one person."""
        touched = abs(vectors) @ self.people_of
        touched.data[:] = 1
        return np.rint(touched @ self.people).astype(np.int64)


def build(panel: pl.DataFrame) -> Lattice:
    """Return the lattice of a panel (quarter or null, person, department, level, location, tools)."""
    rows, people = _atoms(panel)
    unknowns = _unknowns(rows)
    placed = pl.concat([unknowns, _whole(unknowns, rows)])
    parts = [_cells_of(placed, cut, columns) for cut, columns in CUTS.items()]
    pairs = pl.concat(parts)
    cells = pairs.select("cut", *KEYS).unique().sort("cut", *KEYS).with_row_index("cell")
    pairs = pairs.join(cells, on=["cut", *KEYS], nulls_equal=True)
    member = sparse.csr_matrix(
        (np.ones(pairs.height), (pairs["cell"].to_numpy(), pairs["unknown"].to_numpy())),
        shape=(cells.height, unknowns.height),
    )
    tool = unknowns["tool"].rank("dense").cast(pl.Int64).to_numpy()
    atom, quarter = unknowns["atom"].cast(pl.Int64).to_numpy(), unknowns["block"].to_numpy()
    lattice = Lattice(cells, member, atom, quarter, tool, people)
    listed = pl.all_horizontal(
        pl.when(pl.col("cut").is_in([cut for cut, columns in CUTS.items() if label in columns]))
        .then(pl.col(label).is_not_null() & (pl.col(label) != ""))
        .otherwise(True)
        for label in (*LABELS, "tool")
    )
    cells = cells.with_columns(n=pl.Series(lattice.count_people(member)), listed=listed)
    return Lattice(cells, member, atom, quarter, tool, people)


def _atoms(panel: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray]:
    """Return one person's rows for each kind of person, with `atom`, and how many people each atom holds."""
    place = pl.struct("quarter", *LABELS, "tools").rank("dense").cast(pl.String)
    kinds = (
        panel.sort("person", "quarter")
        .with_columns(place=place)
        .group_by("person", maintain_order=True)
        .agg(signature=pl.col("place").str.join(","))
        .group_by("signature", maintain_order=True)
        .agg(person=pl.col("person").first(), people=pl.len())
        .sort("signature")
        .with_row_index("atom")
    )
    rows = panel.join(kinds.select("atom", "person"), on="person").sort("atom", "quarter")
    return rows, kinds["people"].to_numpy().astype(np.float64)


def _unknowns(rows: pl.DataFrame) -> pl.DataFrame:
    """One row an atom, quarter and tool; the tool is "" for people who have none."""
    quarters = rows.filter(pl.col("quarter").is_not_null())
    only_whole = rows.filter(pl.col("quarter").is_null()).join(quarters, on="atom", how="anti")
    return (
        pl.concat([quarters, only_whole])
        .with_columns(tool=pl.col("tools").fill_null("").str.split(","))
        .explode("tool")
        .sort("atom", "quarter", "tool")
        .with_row_index("unknown")
        .with_columns(block=pl.col("quarter").rank("dense").fill_null(0).cast(pl.Int64))
        .select("unknown", "atom", "block", "quarter", *LABELS, "tool")
    )


def _whole(unknowns: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the unknowns of people covered throughout, at their place in the whole period."""
    whole = rows.filter(pl.col("quarter").is_null()).select(
        "atom", *LABELS, tools=pl.col("tools").fill_null("").str.split(",")
    )
    in_quarters = unknowns.filter(pl.col("quarter").is_not_null())
    return (
        in_quarters.select("unknown", "atom", "block", "tool")
        .join(whole, on="atom")
        .with_columns(
            quarter=pl.lit(None, pl.Date),
            tool=pl.when(pl.col("tools").list.contains(pl.col("tool")))
            .then("tool")
            .otherwise(pl.lit("")),
        )
        .select(unknowns.columns)
    )


def _cells_of(placed: pl.DataFrame, cut: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Pairs of cell and unknown of one cut: cut, quarter, labels, tool, unknown."""
    return placed.select(
        pl.lit(cut).alias("cut"),
        "quarter",
        *(
            pl.col(name) if name in columns else pl.lit(None, pl.String).alias(name)
            for name in (*LABELS, "tool")
        ),
        "unknown",
    )
