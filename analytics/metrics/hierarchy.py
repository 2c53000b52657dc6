"""Do the tools loosen the chain of command? The hierarchy figures of every period, with intervals and changes.

No single figure says "flatter": they answer different things and may contradict each other, and a boss who falls
silent makes several of them look better. Hence several figures side by side, and `verdict` over voice and listening.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import duckdb
import numpy as np
import polars as pl

from analytics.metrics import org_flows, periods
from analytics.metrics.bootstrap import standard_error, t_ends
from analytics.metrics.hierarchy_passports import PASSPORTS
from analytics.metrics.org_match import OrgMatch, org_match
from analytics.metrics.org_measures import Key
from analytics.metrics.org_traffic import WHOLE, traffic
from analytics.metrics.org_tree import OrgTree
from analytics.metrics.org_view import (
    FEWEST_MESSAGES,
    FEWEST_PEOPLE,
    LEAST_COVERAGE,
    Company,
    Period,
    View,
)
from analytics.schema import polars_schema
from analytics.statistics.interval import publish_ends

__all__ = ["PASSPORTS", "figures", "verdict"]

MOST_WEEKS_APART = 1
AT_A_TIME = 2  # periods side by side
UNITS = {passport.id: passport.unit for passport in PASSPORTS}
WORTH = {passport.id: passport.smallest_worth_showing for passport in PASSPORTS}
KEYS: tuple[Key, ...] = tuple(
    (passport.id, variant, None) for passport in PASSPORTS for variant in passport.variants
)


def figures(
    con: duckdb.DuckDBPyConnection, panel: pl.DataFrame, settings: periods.Hours, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return finished rows of release.figure and of release.flow.

    Reads the views delivery, event, seat and org, and the panel (metrics/panel.py, labels merged). Every metric has
    a row for each grain, period, tool and all tools together; where it cannot be told, with the reason.
    """
    periods.make(con, settings)
    company = _company(con, panel, settings.threshold, seed)
    known = {(p.grain, p.start, p.tool): p for p in _periods(con)}
    rows: list[dict[str, Any]] = []
    flow_rows: list[pl.DataFrame] = []
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        # that of the whole first: whether the org chart belongs to the traffic is judged there
        for is_whole in (True, False):
            some = [p for p in known.values() if (p.grain == "all") == is_whole]
            for found, flows in pool.map(lambda period: _of(company, period, known), some):
                rows += found
                flow_rows += flows
    figure = pl.DataFrame(rows, schema=polars_schema("release.figure"), orient="row")
    figure = publish_ends(publish_ends(figure), "change_low", "change_high")
    empty = pl.DataFrame(schema=polars_schema("release.flow"))
    return figure, pl.concat([empty, *flow_rows])


def _of(
    company: Company, period: Period, known: dict[tuple[str, date, str | None], Period]
) -> tuple[list[dict[str, Any]], list[pl.DataFrame]]:
    """Return the figures and flows of a period."""
    before = period.previous
    earlier = known.get((period.grain, before, period.tool)) if before else None
    view = View(company, period)
    rows = _rows(company, period, view, earlier)
    has_flows = period.tool is None and period.grain in ("quarter", "all")
    return rows, _flow_rows(company, period, view) if has_flows else []


def verdict(changes: pl.DataFrame) -> str:
    """Return what may be said about one period against the one before: flatter, louder, steeper, mixed, same or unseen.

    Reads metric, variant, change, change_low, change_high. Voice is who opens conversations, how many messages go up
    and how little leaders outshout the rest; listening is who gets answers. Flatter: voice rose, none of it fell, and
    the interval of listening leaves no fall worth showing. Louder: voice rose, but listening fell or may have: people
    speak up, and nobody knows that they are heard. Steeper: voice or listening fell and no voice rose. Mixed: the
    voices contradict each other. Unseen: either is not known.
    """
    known = changes.filter((pl.col("variant") == "") & pl.col("change").is_not_null())
    moves = {row["metric"]: row for row in known.iter_rows(named=True)}
    voices = [moves[m] for m in ("upward_initiation_share", "upward_share") if m in moves]
    listening = moves.get("reply_asymmetry")
    if not voices or listening is None:
        return "unseen"
    directions = [_direction(row) for row in voices]
    if "leadership_voice_ratio" in moves:
        directions.append(-_direction(moves["leadership_voice_ratio"]))
    rose, fell = 1 in directions, -1 in directions
    if rose and fell:
        return "mixed"
    if rose:
        return "flatter" if listening["change_low"] > -WORTH["reply_asymmetry"] else "louder"
    return "steeper" if fell or _direction(listening) < 0 else "same"


def _direction(row: dict[str, Any]) -> int:
    if abs(row["change"]) < WORTH[row["metric"]] or row["change_low"] <= 0 <= row["change_high"]:
        return 0
    return 1 if row["change"] > 0 else -1


def _company(
    con: duckdb.DuckDBPyConnection, panel: pl.DataFrame, threshold: int, seed: int
) -> Company:
    """Gather trees as of the day of each quarter's labels, the panel and the traffic."""
    org = con.sql("select person, valid_from, valid_to, manager from org").pl()
    days = con.sql(
        "select quarter, case when grain = 'all' then last_day else first_day end as day"
        " from period where tool is null and grain in ('quarter', 'all') order by quarter"
    ).fetchall()
    trees: dict[date, OrgTree] = {}
    for quarter, day in days:
        valid = org.filter((pl.col("valid_from") <= day) & (pl.col("valid_to") > day))
        trees[quarter] = OrgTree.grow(
            valid.select("person", "manager").unique("person", maintain_order=True)
        )
    panel = panel.with_columns(pl.col("quarter").fill_null(WHOLE))
    return Company(
        traffic(con, panel, list(trees.values())),
        panel,
        trees,
        threshold,
        seed,
        org.height > 0,
        _use_departments(panel),
    )


def _use_departments(panel: pl.DataFrame) -> bool:
    known = panel["department"].drop_nulls()
    return known.n_unique() > 1 and len(known) > LEAST_COVERAGE * panel.height


def _periods(con: duckdb.DuckDBPyConnection) -> Iterator[Period]:
    rows = con.sql(
        "select p.grain, p.period, p.quarter, p.tool, p.previous, p.misses_days, list_sort(list(distinct c.week)) as weeks"
        " from period p join calendar c on c.tool is not distinct from p.tool and p.period ="
        " case p.grain when 'month' then c.month when 'quarter' then c.quarter else p.period end"
        # a month of one tool has too few messages along the tree to say anything
        " where c.is_covered and (p.grain in ('quarter', 'all') or p.grain = 'month' and p.tool is null)"
        " group by all order by p.grain, p.period, p.tool nulls first"
    ).fetchall()
    for grain, start, quarter, tool, previous, misses, weeks in rows:
        told = np.array(weeks, dtype="datetime64[D]")
        yield Period(grain, start, quarter, tool, told, previous, misses)


def _rows(
    company: Company, period: Period, view: View, earlier: Period | None
) -> list[dict[str, Any]]:
    reason = _no_tree(company, period) or view.reason()
    match = (
        company.matches.setdefault(period.tool, _match(company, period, view))
        if period.grain == "all"
        else None
    )
    unmatched = company.matches.get(period.tool, "no_data")
    if reason is None and not (isinstance(unmatched, OrgMatch) and unmatched.passes):
        reason = unmatched if isinstance(unmatched, str) else "org_mismatch"
    shared = {
        "grain": period.grain,
        "period": period.label,
        "tool": period.tool,
        "coverage": view.scope.people / len(view.scope.tree) if len(view.scope.tree) else None,
        "n": view.scope.people if view.scope.people >= company.threshold else None,
    }
    rows = [{**shared, **_match_figure(match)}] if match is not None else []
    moves = _changes(company, period, earlier) if reason is None and earlier else {}
    keys = [key for key in KEYS if key[0] not in ("org_match", "messages_by_distance")]
    keys += list(view.values) if reason is None else [("messages_by_distance", "", None)]
    for position, key in enumerate(dict.fromkeys(keys)):
        why = reason or view.metric_reason(key)
        told = {"reason": why} if why else {**_figure(view, key), **moves.get(key, {})}
        named = {"metric": key[0], "variant": key[1], "bin": key[2], "position": position}
        rows.append({**shared, **named, **told})
    return rows


def _no_tree(company: Company, period: Period) -> str | None:
    """Say what is missing altogether, before anything is counted."""
    if not company.panel.height:
        return "no_data"
    if not company.has_org:
        return "no_org"
    if not len(company.trees[period.quarter]):
        return "no_manager"
    tools = company.traffic.tools
    if not tools or (period.tool is not None and period.tool not in tools):
        return "no_recipients"
    return None


def _match(company: Company, period: Period, view: View) -> OrgMatch | str:
    missing = _no_tree(company, period)
    if missing:
        return missing
    scope = view.scope
    if scope.people < company.threshold:
        return "small_group"
    few_people = min(scope.people, len(scope.lines)) < FEWEST_PEOPLE - 1
    if few_people or view.sums.total("all") < FEWEST_MESSAGES:
        return "too_little_traffic"
    number = np.cumsum(scope.counted) - 1  # places of the counted people alone
    ties = np.stack([number[view.sums.sender], number[view.sums.receiver]], axis=1)
    return org_match(number[scope.lines], ties, scope.people, company.seed)


def _match_figure(match: OrgMatch | str) -> dict[str, Any]:
    told: dict[str, Any] = {"metric": "org_match", "variant": "", "bin": None, "position": 0}
    if isinstance(match, str):
        return {**told, "reason": match}
    told |= {"numerator": match.in_touch, "denominator": match.pairs}
    told |= {"chance_low": match.low, "chance_high": match.high}
    return {**told, "value": match.share} if match.passes else {**told, "reason": "org_mismatch"}


def _figure(view: View, key: Key) -> dict[str, Any]:
    value, above, below = view.values[key]
    weeks = len(view.weeks)
    low, high = t_ends(float(value[0]), standard_error(value, weeks), weeks - 1)
    unit = "share" if key[1].startswith("by_") else UNITS[key[0]]
    if unit != "difference":
        low, high = max(low, 0.0), min(high, 1.0) if unit == "share" else high
    return {
        "value": float(value[0]),
        "low": _known(low),
        "high": _known(high),
        "numerator": float(above[0]),
        "denominator": float(below[0]),
    }


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _changes(company: Company, period: Period, earlier: Period) -> dict[Key, dict[str, Any]]:
    """Return the change of each figure over the people present in both periods and equally many weeks."""
    longer = len(period.weeks) - len(earlier.weeks)
    if abs(longer) > MOST_WEEKS_APART:
        return {}
    both = _people_in_both(company, period, earlier)
    now = View(company, period, both, drop=max(longer, 0))
    then = View(company, earlier, both, drop=max(-longer, 0))
    if now.reason() or then.reason():
        return {}
    found = {}
    for key in now.values:
        if key not in then.values or now.metric_reason(key) or then.metric_reason(key):
            continue
        moved = now.values[key][0] - then.values[key][0]
        error = standard_error(moved, len(now.weeks))
        low, high = t_ends(float(moved[0]), error, 2 * len(now.weeks) - 2)
        found[key] = {
            "change": float(moved[0]),
            "change_low": _known(low),
            "change_high": _known(high),
        }
    return found


def _people_in_both(company: Company, period: Period, earlier: Period) -> pl.Series:
    here, there = company.people(period)["person"], company.people(earlier)["person"]
    both = here.filter(here.is_in(there.implode()))
    for quarter in (period.quarter, earlier.quarter):
        both = both.filter(pl.Series(company.trees[quarter].places(both.to_numpy()) >= 0))
    return both


def _flow_rows(company: Company, period: Period, view: View) -> list[pl.DataFrame]:
    """Return release.flow rows between levels and between departments; all hidden where figures are."""
    if _no_tree(company, period):
        return []
    match = company.matches.get(period.tool)
    reason = view.reason() or (
        None if isinstance(match, OrgMatch) and match.passes else "org_mismatch"
    )
    found = []
    for cut in ("level", "department"):
        rows = org_flows.flows(view.scope, view.sums, company.labels(period, cut))
        if reason:
            rows = rows.with_columns(ratio=pl.lit(None, pl.Float64), reason=pl.lit(reason))
        named = rows.with_columns(
            grain=pl.lit(period.grain), period=pl.lit(period.label, pl.Date), cut=pl.lit(cut)
        )
        found.append(named.select(*polars_schema("release.flow")))
    return found
