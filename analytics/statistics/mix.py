"""Would a group still differ if its people were mixed as the company's are: levels, places?

A department of many seniors may stand above the company in a figure although each level of it stands below:
then the mix speaks, not the department (Bickel, Hammel and O'Connell 1975, admissions to Berkeley). Everything here is
linear in sums that are released, so it tells nothing that they don't; therefore it has no interval either.
"""

import polars as pl

SUMS = ("n", "numerator", "denominator")
FEWEST = 10  # people; smaller cells are pooled
MOST_POOLED = (
    0.2  # of a group or of the company: pooled levels are not alike, a head is no beginner
)
COLUMNS = ("group", "value", "adjusted", "rate_part", "mix_part", "flips")


def mix_adjusted(cells: pl.DataFrame, company: pl.DataFrame) -> pl.DataFrame:
    """Return one row a group, sorted: group, value, adjusted, rate_part, mix_part, flips.

    Takes group, stratum, n, numerator, denominator (stratum null = the whole group; a null numerator = hidden)
    and the same of the company without group. Strata that are hidden or under ten people are one stratum, "the others".
    adjusted: the group's value in each stratum, in the company's mix (direct standardisation; where the group has
    nobody, the company's own value stands: nobody is there to differ). rate_part + mix_part = value − the company's
    (Kitagawa 1955). flips: value and adjusted lie on different sides of the company's value. All but value are null
    where the others are more than a fifth of the group or of the company, or fewer than ten of its people.
    """
    own, base = _rate("numerator", "denominator"), _rate("numerator_all", "denominator_all")
    strata = _strata(cells, company).with_columns(
        own=pl.when(pl.col("denominator") > 0).then(own).otherwise(base),
        base=base,
        weight=pl.col("denominator") / pl.col("denominator").sum().over("group"),
        usual=pl.col("denominator_all") / pl.col("denominator_all").sum().over("group"),
    )
    summed = strata.group_by("group").agg(
        value=(pl.col("weight") * pl.col("own")).sum(),
        company=(pl.col("usual") * pl.col("base")).sum(),
        adjusted=(pl.col("usual") * pl.col("own")).sum(),
        rate_part=((pl.col("weight") + pl.col("usual")) / 2 * (pl.col("own") - pl.col("base"))).sum(),
        mix_part=((pl.col("own") + pl.col("base")) / 2 * (pl.col("weight") - pl.col("usual"))).sum(),
        is_known=(pl.len() > 1)
        & pl.col("base").is_not_null().all()
        & (pl.max_horizontal("weight", "usual") <= MOST_POOLED)
        .filter(pl.col("stratum").is_null())
        .all()
        & ((pl.col("n") == 0) | (pl.col("n") >= FEWEST)).all(),
    )  # fmt: skip
    away, still = pl.col("value") - pl.col("company"), pl.col("adjusted") - pl.col("company")
    return (
        summed.with_columns(flips=away * still < 0)
        .with_columns(pl.when("is_known").then(pl.col(name)).alias(name) for name in COLUMNS[2:])
        .select(COLUMNS)
        .sort("group")
    )


def _strata(cells: pl.DataFrame, company: pl.DataFrame) -> pl.DataFrame:
    """Return group, stratum, SUMS of the group and of the company (…_all); stratum null = the others together."""
    everybody = company.select("stratum", *(pl.col(name).alias(f"{name}_all") for name in SUMS))
    both = cells.join(everybody, on="stratum", how="inner", nulls_equal=True).drop_nulls(
        ["numerator", "numerator_all"]
    )
    whole, apart = both.filter(pl.col("stratum").is_null()), both.drop_nulls("stratum")
    apart = apart.filter(pl.col("n") >= FEWEST).join(whole, on="group", how="semi")
    names = [*SUMS, *(f"{name}_all" for name in SUMS)]
    taken = apart.group_by("group").agg(pl.col(name).sum() for name in names)
    others = (
        whole.join(taken, on="group", how="left", suffix="_taken")
        .with_columns(pl.col(name) - pl.col(f"{name}_taken").fill_null(0) for name in names)
        .filter((pl.col("n") > 0) | (pl.col("n_all") > 0))
    )
    wanted = ["group", "stratum", *names]
    return pl.concat([apart.select(wanted), others.select(wanted)], how="vertical_relaxed")


def _rate(numerator: str, denominator: str) -> pl.Expr:
    return pl.when(pl.col(denominator) > 0).then(pl.col(numerator) / pl.col(denominator))
