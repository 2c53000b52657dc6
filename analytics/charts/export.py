"""A chart as a file: the same picture with its finding, measure and source, as PNG or SVG."""

import json
import textwrap
from functools import cache
from pathlib import Path
from typing import Literal

import altair as alt
import polars as pl

from analytics.charts.theme import LIGHT, SERIF, Drawn, Look, bare, finish

FONTS = Path(__file__).resolve().parents[2] / "data" / "fonts"
WIDTH = 720
SCALE = 2  # sharp on slides


def poster(chart: Drawn, finding: str, measure: str, source: str, k: Look = LIGHT) -> Drawn:
    """Return the chart with page text as title, subtitle and foot, on paper instead of nothing."""
    lines = textwrap.wrap(source, 110) or [""]
    foot = pl.DataFrame({"text": lines, "row": list(range(len(lines)))})
    written = alt.Chart(foot).mark_text(align="left", fontSize=11, color=k.muted)
    y = alt.Y("row:O", axis=None)
    under = written.encode(x=alt.XValue(0), y=y, text=alt.Text("text:N")).properties(
        width=WIDTH, height=alt.Step(15)
    )
    title = alt.TitleParams(
        _even(finding, 60), subtitle=_even(measure, 105), anchor="start", frame="bounds", font=SERIF,
        fontSize=20, fontWeight=500, color=k.ink, subtitleColor=k.muted, subtitleFontSize=13, subtitlePadding=6, offset=14,
    )  # fmt: skip
    above = bare(chart).properties(width=WIDTH)
    return finish(
        alt.vconcat(above, under, spacing=12).properties(title=title, padding=24), k, k.bg
    )


def _even(text: str, widest: int) -> list[str]:
    """Return the text in as few lines as it takes, about as long as each other: no word stands alone on the last."""
    lines = -(-len(text) // widest) or 1
    return textwrap.wrap(text, min(widest, -(-len(text) // lines) + 12))


@cache
def _with_fonts() -> bool:
    """Register our fonts once; without them the pictures use the system's, never none."""
    import vl_convert

    if not FONTS.is_dir():
        return False
    vl_convert.register_font_directory(str(FONTS))
    return True


def picture(chart: Drawn, form: Literal["png", "svg"]) -> bytes:
    """Return the chart drawn as PNG or SVG, offline."""
    import vl_convert

    _with_fonts()
    spec = json.dumps(chart.to_dict(validate=False), default=str)
    if form == "svg":
        return str(vl_convert.vegalite_to_svg(spec)).encode()
    return bytes(vl_convert.vegalite_to_png(spec, scale=SCALE))
