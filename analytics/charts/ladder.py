"""Where do people stop? The steps from a seat to a habit, with the gap written between them."""

import altair as alt
import polars as pl

from analytics.charts.rows import names_above
from analytics.charts.theme import Drawn, Look, X, either, finish

STEP = 46  # px from one row to the next
ROOM_FOR_WORDS = 0.34  # between the bar and the line, in shares
TEXT_ROOM = 1.62  # the plot's right part holds shares and counts, in the unit of the bars


def ladder(rows: pl.DataFrame, gap: str, k: Look) -> Drawn:
    """Draw the steps.

    Takes step, value, low, high, share (written), people (written), what, is_human; in order.
    `gap` is written on the last row, left of the dashed line that starts at the second step.
    """
    order = rows["step"].to_list()
    height = 18 if k.compact else 26
    scale = alt.Scale(domain=[0, 1 if k.compact else TEXT_ROOM], nice=False)
    axis = None if k.compact else alt.Axis(labelFontSize=13, labelFontWeight=600, labelColor=k.ink)
    y = alt.Y("step:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=axis)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=None)

    base = alt.Chart(rows).transform_calculate(one="1")
    track = base.mark_bar(height=height, color=k.band).encode(x("one"), y)
    tone = either("datum.is_human", k.accent, k.noise)
    tips = [
        alt.Tooltip("step:N", title="Step"),
        alt.Tooltip("share:N", title="Share"),
        alt.Tooltip("people:N", title="People"),
    ]
    bars = base.mark_bar(height=height).encode(x("value"), y, color=tone, tooltip=tips)
    # a share of the people with a seat: that all of them have one is no estimate
    known = rows.filter(pl.col("high") > pl.col("low"), pl.col("value") < 1)
    mark = (
        alt.Chart(known).mark_rule(strokeWidth=2, color=k.ink).encode(x("low"), y, alt.X2("high:Q"))
    )
    layers = [track, bars, mark]
    if k.compact:
        told = rows.with_columns(right=pl.format("{} · {}", "share", "people"))
        layers.append(names_above(told, "step", y, k, "right", dy=-22))
    else:
        layers += _texts(base, x, y, k) + _gap(rows, gap, x, y, k)
    return finish(alt.layer(*layers, height=alt.Step(54 if k.compact else STEP)), k)


def _texts(base: alt.Chart, x: X, y: alt.Y, k: Look) -> list[Drawn]:
    shares = base.transform_calculate(at="1.015").mark_text(
        align="left", fontSize=13, fontWeight=600
    )
    counts = base.transform_calculate(
        at="1.13", t="datum.share === '—' ? datum.people : datum.people + ' · ' + datum.what"
    )
    return [
        shares.encode(x("at"), y, text=alt.Text("share:N")),
        counts.mark_text(align="left", color=k.muted).encode(x("at"), y, text=alt.Text("t:N")),
    ]


def _gap(rows: pl.DataFrame, gap: str, x: X, y: alt.Y, k: Look) -> list[Drawn]:
    """Mark the distance from the second step (used) to the last (a habit)."""
    if not gap:
        return []
    used, habit = rows.row(1, named=True), rows.row(-1, named=True)
    if used["value"] is None or habit["value"] is None:
        return []
    at = rows.tail(1).with_columns(end=pl.lit(used["value"]), text=pl.lit(gap))
    dropped = alt.Chart(at).mark_rule(color=k.muted, strokeDash=[3, 3])
    line = dropped.encode(x("end"), y=alt.YValue(STEP + 36), y2=alt.Y2Value(rows.height * STEP))
    if used["value"] - (habit["high"] or habit["value"]) < ROOM_FOR_WORDS:
        return [line]  # the figure's title says it
    words = alt.Chart(at).mark_text(fontStyle="italic", fontSize=12.5, align="right", dx=-6)
    return [line, words.encode(x("end"), y, text=alt.Text("text:N"))]
