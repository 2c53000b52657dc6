"""The log holds exactly what was looked at and taken along: no more for a click, no less for a filter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics import audit_log
from tests.browser.conftest import ACCESS
from tests.browser.served import MODES, Server, cookie, served, settle
from tests.drawn_release import draw_release

pytestmark = pytest.mark.browser


@pytest.fixture
def home(tmp_path: Path) -> Path:
    draw_release(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def gated(home: Path, tmp_path: Path) -> Iterator[Server]:
    with served(home, tmp_path / "log", auth=True, access=ACCESS) as running:
        yield running


def to(page, link: str, title: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=link, exact=True).click()
    page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
    settle(page)


def lines(home: Path) -> list[tuple[object, ...]]:
    """Return what was logged, oldest first, without numbers, times and hashes."""
    ours = (
        "kind",
        "who",
        "role",
        "release",
        "page",
        "department",
        "period",
        "measure",
        "what",
        "form",
    )
    found = reversed(audit_log.read(home / "drawn", 1000))
    return [tuple(str(line[key]) for key in ours if key in line) for line in found]


def read_as_a_stranger(gated, chromium) -> None:
    """Read What we see without signing in."""
    page = chromium.new_context(**MODES["light"]).new_page()
    page.goto(gated.url)
    settle(page)
    page.get_by_role("link", name="What we see").click()
    page.get_by_role("heading", level=1, name="What we see").wait_for()
    settle(page)


def test_ten_views_and_three_exports_are_thirteen_lines_and_a_strangers_are_none(
    gated, home, chromium
):
    read_as_a_stranger(gated, chromium)
    assert lines(home) == []
    page = chromium.new_context(**MODES["light"], accept_downloads=True).new_page()
    page.context.add_cookies(
        [
            {
                "name": "_streamlit_user",
                "value": cookie(gated, email="hr@aurelia.example"),
                "url": gated.url,
            }
        ]
    )
    page.goto(gated.url)
    settle(page)
    to(page, "Adoption", "Adoption")
    to(page, "Time", "Time")
    to(page, "Hierarchy", "Hierarchy")
    to(page, "What we see", "What we see, and what we don't")
    page.get_by_text(
        "Time", exact=True
    ).last.click()  # definitions of another family: the same view
    settle(page)
    to(page, "Log", "Log")
    to(page, "Departments", "Departments")
    page.get_by_role("button", name="More").first.click()
    exported = []
    for file in ("Data (CSV)", "Picture (SVG)", "Data (CSV)"):
        with page.expect_download(timeout=60_000) as download:
            page.get_by_role("button", name=file).first.click()
        exported.append(download.value.suggested_filename.rsplit(".", 1)[1])
    page.get_by_role("button", name="Show as a table").first.click()  # the same figures, as text
    settle(page)
    page.goto(f"{gated.url}/?department=Finance")
    settle(page)
    page.goto(f"{gated.url}/?department=Nobody")  # not in the release: the whole company is shown
    settle(page)
    page.goto(f"{gated.url}/?period=2026-Q2")
    settle(page)

    hr = ("hr@aurelia.example", "hr", "1")
    departments = ("departments", lines(home)[6][-1])
    assert exported == ["csv", "svg", "csv"]
    assert lines(home) == [
        ("view", *hr, "overview"), ("view", *hr, "adoption"), ("view", *hr, "time_cost"), ("view", *hr, "hierarchy"),
        ("view", *hr, "trust"), ("view", *hr, "log"), ("view", *hr, *departments),
        *[("export", *hr, *departments, lines(home)[7][-2], form) for form in exported],
        ("view", *hr, "overview", "Finance"), ("view", *hr, "overview"), ("view", *hr, "overview", "2026-Q2"),
    ]  # fmt: skip
    assert audit_log.verify(home / "drawn") is None
    log = home / "drawn" / "audit.jsonl"
    log.write_bytes(log.read_bytes().replace(b"Finance", b"Finanza"))
    assert audit_log.verify(home / "drawn").line == 11
