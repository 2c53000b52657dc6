"""What do people say themselves? Constructs of the newest survey, company and departments, and whether their items belong together.

The person is a response: nothing leads from it to anybody. A department is that of the survey's own column.
"""

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import few
from analytics.metrics.survey_passports import FAVOURABLE, PASSPORTS, RELIABILITY, SCORE, WORTH
from analytics.schema import polars_schema
from analytics.statistics.agreement import cronbach_alpha, mean_reliability
from analytics.statistics.compare import beside_the_whole, distinguish, places
from analytics.statistics.interval import interval, publish_ends
from analytics.statistics.shrinkage import shrunken

__all__ = ["FAVOURABLE", "PASSPORTS", "RELIABILITY", "SCORE", "figures", "same_wave", "scored"]

FAVOURABLE_FROM = 70  # of 100: four of five is 75
LEAST_ANSWERED = 2 / 3  # of the items of a construct
APART_DAYS = 28  # between answers: another wave
FEWEST = 10
LEAST_RELIABLE, RELIABLE_FROM = 0.7, 50  # Cronbach's α, and responses needed to tell it
LEAST_ALIKE = 0.5  # ICC(2): below, departments' means are noise
DIGITS = 3
FAMILY = ["metric", "bin"]
CONSTRUCT = pl.col("bin").str.split("/").list.first()

# The answers of each construct's newest wave: item by item, on 0 to 100.
ITEMS = """
with dated as (
    select *, coalesce(asked_on - lag(asked_on) over (partition by tool, survey order by asked_on), 0) > {apart} as is_new
    from (
        select tool, survey, respondent, department, construct, item, asked_on,
            (score - scale_min) / nullif(scale_max - scale_min, 0) * 100 as score
        from survey_answer
        where construct is not null
    )
),
waves as (
    select *, count(*) filter (is_new) over (partition by tool, survey order by asked_on rows unbounded preceding) as wave
    from dated
),
spans as (
    select tool, survey, wave, construct, min(asked_on) as first_day, max(asked_on) as last_day, count(distinct item) as items
    from waves
    group by tool, survey, wave, construct
    qualify row_number() over (partition by construct order by max(asked_on) desc nulls last, tool, survey, wave) = 1
)
select construct, w.respondent, w.department, w.item, w.score, s.first_day, s.last_day, s.items
from waves w
join spans s using (tool, survey, wave, construct)
order by construct, w.respondent, w.item
"""


def figures(
    con: duckdb.DuckDBPyConnection, threshold: int, departments: set[str] | None
) -> pl.DataFrame:
    """Return finished release.figure rows: grain all, company and departments; bin = "<construct>/<first day>/<last day>", n = responses.

    Without answers that count for a construct: no_data. `departments`: those that may be shown, by the HR file; None = there is no HR file.
    """
    items = con.sql(ITEMS.format(apart=APART_DAYS)).pl()
    schema = polars_schema("release.figure")
    if items.is_empty():
        none = {"metric": SCORE, "variant": "", "grain": "all", "position": 0, "reason": "no_data"}
        return pl.DataFrame([dict.fromkeys(schema) | none], schema=schema)
    items = items.with_columns(
        bin=pl.format("{}/{}/{}", "construct", *(pl.col(x).cast(pl.String).fill_null("") for x in ("first_day", "last_day"))),
        department=_named(items["department"], departments),
    )  # fmt: skip
    alphas = {bin_: _alpha(part) for (bin_,), part in items.group_by("bin", maintain_order=True)}
    rows = _cells(scored(items), max(FEWEST, threshold))
    told = _compared(
        rows,
        {
            bin_
            for bin_, (alpha, _) in alphas.items()
            if alpha is not None and alpha < LEAST_RELIABLE
        },
    )
    reliable = pl.DataFrame(
        [{"metric": RELIABILITY, "bin": bin_, "value": alpha, "n": n} for bin_, (alpha, n) in alphas.items() if alpha is not None],
        schema={"metric": pl.String, "bin": pl.String, "value": pl.Float64, "n": pl.Int64},
    ).with_columns(pl.col("value").round(2))  # fmt: skip
    found = pl.concat([told, reliable], how="diagonal_relaxed").with_columns(
        variant=pl.lit(""),
        grain=pl.lit("all"),
        position=pl.col("bin").rank("dense").cast(pl.Int32) - 1,
    )
    missing = [pl.lit(None, type_).alias(name) for name, type_ in schema.items() if name not in found.columns]  # fmt: skip
    found = found.with_columns(missing).select(pl.col(name).cast(type_) for name, type_ in schema.items())  # fmt: skip
    return publish_ends(found)


def same_wave(before: pl.DataFrame | None, now: pl.DataFrame) -> pl.DataFrame | None:
    """Return of earlier released rows those whose wave has a day in common with that of the same construct now.

    Late answers move a wave's ends; waves without days are taken for the same.
    """
    if before is None:
        return None

    def spans(rows: pl.DataFrame) -> pl.DataFrame:
        day = pl.col("bin").str.split("/").list
        ends = [pl.when(day.get(i) != "").then(day.get(i)).alias(name) for i, name in ((1, "first"), (2, "last"))]  # fmt: skip
        return rows.select("bin", CONSTRUCT.alias("construct"), *ends).unique()

    own = before.filter(pl.col("metric").is_in([SCORE, FAVOURABLE, RELIABILITY]))
    both = spans(own).join(spans(now), on="construct", suffix="_now")
    apart = (pl.col("last") < pl.col("first_now")) | (pl.col("last_now") < pl.col("first"))
    kept = both.filter(~apart.fill_null(value=False))["bin"]
    return own.filter(pl.col("bin").is_in(kept.implode()))


def scored(items: pl.DataFrame) -> pl.DataFrame:
    """Return bin, department, score (0 to 100) of each response that answered two thirds of a construct's items."""
    return (
        items.group_by("bin", "construct", "respondent", maintain_order=True)
        .agg(
            pl.col("department").drop_nulls().first(),
            pl.col("score").mean(),
            told=pl.col("score").count() / pl.col("items").first(),
        )
        .filter(pl.col("told") >= LEAST_ANSWERED - 1e-9, pl.col("score").is_not_null())
        .select("bin", "department", "score")
    )


def _named(department: pl.Series, known: set[str] | None) -> pl.Series:
    """Return departments as the HR file spells them, null where it has none such."""
    if known is None:
        return department
    spelled = {name.strip().casefold(): name for name in known}
    return pl.Series(
        [spelled.get(name.strip().casefold()) if name else None for name in department],
        dtype=pl.String,
    )


def _alpha(items: pl.DataFrame) -> tuple[float | None, int]:
    """Return α of one construct's responses without gaps and how many they are; None where it cannot be told."""
    wide = items.pivot(on="item", index="respondent", values="score").drop_nulls()
    if wide.height < RELIABLE_FROM or wide.width < 3:  # noqa: PLR2004  # the respondent and two items
        return None, wide.height
    alpha = cronbach_alpha(wide.drop("respondent").to_numpy())
    return (alpha if np.isfinite(alpha) else None), wide.height


def _cells(scores: pl.DataFrame, least: int) -> pl.DataFrame:
    """Return sums of both metrics, company and departments, with the reason why one is hidden."""
    x = {SCORE: pl.col("score"), FAVOURABLE: (pl.col("score") >= FAVOURABLE_FROM).cast(pl.Float64)}
    parts = []
    for metric, value in x.items():
        ranked = scores.with_columns(x=value, metric=pl.lit(metric)).with_columns(
            r=pl.col("x").rank("average").over("bin")
        )
        sums = {
            "n": pl.len(), "ny": pl.len(), "sx": pl.col("x").sum(), "sy": pl.len().cast(pl.Float64), "sxx": (pl.col("x") ** 2).sum(),
            "sxy": pl.col("x").sum(), "syy": pl.len().cast(pl.Float64), "sr": pl.col("r").sum(), "srr": (pl.col("r") ** 2).sum(),
            "is_alike": pl.col("x").min() == pl.col("x").max(),
        }  # fmt: skip
        whole = ranked.group_by("metric", "bin", maintain_order=True).agg(**sums)
        own = ranked.drop_nulls("department").group_by("metric", "bin", "department", maintain_order=True).agg(**sums)  # fmt: skip
        parts += [whole.with_columns(department=pl.lit(None, pl.String)).select(own.columns), own]
    cells = pl.concat(parts)
    tail = (pl.col("metric") == FAVOURABLE) & (
        (pl.col("sx") < few.TAIL) | (pl.col("sx") > pl.col("n") - few.TAIL)
    )
    cells = cells.with_columns(
        reason=pl.when(pl.col("n") < least)
        .then(pl.lit("small_group"))
        .when(tail | pl.col("is_alike"))
        .then(pl.lit("nearly_all_or_none"))
    )
    return pl.concat(
        _shielded(part, least) for _, part in cells.group_by(FAMILY, maintain_order=True)
    )


def _shielded(cells: pl.DataFrame, least: int) -> pl.DataFrame:
    """Hide the largest shown department as well where the company less the shown ones would tell of a hidden one.

    That is where the rest holds fewer than `least` people, or one department alone hidden for its value.
    """
    whole = cells.filter(pl.col("department").is_null())
    shown = cells.filter(pl.col("department").is_not_null(), pl.col("reason").is_null())
    rest = int(whole["n"][0]) - int(shown["n"].sum())
    secret = cells.filter(pl.col("department").is_not_null(), pl.col("reason").is_not_null())
    by_value = secret.filter(reason="nearly_all_or_none").height
    if shown.is_empty() or rest == 0 or whole["reason"][0] is not None:
        return cells
    if rest >= least and not by_value:
        return cells
    largest = shown.sort("n", "department", descending=[True, False])["department"][0]
    also = pl.col("department").eq_missing(pl.lit(largest)) & pl.col("reason").is_null()
    return cells.with_columns(reason=pl.when(also).then(pl.lit("protected")).otherwise("reason"))


def _compared(cells: pl.DataFrame, scattered: set[str]) -> pl.DataFrame:
    """Return the cells with value, interval and comparison; without any number where hidden.

    `scattered`: bins whose items do not belong together. Departments are shown only where they differ: their means
    reliable, or one of them named.
    """
    cells = cells.with_columns(
        reason=pl.when(pl.col("bin").is_in(scattered)).then(pl.lit("not_identified")).otherwise("reason"),
        worth=pl.col("metric").replace_strict(WORTH, return_dtype=pl.Float64),
        kind=pl.when(pl.col("metric") == SCORE).then(pl.lit("ratio")).otherwise(pl.lit("share")),
    )  # fmt: skip
    told = pl.concat(
        interval(part, "ratio" if metric == SCORE else "share")
        for (metric,), part in cells.filter(pl.col("reason").is_null()).group_by("metric", maintain_order=True)
    ) if cells["reason"].null_count() else cells.with_columns(value=None, low=None, high=None)  # fmt: skip
    if not cells["reason"].null_count():
        return _bare(told)
    own = told.filter(pl.col("department").is_not_null())
    whole = told.filter(pl.col("department").is_null())
    if own.height:
        own = beside_the_whole(own, whole, FAMILY)
        own = places(distinguish(shrunken(own, FAMILY), FAMILY), FAMILY)
        own = pl.concat(
            part if _differ(part) else part.with_columns(reason=pl.lit("not_identified"))
            for _, part in own.group_by("bin", maintain_order=True)
        )
    hidden = cells.filter(pl.col("reason").is_not_null())
    return _bare(pl.concat([whole, own, hidden], how="diagonal_relaxed"))


def _differ(own: pl.DataFrame) -> bool:
    scores = own.filter(metric=SCORE)
    sums = [scores[name].to_numpy().astype(float) for name in ("n", "sx", "sxx")]
    return bool(own["named"].fill_null(value=False).any()) or mean_reliability(*sums) >= LEAST_ALIKE


def _bare(rows: pl.DataFrame) -> pl.DataFrame:
    """Return release columns alone, without numbers where there is a reason; values coarser than sums would be."""
    numbers = (
        "value",
        "low",
        "high",
        "shrunken",
        "chance_low",
        "chance_high",
        "named",
        "places",
        "n",
    )
    names = [name for name in numbers if name in rows.columns]
    known = pl.col("reason").is_null()
    rows = rows.with_columns(pl.when(known).then(pl.col(name)).alias(name) for name in names)
    coarse = [name for name in ("value", "shrunken", "chance_low", "chance_high") if name in names]
    return rows.select(*FAMILY, "department", "reason", *names).with_columns(
        pl.col(name).cast(pl.Float64).round_sig_figs(DIGITS) for name in coarse
    )
