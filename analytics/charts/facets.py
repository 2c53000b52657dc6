"""Flatter or steeper? The change of every measure with its interval, by facet."""

from dataclasses import replace

import altair as alt
import polars as pl

from analytics.charts.rows import heads_above, names_above, row_axis
from analytics.charts.theme import Drawn, Look, X, either, finish

WORDS_AT = 1.06  # where the written values begin, in units of the plot's right end


def facets(rows: pl.DataFrame, k: Look) -> Drawn:
    """Draw the changes.

    Takes facet, measure, value, low, high (in units of the smallest change worth showing, turned so that
    a positive one loosens the hierarchy), is_clear, text ("0.43 → 0.51"); in order. Null values are
    measures without a change to show: they carry their reason as text and a dotted line.
    """
    order: list[str] = []
    heads = [name.upper() for name in rows["facet"].unique(maintain_order=True)]
    for facet in rows["facet"].unique(maintain_order=True):
        order += [facet.upper(), *rows.filter(pl.col("facet") == facet)["measure"]]
    y = row_axis("measure", order, heads, k)
    reach = _reach(rows)
    scale = alt.Scale(domain=[-reach, reach if k.compact else reach * 1.75], nice=False)
    axis = alt.Axis(values=[0], orient="top", labelExpr="'no change'")

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, title=None, axis=axis)

    known = rows.filter(pl.col("value").is_not_null())
    layers = [*_ground(reach, x, k), *_marks(known, x, y, k), *_missing(rows, reach, x, y, k)]
    if k.compact:
        layers += [
            names_above(rows, "measure", y, replace(k, bg="transparent"), dy=-16),
            heads_above(heads, "measure", y, k),
        ]
    else:
        layers.append(_texts(rows, reach, x, y, k))
    return finish(alt.layer(*layers, height=alt.Step(48 if k.compact else 29)), k)


def _reach(rows: pl.DataFrame) -> float:
    ends = [abs(v) for c in ("value", "low", "high") for v in rows[c].drop_nulls()]
    return max([*ends, 1.2]) * 1.1


def _ground(reach: float, x: X, k: Look) -> list[Drawn]:
    halves = pl.DataFrame({"a": [-reach, 0.0], "b": [0.0, reach], "tone": [k.less, k.more]})
    ends = pl.DataFrame({"at": [-reach, reach], "text": ["← steeper", "flatter →"]})
    ground = alt.Chart(halves).mark_rect(opacity=0.5)
    worth = alt.Chart(pl.DataFrame({"z": [-1.0, 1.0]})).mark_rule(color=k.rule, strokeDash=[3, 3])
    left = alt.Chart(ends.head(1)).mark_text(align="left", dx=6, fontWeight=600, color=k.label[1])
    right = alt.Chart(ends.tail(1)).mark_text(
        align="right", dx=-6, fontWeight=600, color=k.label[0]
    )
    return [
        ground.encode(x("a"), alt.X2("b:Q"), color=alt.Color("tone:N", scale=None)),
        worth.encode(x("z")),
        alt.Chart(pl.DataFrame({"z": [0.0]})).mark_rule(color=k.muted).encode(x("z")),
        left.encode(x("at"), y=alt.YValue(12), text=alt.Text("text:N")),
        right.encode(x("at"), y=alt.YValue(12), text=alt.Text("text:N")),
    ]


def _marks(known: pl.DataFrame, x: X, y: alt.Y, k: Look) -> list[Drawn]:
    tone = either("datum.is_clear", k.accent, k.noise)
    tips = [alt.Tooltip("measure:N", title="Measure"), alt.Tooltip("text:N", title="Before → now")]
    hollow = alt.Chart(known.filter(~pl.col("is_clear"))).mark_point(
        filled=True, size=95, fill=k.bg, stroke=k.noise, strokeWidth=2, opacity=1
    )
    full = alt.Chart(known.filter("is_clear")).mark_point(
        filled=True, size=130, color=k.accent, opacity=1
    )
    return [
        alt.Chart(known)
        .mark_rule(strokeWidth=2.5)
        .encode(x("low"), y, alt.X2("high:Q"), color=tone),
        hollow.encode(x("value"), y, tooltip=tips),
        full.encode(x("value"), y, tooltip=tips),
    ]


def _missing(rows: pl.DataFrame, reach: float, x: X, y: alt.Y, k: Look) -> list[Drawn]:
    unknown = rows.filter(pl.col("value").is_null())
    if unknown.is_empty():
        return []
    ends = unknown.with_columns(a=pl.lit(-reach * 0.96), b=pl.lit(reach * 0.96))
    line = alt.Chart(ends).mark_rule(strokeDash=[2, 4], color=k.hidden, strokeWidth=1.5)
    return [line.encode(x("a"), y, alt.X2("b:Q"))]


def _texts(rows: pl.DataFrame, reach: float, x: X, y: alt.Y, k: Look) -> Drawn:
    at = rows.with_columns(at=pl.lit(reach * WORDS_AT))
    tone = either("datum.is_clear", k.ink, k.muted)
    return (
        alt.Chart(at)
        .mark_text(align="left", fontSize=12.5)
        .encode(x("at"), y, text=alt.Text("text:N"), color=tone)
    )
