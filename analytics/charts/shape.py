"""From released rows to what a chart draws: names instead of ids, numbers written, blocks decided."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from analytics.charts import numbers

STEPS = {
    # bin: (name, what it takes, a human step)
    "enabled": ("Have a seat", "a licence or an account", False),
    "active": ("Use it", "any sign of use", False),
    "contributing": ("Contribute", "write, post or share", True),
    "reciprocal": ("Are in conversation", "exchange with somebody", True),
    "habitual": ("Make it a habit", "in three of the last four weeks", True),
}
HOURS = {
    # bin: (name, category), from the bottom of the stack
    "meeting": ("Meetings", 0),
    "call": ("Calls", 3),
    "own_acts": ("Writing", 1),
}
LIVES = {
    # bin: (name, category, order), a stay or a return above zero, silence below it
    "retained": ("stayed", 0, 0),
    "resurrected": ("came back", 3, 1),
    "new": ("new", 1, 2),
    "dormant": ("fell silent", 5, 3),
}
KINDS = {
    "direct": "To this person alone",
    "mention": "Mentions and answers",
    "group": "To up to nine at once",
    "broadcast": "To ten or more at once",
    "channel": "Posts in one's channels",
}
SMALL = "fewer than 10 people"
MIDDLE = {
    "week": 0,
    "month": 12,
    "quarter": 42,
}  # days from the first of a period, a week's being its Monday
DASHES = {"small_group": SMALL, "protected": "kept back to protect a smaller group", "dominated": "made by one or two people",
          "nearly_all_or_none": "almost everybody or almost nobody", "low_coverage": "too few of them visible", "not_applicable": "does not apply"}  # fmt: skip


def short_reason(reason: str | None) -> str:
    """Return a reason in a few words, for a row of a chart or table."""
    return DASHES.get(reason or "", "not known from these exports")


def texts(rows: pl.DataFrame, unit: str) -> pl.Series:
    """Return the written values of the rows, as fine as their intervals allow."""
    return pl.Series(
        [numbers.number(r["value"], unit, _half(r)) for r in rows.iter_rows(named=True)],
        dtype=pl.String,
    )


def _half(row: Mapping[str, Any]) -> float | None:
    return None if row["low"] is None or row["high"] is None else (row["high"] - row["low"]) / 2


def ladder_rows(figures: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `ladder` from the funnel's five bins of one cell."""
    by_bin = {row["bin"]: row for row in figures.iter_rows(named=True)}
    rows = []
    for name, (step, what, is_human) in STEPS.items():
        row = by_bin.get(name) or {
            "value": None,
            "low": None,
            "high": None,
            "numerator": None,
            "reason": "no_data",
        }
        known = row["value"] is not None
        rows.append({
            "step": step, "value": row["value"], "low": row["low"], "high": row["high"],
            "share": numbers.number(row["value"], "share", _half(row)),
            "people": numbers.people(row["numerator"]) if known else short_reason(row["reason"]),
            "what": what, "is_human": is_human,
        })  # fmt: skip
    return pl.DataFrame(
        rows, schema_overrides={"value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    )


def gap_text(row: Mapping[str, Any] | None) -> str:
    """Return "gap: 37 points (33–41)" for the row of a gap, nothing where there is none."""
    if row is None:
        return ""
    points = numbers.change(row["value"], "share", _half(row)).lstrip("+")
    inside = numbers.span(row["low"], row["high"], "share").rstrip("%")
    return f"gap: {points} ({inside})" if inside else f"gap: {points}"


def trend_rows(series: Mapping[str, tuple[pl.DataFrame, str]], unit: str) -> pl.DataFrame:
    """Return the rows of `trend` from {name: (rows over periods, tone)}; each name stands at its line's end.

    A figure stands in the middle of its period: at the first day, a month's would run weeks ahead of the weeks' beside it.
    """
    frames = []
    for name, (rows, tone) in series.items():
        shown = rows.filter(pl.col("value").is_not_null())
        if shown.is_empty():
            continue
        last = shown.row(-1, named=True)
        label = f"{name} {numbers.number(last['value'], unit, _half(last))}"
        frames.append(
            rows.select("period", "value", "low", "high").with_columns(
                day=pl.col("period") + timedelta(days=MIDDLE[last["grain"]]),
                series=pl.lit(name),
                tone=pl.lit(tone),
                last=pl.when(pl.col("period") == last["period"]).then(pl.lit(label)),
            )
        )
    return pl.concat(frames) if frames else pl.DataFrame()


def hours_rows(figures: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (parts, total) of `areas` from the bins of hours over periods."""
    parts = []
    for order, (bin_, (name, tone)) in enumerate(HOURS.items()):
        rows = figures.filter((pl.col("bin") == bin_) & pl.col("value").is_not_null())
        parts.append(
            rows.select(
                "period", "value", part=pl.lit(name), tone=pl.lit(tone), order=pl.lit(order)
            )
        )
    stacked = pl.concat(parts).sort("period", "order")
    stacked = stacked.with_columns(top=pl.col("value").cum_sum().over("period", order_by="order"))
    total = figures.filter(pl.col("bin") == "total").select("period", "value", "low", "high")
    reading = figures.filter(pl.col("bin") == "reading").select("period", read="value")
    total = total.join(reading, on="period", how="left").sort("period")
    total = total.with_columns(apart=pl.col("value") + pl.col("read")).drop("read")
    ends = stacked.filter(pl.col("period") == pl.col("period").max().over("part"))
    middles = [(r["part"], r["top"] - r["value"] / 2) for r in ends.iter_rows(named=True)]
    whole = _whole_at_end(total, stacked["period"].max(), len(middles))
    heights = _spread([*middles, *((name, at) for name, at, _ in whole)], _top(total) / 13)
    names = {
        r["part"]: f"{r['part']} {numbers.number(r['value'], 'hours')}"
        for r in ends.iter_rows(named=True)
    }
    is_end = pl.col("period").eq_missing(pl.lit(stacked["period"].max(), pl.Date))
    return stacked.with_columns(
        last=pl.when(is_end).then(pl.col("part").replace(names)),
        at=pl.col("part").replace_strict(heights, return_dtype=pl.Float64)
        if heights
        else pl.lit(None, pl.Float64),
    ), total.with_columns(**{
        column: pl.when(pl.col("period") == stacked["period"].max()).then(pl.lit(value))
        for name, _, text in whole
        for column, value in ((f"{name}_last", text), (f"{name}_at", heights[name]))
    })  # fmt: skip


def _whole_at_end(total: pl.DataFrame, last: Any, parts: int) -> list[tuple[str, float, str]]:  # noqa: ANN401
    """Return (name, height, text) of the sum of several parts, and of what is estimated beyond it, at the line's end."""
    end = next(total.filter(pl.col("period").eq_missing(pl.lit(last, pl.Date))).iter_rows(named=True), None)  # fmt: skip
    if end is None or end["value"] is None:
        return []
    said = [("total", end["value"], f"In all {numbers.number(end['value'], 'hours')}")] if parts > 1 else []  # fmt: skip
    if end["apart"] is not None:
        said.append(("apart", (end["value"] + end["apart"]) / 2, "Reading, estimated"))
    return said


def _top(total: pl.DataFrame) -> float:
    values = [*total["value"].drop_nulls(), *total["apart"].drop_nulls()]
    return max(values, default=1.0)


def _spread(marks: list[tuple[str, float]], room: float) -> dict[str, float]:
    """Push labels apart from the bottom up, so that none lies on another."""
    placed: dict[str, float] = {}
    floor = float("-inf")
    for name, at in sorted(marks, key=lambda mark: mark[1]):
        floor = max(at, floor + room)
        placed[name] = floor
    return placed


def lifecycle_rows(figures: pl.DataFrame, grain: str) -> pl.DataFrame:
    """Return the rows of `columns` from the four bins over periods.

    A period of which any part is kept back stays open: a column without it would be taken for the whole.
    """
    rows = []
    kept_back = (
        figures.filter(pl.col("value").is_null())
        .group_by("period")
        .agg(why=pl.col("reason").sort_by("position").first().fill_null("kept back"))
        .sort("period")
    )
    for row in figures.join(kept_back, on="period", how="anti").iter_rows(named=True):
        name, tone, order = LIVES[row["bin"]]
        people = row["numerator"] if row["numerator"] is not None else row["value"]
        sign = -1 if row["bin"] == "dormant" else 1
        rows.append({"period": row["period"], "name": period_name(row["period"], grain), "part": name, "value": sign * people,
                     "people": numbers.count(people), "tone": tone, "order": order})  # fmt: skip
    if not rows:
        return pl.DataFrame()
    frame = pl.DataFrame(rows).sort("period", "order")
    frame = _with_every_part(frame)
    final = frame.filter(pl.col("period") == frame["period"].max())
    tops, floor = [], 0.0
    for row in final.iter_rows(named=True):
        if row["value"] >= 0:
            tops.append((row["part"], floor + row["value"] / 2))
            floor += row["value"]
    height = (
        frame.filter(pl.col("value") > 0)
        .group_by("period")
        .agg(pl.col("value").sum())["value"]
        .max()
    )
    room = float(height or 1.0) / 12  # type: ignore[arg-type]
    places = _spread(tops, room) | {"fell silent": -room}
    drawn = frame.with_columns(
        last=pl.when(pl.col("period") == frame["period"].max()).then(pl.col("part")),
        at=pl.col("part").replace_strict(places, return_dtype=pl.Float64, default=None),
    )
    stayed, tone, order = LIVES["retained"]
    gaps = pl.DataFrame(
        [
            {"period": period, "name": period_name(period, grain), "part": stayed, "people": "kept back", "tone": tone, "order": order, "why": why}
            for period, why in kept_back.iter_rows()
        ],
        schema_overrides={"period": pl.Date, "why": pl.String},
    )  # fmt: skip
    named = drawn.with_columns(why=pl.lit(None, pl.String))
    return pl.concat([named, gaps], how="diagonal_relaxed").sort("period", "order")


def _with_every_part(frame: pl.DataFrame) -> pl.DataFrame:
    """Add an empty row at the last period for parts that are not in it, so that each colour has its name."""
    final = frame.filter(pl.col("period") == frame["period"].max())
    missing = frame.filter(~pl.col("part").is_in(final["part"].implode())).unique(
        "part", maintain_order=True
    )
    empty = missing.with_columns(
        period=final["period"][0],
        name=pl.lit(final["name"][0]),
        value=pl.lit(0.0),
        people=pl.lit("0"),
    )
    return pl.concat(
        [frame, empty.select(pl.col(name).cast(type_) for name, type_ in frame.schema.items())]
    ).sort("period", "order")


def cohort_rows(figures: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `cohorts` from bins written <Monday>/<weeks after>, newest cohort last."""
    rows = []
    for row in figures.iter_rows(named=True):
        start, _, later = str(row["bin"]).rpartition("/")
        if not later.isdigit():
            continue
        rows.append({"start": start, "cohort": cohort_name(start), "later": int(later), "value": row["value"],
                     "text": numbers.number(row["value"], "share"), "people": numbers.people(row["denominator"]),
                     "numerator": row["numerator"], "denominator": row["denominator"]})  # fmt: skip
    if not rows:
        return pl.DataFrame()
    floats = dict.fromkeys(("value", "numerator", "denominator"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=floats).sort("start", "later")


def lorenz_rows(figures: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `lorenz`: people and acts as shares, from the points of the curve."""
    known = figures.filter(pl.col("value").is_not_null())
    points = known.select(people=pl.col("bin").cast(pl.Float64, strict=False), acts="value")
    return points.drop_nulls().sort("people")


def cohort_name(start: str) -> str:
    """Return "5 Jan" for the first Monday of a cohort; what is no date stays as it is."""
    try:
        day = date.fromisoformat(start)
    except ValueError:
        return start
    return f"{day.day} {day:%b}"


def rows_named(
    figures: pl.DataFrame,
    names: Mapping[str, str],
    unit: str,
    column: str = "bin",
    ours: str | None = None,
) -> pl.DataFrame:
    """Return the rows of `dots`: one known figure each, named, in the order of the names."""
    order = {key: place for place, key in enumerate(names)}
    known = figures.filter(pl.col("value").is_not_null() & pl.col(column).is_in(list(names)))
    known = known.sort(pl.col(column).replace_strict(order, return_dtype=pl.Int64))
    return known.select("value", "low", "high", key=column).with_columns(
        name=pl.col("key").replace_strict(dict(names), return_dtype=pl.String),
        text=texts(known, unit),
        is_ours=pl.lit(True) if ours is None else pl.col("key") == ours,
    )


def compare_rows(figures: pl.DataFrame, cut: str, company: float | None, unit: str) -> pl.DataFrame:
    """Return the rows of `compare` from one figure a group; the verdict decides the block."""
    shown = pl.col("value").is_not_null()
    block = (
        pl.when(~shown).then(pl.lit("hidden"))
        .when(~pl.col("named").fill_null(False))
        .then(pl.lit("alike"))
        .when(pl.col("value") > pl.lit(company, pl.Float64)).then(pl.lit("higher"))
        .otherwise(pl.lit("lower"))
    )  # fmt: skip
    rows = figures.with_columns(block=block, group=pl.col(cut))
    return rows.with_columns(
        text=texts(rows, unit),
        interval=pl.Series([numbers.span(r["low"], r["high"], unit) for r in rows.iter_rows(named=True)], dtype=pl.String),
        people=pl.Series([numbers.people(n) if n is not None else None for n in rows["n"]], dtype=pl.String),
        reason=pl.Series([None if r["value"] is not None else short_reason(r["reason"]) for r in rows.iter_rows(named=True)], dtype=pl.String),
    ).with_columns(
        expected=pl.Series([numbers.number(value, unit) for value in rows["shrunken"]], dtype=pl.String),
        place=pl.Series([place(r["places"]) for r in rows.iter_rows(named=True)], dtype=pl.String),
    ).with_columns(
        label=pl.when(pl.col("place") == numbers.UNKNOWN).then("text").otherwise(pl.format("{} · place {} of {}", "text", "place", pl.col("value").count()))
    ).select(*COMPARED)  # fmt: skip


COMPARED = (
    "group", "block", "n", "value", "low", "high", "shrunken", "chance_low", "chance_high", "text", "label", "interval",
    "expected", "place", "people", "reason",
)  # fmt: skip


def place(places: str | None) -> str:
    """Return the rank interval "2-7" as 2–7, "1-1" as 1."""
    first, _, last = (places or "").partition("-")
    if not first:
        return numbers.UNKNOWN
    return first if first == last else f"{first}{numbers.DASH}{last}"


def facet_rows(
    latest: Mapping[str, Mapping[str, Any]],
    facets: Mapping[str, Mapping[str, int]],
    passports: Mapping[str, Mapping[str, Any]],
) -> pl.DataFrame:
    """Return the rows of `facets` from each metric's latest row; changes turned and scaled to what is worth showing."""
    rows = []
    for facet, metrics in facets.items():
        for metric, sign in metrics.items():
            row, passport = latest.get(metric), passports.get(metric, {})
            if row is None:
                continue
            rows.append(
                {"facet": facet, "metric": metric, "measure": passport.get("title", metric)}
                | _turned(row, sign, passport)
            )
    schema = {
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "is_clear": pl.Boolean,
        "text": pl.String,
    }
    return pl.DataFrame(rows, schema_overrides=schema) if rows else pl.DataFrame()


def _turned(row: Mapping[str, Any], sign: int, passport: Mapping[str, Any]) -> dict[str, Any]:
    unit, smallest = passport.get("unit", "ratio"), passport.get("smallest_worth_showing") or 0.01
    change, low, high = row.get("change"), row.get("change_low"), row.get("change_high")
    if row.get("value") is None:
        return {
            "value": None,
            "low": None,
            "high": None,
            "is_clear": False,
            "text": short_reason(row.get("reason")),
        }
    half = None if low is None or high is None else (high - low) / 2
    now = numbers.number(row["value"], unit, half)
    if change is None or low is None or high is None:
        return {"value": None, "low": None, "high": None, "is_clear": False, "text": f"{now} now"}
    ends = sorted((sign * low / smallest, sign * high / smallest))
    is_clear = (low > 0 or high < 0) and abs(change) >= smallest
    text = f"{numbers.number(row['value'] - change, unit, half)} → {now}"
    return {
        "value": sign * change / smallest,
        "low": ends[0],
        "high": ends[1],
        "is_clear": is_clear,
        "text": text,
    }


def flow_rows(flows: pl.DataFrame, name: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Return the rows of `matrix` with names and the ratio written: 1.7×, 0.55×."""
    renamed = flows.with_columns(pl.col("source", "target").replace(dict(name or {})))
    return renamed.with_columns(
        text=pl.Series([_times(ratio) for ratio in renamed["ratio"]], dtype=pl.String)
    )


def _times(ratio: float | None) -> str | None:
    return None if ratio is None else f"{ratio:.2f}×" if ratio < 1 else f"{ratio:.1f}×"


def period_name(first: date | datetime, grain: str) -> str:
    """Return how a period is named on an axis and in tables: 5 Jan 2026, Jan 2026, Q1 2026."""
    day = first + timedelta(days=3)  # the Thursday decides the month of a block of weeks
    if grain == "quarter":
        return f"Q{(day.month - 1) // 3 + 1} {day.year}"
    if grain == "month":
        return f"{day:%b} {day.year}"
    return f"{first.day} {first:%b %Y}"


def last_period(row: Mapping[str, Any]) -> str:
    """Return when the last change of a figure was, which may be a part of the period on screen: Q1 2026."""
    if row["grain"] == "all" or row["period"] is None:
        return "the whole period"
    name = period_name(row["period"], row["grain"])
    return f"the week of {name}" if row["grain"] == "week" else name
