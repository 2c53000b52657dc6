"""The frame of every page: sign-in, navigation, what is open, the filter bar, and what happens when a page breaks."""

import gc
import logging
import secrets
import sys
import traceback
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import streamlit as st

PAGES_FOLDER = Path(__file__).resolve().parent
ROOT = PAGES_FOLDER.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from analytics.errors import AnalyticsError  # noqa: E402
from analytics.release import Release  # noqa: E402
from pages.parts import access, filters, journal, text, workspace  # noqa: E402
from pages.parts.lead import WIDTH, headed  # noqa: E402
from pages.parts.states import note, page_link, state  # noqa: E402

SIDEBAR = 248  # px
STATIC = PAGES_FOLDER / "static"
log = logging.getLogger("convivio")


def main() -> None:
    """Draw the page that the address names, inside its frame."""
    st.set_page_config(
        page_title="Convivio",
        page_icon=str(STATIC / "icon.png"),
        layout="wide",
        initial_sidebar_state=SIDEBAR,
    )
    st.html(STATIC / "style.css")
    if st.context.theme.type == "dark":  # white on the bright accent would not be readable
        st.html("<style>button[kind^=primary]:enabled :is(p,span){color:#191816!important}</style>")
    st.logo(str(STATIC / "logo.svg"), size="large", icon_image=str(STATIC / "icon.svg"))
    try:
        who = access.role()
    except AnalyticsError as error:
        _alone(partial(headed, "Closed for the moment", text.plain(error)))
        return
    if who == "visitor":
        _for_visitors()
    elif who is None:
        _alone(_no_role)
    else:
        _for_members(who)
    _settle_memory()


def _for_visitors() -> None:
    """Offer the sign-in, and What we see beside it unless that is switched off."""
    sign_in = st.Page(_sign_in, title="Sign in", url_path="sign_in", default=True)
    pages = {"sign_in": sign_in}
    if access.may_open("trust", "visitor"):
        pages["trust"] = _page(access.BY_NAME["trust"])
    st.session_state["pages"] = pages
    page = st.navigation([*pages.values(), *_others(pages, _sign_in)], position="hidden")
    if page.url_path == "trust":
        st.page_link(sign_in, label="Sign in", icon=":material/login:")
    _run(page)


def _for_members(who: access.Role) -> None:
    st.session_state["workspace"] = workspace.chosen()
    found = _release_or_none()
    entries = [entry for entry in access.PAGES if access.may_open(entry.name, who)]
    pages = {entry.name: _page(entry, published=found is not None) for entry in entries}
    st.session_state["pages"] = pages
    shown = list(pages.values())
    if "overview" not in pages:  # a role without figures opens on what protects people
        shown.append(st.Page(_to_trust, title="Convivio", default=True, visibility="hidden"))
    shown += _others(pages, _closed)
    page = st.navigation(shown, position="sidebar", expanded=True)
    with st.sidebar:
        _links(pages, entries)
        _workspace_picker()
        if found:
            _what_is_open(found)
        if access.auth_on():
            st.button(
                "Sign out",
                type="tertiary",
                icon=":material/logout:",
                on_click=st.logout,
                key="sign_out",
            )
    here = next((name for name, known in pages.items() if known.url_path == page.url_path), "")
    _run(page, here, filtered=found is not None and here != "" and access.BY_NAME[here].filtered)


def _page(entry: access.Page, published: bool = True) -> st.Page:
    """Return Streamlit's page; without a release the first page is the welcome."""
    first = entry.name == "overview"
    file = "welcome" if first and not published else entry.name
    return st.Page(
        PAGES_FOLDER / f"{file}.py",
        title=entry.title,
        icon=f":material/{entry.icon}:",
        url_path=entry.name,
        default=first,
        visibility="visible" if entry.listed else "hidden",
    )


def _alone(draw: Callable[[], None]) -> None:
    """Draw the same at every address."""
    first = st.Page(draw, title="Convivio", default=True, url_path="closed")
    st.navigation([first, *_others({}, draw)], position="hidden").run()


def _others(pages: dict[str, st.Page], instead: Callable[[], None]) -> list[st.Page]:
    """Return what stands at the addresses of pages that are closed to whoever looks: not that there are none."""
    return [
        st.Page(instead, title="Convivio", url_path=entry.name, visibility="hidden")
        for entry in access.PAGES
        if entry.name not in pages
    ]


def _closed() -> None:
    headed("Not open to you", "Your role does not open this page.")
    note("Which role sees what stands on the page What we see.")
    page_link("trust")


def _to_trust() -> None:
    st.switch_page(st.session_state["pages"]["trust"])


def _run(page: st.Page, name: str = "", filtered: bool = False) -> None:
    """Run a page; if it breaks, say so with a number that finds the place in the log, and nothing of the data."""
    try:
        if filtered:
            filters.bar()
        _viewed(page, name)
    except AnalyticsError as error:
        st.markdown(text.plain(error))
    except Exception as error:  # the last net: whatever a page may raise ends here
        number = f"{secrets.randbelow(1 << 16):04X}-{secrets.randbelow(100):02d}"
        log.error("note %s: %s at %s", number, type(error).__name__, _place(error))
        state(
            "broken",
            title="This page could not be drawn.",
            sentence=f"Your data are safe and the other pages work. Note for support: {number}.",
        )


def _viewed(page: st.Page, name: str) -> None:
    """Run a page and log that it was looked at, with what it wrote into the address."""
    st.session_state["on_page"] = name
    try:
        page.run()
    finally:
        if name:
            journal.viewed(name)


def _place(error: BaseException) -> str:
    """Return file and line of the frames of a failure, innermost last; no values, no message."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-6:])
    )


def _release_or_none() -> Release | None:
    try:
        return workspace.find_release()
    except AnalyticsError as error:
        st.markdown(text.plain(error))
        return None


def _links(pages: dict[str, st.Page], entries: list[access.Page]) -> None:
    listed = [entry for entry in entries if entry.listed]
    below = [entry for entry in entries if not entry.listed and entry.name != "welcome"]
    if len(listed) == 1:  # Streamlit shows no navigation of one page
        below = [*listed, *below]
    if not below:
        return
    st.space("small")
    with st.container(key="side_actions", gap="xxsmall"):
        for entry in below:
            st.page_link(pages[entry.name])


def _workspace_picker() -> None:
    """Let the reader change the company, where more than one is open to them."""
    allowed = access.workspaces()
    if len(allowed) < 2:  # noqa: PLR2004
        return

    def changed() -> None:
        st.session_state["workspace"] = st.session_state["pick_workspace"]
        st.session_state["scope"] = {}
        st.query_params.clear()
        st.query_params["ws"] = st.session_state["workspace"]

    st.session_state["pick_workspace"] = st.session_state["workspace"]
    st.space("small")
    st.selectbox("Company", allowed, key="pick_workspace", on_change=changed)


def _what_is_open(release: Release) -> None:
    company = release.company()
    name = text.plain(company.get("name") or company.get("workspace") or "")
    last = (
        text.short_day(date.fromisoformat(str(company["last_day"])[:10]))
        if company.get("last_day")
        else ""
    )
    lines = [
        f"**{name}**" + (" · demo" if company.get("demo") else ""),
        f"to {last} · release {release.number}" if last else f"release {release.number}",
        f"groups of {int(float(company.get('threshold') or 10))} or more",
    ]
    st.space("small")
    note("  \n".join(lines))


def _sign_in() -> None:
    with st.container(horizontal_alignment="center"), st.container(width=476):
        st.space("large")
        st.image(str(STATIC / "icon.svg"), width=56, alt="Convivio")
        st.title("Convivio", anchor=False)
        with st.container(key="lead"):
            st.markdown(
                "Are our tools bringing us closer, what do they cost us in time, and who gets heard?"
            )
        st.space("small")
        st.button(
            "Sign in with your company account",
            type="primary",
            icon=":material/login:",
            width="stretch",
            on_click=st.login,
            key="sign_in",
        )
        st.space("small")
        note(
            "Figures are about groups of ten people or more. Nobody can look up a person here, "
            "and nobody reads a message. How that is kept is open to everyone, without signing in:"
            if access.may_open("trust", "visitor")
            else "Figures are about groups of ten people or more, and nobody reads a message."
        )
        page_link("trust", "What we see, and what we don't")


def _no_role() -> None:
    headed("Nothing is open to you yet", "You are signed in, but nobody has given you a role here.")
    with st.container(width=WIDTH):
        st.markdown(
            "Ask whoever runs Convivio to write you into `data/access.toml`, or to put you into a group "
            "of the company directory that carries a role, such as `convivio:hr`."
        )
    st.button("Sign out", icon=":material/logout:", on_click=st.logout, key="sign_out")


@st.cache_resource(show_spinner=False)
def _settle_memory() -> None:
    """Keep what is loaded once out of every later collection: half the cost of a page."""
    gc.collect()
    gc.freeze()


main()
