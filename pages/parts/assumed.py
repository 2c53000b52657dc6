"""What the reader assumes: inputs with their sources, carried by the address, put back by one button."""

from collections.abc import Callable
from typing import Any, cast

import streamlit as st

from analytics import worth
from analytics.charts import numbers
from analytics.release import Release
from analytics.worth import Assumption, Ends
from pages.parts.states import note
from pages.parts.text import plain

RATE = "rate"
MOST_RATE = 10_000.0
ENDS = ("low", "likely", "high")
USES = {"cost": "For what the hours cost", "net": "For what a tool takes and gives back"}


def assumed() -> dict[str, Ends]:
    """Return every assumption: from the address, else as it was left before, else as it comes."""
    return {id_: _said(id_, each.least, each.most) or each.ends for id_, each in worth.assumptions().items()}  # fmt: skip


def hourly(release: Release) -> Ends | None:
    """Return what an hour of work costs: as the reader said, else as the company set it; None is assumed by nobody."""
    if said := _said(RATE, 0.0, MOST_RATE):
        return said
    company = release.company()
    given = [company.get(f"hourly_{name}") for name in ("low", "base", "high")]
    return cast(Ends, tuple(float(g) for g in given if g)) if all(given) else None


def keep() -> None:
    """Take in what the address says, and let it carry what was moved: called before anything is drawn."""
    assumed()
    _said(RATE, 0.0, MOST_RATE)
    _write()


def _write() -> None:
    moved = _moved()
    for id_ in (RATE, *worth.assumptions()):
        if id_ in moved:
            st.query_params[_name(id_)] = moved[id_]
        elif _name(id_) in st.query_params:
            del st.query_params[_name(id_)]


def _name(id_: str) -> str:
    return f"a_{id_}"


def _moved() -> dict[str, str]:
    """Return what the reader moved, by assumption, as the address writes it."""
    kept: dict[str, str] = st.session_state.setdefault("assumed", {})
    return kept


def _said(id_: str, least: float, most: float) -> Ends | None:
    text = st.query_params.get(_name(id_)) or _moved().get(id_)
    ends = worth.read(text, least, most) if text else None
    if ends is not None:
        _moved()[id_] = worth.written(ends)
    return ends


def _move(id_: str, ends: Ends, default: Ends | None) -> None:
    if ends == default:
        _moved().pop(id_, None)
    else:
        _moved()[id_] = worth.written(ends)
    _write()


def _reset() -> None:
    st.session_state["assumed"] = {}
    _write()


def rate_inputs(release: Release, currency: str) -> None:
    """Draw the three inputs of what an hour costs."""
    now = hourly(release)
    sign = numbers.CURRENCY.get(currency, currency)
    labels = (f"An hour, low ({sign})", "likely", "high")
    for place, (column, label) in enumerate(zip(st.columns(3), labels, strict=True)):
        key = f"rate_{ENDS[place]}"

        def apply(place: int = place, key: str = key) -> None:
            value = st.session_state[key]
            if value is not None:
                _move(RATE, worth.moved(now or (value, value, value), place, value), None)

        st.session_state[key] = now[place] if now else None
        column.number_input(
            label, min_value=0.0, max_value=MOST_RATE, step=1.0, format="%g", key=key, on_change=apply, placeholder="cost"
        )  # fmt: skip


def all_of_them(release: Release) -> None:
    """Draw every assumption with its source, in a frame that whoever looks may move."""
    now = assumed()
    with st.container(border=True, gap="small", key="assumptions"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("## What is assumed, and why", anchors=False)
            st.space("stretch")
            st.button(
                "Put them back", icon=":material/restart_alt:", type="tertiary", key="reset_assumed",
                on_click=_reset, disabled=not _moved(),
            )  # fmt: skip
        note(
            "Move them: everything above follows, out of published figures alone. The link to this page carries them."
        )
        for use, heading in USES.items():
            st.space("xsmall")
            st.markdown(f"**{heading}**")
            grid = st.grid(2, min_column_width=380, gap=("small", "large"))
            for each in worth.assumptions().values():
                if use in each.used_in:
                    with grid, st.container(gap="xsmall", key=f"assume_{each.id}"):
                        _widgets(each, now[each.id])


def _widgets(each: Assumption, now: Ends) -> None:
    range_key, likely_key = f"range_{each.id}", f"likely_{each.id}"

    def ranged() -> None:
        low, high = st.session_state[range_key]
        _move(each.id, (low, min(max(now[1], low), high), high), each.ends)

    def set_likely() -> None:
        _move(each.id, worth.moved(now, 1, st.session_state[likely_key] / _size(each)), each.ends)

    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        _slider(each, range_key, (now[0], now[2]), ranged)
    size = _size(each)
    st.session_state[likely_key] = now[1] * size
    right.number_input(
        "likely, %" if size > 1 else "likely", each.least * size, each.most * size, step=each.step * size,
        key=likely_key, on_change=set_likely, format="%.0f" if size > 1 else _format(each),
    )  # fmt: skip
    note(plain(each.source))


def _slider(each: Assumption, key: str, ends: tuple[float, float], apply: Callable[[], Any]) -> None:  # fmt: skip
    st.session_state[key] = ends
    is_told = each.unit == "share" or each.unit in each.title.split()
    title = each.title if is_told else f"{each.title}, {each.unit}"
    st.slider(
        title, each.least, each.most, step=each.step, key=key, on_change=apply, format=_format(each)
    )


def _size(each: Assumption) -> float:
    """Return by how much a number is larger as it is typed: shares are typed in per cent."""
    return 100.0 if each.unit == "share" else 1.0


def _format(each: Assumption) -> str:
    if each.unit == "share":
        return "percent"
    if each.step < 0.5:  # noqa: PLR2004
        return "%.2f"
    return "%.1f" if each.step < 1 else "%.0f"
