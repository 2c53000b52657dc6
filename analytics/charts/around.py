"""What moves a result, and on which side of zero does it lie? Bars around a line."""

import altair as alt
import polars as pl

from analytics.charts.rows import names_above
from analytics.charts.theme import Drawn, Look, either, finish

LEFT, RIGHT = 0.42, 0.42  # of the width of the bars: room for the figures written beside them


def tornado(rows: pl.DataFrame, likely: float, k: Look) -> Drawn:
    """Draw name, at_low, at_high, low_text, high_text: how far each input alone moves a result away from `likely`."""
    order = rows["name"].to_list()
    y = _names(order, k)
    ends = [*rows["at_low"], *rows["at_high"], likely]
    scale = _ruler(min(ends), max(ends))

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=scale)

    placed = rows.with_columns(
        likely=pl.lit(likely),
        left=pl.min_horizontal("at_low", "at_high"),
        right=pl.max_horizontal("at_low", "at_high"),
        left_text=pl.when(pl.col("at_low") <= pl.col("at_high")).then("low_text").otherwise("high_text"),
        right_text=pl.when(pl.col("at_low") <= pl.col("at_high")).then("high_text").otherwise("low_text"),
    )  # fmt: skip
    base = alt.Chart(placed)
    layers = [
        base.mark_bar(height=14, color=k.cat[3]).encode(x("left"), y, alt.X2("likely:Q")),
        base.mark_bar(height=14, color=k.cat[1]).encode(x("likely"), y, alt.X2("right:Q")),
        base.mark_text(align="right", dx=-6, color=k.muted).encode(x("left"), y, text=alt.Text("left_text:N")),
        base.mark_text(align="left", dx=6, color=k.muted).encode(x("right"), y, text=alt.Text("right_text:N")),
        alt.Chart(placed.head(1)).mark_rule(color=k.ink).encode(x("likely")),
    ]  # fmt: skip
    if k.compact:
        layers.append(names_above(rows, "name", y, k, dy=-17))
    return finish(alt.layer(*layers, height=alt.Step(42 if k.compact else 28)), k)


def around_zero(rows: pl.DataFrame, k: Look) -> Drawn:
    """Draw name, at_low, likely, at_high, text, is_result: what is given back lies left of zero, what is taken right of it."""
    order = rows["name"].to_list()
    y = _names(order, k)
    scale = _ruler(min([*rows["at_low"], 0.0]), max([*rows["at_high"], 0.0]), left=0.06)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=scale)

    tone = either("datum.is_result", k.accent, k.noise)
    base = alt.Chart(rows)
    layers = [
        alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color=k.rule if k.compact else k.muted).encode(x("zero")),
        base.mark_rule(strokeWidth=3, opacity=0.6).encode(x("at_low"), y, alt.X2("at_high:Q"), color=tone),
        base.mark_point(filled=True, size=100, opacity=1).encode(x("likely"), y, color=tone),
        base.mark_text(align="left", dx=9, fontWeight=600).encode(x("at_high"), y, text=alt.Text("text:N")),
    ]  # fmt: skip
    if k.compact:
        layers.append(names_above(rows, "name", y, k, dy=-16))
    return finish(alt.layer(*layers, height=alt.Step(46 if k.compact else 30)), k)


def _names(order: list[str], k: Look) -> alt.Y:
    axis = None if k.compact else alt.Axis(labelColor=k.ink, labelLimit=190)
    return alt.Y("name:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=axis)


def _ruler(low: float, high: float, left: float = LEFT) -> alt.Scale:
    width = high - low or 1.0
    return alt.Scale(domain=[low - left * width, high + RIGHT * width], nice=False, zero=False)
