"""How soon did people come, and stay? The share who had come against the weeks since they could."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish


def uptake(rows: pl.DataFrame, habit: pl.DataFrame, k: Look) -> Drawn:
    """Draw weeks, value, low, high (shares; null = not shown) and text: points joined in order, each with its interval.

    `habit`, the same of those who have one by then and no rows where nobody can, is dashed.
    """
    shown = rows.filter(pl.col("value").is_not_null())
    last = float(shown["weeks"].max())  # type: ignore[arg-type]
    ruler = alt.Axis(values=shown["weeks"].to_list(), format="d", labelOverlap=True)
    x = alt.X(
        "weeks:Q", title="weeks since the seat", scale=alt.Scale(domain=[0, last * (1.4 if habit.height else 1.12)], nice=False), axis=ruler
    )  # fmt: skip
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(format="%", tickCount=4, grid=True))
    tips = [
        alt.Tooltip("weeks:Q", title="Weeks"),
        alt.Tooltip("text:N", title="Had contributed"),
    ]
    base = alt.Chart(shown)
    band = base.mark_area(color=k.accent, opacity=0.18)
    named = alt.Chart(shown.tail(1)).mark_text(align="left", dx=8, fontWeight=600)
    layers = [
        band.encode(x, alt.Y("low:Q", title=None, scale=scale), alt.Y2("high:Q")),
        base.mark_line(color=k.accent, strokeWidth=2.2).encode(x, y),
        base.mark_point(filled=True, size=45, color=k.accent, opacity=1).encode(x, y, tooltip=tips),
        named.encode(x, y, text=alt.Text("text:N")),
    ]
    if habit.height:
        other = alt.Chart(habit)
        said = [tips[0], alt.Tooltip("text:N", title="Had a habit")]
        last_of_all = alt.Chart(habit.tail(1).with_columns(said=pl.col("text") + " a habit"))
        layers += [
            other.mark_line(color=k.muted, strokeWidth=1.6, strokeDash=[4, 3]).encode(x, y),
            other.mark_point(filled=True, size=35, color=k.muted, opacity=1).encode(x, y, tooltip=said),
            last_of_all.mark_text(align="left", dx=8, color=k.muted).encode(x, y, text=alt.Text("said:N")),
        ]  # fmt: skip
    return finish(alt.layer(*layers, height=230), k)
