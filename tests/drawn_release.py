"""A small release with invented figures, so that pages and the command line are tested without a vault."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from analytics.findings import select
from analytics.press import write
from tests import drawn_listening

DEPARTMENTS = {
    "Customer care": 96, "Engineering": 120, "Finance": 38, "Human resources": 24,
    "Marketing": 41, "Operations": 64, "Other departments": 17,
}  # fmt: skip
DIVISIONS = {"Front": 201, "Back": 199}
LIES_IN = {
    name: "Front" if name in {"Customer care", "Marketing", "Operations"} else "Back"
    for name in DEPARTMENTS
}
LEVELS = {"0–1": 12, "2": 48, "3": 140, "4": 200}
LOCATIONS = {"Berlin": 120, "Milano": 180, "Other places": 100}
TOOLS = {"slack": 380, "mail": 400}
PEOPLE = 400
FIRST = date(2025, 12, 29)
WEEKS = [FIRST + timedelta(weeks=i) for i in range(26)]
MONTHS = [WEEKS[0], WEEKS[5], WEEKS[9], WEEKS[13], WEEKS[18], WEEKS[22]]
QUARTERS = [WEEKS[0], WEEKS[13]]
# metric -> (unit, typical value, variants, bins)
SHAPES = {
    "active_people": ("share", 0.62, ["", "viva", "swoop", "slack", "adoption_score"], [None]),
    "adoption_funnel": ("share", None, [""], ["enabled", "active", "contributing", "reciprocal", "habitual"]),
    "technical_human_gap": ("share", 0.45, [""], [None]),
    "stickiness": ("share", 0.41, [""], [None]),
    "quick_ratio": ("ratio", 1.2, [""], [None]),
    "lifecycle": ("share", None, ["", "moving"], ["new", "retained", "resurrected", "dormant"]),
    "time_to_adoption": ("share", None, ["", "habit"], ["2", "4", "10", "13", "26"]),
    "retention": ("share", None, ["", "rolling", "bracket"], None),
    "participation_inequality": ("share", None, [""], ["gini_low", "gini_high", "top_tenth", "silent"]),
    "collaboration_hours": ("hours", 9.4, ["", "c0.5", "c1", "c5", "c10"], ["meeting", "call", "own_acts", "total", "reading"]),
    "meeting_hours": ("hours", 4.8, ["", "accepted"], [None]),
    "outside_hours_share": ("share", 0.11, [""], [None]),
    "weekend_share": ("share", 0.02, [""], [None]),
    "deliveries_per_day": ("count", 21.0, [""], ["total", "direct", "mention", "group", "broadcast", "channel"]),
    "cost": ("money", 1200.0, [""], [None]),
    "tree_reach_ratio": ("ratio", 0.84, [""], [None]),
    "messages_by_distance": ("count", None, [""], ["1", "2", "3", "4", "5"]),
    "skip_level_lift": ("ratio", 0.40, [""], [None]),
    "direct_line_lift": ("ratio", 5.2, [""], [None]),
    "department_ei_excess": ("difference", -0.31, [""], [None]),
    "manager_brokerage_lift": ("ratio", 0.88, [""], [None]),
    "upward_share": ("share", 0.49, [""], [None]),
    "upward_initiation_share": ("share", 0.52, [""], [None]),
    "reply_asymmetry": ("difference", 0.02, ["", "by_superiors", "by_reports"], [None]),
    "leadership_voice_ratio": ("ratio", 1.3, [""], [None]),
    "broadcast_share": ("share", 0.19, [""], [None]),
    "org_match": ("share", 0.63, [""], [None]),
    "meeting_mix": ("share", None, [""], ["one_to_one", "decision", "status", "bloated", "lengthy", "all_hands", "workshop", "unknown"]),
    "meeting_flags": ("share", None, [""], ["large", "long", "large_long", "small_long", "recurring"]),
    "conflicting_hours": ("share", 0.06, [""], [None]),
    "meetings_outside_hours": ("share", 0.08, [""], [None]),
    "redundant_hours": ("share", None, [""], ["three_levels", "over_head"]),
    "focus_hours": ("hours", None, [""], ["focus", "two", "hour", "gap", "busy", "free", "working"]),
    "fragmented_share": ("share", 0.21, [""], [None]),
    "multitasking_acts": ("share", 0.07, [""], [None]),
    "context_switches": ("share", 0.18, [""], [None]),
    "load_caused": ("count", 21.0, [""], ["total", "direct", "mention", "group", "broadcast", "channel"]),
    "reading_caused": ("hours", 1.4, [""], [None]),
    "typical_load": ("count", 12.0, [""], [None]),
    "habit": ("share", 0.48, ["", "4w"], [None]),
    "usage_segment": ("share", None, [""], ["enabled", "power", "habitual", "novice", "low", "non"]),
    "multi_tool": ("share", None, [""], ["just_one", "just_two", "three", "two", "of_enabled"]),
    "adoption_drop": ("share", 0.12, [""], ["active", "contributing", "reciprocal", "habitual"]),
    "tool_pair": ("share", 0.6, [""], ["slack", "mail"]),
    "seats": ("share", None, [""], ["enabled", "claimed", "used"]),
    "meaningful_reach": ("share", 0.35, [""], [None]),
    "adoption_forecast": ("share", None, [""], ["ceiling", "4", "13", "26"]),
    "day_span": ("hours", 6.1, [""], [None]),
    "short_rest_share": ("share", 0.04, [""], [None]),
    "pressure_outside_hours": ("share", None, [""], ["all", "down", "up", "same", "unplaced", "sent"]),
    "answered_outside_hours": ("share", 0.12, [""], [None]),
    "acts_by_hour": ("count", None, [""], [f"{day}-{hour:02}" for day in range(1, 8) for hour in range(24)]),
}  # fmt: skip
BIN_VALUES = {
    "enabled": 1.0, "active": 0.78, "contributing": 0.62, "reciprocal": 0.41, "habitual": 0.33,
    "new": 0.02, "retained": 0.52, "resurrected": 0.05, "dormant": 0.04,
    "total": 9.4, "meeting": 4.8, "call": 0.6, "own_acts": 4.0, "reading": 2.1,
    "direct": 4.0, "mention": 1.2, "group": 2.8, "broadcast": 2.0, "channel": 11.0,
    "one_to_one": 0.14, "decision": 0.3, "status": 0.16, "bloated": 0.1, "lengthy": 0.13, "all_hands": 0.05, "workshop": 0.12,
    "unknown": 0.0, "large": 0.4, "long": 0.25, "large_long": 0.12, "small_long": 0.13, "recurring": 0.62,
    "three_levels": 0.2, "over_head": 0.15,
    "focus": 3.9, "two": 2.3, "hour": 1.6, "gap": 1.4, "busy": 2.7, "free": 5.3, "working": 8.0,
    "power": 0.12, "novice": 0.2, "low": 0.14, "non": 0.18,
    "of_enabled": 0.6, "claimed": 0.9, "used": 0.8, "ceiling": 0.72, "26": 0.71,
    "gini_low": 0.6, "gini_high": 0.63, "top_tenth": 0.4, "silent": 0.2,
    "1": 5.2, "2": 1.9, "3": 1.2, "4": 0.8, "5": 0.47,
}  # fmt: skip
NAMES = list(SHAPES)
HIERARCHY = NAMES[NAMES.index("tree_reach_ratio") : NAMES.index("meeting_mix")]
TIME = NAMES[NAMES.index("meeting_mix") : NAMES.index("habit")]
CLOCK = NAMES[NAMES.index("day_span") :]
BIN_VALUES |= {"all": 0.2, "down": 0.19, "up": 0.22, "same": 0.18, "unplaced": 0.2, "sent": 0.2}
BIN_VALUES |= {at: 30.0 if 9 <= int(at[2:]) < 17 else 1.5 for at in SHAPES["acts_by_hour"][3]}
TOTAL_ONLY = {
    "lifecycle",
    "quick_ratio",
    "retention",
    "adoption_forecast",
    "participation_inequality",
    "acts_by_hour",
    *HIERARCHY,
}


OF_THE_WHOLE = {"retention", "time_to_adoption", "adoption_forecast", "acts_by_hour"}


def passport(metric: str) -> dict[str, object]:
    heard = drawn_listening.SHAPES.get(metric)
    unit, variants = heard or (SHAPES[metric][0], SHAPES[metric][2])
    family = "hierarchy" if metric in HIERARCHY else "adoption"
    if metric in {
        "collaboration_hours",
        "meeting_hours",
        "outside_hours_share",
        "weekend_share",
        "deliveries_per_day",
        "cost",
        *TIME,
        *CLOCK,
    }:
        family = "time_cost"
    return {
        "id": metric, "family": "listening" if heard else family, "title": metric.replace("_", " ").capitalize(), "question": "What is drawn here?",
        "unit": unit, "better": "up", "definition": "An invented figure. numerator = a; denominator = b.",
        "cuts": ["total", "department", "level", "location", "tool"], "grains": ["all"] if metric in OF_THE_WHOLE else ["week", "month", "quarter", "all"],
        "minimum": "10 people", "smallest_worth_showing": 0.02, "tables": ["event"], "needs": ["acts"],
        "source": "drawn for tests", "peers": "", "check": "", "bins": "",
        "words": {"up": "more of it than before", "down": "less of it than before", "same": "as much of it as before", "unseen": "nobody can say how much"},
        "variants": {variant: variant for variant in variants},
    }  # fmt: skip


def figures(seed: int = 7, divisions: dict[str, int] | None = None) -> pl.DataFrame:
    return _drawn(seed, tuple((divisions or {}).items()))


@cache
def _drawn(seed: int, divided: tuple[tuple[str, int], ...]) -> pl.DataFrame:
    divisions = dict(divided)
    draw = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    periods = (
        [("week", w) for w in WEEKS]
        + [("month", m) for m in MONTHS]
        + [("quarter", q) for q in QUARTERS]
        + [("all", None)]
    )
    cells: list[tuple[dict[str, str], int]] = [({}, PEOPLE)]
    for cut, groups in (
        ("division", divisions),
        ("department", DEPARTMENTS),
        ("level", LEVELS),
        ("location", LOCATIONS),
        ("tool", TOOLS),
    ):
        cells += [({cut: name}, n) for name, n in groups.items()]
    cells += [({"department": d, "tool": t}, n) for d, n in DEPARTMENTS.items() for t in TOOLS]
    cells += [({"department": d, "level": "4"}, n // 2) for d, n in DEPARTMENTS.items()]
    for metric, (unit, typical, variants, bins) in SHAPES.items():
        for grain, period in periods:
            if metric in {*HIERARCHY, *TIME, "quick_ratio"} and grain == "week":
                continue
            if metric in {"lifecycle"} and grain not in {"week", "month"}:
                continue
            if metric in OF_THE_WHOLE and grain != "all":
                continue
            for cell, n in cells:
                if metric == "tool_pair" and "tool" not in cell:
                    continue
                if metric in TOTAL_ONLY and set(cell) - {"tool"}:
                    continue
                for variant in variants:
                    if metric == "retention":
                        rows += retention(variant, cell, draw)
                        continue
                    for position, bin_ in enumerate(bins or [None]):
                        if bin_ is not None and bin_ == cell.get("tool"):
                            continue
                        base = typical if bin_ is None else BIN_VALUES.get(bin_)
                        if metric in {"adoption_drop", "tool_pair"}:
                            base = typical
                        if metric == "multi_tool":
                            base = {
                                "just_one": 0.25,
                                "just_two": 0.34,
                                "three": 0.21,
                                "two": 0.55,
                                "of_enabled": 0.6,
                            }[bin_]
                        if metric == "adoption_forecast":
                            base = {"ceiling": 0.72, "4": 0.66, "13": 0.7, "26": 0.71}[bin_]
                        if metric == "time_to_adoption":
                            first = {"2": 0.3, "4": 0.5, "10": 0.62, "13": 0.65, "26": 0.7}
                            base = ({"10": 0.2, "13": 0.35, "26": 0.45} if variant else first).get(
                                bin_
                            )
                            if base is None:
                                continue  # nobody has nine weeks in four
                        rows.append(
                            row(
                                metric,
                                unit,
                                variant,
                                grain,
                                period,
                                cell,
                                n,
                                bin_,
                                position,
                                base,
                                draw,
                            )
                        )
    told = drawn_listening.rows([*(("quarter", q) for q in QUARTERS), ("all", None)], LEVELS, DEPARTMENTS, PEOPLE)  # fmt: skip
    return pl.DataFrame([*rows, *lorenz(), *told], infer_schema_length=None)


def lorenz():
    points = {"0.0000": 0.0, "0.2000": 0.0, "0.5000": 0.08, "0.8000": 0.4, "1.0000": 1.0}
    return [
        {
            "metric": "participation_inequality", "variant": "lorenz", "grain": "all", "period": None, "bin": at,
            "position": i, "value": value, "n": PEOPLE,
        }
        for i, (at, value) in enumerate(points.items())
    ]  # fmt: skip


def row(metric, unit, variant, grain, period, cell, n, bin_, position, base, draw):  # noqa: PLR0917
    entry = {
        "metric": metric, "variant": variant, "grain": grain, "period": period, "bin": bin_, "position": position,
        "division": None, "department": None, "level": None, "location": None, "tool": None, "coverage": 0.96,
    } | cell  # fmt: skip
    hidden = n < 10 or (cell.get("department") == "Human resources" and cell.get("tool") == "slack")
    if hidden:
        return entry | {"reason": "small_group"}
    if metric == "meeting_hours" and cell.get("tool") == "slack":
        return entry | {"reason": "no_calendar", "n": n}
    apart = {"Customer care": 1.25, "Operations": 0.7, "Front": 1.15}.get(
        cell.get("department", cell.get("division", "")), 1.0
    )
    if metric in {"cost"} or unit == "count":
        apart = 1.0
    value = base * apart * (1 + draw.normal(0, 0.02))
    if unit == "share":
        value = min(value, 1.0)
    if variant in {"by_superiors", "by_reports"}:
        value = 0.77 if variant == "by_superiors" else 0.75
    half = abs(base) * 0.6 / np.sqrt(n)
    compared = set(cell) in ({"department"}, {"division"}) and metric not in TOTAL_ONLY
    moved = draw.normal(0.0, 0.02) * abs(base)
    return entry | {
        "value": value, "low": value - half, "high": value + half, "n": n,
        "numerator": value * n, "denominator": float(n),
        "shrunken": base + (value - base) * 0.8 if compared else None,
        "chance_low": base - 1.6 * half if compared else None,
        "chance_high": base + 1.6 * half if compared else None,
        "named": bool(abs(value - base) > 1.6 * half) if compared else None,
        "places": "1-7" if compared else None,
        "change": None if grain == "all" else moved,
        "change_low": None if grain == "all" else moved - 0.01 * abs(base),
        "change_high": None if grain == "all" else moved + 0.01 * abs(base),
    }  # fmt: skip


def retention(variant, cell, draw):
    rows = [{
        "metric": "retention", "variant": variant, "grain": "all", "period": None, "bin": "day 28", "position": 0,
        "division": None, "department": None, "level": None, "location": None, "tool": cell.get("tool"), "value": 0.61,
        "low": 0.56, "high": 0.66, "n": 235, "coverage": 0.96, "numerator": 143.0, "denominator": 235.0,
    }]  # fmt: skip
    for c in range(6):
        for k in range(6 - c):
            bin_ = f"{MONTHS[c].isoformat()}/{k}"
            value = 1.0 if k == 0 else 0.6 + 0.3 * np.exp(-k) + draw.normal(0, 0.01)
            rows.append({
                "metric": "retention", "variant": variant, "grain": "all", "period": None, "bin": bin_, "position": c * 10 + k,
                "division": None, "department": None, "level": None, "location": None, "tool": cell.get("tool"),
                "value": value, "low": value - 0.05, "high": min(value + 0.05, 1.0), "n": 40 - c, "coverage": 0.96,
                "numerator": value * (40 - c), "denominator": 40.0 - c,
            })  # fmt: skip
    return rows


def flows() -> pl.DataFrame:
    names = list(LEVELS)
    return pl.DataFrame([
        {"grain": "all", "period": None, "cut": "level", "source": a, "target": b, "ratio": round(1.7 / (1 + abs(i - j)), 2), "reason": None}
        for i, a in enumerate(names) for j, b in enumerate(names)
    ])  # fmt: skip


def of_many_seniors(drawn):
    """Customer care stands above the company, level by level below it: four fifths of it are on level 3."""
    cells = {(None, "3"): (140, 0.9), (None, "4"): (200, 0.5),
             ("Customer care", "3"): (80, 0.88), ("Customer care", "4"): (16, 0.25)}  # fmt: skip
    active = drawn.filter(metric="active_people")
    drawn_level = active.filter(pl.col("department").is_null(), level="4")
    told = [
        drawn_level.with_columns(
            department=pl.lit(department, pl.String), level=pl.lit(level), n=n, value=value,
            numerator=n * value, denominator=pl.lit(float(n)), reason=pl.lit(None, pl.String),
        )
        for (department, level), (n, value) in cells.items()
    ]  # fmt: skip
    names = pl.concat(told).select("department", "level").unique()
    kept = drawn.join(active.join(names, on=["department", "level"], nulls_equal=True),
                      on=["metric", "variant", "grain", "period", "bin", "department", "level"], how="anti",
                      nulls_equal=True)  # fmt: skip
    return pl.concat([kept, *told], how="diagonal_relaxed")


NUMBERS = ("value", "low", "high", "shrunken", "chance_low", "chance_high", "named", "places", "change", "change_low",
           "change_high", "n", "numerator", "denominator")  # fmt: skip


def without(frame, where, reason):
    """Return the figures with the rows of a condition emptied for a reason."""
    kept = [pl.when(~where).then(name).alias(name) for name in NUMBERS]
    return frame.with_columns(*kept, reason=pl.when(where).then(pl.lit(reason)).otherwise("reason"))


def none_apart(drawn):
    """Return the figures with the gate of comparisons closed: nobody is named, and every dot lies in its bar."""
    return drawn.with_columns(
        named=pl.when(pl.col("named").is_not_null()).then(pl.lit(value=False)),
        chance_low=pl.when(pl.col("chance_low").is_not_null()).then(pl.min_horizontal("chance_low", "value")),
        chance_high=pl.when(pl.col("chance_high").is_not_null()).then(pl.max_horizontal("chance_high", "value")),
    )  # fmt: skip


AS_DRAWN = figures
_written: dict[object, bytes] = {}


def unchanged(drawn: pl.DataFrame) -> pl.DataFrame:
    return drawn


def draw_release(
    folder: Path,
    workspace: str = "drawn",
    number: int = 1,
    divisions: dict[str, int] | None = None,
    change: Callable[[pl.DataFrame], pl.DataFrame] = unchanged,
) -> Path:
    """Write <folder>/<workspace>/releases/000001.duckdb and point CURRENT to it; returns the release file."""
    space = folder / workspace
    path = space / "releases" / f"{number:06d}.duckdb"
    path.unlink(missing_ok=True)
    what = (figures, change, workspace, number, tuple((divisions or {}).items()))
    if what in _written:  # drawing takes seconds, and most tests want the same
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_written[what])
    else:
        _write(path, workspace, number, divisions, change)
    if figures is AS_DRAWN and change is unchanged:
        _written[what] = path.read_bytes()
    (space / "CURRENT").write_text(path.name + "\n")
    return path


def _write(path, workspace, number, divisions, change):
    metrics = [*SHAPES, *drawn_listening.SHAPES]
    drawn = change(figures(divisions=divisions) if divisions else figures())
    has_acts = drawn.height > 0
    lacks = {"meeting_hours": ("no_calendar", "a calendar export")}
    if has_acts and drawn["department"].is_null().all():
        lacks |= dict.fromkeys(HIERARCHY, ("no_org", "an HR file"))
    write(path, {
        "figure": drawn,
        "flow": flows(),
        "finding": select(drawn, [passport(metric) for metric in metrics]),
        "passport": pl.DataFrame([
            {"position": i, "metric": m, "passport": json.dumps(passport(m))} for i, m in enumerate(metrics)
        ]),
        "coverage": pl.DataFrame([
            {"tool": tool, "week": week, "department": d, "people": n - 2, "headcount": n, "reason": None}
            for tool in TOOLS for week in WEEKS for d, n in [(None, PEOPLE), *DEPARTMENTS.items()]
        ], infer_schema_length=None),
        "computable": pl.DataFrame([
            {"position": i, "metric": m, "computable": m not in lacks, **dict(zip(("reason", "needs"), lacks.get(m, (None, None)), strict=True))}
            for i, m in enumerate(metrics)
        ]),
        "certificate": pl.DataFrame([
            {"item": k, "value": v} for k, v in {
                "k": "10", "seed": "1", "targets": "41208", "exposed": "0", "hidden": "12", "merged": "3", "staff_in_published_department": "0.98",
            }.items()
        ]),
        "company": pl.DataFrame([
            {"item": k, "value": v} for k, v in {
                "name": "Aurelia", "workspace": workspace, "release": str(number), "threshold": "10",
                "published_at": "2026-06-29T06:12:00+00:00", "first_day": "2025-12-29" if has_acts else None, "last_day": "2026-06-28" if has_acts else None,
                "headcount": "400", "visible": "388", "tools": "slack,mail", "demo": None, "currency": "EUR",
                "divisions": json.dumps(LIES_IN) if divisions else None,
            }.items()
        ]),
    })  # fmt: skip
