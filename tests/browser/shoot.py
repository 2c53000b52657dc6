"""Take pictures of every page in light, dark and at phone width.

    python tests/browser/shoot.py FOLDER [URL] [--pages adoption,trust] [--modes dark,phone] [--states full,closed]

With the address of a running server they are of what it shows. Without one they are of drawn releases, one a state
that a page can be in: FOLDER/<state>-<mode>-<page>.png.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import polars as pl
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.browser.served import CHROMIUM, FLAGS, MODES, served, settle
from tests.drawn_release import draw_release, none_apart, unchanged, without
from tests.opened import WHOLE

PAGES = (
    "", "adoption", "departments", "time_cost", "hierarchy", "relations", "trust", "settings", "log", "imports", "identities",
)  # fmt: skip
STATES = {
    "full": unchanged,
    "closed": none_apart,  # no department stands apart
    "hidden": lambda drawn: without(drawn, pl.lit(value=True), "small_group"),
    "unknown": lambda drawn: without(drawn, pl.lit(value=True), "no_data"),
    "empty": pl.DataFrame.clear,
}
TALLEST = 14_000  # px; Chromium draws no taller picture than 16,384


def address(name: str) -> str:
    """Return the address of a page with all its parts."""
    return f"{name}?{name}_part={WHOLE.get(f'{name}_part', '')}"


def shoot(page: Page, file: Path, width: int) -> None:
    """Write a picture of a page from top to end."""
    settle(page)
    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height + 40, TALLEST)})
    settle(page)
    page.screenshot(path=file)


def shoot_all(
    folder: Path, url: str, pages: list[str], modes: list[str], workspaces: list[str]
) -> None:
    """Write FOLDER/<workspace>-<mode>-<page>.png for every page, mode and workspace; "" is the one that opens."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for mode in modes:
            context = browser.new_context(**MODES[mode])
            for workspace in workspaces:
                for name in pages:
                    page = context.new_page()
                    page.goto(f"{url}/{address(name)}&ws={workspace}")
                    named = "-".join(filter(None, (workspace, mode, name or "overview")))
                    shoot(page, folder / f"{named}.png", MODES[mode]["viewport"]["width"])
                    page.close()
            context.close()
        browser.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("url", nargs="?")
    for name, known in (("pages", PAGES), ("modes", tuple(MODES)), ("states", tuple(STATES))):
        arguments.add_argument(f"--{name}", default=",".join(known))
    wanted = arguments.parse_args()
    pages, modes, states = (
        getattr(wanted, name).split(",") for name in ("pages", "modes", "states")
    )
    if wanted.url:
        shoot_all(wanted.folder, wanted.url, pages, modes, [""])
        return
    with tempfile.TemporaryDirectory() as home:
        for state in states:
            draw_release(Path(home) / "home", state, change=STATES[state])
        with served(Path(home) / "home", Path(home) / "server") as server:
            shoot_all(wanted.folder, server.url, pages, modes, states)


if __name__ == "__main__":
    main()
