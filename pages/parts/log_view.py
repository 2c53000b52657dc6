"""The log in words: whether it holds, and its lines."""

from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics import audit_log, formats
from analytics.roles import NAMES
from pages.parts import access, text
from pages.parts.screen import screen
from pages.parts.table import show_table
from pages.parts.text import plain

KINDS = {
    "view": "looked at",
    "export": "took along",
    "import": "imported a file",
    "undo": "left an import out",
    "publish": "published",
    "identities_seen": "looked at accounts that may be one person's",
    "identities": "settled whose accounts they are",
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
OUTCOMES = {"accept": "", "partial": "in part", "reject": "refused"}
COUNTED = {
    "stored": "{} records kept", "threshold": "groups of {} or more", "suggestions": "{} suggestions", "acts": "{} acts",
    "backups_left": "{} backups left",
}  # fmt: skip
SHORT_ID = 8  # characters that tell imports apart on a page; the file of the log holds them whole
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
    elif count:
        st.markdown(
            f":material/verified: **The log is whole:** {text.count(count, 'lines')}, each tied to the one before."
        )
    else:
        st.markdown("Nothing has been logged yet.")
        return
    with st.expander("Check it yourself", key="check_log"):
        st.markdown(
            "Keep this command: with its last part, the newest line as it stands now, nobody can put another log in its place."
        )
        st.code(
            f"python -m analytics verify-log --workspace {name} --noted {count}:{digest}",
            language=None,
            wrap_lines=True,
        )


def table(lines: list[dict[str, Any]], *, named: bool = True) -> None:
    """Draw lines of the log, newest first; who it was stands there by address, or by role alone."""
    rows = pl.DataFrame([row(line, named) for line in lines])
    if screen().compact:
        what = pl.format("{} {}: {}", "Who", "What", "Of what")
        rows = rows.select("When", what.str.strip_chars(": ").alias("What was done"))
    show_table(rows, "The log, newest first")


def row(line: dict[str, Any], named: bool) -> dict[str, str]:
    """Return one line as it is read: when, who, what, which."""
    facts = [said(key, value) for key, value in line.items() if key not in APART]
    return {
        "Line": str(line.get("n", "")),
        "When": when(str(line.get("at", ""))),
        "Who": who(line, named),
        "What": KINDS.get(str(line.get("kind")), str(line.get("kind", ""))),
        "Of what": ", ".join(filter(None, facts)),
    }


def who(line: dict[str, Any], named: bool) -> str:
    """Return who it was: the address, or the role where addresses are not for everybody."""
    address = str(line.get("who", ""))
    if address == "this machine":
        return "This machine"
    return address if named else NAMES.get(line.get("role", ""), "Somebody")


def when(at: str) -> str:
    """Return 22 Nov 2026, 23:41 for an instant in ISO form."""
    return f"{text.day_of(at).replace(' ', text.GAP)}, {at[11:16]}" if at else ""


def said(key: str, value: object) -> str:
    """Return one fact in words: What we see, release 3, department Finance, 1,144 records kept."""
    told = str(value)
    if key == "page":
        return access.BY_NAME[told].title if told in access.BY_NAME else told
    if key == "format":
        return formats.title(told)
    if key == "outcome":
        return OUTCOMES.get(told, told)
    if key == "import":
        return f"import {told[:SHORT_ID]}"
    if key in COUNTED:
        return COUNTED[key].format(text.number(float(told)) if told.isdecimal() else told)
    return f"{key.replace('_', ' ')} {told}"
