"""Figures that are not about the panel are made anew only when enough has been added since the release before.

Two releases that differ by one customer's ticket or one answer to a survey would tell of it.
"""

import polars as pl

TOLD = ("value", "low", "high", "numerator", "denominator", "n", "reason")


def steady(
    rows: pl.DataFrame,
    before: pl.DataFrame | None,
    same: tuple[pl.Expr, pl.Expr],
    least: int,
    last_day: str | None,
) -> pl.DataFrame:
    """Return rows of release.figure, whole groups as the release before had them where too little has been added.

    `before`: figures of the release before, `last_day`: how far it reached. `same`: the group, whose figures tell of each other and
    stay together, and which figure of it a row is. `least`: by how much its size must differ where anything does.
    """
    if before is None or rows.is_empty():
        return rows
    group, name = same
    then = before.filter(pl.col("metric").is_in(rows["metric"].unique().implode()))
    now, then = (frame.with_columns(group=group, name=name) for frame in (rows, then))
    place = ["group", "name", "metric", "variant", "grain", "department"]
    both = now.join(then, on=place, how="inner", nulls_equal=True, suffix="_then")
    differs = pl.any_horizontal(pl.col(x).ne_missing(pl.col(f"{x}_then")) for x in TOLD)
    size = pl.coalesce("denominator", "n", 0) - pl.coalesce("denominator_then", "n_then", 0)
    is_told = pl.col("value_then").is_not_null() | pl.col("value").is_not_null()
    few = both.filter(differs & (size.abs() < least) & is_told)["group"].unique()
    kept = then.filter(pl.col("group").is_in(few.implode())).with_columns(
        as_of=pl.coalesce("as_of", pl.lit(last_day, pl.String).str.to_date())
    )
    fresh = now.filter(~pl.col("group").is_in(few.implode()))
    return pl.concat([fresh.select(rows.columns), kept.select(rows.columns)])
