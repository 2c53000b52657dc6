"""From files to a release: what is reported, what is kept, what a repeat and an undo change."""

import hashlib
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest

from analytics import mappings
from analytics.errors import NotPublished, UsageError
from analytics.ingest import ingest, undo
from analytics.readers.base import Options
from analytics.reading import content_hash
from analytics.vault import apart, store
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
        ("reading", "hr.csv"), ("read", "hr.csv"), ("reading", "log.csv"), ("read", "log.csv"), ("building", None),
        ("publishing", None), ("figures", None), ("done", None),
    ]  # fmt: skip
    assert (steps[1]["outcome"], steps[1]["report"]["stored"]) == ("accept", 3)
    assert steps[2] == {"stage": "reading", "file": "log.csv", "done": 1, "total": 2}


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


def test_the_licences_of_a_mail_product_are_seats_for_the_acts_of_mail(tmp_path):
    licences = ("Office 365 E1", "Exchange Online (Plan 1)", "Unlicensed")
    (tmp_path / "entra.csv").write_text(
        "User principal name,Display name,First name,Last name,Licenses\n"
        + "".join(
            f"{name}@example.org,{name},{name},X,{licence}\n"
            for name, licence in zip(("ann", "bo", "cy"), licences, strict=True)
        )
    )
    (tmp_path / "log.csv").write_text(LOG)

    run([tmp_path / "entra.csv", tmp_path / "log.csv"])

    with store.build(Workspace.open("acme")).connect() as connection:
        meet = connection.sql(
            "select tool, count(distinct person), count(distinct person) filter (person in (select actor from event))"
            " from seat where tool in (select tool from event) group by tool"
        ).fetchall()
    assert meet == [("mail", 2, 2)]


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

    with pytest.raises(NotPublished, match=r"Those of before stand.*ZeroDivisionError") as failed:
        ingest(files[1:], "acme", publish=fail)

    assert [(file["file"], file["stored"]) for file in failed.value.result["files"]] == [
        ("log.csv", 15)
    ]
    assert failed.value.result["release"] == 1
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


# ------------------------------------------------------------------------- folders and archives of exports


def client(tmp_path):
    """A client's folder: an HR file, a zip with a log and a photo, a note nobody needs."""
    folder = tmp_path / "client"
    (folder / "people").mkdir(parents=True)
    (folder / "people" / "hr.csv").write_text(HR)
    (folder / ".DS_Store").write_bytes(b"x")
    with zipfile.ZipFile(folder / "mail.zip", "w") as archive:
        archive.writestr("log.csv", LOG)
        archive.writestr("photo.png", b"\x89PNG\r\n" + bytes(99))
    return folder


def test_a_folder_of_exports_gives_what_its_files_give(files, tmp_path):
    (Workspace.open("acme", create=True).folder / "secret.key").write_text("5" * 64)
    (Workspace.open("twin", create=True).folder / "secret.key").write_text("5" * 64)

    report = run([client(tmp_path)])
    ingest(files, "twin", publish=publish)

    told = {
        file["file"]: (file["within"], file["format"], file["outcome"]) for file in report["files"]
    }
    assert told == {
        "hr.csv": ("client/people", "hr_file", "accept"),
        "log.csv": ("client/mail.zip", "interaction_log", "accept"),
        "photo.png": ("client/mail.zip", None, "reject"),
    }
    assert report["left_out"] == ["client: .DS_Store"]
    assert hashes() == hashes("twin")


def test_a_folder_again_changes_no_byte_and_its_files_alone_are_known(files, tmp_path, home):
    run([client(tmp_path)])
    before = tree(home)

    again = run([tmp_path / "client"])
    alone = run(files)

    assert tree(home) == before
    assert [file["stored"] for file in again["files"] + alone["files"]] == [0] * 5
    assert all("already_known" in file["warnings"] for file in alone["files"])


# ---------------------------------------------------------------------------------- columns named by hand

ODD = "wann;wer;wem\n"
ROW = "2026-0{month}-05 09:00:00;ann@example.org;bo@example.org\n"
COLUMNS = {"time": "wann", "sender": "wer", "recipient": "wem"}


def odd(tmp_path, month, header=ODD):
    path = tmp_path / f"odd-{month}.csv"
    path.write_text(header + ROW.format(month=month))
    return path


def test_columns_named_once_are_used_next_month(tmp_path):
    may = date(2026, 5, 4)
    first = run([odd(tmp_path, 1)], options=Options(COLUMNS, "phone"), today=may)["files"][0]
    second = run([odd(tmp_path, 2)])["files"][0]
    other = run([odd(tmp_path, 3, "wann;wer;an wen\n")])["files"][0]

    assert (first["outcome"], first["named_on"]) == ("accept", None)
    assert (second["outcome"], second["tool"], second["named_on"]) == (
        "accept",
        "phone",
        "2026-05-04",
    )
    assert (other["outcome"], other["header"]) == ("reject", ["wann", "wer", "an wen"])
    [kept] = mappings.known("acme")
    assert (kept.id, kept.table, kept.columns) == (first["remembered"], first["table"], COLUMNS)
    assert "an wen" not in (Workspace.open("acme").folder / "columns.json").read_text()


def test_a_file_read_by_remembered_columns_is_known_again(tmp_path, home):
    path = odd(tmp_path, 1)
    run([path], options=Options(COLUMNS))
    before = tree(home)

    again = run([path])["files"][0]

    assert tree(home) == before
    assert "already_known" in again["warnings"]


def test_the_days_that_a_file_counts_are_said_for_it_alone(tmp_path, home):
    head = "User Email,Meetings,Meeting Minutes\n"
    march, april = tmp_path / "march.csv", tmp_path / "april.csv"
    march.write_text(head + "ann@example.org,4,90\n")
    april.write_text(head + "ann@example.org,5,80\n")
    said = Options({"window": "2026-03-01/2026-03-31"})

    untold = run([march])["files"][0]
    told = run([march], options=said)["files"][0]
    before = tree(home)
    again = run([march])["files"][0]
    after = tree(home)
    following = run([april])["files"][0]

    assert ("window_unknown" in untold["warnings"], untold["read"].get("usage")) == (True, None)
    assert (told["warnings"], told["read"]["usage"]) == ([], 2)
    assert (again["import"], after) == (told["import"], before)
    assert "window_unknown" in following["warnings"]
    assert mappings.known("acme") == []


def test_what_is_forgotten_is_used_no_longer(tmp_path):
    run([odd(tmp_path, 1)], options=Options(COLUMNS))
    mappings.forget("acme", mappings.known("acme")[0].id)

    next_one = run([odd(tmp_path, 2)])["files"][0]

    assert (next_one["outcome"], mappings.known("acme")) == ("reject", [])
    with pytest.raises(UsageError, match="There are: none"):
        mappings.forget("acme", "ffffffff")


def test_what_is_said_now_comes_before_what_was_said_then(tmp_path):
    turned = COLUMNS | {"sender": "wem", "recipient": "wer"}
    run([odd(tmp_path, 1)], options=Options(COLUMNS))

    report = run([odd(tmp_path, 2)], options=Options(turned))["files"][0]

    assert report["columns"] == turned
    assert [mapping.columns for mapping in mappings.known("acme")] == [turned]


def test_no_cell_is_remembered_and_no_name_of_numbered_columns(tmp_path, home):
    (tmp_path / "bare.csv").write_text("1 2 1767603600\n2 1 1767603700\n")
    said = Options({"sender": "column2", "recipient": "column1", "time": "column3"})

    file = run([tmp_path / "bare.csv"], options=said)["files"][0]
    run([odd(tmp_path, 1)], options=Options(COLUMNS))

    assert (file["outcome"], file["remembered"]) == ("accept", None)
    assert "example.org" not in (home / "acme" / "columns.json").read_text()
    assert len(mappings.known("acme")) == 1


# ---------------------------------------------------------------------------- what was set apart, line by line


def test_every_record_set_apart_is_told_with_its_place_and_reason(tmp_path):
    (tmp_path / "hr.csv").write_text(HR + "4,di@example.org,1,Sales,2026-99-01,x\n5\n")
    file = run([tmp_path / "hr.csv"])["files"][0]
    workspace = Workspace.open("acme")

    lines = apart.lines(workspace, file["import"])
    cut = apart.lines(workspace, file["import"], most=1)

    assert lines.select("file", "place", "code", "records").rows() == [
        ("hr.csv", "line 5", "too_many_fields", 1), ("hr.csv", "line 6", "too_few_fields", 1),
    ]  # fmt: skip
    assert cut.select("place", "code", "records").rows() == [
        ("line 5", "too_many_fields", 1), (None, "too_few_fields", 1),
    ]  # fmt: skip
    laid = (workspace.jobs / f"apart-{file['import']}.csv").read_text()
    assert laid.splitlines()[1].startswith(
        "hr.csv,line 5,too_many_fields,1,More fields than columns,"
    )
    assert "di@example.org" not in laid


def test_an_import_without_faults_has_no_such_list(files):
    file = run(files[:1])["files"][0]
    workspace = Workspace.open("acme")

    assert apart.lines(workspace, file["import"]).is_empty()
    assert not list(workspace.jobs.glob("apart-*"))
    with pytest.raises(UnknownImport):
        apart.lines(workspace, "f" * 16)


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
