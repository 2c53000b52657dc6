"""How soon did people come, and stay? The share who had come against the weeks since they could."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish
from analytics.charts.trend import apart

HEIGHT = 230
ROOM, PHONE_ROOM = 1.16, 1.55  # of the weeks drawn: where the lines are named


def uptake(rows: pl.DataFrame, habit: pl.DataFrame, k: Look) -> Drawn:
    """Draw weeks, value, low, high (shares; null = not shown) and text: points joined in order, each with its interval.

    `habit`, the same of those who have one by then and no rows where nobody can, is dashed.
    """
    shown = rows.filter(pl.col("value").is_not_null())
    ruled = sorted({*shown["weeks"], *habit["weeks"]})
    end = ruled[-1] * (PHONE_ROOM if k.compact else ROOM)
    x = alt.X(
        "weeks:Q", title="weeks since the seat", scale=alt.Scale(domain=[0, end], nice=False),
        axis=alt.Axis(values=ruled, format="d", labelOverlap=True),
    )  # fmt: skip
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(format="%", tickCount=4, grid=True))
    tips = [
        alt.Tooltip("weeks:Q", title="Weeks"),
        alt.Tooltip("text:N", title="Had contributed"),
    ]
    base = alt.Chart(shown)
    band = base.mark_area(color=k.accent, opacity=0.18)
    layers = [
        band.encode(x, alt.Y("low:Q", title=None, scale=scale), alt.Y2("high:Q")),
        base.mark_line(color=k.accent, strokeWidth=2.2).encode(x, y),
        base.mark_point(filled=True, size=45, color=k.accent, opacity=1).encode(x, y, tooltip=tips),
    ]
    if habit.height:
        other = alt.Chart(habit)
        said = [tips[0], alt.Tooltip("text:N", title="Had a habit")]
        layers += [
            other.mark_line(color=k.muted, strokeWidth=1.6, strokeDash=[4, 3]).encode(x, y),
            other.mark_point(filled=True, size=35, color=k.muted, opacity=1).encode(x, y, tooltip=said),
        ]  # fmt: skip
    return finish(alt.layer(*layers, *_names(shown, habit, x, scale, k), height=HEIGHT), k)


def _names(
    shown: pl.DataFrame, habit: pl.DataFrame, x: alt.X, scale: alt.Scale, k: Look
) -> list[Drawn]:
    """Name each line where it ends, a line of text apart."""
    said = {"contributed": (shown, k.label[0]), "a habit": (habit, k.label[5])}
    ends = pl.concat(
        one.tail(1).select("weeks", "value", said=pl.col("text") + f" {name}", ink=pl.lit(ink))
        for name, (one, ink) in said.items()
        if one.height
    )
    placed = alt.Chart(apart(ends, 300 / HEIGHT))  # the lines of text of a picture 300 high
    return [
        placed.mark_text(align="left", dx=8, fontWeight=600).encode(
            x, alt.Y("at:Q", scale=scale), text=alt.Text("said:N"), color=alt.Color("ink:N", scale=None)
        )
    ]  # fmt: skip
