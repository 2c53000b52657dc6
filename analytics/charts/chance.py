"""Where do all groups lie when none stands apart? The band of chance and every group in it, without an order to read."""

import altair as alt
import polars as pl

from analytics.charts.compare import axis_of, scale_of
from analytics.charts.theme import Drawn, Look, finish

HEIGHT = 250
ROOM = 1.5  # above the largest and below the smallest group, as a factor


def chance(rows: pl.DataFrame, company: float, company_text: str, unit: str, k: Look) -> Drawn:
    """Draw each group at its size, the pale bar of chance behind it; names are left out, for they would make a ranking.

    Takes the rows of `compare`: block, n, value, chance_low, chance_high, text, interval, people.
    """
    shown = rows.filter(pl.col("block") != "hidden", pl.col("chance_low").is_not_null())
    sizes = shown["n"]
    low, high = float(sizes.min() or 1), float(sizes.max() or 1)  # type: ignore[arg-type]
    middle = int(sizes.quantile(0.5, "nearest") or 1)
    size = alt.Y(
        "n:Q",
        title="People in the group",
        scale=alt.Scale(type="log", domain=[low / ROOM, high * ROOM], nice=False),
        axis=alt.Axis(
            values=sorted({int(low), middle, int(high)}),
            format=",",
            labelOverlap=True,
            labelSeparation=6,
        ),
    )
    scale, axis = scale_of(shown, company), axis_of(unit)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, title=None, axis=axis)

    tips = [
        alt.Tooltip("people:N", title="A group of"),
        alt.Tooltip("text:N", title="Estimate"),
        alt.Tooltip("interval:N", title="95% interval"),
    ]
    band = alt.Chart(shown).mark_rule(strokeWidth=18, strokeCap="round", color=k.band)
    dots = alt.Chart(shown).mark_point(
        filled=True, size=95, fill=k.bg, stroke=k.noise, strokeWidth=2, opacity=1
    )
    at = alt.Chart(pl.DataFrame({"at": [company], "text": [company_text]}))
    name = at.mark_text(fontWeight=600, baseline="top", align="left", dx=5, color=k.ink)
    layers = [
        band.encode(x("chance_low"), size, alt.X2("chance_high:Q")),
        at.mark_rule(color=k.muted).encode(x("at")),
        name.encode(x("at"), y=alt.YValue(4), text=alt.Text("text:N")),
        dots.encode(x("value"), size, tooltip=tips),
    ]
    return finish(alt.layer(*layers, height=HEIGHT), k)
