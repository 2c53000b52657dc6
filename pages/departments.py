"""Which departments differ from the company, and in what; an order is shown only where there is one."""

from typing import Any

import polars as pl
import streamlit as st

from analytics.charts import numbers, words
from analytics.charts.chance import chance
from analytics.charts.compare import compare
from analytics.findings import say, subject
from analytics.findings.book import quarter
from pages.parts.access import guard
from pages.parts.data import Figures, Row, on_screen, once
from pages.parts.figure import Block, Picture, Said, figure, first_reason, source
from pages.parts.lead import opening
from pages.parts.measures import MEASURES, PER
from pages.parts.mix import columns, mixes, notice
from pages.parts.one_group import compare_rows, one_group
from pages.parts.screen import screen
from pages.parts.table import show_table

SIDE_BY_SIDE = {"department": "By department", "division": "By division"}
CHANCE = (
    "Pale bar: where a group of that size would land by chance, were all people of the company alike. Dot and line: estimate with its 95% interval."
    " Tick: the estimate drawn towards the company, the more the smaller the group"
)
BAND = "Each dot is one {unit}, at its size; the pale band is where a group of that size would land by chance, were all people of the company alike. By name in the table below"


def page() -> None:
    """Draw the page."""
    guard("departments")
    figures = on_screen()
    title = st.container()
    key = _picker(figures)
    cut = _cut(figures)
    with title:
        finding, slots = _told(figures, key, cut)
        opening("Departments", finding, **slots)
    block, is_selectable = _compared(figures, key, cut)
    clicked = figure(block, is_selectable=is_selectable)
    rows = compare_rows(figures, key, cut)
    _remember(clicked, rows)
    notice(rows, _mixed(figures, key, cut))
    st.space("small")
    one_group(figures, rows, cut)
    if rows.height:
        with st.expander("The same as a table", icon=":material/table:", expanded=True, key="twin"):
            table = _table(figures, key, cut, screen().compact)
            show_table(table, f"{MEASURES[key][0]} by {cut}, as a table")


@once
def _mixed(figures: Figures, key: str, cut: str) -> dict[str, pl.DataFrame]:
    _, metric, bin_ = MEASURES[key]
    return {} if cut != "department" or figures.inside else mixes(figures, metric, bin_)


@once
def _table(figures: Figures, key: str, cut: str, compact: bool) -> pl.DataFrame:
    label, metric, _ = MEASURES[key]
    twin = _twin(compare_rows(figures, key, cut), label, cut)
    if compact:
        return _as_read(twin.drop("People", "Drawn towards the company", "Place", strict=False))
    return _as_read(columns(twin, _mixed(figures, key, cut), figures.unit(metric)))


def _as_read(twin: pl.DataFrame) -> pl.DataFrame:
    """Return a table of groups with their names as they are read."""
    return twin.with_columns(pl.first().str.replace(words.SIZE.pattern, ""))


def _picker(figures: Figures) -> str:
    """Return the measure: from the address, else the first with a figure for departments."""
    known = [
        key
        for key, (_, metric, _) in MEASURES.items()
        if figures.passport(metric).get("definition")
    ] or list(MEASURES)
    asked = st.query_params.get("measure")
    if "measure" not in st.session_state:
        st.session_state["measure"] = asked if asked in known else known[0]
    key = str(
        st.selectbox(
            "Measure", known, format_func=lambda name: MEASURES[name][0], key="measure", width=320
        )
    )
    st.query_params["measure"] = key
    st.space("xsmall")
    return key


def _cut(figures: Figures) -> str:
    """Return what stands side by side: departments, or divisions where the company has any and no tool or level is chosen."""
    if figures.inside or not figures.release.groups("division"):
        return "department"
    if "by" not in st.session_state:
        asked = st.query_params.get("by")
        st.session_state["by"] = asked if asked in SIDE_BY_SIDE else "department"
    chosen = str(
        st.segmented_control(
            "Side by side",
            list(SIDE_BY_SIDE),
            format_func=SIDE_BY_SIDE.__getitem__,
            required=True,
            key="by",
            label_visibility="collapsed",
        )
    )
    st.query_params["by"] = chosen
    st.space("xsmall")
    return chosen


def _slots(rows: pl.DataFrame) -> dict[str, Any]:
    names = {
        block: rows.filter(pl.col("block") == block)["group"].to_list()
        for block in ("higher", "lower", "alike")
    }
    return {
        "higher": sorted(names["higher"]),
        "lower": sorted(names["lower"]),
        "others": len(names["alike"]),
        "hidden": rows.filter(pl.col("block") == "hidden").height,
    }


@once
def _told(figures: Figures, key: str, cut: str) -> tuple[str, dict[str, Any]]:
    """Return the finding that the page opens with, and its slots."""
    _, metric, bin_ = MEASURES[key]
    found, _ = figures.compared(metric, cut, bin_)
    rows = compare_rows(figures, key, cut)
    slots = _slots(rows) if rows.height else {"higher": [], "lower": [], "others": 0}
    if slots["higher"] or slots["lower"]:
        return "departments_some", {"units": f"{cut}s", **slots}
    if found["named"].is_not_null().any():
        return "departments_none", {"units": f"{cut}s", **slots}
    if found["value"].is_not_null().any():
        return "departments_shown" if figures.inside else "departments_few", {}
    return "page_unseen", {"reason": _why(figures, found)}


def _why(figures: Figures, found: pl.DataFrame) -> str:
    """Return why no department is shown: without an HR file there is none, whatever is chosen."""
    reason = first_reason(found)
    return figures.no_org or reason if reason == "not_released" else reason


@once
def _compared(figures: Figures, key: str, cut: str) -> tuple[Block, bool]:
    """Return the comparison, and whether its groups can be clicked."""
    label, metric, bin_ = MEASURES[key]
    found, company = figures.compared(metric, cut, bin_)
    rows = compare_rows(figures, key, cut)
    unit, passport = figures.unit(metric), figures.passport(metric)
    is_shown = bool(
        rows.height
        and rows["value"].is_not_null().any()
        and company
        and company["value"] is not None
    )
    slots = _slots(rows) if rows.height else {"higher": [], "lower": [], "others": 0}
    is_apart = bool(slots["higher"] or slots["lower"])
    compared = rows.filter(pl.col("block") != "hidden").height if rows.height else 0
    is_closed = is_shown and not is_apart and bool(found["named"].is_not_null().any())
    whole = (
        f"{'all' if figures.inside else 'company'} {numbers.number(company['value'], unit)}"
        if company and is_shown
        else ""
    )
    period = (
        quarter(found["period"][0])
        if found.height
        else figures.scope.period_label.replace("Whole", "the whole")
    )
    said = Said(
        finding=say("compare_apart", **slots)
        if is_apart
        else say("compare_question", units=f"{cut}s"),
        measure=f"{subject(metric, bin_, label)}{PER.get(key, '')}, {period}. {BAND.format(unit=cut) if is_closed else CHANCE}",
        source=source(
            figures,
            found,
            _alarms(figures, cut, compared, is_closed),
            n=_people(figures, found, company, cut),
            period=(period if found["period"][0] else "Whole period") if found.height else None,
            people=_whose(figures, cut),
        ),
        alt=words.in_words(
            f"{label}, {whole}",
            list(map(words.group, rows["group"])) if rows.height else [],
            _spoken(rows),
        ),
        passports=[passport],
    )
    picture = (
        Picture(chance if is_closed else compare, (rows, float(company["value"]), whole, unit))
        if company and is_shown
        else None
    )
    twin = _as_read(_twin(rows, label, cut)) if rows.height else pl.DataFrame()
    return Block("compare", said, picture, found, twin, _why(figures, found)), not is_closed


def _alarms(figures: Figures, cut: str, compared: int, is_closed: bool) -> str:
    """Say what a dot means and over how many comparisons the error holds: all of the company's, also inside a division."""
    dots = "no dot stands apart" if is_closed else "filled dots stand apart"
    inside = figures.scope.division and cut == "department"
    return f"{dots} ({'all the company’s' if inside else compared} comparisons, 5% false alarms in all)"


def _whose(figures: Figures, cut: str) -> str | None:
    """Return whose groups stand side by side, where it is not the scope's people."""
    division = figures.scope.division
    if division and cut == "department":
        return f"Departments of {division}"
    return "Whole company" if figures.scope.department or division else None


def _people(figures: Figures, found: pl.DataFrame, company: Row | None, cut: str) -> float | None:
    if figures.scope.division and cut == "department":
        return float(found["n"].sum())
    return company["n"] if company else None


def _spoken(rows: pl.DataFrame) -> list[str | None]:
    verdicts = {"higher": "higher", "lower": "lower", "alike": "can't be told apart"}
    return (
        [
            f"{r['text']} {verdicts[r['block']]}" if r["block"] in verdicts else r["reason"]
            for r in rows.iter_rows(named=True)
        ]
        if rows.height
        else []
    )


def _twin(rows: pl.DataFrame, label: str, cut: str = "department") -> pl.DataFrame:
    verdicts = {
        "higher": "● higher",
        "lower": "● lower",
        "alike": "○ can't tell",
        "hidden": numbers.UNKNOWN,
    }
    shown = list(
        rows.sort(
            pl.col("block").replace_strict({"higher": 0, "alike": 1, "lower": 2, "hidden": 3}),
            "group",
        ).iter_rows(named=True)
    )
    expected = {"Drawn towards the company": [row["expected"] for row in shown]} if rows["shrunken"].is_not_null().any() else {}  # fmt: skip
    is_ranked = rows["block"].is_in(["higher", "lower"]).any()
    ranked = {"Place": [row["place"] for row in shown]} if is_ranked else {}
    return pl.DataFrame({
        words.CUT_NAMES[cut]: [row["group"] for row in shown],
        label: [f"{row['text']} ({row['interval']})" if row["interval"] else row["reason"] or row["text"] for row in shown],
        "People": [numbers.count(row["n"]) if row["block"] != "hidden" else numbers.UNKNOWN for row in shown],
        **expected,
        **ranked,
        "Against the company": [verdicts[row["block"]] for row in shown],
    })  # fmt: skip


def _remember(clicked: str | None, rows: pl.DataFrame) -> None:
    """Let a click set the selectbox below, once: afterwards the selectbox may be changed by hand."""
    if (
        clicked != st.session_state.get("clicked")
        and clicked
        and rows.height
        and clicked in rows["group"].to_list()
    ):
        st.session_state["one_department"] = clicked
    st.session_state["clicked"] = clicked


page()
