"""From sums to figures: masks, intervals, verdicts and changes, ready for the release.

This is the last place that sees sums of squares and ranks; what it returns holds none.
"""

from typing import Any

import numpy as np
import polars as pl

from analytics.metrics.panel import with_division
from analytics.metrics.passport import LABELS, Passport
from analytics.metrics.periods import quarter_of
from analytics.metrics.sums import ONCE
from analytics.privacy import bounds
from analytics.privacy.by_value import judged, withhold
from analytics.privacy.lattice import lies_in
from analytics.schema import polars_schema, tables
from analytics.statistics.change import change, change_ends, with_others
from analytics.statistics.compare import beside_the_whole, distinguish, places
from analytics.statistics.interval import interval, publish_ends
from analytics.statistics.shrinkage import shrunken

COMPARED = ("division", "department", "level", "location", "department_tool")
NAMED_GRAINS = ("quarter", "all")  # naming weekly would be thirteen tries a quarter
SAME_PEOPLE = 0.9
AS_LONG = 0.9  # of the longer of two periods: 12 weeks are held against 13, not four against five
SEEN_ALIKE = 0.05  # coverage that jumps further moves figures by itself
INEXACT = 3  # significant digits
NOTHING = 1e-12  # of a variance: rounding dust
COARSE = 2  # of what rests on logarithms
FAMILY = ["metric", "variant", "bin", "cut", "across"]
PART_OF = ["metric", "variant", "bin", "across"]  # the company, or all of it with one tool
VERDICTS = ("shrunken", "chance_low", "chance_high", "named", "places")
KEYS = ["quarter", *LABELS]
ESTIMATES = (
    "value", "low", "high", "shrunken", "chance_low", "chance_high", "named", "places",
    "change", "change_low", "change_high", "numerator", "denominator",
)  # fmt: skip


def finish(
    cells: pl.DataFrame,
    mask: pl.DataFrame,
    passports: dict[str, Passport],
    k: int,
    panel: pl.DataFrame,
) -> pl.DataFrame:
    """Return release.figure rows for the engine's cells.

    `panel` says who is in a cell; `mask`, made from it, holds quarter (null = whole period), division, department, level, location, tool, shown, reason. A cell that
    the mask does not know is hidden. Cells hidden have no number at all, not even n.
    """
    if cells.is_empty():  # an HR file alone: nobody has done anything yet
        return pl.DataFrame(schema=polars_schema("release.figure"))
    cells = masked(described(cells, passports, panel), mask)
    cells = withhold(cells, k, panel)
    # no secret, and so for no audit: what is hidden for its people is
    thin = pl.col("reason").is_null() & (pl.col("sy") < pl.col("fewest"))
    cells = cells.with_columns(
        reason=pl.when(thin).then(pl.lit("too_little_traffic")).otherwise("reason")
    )
    estimated = pl.concat(
        [_estimated(part, kind) for (kind,), part in cells.group_by("kind", maintain_order=True)],
        how="diagonal_relaxed",
    )
    shown = compared(estimated.filter(pl.col("reason").is_null()))
    hidden = estimated.filter(pl.col("reason").is_not_null())
    rows = pl.concat([changed(shown), hidden], how="diagonal_relaxed")
    return released(rows)


def described(
    cells: pl.DataFrame, passports: dict[str, Passport], panel: pl.DataFrame
) -> pl.DataFrame:
    """Return the cells with yes_or_no, defined, the worth of their metric, its fewest and lies_in, the division of a department."""
    about = pl.DataFrame(
        [
            {"metric": p.id, "worth": p.smallest_worth_showing, "fewest": p.fewest}
            for p in passports.values()
        ]
    )
    return (
        cells.join(about, on="metric", how="left", maintain_order="left")
        .pipe(bounds.placed, lies_in(panel))
        .with_columns(
            yes_or_no=pl.col("kind").is_in(["share", "survival"]),
            defined=pl.col("bin").eq_missing("enabled"),
        )
    )


def masked(cells: pl.DataFrame, mask: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with the mask's reason where it hides them; it comes before any other reason."""
    known = with_division(mask).select(*KEYS, "shown", masked="reason")
    joined = with_division(cells).join(
        known, on=KEYS, how="left", nulls_equal=True, maintain_order="left"
    )
    why = (
        pl.when(pl.col("shown").fill_null(value=False))
        .then(None)
        .otherwise(pl.col("masked").fill_null("small_group"))
    )
    return joined.with_columns(reason=pl.coalesce(why, "reason"), is_masked=why.is_not_null()).drop(
        "shown", "masked"
    )


def certificate(
    sums: pl.DataFrame,
    mask: pl.DataFrame,
    passports: dict[str, Passport],
    k: int,
    figure: pl.DataFrame,
    panel: pl.DataFrame,
) -> dict[str, object]:
    """Return how many figures are hidden for their value, by rule, and how many hidden sums are boxed in after all.

    `sums`, `mask`, `passports`, `k`, `panel` as for `finish`; `figure` is what it returned.
    """
    place = [*bounds.FIGURE, *bounds.PLACE]
    told = figure.select(*place, why="reason")
    cells = judged(masked(described(sums, passports, panel), mask), k)
    tight = bounds.boxes(cells.join(told, on=place, how="left", nulls_equal=True)).filter("tight")
    return {
        "tails": figure.filter(pl.col("reason") == "nearly_all_or_none").height,
        "dominated": figure.filter(pl.col("reason") == "dominated").height,
        "interval_tight": tight.height,
    }


def where_shown(rows: pl.DataFrame, mask: pl.DataFrame) -> pl.DataFrame:
    """Return finished rows of release.figure, those of a group that the mask hides in that quarter without any number."""
    quarter = pl.when(pl.col("grain") == "all").then(None).otherwise(quarter_of("period"))
    placed = masked(rows.with_columns(quarter=quarter), mask)
    told = [name for name in (*ESTIMATES, "n", "coverage") if name in rows.columns]
    hidden = pl.col("is_masked")
    return placed.with_columns(
        pl.when(~hidden).then(pl.col(name)).alias(name) for name in told
    ).select(rows.columns)


def _estimated(cells: pl.DataFrame, kind: Any) -> pl.DataFrame:  # noqa: ANN401  # group_by's key
    """Return cells of one kind (statistics/interval.py) with value, interval and change."""
    cells = change(interval(cells, kind))
    if kind == "typical":
        cells = _typical(cells)
    empty = pl.col("value").is_null() & pl.col("reason").is_null()
    return cells.with_columns(
        reason=pl.when(empty).then(pl.lit("no_data")).otherwise("reason"),
        numerator=pl.when(kind != "typical").then("sx"),
        denominator=pl.col("sy"),
    )


def _typical(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with the value as coarse as its ends, and no change, which would be that of the mean.

    The exact value would tell Σln(1+x), which with n and Σx may lay a small group open.
    """
    never = dict.fromkeys(("change", "change_variance", "change_low", "change_high"))
    return cells.with_columns(pl.col("value").round_sig_figs(COARSE), **never).cast(
        dict.fromkeys(never, pl.Float64)
    )


def compared(shown: pl.DataFrame) -> pl.DataFrame:
    """Return the shown cells with shrunken values, naming and places, page by page (grain and period).

    What groups are held against is the whole company, also where not all of its groups are shown.
    """
    cells = shown.with_columns(
        across=pl.when(pl.col("cut").is_in(["department_tool", "tool"])).then("tool"),
        is_compared=pl.col("cut").is_in(COMPARED)
        & pl.col("grain").is_in(NAMED_GRAINS)
        & (pl.col("variant") == ""),
    )
    wholes = cells.filter(pl.col("cut").is_in(["total", "tool"]))
    beside = beside_the_whole(cells.filter("is_compared"), wholes, ["grain", "period", *PART_OF])
    pages = [
        places(distinguish(shrunken(page, FAMILY), FAMILY), FAMILY)
        for _, page in beside.group_by("grain", "period", maintain_order=True)
    ]
    # a company without departments and levels has nothing to compare, and still has its figures
    verdicts = pl.DataFrame(
        schema={name: polars_schema("release.figure")[name] for name in VERDICTS}
    )
    return pl.concat(
        [verdicts, *pages, cells.filter(~pl.col("is_compared"))], how="diagonal_relaxed"
    )


def changed(shown: pl.DataFrame) -> pl.DataFrame:
    """Return the shown cells with their change against the period before.

    The change is the difference of the two published values, so it tells nothing that they don't; the width of
    its interval comes from the people in both periods, and from how many are in one only. Null where the cell before is hidden, where more than
    a tenth of the people are others, or where the exports see more than five points more or less of them: then the
    difference would be about who, not about what. So it is of those who did something once, where one of the periods is longer.
    """
    cell = ["metric", "variant", "bin", "grain", "cut", *LABELS]
    before = shown.select(
        *cell,
        previous="period",
        value_before="value",
        n_before="n",
        coverage_before="coverage",
        weeks_before="weeks",
    )
    periods = (
        shown.select("grain", "period")
        .unique()
        .sort("grain", "period")
        .with_columns(previous=pl.col("period").shift().over("grain"))
    )
    joined = shown.join(
        periods, on=["grain", "period"], how="left", nulls_equal=True, maintain_order="left"
    ).join(before, on=[*cell, "previous"], how="left", nulls_equal=True, maintain_order="left")
    alike = pl.col("pair_n") >= SAME_PEOPLE * pl.max_horizontal("n", "n_before")
    jump = (pl.col("coverage") - pl.col("coverage_before")).abs().round(3)
    alike &= (jump <= SEEN_ALIKE).fill_null(value=True)
    weeks = pl.col("weeks"), pl.col("weeks_before")
    as_long = pl.min_horizontal(weeks) >= AS_LONG * pl.max_horizontal(weeks)
    alike &= ~pl.col("metric").is_in(ONCE) | as_long.fill_null(value=True)
    moved = pl.when(alike & pl.col("previous").is_not_null() & (pl.col("kind") != "typical")).then(
        pl.col("value") - pl.col("value_before")
    )
    return _change_ends(joined.with_columns(change=moved))


def _change_ends(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with the ends of their change; null where there is none.

    That nobody moved does not mean that nobody could: shares move as if one more had (with_others), ratios as if one of the people were another.
    Where nobody moved and all are alike as well, nothing tells how far they might: the ends are null.
    """
    n, pairs = pl.col("n"), pl.col("pair_n")
    kind, paired = pl.col("kind"), pl.col("change_variance")
    nobody, changed = paired < NOTHING, n + pl.col("n_before") - 2 * pairs
    columns = cells.select(
        "change", paired, "variance", n, pairs,
        others=pl.when(nobody & (kind == "ratio")).then(pl.max_horizontal(changed, 1)).otherwise(changed),
        still=(kind == "share") | ((kind == "clustered") & nobody),
    ).cast(pl.Float64)  # fmt: skip
    moved, variance, own, people, both, others, still = columns.fill_null(np.nan).to_numpy().T
    with np.errstate(divide="ignore", invalid="ignore"):
        wider = with_others(variance, own, people, others, still)
        ends = change_ends(moved, np.where(wider < NOTHING, np.nan, wider), both)
    return cells.with_columns(
        pl.Series(name, end, nan_to_null=True) for name, end in zip(("change_low", "change_high"), ends, strict=True)
    )  # fmt: skip


def released(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of release.figure: ends rounded outward, hidden cells without any number."""
    rows = publish_ends(publish_ends(rows), "change_low", "change_high")
    # these rest on sums of squares and ranks, which exact digits would give away
    rows = rows.with_columns(
        pl.col(name).round_sig_figs(INEXACT) for name in ("shrunken", "chance_low", "chance_high")
    )
    null = pl.col("reason").is_not_null()
    no_change = null | pl.col("change").is_null()
    told = [
        pl.when(null).then(None).otherwise(pl.col(name)).alias(name)
        for name in ESTIMATES
        if name in rows.columns
    ]
    rows = rows.with_columns(told).with_columns(
        n=pl.when(pl.col("is_masked") | pl.col("reason").is_in(["small_group", "protected"]))
        .then(None)
        .otherwise(pl.col("n").cast(pl.Int64)),
        change_low=pl.when(no_change).then(None).otherwise("change_low"),
        change_high=pl.when(no_change).then(None).otherwise("change_high"),
    )
    wanted = list(tables()["release.figure"])
    return rows.select(name for name in wanted if name in rows.columns)
