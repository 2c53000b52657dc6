"""By which clock do people live? Asked where a file's acts move by an hour when clocks change, and remembered."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from analytics import jobs, mappings, places, settings_door
from analytics.readers.base import Options
from analytics.readers.clock_change import in_words
from pages.parts import access
from pages.parts.states import note
from pages.parts.text import plain

SAY = {"still": "The company works in this zone", "twice": "Its times are written in this zone"}


def ask(
    workspace: str | None,
    file: dict[str, Any],
    key: str,
    done: Callable[[], None],
    *,
    named: bool = False,
) -> None:
    """Draw the question that a file's clock leaves open, or its answer; `done` is called once it is answered.

    `named` says first which file it is, where nothing else does.
    """
    clock = file.get("clock")
    if not clock:
        return
    which = f"**{plain(file['file'])}:** " if named else ""
    st.markdown(f"◐ {which}{plain(in_words(clock))}")
    if answer := answered(workspace, file):
        note(answer)
        return
    if refused := st.session_state.pop(f"{key}_refused", None):
        st.markdown(f"○ **Nothing was changed.** {plain(refused)}")
    zone = st.selectbox(
        "Time zone",
        sorted(available_timezones()),
        index=None,
        placeholder="Not known",
        key=f"{key}_clock",
        width=320,
    )
    st.button(
        SAY[clock["kind"]],
        key=f"{key}_clock_say",
        disabled=workspace is None or zone is None,
        on_click=_say,
        args=(workspace, file, key, done),
    )


def answered(workspace: str | None, file: dict[str, Any]) -> str | None:
    """Return what was said since the file was read, with what follows; None where nothing was."""
    if workspace is None:
        return None
    if file["clock"]["kind"] == "still":
        works_in = settings_door.read(workspace).time_zone
        if works_in is None or works_in == file["clock"]["read_in"]:
            return None
        return f"The company works in {works_in}. Figures follow at the next publishing."
    said = mappings.find(mappings.known(workspace), file.get("table", ""))
    zone = said.columns.get("zone") if said else None
    if zone is None or zone == file["said"].get("columns", {}).get("zone"):
        return None
    return f"Written in {zone}, for every table with these columns. Import the file once more: it is then read so, in place of this time."


def publishing(workspace: str, file: dict[str, Any], key: str) -> None:
    """Draw the button that publishes anew, where the company's zone was said after the file was read."""
    clock = file.get("clock")
    is_said = clock and clock["kind"] == "still" and answered(workspace, file)
    if is_said and st.button("Publish now with this zone", key=f"{key}_clock_publish"):
        if _may(workspace):
            jobs.start_publish(workspace, access.viewer())
        st.rerun()


def _say(workspace: str, file: dict[str, Any], key: str, done: Callable[[], None]) -> None:
    zone = st.session_state.get(f"{key}_clock")
    if not zone or not _may(workspace):
        return
    if file["clock"]["kind"] == "still":
        refused = settings_door.change(workspace, {"time_zone": zone}, "", access.viewer())
        if refused:
            st.session_state[f"{key}_refused"] = refused
    else:
        table = file.get("table", "")
        earlier = mappings.find(mappings.known(workspace), table)
        said = earlier.options if earlier else Options(**file["said"])
        options = Options({**said.columns, "zone": zone}, said.tool)
        mappings.remember(workspace, table, options, datetime.now(UTC).date())
    st.session_state["workspace"] = workspace  # it may have been a new one
    done()


def _may(workspace: str) -> bool:
    """Say whether whoever asks may: what a browser sends need not be what it was offered."""
    if workspace in access.workspaces():
        return access.role() == "consultant"
    return not access.auth_on() and places.NAME.fullmatch(workspace) is not None
