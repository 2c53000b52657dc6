"""How did it move over time? Lines with their bands, named where they end."""

from datetime import date, timedelta

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish

TEXT_LINE = 0.065  # of the height of the plot
# as Streamlit pads, and room at the right: a font that comes late is wider than was measured
PADDING = {"left": 0, "top": 0, "right": 8, "bottom": 20}
PHONE_PLOT, LETTER, NAME_GAP = 310, 6.3, 10  # px: a plot on a phone, a letter of a name, before it


def time_axis(first: date, last: date, k: Look, room: float = 0.17, field: str = "period") -> alt.X:
    """Return a month axis with room for the labels at the line ends, inside the plot."""
    end = last + (last - first) * room
    # no month is named after the data end
    label = f"datum.value > toDate('{last}') ? '' : datum.label"
    axis = alt.Axis(
        format="%b", tickCount="month", labelOverlap=True, labelSeparation=8, labelExpr=label
    )
    return alt.X(
        f"{field}:T", title=None, scale=alt.Scale(domain=[str(first), str(end)]), axis=axis
    )


def value_axis(unit: str, top: float, field: str = "value") -> alt.Y:
    """Return a y axis from zero: shares to 100 % when they come near, else to the data."""
    if unit == "share":
        axis = alt.Axis(format="%", tickCount=4, grid=True)
    else:
        expression = "datum.label + ' h'" if unit == "hours" else "datum.label"
        axis = alt.Axis(tickCount=4, grid=True, labelExpr=expression)
    scale = alt.Scale(domain=[0, _end(unit, top)], nice=False)
    return alt.Y(f"{field}:Q", title=None, scale=scale, axis=axis)


def _end(unit: str, top: float) -> float:
    if unit == "share":
        return 1.0 if top > 0.5 else top * 1.15  # noqa: PLR2004
    return top * 1.1 or 1.0


def dated(rows: pl.DataFrame, unit: str, marks: pl.DataFrame, k: Look) -> Drawn:
    """Draw `trend` with dashed rules at dates: `marks` has on, name, row (0 or 1: names stand in two rows above)."""
    layers = _lines(rows, unit, k)
    first, last = rows.select(a=pl.col("day").min(), b=pl.col("day").max()).row(0)
    x = time_axis(first, last, k, _room(rows, k), field="on")
    inside = marks.filter(pl.col("on") >= first, pl.col("on") <= last + timedelta(days=6))
    base = alt.Chart(inside)
    layers.insert(0, base.mark_rule(color=k.muted, strokeDash=[3, 3]).encode(x))
    for (row,), marks_of_row in inside.group_by("row", maintain_order=True):
        if k.compact and marks_of_row.height > 1:
            continue  # on a phone they would lie on each other; the table has them
        names = alt.Chart(marks_of_row).mark_text(
            align="left", dx=4, fontSize=11.5, color=k.muted, baseline="top"
        )
        layers.append(names.encode(x, y=alt.YValue(14 * int(row)), text=alt.Text("name:N")))
    return finish(alt.layer(*layers, height=300, padding=PADDING), k)


def trend(rows: pl.DataFrame, unit: str, k: Look) -> Drawn:
    """Draw lines over time.

    Takes day (where it stands on the axis), series, value, low, high, tone ("accent" or "noise"), last (label at the
    end, else null). Gaps in a series stay gaps.
    """
    layers = _lines(rows, unit, k)
    return finish(alt.layer(*layers, height=300, padding=PADDING), k)


def _lines(rows: pl.DataFrame, unit: str, k: Look) -> list[Drawn]:
    rows = rows.with_columns(
        color=pl.when(pl.col("tone") == "accent").then(pl.lit(k.accent)).otherwise(pl.lit(k.noise)),
        ink=pl.when(pl.col("tone") == "accent")
        .then(pl.lit(k.label[0]))
        .otherwise(pl.lit(k.label[5])),
    )
    first, last = rows.select(a=pl.col("day").min(), b=pl.col("day").max()).row(0)
    x = time_axis(first, last, k, _room(rows, k), field="day")
    top = max(value for column in ("value", "high") for value in rows[column].drop_nulls())
    y = value_axis(unit, top)
    color = alt.Color("color:N", scale=None)
    band = alt.Chart(rows).mark_area(opacity=0.22)
    line = alt.Chart(rows).mark_line(strokeWidth=2.2)
    lonely = alt.Chart(rows.filter(alone())).mark_point(filled=True, size=45, opacity=1)
    known = rows.filter(pl.col("value").is_not_null())["day"].max() or last
    ends = alt.Chart(
        apart(rows.filter(pl.col("last").is_not_null()), _end(unit, top)).with_columns(
            end=pl.lit(known)
        )
    )
    named = ends.mark_text(align="left", dx=8, fontWeight=600, fontSize=11 if k.compact else 12.5)
    return [
        band.encode(
            x,
            value_axis(unit, top, "low"),
            alt.Y2("high:Q"),
            color=color,
            detail=alt.Detail("series:N"),
        ),
        line.encode(x, y, color=color, detail=alt.Detail("series:N")),
        lonely.encode(x, y, color=color),
        named.encode(
            time_axis(first, last, k, _room(rows, k), field="end"),
            alt.Y("at:Q"),
            text=alt.Text("last:N"),
            color=alt.Color("ink:N", scale=None),
        ),
    ]


def _room(rows: pl.DataFrame, k: Look) -> float:
    """Return the room for the names of lines, as a share of the time drawn: on a phone as much as the longest takes."""
    if not k.compact:
        return 0.17
    letters = rows["last"].str.len_chars().max() or 0
    taken = NAME_GAP + LETTER * float(letters)  # type: ignore[arg-type]
    return taken / (PHONE_PLOT - taken)


def alone() -> pl.Expr:
    """Say of a value whether it has none before and after it in its series: no line goes through it."""
    near = (pl.col("value").shift(step).over("series", order_by="day") for step in (1, -1))
    return pl.col("value").is_not_null() & pl.all_horizontal(one.is_null() for one in near)


def apart(ends: pl.DataFrame, top: float) -> pl.DataFrame:
    """Return the line ends with `at`, where their names stand: a line of text apart, in the order of the values.

    `top` is the end of the scale.
    """
    ends = ends.sort("value")
    at: list[float] = []
    for value in ends["value"]:
        at.append(max(value, at[-1] + TEXT_LINE * top) if at else value)
    return ends.with_columns(at=pl.Series(at, dtype=pl.Float64))
