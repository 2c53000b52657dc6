"""The log in words: whether it holds, and its lines."""

from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics import audit_log
from pages.parts.states import note
from pages.parts.table import show_table
from pages.parts.text import plain

KINDS = {
    "view": "looked at",
    "export": "took along",
    "import": "imported a file",
    "undo": "left an import out",
    "publish": "published",
    "settings": "changed settings",
    "erase": "erased a person",
    "subject_access": "answered a person's request",
    "retention": "deleted what was too old",
    "rotate_key": "changed the key",
    "destroy_key": "destroyed the key",
    "backup": "made a backup",
    "restore": "restored a backup",
    "refused": "was refused",
}
APART = {"n", "at", "kind", "who", "role", "previous", "hash"}


def verdict(folder: Path, name: str) -> None:
    """Say whether the log holds, with what repeats the check."""
    problem = audit_log.verify(folder)
    count, digest = audit_log.last(folder)
    if problem:
        st.markdown(
            f":red[:material/error:] **The log was altered.** {plain(problem.sentence)} "
            "Ask who may write to the folder of this company."
        )
    else:
        lines = "line" if count == 1 else "lines"
        st.markdown(
            f":material/verified: **The log is whole:** {count:,} {lines}, each tied to the one before."
        )
    note(
        f"Note the last line down, and nobody can put another log in its place: `{count}:{digest}`. "
        f"To check it: `python -m analytics verify-log --workspace {name} --noted …`"
    )


def table(lines: list[dict[str, Any]]) -> None:
    """Draw lines of the log, newest first."""
    rows = pl.DataFrame([row(line) for line in lines])
    show_table(rows, "The log, newest first")


def row(line: dict[str, Any]) -> dict[str, str]:
    """Return one line as it is read: when, who, what, which."""
    facts = [f"{key.replace('_', ' ')} {value}" for key, value in line.items() if key not in APART]
    return {
        "Line": str(line.get("n", "")),
        "When": str(line.get("at", ""))[:16].replace("T", " "),
        "Who": str(line.get("who", "")),
        "What": KINDS.get(str(line.get("kind")), str(line.get("kind", ""))),
        "Of what": ", ".join(facts),
    }
