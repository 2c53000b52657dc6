"""Are people answered as often upwards as downwards? Two marks a row, joined."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish


def updown(rows: pl.DataFrame, k: Look) -> Drawn:
    """Draw name, way ("up" or "down"), value, low, high, text; triangles point the way the message went."""
    order = rows["name"].unique(maintain_order=True).to_list()
    y = alt.Y(
        "name:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelColor=k.ink, labelLimit=110 if k.compact else 170),
    )
    ends = [v for c in ("low", "high", "value") for v in rows[c].drop_nulls()]
    scale = alt.Scale(domain=[max(min(ends) - 0.08, 0), min(max(ends) + 0.08, 1)], nice=False)

    def x(field: str) -> alt.X:
        axis = alt.Axis(format="%", tickCount=5, orient="top", grid=True)
        return alt.X(f"{field}:Q", scale=scale, title=None, axis=axis)

    ways = ["up", "down"]
    color = alt.Color(
        "way:N", scale=alt.Scale(domain=ways, range=[k.cat[0], k.cat[1]]), legend=None
    )
    shape = alt.Shape(
        "way:N", scale=alt.Scale(domain=ways, range=["triangle-up", "triangle-down"]), legend=None
    )
    tips = [alt.Tooltip("way:N", title="Way"), alt.Tooltip("text:N", title="Answered")]
    joined = rows.group_by("name").agg(a=pl.col("value").min(), b=pl.col("value").max())
    known = rows.filter(pl.col("low").is_not_null())
    words = rows.filter(pl.col("name") == order[-1]).with_columns(
        word=pl.when(pl.col("way") == "up")
        .then(pl.format("upwards {}", "text"))
        .otherwise(pl.format("downwards {}", "text"))
    )
    layers = [
        alt.Chart(joined).mark_rule(strokeWidth=2, color=k.rule).encode(x("a"), y, alt.X2("b:Q")),
        alt.Chart(known).mark_rule(strokeWidth=7, opacity=0.25).encode(x("low"), y, alt.X2("high:Q"), color=color),
        alt.Chart(rows).mark_point(filled=True, opacity=1, size=110).encode(x("value"), y, color=color, shape=shape, tooltip=tips),
    ]  # fmt: skip
    for way, dy, tone in (("up", -18, k.label[0]), ("down", 20, k.label[1])):
        mark = alt.Chart(words.filter(pl.col("way") == way)).mark_text(
            dy=dy, fontWeight=600, color=tone
        )
        layers.append(mark.encode(x("value"), y, text=alt.Text("word:N")))
    return finish(alt.layer(*layers, height=alt.Step(70)), k)
