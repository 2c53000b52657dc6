"""How much of each? Plain bars with the figure written behind them."""

from collections.abc import Collection

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, either, finish


def toned(rows: pl.DataFrame, found: Collection[str] = ()) -> pl.DataFrame:
    """Return the rows of shape.rows_named as `bars` draws them: keys in `found`, the finding, in the accent, others grey."""
    tone = (
        pl.when(pl.col("key").is_in(list(found))).then(pl.lit("accent")).otherwise(pl.lit("noise"))
    )
    return rows.with_columns(tone=tone).drop("key", "is_ours")


def bars(rows: pl.DataFrame, k: Look) -> Drawn:
    """Draw name, value, low, high (null = no interval), text, tone ("accent", "noise" or "outline")."""
    order = rows["name"].to_list()
    y = alt.Y(
        "name:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelColor=k.ink, labelLimit=150 if k.compact else 230),
    )
    top = max([*rows["value"].drop_nulls(), *rows["high"].drop_nulls()], default=1.0)
    scale = alt.Scale(domain=[0, top * 1.4], nice=False)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=scale)

    solid = rows.filter(pl.col("tone") != "outline")
    dashed = rows.filter(pl.col("tone") == "outline")
    tone = either("datum.tone === 'accent'", k.accent, k.noise)
    outline = alt.Chart(dashed).mark_bar(
        height=16, fill=k.band, stroke=k.noise, strokeDash=[4, 3], strokeWidth=1.4
    )
    known = rows.filter(pl.col("low").is_not_null())
    ends = rows.with_columns(end=pl.max_horizontal("value", "high"))
    return finish(
        alt.layer(
            alt.Chart(solid).mark_bar(height=16).encode(x("value"), y, color=tone),
            outline.encode(x("value"), y),
            alt.Chart(known)
            .mark_rule(color=k.ink, strokeWidth=1.5)
            .encode(x("low"), y, alt.X2("high:Q")),
            alt.Chart(ends)
            .mark_text(align="left", dx=8, fontWeight=600)
            .encode(x("end"), y, text=alt.Text("text:N")),
            height=alt.Step(30),
        ),
        k,
    )


def covered(rows: pl.DataFrame, k: Look) -> Drawn:
    """Draw how much of the staff each tool's export shows: tool, share (null = not imported), text."""
    order = rows["tool"].to_list()
    y = alt.Y("tool:N", sort=order, title=None, axis=alt.Axis(labelColor=k.ink, labelLimit=150))
    scale = alt.Scale(domain=[0, 1.65], nice=False)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=scale)

    base = alt.Chart(rows).transform_calculate(one="1", at="1.04")
    return finish(
        alt.layer(
            base.mark_bar(height=9, color=k.band).encode(x("one"), y),
            alt.Chart(rows.filter(pl.col("share").is_not_null()))
            .mark_bar(height=9, color=k.accent, cornerRadiusEnd=2)
            .encode(x("share"), y),
            base.mark_text(align="left", color=k.muted).encode(x("at"), y, text=alt.Text("text:N")),
            height=alt.Step(29),
        ),
        k,
    )
