"""A file may be as bad as it likes: the process that asked for it lives, and nothing of it is kept."""

import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from analytics.errors import place, sentence
from analytics.readers import nursery
from analytics.readers.base import NOTHING_SAID, Options
from analytics.readers.jail import Limits
from analytics.readers.sandbox import Report, parse
from tests.fixtures import fake_readers

SMALL = Limits(memory_mb=512, seconds=20, file_mb=8)


def run(tmp_path, what, limits=SMALL, options=NOTHING_SAID):
    file = tmp_path / "file"
    file.write_text(what)
    return parse(file, tmp_path / "out", options, "Anything.txt", limits, (fake_readers,))


def accounts(tmp_path):
    return pl.read_parquet(sorted((tmp_path / "out").glob("account-*")))["account"].to_list()


def test_a_good_file_is_accounted_for(tmp_path):
    report = run(tmp_path, "fine")
    assert (report.outcome, report.stored, report.read, report.file) == (
        "accept",
        1,
        1,
        "Anything.txt",
    )
    assert report.rows == {"account": 1}
    assert (tmp_path / "out" / "reject.parquet").exists()
    assert Report.from_dict(report.to_dict()) == report


def test_a_record_set_apart_makes_it_partial(tmp_path):
    report = run(tmp_path, "partial")
    assert (report.outcome, report.rejected, report.read) == ("partial", {"date_invalid": 1}, 2)
    assert pl.read_parquet(tmp_path / "out" / "reject.parquet").rows() == [
        ("line 7", "date_invalid")
    ]


@pytest.mark.parametrize(
    ("what", "code", "limits"),
    [
        ("abort", "file_crashed_parser", SMALL),
        ("memory", "file_crashed_parser", SMALL),
        ("crash", "file_crashed_parser", SMALL),
        ("large_file", "file_crashed_parser", SMALL),
        ("refuse", "no_rows", SMALL),
        ("sleep", "file_too_slow", replace(SMALL, seconds=3)),
        ("spin", "file_too_slow", replace(SMALL, seconds=3)),
    ],
)
def test_death_is_a_rejected_file(tmp_path, what, code, limits):
    began = time.monotonic()
    report = run(tmp_path, what, limits)
    assert (report.outcome, report.reject_code) == ("reject", code)
    assert report.message
    assert "SECRET" not in report.message
    assert not list((tmp_path / "out").glob("*.parquet"))
    assert time.monotonic() - began < limits.seconds + 5


def test_the_child_sees_nothing_of_its_parent(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVIVIO_SECRET", "x")
    report = run(tmp_path, "look_around", options=Options(tool="chat"))
    seen = accounts(tmp_path)
    assert report.tool == "chat"
    assert "cwd 0" in seen
    assert "options chat" in seen
    assert {f"DATA {512 << 20}", "CORE 0", "NOFILE 256"} <= set(seen)
    assert "connected" not in seen
    assert not any("CONVIVIO" in text or "HOME" in text for text in seen)


def test_a_missing_file_is_a_rejected_file(tmp_path):
    report = parse(tmp_path / "nowhere.zip", tmp_path / "out")
    assert report.outcome == "reject"
    assert "nowhere.zip" in (report.message or "")


def test_one_far_cell_kills_nobody(tmp_path):
    """A workbook of 1 kB whose only cell is the last one possible: laid out, it would take 500 GB."""
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    with xlsxwriter.Workbook(tmp_path / "whole.xlsx") as book:
        book.add_worksheet("staff")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as whole,
        zipfile.ZipFile(tmp_path / "far.xlsx", "w", zipfile.ZIP_DEFLATED) as far,
    ):
        for name in whole.namelist():
            far.writestr(name, sheet if name.endswith("sheet1.xml") else whole.read(name))
    report = parse(tmp_path / "far.xlsx", tmp_path / "out")
    assert report.outcome == "reject"
    assert report.message


def test_no_child_and_no_descriptor_is_left(tmp_path):
    run(tmp_path, "fine")  # the nursery stays, with its line
    before = len(list(Path("/proc/self/fd").iterdir()))
    run(tmp_path, "sleep", replace(SMALL, seconds=2))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_where_the_nursery_is_ended_a_new_one_takes_its_place(tmp_path):
    run(tmp_path, "fine")
    _, process, _ = nursery._nursery
    process.kill()
    process.wait()

    assert run(tmp_path, "fine").outcome == "accept"


def test_workers_beside_one_another_answer_for_their_own_file(tmp_path):
    def one(number):
        (tmp_path / str(number)).mkdir()
        return run(tmp_path / str(number), ("fine", "partial", "crash")[number % 3])

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(one, range(24)))

    assert [each.outcome for each in reports] == ["accept", "partial", "reject"] * 8


def test_a_stopped_worker_is_a_rejected_file_and_its_memory_is_told(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(run, tmp_path, "sleep")
        while not nursery._working:
            time.sleep(0.01)
        nursery.stop_all()

    assert waiting.result().reject_code == "file_crashed_parser"
    assert not nursery._working
    assert 20 < nursery.peak_mb() < 2000


def test_an_error_is_told_by_the_last_place_in_our_own_code():
    for raised in (lambda: json.loads("{"), lambda: pl.DataFrame({"a": [1]})["b"]):
        with pytest.raises(Exception) as caught:
            raised()

        assert place(caught.value).startswith("test_sandbox.py:")
        assert f"at {place(caught.value)})" in sentence(caught.value)
    assert place(ValueError()) == "unknown place"
