"""Who may open which page and which workspace: asked by the shell, and again by every page."""

import os
import time
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import streamlit as st

from analytics import places
from analytics.errors import AnalyticsError
from analytics.roles import READERS, ROLES, SHOWN, SIGNED_IN, Role

SIGN_IN_SECONDS = 12 * 3600
CLOCKS_APART = 300  # the clocks of the identity provider and of this machine
DEMO = "demo"


@dataclass(frozen=True)
class Page:
    """One page: its file and address, its title and icon, who may open it, and where it stands."""

    name: str
    title: str
    icon: str
    roles: frozenset[Role]
    listed: bool = True
    filtered: bool = True


PAGES = (
    Page("overview", "Overview", "wb_twilight", SHOWN),
    Page("adoption", "Adoption", "group_add", READERS),
    Page("departments", "Departments", "account_tree", READERS),
    Page("time_cost", "Time", "schedule", READERS),
    Page("hierarchy", "Hierarchy", "lan", READERS),
    Page("relations", "Relations", "forum", READERS),
    Page("trust", "What we see", "visibility", SIGNED_IN | {"visitor"}, filtered=False),
    Page("settings", "Settings", "tune", SIGNED_IN, False, False),
    Page("log", "Log", "history", READERS | {"representative"}, False, False),
    Page("imports", "Import exports", "upload_file", frozenset({"consultant"}), False, False),
    Page("identities", "Who is who", "how_to_reg", frozenset({"consultant"}), False, False),
    Page("welcome", "Welcome", "waving_hand", SHOWN, False, False),
)
BY_NAME = {page.name: page for page in PAGES}


class AccessFileError(AnalyticsError):
    """The table of who may see what cannot be read, so nobody may."""


def secrets_broken() -> bool:
    """Say whether there is a file of secrets that cannot be read: then nothing may be assumed from it."""
    from streamlit import config
    from streamlit.runtime.secrets import secrets_singleton

    files = config.get_option("secrets.files")
    return (
        any(Path(file).exists() for file in files) and not secrets_singleton.load_if_toml_exists()
    )


def auth_on() -> bool:
    """Say whether people must sign in: there is an [auth] section in the secrets."""
    from streamlit.errors import StreamlitSecretNotFoundError

    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return secrets_broken()


def table() -> dict[str, Any]:
    """Return data/access.toml (or $CONVIVIO_ACCESS) as it is now; empty when there is none."""
    file = Path(os.environ.get("CONVIVIO_ACCESS") or places.ROOT / "data" / "access.toml")
    if not file.is_file():
        return {}
    known = file.stat()
    return _read(file, known.st_mtime_ns, known.st_size, known.st_ino)


@lru_cache(maxsize=4)
def _read(file: Path, *_as_it_is: int) -> dict[str, Any]:
    """Return what a table of access says, read once for as long as the file stays as it is: a page asks a dozen times."""
    try:
        return tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AccessFileError(
            f"{file.name} is not valid TOML, so nobody is let in: correct it and reload the page."
        ) from error


def person(claims: dict[str, Any]) -> dict[str, Any]:
    """Return what the access table says about whoever holds these claims: role, workspaces."""
    if claims.get("email_verified") is False:
        return {}
    people = {str(name).casefold(): entry for name, entry in table().get("people", {}).items()}
    found = people.get(str(claims.get("email", "")).casefold(), {})
    return cast(dict[str, Any], found)


def role_of(claims: dict[str, Any], now: float | None = None) -> Role | None:
    """Return the role that these claims of a sign-in give; None = signed in without one.

    The access table comes first, then the token's `roles` or `groups`, such as "convivio:hr".
    A sign-in older than twelve hours counts as none: "visitor".
    """
    if not claims.get("is_logged_in"):
        return "visitor"
    made = claims.get("iat")
    age = (time.time() if now is None else now) - made if isinstance(made, int | float) else None
    if age is None or not -CLOCKS_APART <= age <= SIGN_IN_SECONDS:
        return "visitor"
    given = [person(claims).get("role")]
    if given == [None]:
        said = [*_texts(claims.get("roles")), *_texts(claims.get("groups"))]
        given = [text.removeprefix("convivio:") for text in said if text.startswith("convivio:")]
    return next((role for role in ROLES if role in given), None)


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value or "")]


def claims() -> dict[str, Any]:
    """Return the claims of whoever looks at the page."""
    return dict(st.user.to_dict()) if hasattr(st.user, "to_dict") else dict(st.user)


def role() -> Role | None:
    """Return the role of whoever looks; on this machine without sign-in everything is one's own."""
    return role_of(claims()) if auth_on() else "consultant"


def viewer() -> str:
    """Return who looks, as the log names them: the address of the sign-in, or "this machine"."""
    return str(claims().get("email") or "no address") if auth_on() else "this machine"


def signed_in() -> bool:
    """Say whether the person came through the sign-in, or there is none on this machine."""
    return role() != "visitor"


def may_open(page: str, who: Role | None) -> bool:
    """Say whether a role may open a page; a page that is not in the table is closed to all."""
    if who == "visitor" and table().get("open_before_sign_in") is False:
        return False
    return page in BY_NAME and who in BY_NAME[page].roles


def guard(page: str) -> None:
    """Stop the page unless whoever looks may open it: the first line of every page."""
    if not may_open(page, role()):
        st.markdown("This page is not open to you.")
        st.stop()


def existing() -> list[str]:
    """Return every workspace on this machine, with or without a release."""
    base = places.home()
    if not base.is_dir():
        return []
    return sorted(
        entry.name
        for entry in base.iterdir()
        if entry.is_dir() and places.NAME.fullmatch(entry.name)
    )


def workspaces() -> list[str]:
    """Return the workspaces that whoever looks may open, the demo last."""
    found = sorted(existing(), key=lambda name: (name == DEMO, name))
    if not auth_on():
        return found
    if not signed_in():
        return []
    holder = claims()
    named = person(holder).get("workspaces", holder.get("workspaces", table().get("workspaces")))
    return [name for name in found if name == DEMO or name in _texts(named)]
