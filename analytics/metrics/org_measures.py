"""The hierarchy figures of one period as sums over weeks, and from them the values under any weighting of weeks.

Raw shares mean little: with one manager to ten reports, most pairs cross levels whatever anybody does. So what is
observed is set against what everybody's own sending and receiving would give by chance (org_tree.Expected).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from analytics.metrics.org_margins import Margins
from analytics.metrics.org_tree import OrgTree

Array = np.ndarray
Key = tuple[str, str, str | None]  # metric, variant, bin
Ratio = tuple[Array, Array, Array]  # value, numerator, denominator, one a weighting

FEWEST_PAIRS = 30
LEADING_LEVEL = 1  # the head and those who report to the head
LARGEST_LEADING_SHARE = 1 / 3


@dataclass(frozen=True)
class Scope:
    """The people of one figure: a tree, which of its places are `counted`, their `group`, and the threshold."""

    tree: OrgTree
    counted: Array
    group: Array
    threshold: int

    @property
    def people(self) -> int:
        """Return how many people count."""
        return int(self.counted.sum())

    @cached_property
    def lines(self) -> Array:
        """Return the reporting lines (report, manager) with both ends counted, as places."""
        report = np.flatnonzero((self.tree.parent >= 0) & self.counted)
        manager = self.tree.parent[report]
        return np.column_stack([report, manager])[self.counted[manager]]

    @cached_property
    def skip_pairs(self) -> int:
        """Return the pairs of a counted person and a counted superior two or more steps up."""
        chain = self.tree.chain
        above = (chain >= 0) & self.counted[chain]
        return int(above[self.counted].sum()) - self.people - len(self.lines)

    @cached_property
    def leads(self) -> Array:
        """Say who is a leader: the top two levels, and further ones until there are enough people to be shown."""
        for depth in range(LEADING_LEVEL, int(self.tree.depth.max(initial=0)) + 1):
            leads = (self.tree.depth <= depth) & self.counted
            if leads.sum() >= self.threshold:
                return leads
        return self.counted

    @cached_property
    def bins(self) -> list[tuple[str, int, int, float]]:
        """Return label, first and last distance and ordered pairs; the thinly peopled far end is one bin, such as "7+"."""
        pairs = self.tree.pairs_by_distance(self.counted.astype(float))[1:]
        end = int(np.flatnonzero(pairs)[-1]) + 1 if pairs.any() else 0
        thin = [d for d in range(1, end + 1) if pairs[d - 1] < 2 * FEWEST_PAIRS]
        last = max(thin[0] - 1, 1) if thin else end
        bins = [(str(d), d, d, float(pairs[d - 1])) for d in range(1, last + 1)]
        if thin:
            bins[-1] = (f"{last}+", last, end, float(pairs[last - 1 :].sum()))
        return bins


class Sums:
    """What is needed of the traffic, per week: columns by name, and what each person sent and received."""

    def __init__(
        self, scope: Scope, people: Array, ties: pl.DataFrame, exchanges: pl.DataFrame, weeks: Array
    ) -> None:
        """Add up rows of org_traffic.Traffic within `weeks` (Mondays, ascending); people not counted drop out.

        `exchanges` has its column `starts` already chosen for the tool.
        """
        self.scope, self.weeks = scope, len(weeks)
        self.place = scope.tree.places(people)
        self.columns: dict[str, Array] = {}
        week, a, b, amounts = self._placed(ties, ("messages", "broadcast"), weeks)
        self.senders, self.receivers = (np.count_nonzero(np.bincount(end)) for end in (a, b))
        self.pairs, self.messages = np.column_stack([a, b]), amounts["messages"]
        self._margins(week, a, b, amounts["messages"])
        self._ties(week, a, b, amounts)
        names = ("starts", "watched", "answered")
        week, a, b, amounts = self._placed(exchanges, names, weeks)
        up, down = scope.tree.is_above(b, a), scope.tree.is_above(a, b)
        for name in names:
            self._add(f"{name}_up", week, amounts[name] * up)
            self._add(f"{name}_down", week, amounts[name] * down)

    def total(self, name: str) -> float:
        """Return a column over all weeks."""
        return float(self.columns[name].sum())

    def _placed(
        self, rows: pl.DataFrame, names: tuple[str, ...], weeks: Array
    ) -> tuple[Array, Array, Array, dict[str, Array]]:
        a, b = (self.place[rows[name].to_numpy()] for name in ("actor", "person"))
        week = _numbers(rows["week"].to_numpy(), weeks)
        kept = (a >= 0) & (b >= 0) & (week >= 0)
        kept &= self.scope.counted[a] & self.scope.counted[b]
        amounts = {name: rows[name].to_numpy().astype(float)[kept] for name in names}
        return week[kept], a[kept], b[kept], amounts

    def _add(self, name: str, week: Array, amount: Array) -> None:
        self.columns[name] = np.bincount(week, amount, minlength=self.weeks)

    def _margins(self, week: Array, a: Array, b: Array, messages: Array) -> None:
        people = len(self.scope.tree)
        shape, size = (self.weeks, people), self.weeks * people
        self.out = np.bincount(week * people + a, messages, minlength=size).reshape(shape)
        self.into = np.bincount(week * people + b, messages, minlength=size).reshape(shape)

    def _ties(self, week: Array, a: Array, b: Array, amounts: dict[str, Array]) -> None:
        tree, messages, broadcast = self.scope.tree, amounts["messages"], amounts["broadcast"]
        distance = tree.distance(a, b)
        up, down = tree.is_above(b, a), tree.is_above(a, b)
        crossing = tree.branch[a] != tree.branch[b]
        self._add("all", week, messages)
        self._add("broadcast", week, broadcast)
        self._add("up", week, messages * up)
        self._add("vertical", week, messages * (up | down))
        self._add("direct", week, messages * ((up | down) & (distance == 1)))
        self._add("external", week, messages * (self.scope.group[a] != self.scope.group[b]))
        self._add("crossing", week, messages * crossing)
        self._add(
            "brokered", week, messages * (crossing & (tree.is_manager[a] | tree.is_manager[b]))
        )
        self._add("leading", week, messages * self.scope.leads[a])
        self._add("leading_broadcast", week, broadcast * self.scope.leads[a])
        self._distances(week, messages, distance)

    def _distances(self, week: Array, messages: Array, distance: Array) -> None:
        """Add up messages by how far apart their ends are, and the steps that they take."""
        width = int(distance.max(initial=0)) + 1
        flat = np.bincount(week * width + distance, messages, minlength=self.weeks * width)
        by_distance = flat.reshape(self.weeks, width)
        self.columns["steps"] = by_distance @ np.arange(width)
        for label, first, last, _ in self.scope.bins:
            self.columns[f"distance {label}"] = by_distance[:, first : last + 1].sum(1)


def _numbers(days: Array, weeks: Array) -> Array:
    """Return the place in `weeks` of each Monday, -1 = none."""
    if not len(weeks):
        return np.full(len(days), -1)
    after = (weeks - weeks[0]).astype(int) // 7
    place = np.full(after[-1] + 2, -1)  # the last is for any other day
    place[after] = np.arange(len(weeks))
    own = (days - weeks[0]).astype(int) // 7
    return place[np.where((own >= 0) & (own <= after[-1]), own, -1)]


def values(sums: Sums, weights: Array) -> dict[Key, Ratio]:
    """Return every figure under each row of `weights` (draws × weeks): value, numerator, denominator."""
    scope, total = sums.scope, {name: weights @ column for name, column in sums.columns.items()}
    margins = Margins(sums.out, sums.into, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            **_reach(scope, total, margins),
            **_bridges(scope, total, margins),
            **_voice(scope, total),
            **_listening(total),
        }


def _ratio(above: Array, below: Array) -> Ratio:
    return above / below, above, below


def _reach(scope: Scope, total: dict[str, Array], margins: Margins) -> dict[Key, Ratio]:
    expected = scope.tree.expected(margins)
    skipping = (total["vertical"] - total["direct"]) / total["vertical"]
    found: dict[Key, Ratio] = {
        ("tree_reach_ratio", "", None): _ratio(total["steps"] / total["all"], expected.distance),
        ("skip_level_lift", "", None): _ratio(skipping, 1 - expected.direct / expected.vertical),
        ("direct_line_lift", "", None): _ratio(total["direct"] / total["all"], expected.direct),
    }
    for label, _, _, pairs in scope.bins:
        found["messages_by_distance", "", label] = _ratio(
            total[f"distance {label}"], np.full(len(margins.weights), pairs)
        )
    return found


def _bridges(scope: Scope, total: dict[str, Array], margins: Margins) -> dict[Key, Ratio]:
    tree = scope.tree
    observed = 2 * total["external"] / total["all"] - 1
    inside = margins.within(scope.group) - margins.alone
    expected = 1 - 2 * inside / margins.possible
    between = margins.all - margins.within(tree.branch)
    staff = margins.among(~tree.is_manager)
    unbrokered = staff.all - staff.within(tree.branch[~tree.is_manager])
    return {
        ("department_ei_excess", "", None): (observed - expected, observed, expected),
        ("manager_brokerage_lift", "", None): _ratio(
            total["brokered"] / total["crossing"], 1 - unbrokered / between
        ),
    }


def _voice(scope: Scope, total: dict[str, Array]) -> dict[Key, Ratio]:
    leaders, people = int(scope.leads.sum()), scope.people
    small, small_leading = (
        total["all"] - total["broadcast"],
        total["leading"] - total["leading_broadcast"],
    )
    starts = total["starts_up"] + total["starts_down"]
    return {
        ("upward_share", "", None): _ratio(total["up"], total["vertical"]),
        ("upward_initiation_share", "", None): _ratio(total["starts_up"], starts),
        ("leadership_voice_ratio", "", None): _ratio(
            total["leading"] / leaders, total["all"] / people
        ),
        ("leadership_voice_ratio", "without_broadcasts", None): _ratio(
            small_leading / leaders, small / people
        ),
        ("broadcast_share", "", None): _ratio(total["broadcast"], total["all"]),
    }


def _listening(total: dict[str, Array]) -> dict[Key, Ratio]:
    superiors = total["answered_up"] / total["watched_up"]
    reports = total["answered_down"] / total["watched_down"]
    return {
        ("reply_asymmetry", "", None): (superiors - reports, superiors, reports),
        ("reply_asymmetry", "by_superiors", None): _ratio(
            total["answered_up"], total["watched_up"]
        ),
        ("reply_asymmetry", "by_reports", None): _ratio(
            total["answered_down"], total["watched_down"]
        ),
    }
