"""The only way to a chart: finding, measure, picture, source, and everything that stands behind them."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Literal

import polars as pl
import streamlit as st
from altair.utils.schemapi import debug_mode
from streamlit import dataframe_util

from analytics import council, sheets
from analytics.charts import export, numbers
from analytics.charts.theme import LIGHT, Drawn, Look
from analytics.charts.words import group
from analytics.release import Release
from pages.parts import filters, journal, workspace
from pages.parts.data import Figures, once
from pages.parts.definition import counted
from pages.parts.screen import screen
from pages.parts.states import as_it_was, note, state
from pages.parts.table import show_table
from pages.parts.text import plain, unbroken

STATE_HEIGHT = 260  # px: what a missing picture leaves open, so that the page does not jump
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Picture:
    """A chart function with everything it takes before the look."""

    chart: Callable[..., Drawn]
    parts: tuple[Any, ...]

    def draw(self, k: Look) -> Drawn:
        """Return the chart in these colours."""
        return self.chart(*self.parts, k)

    def specification(self, k: Look) -> dict[str, Any]:
        """Return the chart in these colours as Vega-Lite; that it is valid is the tests' business, half the time of drawing."""
        with debug_mode(False):
            drawn: dict[str, Any] = self.draw(k).to_dict(validate=False)
        return drawn

    @cached_property
    def digest(self) -> str:
        """Return a short hash of what is drawn: the same content has the same name."""
        sha = hashlib.sha256(self.chart.__qualname__.encode())
        for part in self.parts:
            sha.update(
                part.write_json().encode()
                if isinstance(part, pl.DataFrame)
                else repr(part).encode()
            )
        return sha.hexdigest()[:8]


@dataclass(frozen=True)
class Said:
    """What stands around a picture, as plain text: escaping is the figure's business."""

    finding: str
    measure: str
    source: str
    alt: str
    passports: Sequence[dict[str, Any]] = field(default=())


@dataclass(frozen=True)
class Block:
    """All that a figure shows: what is said, the picture, released rows for the files, the same as text for the table.

    Without a picture, `reason` (the reasons' vocabulary, or not_released) is shown in its place.
    """

    key: str
    said: Said
    picture: Picture | None
    rows: pl.DataFrame
    twin: pl.DataFrame
    reason: str | None = None

    @cached_property
    def head(self) -> str:
        """Return finding and measure as Markdown; how to read marks is said where there are any."""
        measure = self.said.measure if self.picture else self.said.measure.partition(". ")[0]
        return unbroken(f"## {plain(self.said.finding)}\n:small[:gray[{plain(measure)}]]")

    @cached_property
    def foot(self) -> str:
        """Return the source as Markdown, and whether the figures stand as an earlier release showed them."""
        return unbroken(plain(" · ".join(filter(None, (self.said.source, as_it_was(self.rows))))))


def as_figure(find: Callable[[Figures], Block]) -> Callable[[Figures], None]:
    """Return a function that draws a figure whose block is found once for each release and scope."""
    found = once(find)

    @wraps(find)
    def draw(figures: Figures) -> None:
        figure(found(figures))

    return draw


@st.cache_resource(max_entries=60, show_spinner=False)
def _specification(what: str, _drawn: tuple[Picture, Look]) -> dict[str, Any]:
    """Return the Vega-Lite specification of a picture that can be clicked, its data as they are sent."""
    picture, k = _drawn
    specification = picture.specification(k)
    sent = specification.get("datasets", {})
    specification["datasets"] = {
        name: dataframe_util.convert_anything_to_arrow_bytes(data) for name, data in sent.items()
    }
    return specification


@st.cache_resource(max_entries=600, show_spinner=False)
def _put(what: str, _drawn: tuple[Picture, Look, str, str]) -> None:
    """Put a picture on the page that nobody clicks: built, and written as it is sent, once for each content and look.

    What tells one from another is one text: Streamlit takes long over each argument of a remembered function.
    """
    picture, k, key, alt = _drawn
    st.vega_lite_chart(None, picture.specification(k), theme=None, key=key, alt=alt)


def figure(
    block: Block, *, is_selectable: bool = False, control: Callable[[], None] | None = None
) -> str | None:
    """Draw a figure and return the group that was clicked, if any; `control` draws what changes the figure."""
    key, said, picture = block.key, block.said, block.picture
    with st.container(gap="xsmall", key=f"fig_{key}"):
        st.markdown(block.head, anchors=False)
        if control is not None:
            control()
        if picture is None:
            state(block.reason or "not_released", height=STATE_HEIGHT, key=key)
            return None
        draw = _clickable if is_selectable else put
        clicked = draw(picture, f"ch_{key}", said.alt)
        with st.container(horizontal=True, gap="small", vertical_alignment="center", wrap=False):
            note(block.foot)
            _more(key, said, picture, block.rows)
        if st.session_state.get(f"table_{key}"):
            show_table(block.twin, f"{said.finding}, as a table")
    return clicked


def put(picture: Picture, key: str, alt: str) -> None:
    """Put a picture on the page that nobody clicks."""
    k = screen()
    _put(f"{picture.digest} {k.name} {key} {alt}", (picture, k, key, alt))


def _clickable(picture: Picture, key: str, alt: str) -> str | None:
    """Put a picture on the page and return the group that was clicked, if any."""
    k = screen()
    specification = _specification(f"{picture.digest} {k.name}", (picture, k))
    event = st.vega_lite_chart(None, specification, theme=None, key=key, alt=alt, on_select="rerun")
    chosen = event.selection.get("group") if hasattr(event, "selection") else None
    return str(chosen[0]["group"]) if chosen else None


def _more(key: str, said: Said, picture: Picture, rows: pl.DataFrame) -> None:
    """Draw the popover with the table, the files and the definition; filled only when it is open."""
    popover = st.popover("More", type="tertiary", key=f"more_{key}", on_change="rerun")
    if not popover.open:
        return
    with popover, st.container(gap="xxsmall", width=340):
        is_open = bool(st.session_state.get(f"table_{key}"))
        st.button(
            "Hide the table" if is_open else "Show as a table",
            icon=":material/table:", type="tertiary", key=f"toggle_{key}", on_click=_flip, args=(f"table_{key}",),
        )  # fmt: skip
        _files(key, said, picture, rows)
        for passport in said.passports:
            counted(passport, rows)


def _flip(name: str) -> None:
    st.session_state[name] = not st.session_state.get(name)


def _files(key: str, said: Said, picture: Picture, rows: pl.DataFrame) -> None:
    stem = f"{key.replace('_', '-')}-{picture.digest}"
    found = workspace.find_release()
    if "division" in rows.columns and rows["division"].is_null().all():
        rows = rows.drop("division")  # a column for the companies that have any

    def poster(form: Literal["png", "svg"]) -> bytes:
        return export.picture(
            export.poster(picture.draw(LIGHT), said.finding, said.measure, said.source), form
        )

    files: tuple[tuple[str, str, str, str, Callable[[], bytes]], ...] = (
        (
            "Data (CSV)",
            "csv",
            "text/csv",
            "description",
            lambda: sheets.csv_text(rows).encode("utf-8-sig"),
        ),
        ("Data (Excel)", "xlsx", EXCEL, "table_view", lambda: workbook(rows, found)),
        ("Picture (PNG)", "png", "image/png", "image", lambda: poster("png")),
        ("Picture (SVG)", "svg", "image/svg+xml", "polyline", lambda: poster("svg")),
    )
    for label, ending, mime, icon, build in files:
        st.download_button(
            label, journal.taken(key, ending, build), f"{stem}.{ending}", mime, key=f"file_{key}_{ending}",
            on_click="ignore", icon=f":material/{icon}:", type="tertiary",
        )  # fmt: skip


def workbook(rows: pl.DataFrame, release: Release | None) -> bytes:
    """Return released rows as an Excel file that carries the certificate of its release."""
    items = council.certificate_rows(release) if release else []
    about = pl.DataFrame(items, schema=["What", "How much"], orient="row")
    return sheets.excel_bytes(rows, certificate=about)


def first_reason(rows: pl.DataFrame) -> str:
    """Return why these rows show nothing: the first reason given, or that the release holds no such cell."""
    given = rows["reason"].drop_nulls() if rows.height else pl.Series(dtype=pl.String)
    return str(given[0]) if given.len() else "not_released"


def source(
    figures: Figures,
    rows: pl.DataFrame,
    caveat: str = "",
    n: float | None = None,
    period: str | None = None,
    people: str | None = None,
) -> str:
    """Return the foot: who, when, how many, what to bear in mind; `n`, `period`, `people` where not the scope's."""
    sizes = (
        pl.Series([n])
        if n is not None
        else rows["n"].drop_nulls()
        if rows.height
        else pl.Series(dtype=pl.Int64)
    )
    parts = [
        filters.tool_name(figures.scope.tool),
        group(people or figures.scope.people_label),
        period or figures.scope.period_label,
        numbers.people(float(sizes.max())) if sizes.len() else "",  # type: ignore[arg-type]
        caveat,
    ]
    return " · ".join(part for part in parts if part)
