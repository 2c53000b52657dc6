"""What became of an imported file, in words; and the list of imports with the way back."""

from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from analytics import jobs
from analytics.readers.codes import set_apart
from analytics.sheets import csv_text
from pages.parts import access, codes, journal
from pages.parts.mapping import columns_in
from pages.parts.states import note
from pages.parts.table import show_table
from pages.parts.text import day, listed, number, plain

COLUMNS_ASKED = "Its columns were not recognised: say above which is which, and it is read at once."
OUTCOMES = {
    "accept": "● Read whole",
    "partial": "● Read, with something set apart",
    "reject": "○ Not imported",
}


def file_card(file: dict[str, Any], key: str) -> None:
    """Draw one file's report: read = stored + already known + set apart + not records, then why and what it tells."""
    apart = sum(file["rejected"].values())
    st.markdown(
        f"**{plain(file['file'])}** · {codes.format_name(file['format']) if file['format'] else 'not recognised'}"
    )
    note(OUTCOMES.get(file["outcome"], ""))
    if file.get("message"):
        asked = columns_in(file["message"]) and file["outcome"] == "reject"
        st.markdown(COLUMNS_ASKED if asked else plain(file["message"]))
    if file["outcome"] == "reject":
        return
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
    parts = [f"{number(value)} {label.lower()}" for label, value in list(facts.items())[1:]]
    if file["non_records"]:
        parts.append(f"{number(file['non_records'])} that are no records")
    note(f"{number(file['records'])} read = {' + '.join(parts)}.")
    if apart:
        rows = pl.DataFrame(
            [
                {
                    "Why": plain(set_apart(code)[0]),
                    "Records": number(count),
                    "What helps": set_apart(code)[1],
                }
                for code, count in file["rejected"].items()
            ]
        )
        show_table(rows, f"Records set apart in {file['file']}, by reason")
    for code in file["warnings"]:
        note(codes.warning(code))
    tells, hides = codes.tells(file.get("provides", [])), codes.tells(file.get("cannot_see", []))
    if tells:
        note(f"It can tell: {listed(tells)}.")
    if hides:
        note(f"It can't tell: {listed(hides, 'or')}.")
    report = pl.DataFrame(
        [{"item": item, "value": str(value)} for item, value in file.items() if item != "message"]
    )
    st.download_button(
        "Report (CSV)",
        data=journal.taken("import report", "csv", lambda: csv_text(report).encode()),
        file_name=f"import-{file.get('import') or 'report'}.csv",
        mime="text/csv",
        on_click="ignore",
        type="tertiary",
        key=f"report_{key}",
    )


def imports_list(workspace: str, imports: list[dict[str, Any]]) -> None:
    """Draw every import, newest first, each with the button that leaves it out."""
    st.space("small")
    st.markdown("#### What the figures rest on", anchors=False)
    for entry in reversed(imports):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"finding_{entry['id']}"
        ):
            when = day(datetime.fromisoformat(entry["at"]).date())
            left_out = " · left out" if entry["undone"] else ""
            st.markdown(
                f"**{plain(entry['file'])}** · {codes.format_name(entry['format'])} · {number(entry['rows'])} records · {when}{left_out}",
                width="stretch",
            )
            if not entry["undone"] and st.button(
                "Leave out", key=f"undo_{entry['id']}", type="tertiary", icon=":material/undo:"
            ):
                jobs.start_undo(workspace, entry["id"], who=access.viewer())
                st.rerun()
    note(
        "Leaving an import out deletes nothing: the figures are computed anew without it, and importing the file again brings it back."
    )
