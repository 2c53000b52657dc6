"""Who did what, who looked at what, and whether the log still stands as it was written."""

import streamlit as st

from analytics import audit_log, places
from pages.parts import log_view, text, workspace
from pages.parts.access import guard
from pages.parts.lead import headed
from pages.parts.states import note, state

guard("log")

AT_ONCE = 40  # lines; the file holds them all
SHOWN = "log_shown"


def main() -> None:
    """Draw the page."""
    headed(
        "Log",
        "Each import, each publishing, each page that somebody looked at and each file that was taken along. "
        "**No line can be changed, removed or moved without it showing.**",
    )
    name = workspace.chosen()
    if name is None:
        state("nothing_yet")
        return
    folder = places.folder(name)
    log_view.verdict(folder, name)
    limit = int(st.session_state.get(SHOWN, AT_ONCE))
    lines = audit_log.read(folder, limit)
    if not lines:
        return
    log_view.table(lines)
    if len(lines) == limit:
        st.button(
            "Show older lines",
            key="log_older",
            on_click=lambda: st.session_state.update({SHOWN: limit + AT_ONCE}),
        )
    note(
        f"The newest {text.count(len(lines), 'lines')}, times in UTC. The whole log is the file `audit.jsonl` of this company. "
        "Who looks is named; the people whom the figures are about never are."
    )


main()
