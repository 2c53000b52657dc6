"""Small groups are shown together rather than not at all: which departments, levels and places become one."""

import polars as pl

OTHER = "Other"
OTHER_PLACES = "Other places"


def merge_small(panel: pl.DataFrame, k: int) -> pl.DataFrame:
    """Return the panel with labels under which at least k people stand in every quarter and in the whole period.

    Small departments become "Other (n = 23)" and small places "Other places (n = 23)", n as of the newest quarter;
    a level joins the level below it ("0–1"), the lowest the one above ("4–5"). A label means the same people's
    group in every quarter of the release. Where no group can reach k, or one would hold everybody, the label is
    null. People without a label keep none.
    """
    return (
        panel.pipe(_merge_names, "department", OTHER, k)
        .pipe(_merge_names, "location", OTHER_PLACES, k)
        .pipe(_merge_levels, k)
    )


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
    newest = (
        sizes.filter(pl.col(label).is_in(small)).sort("quarter", nulls_last=False)["quarter"].last()
    )
    n = sizes.filter(pl.col(label).is_in(small) & pl.col("quarter").eq_missing(newest))["n"].sum()
    return panel.with_columns(
        pl.when(pl.col(label).is_in(small))
        .then(pl.lit(f"{other} (n = {n})"))
        .otherwise(label)
        .alias(label)
    )


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
