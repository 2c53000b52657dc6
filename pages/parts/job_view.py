"""The newest job of a company: live while it runs, then what became of its files."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from analytics import jobs, places
from analytics import release as releases
from analytics.job_files import CUT_SHORT_AT_FIGURES, Job
from pages.parts import access
from pages.parts.import_report import MARKS, files_report
from pages.parts.states import note, page_link
from pages.parts.text import count, day_of, number, plain

EVERY = 1.0  # seconds between two looks at a running job
SHOWN = 6  # files named while a job runs
STAGES = {
    "starting": "Starting",
    "reading": "Reading",
    "building": "Putting the imports together",
    "publishing": "Computing the figures",
}


def newest(workspace: str) -> Job | None:
    """Return the job that was started last, or None where there was none."""
    if not (places.folder(workspace) / "jobs").is_dir():
        return None
    return next(iter(jobs.list(workspace)), None)


def running(workspace: str) -> None:
    """Draw the newest job. The card looks by itself, so it goes on whatever else happens on the page."""
    first = newest(workspace)
    if first is None:
        return

    @st.fragment(run_every=EVERY if first.state == "running" else None)
    def card() -> None:
        job = jobs.get(workspace, first.id)
        if job.state != "running" and first.state == "running":
            st.rerun()  # the rest of the page has news too
        with st.container(border=True, key="job"):
            if job.state == "running":
                under_way(workspace, job)
            else:
                ended(workspace, job)

    card()


def under_way(workspace: str, job: Job) -> None:
    """Draw how far a job has come."""
    step = job.progress or {}
    stage = str(step.get("stage") or "starting")
    total = float(step.get("total") or 0)
    share = min(float(step.get("done") or 0) / total, 1.0) if total else 0.0
    said = STAGES.get(stage, stage.capitalize())
    if stage == "reading" and total:
        said = f"{said} {number(int(step.get('done') or 0) + 1)} of {number(total)}:"
    text = f"{said} {plain(step.get('file') or '')}".strip()
    if job.kind == "demo":
        text = "Making the demo company: a minute or two"
    st.progress(share, text=text)
    if job.read:
        passed(job.read)
    has_figures = releases.current(workspace) is not None
    stays = ", and the figures of before stay until it is done" if has_figures else ""
    note(f"You may leave this page: it goes on{stays}.")
    if st.button("Stop", key="stop"):
        jobs.cancel(workspace, job.id)
        st.rerun()


def passed(read: Sequence[tuple[str, str]]) -> None:
    """Draw the files that are through, the last ones by name."""
    lines = [f"{MARKS.get(outcome, '○')} {plain(name)}" for name, outcome in read[-SHOWN:]]
    if len(read) > SHOWN:
        lines = [f"{count(len(read) - SHOWN, 'files')} before these", *lines]
    note("  \n".join(lines))


def ended(workspace: str, job: Job) -> None:
    """Draw how a job ended: the release, who is who, and each file."""
    result = job.result or {}
    if job.state != "done":
        failed(workspace, job, result)
        return
    if job.kind == "undo":
        what = f"{plain(job.files[0])} is left out" if job.files else "Left out"
        st.markdown(f"● **{what}.** The figures were computed anew without it.")
        return
    if not result:
        st.markdown("● Done. A new release is open.")
        return
    release = result.get("release")
    if release:
        st.markdown(f"● **Release {number(release)} is open.**")
    else:
        st.markdown("○ **Nothing new was published.** The figures of before stand.")
    who_is_who(result.get("people") or {})
    if job.kind == "import" and (result.get("people") or {}).get("unmatched"):
        page_link("identities", "Say whose accounts they are")
    if job.kind == "import" and release:
        page_link("trust", "What these exports show")
    files_report(workspace, job.id, result)
    if job.kind != "import":
        earlier(workspace)


def failed(workspace: str, job: Job, result: dict[str, Any]) -> None:
    """Draw why a job did not come to its end, what of its files is kept all the same, and the way on."""
    files = result.get("files") or []
    if job.state == "cancelled":
        st.markdown("○ **Stopped.** The figures of before stand.")
    else:
        st.markdown(f"○ {plain(job.message or 'Stopped.')}")
    is_kept = "not_published" in result or any(file["import"] for file in files)
    if is_kept or job.message == CUT_SHORT_AT_FIGURES:
        note(
            "Nothing has to be dropped or said again: it is in the figures once they are computed."
        )
        if st.button("Compute the figures", key="publish_again", type="primary"):
            jobs.start_publish(workspace, access.viewer())
            st.rerun()
    files_report(workspace, job.id, result)


def earlier(workspace: str) -> None:
    """Offer what became of the files of the last import, where something else was done since."""
    last = next((job for job in jobs.list(workspace) if job.kind == "import"), None)
    if last and (last.result or {}).get("files"):
        when = day_of(last.started)
        with st.expander(f"What became of the files of {when}", key="earlier_files"):
            files_report(workspace, last.id, last.result or {})


def who_is_who(people: dict[str, Any]) -> None:
    """Say how many people of the HR file were seen, and how many accounts fit nobody."""
    if people.get("in_org"):
        note(
            f"{count(people['in_org'])} in the HR file, {number(people['matched'])} of them seen in the exports; "
            f"{count(people['unmatched'], 'accounts')} fit nobody in it."
        )
