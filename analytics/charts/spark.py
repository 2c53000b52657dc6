"""What was the course of this figure? A line small enough for a card, with its band."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish


def _x(rows: pl.DataFrame) -> alt.X:
    return alt.X("period:T", axis=None, scale=alt.Scale(nice=False))


def _scale(*frames: pl.DataFrame) -> alt.Scale:
    ends = [frame[column].drop_nulls() for frame in frames for column in ("low", "high", "value")]
    values = [value for column in ends for value in column]
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    return alt.Scale(domain=[low - room, high + room], zero=False, nice=False)


def _line(rows: pl.DataFrame, color: str, scale: alt.Scale) -> Drawn:
    x = _x(rows)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=None, scale=scale)

    band = (
        alt.Chart(rows).mark_area(opacity=0.22, color=color).encode(x, y("low"), alt.Y2("high:Q"))
    )
    line = alt.Chart(rows).mark_line(color=color, strokeWidth=2).encode(x, y("value"))
    return band + line


def sparkline(rows: pl.DataFrame, k: Look) -> Drawn:
    """Draw period, value, low, high (nulls leave gaps) with a dot at the end."""
    shown = rows.filter(pl.col("value").is_not_null())
    scale = _scale(rows)
    dot = alt.Chart(shown.tail(1)).mark_point(filled=True, size=46, opacity=1, color=k.accent)
    end = dot.encode(_x(rows), alt.Y("value:Q", axis=None, scale=scale))
    return finish(alt.layer(_line(rows, k.accent, scale), end, height=54, padding=0), k)


def against_company(rows: pl.DataFrame, company: pl.DataFrame, apart: bool, k: Look) -> Drawn:
    """Draw one group's course over the company's, dashed; grey unless the group stands apart."""
    scale = _scale(rows, company)
    dashed = alt.Chart(company).mark_line(color=k.ink, strokeWidth=1, strokeDash=[3, 2])
    other = dashed.encode(_x(company), alt.Y("value:Q", axis=None, scale=scale))
    own = _line(rows, k.accent if apart else k.noise, scale)
    return finish(alt.layer(own, other, height=70, padding=0), k)
