"""Bringing exports in: what they are, what became of each, and how it is taken out again."""

from pathlib import Path
from zoneinfo import available_timezones

import streamlit as st

from analytics import formats, jobs, places
from pages.parts import access, first_import, look, text, workspace
from pages.parts.access import guard
from pages.parts.import_report import imports_list
from pages.parts.job_view import newest, running
from pages.parts.lay import Upload, laid
from pages.parts.lead import headed
from pages.parts.states import note, page_link

NEW = "A new one"
MADE_BY = (
    "Slack", "Teams", "Viva Engage", "Microsoft 365", "Google Workspace", "Zoom", "Webex", "Calendar", "Mailbox",
    "HR", "Survey", "Zendesk", "Jira",
)  # fmt: skip
NAME_RULE = "A short name of a to z, 0 to 9 and hyphens, 40 at most. Companies are kept apart."


def page() -> None:
    """Draw the page."""
    guard("imports")
    headed(
        "Import exports",
        "Drop what your tools gave you, just as it came. Each file is told apart by its content. "
        "**Text is never kept, and everything can be taken out again.**",
    )
    with st.grid(2, min_column_width=340, gap="large"):
        left, right = st.container(), st.container()
    with left:
        name = target()
        files, waiting = brought(name)
    with right:
        known_by_sight(name)
    look.looking(name, files, waiting, access.viewer())
    start(name, bool(files or waiting))
    if name is None:
        return
    st.space("small")
    running(name)
    if imports := jobs.imported(name):
        job = newest(name)
        imports_list(name, imports, is_busy=job is not None and job.state == "running")
    look.remembered(name)


def target() -> str | None:
    """Return the workspace to import into: an open one, or a new name where that is allowed."""
    known = [entry for entry in access.workspaces() if entry != access.DEMO]
    options = known if access.auth_on() else [*known, NEW]
    if not options:
        note("No company is open to you for importing: ask whoever runs Convivio.")
        return None
    open_ = workspace.chosen()
    chosen = NEW
    if known:
        at = options.index(open_) if open_ in options else len(options) - 1
        chosen = str(st.selectbox("Company", options, index=at, key="import_into", width=320))
    if chosen in known:  # asked again: what a browser sends need not be what it was offered
        return chosen
    if chosen != NEW or NEW not in options:
        return None
    typed = st.text_input(
        "Short name of the company", key="import_name", placeholder="acme", width=320
    ).strip()
    if typed and places.NAME.fullmatch(typed) and typed != access.DEMO:
        return typed
    note(NAME_RULE)
    return None


def brought(name: str | None) -> tuple[list[Upload], list[Path]]:
    """Draw the drop zones and the inbox; return what was dropped, and what was picked from the inbox."""
    round_ = st.session_state.setdefault("drop_round", 0)
    single = st.file_uploader("Drop exports here", accept_multiple_files=True, key=f"drop_{round_}")
    with st.expander("A whole folder", key="whole_folder"):
        within = st.file_uploader(
            "Drop a folder here", accept_multiple_files="directory", key=f"folder_{round_}"
        )
    picked: list[str] = []
    waiting = {path.name: path for path in places.waiting(name)} if name else {}
    if waiting:
        picked = st.multiselect(
            "From the inbox folder",
            list(waiting),
            format_func=text.bare,
            key="inbox",
            placeholder="None",
        )
    dropped = [Upload(one.file_id, one.name, one.getbuffer()) for one in single]
    dropped += [Upload(one.file_id, one.name, one.getbuffer(), in_folder=True) for one in within]
    return dropped, [waiting[entry] for entry in picked if entry in waiting]


def start(name: str | None, anything: bool) -> None:
    """Draw what must be said before, and the button that starts."""
    if not anything and not first_import.asked(name):
        return
    with st.expander("The time zone of the company", key="said"):
        st.selectbox(
            "Where the files don't say it",
            sorted(available_timezones()),
            index=None,
            placeholder="As it was, or not known",
            key="zone",
            width=320,
        )
    settled = first_import.ask(name)
    wait = waits_for(name, is_settled=settled, is_there=anything)
    st.button(
        "Import",
        type="primary",
        key="start",
        disabled=name is None or bool(wait),
        on_click=begin,
        args=(name,),
    )
    if wait:
        note(wait)


def waits_for(name: str | None, *, is_settled: bool, is_there: bool) -> str:
    """Return what must be done before files can come in; empty where nothing must."""
    if name is None:
        return "" if access.auth_on() else "First give the company a short name, above."
    if not is_settled:
        return "First say what stands open above."
    return "" if is_there else "First drop a file, above."


def known_by_sight(name: str | None) -> None:
    """Say which exports are recognised, and where larger ones go."""
    st.markdown("## We know these by sight", anchors=False)
    st.markdown(" ".join(f":gray-badge[{one}]" for one in MADE_BY))
    families = formats.by_family()
    with st.expander(f"All {sum(map(len, families.values()))} kinds of export", key="known"):
        for family, names in families.items():
            st.markdown(f"**{family}**  \n{text.small(' · '.join(map(text.plain, names)))}")
    note(
        "A folder or zip of several exports is opened. A table with other column names is not lost: you say which is which, once."
    )
    folder = f"data/inbox/{name or 'company'}/"
    note(f"Files over 200 MB: put them into `{folder}` and they are offered here.")
    page_link("welcome", "What each export opens")


def begin(name: str) -> None:
    """Start a job on what was dropped and picked, and empty the drop zones.

    All that the browser holds is asked first: whoever leaves the page at once ends this at the next question.
    """
    if name not in access.workspaces() and (access.auth_on() or not places.NAME.fullmatch(name)):
        return
    round_ = st.session_state.get("drop_round", 0)
    dropped = [
        Upload(one.file_id, one.name, one.getbuffer(), in_folder=zone == "folder")
        for zone in ("drop", "folder")
        for one in st.session_state.get(f"{zone}_{round_}") or []
    ]
    picked = set(st.session_state.get("inbox") or [])
    waiting = [path for path in places.waiting(name) if path.name in picked]
    said = first_import.answers(first_import.asked(name))
    zone, who = st.session_state.get("zone"), access.viewer()
    if not (dropped or waiting) or not all(said.values()):
        return
    names = [*(one.name for one in dropped), *(path.name for path in waiting)]
    # to settle and to lay files takes seconds: whoever loads the page anew meanwhile sees the job all the same
    with jobs.announced(name, names) as job:
        refused = first_import.settle(name, said)
        if not refused:
            paths = [*laid(jobs.upload_folder(name), dropped), *waiting]
            jobs.start(name, paths, time_zone=zone, who=who, announced_as=job)
    if refused:
        st.session_state["first_refused"] = refused
        return
    look.forget()
    st.session_state["drop_round"] = round_ + 1
    st.session_state["inbox"] = []
    st.session_state["workspace"] = name


page()
