"""Files made to break an importer, dropped on the page: each comes out as its manifest says, the server lives on."""

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.browser.served import MODES, served, settle
from tests.proof import PROOF
from tests.test_bad_input import CONTENT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MINUTES = 15  # for all of them, looked at and imported on a busy machine


def one_of_each_kind() -> list[dict]:
    """Return the smallest file of each kind that is not accepted whole."""
    bad = [entry for entry in CONTENT["files"] if entry["outcome"] != "accept"]
    kinds = sorted({entry["kind"] for entry in bad})
    return [min((e for e in bad if e["kind"] == kind), key=lambda e: e["bytes"]) for kind in kinds]


def results(folder: Path) -> dict[str, dict]:
    """Return what each ended job wrote, by the job's name."""
    texts = {path.stem: path.read_text("utf-8").strip() for path in sorted(folder.glob("*.out"))}
    return {name: json.loads(text) for name, text in texts.items() if text}


def next_result(folder: Path, known: set[str], until: float) -> dict:
    """Return what a job that was not known before wrote once it has ended."""
    while time.monotonic() < until:
        new = [value for name, value in results(folder).items() if name not in known]
        if new:
            return new[-1]
        time.sleep(0.2)
    raise TimeoutError("the job did not end")


def test_every_bad_file_dropped_on_the_page_comes_out_as_it_should(shared, chromium, tmp_path):
    entries = CONTENT["files"] if PROOF else one_of_each_kind()
    home, until = tmp_path / "home", time.monotonic() + 60 * MINUTES
    home.mkdir()
    with served(home, tmp_path / "log") as server:
        page = chromium.new_context(**MODES["light"]).new_page()
        page.goto(f"{server.url}/imports")
        settle(page)
        page.get_by_label("Short name of the company").fill("acme")
        page.keyboard.press("Enter")
        page.get_by_label("Purpose").fill("To see whether it holds")
        page.get_by_label("Legal basis").fill("None: nobody is in it")
        page.keyboard.press("Enter")
        settle(page)
        drop = page.locator("input[type=file]").first
        drop.wait_for(state="attached")
        drop.set_input_files([str(shared / "badinput" / entry["file"]) for entry in entries])
        page.get_by_text(f"of {len(entries)} files recognised").wait_for(timeout=480_000)
        settle(page)
        last = list(results(home / ".looks" / "jobs").values())[-1]
        looked = {file["file"]: file for file in last["files"]}
        known = set(results(home / "acme" / "jobs"))
        page.get_by_role("button", name="Import", exact=True).click()
        answer = next_result(home / "acme" / "jobs", known, until)
        told = {file["file"]: file for file in answer["files"]}
        page.goto(f"{server.url}/imports?ws=acme")
        settle(page)
        alive = server.answer("/api/ready")[0]
        log = server.log.read_text()

    expected = {
        Path(entry["file"]).name: (entry["outcome"], entry["reject_code"], entry["rows_ok"], dict(Counter(bad["code"] for bad in entry["quarantine"])))
        for entry in entries
    }  # fmt: skip
    found = {
        name: (file["outcome"], file["reject_code"], file["stored"], file["rejected"])
        for name, file in told.items()
    }
    assert len(told) == len(looked) == len(entries)
    assert found == expected
    assert {name: (file["outcome"], file["reject_code"]) for name, file in looked.items()} == {
        name: outcome[:2] for name, outcome in found.items()
    }
    assert (alive, "Traceback" in log) == (200, False)
    assert not [path for path in home.rglob("upload-*") if path.is_dir()]
