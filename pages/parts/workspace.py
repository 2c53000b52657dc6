"""Which company is on screen: the chosen workspace and its release."""

import streamlit as st

from analytics import release as releases
from analytics.release import Release
from pages.parts import access


def chosen() -> str | None:
    """Return the workspace on screen, always one that whoever looks may open; None = there is none.

    The address decides (`?ws=acme`), then what was chosen before, then the first with a release.
    """
    allowed = access.workspaces()
    for name in (st.query_params.get("ws"), st.session_state.get("workspace")):
        if name in allowed:
            return str(name)
    published = set(releases.workspaces())
    return next((name for name in allowed if name in published), allowed[0] if allowed else None)


def may_open_demo() -> bool:
    """Say whether there is a demo to look at, or whoever looks may have it made."""
    return releases.current(access.DEMO) is not None or access.may_open("imports", access.role())


def find_release() -> Release | None:
    """Return the release on screen, or None when nothing was published yet."""
    workspace = chosen()
    path = releases.current(workspace) if workspace else None
    return releases.open_release(path) if path else None
