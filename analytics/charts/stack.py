"""What is the whole made of, over time? Areas or columns upon each other; what is apart stays apart."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish
from analytics.charts.trend import time_axis, value_axis

FEW_RINGS = 16  # more of that size would be a chain


def areas(rows: pl.DataFrame, total: pl.DataFrame, k: Look) -> Drawn:
    """Stack hours by part with the total's band on top.

    Takes period, part, value, tone (index of the categories), order, last (label or null), at (height of
    the label); `total`: period, value, low, high, apart (total plus what is estimated otherwise, or null), and where
    they are named at the end total_last, total_at, apart_last, apart_at.
    """
    both = [*total["value"].drop_nulls(), *total["high"].drop_nulls(), *total["apart"].drop_nulls()]
    top = max(both, default=1.0)
    first, last = rows.select(a=pl.col("period").min(), b=pl.col("period").max()).row(0)
    x = time_axis(first, last, k, room=0.8 if k.compact else 0.22)
    y = value_axis("hours", top)
    colors = _in_stretches(rows, total, "part").with_columns(
        piece=pl.format("{} {}", "part", "stretch"),
        fill=pl.col("tone").replace_strict(dict(enumerate(k.cat)), return_dtype=pl.String),
        ink=pl.col("tone").replace_strict(dict(enumerate(k.label)), return_dtype=pl.String),
    )
    stacked = alt.Chart(colors).mark_area(opacity=0.92, stroke=k.bg, strokeWidth=1)
    tips = [
        alt.Tooltip("period:T", title="From"),
        alt.Tooltip("part:N", title="What"),
        alt.Tooltip("value:Q", format=".1f", title="Hours"),
    ]
    named = alt.Chart(colors.filter(pl.col("last").is_not_null())).mark_text(
        align="left", dx=8, fontSize=12.5, fontWeight=600
    )
    layers = [
        # no zeros are put in where a part has no value: they would lead down to the ground across what is not known
        stacked.encode(
            x, y.impute(None), color=alt.Color("fill:N", scale=None), order=alt.Order("order:Q"), detail=alt.Detail("piece:N"), tooltip=tips
        ),
        alt.Chart(total).mark_area(color=k.ink, opacity=0.16).encode(x, value_axis("hours", top, "low"), alt.Y2("high:Q")),
        alt.Chart(total).mark_line(color=k.ink, strokeWidth=1.4).encode(x, y),
        *_apart(total, x, top, k),
        named.encode(x, value_axis("hours", top, "at"), text=alt.Text("last:N"), color=alt.Color("ink:N", scale=None)),
        *(
            alt.Chart(total.drop_nulls(f"{name}_last"))
            .mark_text(align="left", dx=8, fontSize=12.5, fontWeight=600, color=color)
            .encode(x, value_axis("hours", top, f"{name}_at"), text=alt.Text(f"{name}_last:N"))
            for name, color in (("total", k.ink), ("apart", k.label[5]))
            if f"{name}_last" in total.columns
        ),
    ]  # fmt: skip
    return finish(alt.layer(*layers, height=300), k)


def _apart(total: pl.DataFrame, x: alt.X, top: float, k: Look) -> list[Drawn]:
    """Outline what rests on assumptions, dashed and pale, above what was measured."""
    known = total.filter(pl.col("apart").is_not_null())
    if known.is_empty():
        return []
    known = _in_stretches(known, total)
    pale = alt.Chart(known).mark_area(color=k.noise, opacity=0.14)
    edge = alt.Chart(known).mark_line(color=k.noise, strokeWidth=1.4, strokeDash=[4, 3])
    return [
        pale.encode(x, value_axis("hours", top), alt.Y2("apart:Q"), detail=alt.Detail("stretch:N")),
        edge.encode(x, value_axis("hours", top, "apart"), detail=alt.Detail("stretch:N")),
    ]


def _in_stretches(rows: pl.DataFrame, total: pl.DataFrame, *parts: str) -> pl.DataFrame:
    """Return the rows with `stretch`, the day on which it begins: the same where no period is missing in between; an area over it would tell of it."""
    periods = pl.concat([rows["period"], total["period"]]).unique().sort()
    place = pl.col("period").replace_strict(periods, pl.int_range(len(periods), eager=True))
    own = pl.col("period").rank("dense")
    numbered = rows.with_columns(stretch=place - (own.over(*parts) if parts else own))
    begins = pl.col("period").min().over("stretch", *parts)
    return numbered.with_columns(stretch=begins.cast(pl.String))


def columns(rows: pl.DataFrame, k: Look) -> Drawn:
    """Stack counts a period above zero and, with a negative value, below it.

    Takes name (of the period), part, value (negative = fell silent), people (written), tone, order,
    last (label or null), at (height of the label), why (the period is left open for this reason, or null): a ring.
    """
    periods = rows["name"].unique(maintain_order=True).to_list()
    colors = rows.with_columns(
        fill=pl.col("tone").replace_strict(dict(enumerate(k.cat)), return_dtype=pl.String),
        ink=pl.col("tone").replace_strict(dict(enumerate(k.label)), return_dtype=pl.String),
    )
    spaced = [*periods, *[" " * i for i in range(1, 2 + len(periods) // (3 if k.compact else 5))]]
    shown = periods[:: max(1, -(-len(periods) // (4 if k.compact else 6)))]
    short = "slice(datum.value, 0, length(datum.value) - 5)"  # without the year
    axis = alt.Axis(labelAngle=0, labelExpr=f"indexof({shown!r}, datum.value) >= 0 ? {short} : ''")
    x = alt.X("name:O", title=None, sort=spaced, scale=alt.Scale(domain=spaced), axis=axis)
    y = alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=5, grid=True, format=",.0f"))
    tips = [
        alt.Tooltip("name:N", title="From"),
        alt.Tooltip("part:N", title="Who"),
        alt.Tooltip("people:N", title="People"),
    ]
    bars = alt.Chart(colors).mark_bar(stroke=k.bg, strokeWidth=0.5).encode(
        x, y, color=alt.Color("fill:N", scale=None), order=alt.Order("order:Q"), detail=alt.Detail("part:N"), tooltip=tips
    )  # fmt: skip
    named = alt.Chart(colors.filter(pl.col("last").is_not_null())).mark_text(
        align="left", dx=6, fontSize=12, fontWeight=600
    )
    beside = alt.X("name:O", sort=spaced, scale=alt.Scale(domain=spaced), bandPosition=1)
    words = named.encode(
        beside,
        alt.Y("at:Q", title=None),
        text=alt.Text("last:N"),
        color=alt.Color("ink:N", scale=None),
    )
    zero = (
        alt.Chart(pl.DataFrame({"z": [0]}))
        .mark_rule(color=k.muted)
        .encode(alt.Y("z:Q", title=None))
    )
    return finish(alt.layer(bars, zero, *_rings(rows, x, k), words, height=280), k)


def _rings(rows: pl.DataFrame, x: alt.X, k: Look) -> list[Drawn]:
    """Draw a ring at zero for each period that is left open."""
    left_open = rows.filter(pl.col("why").is_not_null()).with_columns(zero=pl.lit(0))
    if left_open.is_empty():
        return []
    rings = alt.Chart(left_open).mark_point(
        size=46 if left_open["name"].n_unique() <= FEW_RINGS else 10,
        filled=True,
        fill=k.bg,
        stroke=k.muted,
        strokeWidth=1.4,
        opacity=1,
    )
    tips = [alt.Tooltip("name:N", title="From"), alt.Tooltip("why:N", title="Left open")]
    return [rings.encode(x, alt.Y("zero:Q", title=None), tooltip=tips)]
