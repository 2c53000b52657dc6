"""The door: starts the pages behind security headers, and refuses to stand open without a sign-in.

`python app.py`, `streamlit run app.py` and `uvicorn app:app` all open it. The pages themselves are the script
pages/shell.py: were this file that script, Streamlit would serve pages/x.py at /x past the sign-in.
"""

import ipaddress
import json
import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.requests import HTTPConnection, Request  # noqa: E402
from starlette.responses import JSONResponse, PlainTextResponse, Response  # noqa: E402
from starlette.routing import Route  # noqa: E402

from pages.parts import access  # noqa: E402

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'",  # Vega compiles its expressions
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
SECRET_AT_LEAST = 32  # characters of auth.cookie_secret
BLOCKED = ("/_stcore/metrics",)
UPLOADS = "/_stcore/upload_file"
NO_SIGN_IN = (
    "Convivio is not protected by a sign-in, so it answers on this machine only. To open it to others, "
    'write an [auth] section into .streamlit/secrets.toml (README, "Signing in"), then start it again.'
)


class SecurityHeaders:
    """Puts the headers of HEADERS on every answer."""

    def __init__(self, app: AsgiApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to the answer; a websocket has none, and thousands of messages."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}
                kept = [
                    (name, value) for name, value in message["headers"] if name.lower() not in ours
                ]
                message["headers"] = [*kept, *ours.items()]
            await send(message)

        await self.app(scope, receive, with_headers)


class Door:
    """Turns away what must not come in: foreign host names, strangers where there is no sign-in, closed paths."""

    def __init__(self, app: AsgiApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer for it."""
        refused = (
            turned_away(HTTPConnection(scope)) if scope["type"] in ("http", "websocket") else None
        )
        if refused is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refused(scope, receive, send)


def turned_away(request: HTTPConnection) -> Response | None:
    """Return the refusal of a request, or None when it may pass."""
    path = str(request.scope["path"])
    if not access.auth_on() and not (
        _is_local(_bound_to(request)) and _is_local(_asked_host(request))
    ):
        return PlainTextResponse(NO_SIGN_IN, 403)
    if access.auth_on() and _asked_host(request) not in open_hosts():
        return PlainTextResponse(
            "This host name is not ours: add it to server.allowedHosts in .streamlit/config.toml.",
            403,
        )
    if any(blocked in path for blocked in BLOCKED):
        return PlainTextResponse("Not found", 404)
    if (
        UPLOADS in path
        and request.scope.get("method") in ("PUT", "POST", "DELETE")
        and access.auth_on()
    ):
        who = access.role_of(cookie_claims(request.cookies))
        if who == "visitor":
            return PlainTextResponse("Sign in first.", 401)
        if not access.may_open("imports", who):
            return PlainTextResponse("Your role may not import files.", 403)
    return None


def cookie_claims(cookies: dict[str, str]) -> dict[str, Any]:
    """Return the claims of a signed sign-in cookie, as st.user would; empty when there is no valid one."""
    from streamlit.web.server.starlette.starlette_websocket import (
        USER_COOKIE_NAME,
        _get_signed_cookie_with_chunks,
    )

    signed = _get_signed_cookie_with_chunks(cookies, USER_COOKIE_NAME)
    try:
        held = json.loads(signed) if signed else {}
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}


def open_hosts() -> set[str]:
    """Return the host names that are ours: this machine's, the one people sign in at, the configured ones."""
    from streamlit import config

    ours = {"localhost", "127.0.0.1", "::1", *config.get_option("server.allowedHosts")}
    if access.auth_on() and not access.secrets_broken():
        ours.add(urlsplit(str(st.secrets["auth"].get("redirect_uri", ""))).hostname or "localhost")
    return ours


def _asked_host(request: HTTPConnection) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _bound_to(request: HTTPConnection) -> str:
    """Return the address on which the connection reached us; a Unix socket counts as this machine."""
    server = request.scope.get("server")
    return str(server[0]) if server and server[1] is not None else "localhost"


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refusal(address: str | None) -> str | None:
    """Return why the product must not start on this address, or None when it may."""
    if access.secrets_broken():
        return "The secrets file is not valid TOML, so nobody could sign in: correct .streamlit/secrets.toml."
    if not access.auth_on():
        return (
            None
            if address and _is_local(address)
            else f"Refused to start on {address or 'every address'}. {NO_SIGN_IN}"
        )
    secret = str(st.secrets["auth"].get("cookie_secret", ""))
    if len(secret) < SECRET_AT_LEAST or len(set(secret)) < SECRET_AT_LEAST // 3:
        return (
            "auth.cookie_secret in .streamlit/secrets.toml is missing, short or an example: put in the output of "
            '`python -c "import secrets; print(secrets.token_hex(32))"`.'
        )
    return None


def ready(_: Request) -> Response:
    """Answer that the server stands."""
    return JSONResponse({"status": "ok"})


def check_door() -> None:
    """End the start with one sentence when the door would stand open."""
    from streamlit import config

    reason = refusal(config.get_option("server.address"))
    if reason:
        sys.stderr.write(f"{reason}\n")
        raise SystemExit(1)


def said_by_environment() -> dict[str, Any]:
    """Return the options that the environment sets; `streamlit run` reads them itself, `python app.py` does not."""
    from streamlit import config

    said: dict[str, Any] = {"server.port": int(os.environ.get("PORT") or 8501)}
    if address := os.environ.get("STREAMLIT_SERVER_ADDRESS"):
        said["server.address"] = address
    # said once: where nobody says it, Streamlit looks for the home folder each time that a page asks who looks
    files = os.environ.get("STREAMLIT_SECRETS_FILES")
    said["secrets.files"] = (
        files.split(os.pathsep) if files else list(config.get_option("secrets.files"))
    )
    return said


app = st.App(
    ROOT / "pages" / "shell.py",
    routes=[Route("/api/ready", ready)],
    middleware=[Middleware(SecurityHeaders), Middleware(Door)],
)
if __name__ == "__main__":
    os.chdir(ROOT)  # the configuration lies beside this file
    from streamlit import config

    options = said_by_environment()
    for name, value in options.items():
        config.set_option(name, value)
    check_door()
    app.run(config=options)
else:
    check_door()
