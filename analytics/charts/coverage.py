"""Whom do the exports let us see? One row a tool or department, one cell a week, one outline a gap."""

from datetime import date, timedelta

import altair as alt
import polars as pl

from analytics.charts.rows import names_above
from analytics.charts.theme import Look, finish

WEEK = timedelta(weeks=1)
STEP, PHONE_STEP = 34, 56  # px a row; on a phone the name stands above
ROOM, ROOM_PHONE = 0.1, 0.22  # of the width: a narrower gap has no room for its reason


def coverage(rows: pl.DataFrame, gaps: pl.DataFrame, order: list[str], k: Look) -> alt.Chart:
    """Draw rows: row, week (Monday), share (0–1); gaps: row, week, next_week, reason. Both may be empty."""
    weeks = [*rows["week"], *gaps["week"]]
    ends = [*(week + WEEK for week in rows["week"]), *gaps["next_week"]]
    scale = alt.Scale(
        domain=[min(weeks).isoformat(), max(ends).isoformat()], nice=False, type="utc"
    )
    axis = alt.Axis(format="%b", tickCount="month", labelOverlap=True, labelFlush=False)
    x = alt.X("week:T", scale=scale, title=None, axis=axis)
    names = None if k.compact else alt.Axis(labelColor=k.ink, labelFontSize=13, labelLimit=240)
    y = alt.Y(
        "row:N",
        title=None,
        sort=order,
        scale=alt.Scale(domain=order, padding=0.55 if k.compact else 0.08),
        axis=names,
    )
    seen = rows.with_columns(next_week=pl.col("week") + WEEK, text=_percent("share"))
    tone = alt.Color(
        "share:Q",
        legend=None,
        scale=alt.Scale(domain=[0, 1], range=list(k.seq), interpolate="rgb"),
    )
    tips = [
        alt.Tooltip("row:N", title="Export of"),
        alt.Tooltip("week:T", title="Week of", format="%-d %B %Y"),
        alt.Tooltip("text:N", title="Visible"),
    ]
    cells = alt.Chart(seen).mark_rect(
        stroke=k.bg, strokeWidth=1 if k.compact else 1.5, cornerRadius=2
    )
    outline = alt.Chart(gaps).mark_rect(
        fillOpacity=0, stroke=k.hidden, strokeDash=[3, 3], strokeWidth=1.2
    )
    whole = max(ends) - min(weeks)
    roomy = gaps.filter(
        (pl.col("next_week") - pl.col("week")) > whole * (ROOM_PHONE if k.compact else ROOM)
    )
    words = (
        alt.Chart(
            roomy.with_columns(middle=pl.col("week") + (pl.col("next_week") - pl.col("week")) / 2)
        )
        .mark_text(color=k.muted)
        .encode(alt.X("middle:T", scale=scale), y, text=alt.Text("reason:N"))
    )
    layers = [
        cells.encode(x, y, alt.X2("next_week:T"), color=tone, tooltip=tips),
        outline.encode(x, y, alt.X2("next_week:T")),
        words,
    ]
    if k.compact:
        layers.append(names_above(pl.DataFrame({"row": order}), "row", y, k, dy=-22))
    height = alt.Step(PHONE_STEP if k.compact else STEP)
    return finish(alt.layer(*layers, height=height), k)


def _percent(column: str) -> pl.Expr:
    return pl.format("{}%", (pl.col(column) * 100).round(0).cast(pl.Int64))


def gaps(rows: pl.DataFrame, weeks: list[date]) -> pl.DataFrame:
    """Return row, week, next_week, reason: one line an unbroken stretch of weeks without anybody seen, for one reason.

    Takes row, week, share (null = not seen), reason; a week that has no line at all is a gap too.
    """
    grid = (
        rows.select("row")
        .unique(maintain_order=True)
        .join(pl.DataFrame({"week": weeks}), how="cross")
    )
    return (
        grid.join(rows, on=["row", "week"], how="left")
        .sort("row", "week")
        .with_columns(
            reason=pl.when(pl.col("share").is_null()).then(pl.col("reason").fill_null("no export"))
        )
        .with_columns(stretch=pl.col("reason").rle_id().over("row"))
        .drop_nulls("reason")
        .group_by("row", "stretch", "reason")
        .agg(week=pl.col("week").min(), next_week=pl.col("week").max() + WEEK)
        .select("row", "week", "next_week", "reason")
        .sort("row", "week")
    )
