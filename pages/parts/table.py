"""The same figures as text: the way to a chart for the keyboard and for those who do not see it."""

import polars as pl
import streamlit as st

from pages.parts.screen import screen
from pages.parts.text import bare, plain, unbroken

MOST_ROWS = 14  # a real table reads well up to here; beyond it scrolls
PHONE_ROWS = 40  # a scrolling one cuts its texts, and on a phone nobody widens a column


def show_table(rows: pl.DataFrame, alt: str, *, is_whole: bool = False) -> None:
    """Show a table of texts; long ones scroll, unless `is_whole`. Words from exports are made harmless."""
    is_phone = screen().compact
    if is_whole or rows.height <= (PHONE_ROWS if is_phone else MOST_ROWS):
        safe = rows.with_columns(
            pl.Series(
                name, [unbroken(plain(cell)) if is_phone else plain(cell) for cell in rows[name]]
            )
            for name in rows.columns
        )
        st.table(safe, border="horizontal", hide_index=True, alt=alt)
        return
    safe = rows.with_columns(
        pl.Series(name, [bare(cell) for cell in rows[name]]) for name in rows.columns
    )
    st.dataframe(safe, hide_index=True, width="stretch", height=420, alt=alt)
