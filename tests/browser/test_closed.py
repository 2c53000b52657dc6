"""The process that serves pages opens no vault, no identity and no key, and speaks to nobody."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.served import MODES, ROOT, Server, served, settle, visit
from tests.browser.watch import opened
from tests.drawn_release import draw_release
from tests.proof import PROOF

pytestmark = pytest.mark.browser
FIGURES = ("adoption", "departments", "time_cost", "hierarchy", "relations", "trust")
OTHERS = ("", "settings", "log", "imports", "identities", "welcome")
SCOPES = ("", "department=Finance", "period=2026-Q2&step=month", "tool=slack", "level=3", "")
FILES = ("Data (CSV)", "Data (Excel)", "Picture (PNG)", "Picture (SVG)")
VAULT = (
    "identity.duckdb", "secret.key", "ledger.jsonl", "erased.jsonl", "imports/1f0c2b77a9d04e35/event.parquet",
    "store/event.parquet", "store/rollups/person_day.parquet", "shown/000001.parquet", "backups/1.tar", "tmp/part.parquet",
)  # fmt: skip
# everything that pages may read or write in a workspace; jobs/ is what they start, settings.toml what they show
OPEN = re.compile(
    r"CURRENT|audit\.(jsonl|head)|\.audit\.head\.new|releases/\d+\.duckdb|imports\.json|jobs/.*|settings\.toml|columns\.json|\.columns\..*"
)
HOOK = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        where = arguments[1] if event == "socket.connect" else arguments[0]
        host = where[0] if isinstance(where, tuple) else where
        if host not in ("localhost", "127.0.0.1", "::1", None) and not str(host).startswith("/"):
            with open({file!r}, "a") as out:
                out.write(f"{{event}} {{host}}\\n")
sys.addaudithook(watch)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return workspaces of which one has a release and, beside it, everything that a vault holds."""
    draw_release(tmp_path / "home")
    for name in VAULT:
        file = tmp_path / "home" / "drawn" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("nobody may read this")
    return tmp_path / "home"


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """Return the file in which the server's own connections to elsewhere would be written."""
    return tmp_path / "spoken.txt"


@pytest.fixture
def running(home: Path, tmp_path: Path, spoken: Path) -> Iterator[Server]:
    hook = tmp_path / "hook" / "sitecustomize.py"
    hook.parent.mkdir()
    hook.write_text(HOOK.format(file=str(spoken)))
    with served(home, tmp_path / "log", PYTHONPATH=f"{hook.parent}:{ROOT}") as server:
        yield server


def visit_all(page, url: str) -> list[str]:
    """Open every scope, take files along, and return their names; every file of every page in `make proof`."""
    taken = []

    def take(button: str) -> None:
        with page.expect_download(timeout=60_000) as download:
            page.get_by_role("button", name=button).first.click()
        taken.append(download.value.suggested_filename)

    addresses = [f"{name}?{scope}" for name, scope in zip(FIGURES, SCOPES, strict=True)]
    for number, address in enumerate(addresses):
        page.goto(f"{url}/{address}")
        settle(page)
        assert "could not be drawn" not in page.inner_text("[data-testid=stApp]"), address
        page.get_by_role("button", name="More").first.click()
        for file in FILES if PROOF else (FILES[number % len(FILES)],):
            take(file)
        if address.startswith("trust"):
            take("Download as one document")
    return taken


def sound(seen: str) -> bool:
    """Say whether the server sent a page with its title, and none that broke."""
    return "heading {" in seen and "could not be drawn" not in seen


def test_no_page_and_no_download_opens_the_vault_or_speaks_to_anybody(
    running, home, chromium, spoken
):
    foreign = []
    page = chromium.new_context(**MODES["light"], accept_downloads=True).new_page()
    own = (running.url, running.url.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(own) else foreign.append(r.url))

    with opened(home / "drawn") as files:
        taken = visit_all(page, running.url)
        # what a browser asks of these stands in test_pages.py; here it is the server that is watched
        others = {name: visit(running, name) for name in OTHERS}

    assert [name for name, seen in others.items() if not sound(seen)] == []
    assert len(taken) == 6 * (4 if PROOF else 1) + 1
    assert {name.rpartition(".")[2] for name in taken} >= {"csv", "xlsx", "png", "svg"}
    assert "releases/000001.duckdb" in files
    assert [file for file in sorted(files) if not OPEN.fullmatch(file)] == []
    assert foreign == []
    assert not spoken.exists()


@pytest.mark.parametrize(
    "code",
    [
        "import duckdb; duckdb.sql(\"select content from read_blob('{file}')\").fetchall()",
        "import polars as pl; pl.read_csv('{file}')",
        "open('{file}').read()",
    ],
)
def test_the_watch_sees_whoever_opens_the_vault(home, code):
    """Otherwise the test above would prove nothing."""
    with opened(home / "drawn") as files:
        for name in ("identity.duckdb", "imports/1f0c2b77a9d04e35/event.parquet"):
            file = home / "drawn" / name
            subprocess.run([sys.executable, "-c", code.format(file=file)], check=True)

    assert {"identity.duckdb", "imports/1f0c2b77a9d04e35/event.parquet"} <= files


def test_the_hook_sees_whoever_speaks_to_elsewhere(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(HOOK.format(file=str(tmp_path / "spoken.txt")))
    code = (
        "import socket\ntry: socket.create_connection(('192.0.2.1', 9), 0.01)\nexcept OSError: pass"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(tmp_path)})

    assert "192.0.2.1" in (tmp_path / "spoken.txt").read_text()
