"""The real server on a free port, a raw websocket visitor, and signed-in cookies, for tests and pictures."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
# a page lives for seconds here: neither code made ever faster nor a process kept for the next page pays
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--js-flags=--no-opt --no-maglev", "--disable-features=SpareRendererForSitePerProcess",
]  # fmt: skip
COOKIE_SECRET = "9f1c2ab47de06583b1a0c4d2e7f89356aa17"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/156.0 Mobi Safari/537.36"
# nothing moves: drawing what only moves takes longer than drawing the page
STILL = {"reduced_motion": "reduce"}
LARGE = {"viewport": {"width": 1280, "height": 900}, **STILL}
MODES: dict[str, dict[str, object]] = {
    "light": {**LARGE, "color_scheme": "light"},
    "dark": {**LARGE, "color_scheme": "dark"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "light",
        "user_agent": PHONE,
        **STILL,
    },
}
STARTS_WITHIN = 40  # seconds
ANSWERS_WITHIN = 20  # seconds


@dataclass(frozen=True)
class Server:
    """A running server: its address, its log file and its process."""

    url: str
    log: Path
    pid: int = 0

    def answer(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Return status, headers (lower case) and text of one request."""
        asked = urllib.request.Request(self.url + path, method=method, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=10) as got:  # noqa: S310
                return (
                    got.status,
                    {k.lower(): v for k, v in got.headers.items()},
                    got.read().decode(errors="replace"),
                )
        except urllib.error.HTTPError as refused:
            return (
                refused.code,
                {k.lower(): v for k, v in refused.headers.items()},
                refused.read().decode(),
            )


@contextlib.contextmanager
def served(
    home: Path, folder: Path, *, auth: bool = False, access: str = "", **more: str
) -> Iterator[Server]:
    """Run app.py on the workspaces under `home`; `folder` takes log and secrets; `access` is access.toml."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    url = f"http://localhost:{port}"
    secrets = folder / "secrets.toml"
    if auth:
        secrets.write_text(
            f'[auth]\nredirect_uri = "{url}/oauth2callback"\ncookie_secret = "{COOKIE_SECRET}"\n'
            'client_id = "convivio"\nclient_secret = "only-for-tests"\n'
            'server_metadata_url = "http://localhost:9/.well-known/openid-configuration"\n'
        )
    table = folder / "access.toml"
    table.write_text(access)
    environment = {
        **os.environ, "CONVIVIO_HOME": str(home), "CONVIVIO_ACCESS": str(table), "PORT": str(port),
        "STREAMLIT_SECRETS_FILES": str(secrets), "PYTHONPATH": str(ROOT), **more,
    }  # fmt: skip
    log = folder / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")], env=environment, stdout=out, stderr=out
        )
    server = Server(url, log, process.pid)
    try:
        wait_until_ready(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Return once the server answers; raise with its log when it does not."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            if server.answer("/api/ready")[0] == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not start: {server.log.read_text()[-2000:]}")


def cookie(server: Server, **claims: object) -> str:
    """Return the sign-in cookie's value that the server itself would have set for these claims."""
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    held = {"origin": server.url, "is_logged_in": True, "iat": int(time.time())} | claims
    return create_signed_value(COOKIE_SECRET, "_streamlit_user", json.dumps(held)).decode()


def visit(server: Server, page: str, query: str = "", held: str = "") -> str:
    """Return everything a bare websocket gets when it asks for a page, without a browser.

    `held` is the sign-in cookie (see `cookie`), sent as a browser would; without it a stranger asks.
    """
    with visitor(server, held) as ask:
        return "\n".join(str(message) for message in ask(page, query))


@contextlib.contextmanager
def visitor(server: Server, held: str = "") -> Iterator[Callable[..., list[Any]]]:
    """Give a function that asks for a page over one session and returns the messages that were sent for it.

    `ask(page, query, states)`: states are the proto's WidgetStates as a browser would send them, or as none would.
    """
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.sync.client import connect

    token = xsrf(server) if held else ""
    cookies = {"Cookie": f"_streamlit_user={held}; _streamlit_xsrf={token}"} if held else {}
    with connect(
        server.url.replace("http", "ws") + "/_stcore/stream",
        subprotocols=["streamlit", token] if held else ["streamlit"],
        max_size=None,
        additional_headers=cookies,
        origin=server.url,
    ) as line:

        def ask(page: str, query: str = "", states: object = None) -> list[ForwardMsg]:
            asked = BackMsg()
            asked.rerun_script.page_name = page
            asked.rerun_script.query_string = query
            if states is not None:
                asked.rerun_script.widget_states.CopyFrom(states)
            line.send(asked.SerializeToString())
            got = []
            until = time.monotonic() + ANSWERS_WITHIN
            while (left := until - time.monotonic()) > 0:
                try:
                    content = line.recv(timeout=left)
                except TimeoutError:
                    break
                message = ForwardMsg.FromString(content)
                got.append(message)
                ended = message.WhichOneof("type") == "script_finished"
                # a page that sends on to another ends early, and then the other ends
                if ended and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    break
            return got

        yield ask


def xsrf(server: Server) -> str:
    """Return the token that a browser gets with its first request and shows again when it opens the websocket."""
    given = SimpleCookie(server.answer("/_stcore/health")[1]["set-cookie"])
    return given["_streamlit_xsrf"].value


# true once a page has its title, nothing runs, every chart has drawn, and then nothing has changed for a while
SETTLED = """([quiet, longest]) => new Promise(resolve => {
    const begun = performance.now()
    let since = begun
    const watch = new MutationObserver(() => { since = performance.now() })
    watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
    const all = query => [...document.querySelectorAll(query)]
    const look = () => {
        const now = performance.now(), app = document.querySelector('[data-testid=stApp]')
        const isBusy = app?.dataset.testScriptState !== 'notRunning' || !document.querySelector('h1')
            || all('[data-testid=stSkeleton]').length
            || all('[data-testid=stVegaLiteChart]').some(chart => !chart.querySelector('svg, canvas'))
        if (isBusy) since = now
        if (now - since < quiet && now - begun < longest) return setTimeout(look, 40)
        watch.disconnect()
        resolve(now - since >= quiet)
    }
    look()
})"""
QUIET, LONGEST = 250, 60_000  # ms


def settle(page: Any) -> None:
    """Wait until a page has drawn."""
    if not page.evaluate(SETTLED, [QUIET, LONGEST]):
        raise TimeoutError(f"{page.url} is still being drawn after {LONGEST} ms")
