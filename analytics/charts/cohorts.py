"""Who is still there, some time after starting? One row a cohort, one column a step later."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, either, finish


def cohorts(rows: pl.DataFrame, k: Look) -> Drawn:
    """Draw cohort (name, in order), later (0, 1, 2 …), value (null = not shown), text, people (written)."""
    x = alt.X(
        "later:O",
        title="weeks after the first one",
        axis=alt.Axis(labelAngle=0, labelOverlap=False),
    )
    order = rows["cohort"].unique(maintain_order=True).to_list()
    y = alt.Y("cohort:N", title=None, sort=order, axis=alt.Axis(labelColor=k.ink))
    seen = rows.filter(pl.col("value").is_not_null())
    hidden = rows.filter(pl.col("value").is_null())
    scale = alt.Scale(domain=[0, 1], range=list(k.seq), interpolate="rgb")
    tips = [
        alt.Tooltip("cohort:N", title="Started"),
        alt.Tooltip("later:O", title="Weeks after"),
        alt.Tooltip("text:N", title="Still there"),
        alt.Tooltip("people:N", title="Started with"),
    ]
    cells = alt.Chart(seen).mark_rect(stroke=k.bg, strokeWidth=2, cornerRadius=2)
    tone = either(f"datum.value > {k.turn[0]}", k.bg, k.ink)
    layers = [cells.encode(x, y, alt.Color("value:Q", legend=None, scale=scale), tooltip=tips)]
    if rows["later"].n_unique() <= (7 if k.compact else 14):  # figures fit into the cells
        layers.append(
            alt.Chart(seen).mark_text(fontSize=11).encode(x, y, text=alt.Text("text:N"), color=tone)
        )
    dashed = alt.Chart(hidden).mark_rect(fillOpacity=0, stroke=k.hidden, strokeDash=[2, 3])
    layers.append(dashed.encode(x, y))
    step = 30 if len(order) <= 14 else 20  # noqa: PLR2004
    return finish(alt.layer(*layers, height=alt.Step(step)), k)
