"""What do the periods of one release tell of each other? Attacks that subtract one period from another.

A8 takes the whole period, of the people who are covered throughout, from the sum of its quarters. That leaves what leavers
and joiners did only where the quarters of one person add up to the person's whole period: hours do; who was silent does not, nor does a
spread. The file itself says which do: the months of a quarter, which hold the same people, give the quarter or they don't.
"""

import polars as pl

from analytics.privacy.lattice import LABELS

FIGURE = ("metric", "variant", "bin")
QUARTER_OF = (pl.col("period") + pl.duration(days=3)).dt.truncate("1q")  # that of its Thursday
MONTHS = 3
SAME = 1e-6  # of a sum; published numbers are floats
Result = tuple[int, int]  # tried, succeeded


def under(n: str, k: int) -> pl.Expr:
    """Say where a difference leaves somebody, and fewer than k people."""
    return (pl.col(n) > 0) & (pl.col(n) < k)


def week_less_week(figure: pl.DataFrame) -> Result:
    """Compare weeks, and months, of one quarter: the people must be the same."""
    within = figure.filter(pl.col("grain").is_in(["week", "month"]) & pl.col("n").is_not_null())
    groups = (
        within.with_columns(quarter=QUARTER_OF)
        .group_by(*FIGURE, "quarter", *LABELS, "tool")
        .agg(tried=pl.len() - 1, differ=pl.col("n").n_unique() - 1)
    )
    return int(groups["tried"].sum()), int(groups["differ"].sum())


def quarters_less_whole(figure: pl.DataFrame, k: int) -> Result:
    """Take the company's whole period from its quarters, all of them shown: what is left are leavers and joiners."""
    company = figure.filter(pl.col("cut") == "total")
    shown = pl.col("value").is_not_null()
    whole = company.filter(pl.col("grain") == "all", shown).select(*FIGURE, whole="n")
    left = (
        company.filter(pl.col("grain") == "quarter")
        .join(whole, on=FIGURE, nulls_equal=True)
        .join(no_sums(company), on=FIGURE, how="anti", nulls_equal=True)
        .group_by(FIGURE)
        .agg(left=(pl.col("n") - pl.col("whole")).sum(), every=shown.all())
        .filter("every")
    )
    return left.height, left.filter(under("left", k)).height


def no_sums(company: pl.DataFrame) -> pl.DataFrame:
    """Return the figures (metric, variant, bin) that do not add up over time: no quarter is the sum of its months.

    Only quarters with three shown months, of something, can say so. A figure that has none goes with the others of its metric, where all that can say
    so do not add up, such as the points of a curve with its area; else it is taken to add up.
    """
    told = company.filter(pl.col("value").is_not_null()).with_columns(
        quarter=QUARTER_OF, sum=pl.coalesce("numerator", pl.col("value") * pl.col("n"))
    )
    by = [*FIGURE, "quarter"]
    months = (
        told.filter(pl.col("grain") == "month")
        .group_by(by)
        .agg(pl.col("sum").sum(), months=pl.len())
        .filter(pl.col("months") == MONTHS)
    )
    apart = (pl.col("sum") - pl.col("sum_months")).abs() > SAME * pl.col("sum").abs()
    tested = (
        told.filter(pl.col("grain") == "quarter")
        .join(months, on=by, nulls_equal=True, suffix="_months")
        .filter(
            (pl.col("sum") != 0) | (pl.col("sum_months") != 0)
        )  # nought and nought is any figure
        .group_by(FIGURE)
        .agg(apart=apart.all())
    )
    of_metric = tested.group_by("metric").agg(pl.col("apart").all())
    untested = told.select(FIGURE).unique().join(tested, on=FIGURE, how="anti", nulls_equal=True)
    untested = untested.join(of_metric, on="metric")
    return pl.concat([tested, untested]).filter("apart").select(FIGURE)
