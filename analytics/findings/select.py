"""What does this release tell? The few findings that lead the overview, and the honest rest."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from analytics.findings.book import Book, Reach, grain
from analytics.findings.compared import COMPARED, LATE, departments, late
from analytics.findings.dates import DATES, Dated, dates, visible
from analytics.findings.facts import FACTS, Found, facts, unknown
from analytics.findings.listening import LISTENING, listening, together
from analytics.findings.net import net_effect
from analytics.findings.verdicts import FACETS, change_verdict, hierarchy_verdict
from analytics.metrics.passport import Passport

# (metric, bin, page): the changes worth a headline, company-wide
HEADLINES = (
    ("adoption_funnel", "reciprocal", "adoption"),
    ("active_people", None, "adoption"),
    ("collaboration_hours", "total", "time_cost"),
    ("outside_hours_share", None, "time_cost"),
    ("deliveries_per_day", "total", "time_cost"),
)
MISSING = (("meeting_hours", "meetings"), ("adoption_funnel", "what share of the people are in conversation"), ("outside_hours_share", "when people work"),
           ("tree_reach_ratio", "the hierarchy"), ("active_people", "what share of the people with a seat take part"))  # fmt: skip
CLEAR, MOST = (
    3,
    5,
)  # told at most; with one "can't be told" and one or two "can't see" the list has three to five
GAP, GAP_FROM = "technical_human_gap", 0.15  # of the people: the low end from which it is said
FORECAST = "adoption_forecast"
COVERED = 0.98  # from here on, everybody is seen for practical purposes

WANTED = {
    *(metric for metric, *_ in (*HEADLINES, *COMPARED, *MISSING)),
    *(metric for facet in FACETS.values() for metric in facet),
    *FACTS,
    *DATES,
    *LISTENING,
    GAP,
    LATE,
    FORECAST,
}

SCHEMA = {
    "rank": pl.Int32,
    "finding": pl.String,
    "verdict": pl.String,
    "page": pl.String,
    "metric": pl.String,
    "slots": pl.String,
}


def select(
    figures: pl.DataFrame,
    passports: Iterable[Passport | Mapping[str, Any]],
    computable: pl.DataFrame | None = None,
    milestones: Iterable[Dated] = (),
    reach: Reach | None = None,
) -> pl.DataFrame:
    """Return release.finding: up to three that we can tell by size, then one of noise, then what is not seen.

    Takes rows of release.figure and of release.computable, the dates that the company named, and the first and last day of the exports. Where fewer than three clear ones are found, plain facts
    fill up. The last two kinds are never dropped: they make the first believable.
    """
    known: dict[str, dict[str, Any]] = {}
    for passport in passports:
        about: dict[str, Any] = (
            passport.as_dict() if isinstance(passport, Passport) else dict(passport)
        )
        known[str(about["id"])] = about
    book = Book(figures, known, WANTED, reach)
    found = [
        *dates(book, milestones),  # first: what the company itself asked about
        *_changes(book),
        *_gap(book),
        *departments(book),
        *late(book),
        *_hierarchy(book),
        *net_effect(book),
        *together(book),
        *visible(book),
    ]
    clear = _varied(sorted((f for f in found if f.verdict == "clear"), key=lambda f: -f.size))
    said = {f.finding for f in clear}
    plain = [*facts(book, said), *listening(book)]
    clear = [*plain[: CLEAR - len(clear)], *clear]
    noise = [f for f in found if f.verdict == "noise"][:1]
    unseen = [*_unseen(book, computable)]
    room = MOST - len(clear) - len(noise)
    chosen = [*clear, *noise, *unseen[: max(1, min(room, 2))]]
    rows = [
        {"rank": rank, "finding": f.finding, "verdict": f.verdict, "page": f.page, "metric": f.metric,
         "slots": json.dumps(f.slots, ensure_ascii=False, default=str)}
        for rank, f in enumerate(chosen, start=1)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA)


def _varied(clear: list[Found]) -> list[Found]:
    """Take the largest of every page first, so that one subject does not fill the list."""
    first = {f.page: f for f in reversed(clear)}
    lead = sorted(first.values(), key=lambda f: -f.size)
    rest = [f for f in clear if f not in lead]
    return sorted([*lead, *rest][:CLEAR], key=lambda f: -f.size)


def _changes(book: Book) -> Iterator[Found]:
    checked, has_moved = [], False
    for metric, bin_, page in HEADLINES:
        row = book.latest(metric, bin_)
        verdict = change_verdict(row, book.smallest(metric))
        if row is None or verdict == "unseen":
            continue
        if verdict == "noise":
            checked.append((metric, bin_, page))
            continue
        has_moved = True
        way = "change_up" if row["change"] > 0 else "change_down"
        size = abs(row["change"]) / (book.smallest(metric) or abs(row["value"]) or 1.0)
        yield Found(way, "clear", page, metric, book.facts(row), size)
    if checked:
        names = [f"{metric}:{bin_}" if bin_ else metric for metric, bin_, _ in checked]
        yield Found(
            "no_other_change" if has_moved else "no_change",
            "noise",
            checked[0][2],
            checked[0][0],
            {"checked": names, "grain": "quarter"},
        )


def _gap(book: Book) -> Iterator[Found]:
    """Yield how many use the tools without a habit, against how many work in a department of the usual size."""
    row = book.latest(GAP, None)
    if row is None or row["low"] is None or row["low"] <= GAP_FROM:
        return
    slots = book.facts(row) | {
        "gap": row["value"],
        "gap_low": row["low"],
        "gap_high": row["high"],
        "people": int(row["numerator"]),
        "worth": _worth(book, row),
    }
    yield Found("gap", "clear", "adoption", GAP, slots, row["value"] / GAP_FROM)


def _worth(book: Book, row: Mapping[str, Any]) -> int:
    """Return how many departments of the usual size hold as many people; 0 = less than one, or none is known."""
    own = book.rows("active_people", None, "department", grain=row["grain"])
    sizes = own.filter(pl.col("period").eq_missing(pl.lit(row["period"], pl.Date)))["n"]
    usual = sizes.drop_nulls().median()
    return int(row["numerator"] / usual) if isinstance(usual, float) else 0


def _hierarchy(book: Book) -> Iterator[Found]:
    metrics = [metric for facet in FACETS.values() for metric in facet]
    latest = [row for metric in metrics if (row := book.latest(metric, None))]
    smallest = {metric: book.smallest(metric) for metric in metrics}
    verdict = hierarchy_verdict(latest, smallest)
    if verdict == "same":
        yield Found("hierarchy_same", "noise", "hierarchy", "upward_initiation_share", {})
    elif verdict != "unseen":
        told = {**FACETS["Voice"], **FACETS["Listening"]}
        moved = [
            abs(row["change"]) / (smallest[row["metric"]] or 1.0)
            for row in latest
            if row["metric"] in told and change_verdict(row, smallest[row["metric"]]) == "clear"
        ]
        slots = {"grain": grain(latest[0])}
        yield Found(verdict, "clear", "hierarchy", "upward_initiation_share", slots, max(moved))


def _unseen(book: Book, computable: pl.DataFrame | None) -> Iterator[Found]:
    """Yield what an export would tell, then who is not seen, then what else is not known; what no tool sees comes last."""
    told = [*unknown(computable, MISSING)]
    yield from told
    people = book.latest("active_people", None)
    coverage = people["coverage"] if people else None
    if coverage is not None and coverage < COVERED:
        seen = {"coverage": float(coverage)}
        yield Found("unseen_people", "unseen", "trust", "active_people", seen)
    curve = book.rows(FORECAST, "ceiling", grain="all")
    if "not_identified" in curve["reason"].to_list():
        yield Found("forecast_open", "unseen", "adoption", FORECAST, {})
    for metric, what in MISSING:
        if metric in {one.metric for one in told}:
            continue
        rows = book.rows(metric, None if metric != "adoption_funnel" else "reciprocal", grain="all")
        reasons = rows.filter(pl.col("value").is_null())["reason"].drop_nulls().to_list()
        if reasons:
            slots = {"what": what, "reason": reasons[0]}
            yield Found("unseen_metric", "unseen", "trust", metric, slots)
    yield Found("unseen_text", "unseen", "trust", None, {})
