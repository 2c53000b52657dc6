"""Who looks, in which colours and how wide: light or dark, desk or phone, two columns or one."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.charts.theme import Look, look


def screen() -> Look:
    """Return the colours and width of whoever looks. A phone is known only by its browser's name."""
    agent = st.context.headers.get("User-Agent") or ""
    return look(st.context.theme.type, compact="Mobi" in agent)


def pair() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return two places side by side, one under the other where there is no room."""
    with twos():
        return st.container(), st.container()


def twos() -> DeltaGenerator:
    """Return a place whose figures stand in twos, one under the other where there is no room for 400 px each."""
    if screen().compact:
        return st.container(gap="large")
    return st.grid(2, min_column_width=400, gap="large")
