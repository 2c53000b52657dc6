"""Take a picture of every page in light, dark and at phone width: `python tests/browser/shoot.py FOLDER [URL]`."""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser.served import CHROMIUM, FLAGS, MODES

PAGES = (
    "", "adoption", "departments", "time_cost", "hierarchy", "relations", "trust", "settings", "log", "imports", "identities",
)  # fmt: skip


def settle(page: Page) -> None:
    """Wait until the page has drawn: no skeleton, nothing running."""
    page.wait_for_selector("[data-testid=stApp]", timeout=30_000)
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stSkeleton]')"
        " && document.querySelector('[data-testid=stApp]')?.dataset.testScriptState !== 'running'"
        " && document.querySelector('h1')",
        timeout=30_000,
    )
    page.wait_for_timeout(1200)


def shoot(folder: Path, url: str, names: tuple[str, ...] = PAGES) -> None:
    """Write FOLDER/<mode>-<page>.png for every page and mode."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for mode, context in MODES.items():
            page = browser.new_context(**context).new_page()
            for name in names:
                page.goto(f"{url}/{name}")
                settle(page)
                height = page.evaluate(
                    "() => document.querySelector('[data-testid=stMain]').scrollHeight"
                )
                page.set_viewport_size(
                    {"width": context["viewport"]["width"], "height": min(height + 40, 6000)}
                )
                page.wait_for_timeout(900)
                page.screenshot(path=folder / f"{mode}-{name or 'overview'}.png")
                page.set_viewport_size(context["viewport"])
        browser.close()


if __name__ == "__main__":
    shoot(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "http://localhost:8501")
