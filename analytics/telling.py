"""What can be told: which metrics the imports allow, and of which groups enough people are seen."""

import polars as pl

from analytics import visibility
from analytics.ground import Ground
from analytics.metrics.passport import CUTS
from analytics.vault import ledger
from analytics.vault.workspace import Workspace

LOW_COVERAGE = (
    0.8  # a group of whom we see less is not shown: it would speak for people it does not know
)


def covered(sums: pl.DataFrame, headcount: pl.DataFrame) -> pl.DataFrame:
    """Return the sums with `coverage`, people seen of the headcount, and the reason where it is low."""
    if headcount.is_empty() or sums.is_empty():
        return sums.with_columns(coverage=pl.lit(None, pl.Float64))
    parts = []
    for (cut,), part in sums.group_by("cut", maintain_order=True):
        labels = [label for label in CUTS[cut] if label != "tool"]
        every = (
            headcount.drop_nulls(labels).group_by("quarter", *labels).agg(pl.col("headcount").sum())
        )
        joined = part.join(every, on=["quarter", *labels], how="left", nulls_equal=True)
        parts.append(joined)
    share = (pl.col("n") / pl.col("headcount")).clip(0, 1).round_sig_figs(2)
    low = (
        (pl.col("coverage") < LOW_COVERAGE)
        & pl.col("reason").is_null()
        & pl.col("tool").is_null()
        & (pl.col("metric") != "retention")  # a cohort is a part of the people by its nature
    )
    return (
        pl.concat(parts)
        .with_columns(coverage=share)
        .with_columns(reason=pl.when(low).then(pl.lit("low_coverage")).otherwise("reason"))
        .drop("headcount")
    )


def what_can_be_told(ground: Ground, workspace: Workspace) -> pl.DataFrame:
    """Return release.computable for what the live imports together provide."""
    provided = {word for entry in ledger.live(workspace) for word in entry.report["provides"]}
    if ground.settings.time_zone:
        provided.add("time_zones")
    return visibility.can_be_told(
        provided,
        visibility.fits(ground.connection),
        # not the headcount: of a vendor's totals alone there is no period in which to count
        has_org=bool(ground.connection.sql("from org limit 1").fetchall()),
        has_cost=ground.settings.hourly_cost is not None,
    )


def unseen(rows: pl.DataFrame, computable: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the reason why, where no import of the workspace could tell the metric."""
    missing = computable.filter(~pl.col("computable")).select("metric", missing="reason")
    return (
        rows.join(missing, on="metric", how="left", maintain_order="left")
        .with_columns(reason=pl.coalesce("missing", "reason"))
        .drop("missing")
    )


def contradicted(computable: pl.DataFrame, network: pl.DataFrame) -> pl.DataFrame:
    """Return release.computable with what the data themselves rule out: an org chart that does not fit."""
    broken = (
        network.filter(pl.col("grain") == "all", pl.col("tool").is_null())
        .group_by("metric")
        .agg(misfit=pl.col("reason").eq_missing("org_mismatch").all())
        .filter("misfit")
    )
    return (
        computable.join(broken, on="metric", how="left", maintain_order="left")
        .with_columns(
            computable=pl.col("computable") & ~pl.col("misfit").fill_null(value=False),
            reason=pl.when("misfit").then(pl.lit("org_mismatch")).otherwise("reason"),
            needs=pl.when("misfit")
            .then(
                pl.lit("An HR file whose ids are those of the messages, dated inside the period.")
            )
            .otherwise("needs"),
        )
        .drop("misfit")
    )
