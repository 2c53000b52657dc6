"""Who sees what, as a table of the roles."""

import polars as pl
import streamlit as st

from analytics import roles
from pages.parts import access, text
from pages.parts.states import note
from pages.parts.table import show_table


def who_may_see() -> None:
    """Show who sees what, as the access table has it."""
    st.markdown("## Who may see", anchors=False)
    rows = [
        {
            "What": sight.what,
            "Who": text.listed([name for role, name in roles.NAMES.items() if role in sight.roles])
            or "Nobody",
        }
        for sight in roles.SIGHTS
    ]
    show_table(pl.DataFrame(rows), "Who may see what, by role")
    note(
        "Who holds which role stands in `data/access.toml`, or in the groups of the company directory."
        if access.auth_on()
        else "There is no sign-in: whoever sits at this machine sees all of it. The README says how to let others in."
    )
