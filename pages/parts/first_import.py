"""What is asked before a company's first import: why, on which basis, and for how long."""

import streamlit as st

from analytics import jobs, settings_door
from pages.parts import access
from pages.parts.states import note
from pages.parts.text import bare, plain

QUESTIONS = {
    "purpose": ("Purpose", "For example: to see whether the new tools are really used"),
    "legal_basis": ("Legal basis", "For example: GDPR Art. 6(1)(f), balancing test of 3 March"),
    "agreement": ("Agreement or authorisation", "Its date and number"),
}
LONGEST = 36_500  # days


def asked(workspace: str | None) -> list[str]:
    """Return the settings that must be said before files of this company come in; none for the demo."""
    if workspace is None or workspace == access.DEMO:
        return []
    missing = settings_door.missing(workspace)
    rules = settings_door.rules()[settings_door.read(workspace).country]
    # without a country's rules only a first import waits: what runs goes on
    return missing if rules.refuses or not jobs.imported(workspace) else []


def ask(workspace: str | None) -> bool:
    """Draw the questions that are open, and return whether all of them are answered."""
    names = asked(workspace)
    if refused := st.session_state.pop("first_refused", None):
        st.markdown(f"○ **Nothing was imported.** {plain(refused)}")
    if workspace is None or not names:
        return True
    rules = settings_door.rules()[settings_door.read(workspace).country]
    with st.container(border=True, gap="small", key="first_import"):
        st.markdown("## Before the first import", anchors=False)
        note(rules.about)
        for name in names:
            if name == "keep_days":
                st.number_input(
                    "Single acts are kept (days)",
                    min_value=1,
                    max_value=LONGEST,
                    value=rules.keep_days,
                    key="first_keep_days",
                    width=320,
                )
            else:
                label, example = QUESTIONS[name]
                st.text_input(label, key=f"first_{name}", placeholder=example)
        note(
            "All of it stands on the page What we see. The Settings page changes it, and knows the rules of countries."
        )
    return all(answers(names).values())


def answers(names: list[str]) -> dict[str, str]:
    """Return what was answered, as words."""
    return {name: bare(st.session_state.get(f"first_{name}") or "") for name in names}


def settle(workspace: str, said: dict[str, str]) -> str | None:
    """Write `answers` that are complete; return why files may not come in all the same, or None where they may."""
    if not said:
        return None
    return settings_door.change(workspace, said, "", access.viewer())
