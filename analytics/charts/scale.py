"""Where does one figure lie between two extremes? A ruler with a band, when only a range is known."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish


def ruler(low: float, high: float, text: str, ends: tuple[str, str], k: Look) -> Drawn:
    """Draw the band low–high between 0 and 1, with a word at each end of the ruler."""
    scale = alt.Scale(domain=[0, 1], nice=False)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=None)

    rows = alt.Chart(
        pl.DataFrame({"low": [low], "high": [high], "zero": [0.0], "one": [1.0], "mid": [(low + high) / 2],
                      "text": [text], "left": [ends[0]], "right": [ends[1]]})
    )  # fmt: skip
    y, under = alt.value(46), alt.value(76)
    return finish(
        alt.layer(
            rows.mark_rule(strokeWidth=14, color=k.band).encode(x("zero"), alt.X2("one:Q"), y=y),
            rows.mark_rule(strokeWidth=14, color=k.accent).encode(x("low"), alt.X2("high:Q"), y=y),
            rows.mark_text(fontWeight=600, fontSize=13, color=k.label[0]).encode(x("mid"), y=alt.value(20), text="text:N"),
            rows.mark_text(align="left", color=k.muted).encode(x("zero"), y=under, text="left:N"),
            rows.mark_text(align="right", color=k.muted).encode(x("one"), y=under, text="right:N"),
        ).properties(height=96),
        k,
    )  # fmt: skip
