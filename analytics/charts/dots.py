"""Several figures on one scale: dots with their intervals, one a row."""

from typing import Literal

import altair as alt
import polars as pl

from analytics.charts.numbers import change
from analytics.charts.rows import names_above
from analytics.charts.theme import Drawn, Look, either, finish

Scale = Literal["share", "log"]
# the right end of a scale of shares: room for what is written right of a dot, more of it where a dot lies far right
ROOM, WIDE_ROOM, NEAR_ALL = 1.12, 1.25, 0.9


def dots(rows: pl.DataFrame, scale: Scale, k: Look, reference: float | None = None) -> Drawn:
    """Draw name, value, low, high, text (written), is_ours (accent, else grey).

    `log` is a logarithmic scale, `share` runs from 0 to 100 %.
    """
    order = rows["name"].to_list()
    axis = None if k.compact else alt.Axis(labelColor=k.ink, labelLimit=230)
    y = alt.Y("name:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=axis)
    ruler = _ruler(rows, scale)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=None, scale=ruler, axis=_axis(scale))

    tone = either("datum.is_ours", k.accent, k.noise)
    ink = either("datum.is_ours", k.label[0], k.muted)
    tips = [alt.Tooltip("name:N", title=" "), alt.Tooltip("text:N", title="Figure")]
    known = rows.filter(pl.col("low").is_not_null())
    layers = [
        alt.Chart(known).mark_rule(strokeWidth=3, opacity=0.6).encode(x("low"), y, alt.X2("high:Q"), color=tone),
        alt.Chart(rows).mark_point(filled=True, size=100, opacity=1).encode(x("value"), y, color=tone, tooltip=tips),
        alt.Chart(rows.with_columns(end=pl.coalesce("high", "value")))
        .mark_text(align="left", dx=9, fontWeight=600)
        .encode(x("end"), y, text=alt.Text("text:N"), color=ink),
    ]  # fmt: skip
    if reference is not None:
        at = pl.DataFrame({"at": [reference]})
        layers.insert(0, alt.Chart(at).mark_rule(color=k.muted).encode(x("at")))
    if k.compact:
        layers.append(names_above(rows, "name", y, k, dy=-16))
    return finish(alt.layer(*layers, height=alt.Step(46 if k.compact else 30)), k)


def _ruler(rows: pl.DataFrame, scale: Scale) -> alt.Scale:
    if scale == "share":
        ends = [v for c in ("value", "high") for v in rows[c].drop_nulls()]
        return alt.Scale(
            domain=[0, ROOM if max(ends, default=0) < NEAR_ALL else WIDE_ROOM], nice=False
        )
    values = [v for c in ("value", "low", "high") for v in rows[c].drop_nulls() if v > 0] or [1.0]
    return alt.Scale(type="log", domain=[min(values) * 0.7, max(values) * 2.2], nice=False)


def _axis(scale: Scale) -> alt.Axis:
    if scale == "share":
        return alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], orient="top", grid=True)
    steps = [m * 10**e for e in range(-3, 4) for m in (1, 2, 5)]
    return alt.Axis(
        values=steps, format="~g", orient="top", grid=True, labelOverlap=True, labelSeparation=12
    )


def difference(
    value: float, low: float | None, high: float | None, ends: tuple[str, str], k: Look
) -> Drawn:
    """Draw one difference around zero with a word at each side; filled only when its interval leaves out zero."""
    reach = max(abs(v) for v in (value, low or 0.0, high or 0.0)) * 1.6 or 1.0
    ruler = alt.Scale(domain=[-reach, reach], nice=False)
    is_clear = low is not None and high is not None and (low > 0 or high < 0)
    rows = alt.Chart(
        pl.DataFrame({"value": [value], "low": [low], "high": [high], "zero": [0.0], "a": [-reach], "b": [reach],
                      "less": [ends[0]], "more": [ends[1]], "text": [change(value, "difference")]})
    )  # fmt: skip

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=ruler, axis=None)

    y, under = alt.YValue(44), alt.YValue(84)
    tone = k.accent if is_clear else k.noise
    return finish(
        alt.layer(
            rows.mark_rule(color=k.band, strokeWidth=14).encode(x("a"), alt.X2("b:Q"), y=y),
            rows.mark_rule(color=k.muted).encode(x("zero"), y=alt.YValue(30), y2=alt.Y2Value(58)),
            rows.mark_rule(color=tone, strokeWidth=2.5).encode(x("low"), alt.X2("high:Q"), y=y),
            rows.mark_point(filled=True, size=120, fill=tone if is_clear else k.bg, stroke=tone, strokeWidth=2, opacity=1).encode(x("value"), y=y),
            rows.mark_text(fontWeight=600, dy=-26).encode(x("value"), y=y, text=alt.Text("text:N")),
            rows.mark_text(align="left", color=k.muted).encode(x("a"), y=under, text=alt.Text("less:N")),
            rows.mark_text(align="right", color=k.muted).encode(x("b"), y=under, text=alt.Text("more:N")),
            height=100,
        ),
        k,
    )  # fmt: skip
