"""Who writes to whom, against chance? One cell a pair of groups, white at 1×."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, either, finish


def matrix(rows: pl.DataFrame, order: list[str], k: Look) -> Drawn:
    """Draw source, target, ratio (observed / expected; null = not shown), text. The row writes to the column."""
    top = alt.Axis(
        orient="top", labelAngle=0, labelLimit=70 if k.compact else 110, labelFontSize=11.5
    )
    x = alt.X("target:N", sort=order, scale=alt.Scale(domain=order), title="to", axis=top)
    y = alt.Y(
        "source:N",
        sort=order,
        scale=alt.Scale(domain=order),
        title=None,
        axis=alt.Axis(labelColor=k.ink, labelLimit=110 if k.compact else 170),
    )
    seen = rows.filter(pl.col("ratio").is_not_null())
    logged = seen.with_columns(log=pl.col("ratio").clip(1e-3).log(2).clip(-2, 2))
    scale = alt.Scale(domain=[-2, -1, 0, 1, 2], range=list(k.div), interpolate="rgb")
    base = alt.Chart(logged)
    cells = base.mark_rect(stroke=k.bg, strokeWidth=2, cornerRadius=3)
    tips = [
        alt.Tooltip("source:N", title="From"),
        alt.Tooltip("target:N", title="To"),
        alt.Tooltip("text:N", title="Against chance"),
    ]
    tone = either(f"abs(datum.log) > {k.turn[1]}", k.bg, k.ink)
    hidden = alt.Chart(rows.filter(pl.col("ratio").is_null())).mark_rect(
        fillOpacity=0, stroke=k.hidden, strokeDash=[2, 3]
    )
    step = 74 if len(order) <= 5 else 44  # noqa: PLR2004
    return finish(
        alt.layer(
            cells.encode(x, y, alt.Color("log:Q", legend=None, scale=scale), tooltip=tips),
            base.mark_text(fontSize=12.5).encode(x, y, text=alt.Text("text:N"), color=tone),
            hidden.encode(x, y),
            height=alt.Step(step),
        ),
        k,
    )  # fmt: skip
