"""What is looked at and taken along goes into the company's log, once for each real view."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from analytics import audit_log, places
from pages.parts import access, parts, workspace

MORE = ("measure", "by")  # what a page keeps in the address beside the filter bar
log = logging.getLogger("convivio")


def viewed(page: str) -> None:
    """Log that somebody looks at a page: again only when page, filters, company or release change.

    Strangers, who see nothing but What we see, are not logged: they could fill the disk.
    """
    st.session_state["on_page"] = page
    folder, facts = _facts(page)
    now = (str(folder), *facts.items())
    if folder is None or st.session_state.get("viewed") == now:
        return
    st.session_state["viewed"] = now
    _write(folder, "view", facts)


def taken(what: str, form: str, build: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return a builder of a file that logs each time the file is asked for.

    It runs when the button is pressed, outside the page: who looks at what is settled here.
    """
    folder, facts = _facts(str(st.session_state.get("on_page", "")))

    def built() -> bytes:
        content = build()
        if folder is not None:
            _write(folder, "export", {**facts, "what": what, "form": form})
        return content

    return built


def _facts(page: str) -> tuple[Path | None, dict[str, Any]]:
    """Return the folder of the company on screen, and who looks at which figures."""
    name = workspace.chosen()
    if name is None or not access.signed_in():
        return None, {}
    facts: dict[str, Any] = {"who": access.viewer(), "role": access.role(), "page": page}
    found = workspace.find_release()
    if found:
        facts["release"] = found.number
    if page in access.BY_NAME and access.BY_NAME[page].filtered:
        asked = {key: st.query_params[key] for key in MORE if key in st.query_params}
        facts |= {**st.session_state.get("scope", {}), **asked, "part": parts.open_part(page)}
    return places.folder(name), facts


def _write(folder: Path, kind: str, facts: dict[str, Any]) -> None:
    try:
        audit_log.append(folder, kind, **facts)
    except OSError as error:  # a full disk must not take the figures from everybody
        log.error("a %s could not be logged: %s", kind, type(error).__name__)
