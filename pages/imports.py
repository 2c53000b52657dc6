"""Bringing exports in: what became of each, and how it is taken out again."""

from pathlib import Path
from zoneinfo import available_timezones

import streamlit as st

from analytics import jobs, places
from analytics.readers.base import Options
from pages.parts import access, workspace
from pages.parts.access import guard
from pages.parts.import_report import file_card, imports_list
from pages.parts.states import note
from pages.parts.text import plain

NEW = "A new one"
EVERY = 1.0  # seconds between two looks at a running job
NAME_LENGTH = 120  # of a stored file; longer names are cut, their ending kept
FIELDS = {
    "time": "Time",
    "sender": "Sender",
    "recipient": "Recipient",
    "kind": "Kind of act",
    "person": "Person id",
    "email": "E-mail",
    "manager": "Manager",
    "department": "Department",
}
STAGES = {
    "reading": "Reading",
    "building": "Putting the imports together",
    "publishing": "Computing the figures",
}


def page() -> None:
    """Draw the page."""
    guard("imports")
    st.title("Import exports", anchor=False)
    with st.container(key="lead", width=780):
        st.markdown(
            "Drop what your tools gave you, just as it came. Each file is told apart by its content. "
            "**Text is never kept, and everything can be taken out again.**"
        )
    st.space("xsmall")
    name = target()
    if name:
        bring(name)
        running(name)
        if imports := jobs.imported(name):
            imports_list(name, imports)


def target() -> str | None:
    """Return the workspace to import into: an open one, or a new name where that is allowed."""
    known = [entry for entry in access.workspaces() if entry != access.DEMO]
    options = known if access.auth_on() else [*known, NEW]
    if not options:
        note("No company is open to you for importing: ask whoever runs Convivio.")
        return None
    open_ = workspace.chosen()
    chosen = st.selectbox(
        "Company",
        options,
        index=options.index(open_) if open_ in options else len(options) - 1,
        key="import_into",
        width=320,
    )
    if chosen != NEW:
        return str(chosen)
    typed = st.text_input(
        "Its short name", key="import_name", placeholder="acme", width=320
    ).strip()
    if not typed:
        note(
            "A short name of a to z, 0 to 9 and hyphens; figures of different companies never meet."
        )
        return None
    if not places.NAME.fullmatch(typed):
        note("Only a to z, 0 to 9 and hyphens, 40 at most.")
        return None
    return typed


def bring(name: str) -> None:
    """Draw the drop zone, the inbox, what may be said about the files, and the button that starts."""
    files = st.file_uploader(
        "Drop exports here: a Slack zip, an interaction log, an HR file",
        accept_multiple_files=True,
        key="drop",
    )
    inbox = places.ROOT / "data" / "inbox" / name
    waiting = (
        sorted(entry.name for entry in inbox.iterdir() if not entry.name.startswith("."))
        if inbox.is_dir()
        else []
    )
    picked = (
        st.multiselect(
            "From the inbox folder", waiting, format_func=plain, key="inbox", placeholder="None"
        )
        if waiting
        else []
    )
    with st.expander("What the files don't say themselves", key="said"):
        zone = st.selectbox(
            "Time zone of the company",
            sorted(available_timezones()),
            index=None,
            placeholder="As it was, or not known",
            key="zone",
            width=320,
        )
        note(
            "Only where a table has unusual column names: which column is which. It says what it found when it can't tell."
        )
        with st.grid(4, min_column_width=150, gap="small"):
            columns = {
                field: st.text_input(label, key=f"map_{field}", placeholder="column")
                for field, label in FIELDS.items()
            }
    if st.button("Import", type="primary", key="start", disabled=not (files or picked)):
        folder = jobs.upload_folder(name)
        paths = [kept(folder, file.name, file.getvalue()) for file in files or []]
        said = Options(
            columns={field: column.strip() for field, column in columns.items() if column.strip()}
        )
        jobs.start(name, [*paths, *(inbox / entry for entry in picked)], said, zone)
        st.session_state["workspace"] = name


def kept(folder: Path, name: str, content: bytes) -> Path:
    """Write an uploaded file into the job's own folder and return its path; its name is only a label."""
    plain_name = (
        "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()) or "file"
    )
    path = Path(plain_name)
    label = path.stem[: NAME_LENGTH - len(path.suffix[:20])] + path.suffix[:20]
    spot = folder / label.lstrip(".")
    number = 2
    while spot.exists() or spot == folder:
        spot = folder / f"{number}-{label.lstrip('.')}"
        number += 1
    spot.write_bytes(content)
    return spot


def running(name: str) -> None:
    """Draw the newest job: live while it runs, then what became of its files."""
    if not (places.folder(name) / "jobs").is_dir():
        return
    newest = next(iter(jobs.list(name)), None)
    if newest is None:
        return

    @st.fragment(run_every=EVERY if newest.state == "running" else None)
    def card() -> None:
        job = jobs.get(name, newest.id)
        if job.state != "running" and newest.state == "running":
            st.rerun()  # the rest of the page has news too
        with st.container(border=True, key="job"):
            job_card(name, job)

    card()


def job_card(name: str, job: jobs.Job) -> None:
    """Draw one job."""
    if job.state == "running":
        step = job.progress or {"stage": "starting", "done": 0, "total": 0}
        stage = STAGES.get(step["stage"], str(step["stage"]).capitalize())
        share = step["done"] / step["total"] if step.get("total") else 0.0
        st.progress(min(share, 1.0), text=plain(f"{stage} {step.get('file') or ''}".strip()))
        note(
            "You may leave this page: it goes on, and the figures of before stay until it is done."
        )
        if st.button("Stop", key="stop"):
            jobs.cancel(name, job.id)
            st.rerun()
        return
    if job.result is None or not job.result.get("files"):
        st.markdown(plain(job.message) if job.message else "● Done. A new release is open.")
        return
    people = job.result.get("people") or {}
    release = job.result.get("release")
    st.markdown(
        f"● **Release {release} is open.**"
        if release and job.state == "done"
        else "○ **Nothing new was published.** The figures of before stand."
    )
    if people.get("in_org"):
        note(
            f"{people['in_org']} people in the HR file, {people['matched']} of them seen in the exports; "
            f"{people['unmatched']} accounts fit nobody in it."
        )
    for index, file in enumerate(job.result["files"]):
        file_card(file, f"{job.id}_{index}")


page()
