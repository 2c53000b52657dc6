"""What the hours cost and what a tool gives back, if one accepts the assumptions: they stand below, to be moved."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analytics import worth
from analytics.charts import numbers, words
from analytics.charts.around import around_zero, tornado
from analytics.findings import net, say
from analytics.findings.net import GAVE_WAY, HOURS, LOAD
from analytics.worth import Result
from pages.parts import assumed, filters
from pages.parts.data import Figures
from pages.parts.definition import about
from pages.parts.figure import Block, Picture, Said, figure, source
from pages.parts.lead import large
from pages.parts.screen import pair
from pages.parts.states import note, state
from pages.parts.text import plain

MOST_SWINGS = 8
SMALLEST = 0.05  # minutes: below it stands 0, which has no sign


@st.fragment
def worth_blocks(figures: Figures) -> None:
    """Draw money, what moves it, the net effect of one tool, and all assumptions; moving one redraws these alone."""
    assumed.keep()
    left, right = pair()
    hours = _hours(figures)
    found = _cost(figures, hours) if hours else None
    with left:
        _money(figures, hours, found)
    with right:
        _swings(figures, found)
    st.space("small")
    tools = [tool for tool in figures.release.groups("tool") if tool_figures(figures, tool)]
    if tools:
        _net(figures, tools)
        st.space("small")
    if hours or tools:
        assumed.all_of_them(figures.release)


def _hours(figures: Figures) -> worth.Hours | None:
    """Return the released hours of the people on screen; None where the release holds none."""
    rows = {
        (r["variant"], r["bin"]): r for r in figures.block(HOURS, variant=None).iter_rows(named=True)
    }  # fmt: skip
    total = rows.get(("", "total"))
    acts = net.acts_of(rows)
    if not total or not total["value"] or total["n"] is None:
        return None
    low, high = (total[end] if total[end] is not None else total["value"] for end in ("low", "high"))  # fmt: skip
    meetings, calls = (_value(rows.get(("", bin_))) for bin_ in ("meeting", "call"))
    return worth.Hours(int(total["n"]), meetings, calls, acts, (low, total["value"], high))


def _value(row: Mapping[str, Any] | None) -> float:
    return float(row["value"]) if row and row["value"] is not None else 0.0


def _cost(figures: Figures, hours: worth.Hours) -> Result | None:
    hourly = assumed.hourly(figures.release)
    return worth.cost(hours, hourly, assumed.assumed()) if hourly else None


def _currency(figures: Figures) -> str:
    return str(figures.release.company().get("currency") or "EUR")


def _money(figures: Figures, hours: worth.Hours | None, found: Result | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown("## What it costs, if you accept these assumptions", anchors=False, width="stretch")  # fmt: skip
        about("money", [figures.passport("cost"), figures.passport(HOURS)], figures.block(HOURS))
    if hours is None:
        row = figures.one(HOURS, "total")
        state((row or {}).get("reason") or "not_released", key="money")
        return
    currency = _currency(figures)
    with st.container(border=True, gap="small", key="money"):
        assumed.rate_inputs(figures.release, currency)
        a_week = f"{numbers.people(hours.people)} × {numbers.full(hours.total[1], hours.total[0], hours.total[2], 'hours')} a week"
        if found is None:
            large("worth", ":gray[—]")
            note(f"{plain(a_week)}: type what an hour of work costs, and this becomes a range of money.")  # fmt: skip
            return
        ends = numbers.money(found.low, found.high, currency)
        likely = numbers.money(found.likely, found.likely, currency)
        large("worth", f"{plain(ends)} :gray[:small[a year, likely {plain(likely)}]]")
        note(plain(f"{a_week}. The range holds everything assumed below at its low and at its high end; it isn't a saving, and what is read is not in it."))  # fmt: skip


def _swings(figures: Figures, found: Result | None) -> None:
    if found is None:
        return
    currency = _currency(figures)
    rows = pl.DataFrame(
        [
            {"name": s.title, "at_low": s.at_low, "at_high": s.at_high,
             "low_text": numbers.money(s.at_low, s.at_low, currency), "high_text": numbers.money(s.at_high, s.at_high, currency)}
            for s in found.swings
        ],
        schema={"name": pl.String, "at_low": pl.Float64, "at_high": pl.Float64, "low_text": pl.String, "high_text": pl.String},
    )  # fmt: skip
    said = Said(
        finding=say("swing_most", moved_by=_opened(found))
        if rows.height
        else say("swing_question"),
        measure="How far each assumption alone moves the yearly cost, from its low to its high end",
        source=source(figures, figures.block(HOURS), "the line is the likely cost"),
        alt=words.in_words(
            "Yearly cost by what is assumed",
            rows["name"].to_list(),
            [f"{a} to {b}" for a, b in rows.select("low_text", "high_text").iter_rows()],
        ),
        passports=[figures.passport("cost"), figures.passport(HOURS)],
    )
    picture = Picture(tornado, (rows, found.likely)) if rows.height else None
    twin = rows.select(Assumption="name", Low="low_text", High="high_text")
    rows = figures.block(HOURS, variant=None)
    figure(Block("swings", said, picture, rows, twin, "not_released"))


def _opened(found: Result) -> str:
    return found.swings[0].title.lower()


def _net(figures: Figures, tools: list[str]) -> None:
    chosen = figures.scope.tool if figures.scope.tool in tools else _first(figures, tools)
    picked = st.session_state.get("net_tool")
    name = picked if picked in tools else chosen
    tool = tool_figures(figures, name)
    if tool is None:
        return
    found = worth.net(tool, assumed.assumed())
    verdict = worth.verdict(found, tool)
    rows = _net_rows(found, worth.gives_back(tool))
    half = (found.high - found.low) / 2
    low, high = (numbers.number(abs(end), "minutes", half) for end in sorted((found.low, found.high), key=abs))  # fmt: skip
    reason = _gave_way(figures, name)["reason"].drop_nulls()
    said = Said(
        finding=say(
            f"net_{verdict}",
            tools=[name],
            net_low=low.removesuffix(f"{numbers.SPACE}min")
            if verdict != "unsaid"
            else _signed(found.low, half),
            net_high=high if verdict != "unsaid" else _signed(found.high, half),
        ),
        measure="Minutes a person and working day: right of the line what it takes, left of it what it gives back. Bars: everything assumed in its favour, and everything against it",
        source=_net_source(figures, name, found, str(reason[0]) if reason.len() else None),
        alt=words.in_words(
            f"Minutes a person and working day, {filters.tool_name(name)}",
            rows["name"].to_list(),
            [f"{text} ({ends})" for text, ends in rows.select("text", "ends").iter_rows()],
        ),
        passports=[figures.passport(GAVE_WAY), figures.passport(HOURS), figures.passport(LOAD)],
    )
    left, right = pair()
    twin = rows.select(What="name", Likely="text", Range="ends")
    block = Block("net", said, Picture(around_zero, (rows,)), _ground(figures, name), twin)
    with left:
        figure(block, control=lambda: _pick(tools, name))
    with right:
        _net_swings(figures, found, name)


def _first(figures: Figures, tools: list[str]) -> str:
    """Return the tool of which it is known what gave way to it, else the first."""
    known = (t for t in tools if _gave_way(figures, t)["value"].is_not_null().any())
    return next(known, tools[0])


def _pick(tools: list[str], now: str) -> None:
    st.session_state["net_tool"] = now
    st.segmented_control(
        "Tool", tools, format_func=filters.tool_name, key="net_tool",
        label_visibility="collapsed", required=True,
    )  # fmt: skip


def _signed(minutes: float, half: float | None = None) -> str:
    written = numbers.number(0.0 if abs(minutes) < SMALLEST else minutes, "minutes", half)
    return f"+{written}" if minutes >= SMALLEST else written


def _net_rows(found: Result, gives_back: bool) -> pl.DataFrame:
    named = {**found.parts, "In all" if not gives_back else "Net": (found.low, found.likely, found.high)}  # fmt: skip
    return pl.DataFrame(
        [
            {"name": name, "at_low": low, "likely": likely, "at_high": high, "is_result": place == len(named) - 1,
             "text": _signed(likely, (high - low) / 2), "ends": f"{_signed(low, (high - low) / 2)} to {_signed(high, (high - low) / 2)}"}
            for place, (name, (low, likely, high)) in enumerate(named.items())
        ]
    )  # fmt: skip


def _net_source(figures: Figures, tool: str, found: Result, reason: str | None) -> str:
    rows = _gave_way(figures, tool)
    n = rows["n"].drop_nulls().max()
    band = (found.band[1] - found.band[0]) / 2
    parts = [
        filters.tool_name(tool),
        "Whole company",
        "Whole period",
        numbers.people(float(n)) if isinstance(n, int) else "",
        f"nine draws in ten lie between {_signed(found.band[0], band)} and {_signed(found.band[1], band)}",
        "who took it up against who never did: they were not drawn by lot" if rows["value"].is_not_null().any() else "",
        words_of(reason),
    ]  # fmt: skip
    return " · ".join(part for part in parts if part)


def words_of(reason: str | None) -> str:
    """Return why something that gave way is not known, in a few words."""
    return {
        "no_calendar": "meetings elsewhere are not known",
        "no_data": "mail elsewhere is not known",
        "not_identified": "too few people took it up, or never did, to set them against each other",
        "dominated": "one or two people make up most of what changed",
    }.get(reason or "", "")


def _net_swings(figures: Figures, found: Result, tool: str) -> None:
    rows = pl.DataFrame(
        [
            {"name": s.title, "at_low": s.at_low, "at_high": s.at_high,
             "low_text": _signed(s.at_low), "high_text": _signed(s.at_high)}
            for s in found.swings[:MOST_SWINGS]
        ]
    )  # fmt: skip
    said = Said(
        finding=say("net_swing_most", moved_by=_opened(found)),
        measure=f"How far each input alone moves the result, minutes a person and working day; the {MOST_SWINGS} that move it most",
        source=f"{filters.tool_name(tool)} · Whole company · the line is the likely result",
        alt=words.in_words(
            "Net effect by what is assumed",
            rows["name"].to_list(),
            [f"{a} to {b}" for a, b in rows.select("low_text", "high_text").iter_rows()],
        ),
        passports=[figures.passport(GAVE_WAY)],
    )
    twin = rows.select(Input="name", Low="low_text", High="high_text")
    picture = Picture(tornado, (rows, found.likely))
    figure(Block("net_swings", said, picture, _ground(figures, tool), twin))


def _gave_way(figures: Figures, tool: str) -> pl.DataFrame:
    return figures.ask(GAVE_WAY, tool=tool)


def _ground(figures: Figures, tool: str) -> pl.DataFrame:
    """Return the released rows from which the net effect of a tool is worked out, for the files."""
    asked = [figures.ask(metric, variant=None, tool=tool) for metric in (HOURS, LOAD, GAVE_WAY)]
    return pl.concat(asked)


def tool_figures(figures: Figures, tool: str) -> worth.Tool | None:
    """Return a tool's released figures, a person and working day, whole company and period; None where too few are known."""
    return net.tool_of(_ground(figures, tool))
