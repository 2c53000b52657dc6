"""How often do the intervals hold the truth, by simulation?

    python -m benchmarks.coverage [--write]

2,000 draws a shape from people whose true value is known; the table says in how many of a hundred the 95 % interval
holds it. `--write` puts it into docs/intervals.md, which a test holds against the same run.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analytics.metrics.engine import PAIRS
from analytics.statistics.change import change
from analytics.statistics.interval import Kind, interval, wilson

PAGE = Path(__file__).resolve().parent.parent / "docs" / "intervals.md"
BEGIN, END = "<!-- table of benchmarks/coverage.py -->\n", "<!-- end of table -->\n"
RUNS, SEED, WEEKS = 2_000, 1973, 13
PEOPLE = (10, 20, 50)
SHARES = (0.1, 0.5, 0.9)
Numbers = np.ndarray
Draw = Callable[[np.random.Generator, tuple[int, int]], Numbers]


def table(runs: int = RUNS, people: tuple[int, ...] = PEOPLE, seed: int = SEED) -> pl.DataFrame:
    """Return shape, kind, n and coverage (0–1) of every shape at every number of people."""
    rows = [
        {"shape": name, "kind": kind, "n": n, "coverage": measure((runs, n), seed)}
        for name, (kind, measure) in shapes().items()
        for n in people
    ]
    return pl.DataFrame(rows)


def shapes() -> dict[str, tuple[str, Callable[[tuple[int, int], int], float]]]:
    """Return for each shape the kind of interval and the function that measures its coverage."""
    found: dict[str, tuple[str, Callable[[tuple[int, int], int], float]]] = {}
    for p in SHARES:
        found[f"yes or no, {p:.0%}"] = (
            "share",
            _single("share", lambda rng, size, p=p: rng.binomial(1, p, size), p),
        )
    for alike in (0.1, 0.3, 0.5):
        for p in SHARES:
            name = f"weeks of a quarter, {p:.0%}, alike {alike:g}"
            found[name] = "clustered", _weeks("clustered", p, alike)
    for name, (draw, truth) in tails().items():
        found[name] = "typical", _single("typical", draw, truth)
    found["hours a week, 20 ± 6"] = (
        "ratio",
        _single("ratio", lambda rng, size: rng.normal(20, 6, size), 20.0),
    )
    found["change of weeks, 50 %, alike .5"] = "change", _change
    return found


def tails() -> dict[str, tuple[Draw, float]]:
    """Return counts with a long tail: how they are drawn, and the truth on the scale of the typical person."""
    found: dict[str, tuple[Draw, float]] = {}
    for spread in (1.0, 1.5):
        found[f"log-normal counts, σ {spread:g}"] = (
            lambda rng, size, spread=spread: np.expm1(rng.normal(3, spread, size)),
            float(np.expm1(3)),
        )
    for mean, shape in ((20, 1.0), (5, 0.5)):
        chance = shape / (shape + mean)
        count = np.arange(5_000)
        middle = stats.nbinom.pmf(count, shape, chance) @ np.log1p(count)
        found[f"negative binomial counts, mean {mean}, shape {shape:g}"] = (
            lambda rng, size, a=shape, c=chance: rng.negative_binomial(a, c, size),
            float(np.expm1(middle)),
        )
    return found


def counted_out(p: float, n: int) -> float:
    """Return the exact coverage of a share of n people who each do or do not, over all n + 1 results."""
    yes = np.arange(n + 1)
    low, high = wilson(yes / n, np.full(n + 1, float(n)))
    return float(stats.binom.pmf(yes, n, p)[(low <= p) & (p <= high)].sum())


def naive(p: float, alike: float, size: tuple[int, int], seed: int = SEED) -> float:
    """Return the coverage of what many tools print: Wilson's interval as if every week were a person of its own."""
    x = _alike(np.random.default_rng(seed), p, alike, size)
    cases = np.full(size[0], float(size[1] * WEEKS))
    low, high = wilson(x.sum(1) / cases, cases)
    return float(((low <= p) & (p <= high)).mean())


def _single(kind: Kind, draw: Draw, truth: float) -> Callable[[tuple[int, int], int], float]:
    def measure(size: tuple[int, int], seed: int) -> float:
        x = np.asarray(draw(np.random.default_rng(seed), size), dtype=float)
        return _covered(interval(_sums(x, np.ones(size)), kind), "low", "high", truth)

    return measure


def _weeks(kind: Kind, p: float, alike: float) -> Callable[[tuple[int, int], int], float]:
    def measure(size: tuple[int, int], seed: int) -> float:
        x = _alike(np.random.default_rng(seed), p, alike, size)
        return _covered(interval(_sums(x, np.full(size, WEEKS)), kind), "low", "high", p)

    return measure


def _alike(rng: np.random.Generator, p: float, alike: float, size: tuple[int, int]) -> Numbers:
    """Draw weeks with an act; `alike` is the correlation of two weeks of one person."""
    prior = (1 - alike) / alike
    own = rng.beta(p * prior, (1 - p) * prior, size)
    return rng.binomial(WEEKS, own).astype(float)


def _change(size: tuple[int, int], seed: int) -> float:
    """The same people in two quarters, each with a share of their own that does not move."""
    rng = np.random.default_rng(seed)
    own = rng.beta(0.5, 0.5, size)
    now, then = (rng.binomial(WEEKS, own).astype(float) for _ in range(2))
    whole = np.full(size, float(WEEKS))
    pairs = {"now": (now, whole), "then": (then, whole)}
    sums = {"pair_n": np.full(size[0], float(size[1]))}
    for when, (x, y) in pairs.items():
        sums |= _named((x, y, x * x, x * y, y * y), f"{when}_", ("x", "y", "xx", "xy", "yy"))
    crossed = (now * then, now * whole, whole * then, whole * whole)
    sums |= _named(crossed, "cross_", ("xx", "xy", "yx", "yy"))
    return _covered(change(pl.DataFrame(sums).select(PAIRS)), "change_low", "change_high", 0.0)


def _sums(x: Numbers, y: Numbers) -> pl.DataFrame:
    log = np.log1p(np.maximum(x, 0))
    names = ("sx", "sy", "sxx", "sxy", "syy", "sl", "sll")
    sums = _named((x, y, x * x, x * y, y * y, log, log**2), "", names)
    return pl.DataFrame({"n": np.full(len(x), x.shape[1]), **sums})


def _named(values: tuple[Numbers, ...], prefix: str, names: tuple[str, ...]) -> dict[str, Numbers]:
    return {f"{prefix}{name}": value.sum(1) for name, value in zip(names, values, strict=True)}


def _covered(cells: pl.DataFrame, low: str, high: str, truth: float) -> float:
    inside = (pl.col(low) <= truth) & (pl.col(high) >= truth)
    return float(cells.select(inside.fill_null(value=False).mean()).item())


def written(found: pl.DataFrame) -> str:
    """Return the table as Markdown, in percent."""
    wide = found.pivot(on="n", index=["shape", "kind"], values="coverage", maintain_order=True)
    heads = [f"{n} people" for n in found["n"].unique(maintain_order=True)]
    lines = [
        "| what is drawn | interval | " + " | ".join(heads) + " |",
        "|---|---|" + "--:|" * len(heads),
    ]
    for shape, kind, *covered in wide.iter_rows():
        lines.append(f"| {shape} | {kind} | " + " | ".join(f"{c:.1%}" for c in covered) + " |")
    return "\n".join(lines) + "\n"


def page(found: pl.DataFrame) -> str:
    """Return docs/intervals.md with this table in place of the one that stands there."""
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    return before + BEGIN + written(found) + END + rest.split(END)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/intervals.md")
    found = table()
    if parser.parse_args().write:
        PAGE.write_text(page(found), "utf-8")
    print(written(found))
    for p, alike in ((0.5, 0.5), (0.9, 0.5)):
        print(
            f"as if weeks were people, {p:.0%}, alike {alike:g}: {naive(p, alike, (RUNS, 10)):.1%}"
        )


if __name__ == "__main__":
    main()
