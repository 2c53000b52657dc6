"""When in the week? One cell an hour of a weekday, darker for more; the working week is left blank on purpose."""

from typing import Any

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish

WIDE, SMALL = 24, 20  # px: height of a weekday
TICKS = list(range(0, 24, 3))


def week(rows: pl.DataFrame, order: list[str], k: Look) -> Drawn:
    """Draw day, at (hour), value (null = kept back), text, tip and is_inside (in working hours); `order` names the days."""
    x = alt.X(
        "at:O",
        title=None,
        scale=alt.Scale(domain=list(range(24)), paddingInner=0.06),
        axis=alt.Axis(orient="top", values=TICKS, labelAngle=0),
    )
    y = alt.Y(
        "day:N", title=None, sort=order, scale=alt.Scale(domain=order, paddingInner=0.1),
        axis=alt.Axis(labelColor=k.ink),
    )  # fmt: skip
    tips = [alt.Tooltip("tip:N", title="When"), alt.Tooltip("text:N", title="Acts")]
    shade = alt.Color("value:Q", legend=None, scale=alt.Scale(range=list(k.seq), zero=True))
    outside, inside = rows.filter(~pl.col("is_inside")), rows.filter("is_inside")
    kept_back = alt.Chart(outside.filter(pl.col("value").is_null()))
    layers = [
        # one plain block, without the lines between its cells
        alt.Chart(inside)
        .mark_rect(color=k.band, stroke=k.band, strokeWidth=2)
        .encode(x, y, tooltip=tips),
        alt.Chart(outside.filter(pl.col("value").is_not_null()))
        .mark_rect(cornerRadius=2)
        .encode(x, y, shade, tooltip=tips),
        kept_back.mark_rect(fillOpacity=0, stroke=k.hidden, strokeDash=[2, 2]).encode(
            x, y, tooltip=tips
        ),
    ]
    if inside.height:
        middle = inside.filter(
            day=_middle(inside["day"], order), at=_middle(inside["at"], list(range(24)))
        )
        named = alt.Chart(middle).mark_text(fontSize=11.5, color=k.muted)
        layers.append(named.encode(x, y, text=alt.TextValue("working hours")))
    step = SMALL if k.compact else WIDE
    return finish(alt.layer(*layers, height=alt.Step(step)), k)


def _middle(held: pl.Series, order: list[Any]) -> Any:  # noqa: ANN401
    """Return the one in the middle of those held, in this order."""
    known = [one for one in order if one in set(held)]
    return known[len(known) // 2]
