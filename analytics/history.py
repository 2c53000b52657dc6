"""What the earlier releases of a workspace mean for the next one.

They are out, so the next is audited together with them; who was counted in a quarter stays counted in it; and a
figure that cannot be made anew without telling about fewer than k people is shown as it was.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from analytics import press, release
from analytics.errors import AnalyticsError
from analytics.metrics import panel as panels
from analytics.metrics import periods, vendor
from analytics.privacy import ledger, suppress
from analytics.privacy.lattice import KEYS, LABELS
from analytics.vault import ledger as imports
from analytics.vault.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

CELL = (*LABELS, "tool")
FIGURE = ("metric", "variant", "grain", "period", *CELL, "bin")
HR = "hr_file"
LOOK_BACK = 8  # releases whose data are compared, when late data came


class LostKey(AnalyticsError):
    """The ledger of releases was written with another secret."""


@dataclass(frozen=True)
class Past:
    """The ledger of a workspace and what is needed to read it today.

    same_person: key of then -> key of now; sources: live imports of HR files; starts: first day by tool (null =
    all together).
    """

    known: ledger.Ledger
    same_person: dict[int, int]
    sources: list[str]
    starts: dict[str | None, date]
    last_day: date | None

    @property
    def reach(self) -> tuple[date, date] | None:
        """Return the first and the last day of the exports together."""
        first = self.starts.get(None)
        return (first, self.last_day) if first and self.last_day else None

    def panel(self, raw: pl.DataFrame, living: pl.Series) -> pl.DataFrame:
        """Return the raw panel with the people of published quarters kept in their places."""
        return ledger.kept_in_place(raw, self.known, self.sources, living)

    def earlier(self) -> list[ledger.Earlier]:
        """Return what the audit needs of the earlier releases."""
        return ledger.earlier(self.known, self.same_person)

    def began(self, tool: str | None) -> date | None:
        """Return the first day that any release covered of a tool (null = all together)."""
        days = [
            date.fromisoformat(line.starts[tool or ""])
            for line in self.known.lines
            if (tool or "") in line.starts
        ]
        return min(days, default=None)


def read(connection: "duckdb.DuckDBPyConnection", workspace: Workspace) -> Past:
    """Return the past of a workspace; raises BrokenLedger and LostKey."""
    known = ledger.read(workspace.folder)
    if known.lines and known.lines[-1].key != key_of(workspace):
        raise LostKey(
            f"Workspace {workspace.name} has published figures with another secret.key, so it cannot be told what a"
            " new release would add about the same people. Put that key back, or start a new workspace."
        )
    spans = connection.sql(
        "select tool, min(day), max(day) from calendar group by tool order by tool nulls first"
    ).fetchall()
    same = pl.read_parquet((workspace.store / "same_person.parquet").read_bytes())
    return Past(
        known,
        dict(same.select("key", "person").iter_rows()),
        sorted(entry.id for entry in imports.live(workspace) if entry.format == HR),
        {tool: first for tool, first, _ in spans},
        max((last for *_, last in spans), default=None),
    )


def key_of(workspace: Workspace) -> str:
    """Return what tells one secret from another without giving it away."""
    return hashlib.sha256(workspace.derived("event").encode()).hexdigest()[:16]


def hide_late(
    mask: suppress.Mask,
    people: pl.DataFrame,
    past: Past,
    connection: "duckdb.DuckDBPyConnection",
    k: int,
    seed: int,
) -> suppress.Mask:
    """Return the mask without cells whose change since the last release would be that of fewer than k people.

    Data that come late for a published quarter change some people's sums; the difference of the two releases is
    what these people did. So the people with a change are masked like a company of their own.
    """
    changed = _changed(past, connection)
    if changed.is_empty():
        return mask
    both = (
        people.join(changed, on=["quarter", "person"], nulls_equal=True)
        .with_columns(tools=pl.col("changed"))
        .drop("changed")
    )
    if both.height == people.height and both["tools"].equals(people["tools"]):
        return mask
    unsafe = suppress.mask(both, k, seed).frame.filter(~pl.col("shown")).select(KEYS)
    seen = pl.concat(
        [
            past.known.part(line, quarter, "cells")
            for quarter in people["quarter"].unique().to_list()
            if (line := past.known.newest(quarter))
        ]
    ).select(KEYS)
    late = unsafe.join(seen, on=KEYS, how="semi", nulls_equal=True).with_columns(late=True)
    frame = mask.frame.join(late, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    waits = pl.col("late").fill_null(value=False) & pl.col("shown")
    certificate = mask.certificate | {"late": int(frame.select(waits.sum()).item())}
    frame = frame.with_columns(
        shown=pl.col("shown") & ~waits,
        reason=pl.when(waits).then(pl.lit("protected")).otherwise("reason"),
    )
    return suppress.Mask(frame.drop("late"), certificate)


def _changed(past: Past, connection: "duckdb.DuckDBPyConnection") -> pl.DataFrame:
    """Return quarter, person, changed (tools, comma-joined) since the last release that held the quarter.

    A quarter that stands as it stood in any of the last releases has no change: that state is out already.
    """
    now = cache(lambda until: panels.marks(connection, until))

    def differing(line: ledger.Line, quarter: date) -> pl.DataFrame:
        until = date.fromisoformat(line.last_day) if line.last_day else None
        return _differing(past, line, quarter, now(until))

    parts = []
    quarters = {ledger.day(name) for line in past.known.lines for name in line.parts} - {None}
    for quarter in sorted(day for day in quarters if day):
        newest, *older = [line for line in reversed(past.known.lines) if str(quarter) in line.parts]
        states = (differing(line, quarter) for line in (newest, *older[: LOOK_BACK - 1]))
        changed = next(states)
        if changed.height and all(state.height for state in states):
            parts.append(changed)
    if not parts:
        return pl.DataFrame(schema={"quarter": pl.Date, "person": pl.Int64, "changed": pl.String})
    one = pl.concat(parts)
    every = one.with_columns(quarter=pl.lit(None, pl.Date)).unique()
    return (
        pl.concat([one, every])
        .sort("tool")
        .group_by("quarter", "person")
        .agg(changed=pl.col("tool").str.join(","))
    )


def _differing(past: Past, line: ledger.Line, quarter: date, now: pl.DataFrame) -> pl.DataFrame:
    """Return quarter, person, tool where a person's mark is another one than in that release."""
    then = past.known.part(line, quarter, "marks").with_columns(
        pl.col("person").replace(past.same_person)
    )
    here = now.filter(pl.col("quarter") == quarter)
    on = ["quarter", "person", "tool"]
    return (
        here.join(then, on=on, how="full", coalesce=True, suffix="_then")
        .filter(pl.col("mark").ne_missing(pl.col("mark_then")))
        .select(on)
    )


def carry(
    figure: pl.DataFrame,
    mask: pl.DataFrame,
    past: Past,
    shown: pl.DataFrame | None,
    kept: set[str | None],
) -> pl.DataFrame:
    """Return the figures, those that cannot be made anew as the last release showed them (`shown`).

    That is where the mask hides a cell that was shown, and where acts of the beginning of a period have been
    deleted since (`kept`: tools, and null for all together, whose acts are deleted after a while). `as_of` says
    how far a figure reaches whose period was not over then. What was deleted and was not shown is null.
    """
    day = past.known.lines[-1].last_day if past.known.lines else None
    if shown is None or day is None:  # nothing was shown, or of nobody's acts
        return figure
    reached = pl.lit(day).str.to_date()
    over = (pl.col("grain") != "all") & (periods.last_day("grain", "period") <= reached)
    # a vendor's window is no period of ours: metrics/vendor.py looks after them
    ours = shown.filter(~pl.col("metric").is_in(vendor.IDS))
    before = ours.with_columns(
        as_of=pl.when(~over).then(pl.coalesce("as_of", reached)).otherwise("as_of")
    )
    quarter = periods.quarter_of("period").alias("quarter")
    hidden = mask.filter(pl.col("reason") == "protected").select(KEYS)
    cut = _cut_off(past, kept)
    keys = ["quarter", *CELL]
    lost = before.with_columns(quarter).join(hidden, on=keys, how="semi", nulls_equal=True)
    gone = before.with_columns(quarter).filter(cut)
    again = (
        pl.concat([lost.filter(pl.col("value").is_not_null()), gone])
        .drop("quarter")
        .unique(FIGURE, maintain_order=True)
    )
    rest = figure.join(again, on=FIGURE, how="anti", nulls_equal=True, maintain_order="left")
    numbers = [name for name in figure.columns if name not in (*FIGURE, "reason", "position")]
    rest = rest.with_columns(
        *(pl.when(cut).then(None).otherwise(pl.col(name)).alias(name) for name in numbers),
        reason=pl.when(cut).then(pl.lit("deleted")).otherwise("reason"),
    )
    return pl.concat([rest, again.select(rest.columns)])


def _cut_off(past: Past, kept: set[str | None]) -> pl.Expr:
    """Say whether a figure's period begins before what is left of its tool's acts."""
    expression = pl.lit(value=False)
    for tool in kept:
        first, began = past.starts.get(tool), past.began(tool)
        if first and began and began < first:
            expression = expression | (
                pl.col("tool").eq_missing(pl.lit(tool, pl.String))
                & (pl.col("grain") != "all")
                & (pl.col("period") < first)
            )
    return expression


def figures(workspace: Workspace) -> pl.DataFrame | None:
    """Return release.figure of the release before; null where there is none."""
    last = workspace.current_release()
    return _figures(last) if last else None


def _figures(path: Path) -> pl.DataFrame:
    import duckdb

    # opened as pages and command line open it: two settings for one file exclude each other
    with duckdb.connect(str(path), read_only=True, config=release.SAFE) as connection:  # type: ignore[arg-type]
        # a release of an earlier version may lack a column
        return press.conform("release.figure", connection.sql("from figure").pl())


def remember(
    workspace: Workspace, past: Past, seen: ledger.Seen, number: int, threshold: int
) -> None:
    """Write a release into the ledger, before anybody can see it."""
    facts = ledger.Facts(
        release=number,
        threshold=threshold,
        last_day=str(past.last_day) if past.last_day else None,
        sources=past.sources,
        starts={tool or "": str(first) for tool, first in past.starts.items()},
        key=key_of(workspace),
    )
    ledger.append(workspace.folder, seen, facts)
