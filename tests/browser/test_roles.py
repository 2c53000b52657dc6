"""Each role gets its pages and no other, and nothing that a browser can send gets a figure beyond the release."""

import re
from pathlib import Path

import pytest

from pages.parts import access
from tests.browser.served import MODES, Server, cookie, served, settle, visit
from tests.drawn_release import DEPARTMENTS, LOCATIONS

pytestmark = pytest.mark.browser
# the titles by which a page is known in what the server sends
TITLES = {
    "overview": "Overview", "adoption": "Adoption", "departments": "Departments", "time_cost": "Time",
    "hierarchy": "Hierarchy", "relations": "Relations", "trust": "What we see, and what we don't", "settings": "Settings", "log": "Log",
    "imports": "Import exports", "identities": "Who is who",
}  # fmt: skip
ALL = set(TITLES)
MAY = {
    "consultant": ALL, "hr": ALL - {"imports", "identities"}, "cio": ALL - {"imports", "identities"},
    "reader": {"overview", "trust", "settings"}, "representative": {"trust", "settings", "log"},
    "visitor": {"trust"}, "nobody": set(),
}  # fmt: skip
SHOWS = {role: "overview" in pages for role, pages in MAY.items()}


def holding(server: Server, role: str) -> str:
    """Return the sign-in cookie of somebody who has this role from the token alone; none for a stranger."""
    if role == "visitor":
        return ""
    claims = {
        "email": f"{role}@token.example",
        "roles": [f"convivio:{role}"],
        "workspaces": ["drawn"],
    }
    return cookie(server, **claims)


def title(seen: str) -> str:
    """Return the first heading of a page as the server sent it."""
    found = re.search(r'heading \{[^}]*?body: "((?:[^"\\]|\\.)*)"', seen)
    return found[1].replace("\\'", "'") if found else ""


def figures(seen: str) -> bool:
    """Say whether any figure was sent: a chart, a group's name, or how many people are counted."""
    names = [*DEPARTMENTS, *LOCATIONS]
    return (
        "vega_lite_chart" in seen or "people counted" in seen or any(name in seen for name in names)
    )


@pytest.mark.parametrize("role", MAY)
def test_a_role_gets_its_pages_and_no_other(gated, role):
    got = {}
    for page, named in TITLES.items():
        seen = visit(gated, page, held=holding(gated, role))
        got[page] = title(seen) == named
        assert page == "overview" or "page_not_found" not in seen, (
            page
        )  # the first page lies at / alone
        if not SHOWS[role]:
            assert not figures(seen), page

    assert {page for page, is_open in got.items() if is_open} == MAY[role]


def test_a_table_of_access_that_cannot_be_read_shuts_out_everybody_in_words(home, tmp_path):
    with served(home, tmp_path, auth=True, access="not TOML [") as shut:
        seen = visit(shut, "trust", held=holding(shut, "hr"))

    assert title(seen) == "Closed for the moment"
    assert "nobody is let in" in seen and not figures(seen)


def test_the_golden_table_is_about_every_page():
    assert ALL | {"welcome"} == set(access.BY_NAME)


def test_a_representative_reads_rules_and_log_and_no_figure(gated, chromium):
    context = chromium.new_context(**MODES["light"], accept_downloads=True)
    value = holding(gated, "representative")
    context.add_cookies([{"name": "_streamlit_user", "value": value, "url": gated.url}])
    page = context.new_page()
    page.goto(gated.url)
    page.get_by_role("heading", level=1, name="What we see, and what we don't").wait_for(
        timeout=20_000
    )
    settle(page)
    text = page.inner_text("[data-testid=stApp]")
    links = [
        link.inner_text() for link in page.get_by_test_id("stSidebar").get_by_role("link").all()
    ]

    assert "What the company has laid down" in text and "What was done and looked at" in text
    assert not any(name in text for name in [*DEPARTMENTS, *LOCATIONS])
    assert page.locator("[data-testid=stVegaLiteChart]").count() == 0
    assert not {"Overview", "Adoption", "Departments", "Time", "Hierarchy", "Import exports"} & {
        link.split("\n")[-1] for link in links
    }
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Download as one document").click()
    document = Path(download.value.path()).read_text("utf-8")
    assert "Who sees what" in document and not any(name in document for name in DEPARTMENTS)
