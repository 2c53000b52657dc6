"""Files on the command line: told apart before they are kept, brought in, reported, taken out."""

import json
from pathlib import Path

import pytest

from analytics import ingest, mappings, places
from analytics.__main__ import main
from tests.test_ingest import COLUMNS, HR, LOG, client, odd, publish

pytestmark = pytest.mark.usefixtures("home")
MAPPED = [part for field, column in COLUMNS.items() for part in ("--map", f"{field}={column}")]


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    try:
        code = main(list(arguments))
    except SystemExit as end:
        code = int(str(end.code))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def looked_at(capsys, *arguments):
    code, out, _ = run(capsys, "recognise", *arguments, "--format", "json")
    assert code == 0
    return json.loads(out)["files"]


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_files_are_told_apart_and_nothing_is_kept(tmp_path, home, capsys):
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "odd.csv").write_text("wann,wer\n1,2\n")
    before = everything(tmp_path)

    log, strange = looked_at(capsys, str(tmp_path / "log.csv"), str(tmp_path / "odd.csv"))

    assert everything(tmp_path) == before
    assert (log["format"], log["first"][:10], log["last"][:10], log["records"]) == (
        "interaction_log", "2026-01-05", "2026-01-09", 15,
    )  # fmt: skip
    assert log["columns"] == {"time": "time", "sender": "sender", "recipient": "recipient"}
    assert {"acts", "recipients"} <= set(log["provides"])
    assert (strange["reject_code"], strange["header"]) == ("column_missing", ["wann", "wer"])


def test_the_table_of_what_files_are_can_be_read(tmp_path, capsys):
    code, out, _ = run(capsys, "recognise", str(client(tmp_path)))

    assert code == 0
    assert "log.csv    mail.zip" in " ".join(out.split()) or "log.csv" in out
    assert "Passed over: client: .DS_Store" in out


def test_a_preview_uses_the_columns_that_the_workspace_remembers(tmp_path, capsys):
    run(capsys, "ingest", str(odd(tmp_path, 1)), "-w", "acme", *MAPPED)
    path = str(odd(tmp_path, 2))

    [with_it] = looked_at(capsys, path, "--workspace", "acme")
    [without] = looked_at(capsys, path)

    assert (with_it["format"], with_it["columns"]) == ("interaction_log", COLUMNS)
    assert with_it["named_on"]
    assert (without["format"], without["named_on"]) == (None, None)


def test_that_columns_are_remembered_is_said_shown_and_taken_back(tmp_path, capsys):
    _, said, _ = run(capsys, "ingest", str(odd(tmp_path, 1)), "-w", "acme", *MAPPED)
    [mapping] = mappings.known("acme")
    _, used, _ = run(capsys, "ingest", str(odd(tmp_path, 2)), "-w", "acme")
    _, listed, _ = run(capsys, "imports", "-w", "acme", "--mappings", "--format", "json")
    code, left, _ = run(capsys, "imports", "-w", "acme", "--forget-mapping", mapping.id)
    again, _, sentence = run(capsys, "imports", "-w", "acme", "--forget-mapping", mapping.id)

    assert f"these columns are remembered as {mapping.id}" in said
    assert f"read with the columns named on {mapping.said_on}" in used
    assert json.loads(listed)["mappings"][0]["id"] == mapping.id
    assert (code, left) == (0, "nothing\n")
    assert (again, "No columns are remembered" in sentence) == (2, True)


def test_the_inbox_is_taken_whole(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(places, "ROOT", tmp_path)
    nothing, _, sentence = run(capsys, "ingest", "--inbox", "-w", "acme")
    folder = places.inbox("acme")
    folder.mkdir(parents=True)
    (folder / "hr.csv").write_text(HR)
    (folder / ".hidden.csv").write_text(HR)
    monkeypatch.undo()
    monkeypatch.setenv("CONVIVIO_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(places, "inbox", lambda workspace: folder)

    code, out, _ = run(capsys, "ingest", "--inbox", "-w", "acme", "--format", "json")

    assert (nothing, "Nothing waits in" in sentence) == (2, True)
    assert code == 0
    assert [file["file"] for file in json.loads(out)["files"]] == ["hr.csv"]


def test_the_report_of_an_import_adds_up_and_names_each_record(tmp_path, capsys):
    (tmp_path / "hr.csv").write_text(HR + "\n5\n4,di@example.org,1,Sales,2026-99-01,x\n")
    _, out, _ = run(capsys, "ingest", str(tmp_path / "hr.csv"), "-w", "acme", "--format", "json")
    id_ = json.loads(out)["files"][0]["import"]

    _, out, _ = run(capsys, "imports", "-w", "acme", "--report", id_, "--format", "json")
    _, table, _ = run(capsys, "imports", "-w", "acme", "--report", id_, "--format", "csv")
    code, _, sentence = run(capsys, "imports", "-w", "acme", "--report", "nothing")

    report = json.loads(out)
    apart = sum(line["records"] for line in report["lines"])
    assert apart == report["set_apart"] == 2
    assert report["records"] == (
        report["stored"] + apart + report["duplicates"] + report["non_records"]
    )
    assert table.splitlines()[0] == "file,place,code,records,why,what_helps"
    assert "di@example.org" not in table
    assert (code, sentence.startswith("Workspace acme has no import")) == (2, True)


# -------------------------------------------------------------------------------------------- file names

NAMES = [
    "*.csv", "[ab].csv", "?.csv", "-rf", "--workspace=evil", "CON", "nul.csv", "a" * 251 + ".csv", "\u202egnp.csv",
    "https:", "$(id).csv", "a;b|c.csv", "'; drop table person;--.csv", "~", "..csv", " ", "a\nb.csv", "%s%n.csv",
    "\udcff\udcfe.csv",
]  # fmt: skip


def test_a_file_is_read_by_what_it_holds_whatever_it_is_called(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(ingest, "_default_publish", lambda: publish)  # a name says nothing there
    folder = tmp_path / "files"
    folder.mkdir()
    for other in ("a.csv", "b.csv"):
        (folder / other).write_text("ID,Department\n7,Legal\n8,Legal\n9,Legal\n10,Legal\n")
    for number, name in enumerate(NAMES):
        (folder / name).write_text(f"{HR}{number + 100},p{number}@example.org,1,Sales\n")

    paths = [str(folder / name) for name in NAMES]
    seen = looked_at(capsys, *paths)
    code, out, _ = run(capsys, "ingest", *paths, "-w", "acme", "--format", "json")

    files = json.loads(out)["files"]
    assert code == 0
    for name, look, file in zip(NAMES, seen, files, strict=True):
        assert (look["format"], look["records"]) == ("hr_file", 4), repr(name)
        assert (file["outcome"], file["stored"], file["rejected"]) == ("accept", 4, {}), repr(name)
        assert file["file"], repr(name)
        assert file["file"].isprintable(), repr(name)


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/a.csv", "/nowhere/a.csv", "a" * 300, "*.csv", "s3://bucket/x", "a\0b", "~root/x", "file:///etc/passwd"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["recognise", "ingest"])
def test_what_leads_nowhere_is_said_and_fetched_from_nowhere(tmp_path, capsys, command, path):
    (tmp_path / "x.csv").write_text(HR)
    more = ["-w", "acme"] if command == "ingest" else []

    code, out, sentence = run(capsys, command, path, *more)

    assert (code, out) == (2, "")
    assert sentence.startswith("There is no file or folder")


@pytest.mark.parametrize("name", ["-rf", "--help"])
def test_a_name_like_an_option_is_wrong_use_and_deletes_nothing(
    tmp_path, monkeypatch, capsys, name
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(HR)

    refused, _, _ = run(capsys, "recognise", name)
    [file] = looked_at(capsys, f"./{name}")

    assert (refused == 2) is (name == "-rf")
    assert file["format"] == "hr_file"
