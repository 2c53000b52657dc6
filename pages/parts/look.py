"""What the dropped files are, before anything of them is kept: told by a process of its own."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics import jobs, mappings, places
from analytics.errors import AnalyticsError
from analytics.job_files import LOOKS, Job
from pages.parts import clock, codes, mapping, questions
from pages.parts.import_report import why
from pages.parts.lay import Upload, laid
from pages.parts.screen import screen
from pages.parts.states import note
from pages.parts.table import show_table
from pages.parts.text import count, day_of, listed, number, plain

EVERY = 0.5  # seconds between two looks at a running job
OPENED = 12  # files whose details are offered one by one; the table holds all


def looking(
    workspace: str | None, files: Sequence[Upload], waiting: Sequence[Path], who: str
) -> None:
    """Have these files looked at, once, and draw what they are as soon as it is known."""
    job = _job(workspace, files, waiting, who)
    if job is None:
        return
    if job.state != "running":
        _told(workspace, job)
        return

    @st.fragment(run_every=EVERY)
    def card() -> None:
        now = _get(job.id)
        if now is None or now.state != "running":
            st.rerun()
        else:
            _under_way(now)

    card()


def forget() -> None:
    """Let go of the last look: its files were taken or dropped."""
    held = st.session_state.pop("look", None)
    if held:
        with contextlib.suppress(AnalyticsError):
            jobs.cancel(LOOKS, held["job"])


def again() -> None:
    """Have the files looked at anew, as after a column was named."""
    st.session_state["look_round"] = st.session_state.get("look_round", 0) + 1


def _job(
    workspace: str | None, files: Sequence[Upload], waiting: Sequence[Path], who: str
) -> Job | None:
    """Return the look at exactly these files, started now if need be; None where there are none."""
    wanted = (
        workspace,
        st.session_state.get("look_round", 0),
        *(file.id for file in files),
        *map(str, waiting),
    )
    held = st.session_state.get("look")
    if not (files or waiting):
        forget()
        return None
    if held and held["wanted"] == wanted and (job := _get(held["job"])):
        return job
    forget()
    paths = [*laid(jobs.upload_folder(LOOKS), files), *waiting]
    id_ = jobs.start_look(paths, workspace, who)
    st.session_state["look"] = {"wanted": wanted, "job": id_}
    return _get(id_)


def _get(id_: str) -> Job | None:
    try:
        return jobs.get(LOOKS, id_)
    except AnalyticsError:
        return None  # let go of meanwhile


def _under_way(job: Job) -> None:
    step = job.progress or {}
    total = float(step.get("total") or len(job.files))
    with st.container(border=True, key="look"):
        what = f"Looking at {plain(step.get('file') or 'the files')}"
        st.progress(min(len(job.read) / total, 1.0) if total else 0.0, text=what)


def _told(workspace: str | None, job: Job) -> None:
    """Draw what each file is, and ask about the columns that were not recognised."""
    files = (job.result or {}).get("files") or []
    with st.container(border=True, key="look", gap="small"):
        if not files:
            st.markdown(f"○ {plain(job.message or 'These files could not be looked at.')}")
            return
        known = [file for file in files if file["format"]]
        st.markdown(f"## {_headline(len(files), len(known))}", anchors=False)
        rows = pl.DataFrame([_row(file) for file in files])
        if screen().compact:
            rows = rows.select("File", "What it is", "Records")
        show_table(rows, "What each file is")
        note("Nothing of them is kept yet.")
        asked_first = sorted(
            files, key=lambda file: (file["outcome"] != "reject", not file["clock"])
        )
        for place, file in enumerate(asked_first[:OPENED]):
            _details(workspace, file, f"look_{job.id}_{place}")
        if len(files) > OPENED:
            note(f"{number(len(files) - OPENED)} more stand in the table alone.")
        left_out = (job.result or {}).get("left_out") or []
        if left_out:
            note(f"Passed over: {plain(', '.join(left_out))}.")


def _headline(files: int, known: int) -> str:
    if known == files:
        return "Recognised" if files == 1 else f"All {number(files)} recognised"
    return f"{number(known)} of {count(files, 'files')} recognised"


def _row(file: dict[str, Any]) -> dict[str, str]:
    apart = sum(file["rejected"].values())
    measured = bool(file["format"]) and not file["is_sample"] and file["outcome"] != "reject"
    return {
        "File": file["file"] if not file["within"] else f"{file['file']} (in {file['within']})",
        "What it is": codes.kind_of(file),
        "Days": days(file["first"], file["last"]),
        "Records": number(file["records"]) if measured else "",
        "Would be set apart": number(apart) if measured and apart else "",
    }


def days(first: str | None, last: str | None) -> str:
    """Return "5 Jan 2026 to 9 Jan 2026" for two instants or days in ISO form; empty where they are not known."""
    if not first or not last:
        return ""
    ends = [day_of(first), day_of(last)]
    return " to ".join(dict.fromkeys(ends))


def _details(workspace: str | None, file: dict[str, Any], key: str) -> None:
    """Draw one file: what is wrong with it and what would help, or what it can tell and how it was read."""
    if file["outcome"] == "reject":
        with st.container(key=f"finding_{key}", gap="small"):
            if file["reject_code"] == "no_scale" and file["header"]:
                questions.ask_scale(workspace, file, key, again)
            elif mapping.may_ask(file):
                mapping.ask(workspace, file, key, again)
            else:
                st.markdown(f"○ **{plain(file['file'])}:** {plain(why(file))}")
        return
    clock.ask(workspace, file, key, again, named=True)
    with st.expander(f"{plain(file['file'])}: how it is read", key=f"{key}_open"):
        if file["is_sample"]:
            note("A large file: only its beginning was looked at. The import reads all of it.")
        if file["named_on"]:
            note(f"Read with the columns that were named on {day_of(file['named_on'])}.")
        for code in file["warnings"]:
            if code not in codes.ASKED:
                note(codes.warning(code))
        tells, hides = codes.tells(file["provides"]), codes.hides(file["cannot_see"])
        if tells:
            note(f"It can tell: {listed(tells)}.")
        if hides:
            note(f"It can't tell: {listed(hides, 'or')}.")
        if file["questions"]:
            questions.correct(workspace, file, key, again)
        elif file["columns"] and file["header"]:
            mapping.correct(workspace, file, key, again)


def remembered(workspace: str) -> None:
    """Draw the columns that were named by hand, each with the button that forgets them."""
    if not places.folder(workspace).is_dir() or not (known := mappings.known(workspace)):
        return
    st.space("small")
    st.markdown("## Columns you named", anchors=False)
    note(
        "A table with exactly these columns is read this way by itself. Only the names of columns are kept."
    )
    for one in reversed(known):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"named_{one.id}"
        ):
            taken = ", ".join(mapping.told(field, column) for field, column in one.columns.items())
            tool = f" · from {plain(one.tool)}" if one.tool else ""
            st.markdown(f"**{plain(taken)}**{tool} · {day_of(one.said_on)}", width="stretch")
            st.button(
                "Forget", key=f"forget_{one.id}", type="tertiary", icon=":material/undo:",
                on_click=_forget, args=(workspace, one.id),
            )  # fmt: skip


def _forget(workspace: str, id_: str) -> None:
    with contextlib.suppress(AnalyticsError):  # gone already
        mappings.forget(workspace, id_)
    again()
