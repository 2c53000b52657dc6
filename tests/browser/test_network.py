"""Nothing leaves the machine, whatever a file of a client may call its departments."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import drawn_release
from tests.browser.served import MODES, Server, served, settle
from tests.browser.shoot import PAGES, address

pytestmark = pytest.mark.browser
NASTY = {
    "![x](https://evil.example/x.png)": 40, "<img src=x onerror=fetch('https://evil.example')>": 40,
    "[click](https://evil.example)": 40, "$$\\href{https://evil.example}{x}$$": 40, ":material/home: :red[x]": 40,
    "=HYPERLINK(\"https://evil.example\")": 40, "<script>fetch('https://evil.example')</script>": 40,
    "{{constructor.constructor('fetch(1)')()}}": 40, "**bold** `code`": 40,
}  # fmt: skip


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(drawn_release, "DEPARTMENTS", NASTY)
    monkeypatch.setattr(drawn_release, "LOCATIONS", dict.fromkeys(list(NASTY)[:4], 100))
    drawn_release.draw_release(tmp_path / "home")
    with served(tmp_path / "home", tmp_path / "log") as running:
        yield running


def watched(page, url: str) -> list[str]:
    """Return a list that fills with every request to somewhere else."""
    own = (url, url.replace("http", "ws"), "data:", "blob:")
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith(own) else foreign.append(request.url),
    )
    return foreign


def test_names_from_a_file_are_shown_as_they_are_and_do_nothing(hostile, chromium):
    page = chromium.new_context(**MODES["light"]).new_page()
    foreign = watched(page, hostile.url)
    page.add_init_script("window.alert = () => { window.fired = true }")
    name = next(iter(NASTY)).replace("!", "%21").replace("[", "%5B").replace("]", "%5D")
    for asked in [*map(address, PAGES), f"?department={name}", f"departments?department={name}"]:
        page.goto(f"{hostile.url}/{asked}")
        settle(page)
        shown = page.inner_text("[data-testid=stApp]")
        assert "could not be drawn" not in shown, asked
        main = page.locator("[data-testid=stMain]")
        assert main.locator("img[src*=evil], a[href*=evil], .katex, script").count() == 0, asked
        assert not page.evaluate("window.fired"), asked
    assert foreign == []


def test_starting_the_server_asks_nobody(home: Path, tmp_path: Path):
    """A start without a name server at hand would hang or log where it looks up its own address."""
    watch = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    watch.bind(("127.0.0.1", 0))
    watch.listen()
    watch.settimeout(0.5)
    proxy = f"http://127.0.0.1:{watch.getsockname()[1]}"
    with (
        served(home, tmp_path, http_proxy=proxy, https_proxy=proxy, no_proxy="localhost"),
        pytest.raises(TimeoutError),
    ):
        watch.accept()
    watch.close()
