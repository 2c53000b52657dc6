"""How long does a mask take, against one audit of the same cells by dense SVD in the same run?

    python -m benchmarks.audit [--large]

Random companies as in the privacy tests. "one audit" reduces the published cells and tests every set once; "svd" finds
the row space of the same cells from the singular values of the dense matrix and tests the same sets by projection.
A mask is that of a quarter and of the whole period; "after four releases": three people moved between any two.
The ratio of these two compares like with like; "mask" is the whole: lattice, sets, hiding, showing again, two primes.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analytics.privacy import audit, published, suppress
from analytics.privacy.kernel import random_primes
from analytics.privacy.lattice import Earlier, build
from analytics.privacy.merge import merge_small
from analytics.privacy.system import System
from tests.attacks.organisations import organisation

K = 10
SHAPES = {
    "1,500 people, 20 units": {"people": 1_500, "units": 20, "sites": 4, "quarters": 1, "tools": 0},
    "5,000 people, 60 units": {"people": 5_000, "units": 60, "sites": 8, "quarters": 1, "tools": 0},
    "5,000 people, 3 tools": {"people": 5_000, "units": 60, "sites": 8, "quarters": 1, "tools": 3},
    "… after four releases": {"people": 5_000, "units": 60, "sites": 8, "quarters": 1, "tools": 3, "earlier": 4},
    "5,000, 4 quarters, 3 tools": {"people": 5_000, "units": 60, "sites": 8, "quarters": 4, "tools": 3},
}  # fmt: skip
LARGE = {
    "10,000 people, 120 units": {"people": 10_000, "units": 120, "sites": 8, "quarters": 1, "tools": 0},
    "30,000 people, 300 units": {"people": 30_000, "units": 300, "sites": 8, "quarters": 1, "tools": 0},
    "200,000 people, 800 units": {"people": 200_000, "units": 800, "sites": 12, "quarters": 1, "tools": 0},
}  # fmt: skip
MOST_CELLS_FOR_SVD = 700


def moved(panel: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Three people of the quarter stand in another department, as a corrected HR file says."""
    rng = np.random.default_rng(seed)
    few = rng.choice(panel["person"].unique().sort().to_numpy(), 3, replace=False).tolist()
    units = panel["department"].drop_nulls().unique().sort().to_list()
    goal = dict(zip(few, rng.choice(units, 3).tolist(), strict=True))
    new = pl.col("person").replace_strict(goal, default=None, return_dtype=pl.String)
    return panel.with_columns(department=pl.coalesce(new, "department"))


def by_elimination(rows: published.Rows, sets: audit.Targets, rng: np.random.Generator) -> int:
    system = System(rows.vectors, rows.block, random_primes(rng)[0], rng)
    system.eliminate()
    return len(audit.exposed(system, system.kernel(2), sets))


def by_svd(rows: published.Rows, sets: audit.Targets) -> int:
    dense = rows.vectors.toarray()
    _, sizes, basis = np.linalg.svd(dense, full_matrices=False)
    basis = basis[sizes > sizes[0] * max(dense.shape) * 1e-13]
    exposed = 0
    for start in range(0, len(sets.people), 2_000):
        part = sets.vectors[start : start + 2_000].toarray()
        rest = part - (part @ basis.T) @ basis
        exposed += int((np.linalg.norm(rest, axis=1) < 1e-6 * np.linalg.norm(part, axis=1)).sum())
    return exposed


def measure(name: str, shape: dict[str, int]) -> None:
    shape = dict(shape)
    times = shape.pop("earlier", 0)
    raw, earlier = organisation(1, **shape), []
    for number in range(times):
        before = merge_small(raw, K)
        shown = suppress.mask(before, K, number, earlier).frame.filter("shown")
        earlier.append(Earlier(before, shown))
        raw = moved(raw, number)
    panel = merge_small(raw, K)
    start = time.perf_counter()
    masked = suppress.mask(panel, K, 1, earlier)
    whole = time.perf_counter() - start
    rng = np.random.default_rng(1)
    lattice = build(panel, earlier)
    rows, sets = published.distinct_rows(lattice, K, rng), audit.targets(lattice, K, rng)
    start = time.perf_counter()
    exposed = by_elimination(rows, sets, rng)
    once = time.perf_counter() - start
    line = (
        f"{name:<28}{rows.vectors.shape[1]:>9,}{rows.vectors.shape[0]:>7,}{len(sets.people):>9,}"
        f"{exposed:>9,}{masked.certificate['hidden']:>8,}{whole:>9.2f}{once:>11.3f}"
    )
    if rows.vectors.shape[0] <= MOST_CELLS_FOR_SVD:
        start = time.perf_counter()
        same = by_svd(rows, sets)
        dense = time.perf_counter() - start
        line += f"{dense:>9.2f}{dense / once:>8.1f} ×" + (
            "" if same == exposed else f"  svd finds {same}"
        )
    print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--large", action="store_true", help="10,000 and 30,000 people too")
    shapes = SHAPES | (LARGE if parser.parse_args().large else {})
    print(f"{'':<28}{'unknowns':>9}{'cells':>7}{'sets':>9}{'exposed':>9}{'hidden':>8}{'mask s':>9}{'one audit s':>11}"
          f"{'svd s':>9}{'svd/one':>10}")  # fmt: skip
    for name, shape in shapes.items():
        measure(name, shape)


if __name__ == "__main__":
    main()
