"""From files to a release: what is reported, what is kept, what a repeat and an undo change."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from analytics.ingest import content_hash, ingest, undo
from analytics.readers.base import Options
from analytics.vault import store
from analytics.vault.imports import UnknownImport
from analytics.vault.settings import Settings
from analytics.vault.workspace import Workspace, WorkspaceBusy

HR = "ID,E-mail,Manager ID,Department\n1,ann@example.org,,Sales\n2,bo@example.org,1,Sales\n3,cy@example.org,1,Legal\n"
LOG = "time,sender,recipient\n" + "".join(
    f"2026-01-{day:02} 09:00:00,{sender}@example.org,{recipient}@example.org\n"
    for day in range(5, 10)
    for sender, recipient in (("ann", "bo"), ("bo", "ann"), ("dee", "cy"))
)


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def files(tmp_path):
    (tmp_path / "hr.csv").write_text(HR)
    (tmp_path / "log.csv").write_text(LOG)
    return [tmp_path / "hr.csv", tmp_path / "log.csv"]


def publish(workspace, progress):
    """Publish a file that holds how many rows the store has: enough to see when and what was published."""
    progress({"stage": "figures"})
    path = workspace.next_release_path()
    path.write_text(json.dumps(store.build(workspace).rows))
    return workspace.publish_pointer(path)


def run(paths, **given):
    return ingest(paths, "acme", publish=publish, **given)


def hashes(name="acme"):
    """A hash of the sorted rows of every table of the store."""
    with store.build(Workspace.open(name)).connect() as connection:
        return {
            table: hashlib.sha256(
                repr(connection.sql(f"from {table} order by all").fetchall()).encode()
            ).hexdigest()
            for table in store.ORDER
        }


def tree(folder):
    """Return every file but the log, which says that it was done, and what DuckDB and locks stamp."""
    stamped = ("identity.duckdb", "lock", "audit.jsonl", "audit.head")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in stamped
    }


def test_the_report_says_what_became_of_every_record_and_person(files):
    report = run(files)

    hr, log = report["files"]
    assert (hr["file"], hr["format"], hr["outcome"], hr["records"], hr["stored"]) == (
        "hr.csv",
        "hr_file",
        "accept",
        3,
        3,
    )
    assert (log["format"], log["outcome"], log["read"]["event"], log["events"]) == (
        "interaction_log",
        "accept",
        15,
        {"email": 15},
    )
    assert report["people"] == {"in_org": 3, "matched": 3, "unmatched": 1}
    assert report["release"] == 1
    for file in report["files"]:
        kept = (
            file["stored"]
            + sum(file["rejected"].values())
            + file["duplicates"]
            + file["non_records"]
        )
        assert file["records"] == kept
        assert len(file["import"]) == 16


def test_progress_names_each_step(files):
    steps = []

    run(files, progress=steps.append)

    assert [(step["stage"], step.get("file")) for step in steps] == [
        ("reading", "hr.csv"), ("reading", "log.csv"), ("building", None), ("publishing", None),
        ("figures", None), ("done", None),
    ]  # fmt: skip
    assert steps[1] == {"stage": "reading", "file": "log.csv", "done": 1, "total": 2}


def test_the_same_files_again_change_no_byte(files, home):
    first = run(files)
    before = tree(home)

    again = run(files)

    assert tree(home) == before
    assert again["release"] == 1
    assert again["people"] == first["people"]
    for old, new in zip(first["files"], again["files"], strict=True):
        assert (new["import"], new["outcome"], new["stored"]) == (old["import"], old["outcome"], 0)
        assert new["duplicates"] == old["stored"]
        assert "already_known" in new["warnings"]
        assert "already known" in new["message"]


def test_the_same_content_under_another_name_is_known(files, tmp_path):
    run(files)
    copy = tmp_path / "copy of hr.csv"
    shutil.copy(files[0], copy)

    [file] = run([copy])["files"]

    assert (file["file"], file["stored"]) == ("copy of hr.csv", 0)


def test_undo_publishes_what_was_before_and_importing_again_what_was_after(files):
    run(files[:1])
    before = hashes()
    log = run(files[1:])["files"][0]["import"]
    after = hashes()

    back = undo("acme", log, publish=publish)
    undone = hashes()
    again = run(files[1:])

    assert back == {
        "files": [],
        "people": {"in_org": 3, "matched": 0, "unmatched": 0},
        "release": 3,
    }
    assert (undone, hashes()) == (before, after)
    assert before != after
    assert (again["release"], again["files"][0]["import"], again["files"][0]["stored"]) == (
        4,
        log,
        15,
    )


def test_undoing_the_only_import_leaves_no_release(files, home):
    hr = run(files[:1])["files"][0]["import"]

    assert undo("acme", hr, publish=publish)["release"] is None
    assert Workspace.open("acme").current_release() is None
    assert json.loads((home / "acme" / "imports.json").read_text())[0]["undone"] is True
    assert run(files[:1])["release"] == 1


def test_an_unknown_import_cannot_be_undone(files):
    run(files[:1])

    with pytest.raises(UnknownImport):
        undo("acme", "0" * 16, publish=publish)


def test_two_halves_that_overlap_give_what_the_whole_gives(tmp_path):
    header, *lines = LOG.splitlines(keepends=True)
    for name, part in {"whole": lines, "first": lines[:9], "second": lines[6:]}.items():
        (tmp_path / f"{name}.csv").write_text(header + "".join(part))
    Workspace.open("halves", create=True)
    Workspace.open("acme", create=True)
    for name in ("halves", "acme"):  # keys can be compared where the secret is one
        (Workspace.open(name).folder / "secret.key").write_text("5" * 64)

    run([tmp_path / "whole.csv"])
    ingest([tmp_path / "second.csv", tmp_path / "first.csv"], "halves", publish=publish)

    assert hashes("halves") == hashes("acme")


def test_a_bad_file_is_an_outcome_and_the_release_stands(files, tmp_path):
    run(files)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "photo.bin").write_bytes(bytes(range(256)) * 40)

    report = run([tmp_path / "empty.csv", tmp_path / "photo.bin", tmp_path / "gone.csv"])

    assert [file["outcome"] for file in report["files"]] == ["reject"] * 3
    assert [file["import"] for file in report["files"]] == [None] * 3
    assert report["files"][0]["reject_code"] == "file_empty"
    assert all(file["message"] for file in report["files"])
    assert report["release"] == 1
    assert len(json.loads(Workspace.open("acme").imports_list.read_text())) == 2


def test_a_first_import_of_nothing_readable_leaves_an_empty_workspace(tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")

    report = run([tmp_path / "empty.csv"])

    assert report["people"] == {"in_org": 0, "matched": 0, "unmatched": 0}
    assert report["release"] is None


def test_the_file_read_with_other_columns_takes_the_place_of_its_first_reading(files):
    run(files[1:])
    turned = run(files[1:], options=Options(columns={"sender": "recipient", "recipient": "sender"}))

    entries = json.loads(Workspace.open("acme").imports_list.read_text())
    assert [entry["undone"] for entry in entries] == [True, False]
    assert turned["files"][0]["stored"] == 15
    assert store.build(Workspace.open("acme")).rows["event"] == 15


def test_new_settings_are_published_and_the_store_stays(files):
    run(files)
    workspace = Workspace.open("acme")
    built = workspace.store.stat().st_mtime_ns
    workspace.write_settings(Settings(threshold=20))

    assert run([])["release"] == 2
    assert workspace.store.stat().st_mtime_ns == built


def test_a_publication_that_fails_leaves_the_last_release_and_is_made_up_for(files):
    run(files[:1])

    def fail(workspace, progress):
        workspace.next_release_path().write_text("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ingest(files[1:], "acme", publish=fail)

    workspace = Workspace.open("acme")
    assert workspace.current_release().name == "000001.duckdb"
    assert not (workspace.releases / "new").exists()
    report = run(files[1:])
    assert (report["release"], report["files"][0]["stored"]) == (2, 0)


def test_two_imports_at_once_are_told_apart(files):
    run(files[:1])

    with (
        Workspace.open("acme").locked(),
        pytest.raises(WorkspaceBusy, match="Wait until it has ended"),
    ):
        run(files[1:])


def test_a_folder_is_known_by_what_is_in_it(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        (folder / "general").mkdir(parents=True)
        (folder / "general" / "2026-01-05.json").write_text("[]")
    (two / ".DS_Store").write_text("x")

    same = content_hash(one) == content_hash(two)
    (two / "general" / "2026-01-06.json").write_text("[]")

    assert same
    assert content_hash(one) != content_hash(two)


def test_no_name_or_address_leaves_the_identity_file(files, home):
    run(files)

    told = {name for name, content in tree(home).items() if b"example.org" in content}

    assert not told
    assert b"example.org" in (home / "acme" / "identity.duckdb").read_bytes()


# ------------------------------------------------------------------------------------------- real data


def test_two_runs_of_a_weekly_slack_export_hold_38_messages(shared, tmp_path):
    """SOURCE.md: 57 rows, 38 distinct (channel, ts), 26 reactions on the merged copies."""
    runs = sorted((shared / "samples/slack_export/olake-incremental").glob("run-*"))
    packed = tmp_path / "second.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(runs[1].rglob("*.json")):
            archive.write(file, Path("export") / file.relative_to(runs[1]))

    report = run([runs[0], packed])

    records = [file["records"] - file["non_records"] for file in report["files"]]
    with store.build(Workspace.open("acme")).connect() as connection:
        acts = dict(
            connection.sql(
                "select action = 'reaction', count(*) from event group by all"
            ).fetchall()
        )
        people = dict(connection.sql("select kind, count(*) from person group by all").fetchall())
    assert records == [36, 21]
    assert acts == {False: 38, True: 26}
    assert sum(people.values()) >= 684


def test_an_export_of_real_size_is_read_kept_and_built(shared):
    report = run(
        [
            shared / "data/manufacturing_email/communication.csv",
            shared / "data/manufacturing_email/reportsto_full.csv",
        ]
    )

    rows = store.build(Workspace.open("acme")).rows
    assert (rows["event"], rows["delivery"]) == (58_412, 82_876)
    assert report["people"]["in_org"] >= 154
