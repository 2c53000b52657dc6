"""How every chart looks: one set of colours for light and dark, and the finish all charts share."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import altair as alt
import polars as pl

# families end with a generic one: vl-convert draws no text at all when the only family is unknown
SANS = "Inter, sans-serif"
SERIF = "Newsreader, serif"


Drawn = Any  # an Altair chart of any kind: its classes share no useful base type
X = Callable[[str], alt.X]  # a column as x on the chart's own scale


@dataclass(frozen=True)
class Look:
    """Colours by role. `cat` fills categories, `label` writes them, `seq` and `div` are scales."""

    ink: str
    muted: str
    noise: str
    band: str
    rule: str
    hidden: str
    bg: str
    less: str
    more: str
    cat: tuple[str, ...]
    label: tuple[str, ...]
    seq: tuple[str, ...]
    div: tuple[str, ...]
    turn: tuple[
        float, float
    ]  # on `seq` from 0 to 1, on `div` in doublings: where figures turn to `bg`, at equal contrast
    compact: bool = False

    @property
    def accent(self) -> str:
        """Return the colour of a finding."""
        return self.cat[0]

    @property
    def name(self) -> str:
        """Return what tells one look from another."""
        return f"{self.bg}{' compact' if self.compact else ''}"


LIGHT = Look(
    ink="#1F1C18", muted="#5E584F", noise="#9A948B", band="#ECE6DA", rule="#CFC7B9", hidden="#B9B2A7", bg="#FFFEFB",
    less="#F7EAD8", more="#E3F0EF",
    cat=("#0B5F66", "#D0801A", "#4B1D52", "#5896D6", "#A8391F", "#8A857D"),
    label=("#0B5F66", "#95560A", "#4B1D52", "#2D68A3", "#A8391F", "#6B645A"),
    seq=("#F2F5F2", "#DDEBE8", "#C4DEDB", "#A6CECC", "#84BCBB", "#5FA7A9", "#3C9095", "#1F787F", "#0B5F66", "#06434A"),
    div=("#8A4808", "#D39550", "#F2EDE4", "#5FA7A9", "#06434A"),
    turn=(0.7, 1.25),
)  # fmt: skip
DARK = Look(
    ink="#EFEAE2", muted="#B8B1A6", noise="#8F8A82", band="#34302B", rule="#57514A", hidden="#6B655D", bg="#191816",
    less="#2D2418", more="#14302F",
    cat=("#35A3AA", "#F5C46B", "#B184C9", "#A9D0FA", "#E5694F", "#8F8A82"),
    label=("#57B8BD", "#F5C46B", "#C79EDB", "#A9D0FA", "#F0937F", "#B8B1A6"),
    seq=("#22302F", "#1F3F40", "#1E4F51", "#1F6064", "#237379", "#2C878D", "#3F9CA2", "#5CB1B6", "#84C7CA", "#B4DEDF"),
    div=("#F5C46B", "#B07C35", "#2E2B27", "#2C878D", "#B4DEDF"),
    turn=(0.5, 0.85),
)  # fmt: skip


@lru_cache(maxsize=8)
def look(theme: Literal["light", "dark"] | str | None, compact: bool = False) -> Look:
    """Return the colours for a browser's theme; anything but "dark" is light. `compact` is a phone."""
    return replace(DARK if theme == "dark" else LIGHT, compact=compact)


def either(test: str, yes: str, no: str) -> alt.ColorValue:
    """Return one colour where a row passes the test, another where not.

    Charts name their channels (`alt.Text`, `alt.YValue`): what Altair must guess from a text costs it a pass over its schema.
    """
    return alt.ColorValue(no, condition={"test": test, "value": yes})


def finish(chart: Drawn, k: Look, background: str = "transparent") -> Drawn:
    """Configure a chart, last, and return it. In one piece: each of Altair's configure_… copies the whole chart again."""
    _drop_empty(chart)
    chart.config = alt.Config(
        font=SANS, background=background, view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            domain=False, ticks=False, grid=False, gridColor=k.band, labelColor=k.muted, titleColor=k.muted,
            titleFontWeight="normal", labelFontSize=12, titleFontSize=12, labelPadding=6, labelLimit=330,
            labelFlush=False, labelOverlap=False,
        ),
        text=alt.MarkConfig(fontSize=12, color=k.ink, font=SANS),
        legend=alt.LegendConfig(title=None, labelColor=k.muted, labelFontSize=12),
    )  # fmt: skip
    return chart


def _drop_empty(chart: Drawn) -> None:
    """Take away layers that have no rows: they draw nothing, and a screen reader announces them."""
    if not isinstance(chart, alt.LayerChart):
        return
    kept = [layer for layer in chart.layer if not _is_empty(getattr(layer, "data", None))]
    if kept and len(kept) < len(chart.layer):
        chart.layer = kept


def _is_empty(data: object) -> bool:
    return isinstance(data, pl.DataFrame) and data.is_empty()


def bare(chart: Drawn) -> Drawn:
    """Return the chart without configuration and padding, so that it can be set beside another."""
    copy = chart.copy()
    copy.config = alt.Undefined
    copy.padding = alt.Undefined
    return copy
