"""Bringing exports in: what became of each, and how it is taken out again."""

from pathlib import Path
from zoneinfo import available_timezones

import streamlit as st

from analytics import jobs, places
from analytics.readers.base import Options
from pages.parts import access, first_import, mapping, workspace
from pages.parts.access import guard
from pages.parts.import_report import imports_list
from pages.parts.job_view import newest, running
from pages.parts.lead import headed
from pages.parts.states import note, page_link
from pages.parts.text import bare

NEW = "A new one"
NAME_LENGTH = 120  # of a stored file; longer names are cut, their ending kept
KNOWN = ("Slack export (zip)", "Interaction log (csv, tsv, xlsx, parquet)", "HR file (csv, xlsx)")
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
        bring(name)
    with right:
        known_by_sight(name)
    if name is None:
        return
    st.space("small")
    mapping.ask(newest(name), begin, name)
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


def bring(name: str | None) -> None:
    """Draw the drop zone, the inbox, what may be said about the files, and the button that starts."""
    files = st.file_uploader("Drop exports here", accept_multiple_files=True, key="drop")
    picked = []
    if name and (waiting := inbox(name)):
        picked = st.multiselect(
            "From the inbox folder", waiting, format_func=bare, key="inbox", placeholder="None"
        )
    with st.expander("What the files don't say themselves", key="said"):
        st.selectbox(
            "Time zone of the company",
            sorted(available_timezones()),
            index=None,
            placeholder="As it was, or not known",
            key="zone",
            width=320,
        )
        mapping.by_hand()
    settled = first_import.ask(name)
    st.button(
        "Import",
        type="primary",
        key="start",
        disabled=name is None or not settled or not (files or picked),
        on_click=begin,
        args=(name,),
    )


def known_by_sight(name: str | None) -> None:
    """Say which exports are recognised, and where larger ones go."""
    st.markdown("#### We know these by sight", anchors=False)
    st.markdown(" ".join(f":gray-badge[{format_}]" for format_ in KNOWN))
    note(
        "A table with other column names is not lost: it says which columns it found, and you say which is which."
    )
    folder = f"data/inbox/{name or 'company'}/"
    note(f"Files over 200 MB: put them into `{folder}` and they are offered here.")
    page_link("welcome", "What each export opens")


def inbox(name: str) -> list[str]:
    """Return the files and folders that wait in the workspace's inbox."""
    folder = places.ROOT / "data" / "inbox" / name
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))


def begin(name: str, columns: dict[str, str] | None = None, only: str | None = None) -> None:
    """Start a job on what was dropped and picked; `only` takes a single file of these, by its name."""
    if name not in access.workspaces() and (access.auth_on() or not places.NAME.fullmatch(name)):
        return
    dropped = [file for file in st.session_state.get("drop") or [] if only in (None, file.name)]
    waiting = [entry for entry in st.session_state.get("inbox") or [] if only in (None, entry)]
    if not (dropped or waiting) or not first_import.settle(name):
        return
    folder = jobs.upload_folder(name)
    paths = [kept(folder, file.name, file.getvalue()) for file in dropped]
    here = places.ROOT / "data" / "inbox" / name
    paths += [here / entry for entry in waiting if entry in inbox(name)]
    said = Options(columns=columns if columns is not None else mapping.typed())
    jobs.start(name, paths, said, st.session_state.get("zone"), who=access.viewer())
    st.session_state["workspace"] = name


def kept(folder: Path, name: str, content: bytes) -> Path:
    """Write an uploaded file into the job's own folder and return its path; its name is only a label."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    path = Path("".join(letter for letter in last if letter.isprintable()).lstrip(".") or "file")
    label = path.stem[: NAME_LENGTH - len(path.suffix[:20])] + path.suffix[:20]
    spot, again = folder / label, 2
    while spot.exists():
        spot, again = folder / f"{again}-{label}", again + 1
    spot.write_bytes(content)
    return spot


page()
