"""Nothing comes through the door that should not: sign-in, roles, uploads, headers, foreign names."""

import subprocess
import sys
from pathlib import Path

import pytest

from pages.parts import access
from tests.browser.served import ROOT, Server, cookie, visit

pytestmark = pytest.mark.browser
CLOSED = [page.name for page in access.PAGES if "visitor" not in page.roles]
UPLOAD = "/_stcore/upload_file/some-session/some-file"


@pytest.mark.parametrize("name", CLOSED)
def test_a_bare_websocket_gets_no_page_content_before_signing_in(gated: Server, name: str):
    seen = visit(gated, name)
    assert "Sign in with your company account" in seen
    for secret in ("Aurelia", "people counted", "Customer care", "Whole company", "Drop"):
        assert secret not in seen


def test_the_gate_shuts_on_the_first_request_after_a_start(home: Path, tmp_path: Path):
    from tests.browser.served import served

    with served(home, tmp_path, auth=True) as fresh:
        first = visit(fresh, "departments")
    assert "Sign in with your company account" in first
    assert "Customer care" not in first


def test_the_probe_would_see_a_page(server: Server):
    assert "Aurelia" in visit(server, "trust")


def test_what_we_see_is_open_to_everyone_but_names_no_department(gated: Server):
    seen = visit(gated, "trust")
    assert "What never is" in seen
    assert "We attacked these figures ourselves" in seen
    assert "Customer care" not in seen and "Aurelia" not in seen


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_uploading_needs_a_sign_in_and_a_role(gated: Server, method: str):
    assert gated.answer(UPLOAD, method)[0] == 401
    forged = "eyJpc19sb2dnZWRfaW4iOnRydWV9.forged.signature"
    assert gated.answer(UPLOAD, method, Cookie=f"_streamlit_user={forged}")[0] == 401
    reader = cookie(gated, email="reader@aurelia.example")
    assert gated.answer(UPLOAD, method, Cookie=f"_streamlit_user={reader}")[0] == 403
    consultant = cookie(gated, email="consultant@aurelia.example")
    _, _, body = gated.answer(UPLOAD, method, Cookie=f"_streamlit_user={consultant}")
    assert (
        "Sign in first" not in body
    )  # what is refused from here on is refused by Streamlit's own XSRF check
    assert "Your role" not in body


def test_a_sign_in_of_yesterday_is_none(gated: Server):
    stale = cookie(gated, email="consultant@aurelia.example", iat=1_700_000_000)
    assert gated.answer(UPLOAD, "PUT", Cookie=f"_streamlit_user={stale}")[0] == 401


@pytest.mark.parametrize(
    "path", ["/", "/departments", "/api/ready", "/_stcore/health", "/app/static/icon.svg", "/none"]
)
def test_every_answer_carries_the_headers(server: Server, path: str):
    _, headers, _ = server.answer(path)
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/metrics/", "/_stcore/metrics?families=x"]
)
def test_the_server_tells_nothing_about_itself(server: Server, path: str):
    assert server.answer(path)[0] == 404


def test_the_server_says_that_it_stands(server: Server):
    assert server.answer("/api/ready")[::2] == (200, '{"status":"ok"}')


@pytest.mark.parametrize("which", ["server", "gated"])
def test_a_foreign_host_name_is_turned_away(which: str, request: pytest.FixtureRequest):
    running: Server = request.getfixturevalue(which)
    assert running.answer("/", Host="evil.example")[0] == 403


@pytest.mark.parametrize(
    "probe",
    ["../shell.py", "%2e%2e/shell.py", "..%2fshell.py", "..%5cshell.py", "....//shell.py", "%2e%2e%2fparts/access.py",
     "icon.svg/../../shell.py", "//etc/passwd", "%00", "\\\\host\\share"],
)  # fmt: skip
def test_static_files_end_at_their_folder(server: Server, probe: str):
    status, _, body = server.answer(f"/app/static/{probe}")
    assert "guard" not in body and "root:" not in body and "import streamlit" not in body
    assert status in (400, 403, 404) or "<!doctype html>" in body.lower()


@pytest.mark.parametrize(
    ("secrets", "says"),
    [
        (None, "[auth]"),
        ('[auth]\ncookie_secret = ""\n', "cookie_secret"),
        ('[auth]\ncookie_secret = "short"\n', "cookie_secret"),
        (f'[auth]\ncookie_secret = "{"x" * 40}"\n', "cookie_secret"),
        ("[auth\n", "not valid TOML"),
    ],
)
def test_it_refuses_to_stand_open(tmp_path: Path, secrets: str | None, says: str):
    file = tmp_path / "secrets.toml"
    if secrets is not None:
        file.write_text(secrets)
    tried = subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        check=False,
        env={"PATH": "/usr/bin:/bin", "STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "STREAMLIT_SECRETS_FILES": str(file),  # noqa: S104
             "CONVIVIO_HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert tried.returncode == 1
    assert says in tried.stderr
    assert "Traceback" not in tried.stderr
