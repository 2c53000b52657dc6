"""Whose account is whose: what resembles somebody waits here for somebody to judge."""

from typing import Any

import streamlit as st

from analytics import identities_door, jobs
from analytics.errors import AnalyticsError
from pages.parts import access, identity_cards, text, workspace
from pages.parts.access import guard
from pages.parts.identity_cards import Choices
from pages.parts.job_view import newest, running
from pages.parts.lead import headed
from pages.parts.states import note, state
from pages.parts.text import plain

FOUND = "identities"  # names, in the session of whoever asked, for this company alone
KINDS = {
    "room": ("rooms", "room"),
    "noreply": ("machines that write", "machine that writes"),
    "notetaker": ("notetakers", "notetaker"),
    "telephone": ("telephones", "telephone"),
    "shared": ("shared mailboxes", "shared mailbox"),
    "test": ("test accounts", "test account"),
}


def page() -> None:
    """Draw the page."""
    guard("identities")
    headed(
        "Who is who",
        "Accounts with the same address or the company's own id are one person without being asked. "
        "**What only resembles somebody waits for you.**",
    )
    name = workspace.chosen()
    if name is None:
        state("nothing_yet")
        return
    found = shown(name)
    if found is None:
        job = newest(name)
        ask(name, is_busy=job is not None and job.state == "running")
        if job and (job.kind == "identities" or job.state == "running"):
            running(name)  # what became of files stands on the page of imports
        return
    judged(name, found)


def shown(name: str) -> dict[str, Any] | None:
    """Return what this session has asked for about this company; another company's is forgotten."""
    kept = st.session_state.get(FOUND)
    if kept and kept["workspace"] == name:
        return dict(kept["found"])
    forget()
    return None


def forget() -> None:
    """Let the names go."""
    for key in (FOUND, *identity_cards.KEYS):
        st.session_state.pop(key, None)


def ask(name: str, *, is_busy: bool) -> None:
    """Offer to show the names, and say what that means."""
    pressed = st.button("Show the accounts to settle", type="primary", key="show", disabled=is_busy)
    if is_busy:
        note("A job runs just now: the accounts can be shown once it is done.")
    note(
        "Names and addresses are shown to you alone and written nowhere; that you looked stands in the log. "
        "Nothing is joined before you say so, and everything can be taken back."
    )
    if not pressed:
        return
    try:
        with st.spinner("Comparing names and addresses"):
            found = identities_door.look(name, access.viewer())
    except AnalyticsError as error:
        st.markdown(f"○ {plain(error)}")
        return
    forget()
    st.session_state[FOUND] = {"workspace": name, "found": found}
    st.rerun()


def judged(name: str, found: dict[str, Any]) -> None:
    """Draw what is open and what was decided, and the button that keeps the choices."""
    accounts = identity_cards.grouped(found["suggestions"])
    views = {
        "open": f"To settle ({text.number(len(accounts))})",
        "decided": f"Decided ({text.number(len(found['decided']))})",
    }
    view = st.segmented_control(
        "View",
        list(views),
        required=True,
        default="open",
        format_func=views.__getitem__,
        key="identity_view",
        label_visibility="collapsed",
    )
    keep(name, identity_cards.chosen(accounts))
    if view == "open":
        identity_cards.to_settle(accounts)
    else:
        identity_cards.decided(found["decided"])
    st.space("small")
    besides(found)


def keep(name: str, choices: Choices) -> None:
    """Draw the button that keeps what was chosen, and the one that lets the names go."""
    number = len(choices.accept) + len(choices.refuse) + len(choices.undo)
    with st.container(horizontal=True):
        if number:
            st.button(
                f"Keep {text.count(number, 'decisions', 'decision')}",
                type="primary",
                key="keep",
                on_click=begin,
                args=(name, choices),
            )
        st.button("Put the names away", key="away", on_click=forget)
    if number:
        note(
            "The figures are computed anew with what you keep: a minute or two, in the background."
        )


def begin(name: str, choices: Choices) -> None:
    """Start the job that writes the decisions and publishes; the names are let go."""
    if name not in access.workspaces():
        return
    jobs.start_identities(name, choices.accept, choices.refuse, choices.undo, access.viewer())
    forget()


def besides(found: dict[str, Any]) -> None:
    """Say what counts as nobody, and which exports hide names."""
    nobody = [text.count(number, *KINDS[kind]) for kind, number in found["not_people"].items()]
    if nobody:
        note(f"Counted as nobody: {text.listed(nobody)}.")
    for tool, number in found["concealed"].items():
        note(
            f"{text.count(number, 'accounts', 'account')} in {plain(tool)} with a code for a name: nobody can be matched to that."
        )


page()
