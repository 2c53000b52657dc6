"""Small groups are shown together rather than not at all: which departments, levels and places become one."""

import polars as pl

from analytics.metrics.panel import with_division

OTHER = "Other departments"
ALL = "All departments"
OTHER_DIVISIONS = "Other divisions"
OTHER_PLACES = "Other places"


def merge_small(panel: pl.DataFrame, k: int) -> pl.DataFrame:
    """Return the panel with labels under which at least k people stand in every quarter and in the whole period.

    Each department lies in one division: that of most of its people, lately. Small divisions become "Other divisions". Small
    departments of one division become "Other departments in Sales", or "All departments in Sales" where none is left, those of
    none that are left become "Other departments" and small places "Other places"; how many people they hold differs from
    quarter to quarter and is no part of the name. A level joins the level below it ("0–1"), the lowest the one above ("4–5"). A label means the same people's
    group in every quarter of the release. Where no group can reach k, or one would hold everybody, the label is
    null. People without a label keep none.
    """
    return (
        panel.pipe(_in_one_division)
        .pipe(_merge_names, "division", OTHER_DIVISIONS, k)
        .pipe(_merge_inside, k)
        .pipe(_merge_names, "department", OTHER, k)
        .pipe(_merge_names, "location", OTHER_PLACES, k)
        .pipe(_merge_levels, k)
    )


def _in_one_division(panel: pl.DataFrame) -> pl.DataFrame:
    """Give the people of a department the division of most of them when it last had one."""
    panel = with_division(panel)
    homes = (
        panel.drop_nulls(["department", "division"])
        .group_by("department", "quarter", "division")
        .agg(n=pl.len())
        .sort("department", "quarter", "n", "division", descending=[False, False, False, True], nulls_last=True)
        .group_by("department", maintain_order=True)
        .agg(home=pl.col("division").last())
    )  # fmt: skip
    return (
        panel.join(homes, on="department", how="left", maintain_order="left")
        .with_columns(
            division=pl.when(pl.col("department").is_null()).then("division").otherwise("home")
        )
        .drop("home")
    )


def _merge_inside(panel: pl.DataFrame, k: int) -> pl.DataFrame:
    """Join the small departments of each division, with its next smallest where they are too few."""
    divisions = panel["division"].drop_nulls().unique().sort().to_list()
    for division in divisions:
        inside = pl.col("division").eq_missing(pl.lit(division))
        own = panel.filter(inside)
        sizes = _sizes(own, "department")
        order = sizes.group_by("department").agg(pl.col("n").min()).sort("n", "department")
        small = order.filter(pl.col("n") < k)["department"].to_list()
        large = order.filter(pl.col("n") >= k)["department"].to_list()
        while small and large and _fewest(sizes, small, "department") < k:
            small.append(large.pop(0))
        if len(small) > 1:
            where = division.lower() if division == OTHER_DIVISIONS else division
            name = f"{OTHER if large else ALL} in {where}"
            panel = panel.with_columns(_renamed("department", small, name))
    return panel


def _renamed(label: str, small: list[str], other: str) -> pl.Expr:
    """One label for all the small ones."""
    return pl.when(pl.col(label).is_in(small)).then(pl.lit(other)).otherwise(label).alias(label)


def _sizes(panel: pl.DataFrame, label: str) -> pl.DataFrame:
    """People by label and period: label, quarter, n; a period in which a label does not occur has no row."""
    return (
        panel.filter(pl.col(label).is_not_null())
        .group_by(label, "quarter")
        .agg(n=pl.len().cast(pl.Int64))
    )


def _fewest(sizes: pl.DataFrame, labels: list[str], label: str) -> int:
    """People in the period in which these labels together hold fewest."""
    together = sizes.filter(pl.col(label).is_in(labels)).group_by("quarter").agg(pl.col("n").sum())
    return min(together["n"].to_list(), default=0)


def _merge_names(panel: pl.DataFrame, label: str, other: str, k: int) -> pl.DataFrame:
    sizes = _sizes(panel, label)
    order = sizes.group_by(label).agg(pl.col("n").min()).sort("n", label)
    small = order.filter(pl.col("n") < k)[label].to_list()
    if not small:
        return panel
    large = order.filter(pl.col("n") >= k)[label].to_list()
    while large and _fewest(sizes, small, label) < k:
        small.append(large.pop(0))
    if not large:  # one group of everybody says nothing that the total does not say
        return panel.with_columns(pl.lit(None, pl.String).alias(label))
    return panel.with_columns(_renamed(label, small, other))


def _merge_levels(panel: pl.DataFrame, k: int) -> pl.DataFrame:
    sizes = _sizes(panel, "level")
    levels = sorted(sizes["level"].unique().to_list(), key=int)
    groups: list[list[str]] = []
    waiting: list[str] = []
    for level in levels:
        waiting.append(level)
        if _fewest(sizes, waiting, "level") >= k:
            groups.append(waiting)
            waiting = []
    if waiting and groups:
        groups[-1].extend(waiting)
    if (waiting and not groups) or (len(groups) == 1 and len(levels) > 1):
        groups = []
    names = {level: _span(group) for group in groups for level in group}
    return panel.with_columns(
        pl.col("level").replace_strict(names, default=None, return_dtype=pl.String)
    )


def _span(group: list[str]) -> str:
    return group[0] if len(group) == 1 else f"{group[0]}–{group[-1]}"
