"""Every page in a real browser: light, dark and on a phone, without an error, a foreign request or a barrier."""

import itertools
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.served import MODES, Server, served, settle
from tests.browser.shoot import PAGES, address

pytestmark = pytest.mark.browser
BROKEN = "could not be drawn"
# what is built wrongly is so in both; colours are of their own in each
RULES = {
    "light": {"runOnly": ["wcag2a", "wcag2aa"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}


@pytest.fixture(scope="session")
def visits(launched):
    """Return a tab a mode: the second address need not fetch and compile again what the first did."""
    contexts = {mode: launched.new_context(**options) for mode, options in MODES.items()}
    yield {mode: context.new_page() for mode, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_error_foreign_request_or_barrier(server, visits, name, mode):
    from axe_playwright_python.sync_playwright import Axe

    page = visits[mode]
    page.goto("about:blank")
    ours = (server.url, "data:", "blob:", server.url.replace("http", "ws"))
    foreign, errors, barriers = [], [], []
    heard = {
        "request": lambda r: None if r.url.startswith(ours) else foreign.append(r.url),
        "pageerror": lambda e: errors.append(str(e)),
    }
    for event, hear in heard.items():
        page.on(event, hear)

    page.goto(f"{server.url}/{address(name)}")
    settle(page)
    text, title = page.inner_text("[data-testid=stApp]"), page.inner_text("h1")
    exceptions = page.query_selector_all("[data-testid=stException]")
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))"
    )
    beyond = page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]'); return main.scrollWidth - main.clientWidth }"
    )
    broken = page.evaluate(
        "() => [...document.querySelectorAll('[data-testid=stSliderThumbValue]')].filter(value => value.offsetHeight > 30).length"
    )
    if mode in RULES:
        result = Axe().run(page, options=RULES[mode])
        barriers = [(v["id"], len(v["nodes"]), v["nodes"][0]["html"][:120]) for v in result.response["violations"]]  # fmt: skip
    for event, hear in heard.items():
        page.remove_listener(event, hear)

    assert title
    assert levels[0] == 1 and all(b <= a + 1 for a, b in itertools.pairwise(levels)), levels
    assert BROKEN not in text
    assert exceptions == []
    assert broken == 0, "the values of a slider are broken into letters"
    assert beyond <= 1, f"runs off the side by {beyond} px"
    assert (foreign, errors, barriers) == ([], [], [])


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "home").mkdir()
    with served(tmp_path / "home", tmp_path / "log") as running:
        yield running


def small_company(folder: Path) -> list[Path]:
    from analytics.demo import company

    return company(folder, 60, 10, 3)[:2]


def test_a_person_drops_files_sees_what_became_of_them_and_takes_one_out(own, chromium, tmp_path):
    org, slack = small_company(tmp_path / "files")
    page = chromium.new_context(**MODES["light"]).new_page()
    page.goto(f"{own.url}/imports")
    settle(page)
    page.get_by_label("Short name of the company").fill("acme")
    page.keyboard.press("Enter")
    drop = page.locator("input[type=file]").first
    drop.wait_for(state="attached")
    broken = tmp_path / "files" / "broken.zip"
    broken.write_bytes(slack.read_bytes()[:2000])
    drop.set_input_files([str(org), str(slack), str(broken)])
    page.get_by_text("2 of 3 files recognised").wait_for(timeout=30_000)
    begin = page.get_by_role("button", name="Import", exact=True)
    assert begin.is_disabled()
    page.get_by_label("Purpose").fill("To see whether Slack is used")
    page.get_by_label("Legal basis").fill("GDPR Art. 6(1)(f)")
    page.keyboard.press("Enter")
    begin.click()
    page.get_by_text("Release 1 is open").wait_for(timeout=90_000)
    page.get_by_text("What the figures rest on").first.wait_for(timeout=30_000)

    text = page.inner_text("[data-testid=stApp]")
    assert "60 people in the HR file" in text
    assert "The archive is damaged" in text
    assert "Not imported" in text
    assert "What the figures rest on" in text

    page.goto(f"{own.url}/?ws=acme")
    settle(page)
    assert "Overview" in page.inner_text("h1")
    page.goto(f"{own.url}/imports?ws=acme")
    settle(page)
    page.get_by_role("button", name="Leave out").first.click()
    page.get_by_text("left out").first.wait_for(timeout=90_000)


def test_a_download_is_what_is_on_screen(server, chromium):
    page = chromium.new_context(**MODES["light"], accept_downloads=True).new_page()
    page.goto(f"{server.url}/departments")
    settle(page)
    page.get_by_role("button", name="More").first.click()
    with page.expect_download(timeout=30_000) as csv:
        page.get_by_role("button", name="Data (CSV)").first.click()
    assert "Customer care" in Path(csv.value.path()).read_text("utf-8")
    with page.expect_download(timeout=30_000) as excel:
        page.get_by_role("button", name="Excel").first.click()
    assert "xl/workbook.xml" in zipfile.ZipFile(excel.value.path()).namelist()
    with page.expect_download(timeout=60_000) as picture:
        page.get_by_role("button", name="SVG").first.click()
    assert "<text" in Path(picture.value.path()).read_text("utf-8")
