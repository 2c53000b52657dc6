"""The Import page as a person uses it: drop, look, name columns once, import, leave, come back."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics import mappings
from tests.browser.served import MODES, Server, served, settle
from tests.test_ingest import HR, LOG, ODD, ROW

pytestmark = pytest.mark.browser


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path / "home"))
    with served(tmp_path / "home", tmp_path / "log") as running:
        yield running


def opened(server, chromium):
    page = chromium.new_context(**MODES["light"], accept_downloads=True).new_page()
    page.goto(f"{server.url}/imports")
    settle(page)
    page.get_by_label("Short name of the company").fill("acme")
    page.keyboard.press("Enter")
    page.get_by_label("Purpose").fill("To see whether Slack is used")
    page.get_by_label("Legal basis").fill("GDPR Art. 6(1)(f)")
    page.keyboard.press("Enter")
    settle(page)
    return page


def drop(page, *paths, zone=0):
    place = page.locator("input[type=file]").nth(zone)
    place.wait_for(state="attached")
    place.set_input_files([str(path) for path in paths])


def choose(page, label, column):
    settle(page)
    page.get_by_label(label, exact=True).locator("visible=true").first.click()
    page.keyboard.type(column)
    page.keyboard.press("Enter")


def imported(page):
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("Release 1 is open").wait_for(timeout=90_000)
    settle(page)


def uploads(home: Path) -> list[Path]:
    return [path for path in home.rglob("upload-*") if path.is_dir()]


def test_columns_are_named_once_before_anything_is_kept_and_used_next_month(
    own, chromium, tmp_path
):
    home = tmp_path / "home"
    for month in (1, 2):
        (tmp_path / f"calls-{month}.csv").write_text(ODD + ROW.format(month=month))
    page = opened(own, chromium)

    drop(page, tmp_path / "calls-1.csv")
    page.get_by_text("0 of 1 file recognised").wait_for(timeout=30_000)
    assert not list(home.rglob("*.parquet"))
    assert uploads(home) == []
    for label, column in (("Time", "wann"), ("Sender", "wer"), ("Recipient", "wem")):
        choose(page, label, column)
    page.get_by_role("button", name="Read it with these columns").click()
    page.get_by_text("Columns you named").wait_for(timeout=30_000)
    page.get_by_role("heading", name="Recognised").wait_for(timeout=30_000)
    imported(page)
    assert "1 read = 1 stored" in page.inner_text("[data-testid=stMain]")

    drop(page, tmp_path / "calls-2.csv")
    page.get_by_role("heading", name="Recognised").wait_for(timeout=30_000)
    page.get_by_text("how it is read").click()
    page.get_by_text("Read with the columns that were named on").first.wait_for()
    page.get_by_role("button", name="Forget").click()
    page.get_by_text("0 of 1 file recognised").wait_for(timeout=30_000)

    assert mappings.known("acme") == []
    assert uploads(home) == []


def test_a_whole_folder_is_taken_apart_and_the_result_waits_for_who_left(own, chromium, tmp_path):
    client = tmp_path / "client"
    (client / "people").mkdir(parents=True)
    (client / "people" / "hr.csv").write_text(HR + "\n5\n")
    with zipfile.ZipFile(client / "mail.zip", "w") as archive:
        archive.writestr("log.csv", LOG)
    page = opened(own, chromium)
    page.get_by_text("A whole folder").click()

    drop(page, client, zone=1)
    page.get_by_text("All 2 recognised").wait_for(timeout=30_000)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("You may leave this page").wait_for(timeout=30_000)
    page.goto(f"{own.url}/trust?ws=acme")
    settle(page)
    page.goto(f"{own.url}/imports?ws=acme")
    page.get_by_text("Release 1 is open").wait_for(timeout=90_000)
    settle(page)

    text = page.inner_text("[data-testid=stMain]")
    assert "client/people" in text
    assert "client/mail.zip" in text
    assert "19 read = 18 stored + 0 already known + 1 set apart" in text
    with page.expect_download(timeout=30_000) as lines:
        page.get_by_role("button", name="Set apart, line by line").first.click()
    told = Path(lines.value.path()).read_text("utf-8").splitlines()
    assert told[0] == "file,place,code,records,why,what_helps"
    assert told[1].startswith("hr.csv,line 6,too_few_fields,1,")
    assert uploads(tmp_path / "home") == []
