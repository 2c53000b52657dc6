"""One period as seen by some of its people: what their traffic adds up to, and whether it may be shown."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from analytics.metrics.bootstrap import FEWEST_WEEKS, week_weights
from analytics.metrics.org_match import OrgMatch
from analytics.metrics.org_measures import (
    FEWEST_PAIRS,
    LARGEST_LEADING_SHARE,
    Key,
    Ratio,
    Scope,
    Sums,
    values,
)
from analytics.metrics.org_traffic import Traffic
from analytics.metrics.org_tree import OrgTree

FEWEST_PEOPLE, FEWEST_MESSAGES = 30, 500
FEWEST_CROSSING, FEWEST_EACH_WAY = 200, 100
LEAST_COVERAGE = 0.5  # of the people in the tree and of its managers: below, lifts are noise


@dataclass(frozen=True)
class Period:
    """One period of one tool (None = all): its weeks (Mondays, ascending) and the quarter whose panel holds."""

    grain: str
    start: date
    quarter: date
    tool: str | None
    weeks: np.ndarray
    previous: date | None
    misses_days: bool = False  # of which no export tells

    @property
    def label(self) -> date | None:
        """Return the period as the release names it."""
        return None if self.grain == "all" else self.start


@dataclass(frozen=True)
class Company:
    """What every figure is made of: traffic, panel and trees by quarter (WHOLE = the whole period)."""

    traffic: Traffic
    panel: pl.DataFrame
    trees: dict[date, OrgTree]
    threshold: int
    seed: int
    has_org: bool
    has_departments: bool
    matches: dict[str | None, OrgMatch | str] = field(default_factory=dict)

    def people(self, period: Period) -> pl.DataFrame:
        """Return the panel rows of the period and tool."""
        rows = self.panel.filter(pl.col("quarter") == period.quarter)
        if period.tool is None:
            return rows
        return rows.filter(pl.col("tools").str.split(",").list.contains(period.tool))

    def scope(self, period: Period, persons: pl.Series | None = None) -> Scope:
        """Return the people of a period who stand in the tree, or those of them among `persons`."""
        tree, people = self.trees[period.quarter], self.people(period)
        counted = np.zeros(len(tree), dtype=bool)
        kept = people["person"] if persons is None else persons
        place = tree.places(kept.to_numpy())
        counted[place[place >= 0]] = True
        group = tree.branch
        if self.has_departments:
            department = pl.Series(self.labels(period, "department"), dtype=pl.String)
            group = department.fill_null("").rank("dense").cast(pl.Int64).to_numpy()
        return Scope(tree, counted, group, self.threshold)

    def labels(self, period: Period, column: str) -> list[str | None]:
        """Return the panel's label of every place of the tree."""
        tree = self.trees[period.quarter]
        place = pl.DataFrame({"person": tree.ids}, schema={"person": pl.Int64})
        rows = self.panel.filter(pl.col("quarter") == period.quarter).select("person", column)
        return place.join(rows, on="person", how="left", maintain_order="left")[column].to_list()

    def sums(self, period: Period, scope: Scope, weeks: np.ndarray) -> Sums:
        """Return the weekly sums of a scope."""
        ties = self.traffic.ties_whole if period.grain == "all" else self.traffic.ties
        starts = "starts" if period.tool is None else "starts_in_tool"
        exchanges = self.traffic.exchanges.with_columns(starts=pl.col(starts))
        if len(weeks):
            inside = pl.col("week").is_between(weeks[0], weeks[-1])
            ties, exchanges = ties.filter(inside), exchanges.filter(inside)
        if period.tool is not None:
            ties, exchanges = (
                frame.filter(pl.col("tool") == period.tool) for frame in (ties, exchanges)
            )
        return Sums(scope, self.traffic.people, ties, exchanges, weeks)


class View:
    """One period as seen by some of its people: sums, why it may not be shown, values under redrawn weeks."""

    def __init__(
        self, company: Company, period: Period, persons: pl.Series | None = None, drop: int = 0
    ) -> None:
        """Look at the period without its first `drop` weeks."""
        self.weeks = period.weeks[drop:]
        self.misses_days = period.misses_days
        self.scope = company.scope(period, persons)
        self.sums = company.sums(period, self.scope, self.weeks)
        # every period has draws of its own: with shared ones, changes would look steadier than they are
        self.seed = company.seed + period.start.toordinal()

    @cached_property
    def values(self) -> dict[Key, Ratio]:
        """Return all figures, the data's own first, then the draws."""
        return values(self.sums, week_weights(len(self.weeks), self.seed))

    def reason(self) -> str | None:
        """Say why nothing about these people and weeks can be told, or None."""
        tree, counted, threshold = self.scope.tree, self.scope.counted, self.scope.threshold
        if self.scope.people < threshold:
            return "small_group"
        managers = counted[tree.is_manager]
        if min(counted.mean(), managers.mean()) < LEAST_COVERAGE:
            return "low_coverage"
        if self.scope.people < FEWEST_PEOPLE or self.sums.total("all") < FEWEST_MESSAGES:
            return "too_little_traffic"
        if min(self.sums.senders, self.sums.receivers) < threshold:
            return "small_group"
        if len(self.weeks) < FEWEST_WEEKS:
            return "missing_weeks" if self.misses_days else "short_history"
        return None

    def metric_reason(self, key: Key) -> str | None:
        """Say why this one figure cannot be told although others can, or None."""
        scope, total = self.scope, self.sums.total
        too_few = {
            "tree_reach_ratio": ("not_applicable", int(scope.tree.depth.max()) < 2),  # noqa: PLR2004
            "skip_level_lift": ("too_little_traffic", scope.skip_pairs < FEWEST_PAIRS),
            "direct_line_lift": ("too_little_traffic", len(scope.lines) < FEWEST_PAIRS),
            "department_ei_excess": ("too_few_groups", self._large_groups() < 2),  # noqa: PLR2004
            "manager_brokerage_lift": ("too_little_traffic", total("crossing") < FEWEST_CROSSING),
            "upward_share": ("too_little_traffic", total("vertical") < FEWEST_EACH_WAY),
            "upward_initiation_share": (
                "too_little_traffic",
                total("starts_up") + total("starts_down") < FEWEST_EACH_WAY,
            ),
            "reply_asymmetry": (
                "too_little_traffic",
                min(total("watched_up"), total("watched_down")) < FEWEST_EACH_WAY,
            ),
            "leadership_voice_ratio": ("small_group", not self._leaders_fit()),
        }
        reason, applies = too_few.get(key[0], ("", False))
        if applies:
            return reason
        value = self.values[key][0][0] if key in self.values else np.nan
        return None if np.isfinite(value) else "too_little_traffic"

    def _large_groups(self) -> int:
        sizes = np.unique(self.scope.group[self.scope.counted], return_counts=True)[1]
        return int((sizes >= self.scope.threshold).sum())

    def _leaders_fit(self) -> bool:
        leaders = int(self.scope.leads.sum())
        return self.scope.threshold <= leaders <= LARGEST_LEADING_SHARE * self.scope.people
