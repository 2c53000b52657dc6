"""Servers and a browser for the page tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import CHROMIUM, FLAGS, Server, served
from tests.drawn_release import draw_release

ACCESS = """
[people."hr@aurelia.example"]
role = "hr"
workspaces = ["drawn"]

[people."reader@aurelia.example"]
role = "reader"
workspaces = ["drawn"]

[people."consultant@aurelia.example"]
role = "consultant"
workspaces = ["drawn"]
"""


class Contexts:
    """Chromium for one test: what it opened and left open would go on drawing behind the tests after it."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._opened: list[Any] = []

    def new_context(self, **options: Any) -> Any:
        self._opened.append(self._browser.new_context(**options))
        return self._opened[-1]

    def close(self) -> None:
        for context in self._opened:
            context.close()


@pytest.fixture
def chromium(launched: Any) -> Iterator[Contexts]:
    """Return the browser for one test."""
    contexts = Contexts(launched)
    yield contexts
    contexts.close()


@pytest.fixture(scope="session")
def launched() -> Iterator[object]:
    """Return Playwright's handle of Chromium, or skip where it is not installed."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of workspaces with one drawn release."""
    folder = tmp_path_factory.mktemp("home")
    draw_release(folder)
    return folder


@pytest.fixture(scope="session")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the server as it runs on one's own machine: no sign-in."""
    with served(home, tmp_path_factory.mktemp("open")) as running:
        yield running


@pytest.fixture(scope="session")
def gated(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the server with a sign-in configured."""
    with served(home, tmp_path_factory.mktemp("gated"), auth=True, access=ACCESS) as running:
        yield running


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the server on a machine where nothing was imported yet."""
    with served(tmp_path_factory.mktemp("nothing"), tmp_path_factory.mktemp("empty")) as running:
        yield running
