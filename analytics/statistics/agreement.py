"""Do items measure one thing, and do groups differ enough for their means to mean anything?"""

from analytics.statistics.interval import Numbers


def cronbach_alpha(scores: Numbers) -> float:
    """Return Cronbach's α (1951) of people × items without gaps; nan under two items or where nobody differs."""
    people, items = scores.shape
    if people < 2 or items < 2:  # noqa: PLR2004
        return float("nan")
    whole = scores.sum(axis=1).var(ddof=1)
    if not whole > 0:
        return float("nan")
    return float(items / (items - 1) * (1 - scores.var(axis=0, ddof=1).sum() / whole))


def mean_reliability(n: Numbers, sums: Numbers, squares: Numbers) -> float:
    """Return ICC(2), how reliable groups' means are, from n, Σx and Σx² a group; nan where people don't differ.

    One-way analysis of variance: 1 − within / between; below 0 where groups differ less than chance would have it.
    """
    total, groups = n.sum(), len(n)
    if groups < 2 or total <= groups:  # noqa: PLR2004
        return float("nan")
    between = ((sums**2 / n).sum() - sums.sum() ** 2 / total) / (groups - 1)
    within = (squares.sum() - (sums**2 / n).sum()) / (total - groups)
    return float(1 - within / between) if between > 0 else float("nan")
