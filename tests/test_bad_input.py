"""Files made to break an importer: each comes out as its manifest says, and nothing else is harmed."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from analytics.ingest import ingest
from analytics.readers import nursery, sandbox
from analytics.readers.codes import SET_APART
from analytics.vault import apart, store
from analytics.vault.workspace import Workspace
from pages.parts.codes import WARNINGS
from tests.conftest import SHARED
from tests.proof import drawn

SECONDS, MEGABYTES = 5, 700  # a file, unless the manifest says otherwise
MANIFEST = SHARED / "badinput" / "manifest.json"
CONTENT = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else {"files": []}
# a plain file of each kind; while nobody recognises it, its kind has no reader yet
PLAIN = {
    "slack_zip": "slack/ok_control.zip", "hr_csv": "csv/crlf.csv", "hr_xlsx": "xlsx/ok_control.xlsx",
    "ics": "ics/attach_uri.ics", "mbox": "mbox/ok_control.mbox", "teams_json": "json/ok_control.ndjson",
    "m365_usage_csv": "csv/m365_ok.csv", "survey_csv": "csv/survey_ok.csv",
}  # fmt: skip
MAY_BE_MISSING: set[str] = set()


@cache
def has_reader(kind: str) -> bool:
    """Say whether a plain file of this kind is recognised."""
    import tempfile

    with tempfile.TemporaryDirectory() as out:
        return sandbox.parse(SHARED / "badinput" / PLAIN[kind], Path(out)).format is not None


def publish(workspace, progress):
    path = workspace.next_release_path()
    path.write_text("one")
    return workspace.publish_pointer(path)


def imported(path):
    return ingest([path], "acme", publish=publish)["files"][0]


def contents(folder):
    """Return every file of a workspace as one text, tables unpacked."""
    return "\n".join(
        str(pl.read_parquet(path).rows())
        if path.suffix == ".parquet"
        else path.read_bytes().decode("utf-8", "replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def tree(folder):
    stamped = ("identity.duckdb", "lock", "audit.jsonl", "audit.head")
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in stamped
    }


def test_the_whole_corpus_is_there(shared):
    assert len(CONTENT["files"]) == CONTENT["count"] == 106
    assert {entry["kind"] for entry in CONTENT["files"]} == set(PLAIN)


@pytest.mark.parametrize("entry", CONTENT["files"], ids=lambda entry: entry["file"])
def test_each_file_comes_out_as_the_manifest_says(home, entry):
    kind = entry["kind"]
    if kind in MAY_BE_MISSING and not has_reader(kind):
        pytest.skip(f"no reader for {kind} yet")
    before = nursery.peak_mb()
    began = nursery.seconds()

    file = imported(SHARED / "badinput" / entry["file"])

    took = nursery.seconds() - began
    assert (file["outcome"], file["reject_code"]) == (entry["outcome"], entry["reject_code"])
    assert file["stored"] == entry["rows_ok"]
    assert file["rejected"] == Counter(bad["code"] for bad in entry["quarantine"])
    assert file["warnings"] == sorted(entry["warnings"])
    apart_ = sum(file["rejected"].values())
    assert file["records"] == file["stored"] + apart_ + file["duplicates"] + file["non_records"]
    assert took < entry.get("max_seconds", SECONDS)
    assert nursery.peak_mb() <= max(before, entry.get("max_rss_mb", MEGABYTES))
    workspace = Workspace.open("acme")
    assert contents(workspace.folder).find(entry.get("must_not_contain", "\0never")) == -1
    if file["outcome"] == "reject":
        assert file["message"].startswith(Path(entry["file"]).name)
        assert not list(workspace.imports.iterdir())
        return
    lines = apart.lines(workspace, file["import"])
    assert lines["place"].is_not_null().all()
    assert Counter(lines["code"]) == Counter(file["rejected"])
    if CONTENT["files"].index(entry) % drawn(1, 4) == 0:
        kept = tree(workspace.folder)
        again = imported(SHARED / "badinput" / entry["file"])
        assert (again["stored"], tree(workspace.folder) == kept) == (0, True)
    _as_expected(entry, workspace)


def _as_expected(entry, workspace):
    """Check what the manifest says of single files beyond their account."""
    assert entry.get("expect_value", "") in contents(workspace.folder)
    built = store.build(workspace)
    with built.connect() as connection:
        if recipients := entry.get("recipients"):
            # the sender is one of them, and no delivery names the sender
            assert built.rows["delivery"] == recipients - 1
        if minutes := entry.get("expect_minutes"):
            [(seconds,)] = connection.sql("select max(seconds) from event").fetchall()
            assert seconds == minutes * 60


@pytest.mark.parametrize("kind", sorted(PLAIN))
def test_every_code_of_a_kind_is_put_into_words(shared, kind):
    if kind in MAY_BE_MISSING and not has_reader(kind):
        pytest.skip(f"no reader for {kind} yet")
    entries = [entry for entry in CONTENT["files"] if entry["kind"] == kind]

    apart_ = {bad["code"] for entry in entries for bad in entry["quarantine"]}
    warned = {code for entry in entries for code in entry["warnings"]}

    assert (apart_ - set(SET_APART), warned - set(WARNINGS)) == (set(), set())
