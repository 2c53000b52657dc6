"""Which column is which: asked where a table's own names do not tell."""

import re
from collections.abc import Callable
from typing import Any

import streamlit as st

from analytics import jobs
from pages.parts.states import note
from pages.parts.text import bare, plain

FOUND = re.compile(r"Found: (.+?)(?: and [0-9]+ more)?\.(?: |$)", re.DOTALL)
LOG = {"time": "Time", "sender": "Sender", "recipient": "Recipient"}
STAFF = {
    "person": "Person id",
    "email": "E-mail",
    "manager": "Manager",
    "department": "Department",
}
MORE = {"kind": "Kind of act", "thread": "Thread", "location": "Place"}
KINDS = {"log": "A log of messages, mail or calls", "staff": "A list of people"}
NEEDED = {"log": ("time", "sender", "recipient"), "staff": ("department", "manager")}


def by_hand() -> None:
    """Draw one field a column, for tables that were read but read wrongly."""
    note("Which column is which, where a table has unusual names. Leave open what it tells itself.")
    with st.grid(3, min_column_width=130, gap="small"):
        for field, label in {**LOG, **STAFF, **MORE}.items():
            st.text_input(label, key=f"map_{field}", placeholder="column")


def typed() -> dict[str, str]:
    """Return what was typed there: {field: column}."""
    said = {field: st.session_state.get(f"map_{field}") or "" for field in {**LOG, **STAFF, **MORE}}
    return {field: column.strip() for field, column in said.items() if column.strip()}


def columns_in(message: str) -> list[str]:
    """Return the column names that a refusal lists; none where the table has no header."""
    found = FOUND.search(message)
    return list(dict.fromkeys(found[1].split(", "))) if found else []


def unread(job: jobs.Job | None) -> list[dict[str, Any]]:
    """Return the files of a job that lacked a column and said which they have."""
    files = (job.result or {}).get("files") or [] if job else []
    return [
        file
        for file in files
        if file.get("reject_code") == "column_missing" and columns_in(file.get("message") or "")
    ]


def ask(job: jobs.Job | None, begin: Callable[..., None], workspace: str) -> None:
    """Draw a form for each file whose columns were not recognised; `begin` starts again with the answer."""
    for number, file in enumerate(unread(job)):
        with st.container(border=True, key=f"ask_{number}", gap="small"):
            st.markdown(f"**{plain(file['file'])}**: which column is which?")
            kind = st.radio(
                "What is it?",
                list(KINDS),
                format_func=KINDS.__getitem__,
                horizontal=True,
                key=f"ask_kind_{number}",
            )
            names = columns_in(file["message"])
            fields = LOG if kind == "log" else STAFF
            with st.grid(4, min_column_width=150, gap="small"):
                chosen = {
                    field: st.selectbox(
                        label,
                        names,
                        index=None,
                        format_func=bare,
                        placeholder="not there",
                        key=f"ask_{number}_{field}",
                    )
                    for field, label in fields.items()
                }
            columns = {field: column for field, column in chosen.items() if column}
            is_here = any(
                dropped.name == file["file"] for dropped in st.session_state.get("drop") or []
            )
            is_here = is_here or file["file"] in (st.session_state.get("inbox") or [])
            if not is_here:
                note("Drop the file above once more, then it can be read with these columns.")
            st.button(
                "Read it with these columns",
                key=f"ask_start_{number}",
                disabled=not (is_here and enough(kind, columns)),
                on_click=begin,
                args=(workspace, columns, file["file"]),
            )


def enough(kind: str, columns: dict[str, str]) -> bool:
    """Say whether these columns make such a table readable."""
    if kind == "log":
        return all(field in columns for field in NEEDED["log"])
    return bool({"person", "email"} & set(columns)) and bool(set(NEEDED["staff"]) & set(columns))
