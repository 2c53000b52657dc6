"""A page as a fresh session sees it, without a browser."""

import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

SHELL = Path(__file__).resolve().parent.parent / "pages" / "shell.py"
WHOLE = {
    f"{page}_part": "All of it" for page in ("adoption", "time_cost", "relations")
}  # long pages with all their parts


def opened(page: str = "overview", **query: str) -> AppTest:
    """Return a page asked for by its address, without having been on another before."""
    at = AppTest.from_file(str(SHELL), default_timeout=60)
    for key, value in {**WHOLE, **query}.items():
        at.query_params[key] = value
    if page != "overview":
        at.switch_page(f"{page}.py")
    at.run()
    assert not at.exception, at.exception
    return at


def sign_in(at: AppTest, role: str) -> None:
    """Let somebody of this role, of the company acme alone, be signed in."""
    at.secrets.update({"auth": {"cookie_secret": "a" * 40}})
    at.user = {
        "is_logged_in": True, "email": "x@acme.example", "iat": time.time(),
        "groups": [f"convivio:{role}"], "workspaces": ["acme"],
    }  # fmt: skip


def text_of(at: AppTest) -> str:
    """Return all text on a page."""
    texts = (element.value for kind in ("title", "markdown") for element in getattr(at, kind))
    return "\n".join(map(str, texts))
