"""What does this release tell? The few findings that lead the overview, and the honest rest."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from analytics.findings.templates import subject
from analytics.findings.verdicts import FACETS, Verdict, block, change_verdict, hierarchy_verdict
from analytics.metrics.panel import with_division
from analytics.metrics.passport import LABELS, Passport

# (metric, bin, page): the changes worth a headline, company-wide
HEADLINES = (
    ("adoption_funnel", "reciprocal", "adoption"),
    ("active_people", None, "adoption"),
    ("collaboration_hours", "total", "time_cost"),
    ("outside_hours_share", None, "time_cost"),
    ("deliveries_per_day", "total", "time_cost"),
)
COMPARED = (
    ("adoption_funnel", "reciprocal"),
    ("active_people", None),
    ("outside_hours_share", None),
)
MISSING = (("meeting_hours", "meetings"), ("adoption_funnel", "who is in conversation"), ("outside_hours_share", "when people work"),
           ("tree_reach_ratio", "the hierarchy"), ("active_people", "what share of the people with a seat take part"))  # fmt: skip
QUARTERS = ("January to March", "April to June", "July to September", "October to December")
CLEAR = 3  # at most; with one "can't be told" and one "can't see" the list has three to five
GAP_FROM = 0.15  # of the people: the low end of the gap between using and talking (15 points)
COVERED = 0.98  # from here on, everybody is seen for practical purposes

SCHEMA = {
    "rank": pl.Int32,
    "finding": pl.String,
    "verdict": pl.String,
    "page": pl.String,
    "metric": pl.String,
    "slots": pl.String,
}


@dataclass(frozen=True)
class Found:
    """A finding before it is ranked; `size` in smallest changes worth showing."""

    finding: str
    verdict: Verdict
    page: str
    metric: str | None
    slots: dict[str, Any]
    size: float = 0.0


def select(
    figures: pl.DataFrame, passports: Iterable[Passport | Mapping[str, Any]]
) -> pl.DataFrame:
    """Return release.finding: up to three clear ones by size, then one of noise, then one unseen.

    Takes rows of release.figure. The last two are never dropped: they make the first believable.
    """
    known: dict[str, dict[str, Any]] = {}
    for passport in passports:
        facts: dict[str, Any] = (
            passport.as_dict() if isinstance(passport, Passport) else dict(passport)
        )
        known[str(facts["id"])] = facts
    book = _Book(figures, known)
    found = [*_changes(book), *_gap(book), *_departments(book), *_hierarchy(book), *_unseen(book)]
    clear = sorted((f for f in found if f.verdict == "clear"), key=lambda f: -f.size)
    chosen = _varied(clear)
    for verdict in ("noise", "unseen"):
        chosen += [f for f in found if f.verdict == verdict][:1]
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


class _Book:
    """The figures, opened at the latest quarter that holds a change, else at the whole period."""

    def __init__(self, figures: pl.DataFrame, passports: dict[str, dict[str, Any]]) -> None:
        wanted = {m for m, *_ in (*HEADLINES, *COMPARED, *MISSING)} | {
            m for f in FACETS.values() for m in f
        }
        self.figures = with_division(figures).filter(
            pl.col("metric").is_in(sorted(wanted)) & (pl.col("variant") == "")
        )
        self.passports = passports

    def smallest(self, metric: str) -> float:
        return float(self.passports.get(metric, {}).get("smallest_worth_showing") or 0.0)

    def unit(self, metric: str) -> str:
        return str(self.passports.get(metric, {}).get("unit", "ratio"))

    def title(self, metric: str) -> str:
        return str(self.passports.get(metric, {}).get("title", metric))

    def rows(
        self, metric: str, bin_: str | None, *cuts: str, grain: str | None = None
    ) -> pl.DataFrame:
        where = (pl.col("metric") == metric) & pl.col("bin").eq_missing(pl.lit(bin_, pl.String))
        for cut in LABELS:
            where &= pl.col(cut).is_not_null() if cut in cuts else pl.col(cut).is_null()
        if grain:
            where &= pl.col("grain") == grain
        return self.figures.filter(where).sort("period", nulls_last=False)

    def latest(self, metric: str, bin_: str | None) -> dict[str, Any] | None:
        """Return the company's row of the last quarter; of the whole period when there is no quarter."""
        for grain in ("quarter", "all"):
            rows = self.rows(metric, bin_, grain=grain).filter(pl.col("value").is_not_null())
            if not rows.is_empty():
                return rows.row(-1, named=True)
        return None

    def facts(self, row: Mapping[str, Any]) -> dict[str, Any]:
        names = (
            "metric",
            "bin",
            "value",
            "low",
            "high",
            "change",
            "change_low",
            "change_high",
            "n",
        )
        about = {
            "unit": self.unit(row["metric"]),
            "title": self.title(row["metric"]),
            "period": quarter(row.get("period")),
            "grain": _grain(row),
        }
        words = self.passports.get(row["metric"], {}).get("words") or {}
        said = words.get("up" if (row["change"] or 0) > 0 else "down")
        return {name: row[name] for name in names} | about | {"words": said}


def _grain(row: Mapping[str, Any]) -> str:
    return str(row["grain"]) if row["grain"] != "all" else "period"


def quarter(first: date | None) -> str:
    """Return "April to June 2026" for the Monday on which a quarter of whole weeks begins."""
    if first is None:
        return "the whole period"
    thursday = first + timedelta(days=3)  # the day that decides where a week belongs
    return f"{QUARTERS[(thursday.month - 1) // 3]} {thursday.year}"


def _changes(book: _Book) -> Iterator[Found]:
    checked = []
    for metric, bin_, page in HEADLINES:
        row = book.latest(metric, bin_)
        verdict = change_verdict(row, book.smallest(metric))
        if row is None or verdict == "unseen":
            continue
        if verdict == "noise":
            checked.append((metric, bin_, page))
            continue
        way = "change_up" if row["change"] > 0 else "change_down"
        size = abs(row["change"]) / (book.smallest(metric) or abs(row["value"]) or 1.0)
        yield Found(way, "clear", page, metric, book.facts(row), size)
    if checked:
        names = [f"{metric}:{bin_}" if bin_ else metric for metric, bin_, _ in checked]
        yield Found(
            "no_change",
            "noise",
            checked[0][2],
            checked[0][0],
            {"checked": names, "grain": "quarter"},
        )


def _gap(book: _Book) -> Iterator[Found]:
    active, talking = (
        book.latest("adoption_funnel", "active"),
        book.latest("adoption_funnel", "reciprocal"),
    )
    if not active or not talking or active["low"] is None or talking["high"] is None:
        return
    if active["low"] - talking["high"] <= GAP_FROM:
        return
    slots = {
        "active": active["value"],
        "talking": talking["value"],
        "gap": round(active["value"], 2)
        - round(talking["value"], 2),  # as the reader would subtract
    }
    yield Found("gap", "clear", "adoption", "adoption_funnel", slots, slots["gap"] / GAP_FROM)


def _departments(book: _Book) -> Iterator[Found]:
    for metric, bin_ in COMPARED:
        rows = book.rows(metric, bin_, "department", grain="quarter").filter(
            pl.col("named").is_not_null()
        )
        if rows.is_empty():
            continue
        last = rows["period"].max()
        company = book.rows(metric, bin_, grain="quarter").filter(pl.col("period") == last)
        value = company["value"][0] if company.height else None
        yield from _compared(book, metric, bin_, rows.filter(pl.col("period") == last), value)
        return


def _compared(
    book: _Book, metric: str, bin_: str | None, rows: pl.DataFrame, company: float | None
) -> Iterator[Found]:
    blocks: dict[str, list[str]] = {"higher": [], "lower": [], "alike": [], "hidden": []}
    for row in rows.iter_rows(named=True):
        blocks[block(row, company)].append(row["department"])
    slots: dict[str, Any] = {
        "measure": subject(metric, bin_, book.title(metric)), "higher": sorted(blocks["higher"]), "lower": sorted(blocks["lower"]),
        "others": len(blocks["alike"]), "period": quarter(rows["period"][0]),
    }  # fmt: skip
    if blocks["higher"] or blocks["lower"]:
        yield Found("departments_apart", "clear", "departments", metric, slots, 1.5)
        if len(blocks["alike"]) > 1:
            yield Found("others_alike", "noise", "departments", metric, slots)
    else:
        yield Found("departments_alike", "noise", "departments", metric, slots)


def _hierarchy(book: _Book) -> Iterator[Found]:
    metrics = [metric for facet in FACETS.values() for metric in facet]
    latest = [row for metric in metrics if (row := book.latest(metric, None))]
    verdict = hierarchy_verdict(latest, {metric: book.smallest(metric) for metric in metrics})
    if verdict == "same":
        yield Found("hierarchy_same", "noise", "hierarchy", "upward_initiation_share", {})
    elif verdict != "unseen":
        yield Found(
            verdict,
            "clear",
            "hierarchy",
            "upward_initiation_share",
            {"grain": _grain(latest[0])},
            2.0,
        )


def _unseen(book: _Book) -> Iterator[Found]:
    people = book.latest("active_people", None)
    coverage = people["coverage"] if people else None
    if coverage is not None and coverage < COVERED:
        yield Found(
            "unseen_people", "unseen", "trust", "active_people", {"coverage": float(coverage)}
        )
    for metric, what in MISSING:
        rows = book.rows(metric, None if metric != "adoption_funnel" else "reciprocal", grain="all")
        reasons = rows.filter(pl.col("value").is_null())["reason"].drop_nulls().to_list()
        if reasons:
            yield Found(
                "unseen_metric", "unseen", "trust", metric, {"what": what, "reason": reasons[0]}
            )
    yield Found("unseen_text", "unseen", "trust", None, {})
