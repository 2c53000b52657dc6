"""What is kept of an import, and what never is."""

import json
from pathlib import Path

import duckdb
import pytest

from analytics import people
from analytics.vault import imports, ledger
from analytics.vault.workspace import BrokenWorkspace, Workspace
from tests import parts
from tests.parts import at

MARKERS = (
    "anna.marker",
    "marker@example.org",
    "Anna Markersson",
    "UMARKER1",
    "HRMARKER7",
    "CMARKER",
)
ACCOUNTS = [
    {"account": "UMARKER1", "email": "marker@example.org", "name": "Anna Markersson"},
    {"account": "anna.marker@example.org"},
    {"account": "U2", "kind": "bot", "has_seat": False},
]
EVENTS = [
    {"event": "CMARKER/1", "at": at("2026-01-05T09:00"), "actor": "UMARKER1", "space": "CMARKER", "thread": "CMARKER/1"},
    {"event": "CMARKER/2", "at": at("2026-01-05T08:00"), "actor": "U2", "space": "CMARKER"},
]  # fmt: skip
TABLES = {
    "account": ACCOUNTS,
    "event": EVENTS,
    "delivery": [{"event": "CMARKER/1", "account": "anna.marker@example.org", "how": "mention"}],
    "space": [{"space": "CMARKER"}],
    "membership": [{"space": "CMARKER", "account": "UMARKER1"}],
    "reject": [{"place": "mpdm-anna.marker--bo-1/2026-01-05.json#3", "code": "timestamp_missing"}],
}
HR = [
    {"person": "HRMARKER7", "email": "marker@example.org", "name": "Anna Markersson", "level": 0},
    {"person": "8", "manager": "HRMARKER7", "level": 1},
]


@pytest.fixture
def workspace(tmp_path):
    return Workspace.open("acme", tmp_path / "home", create=True)


def add(workspace, content, form="slack_export", **tables):
    folder = workspace.scratch("parts")
    report = parts.write(folder, form=form, **tables)
    return imports.add(workspace, report, folder, content, "export.zip")


def rows(path: Path):
    return duckdb.sql(f"from read_parquet('{path}')").fetchall()


def key(workspace, name):
    return people.pseudonym(workspace.secret(), name)


def test_names_addresses_and_account_ids_lie_in_the_identity_file_alone(workspace):
    add(workspace, "a" * 64, **TABLES)
    add(workspace, "b" * 64, form="hr_file", org=HR)
    workspace.sweep()
    imports.write_list(workspace)

    found = {
        path.name
        for path in workspace.folder.rglob("*")
        if path.is_file()
        for marker in MARKERS
        if marker.encode() in path.read_bytes()
        or (path.suffix == ".parquet" and marker in str(rows(path)))
    }

    assert found == {"identity.duckdb"}
    known = duckdb.connect(str(workspace.identity)).sql("from account").fetchall()
    assert all(marker in str(known) for marker in MARKERS if not marker.startswith("C"))


def test_an_account_with_an_address_is_keyed_by_it_and_its_id_is_another_name(workspace):
    id_ = add(workspace, "a" * 64, **TABLES)

    folder = workspace.imports / id_
    accounts = {row[1] for row in rows(folder / "account.parquet")}
    assert accounts == {
        key(workspace, "mail:marker@example.org"),
        key(workspace, "mail:anna.marker@example.org"),
        key(workspace, "slack:U2"),
    }
    assert rows(folder / "other_name.parquet") == [
        (key(workspace, "mail:marker@example.org"), key(workspace, "slack:UMARKER1"))
    ]


def test_a_manager_gets_the_key_of_the_person_he_is(workspace):
    id_ = add(workspace, "b" * 64, form="hr_file", org=HR)

    found = {row[0]: row[1] for row in rows(workspace.imports / id_ / "org.parquet")}

    boss = key(workspace, "mail:marker@example.org")
    assert found == {boss: None, key(workspace, "id:8"): boss}


def test_ids_of_an_interaction_log_are_the_companys_own(workspace):
    log = add(
        workspace,
        "c" * 64,
        form="interaction_log",
        account=[{"tool": "mail", "account": "8"}],
        event=[
            {
                "tool": "mail",
                "event": "1",
                "at": at("2026-01-05T09:00"),
                "actor": "8",
                "action": "email",
            }
        ],
    )

    assert rows(workspace.imports / log / "account.parquet")[0][1] == key(workspace, "id:8")


def test_an_address_shared_by_people_of_different_names_is_no_persons(workspace):
    shop = [
        {"person": "1", "email": "shop@example.org", "name": "Ada"},
        {"person": "2", "email": "shop@example.org", "name": "Bo"},
        {"person": "3", "email": "twice@example.org", "name": "Cy"},
        {"person": "4", "email": "twice@example.org", "name": " cy"},
    ]

    id_ = add(workspace, "d" * 64, form="hr_file", org=shop)

    found = {row[0] for row in rows(workspace.imports / id_ / "org.parquet")}
    assert found == {key(workspace, name) for name in ("id:1", "id:2", "mail:twice@example.org")}


def test_the_acts_of_an_import_are_sorted_by_time_and_each_there_once(workspace):
    copy = EVENTS[0] | {"version": 5, "words": 7}

    id_ = add(workspace, "a" * 64, account=ACCOUNTS, event=[EVENTS[0], copy, EVENTS[1]])

    kept = rows(workspace.imports / id_ / "event.parquet")
    assert [(row[2], row[11], row[14]) for row in kept] == [
        (at("2026-01-05T08:00"), None, 0),
        (at("2026-01-05T09:00"), 7, 5),
    ]


def test_the_same_key_comes_out_in_every_import_of_a_workspace_and_in_no_other(workspace, tmp_path):
    other = Workspace.open("other", tmp_path / "home", create=True)
    ids = [add(workspace, "a" * 64, **TABLES), add(workspace, "b" * 64, **TABLES)]
    foreign = add(other, "a" * 64, **TABLES)

    first, second = ({row[1] for row in rows(workspace.imports / i / "event.parquet")} for i in ids)

    assert first == second
    assert not first & {row[1] for row in rows(other.imports / foreign / "event.parquet")}


def test_parts_are_gone_once_they_are_kept(workspace):
    add(workspace, "a" * 64, **TABLES)

    assert not list(workspace.temporary.glob("parts-*"))
    assert sorted(path.name for path in (workspace.imports / ("a" * 16)).iterdir()) == [
        "account.parquet", "delivery.parquet", "event.parquet", "membership.parquet", "org.parquet",
        "other_name.parquet", "reject.parquet", "report.json", "sha256.json", "space.parquet",
        "survey_answer.parquet", "usage.parquet",
    ]  # fmt: skip


def test_undo_and_import_again_are_lines_and_the_files_stay(workspace):
    id_ = add(workspace, "a" * 64, **TABLES)
    before = {p.name: p.read_bytes() for p in (workspace.imports / id_).iterdir()}

    imports.undo(workspace, id_)
    undone = imports.listed(workspace)
    again = add(workspace, "a" * 64, **TABLES)

    assert (again, [line["undone"] for line in undone]) == (id_, [True])
    assert [entry.undone for entry in ledger.entries(workspace)] == [False]
    assert {p.name: p.read_bytes() for p in (workspace.imports / id_).iterdir()} == before
    assert len(workspace.ledger.read_text().splitlines()) == 3


def test_an_import_that_is_not_there_cannot_be_undone(workspace):
    with pytest.raises(imports.UnknownImport, match="python -m analytics imports --workspace acme"):
        imports.undo(workspace, "f" * 16)


def test_another_reading_of_the_same_file_takes_its_place(workspace):
    folders = [workspace.scratch("parts") for _ in range(2)]
    reports = [parts.write(folder, **TABLES) for folder in folders]
    first = imports.add(workspace, reports[0], folders[0], "a" * 64, "log.csv", content="f" * 64)
    second = imports.add(workspace, reports[1], folders[1], "b" * 64, "log.csv", content="f" * 64)

    after = [(entry.id, entry.undone) for entry in ledger.entries(workspace)]
    imports.redo(workspace, first)

    assert after == [(first, True), (second, False)]
    assert [entry.id for entry in ledger.live(workspace)] == [first]


def test_a_line_that_a_crash_cut_off_is_as_if_never_begun(workspace):
    first = add(workspace, "a" * 64, **TABLES)
    with workspace.ledger.open("a") as file:
        file.write('{"id": "bbbb')

    before = [entry.id for entry in ledger.entries(workspace)]
    second = add(workspace, "b" * 64, **TABLES)

    assert before == [first]
    assert [json.loads(line)["id"] for line in workspace.ledger.read_text().splitlines()] == [
        first,
        second,
    ]


def test_a_damaged_ledger_is_said_with_its_line(workspace):
    add(workspace, "a" * 64, **TABLES)
    workspace.ledger.write_text("what?\n" + workspace.ledger.read_text())

    with pytest.raises(BrokenWorkspace, match=r"line 1 of ledger\.jsonl"):
        ledger.entries(workspace)


def test_a_sweep_removes_imports_that_never_reached_the_ledger(workspace):
    first = add(workspace, "a" * 64, **TABLES)
    whole = workspace.ledger.read_text()
    stray = add(workspace, "b" * 64, **TABLES)
    workspace.ledger.write_text(whole)

    imports.sweep(workspace)

    assert [path.name for path in workspace.imports.iterdir()] == [first]
    known = duckdb.connect(str(workspace.identity)).sql("select distinct import from account")
    assert known.fetchall() == [(first,)] != [(stray,)]


def test_the_list_for_the_pages_holds_the_reports(workspace):
    id_ = add(workspace, "a" * 64, **TABLES)

    imports.write_list(workspace)

    [line] = json.loads(workspace.imports_list.read_text())
    assert (line["id"], line["file"], line["rows"], line["undone"]) == (id_, "export.zip", 3, False)
    assert line["report"]["rejected"] == {"timestamp_missing": 1}
