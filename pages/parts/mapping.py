"""Which column is which: asked where a table's own names do not tell, and remembered for the next one like it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from analytics import mappings
from analytics.readers.base import Options
from analytics.readers.surveys import constructs
from analytics.readers.surveys.items import NO_CONSTRUCT
from pages.parts.states import note
from pages.parts.text import bare, count, plain

LABELS = {
    "time": "Time", "sender": "Sender", "recipient": "Recipient", "kind": "Kind of act", "thread": "Thread",
    "person": "Person id", "email": "E-mail", "manager": "Manager", "manager_id": "Manager's id",
    "department": "Department", "division": "Division", "location": "Place", "hired_on": "Start date", "reply_to": "Answer to",
    "seconds": "Duration in seconds", "minutes": "Duration in minutes", "dates": "Dates", "zone": "Time zone",
}  # fmt: skip
FIELDS = {
    "log": ("time", "sender", "recipient", "kind", "thread"),
    "staff": ("person", "email", "department", "division", "manager", "location", "hired_on"),
}
KINDS = {"log": "A log of messages, mail or calls", "staff": "A list of people"}
OF_FORMAT = {"interaction_log": "log", "hr_file": "staff"}
ORDERS = {"dd/mm": "Day first: 31/01/2026", "mm/dd": "Month first: 01/31/2026"}
NEVER = "Only the names of columns are remembered, never what stands in them."


def label(field: str) -> str:
    """Return a field's name for people."""
    return LABELS.get(field, field.replace("_", " ").capitalize())


def may_ask(file: dict[str, Any]) -> bool:
    """Say whether naming columns would make a refused file readable."""
    return bool(file.get("header")) and file.get("reject_code") in (
        "column_missing",
        "dates_ambiguous",
    )


def ask(workspace: str | None, file: dict[str, Any], key: str, done: Callable[[], None]) -> None:
    """Draw the question that a refused table leaves open; `done` is called once it is answered."""
    if file["reject_code"] == "dates_ambiguous":
        _ask_order(workspace, file, key, done)
        return
    st.markdown(f"**{plain(file['file'])}**: which column is which?")
    kind = st.radio(
        "What is it?",
        list(KINDS),
        format_func=KINDS.__getitem__,
        horizontal=True,
        key=f"{key}_what",
    )
    chosen = _choose(file, FIELDS[kind], key)
    tool = None
    if kind == "log":
        tool = st.text_input("Tool it comes from", key=f"{key}_tool", placeholder="mail", width=320)
    button("Read it with these columns", workspace, file, Options(chosen, bare(tool or "") or None), key, done, enough(kind, chosen))  # fmt: skip


def correct(
    workspace: str | None, file: dict[str, Any], key: str, done: Callable[[], None]
) -> None:
    """Draw which column was taken for what in a table that was read, to be changed."""
    usual = FIELDS.get(OF_FORMAT.get(file["format"], ""), ())
    chosen = _choose(file, tuple(dict.fromkeys((*file["columns"], *usual))), key)
    said = file["said"].get("columns", {})
    kept = {
        field: column
        for field, column in said.items()
        if field not in chosen and field in ("dates", "zone")
    }
    changed = any(file["columns"].get(field) != column for field, column in chosen.items())
    options = Options({**chosen, **kept}, file["said"].get("tool"))
    button("Read it this way", workspace, file, options, key, done, changed)


def enough(kind: str, columns: dict[str, str]) -> bool:
    """Say whether these columns make such a table readable."""
    if kind == "log":
        return {"time", "sender", "recipient"} <= set(columns)
    return bool({"person", "email"} & set(columns)) and bool(
        {"department", "manager"} & set(columns)
    )


def _choose(file: dict[str, Any], fields: tuple[str, ...], key: str) -> dict[str, str]:
    """Draw one choice a field, as it was read, and return field -> column of those that are set."""
    names = list(dict.fromkeys(name for name in file["header"] if name))
    taken = file.get("columns", {})
    with st.grid(3, min_column_width=150, gap="small"):
        chosen: dict[str, str | None] = {
            field: st.selectbox(
                label(field),
                names,
                index=names.index(taken[field]) if taken.get(field) in names else None,
                format_func=bare,
                placeholder="not there",
                key=f"{key}_field_{field}",
            )
            for field in fields
        }
    return {field: str(column) for field, column in chosen.items() if column in names}


def _ask_order(
    workspace: str | None, file: dict[str, Any], key: str, done: Callable[[], None]
) -> None:
    st.markdown(f"**{plain(file['file'])}**: how are its dates written?")
    order = st.radio(
        "Nothing in the file tells day from month.",
        list(ORDERS),
        index=None,
        format_func=ORDERS.__getitem__,
        key=f"{key}_order",
    )
    earlier = mappings.find(mappings.known(workspace), file.get("table", "")) if workspace else None
    said = earlier.options if earlier else Options()
    options = Options({**said.columns, "dates": order or ""}, said.tool)
    button("Read them so", workspace, file, options, key, done, order is not None)


def button(
    words: str,
    workspace: str | None,
    file: dict[str, Any],
    options: Options,
    key: str,
    done: Callable[[], None],
    is_enough: bool,
) -> None:
    """Draw the button that remembers what was said of a table and has it read so."""
    if workspace is None:
        note("Name the company first: what you say here is remembered for it.")
    st.button(
        words,
        key=f"{key}_say",
        disabled=workspace is None or not is_enough,
        on_click=_say,
        args=(workspace, file.get("table", ""), options, done),
    )
    note(NEVER)


def told(field: str, column: str) -> str:
    """Return "Sender = wer", or of a survey "Voice = 3 questions"."""
    if field in (*constructs.NAMES, NO_CONSTRUCT, "reversed"):
        return f"{label(field)} = {count(len(column.split(';')), 'questions')}"
    return f"{label(field)} = {column}"


def _say(workspace: str, table: str, options: Options, done: Callable[[], None]) -> None:
    mappings.remember(workspace, table, options, datetime.now(UTC).date())
    st.session_state["workspace"] = workspace  # it may have been a new one
    done()
