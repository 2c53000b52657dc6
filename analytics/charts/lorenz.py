"""Do a few do most of it? The share of acts against the share of people, from the quietest on."""

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look, finish


def lorenz(rows: pl.DataFrame, busiest: float | None, text: str, k: Look) -> Drawn:
    """Draw people, acts (both shares from 0 to 1, in order) against the even line, and the busiest tenth.

    `busiest` is the share of the busiest tenth, named by `text`; null = not shown.
    """

    def axis(field: str, title: str | None) -> dict[str, object]:
        ruler = alt.Axis(format="%", values=[0, 0.5, 1], grid=field == "acts", labelFlush=True)
        return {
            "shorthand": f"{field}:Q",
            "title": title,
            "scale": alt.Scale(domain=[0, 1], nice=False),
            "axis": ruler,
        }

    x = alt.X(**axis("people", "people, from the quietest"))  # type: ignore[arg-type]
    y = alt.Y(**axis("acts", None))  # type: ignore[arg-type]
    even = alt.Chart(pl.DataFrame({"people": [0.0, 1.0], "acts": [0.0, 1.0]}))
    base = alt.Chart(rows)
    layers = [
        even.mark_line(color=k.noise, strokeDash=[4, 3], strokeWidth=1.4).encode(x, y),
        base.mark_area(color=k.accent, opacity=0.12).encode(x, y),
        base.mark_line(color=k.accent, strokeWidth=2).encode(x, y),
    ]
    if busiest is not None:
        at = alt.Chart(pl.DataFrame({"people": [0.9], "acts": [1 - busiest], "text": [text]}))
        layers += [
            at.mark_point(filled=True, size=80, color=k.accent, opacity=1).encode(x, y),
            # its outline in the ground's colour, so that the even line does not run through it
            at.mark_text(align="right", dx=-10, fontWeight=600, color=k.bg, stroke=k.bg, strokeWidth=5, aria=False).encode(x, y, text=alt.Text("text:N")),
            at.mark_text(align="right", dx=-10, fontWeight=600).encode(x, y, text=alt.Text("text:N")),
        ]  # fmt: skip
    return finish(alt.layer(*layers, height=230), k)
