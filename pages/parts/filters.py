"""Which figures a page shows: the filter bar, held in the address so that it can be shared."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, cast

import streamlit as st

from analytics.charts.words import capitals, group
from analytics.release import Grain, Release
from pages.parts import states, text

Step = Literal["week", "month", "quarter"]
STEPS: dict[str, tuple[Step, ...]] = {
    "all": ("week", "month", "quarter"),
    "quarter": ("week", "month"),
    "month": ("week",),
}
PEOPLE = {
    "division": "A division",
    "department": "A department",
    "level": "A level",
    "location": "A place",
}
KEYS = ("period", "step", "division", "department", "level", "location", "tool")
MONTHS = 3  # of a quarter
THURSDAY = timedelta(days=3)  # from its Monday; the day that decides where a week belongs
NO_TOOL = "Divisions, levels and places are not split by tool: the groups would become too small."


@dataclass(frozen=True)
class Scope:
    """What is on screen. `grain` is the step of series; the period runs from start up to, not including, end.

    start and end are null for the whole period. `block` names the one cell that sums the period up:
    `figures(metric, grain=scope.block, start=scope.start, end=scope.end, **scope.cell)`.
    """

    grain: Step = "week"
    start: date | None = None
    end: date | None = None
    division: str | None = None
    department: str | None = None
    level: str | None = None
    location: str | None = None
    tool: str | None = None
    period_label: str = "Whole period"
    block: Grain = "all"

    @property
    def cell(self) -> dict[str, str | None]:
        """Return the cut values, as Release.figures takes them."""
        return {
            "division": self.division,
            "department": self.department,
            "level": self.level,
            "location": self.location,
            "tool": self.tool,
        }

    @property
    def tools(self) -> list[str]:
        """Return the tool chosen, for sentences that name it; empty where all are meant."""
        return [self.tool] if self.tool else []

    @property
    def people_label(self) -> str:
        """Return who is meant, as it came from the export: not yet safe for Markdown."""
        if self.level is not None:
            return level_name(self.level)
        return self.division or self.department or self.location or "Whole company"


def level_name(level: str) -> str:
    """Return "Level 3" or "Levels 0–1"; other merged levels keep their own name."""
    if not level[:1].isdecimal():
        return level
    return f"Level {level}" if level.isdecimal() else f"Levels {level}"


def code(first: date, block: str) -> str:
    """Return 2026-Q3 or 2026-09 for the month or quarter of whole weeks that begins on this Monday."""
    thursday = first + THURSDAY
    if block == "quarter":
        return f"{thursday.year}-Q{(thursday.month - 1) // MONTHS + 1}"
    return f"{thursday:%Y-%m}"


def label(first: date, block: str) -> str:
    """Return "Jul–Sep 2026" or "September 2026"."""
    thursday = first + THURSDAY
    if block == "month":
        return f"{thursday:%B %Y}"
    opening = date(thursday.year, (thursday.month - 1) // MONTHS * MONTHS + 1, 1)
    return f"{opening:%b}{text.DASH}{_later(opening, MONTHS - 1):%b %Y}"


def following(first: date, block: str) -> date:
    """Return the Monday on which the next month or quarter of whole weeks begins."""
    thursday = first + THURSDAY
    if block == "quarter":
        opening = date(thursday.year, (thursday.month - 1) // MONTHS * MONTHS + 1, 1)
        after = _later(opening, MONTHS)
    else:
        after = _later(thursday.replace(day=1), 1)
    return after + timedelta(days=(3 - after.weekday()) % 7) - THURSDAY


def _later(first_of_month: date, months: int) -> date:
    index = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def periods(release: Release) -> dict[str, tuple[Grain, date]]:
    """Return what may be chosen besides the whole, newest first: {"2026-Q3": ("quarter", Monday), …}."""
    blocks: tuple[Grain, ...] = ("quarter", "month")
    return {
        code(first, block): (block, first)
        for block in blocks
        for first in reversed(release.periods(block))
    }


def read(wanted: dict[str, str], release: Release) -> Scope:
    """Return the scope that an address asks for; whatever the release does not hold falls back."""
    scope = Scope()
    found = periods(release).get(wanted.get("period", ""))
    if found:
        block, first = found
        scope = replace(
            scope,
            block=block,
            start=first,
            end=following(first, block),
            period_label=label(first, block),
        )
    if wanted.get("step") in STEPS[scope.block]:
        scope = replace(scope, grain=cast(Step, wanted["step"]))
    for cut in PEOPLE:
        if wanted.get(cut) in release.groups(cut):
            scope = replace(scope, **{cut: wanted[cut]})  # type: ignore[arg-type]
            break
    if may_pick_tool(scope) and wanted.get("tool") in release.groups("tool"):
        scope = replace(scope, tool=wanted["tool"])
    return scope


def written(scope: Scope) -> dict[str, str]:
    """Return the address of a scope: only what differs from the whole."""
    said = {key: value for key, value in scope.cell.items() if value is not None}
    if scope.block != "all" and scope.start:
        said["period"] = code(scope.start, scope.block)
    if scope.grain != "week":
        said["step"] = scope.grain
    return said


def may_pick_tool(scope: Scope) -> bool:
    """Say whether the release splits these people by tool."""
    return scope.division is None and scope.level is None and scope.location is None


def scope(release: Release) -> Scope:
    """Return what is on screen: from the address, else as it was on the page before."""
    asked = {key: st.query_params[key] for key in KEYS if key in st.query_params}
    return read(asked or st.session_state.get("scope", {}), release)


def choose(**change: str | None) -> None:
    """Change the scope as a widget would: null takes a filter away. For callbacks and links."""
    wanted = {**written(scope(states.release())), **change}
    if any(cut in change for cut in PEOPLE):
        wanted.update({cut: None for cut in PEOPLE if cut not in change})
    kept = {key: value for key, value in wanted.items() if value is not None}
    st.session_state["scope"] = kept
    _write(kept)


def _write(said: dict[str, str]) -> None:
    for key in KEYS:
        if key in said:
            st.query_params[key] = said[key]
        elif key in st.query_params:
            del st.query_params[key]
    if "workspace" in st.session_state:
        st.query_params["ws"] = st.session_state["workspace"]


def bar() -> Scope:
    """Draw the filter bar over a page and return the scope; called by the shell alone."""
    release = states.release()
    now = scope(release)
    st.session_state["scope"] = written(now)
    _write(written(now))
    with st.container(horizontal=True, key="filters", vertical_alignment="center", gap="small"):
        _period(release, now)
        _people(release, now)
        _tool(release, now)
        st.space("stretch")
        company = release.company()
        seen, all_ = company.get("visible"), company.get("headcount")
        if seen and all_:
            states.note(f"{text.of_staff(float(seen), float(all_))} counted", width="content")
    return now


def _bound(key: str, value: object, apply: Callable[[], None]) -> dict[str, object]:
    """Return the arguments of a widget that shows `value` and calls `apply` when touched."""
    st.session_state[key] = value
    return {"key": key, "on_change": apply}


def _chosen(key: str) -> str:
    return str(st.session_state[key])


def _period(release: Release, now: Scope) -> None:
    found = periods(release)
    names = {"all": "Whole period", "quarter": "A quarter", "month": "A month"}
    kinds = [
        kind for kind in names if kind == "all" or any(block == kind for block, _ in found.values())
    ]

    def kind_changed() -> None:
        kind = _chosen("f_kind")
        newest = next((key for key, (block, _) in found.items() if block == kind), None)
        choose(period=newest, step=None)

    with st.popover(
        now.period_label, icon=":material/calendar_month:", type="tertiary", key="f_period"
    ):
        st.radio(
            "Period",
            kinds,
            format_func=names.__getitem__,
            **_bound("f_kind", now.block, kind_changed),
        )  # type: ignore[call-overload]
        offered = [key for key, (block, _) in found.items() if block == now.block]
        if offered and now.start:
            st.selectbox(
                "Which one",
                offered,
                format_func=lambda key: label(found[key][1], found[key][0]),
                **_bound(
                    "f_block", code(now.start, now.block), lambda: choose(period=_chosen("f_block"))
                ),
            )  # type: ignore[call-overload]
        steps = [step for step in STEPS[now.block] if release.periods(step)]
        if now.grain in steps:
            st.radio(
                "Step of charts over time",
                steps,
                format_func=str.capitalize,
                horizontal=True,
                **_bound("f_step", now.grain, lambda: choose(step=_chosen("f_step"))),
            )  # type: ignore[call-overload]


def _people(release: Release, now: Scope) -> None:
    groups = {cut: release.groups(cut) for cut in PEOPLE}
    cut_now = next((cut for cut in PEOPLE if now.cell[cut] is not None), "")
    names = {"": "Whole company", **{cut: name for cut, name in PEOPLE.items() if groups[cut]}}

    def cut_changed() -> None:
        cut = _chosen("f_cut")
        choose(**({cut: groups[cut][0]} if cut else dict.fromkeys(PEOPLE)))

    with st.popover(
        text.plain(group(now.people_label)),
        icon=":material/groups:",
        type="tertiary",
        key="f_people",
    ):
        st.radio(
            "People",
            list(names),
            format_func=names.__getitem__,
            **_bound("f_cut", cut_now, cut_changed),
        )  # type: ignore[call-overload]
        if cut_now:
            st.selectbox(
                PEOPLE[cut_now].removeprefix("A ").capitalize(),
                groups[cut_now],
                format_func=level_name
                if cut_now == "level"
                else lambda name: text.bare(group(name)),
                **_bound(
                    "f_group", now.cell[cut_now], lambda: choose(**{cut_now: _chosen("f_group")})
                ),
            )  # type: ignore[call-overload]


def _tool(release: Release, now: Scope) -> None:
    open_ = may_pick_tool(now)
    with st.popover(
        text.plain(tool_name(now.tool)),
        icon=":material/apps:",
        type="tertiary",
        key="f_tools",
        disabled=not open_,
        help=None if open_ else NO_TOOL,
    ):
        st.radio(
            "Tool",
            ["", *release.groups("tool")],
            format_func=lambda tool: text.plain(tool_name(tool)),
            **_bound("f_tool", now.tool or "", lambda: choose(tool=_chosen("f_tool") or None)),
        )  # type: ignore[call-overload]


def tool_name(tool: str | None) -> str:
    """Return a tool's name as it is read: Slack, Viva Engage, All tools."""
    return capitals(tool) if tool else "All tools"
