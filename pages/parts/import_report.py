"""What became of imported files, in words; and the list of imports with the way back."""

from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from analytics import jobs
from analytics.readers.codes import set_apart
from analytics.sheets import csv_text
from pages.parts import access, clock, codes, journal, mapping
from pages.parts.screen import screen
from pages.parts.states import note
from pages.parts.table import show_table
from pages.parts.text import count, day, day_of, listed, number, plain

COLUMNS_ASKED = (
    "The columns were not recognised. On the next drop you are asked which is which, once."
)
ORDER_ASKED = "Nothing in it tells day from month. On the next drop you are asked, once."
SCALE_ASKED = "Nothing tells on which scale was answered. On the next drop you are asked, once."
OUTCOMES = {
    "accept": "● Read whole",
    "partial": "◐ Read, with something set apart",
    "reject": "○ Not imported",
}
MARKS = {outcome: words[0] for outcome, words in OUTCOMES.items()}
LOOK_FIRST = ("reject", "partial", "accept")
OPEN = 4  # files up to which those with something set apart lie open
CARDS = 12  # files told one by one; all of them stand in the table and in the download
ACCOUNT = (
    "file",
    "within",
    "format",
    "outcome",
    "records",
    "stored",
    "duplicates",
    "set_apart",
    "non_records",
)


def files_report(workspace: str, job_id: str, result: dict[str, Any]) -> None:
    """Draw every file of a job: all in a table where they are many, then those that need a look, then the rest."""
    files = sorted(result.get("files") or [], key=lambda file: LOOK_FIRST.index(file["outcome"]))
    if len(files) > 1:
        rows = pl.DataFrame([_row(file) for file in files])
        if screen().compact:
            rows = rows.select("File", "Outcome", "Stored")
        elif not any(rows["In"]):
            rows = rows.drop("In")
        show_table(rows, "What became of each file")
        note(adds_up(files))
    refused([file for file in files if file["outcome"] == "reject"])
    read = [file for file in files if file["outcome"] != "reject"]
    read.sort(key=lambda file: not (file["rejected"] or file.get("clock")))
    for place, file in enumerate(read[:CARDS]):
        key = f"{job_id}_{place}"
        needs_look = bool(file["rejected"] or file.get("clock"))
        if len(files) == 1 or (needs_look and len(files) <= OPEN):
            st.divider()
            file_card(workspace, file, key)
        else:
            what = _inside(file)
            with st.expander(f"{plain(file['file'])}: {what}", key=f"card_{key}"):
                file_card(workspace, file, key)
    if len(read) > CARDS:
        note(f"{count(len(read) - CARDS, 'more files')} stand in the table alone.")
    if left_out := result.get("left_out"):
        note(f"Passed over: {plain(', '.join(left_out))}.")
    if files:
        account = pl.DataFrame([_account(file) for file in files], infer_schema_length=None)
        name = f"import-{job_id}.csv"
        _download(name, csv_text(account).encode(), "Report (CSV)", f"report_{job_id}")


def _inside(file: dict[str, Any]) -> str:
    """Return what the card of a file that was read is about."""
    if file["rejected"]:
        return "what was set apart, and why"
    return "by which clock do people live?" if file.get("clock") else "what was read"


def refused(files: list[dict[str, Any]]) -> None:
    """Draw why files were not imported and what helps, those with the same fault together."""
    same: dict[str, list[str]] = {}
    for file in files:
        same.setdefault(left_out_for(file), []).append(file["file"])
    for reason, names in same.items():
        shown = plain(names[0]) if len(names) == 1 else count(len(names), "files")
        which = f" :gray[{plain(', '.join(names))}]" if len(names) > 1 else ""
        st.markdown(f"○ **{shown}:** {plain(reason)}{which}")


def left_out_for(file: dict[str, Any]) -> str:
    """Return why a file was not imported, without its name, and what is asked on its next drop."""
    if mapping.may_ask(file):
        return ORDER_ASKED if file["reject_code"] == "dates_ambiguous" else COLUMNS_ASKED
    if file.get("reject_code") == "no_scale" and file.get("header"):
        return SCALE_ASKED
    return why(file)


def why(file: dict[str, Any]) -> str:
    """Return why a file cannot be read, without its name."""
    said = (file.get("message") or "").removeprefix(f"{file['file']}:").strip()
    return said[:1].upper() + said[1:] or "It could not be read."


def adds_up(files: list[dict[str, Any]]) -> str:
    """Return that nothing was lost: what was read is what was stored, known, set apart, or no record."""
    apart = sum(sum(file["rejected"].values()) for file in files)
    total = {
        word: sum(file[key] for file in files)
        for key, word in (("stored", "stored"), ("duplicates", "already known"))
    } | {"set apart": apart}
    parts = [f"{number(value)} {word}" for word, value in total.items()]
    if others := sum(file["non_records"] for file in files):
        parts.append(f"{number(others)} that are no records")
    return f"{number(sum(file['records'] for file in files))} read = {' + '.join(parts)}."


def file_card(workspace: str, file: dict[str, Any], key: str) -> None:
    """Draw the report of one file that was read: read = stored + already known + set apart + not records, then why and what it tells."""
    within = f" · in {plain(file['within'])}" if file.get("within") else ""
    st.markdown(f"**{plain(file['file'])}** · {codes.kind_of(file)}{within}")
    note(OUTCOMES.get(file["outcome"], ""))
    if file.get("message"):
        st.markdown(plain(file["message"]))
    if file.get("named_on"):
        note(f"Read with the columns that were named on {day_of(file['named_on'])}.")
    _sum(file)
    _apart(workspace, file, key)
    clock.ask(workspace, file, key, lambda: None)
    clock.publishing(workspace, file, key)
    for code in file["warnings"]:
        if code not in codes.ASKED:
            note(codes.warning(code))
    tells, hides = codes.tells(file.get("provides", [])), codes.hides(file.get("cannot_see", []))
    if tells:
        note(f"It can tell: {listed(tells)}.")
    if hides:
        note(f"It can't tell: {listed(hides, 'or')}.")


def _sum(file: dict[str, Any]) -> None:
    """Draw that nothing was lost: what was read is what was stored, known, set apart, or no record."""
    apart = sum(file["rejected"].values())
    facts = {
        "Records read": file["records"],
        "Stored": file["stored"],
        "Already known": file["duplicates"],
        "Set apart": apart,
    }
    with st.grid(4, min_column_width=120, gap="small"):
        for label, value in facts.items():
            with st.container(gap="xxsmall"):
                note(label)
                st.markdown(f"**{number(value)}**")
    note(adds_up([file]))


def _apart(workspace: str, file: dict[str, Any], key: str) -> None:
    """Draw what was set apart by reason, and offer every record of it with its place."""
    if not file["rejected"]:
        return
    rows = [
        {
            "Why": set_apart(code)[0],
            "Records": number(records),
            "What helps": set_apart(code)[1],
        }
        for code, records in file["rejected"].items()
    ]
    show_table(pl.DataFrame(rows), f"Records set apart in {file['file']}, by reason")
    set_apart_button(workspace, file.get("import"), key)


def set_apart_button(workspace: str, import_id: str | None, key: str) -> None:
    """Draw the download of every record that an import set apart, with its place: where there is one."""
    found = jobs.apart(workspace, import_id or "")
    if found:
        _download(
            f"set-apart-{import_id}.csv",
            found.read_bytes(),
            "Set apart, line by line (CSV)",
            f"apart_{key}",
        )


def _download(name: str, content: bytes, label: str, key: str) -> None:
    st.download_button(
        label,
        data=journal.taken("import report", "csv", lambda: content),
        file_name=name,
        mime="text/csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        key=key,
    )


def _row(file: dict[str, Any]) -> dict[str, str]:
    return {
        "Outcome": OUTCOMES.get(file["outcome"], ""),
        "File": file["file"],
        "In": file.get("within") or "",
        "What it is": codes.kind_of(file),
        "Stored": number(file["stored"]),
        "Already known": number(file["duplicates"]),
        "Set apart": number(sum(file["rejected"].values())),
    }


def _account(file: dict[str, Any]) -> dict[str, Any]:
    values = file | {"set_apart": sum(file["rejected"].values())}
    reasons = ", ".join(f"{code} {records}" for code, records in file["rejected"].items())
    more = {
        "reasons": reasons,
        "warnings": ", ".join(file["warnings"]),
        "message": file.get("message"),
    }
    return {key: values.get(key) for key in ACCOUNT} | more


def _taken(entry: dict[str, Any]) -> str:
    """Return how many records of an import are counted, and of how many."""
    read, stored = entry["rows"], (entry.get("report") or {}).get("stored")
    if stored is None or stored == read:
        return count(read, "records")
    return f"{number(stored)} of {count(read, 'records')}"


def imports_list(workspace: str, imports: list[dict[str, Any]], *, is_busy: bool = False) -> None:
    """Draw every import, newest first, those left out last, each with the button that leaves it out; none while a job runs."""
    st.space("small")
    st.markdown("## What the figures rest on", anchors=False)
    for entry in sorted(imports, key=lambda one: (not one["undone"], one["at"]), reverse=True):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"finding_{entry['id']}"
        ):
            when = day(datetime.fromisoformat(entry["at"]).date())
            about = f"{codes.format_name(entry['format'])} · {_taken(entry)} · {when}"
            said = f"**{plain(entry['file'])}** · {about}"
            st.markdown(f":gray[○ Left out: {said}]" if entry["undone"] else said, width="stretch")
            set_apart_button(workspace, entry["id"], f"list_{entry['id']}")
            if not entry["undone"] and st.button(
                "Leave out", key=f"undo_{entry['id']}", type="tertiary", icon=":material/undo:",
                disabled=is_busy, help="Another job runs: wait until it is done" if is_busy else None,
            ):  # fmt: skip
                jobs.start_undo(workspace, entry["id"], who=access.viewer())
                st.rerun()
    note(
        "Leaving an import out deletes nothing: the figures are computed anew without it, and importing the file again brings it back."
    )
