"""Row axes that comparisons share: heads as rows of their own, and names above rows on a phone."""

from typing import Any, Literal

import altair as alt
import polars as pl

from analytics.charts.theme import Drawn, Look
from analytics.charts.words import SIZE

LABEL_PIXELS = 240


def row_axis(field: str, order: list[str], heads: list[str], k: Look) -> alt.Y:
    """Return a y axis of names whose group heads are small and grey; on a phone no axis at all."""
    if k.compact:
        axis: alt.Axis | None = None
    else:
        is_head = f"indexof({heads!r}, datum.value) >= 0"

        def by_head(yes: Any, no: Any) -> dict[str, Any]:  # noqa: ANN401  # colours and sizes alike
            return {"condition": {"test": is_head, "value": yes}, "value": no}

        axis = alt.Axis(
            labelColor=by_head(k.muted, k.ink),
            labelFontSize=by_head(10.5, 13),
            labelFontWeight=by_head(600, 400),
            labelLimit=LABEL_PIXELS,
            labelExpr=f"replace(datum.label, regexp({SIZE.pattern!r}), '')",
        )
    return alt.Y(f"{field}:N", title=None, sort=order, scale=alt.Scale(domain=order), axis=axis)


def names_above(
    rows: pl.DataFrame, field: str, y: alt.Y, k: Look, right: str | None = None, dy: int = -17
) -> Drawn:
    """Write row names over their rows, for phones: a side axis leaves no room for the plot."""
    rows = rows.with_columns(row_name=pl.col(field).str.replace(SIZE.pattern, ""))

    def written(side: Literal["left", "right"], at: object, name: str, **style: Any) -> alt.Chart:  # noqa: ANN401
        marks = alt.Chart(rows).mark_text(align=side, baseline="middle", dy=dy, **style)
        return marks.encode(x=alt.XValue(at), y=y, text=alt.Text(f"{name}:N"))

    # behind a name its outline in the ground's colour, so that no line runs through it
    halo = {"color": k.bg, "stroke": k.bg, "strokeWidth": 4, "strokeJoin": "round", "aria": False}
    layers = [written("left", 0, "row_name", fontSize=13, **halo), written("left", 0, "row_name", fontSize=13, color=k.ink)]  # fmt: skip
    if right:
        layers += [written("right", "width", right, **halo), written("right", "width", right, color=k.muted)]  # fmt: skip
    return alt.layer(*layers)


def heads_above(heads: list[str], field: str, y: alt.Y, k: Look) -> alt.Chart:
    """Write group heads in their rows, for phones."""
    rows = pl.DataFrame({field: heads})
    style: dict[str, Any] = {
        "align": "left",
        "fontSize": 10.5,
        "fontWeight": 600,
        "color": k.muted,
        "dy": 6,
    }
    return (
        alt.Chart(rows).mark_text(**style).encode(x=alt.XValue(0), y=y, text=alt.Text(f"{field}:N"))
    )
