"""The parts of a long page: one is open at a time and named in the address, and only that one is drawn."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from pages.parts.data import Figures
from pages.parts.screen import twos

Row = Sequence[Callable[[Figures], None]]  # one figure takes the whole width, more stand in twos
Parts = Mapping[str, Sequence[Row]]
ALL = "All of it"  # to read from end to end, to search and to print
# page -> metric -> the part in which a finding's figure stands, if not above the parts
PART_OF = {
    "adoption": {
        "uptake_after_milestone": "Launches", "smallest_visible_effect": "Launches", "adoption_forecast": "Over time",
        "vendor_active": "Other counts",
    },
    "time_cost": {
        "outside_hours_share": "Outside hours", "deliveries_per_day": "Messages", "pressure_outside_hours": "Messages",
        "displaced": "What it costs",
    },
    "relations": {
        "unanswered_share": "Colleagues", "leader_question_ratio": "Colleagues", "customer_answered_share": "Customers",
        "customer_waiting": "Customers", "gap_words_deeds": "In their own words",
    },
}  # fmt: skip


def parts(page: str, of: Parts, figures: Figures) -> None:
    """Draw the names of all parts of a page, and the open one under them."""
    st.space("xsmall")
    names = [*of, ALL]
    for name, tab in zip(names, st.tabs(names, key=key(page), bind="query-params"), strict=True):
        if tab.open:
            with tab, st.container(gap="large"):
                for row in of.get(name) or [row for part in of.values() for row in part]:
                    _draw(row, figures)


def key(page: str) -> str:
    """Return what the address and the widgets call a page's open part."""
    return f"{page}_part"


def open_part(page: str) -> str | None:
    """Return the part of a page that is on screen; None where the page has none."""
    return st.session_state.get(key(page))


def _draw(row: Row, figures: Figures) -> None:
    if len(row) == 1:
        row[0](figures)
        return
    with twos():
        for one in row:
            one(figures)
