"""Tell which groups may be said to differ, and which differences are within what chance explains.

A page is all families (families.py) shown together.
Groups are compared by the company-wide mid-ranks of their people (Kruskal and Wallis 1952, then step by
step against the rest, since one group that differs drags the company's figure and makes others look odd).
Whoever is in no group that is shown takes part as one more group without a name (`beside_the_whole`): the company is the
company, not those of its groups that may be shown.
Name groups at quarter grain only: thirteen weekly looks are thirteen tries.
"""

import numpy as np
import polars as pl
from scipy import special

from analytics.statistics.families import Family, each_family, numbers
from analytics.statistics.interval import Numbers, outward

ALPHA = 0.05
RANKED = ("ny", "sr", "srr")
INSIDE = 0.9  # how far out a bar may reach towards a dot that is named


WHOLE = ("n", "ny", "sr", "srr", "sx", "sy", "sl", "value")


def beside_the_whole(cells: pl.DataFrame, wholes: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the cells with whole_n, whole_sr and so on: the same of the company that their family is part of.

    `wholes` holds one row a family at most, told apart by `by`; null where the company's own figure is hidden.
    """
    told = [name for name in WHOLE if name in wholes.columns]
    own = wholes.select(*by, *(pl.col(name).alias(f"whole_{name}") for name in told))
    return cells.join(own, on=by, how="left", nulls_equal=True, maintain_order="left")


def distinguish(cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the cells with gate_p, p, named, chance_low, chance_high, for all families of one page.

    Reads ny, sr, srr (people ranked, sums of their mid-ranks and squares), value, kind, worth (smallest
    difference worth showing), n, sx, sy, sxx, sxy, syy and, for kind "typical", sl, sll; of the whole company, where it
    is known, what `beside_the_whole` adds. Without it the groups are held against one another.
    gate_p is adjusted over the page by Benjamini and Hochberg, p over the groups of a family by Bonferroni.
    Named: the gate is open, the step-down reaches the group, its value lies beyond that of all the others
    by at least `worth`, and rank and value point the same way. All null in families under two groups.

    chance_low to chance_high is where a group of this size would land by chance: the company's value ±
    the larger of `worth` and the critical value (Bonferroni) of the people's pooled spread. That is the spread within the groups
    shown: a bar must not tell how far those lie apart who are in none. Ranks and values
    may disagree at the edge; then the bar gives way: it reaches out to a dot that is not named and stops
    short of one that is, so that named and "outside its bar" are always the same thing.
    """
    usable = pl.col("value").is_not_null() & (pl.col("ny") > 0) & pl.col("sr").is_not_null()
    gates = each_family(cells, by, usable, _gate, {"gate_p": pl.Float64})
    pages = gates.select(*by, "gate_p").drop_nulls("gate_p").unique(by)
    pages = pages.with_columns(gate_p=pl.Series(over_all(pages["gate_p"].to_numpy())))
    gates = gates.drop("gate_p").join(
        pages, on=by, how="left", nulls_equal=True, maintain_order="left"
    )
    columns = {
        "p": pl.Float64,
        "named": pl.Boolean,
        "chance_low": pl.Float64,
        "chance_high": pl.Float64,
    }
    return each_family(gates, by, usable, _verdict, columns)


def over_all(p: Numbers) -> Numbers:
    """Return p-values adjusted for how many they are, as Benjamini and Hochberg do: at most so many of the found are none."""
    order = np.argsort(-p)
    ranks = np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum.accumulate(np.minimum(p[order] * (len(p) / ranks), 1.0))
    return adjusted


def places(cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the cells with `places`, the ranks from the top that each group may hold, such as "2-7".

    Reads ny, sr, srr. Pairs of groups are compared on their rank sums, Holm over all pairs of the family.
    """
    usable = pl.col("value").is_not_null() & (pl.col("ny") > 0) & pl.col("sr").is_not_null()
    return each_family(cells, by, usable, _places, {"places": pl.String})


def pairwise_p(n: Numbers, sr: Numbers, srr: Numbers) -> tuple[Numbers, Numbers]:
    """Return two square arrays: z of group i over group j, and its p adjusted by Holm over all pairs."""
    size = n[:, None] + n
    middle = (sr[:, None] + sr) / size
    variance = (srr[:, None] + srr - size * middle**2) / (size - 1)
    error = np.sqrt(np.maximum(variance, 0) * (1 / n[:, None] + 1 / n))
    difference = (sr / n)[:, None] - sr / n
    z = np.divide(difference, error, out=np.zeros_like(difference), where=error > 0)
    upper = np.triu_indices(len(n), 1)
    raw = 2 * special.ndtr(-np.abs(z[upper]))
    order = np.argsort(raw)
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    adjusted = np.ones_like(z)
    adjusted[upper[0][order], upper[1][order]] = np.minimum(stepped, 1)
    return z, np.minimum(adjusted, adjusted.T)


def gate_p(n: Numbers, sr: Numbers, srr: Numbers) -> float:
    """Return the p-value of Kruskal and Wallis, ties included, from sums of mid-ranks."""
    spread, middle = _rank_spread(n, sr, srr)
    if spread <= 0:
        return 1.0
    return float(special.chdtrc(len(n) - 1, (n * (sr / n - middle) ** 2).sum() / spread))


def step_down(n: Numbers, sr: Numbers, srr: Numbers, *, most: bool = False) -> Numbers:
    """Return each group's p against the groups still open; nan for those that the steps never reach.

    With `most` the last one is most of the company: never itself the odd one, and what even the last group is held against.

    The oddest group is tested first; if it differs it leaves the reference and the rest are looked at anew. 1 where a
    group lies above those still open and under all, or the other way round: it differs, but not as its distance from all says.
    """
    p = np.full(len(n), np.nan)
    above = sr / n - sr.sum() / n.sum()
    left = np.arange(len(n))
    while len(left) > (1 if most else 2):  # of two groups neither is the odd one
        spread, middle = _rank_spread(n[left], sr[left], srr[left])
        error = np.sqrt(np.maximum(spread, 0) * (1 / n[left] - 1 / n[left].sum()))
        z = np.divide(sr[left] / n[left] - middle, error, out=np.zeros(len(left)), where=error > 0)
        oddest = int(np.argmax(np.abs(z[:-1] if most else z)))
        p[left[oddest]] = min(1.0, 2 * special.ndtr(-abs(z[oddest])) * (len(left) - most))
        if p[left[oddest]] >= ALPHA:
            break
        if z[oddest] * above[left[oddest]] < 0:
            p[left[oddest]] = 1.0
        left = np.delete(left, oddest)
    return p


def _rank_spread(n: Numbers, sr: Numbers, srr: Numbers) -> tuple[float, float]:
    total = n.sum()
    middle = sr.sum() / total
    return float((srr.sum() - total * middle**2) / max(total - 1, 1)), float(middle)


def _gate(family: Family) -> dict[str, list[object]]:
    one = family.height < 2  # noqa: PLR2004 - one group has nothing to differ from
    return {"gate_p": [None if one else gate_p(*_ranked(family))] * family.height}


def _ranked(family: Family) -> list[Numbers]:
    """Return ny, sr, srr of the groups and, as the last, of whoever is in none of them, where anybody is."""
    own = numbers(family, "ny", "sr", "srr")
    rest = [_whole(family, name) - sums.sum() for name, sums in zip(RANKED, own, strict=True)]
    if not rest[0] >= 1 or not rest[2] > 0:  # also where the whole is not known: nan
        return own
    return [np.append(sums, more) for sums, more in zip(own, rest, strict=True)]


def _whole(family: Family, name: str) -> float:
    """Return the company's `name`; nan where it is not known."""
    column = f"whole_{name}"
    return float(family[column][0]) if column in family.columns else float("nan")


def _places(family: Family) -> dict[str, list[object]]:
    z, p = pairwise_p(*numbers(family, "ny", "sr", "srr"))
    better = ((z < 0) & (p < ALPHA)).sum(1)
    worse = ((z > 0) & (p < ALPHA)).sum(1)
    if family.height < 2:  # noqa: PLR2004
        return {"places": [None]}
    return {"places": [f"{1 + b}-{family.height - w}" for b, w in zip(better, worse, strict=True)]}


def _verdict(family: Family) -> dict[str, list[object]]:
    nothing: list[object] = [None] * family.height
    if family.height < 2:  # noqa: PLR2004
        return {"p": nothing, "named": nothing, "chance_low": nothing, "chance_high": nothing}
    n, sr, srr = _ranked(family)
    value, shown = family["value"], slice(family.height)
    company, half = _chance(family)
    gate = family["gate_p"][0]
    most = len(n) > family.height and n[-1] > n[shown].sum()
    p = (np.full(len(n), gate) if len(n) == 2 else step_down(n, sr, srr, most=most))[shown]  # noqa: PLR2004
    _, middle = _rank_spread(n, sr, srr)
    away = value - _the_others(family)
    named = (gate < ALPHA) & (p < ALPHA) & (np.abs(away) >= family["worth"])
    named &= (np.sign((sr / n)[shown] - middle) == np.sign(away)) & (
        np.sign(value - company) == np.sign(away)
    )
    low, high = _agreeing(value, named, company, half)
    if (value >= 0).all():
        low = np.maximum(low, 0.0)
    if family["kind"][0] in {"share", "clustered", "survival"}:
        high = np.minimum(high, 1.0)
    return {
        "p": [None if np.isnan(one) else one for one in p.tolist()],
        "named": named.tolist(),
        "chance_low": low.tolist(),
        "chance_high": high.tolist(),
    }


def _agreeing(
    value: Numbers, named: Numbers, company: float, half: Numbers
) -> tuple[Numbers, Numbers]:
    low, high = company - half, company + half
    short = company + INSIDE * (value - company)
    low = np.where(
        named & (value < company),
        np.maximum(low, short),
        np.where(named, low, np.minimum(low, value)),
    )
    high = np.where(
        named & (value > company),
        np.minimum(high, short),
        np.where(named, high, np.maximum(high, value)),
    )
    return low, high


def _the_others(family: Family) -> Numbers:
    """Return, for each group, the value of everybody else in the company together."""

    def others(name: str) -> Numbers:
        whole = _whole(family, name)
        return (family[name].sum() if np.isnan(whole) else whole) - family[name]

    if family["kind"][0] == "typical":
        return np.expm1(others("sl") / others("n"))
    return others("sx") / others("sy")


def _chance(family: Family) -> tuple[float, Numbers]:
    """Return the company's value and half the width, rounded up, of the range a group of each size gets by chance."""
    n, sx, sy, sxx, sxy, syy = numbers(family, "n", "sx", "sy", "sxx", "sxy", "syy")
    critical = special.ndtri(1 - ALPHA / 2 / len(_ranked(family)[0]))
    total = n.sum()
    everybody = max(total, np.nan_to_num(_whole(family, "n")))
    if family["kind"][0] == "typical":
        sl, sll = numbers(family, "sl", "sll")
        middle = sl.sum() / total
        person = max(sll.sum() - total * middle**2, 0.0) / (total - 1) * np.exp(2 * middle)
        of_shown, variance = float(np.expm1(middle)), person * (1 / n - 1 / everybody)
    else:
        of_shown = float(sx.sum() / sy.sum())
        person = max(sxx.sum() - 2 * of_shown * sxy.sum() + of_shown**2 * syy.sum(), 0.0) / (
            total - 1
        )
        variance = person * n / sy**2 * (1 - n / everybody)
    half = np.maximum(critical * np.sqrt(np.maximum(variance, 0)), family["worth"])
    company = _whole(family, "value")
    return (of_shown if np.isnan(company) else company), outward(half, half)[1]
