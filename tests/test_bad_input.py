"""Files made to break an importer: each comes out as its manifest says, and nothing else is harmed."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics import reading
from analytics.ingest import ingest
from analytics.readers import nursery
from analytics.readers.codes import SET_APART
from analytics.vault import apart, store
from analytics.vault.workspace import Workspace
from pages.parts.codes import WARNINGS
from tests.conftest import SHARED
from tests.proof import drawn

SECONDS, MEGABYTES = 5, 700  # a file, unless the manifest says otherwise
MANIFEST = SHARED / "badinput" / "manifest.json"
CONTENT = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else {"files": []}
KINDS = {
    "slack_zip", "hr_csv", "hr_xlsx", "ics", "mbox", "teams_json", "m365_usage_csv", "survey_csv",
}  # fmt: skip


def publish(workspace, progress):
    path = workspace.next_release_path()
    path.write_text("one")
    return workspace.publish_pointer(path)


def lies(entry) -> Path:
    return SHARED / "badinput" / entry["file"]


def imported(*entries) -> dict[str, dict[str, Any]]:
    """Return the first thing told of each file, by the file's name."""
    told = ingest([lies(entry) for entry in entries], "acme", publish=publish)["files"]
    named = [((file["within"] or file["file"]).split("/")[0], file) for file in told]
    return dict(reversed(named))


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


@dataclass(frozen=True)
class Imported:
    """All files of the corpus in one company: what was told of each, what each took, and all that was kept."""

    workspace: Workspace
    files: dict[str, dict[str, Any]]
    seconds: dict[str, float]
    megabytes: dict[str, float]
    kept: str


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Iterator[Imported]:
    """Import all files at once, each read alone, so that what it takes is its own."""
    seconds, megabytes, run = {}, {}, nursery.run

    def measured(job, *given):
        nursery._peak_mb, began = 0.0, nursery.seconds()
        ended = run(job, *given)
        seconds[job["name"]] = nursery.seconds() - began
        megabytes[job["name"]] = nursery.peak_mb()
        return ended

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVIVIO_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(reading, "AT_ONCE", 1)
        patch.setattr(nursery, "run", measured)
        files = imported(*CONTENT["files"])
        workspace = Workspace.open("acme")
        yield Imported(workspace, files, seconds, megabytes, contents(workspace.folder))


def test_the_whole_corpus_is_there(shared):
    assert len(CONTENT["files"]) == CONTENT["count"] == 106
    assert {entry["kind"] for entry in CONTENT["files"]} == KINDS


@pytest.mark.parametrize("entry", CONTENT["files"], ids=lambda entry: entry["file"])
def test_each_file_comes_out_as_the_manifest_says(corpus, entry):
    name, workspace = lies(entry).name, corpus.workspace

    file = corpus.files[name]

    assert (file["outcome"], file["reject_code"]) == (entry["outcome"], entry["reject_code"])
    assert file["stored"] == entry["rows_ok"]
    assert file["rejected"] == Counter(bad["code"] for bad in entry["quarantine"])
    assert file["warnings"] == sorted(entry["warnings"])
    apart_ = sum(file["rejected"].values())
    assert file["records"] == file["stored"] + apart_ + file["duplicates"] + file["non_records"]
    assert corpus.seconds[name] < entry.get("max_seconds", SECONDS)
    assert corpus.megabytes[name] <= entry.get("max_rss_mb", MEGABYTES)
    assert entry.get("must_not_contain", "\0never") not in corpus.kept
    if file["outcome"] == "reject":
        assert file["message"].startswith(name)
        assert file["import"] is None
        return
    lines = apart.lines(workspace, file["import"])
    assert lines["place"].is_not_null().all()
    assert Counter(lines["code"]) == Counter(file["rejected"])


def test_of_rejected_files_nothing_is_kept_and_the_others_again_change_no_byte(shared, corpus):
    kept = {name: file["import"] for name, file in corpus.files.items() if file["import"]}
    before = tree(corpus.workspace.folder)
    some = [entry for entry in CONTENT["files"] if lies(entry).name in kept][:: drawn(1, 4)]

    again = imported(*some)

    assert {path.name for path in corpus.workspace.imports.iterdir()} == set(kept.values())
    assert store.build(corpus.workspace).rows["event"] > 0
    assert {file["stored"] for file in again.values()} == {0}
    assert tree(corpus.workspace.folder) == before


TOLD = {"expect_value", "recipients", "expect_minutes"}
TELLING = [entry for entry in CONTENT["files"] if TOLD & {*entry}]


@pytest.mark.parametrize("entry", TELLING, ids=lambda entry: entry["file"])
def test_what_a_file_tells_is_in_the_company_that_it_alone_makes(home, entry):
    imported(entry)

    workspace = Workspace.open("acme")
    assert entry.get("expect_value", "") in contents(workspace.folder)
    built = store.build(workspace)
    with built.connect() as connection:
        if recipients := entry.get("recipients"):
            # the sender is one of them, and no delivery names the sender
            assert built.rows["delivery"] == recipients - 1
        if minutes := entry.get("expect_minutes"):
            [(seconds,)] = connection.sql("select max(seconds) from event").fetchall()
            assert seconds == minutes * 60


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_code_of_a_kind_is_put_into_words(shared, kind):
    entries = [entry for entry in CONTENT["files"] if entry["kind"] == kind]

    apart_ = {bad["code"] for entry in entries for bad in entry["quarantine"]}
    warned = {code for entry in entries for code in entry["warnings"]}

    assert (apart_ - set(SET_APART), warned - set(WARNINGS)) == (set(), set())
