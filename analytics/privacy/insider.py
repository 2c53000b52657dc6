"""A release attacked by somebody who knows from the vault who belongs where."""

from pathlib import Path

import polars as pl

from analytics.errors import AnalyticsError
from analytics.metrics.periods import quarter_of
from analytics.privacy import ledger
from analytics.privacy.lattice import LABELS
from analytics.privacy.truth import KEY, Attacker

FIGURE = ["metric", "variant", "bin", "grain", "period"]
REASONS = {"A10": "nearly_all_or_none", "A11": "dominated"}
Result = tuple[int, int]  # tried, succeeded


def attack(
    tables: dict[str, pl.DataFrame], sums: pl.DataFrame, workspace: Path, k: int
) -> dict[str, Result]:
    """Return tried and succeeded of A5 (small groups), A10 and A11 (hidden values).

    sums: the figures that are sums over people, with their cut. A group follows if any figure could give it away.
    """
    attacker = Attacker(panel(tables, workspace), k)
    quarter = pl.when(pl.col("grain") != "all").then(quarter_of("period"))
    placed = sums.with_columns(quarter=quarter)
    shown = placed.filter(pl.col("value").is_not_null())
    found = attacker.recovered(shown.select(KEY).unique())
    return {"A5": (len(attacker.sets.people), len(found))} | {
        name: _values(attacker, placed, shown, reason) for name, reason in REASONS.items()
    }


def panel(tables: dict[str, pl.DataFrame], workspace: Path) -> pl.DataFrame:
    """Return who stood where under the release's labels, as the ledger of releases has kept it."""
    number = dict(tables["company"].iter_rows()).get("release")
    known = ledger.read(workspace)
    line = next((one for one in known.lines if str(one.release) == number), None)
    if line is None:
        raise AnalyticsError(
            f"The workspace in {workspace} has not made release {number}: give the workspace that this file is from."
        )
    people = known.whole(line, "people")
    return people.select("quarter", "person", "tools", *(pl.col(f"shown_{label}").alias(label) for label in LABELS))  # fmt: skip


def _values(attacker: Attacker, placed: pl.DataFrame, shown: pl.DataFrame, reason: str) -> Result:
    """Hidden cells of each figure that follow from its shown ones; figures that hide and show the same are one."""
    hidden = placed.filter(pl.col("reason") == reason)
    seen = shown.join(hidden.select(FIGURE).unique(), on=FIGURE, how="semi", nulls_equal=True)
    patterns = (
        pl.concat([seen.with_columns(open=True), hidden.with_columns(open=False)])
        .with_columns(pattern=pl.struct(*KEY, "open").hash().sum().over(FIGURE))
        .select(*KEY, "open", "pattern")
        .unique()
    )
    succeeded = 0
    for _, pattern in patterns.group_by("pattern", maintain_order=True):
        succeeded += attacker.follow(pattern.filter(~pl.col("open")), pattern.filter("open"))
    return hidden.height, succeeded
