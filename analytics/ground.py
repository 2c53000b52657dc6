"""What every figure of a release rests on: who is counted, under which labels, and what may be shown of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analytics import history
from analytics.metrics import panel as panels
from analytics.privacy import merge, suppress
from analytics.privacy.lattice import LABELS, lies_in
from analytics.vault import store
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

    from analytics.vault.settings import Settings


@dataclass(frozen=True)
class Ground:
    """What every figure rests on: the store's connection, settings, people and what may be shown of them."""

    connection: "duckdb.DuckDBPyConnection"
    settings: "Settings"
    past: history.Past
    raw: pl.DataFrame  # the panel
    people: pl.DataFrame  # the panel with merged labels
    headcount: pl.DataFrame
    mask: suppress.Mask
    seed: int
    merged: int  # small groups that were joined with their neighbours


def lay(connection: "duckdb.DuckDBPyConnection", workspace: Workspace) -> Ground:
    """Return the ground of a release: panel, merged labels, mask.

    The same imports after the same releases gives the same ground.
    """
    settings = workspace.settings
    k = settings.threshold
    seed = store.seed(workspace)
    fresh = panels.panel(connection, settings)
    past = history.read(connection, workspace)
    raw = past.panel(fresh, connection.sql("select person from person").pl()["person"])
    people = merge.merge_small(raw, k)
    mask = suppress.mask(people, k, seed, past.earlier())
    return Ground(
        connection=connection,
        settings=settings,
        past=past,
        raw=raw,
        people=people,
        headcount=headcounts(connection, raw, people),
        mask=history.hide_late(mask, people, past, connection, k, seed),
        seed=seed,
        merged=joined(raw, people),
    )


def joined(raw: pl.DataFrame, people: pl.DataFrame) -> int:
    """Return how many divisions, departments, levels and places stand under another label than their own."""
    keys = ["quarter", "person"]
    return sum(
        raw.select(*keys, own=label)
        .join(people.select(*keys, label), on=keys, nulls_equal=True)
        .filter(pl.col("own").ne_missing(pl.col(label)))["own"]
        .n_unique()
        for label in LABELS
    )


def headcounts(
    connection: "duckdb.DuckDBPyConnection", raw: pl.DataFrame, people: pl.DataFrame
) -> pl.DataFrame:
    """Return quarter, division, department, level, location, headcount: everybody in the HR file, seen or not.

    Labels as merged in the panel; people whose label nobody in the panel has are counted without it.
    """
    spans = connection.sql(
        "select nullif(quarter, date '0001-01-01') as quarter, first_day, last_day from period"
        " where grain in ('quarter', 'all') and tool is null"
    ).pl()
    org = connection.sql(
        "select person, valid_from, valid_to, division, department, level::varchar as level, location from org"
        " join person using (person) where kind = 'human'"
    ).pl()
    day = pl.when(pl.col("quarter").is_null()).then("last_day").otherwise("first_day")
    placed = org.join(spans, how="cross").filter(
        pl.col("valid_from") <= day, pl.col("valid_to") > day
    )
    placed = placed.unique(["quarter", "person"], keep="any")
    keys = ["quarter", "person"]
    for label in LABELS:
        names = (
            raw.select(*keys, label)
            .join(people.select(*keys, merged=label), on=keys, nulls_equal=True)
            .select("quarter", label, "merged")
            .unique(["quarter", label], keep="any")
        )
        placed = (
            placed.join(names, on=["quarter", label], how="left", nulls_equal=True)
            .with_columns(pl.col("merged").alias(label))
            .drop("merged")
        )
    placed = (
        placed.join(lies_in(people), on="department", how="left")
        .with_columns(division=pl.coalesce("lies_in", "division"))
        .drop("lies_in")
    )
    return placed.group_by("quarter", *LABELS).agg(headcount=pl.len())
