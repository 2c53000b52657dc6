"""The log in words: whether it holds, and its lines."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics import audit_log, formats
from analytics.roles import NAMES
from pages.parts import access, filters, text
from pages.parts.measures import MEASURES
from pages.parts.parts import ALL
from pages.parts.screen import screen
from pages.parts.setting_rows import LABELS, NOT_SET
from pages.parts.table import show_table
from pages.parts.text import plain

KINDS = {
    "view": "looked at",
    "export": "took along",
    "import": "imported a file",
    "refused_file": "brought a file that was not imported",
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
    "backups_left": "{} backups left", "accepted": "{} joined", "refused": "{} kept apart", "undone": "{} taken back",
    "release": "release {}",
}  # fmt: skip
SHORT_ID = 8  # characters that tell imports apart on a page; the file of the log holds them whole
APART = {"n", "at", "kind", "who", "role", "previous", "hash", "journal"}


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
    show_table(rows, "The log, newest first", is_whole=True)


def row(line: dict[str, Any], named: bool) -> dict[str, str]:
    """Return one line as it is read: when, who, what, which."""
    if line.get("outcome") == "reject":
        line = {**line, "kind": "refused_file", "outcome": None, "stored": None}
    facts = (
        [changed(line)]
        if line.get("kind") == "settings"
        else [
            said(key, str(value))
            for key, value in line.items()
            if key not in APART and value is not None
        ]
    )
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


def changed(line: dict[str, Any]) -> str:
    """Return what became of a setting: Smallest group shown: 12 instead of 10, because of the works agreement."""
    name = str(line.get("setting", ""))
    now, before = (_spaced(str(line.get(end) or "")) for end in ("new", "old"))
    was = f" instead of {before}" if before else ""
    why = f". Reason: {line['reason']}" if line.get("reason") else ""
    return f"{LABELS.get(name, name.replace('_', ' '))}: {now or NOT_SET}{was}{why}"


def _spaced(words: str) -> str:
    """Return a setting's words with room between them: slack=180,email=90 becomes slack: 180, email: 90."""
    return ", ".join(part.strip().replace("=", ": ") for part in words.split(",") if part.strip())


def said(key: str, told: str) -> str:
    """Return one fact in words: What we see, release 3, department Finance, 1,144 records kept."""
    if key in SAID:
        return SAID[key](told)
    if key in COUNTED:
        return COUNTED[key].format(text.number(float(told)) if told.isdecimal() else told)
    return f"{key.replace('_', ' ')} {told}"


def _page(name: str) -> str:
    return access.BY_NAME[name].title if name in access.BY_NAME else name


def _period(code: str) -> str:
    """Return Apr–Jun 2026 for 2026-Q2 and April 2026 for 2026-04; anything else as it stands."""
    year, _, part = code.partition("-")
    if not (year.isdecimal() and part.removeprefix("Q").isdecimal()):
        return code
    number = int(part.removeprefix("Q"))
    month, block = (3 * number - 2, "quarter") if part.startswith("Q") else (number, "month")
    return filters.label(date(int(year), month, 1), block) if month in range(1, 13) else code


SAID: dict[str, Callable[[str], str]] = {
    "page": _page,
    "format": formats.title,
    "outcome": lambda told: OUTCOMES.get(told, told),
    "import": lambda told: f"import {told[:SHORT_ID]}",
    "period": _period,
    "step": lambda told: f"by {told}",
    "level": filters.level_name,
    "location": lambda told: f"place {told}",
    "tool": filters.tool_name,
    "part": lambda told: "all parts" if told == ALL else f"part “{told}”",
    "measure": lambda told: MEASURES[told][0] if told in MEASURES else told,
    "by": lambda told: f"{told}s side by side",
    "what": lambda told: told.replace("_", " "),
    "form": lambda told: f"as {told.upper()}",
    "with_key": lambda told: "with the key" if told == "yes" else "without the key",
}
