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
BLOCK = 32_768  # rows looked at together, so that what is worked out of them stays in the processor's cache


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
        place = scope.tree.places(people)
        self.place = np.where(np.append(scope.counted, False)[place], place, -1)
        self.columns: dict[str, Array] = {}
        self.out, self.into = np.zeros((2, len(weeks), len(scope.tree)))
        blocks = []
        for start in range(0, max(ties.height, 1), BLOCK):
            rows = ties.slice(start, BLOCK)
            week, a, b, amounts = self._placed(rows, ("messages", "broadcast"), weeks)
            self._ties(week, a, b, amounts)
            row = week * len(scope.tree)
            np.add.at(self.out.reshape(-1), row + a, amounts["messages"])
            np.add.at(self.into.reshape(-1), row + b, amounts["messages"])
            blocks.append(np.stack([a, b, amounts["messages"]], dtype=np.int32, casting="unsafe"))
        self.sender, self.receiver, self.messages = np.concatenate(blocks, axis=1)
        self.senders, self.receivers = (np.count_nonzero(of.any(0)) for of in (self.out, self.into))
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
        amounts = {name: rows[name].to_numpy()[kept].astype(float) for name in names}
        return week[kept], a[kept], b[kept], amounts

    def _add(self, name: str, week: Array, amount: Array) -> None:
        self._add_column(name, np.bincount(week, amount, minlength=self.weeks))

    def _add_column(self, name: str, by_week: Array) -> None:
        self.columns[name] = self.columns[name] + by_week if name in self.columns else by_week

    def _ties(self, week: Array, a: Array, b: Array, amounts: dict[str, Array]) -> None:
        tree, messages, broadcast = self.scope.tree, amounts["messages"], amounts["broadcast"]
        distance = tree.distance(a, b)
        up, down = tree.is_above(b, a), tree.is_above(a, b)
        crossing = tree.branch[a] != tree.branch[b]
        signs = {
            "up": up,
            "vertical": up | down,
            "direct": (up | down) & (distance == 1),
            "external": self.scope.group[a] != self.scope.group[b],
            "crossing": crossing,
            "brokered": crossing & (tree.is_manager[a] | tree.is_manager[b]),
            "leading": self.scope.leads[a],
        }
        by_kind, kinds = self._by_kind(week, messages, signs)
        for name, has in kinds.items():
            self._add_column(name, by_kind[:, has].sum(1))
        self._add_column("all", by_kind.sum(1))
        by_kind, kinds = self._by_kind(week, broadcast, {"leading": signs["leading"]})
        self._add_column("leading_broadcast", by_kind[:, kinds["leading"]].sum(1))
        self._add_column("broadcast", by_kind.sum(1))
        self._distances(week, messages, distance)

    def _by_kind(
        self, week: Array, amount: Array, signs: dict[str, Array]
    ) -> tuple[Array, dict[str, Array]]:
        """Return weeks × kinds, a kind being which of the signs are true, and by sign which kinds have it: one pass for all signs."""
        kind, count = week << len(signs), 2 ** len(signs)
        for bit, sign in enumerate(signs.values()):
            kind |= sign.astype(kind.dtype) << bit
        flat = np.bincount(kind, amount, minlength=self.weeks * count)
        kinds = {name: np.arange(count) >> bit & 1 == 1 for bit, name in enumerate(signs)}
        return flat.reshape(self.weeks, count), kinds

    def _distances(self, week: Array, messages: Array, distance: Array) -> None:
        """Add up messages by how far apart their ends are, and the steps that they take."""
        width = 2 * int(self.scope.tree.depth.max(initial=0)) + 3  # two heads meet above themselves
        flat = np.bincount(week * width + distance, messages, minlength=self.weeks * width)
        by_distance = flat.reshape(self.weeks, width)
        self._add_column("steps", by_distance @ np.arange(width))
        for label, first, last, _ in self.scope.bins:
            self._add_column(f"distance {label}", by_distance[:, first : last + 1].sum(1))


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
