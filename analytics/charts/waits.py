"""How long does one wait? The share answered by elapsed working time, one line each, named where they end."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish
from analytics.charts.trend import apart

ROOM, PHONE_ROOM = 0.42, 0.6  # of the width, for the names at the ends
LEFT = 0.2  # of a step, so that the first edge does not stand under the axis


def waits(rows: pl.DataFrame, edges: list[str], k: Look) -> Drawn:
    """Draw series, at (place of the edge, from 0), value, low, high (shares), text, tone ("accent" or "noise"), last (label at the end, else null)."""
    rows = rows.with_columns(
        color=pl.when(pl.col("tone") == "accent").then(pl.lit(k.accent)).otherwise(pl.lit(k.noise)),
        ink=pl.when(pl.col("tone") == "accent")
        .then(pl.lit(k.label[0]))
        .otherwise(pl.lit(k.label[5])),
        edge=pl.col("at").replace_strict(dict(enumerate(edges)), return_dtype=pl.String),
    )
    last = len(edges) - 1
    scale = alt.Scale(domain=[-LEFT, last * (1 + (PHONE_ROOM if k.compact else ROOM))], nice=False)
    axis = alt.Axis(
        values=list(range(len(edges))), labelExpr=f"{edges}[datum.value]", labelOverlap=True
    )

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=None, scale=scale, axis=axis)

    def y(field: str) -> alt.Y:
        share = alt.Axis(format="%", tickCount=4, grid=True)
        return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(domain=[0, 1], nice=False), axis=share)  # fmt: skip

    color = alt.Color("color:N", scale=None)
    tips = [
        alt.Tooltip("series:N", title="Of"), alt.Tooltip("edge:N", title="Within"), alt.Tooltip("text:N", title="Answered"),
    ]  # fmt: skip
    base = alt.Chart(rows)
    ends = apart(rows.filter(pl.col("last").is_not_null()), 1.0)  # `at` is a height there
    ends = ends.rename({"at": "height"}).with_columns(end=pl.lit(last))
    named = alt.Chart(ends).mark_text(
        align="left", dx=8, fontWeight=600, fontSize=11 if k.compact else 12.5
    )
    layers = [
        base.transform_filter("datum.tone === 'accent'")
        .mark_area(opacity=0.18)
        .encode(x("at"), y("low"), alt.Y2("high:Q"), color=color, detail=alt.Detail("series:N")),
        base.mark_line(strokeWidth=2.2).encode(
            x("at"), y("value"), color=color, detail=alt.Detail("series:N")
        ),
        base.mark_point(filled=True, size=40, opacity=1).encode(
            x("at"), y("value"), color=color, tooltip=tips
        ),
        named.encode(
            x("end"), y("height"), text=alt.Text("last:N"), color=alt.Color("ink:N", scale=None)
        ),
    ]
    return finish(alt.layer(*layers, height=280), k)
