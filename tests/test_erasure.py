"""A person sees what is stored about her and is erased: no byte of her is left, and no old export brings her back."""

import json
import shutil
from datetime import date

import polars as pl
import pytest

from analytics import erasure, people, upkeep
from analytics.errors import UsageError
from analytics.ingest import ingest
from analytics.vault import (
    backup,
    forget,
    imports,
    ledger,
    removal,
    rewrite,
    subject,
    tombstones,
)
from analytics.vault.settings import Settings
from analytics.vault.workspace import Workspace
from tests import parts
from tests.anna import (
    ANNA,
    HR,
    IDS,
    LOG,
    NAMES,
    WORDS,
    acts,
    copy_files,
    copy_workspace,
    keys,
    slack,
)
from tests.test_ingest import publish
from tests.traces import traces

DAY = date(2026, 2, 1)


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def files(tmp_path):
    return copy_files(tmp_path)


@pytest.fixture
def workspace(files, home):
    return copy_workspace(home)


def erase(**given):
    return erasure.erase("acme", **{"email": ANNA} | given, publish=publish, today=DAY)


def test_a_person_sees_everything_that_is_stored_about_her(workspace):
    found = json.loads(json.dumps(erasure.subject_access("acme", ANNA), default=str))

    facts = {(one["tool"], one["account"], one["email"], one["name"]) for one in found["accounts"]}
    assert facts == {
        ("", "HR-77415", ANNA, "Anna Quillmark"),
        ("mail", ANNA, ANNA, None),
        ("phone", "HR-77415", None, None),
        ("slack", "U0ANNAQ9X", ANNA, "Anna Quillmark"),
    }
    assert [(row["department"], row["level"], row["manager"]) for row in found["hr"]] == [
        ("Sales", 1, "HR-1")
    ]
    assert found["acts"] == [
        {"tool": "mail", "kind": "email", "month": "2026-01", "number": 4},
        {"tool": "phone", "kind": "email", "month": "2026-01", "number": 1},
        {"tool": "slack", "kind": "post", "month": "2026-01", "number": 1},
    ]
    assert {(one["tool"], one["kind"], one["number"]) for one in found["received"]} == {
        ("mail", "to", 4), ("slack", "mention", 1), ("slack", "reply", 1)
    }  # fmt: skip
    assert found["memberships"] == [{"tool": "slack", "spaces": 1}]
    assert [one["file"] for one in found["imports"]] == [
        "hr.csv", "anna_quillmark mailbox.csv", "phone.csv", "slack.zip"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "account", ["slack:U0ANNAQ9X", "hr:HR-77415", f"mail:{ANNA}", "phone:HR-77415"]
)
def test_any_of_her_accounts_leads_to_all_of_her(workspace, account):
    assert subject.find(workspace, account=account).names == set(NAMES)
    assert subject.find(workspace, account=account).keys == keys(workspace)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (
            {"email": "nobody@example.org"},
            subject.NobodyFound,
            "Nothing is stored in workspace acme",
        ),
        ({"account": "slack:U9"}, subject.NobodyFound, "about this account"),
        ({"account": "U0ANNAQ9X"}, UsageError, "TOOL:ID"),
    ],
)
def test_who_is_not_there_is_said_and_nothing_changes(workspace, home, asked, error, said):
    before = {path: path.read_bytes() for path in (home / "acme/imports").rglob("*.*")}

    with pytest.raises(error, match=said):
        erasure.erase("acme", **asked, publish=publish)

    assert {path: path.read_bytes() for path in (home / "acme/imports").rglob("*.*")} == before
    assert not (home / "acme/rewriting").exists()


def test_the_search_for_traces_finds_her_before(workspace, home):
    erasure.back_up("acme")

    found = traces(home, WORDS, keys(workspace))

    assert {line.split(":")[0].split("/")[1] for line in found} == {
        "backups", "identity.duckdb", "imports", "imports.json", "ledger.jsonl", "store"
    }  # fmt: skip


def test_after_an_erasure_no_byte_of_any_file_or_backup_holds_her(workspace, home, tmp_path):
    hers = keys(workspace)
    erasure.back_up("acme")
    erasure.back_up("acme", tmp_path / "elsewhere.tar")
    workspace.write_settings(Settings(company="Acme", purpose="agreed with Anna Quillmark"))
    (workspace.jobs / "20260105T090000-0123abcd.out").write_text(
        f'{{"files": [{{"file": "{ANNA}.csv"}}]}}'
    )
    upload = workspace.jobs / "upload-00"
    upload.mkdir()
    shutil.copy(tmp_path / "hr.csv", upload)

    done = erase()

    assert done["rows"] == {
        "account": 3, "org": 1, "membership": 1, "usage": 0, "event": 6, "delivery": 11, "other_name": 2
    }  # fmt: skip
    assert (done["release"], done["backups_left"]) == (2, [])
    assert traces(home, WORDS, hers) == []
    (home / "away").mkdir()
    shutil.move(tmp_path / "elsewhere.tar", home / "away")
    assert traces(home, WORDS, hers) == []
    assert Workspace.open("acme").settings.purpose == "agreed with [erased]"
    assert acts(Workspace.open("acme")) == [
        ("mail", "email", 8),
        ("phone", "email", 1),
        ("slack", "post", 1),
        ("slack", "reply", 1),
    ]


def test_the_people_she_led_keep_place_and_level_and_lose_the_manager(workspace):
    erase()

    [folder] = [
        f for f in removal.kept_folders(workspace) if pl.read_parquet(f / "org.parquet").height
    ]
    left = (
        pl.read_parquet(folder / "org.parquet")
        .sort("level")
        .select("department", "level", pl.col("manager").is_null())
    )
    assert left.rows() == [("Board", 0, True), ("Sales", 2, True)]


def test_no_old_export_brings_her_back(workspace, files, home, tmp_path):
    hers = keys(workspace)
    erase()
    more = tmp_path / "more.csv"
    more.write_text(
        LOG.replace("2026-01", "2026-02")
        + "2026-02-20 09:00:00,head@example.org,cy@example.org,mail\n"
    )

    known = ingest(files, "acme", publish=publish)
    new = ingest([more, slack(tmp_path, "again.zip")], "acme", publish=publish)

    assert {one["stored"] for one in known["files"]} == {0}
    assert traces(home, WORDS, hers) == []
    log = new["files"][0]
    assert (log["outcome"], log["records"], log["stored"], log["rejected"]) == (
        "partial",
        13,
        9,
        {"erased": 4},
    )
    for one in new["files"]:
        apart = sum(one["rejected"].values())
        assert one["records"] == one["stored"] + apart + one["duplicates"] + one["non_records"]
    assert ("mail", "email", 17) in acts(workspace)


def test_a_name_that_is_met_later_beside_a_known_one_is_remembered(workspace, home, tmp_path):
    erase()
    hr, log = tmp_path / "hr2.csv", tmp_path / "log2.csv"
    hr.write_text(HR.replace("HR-77415", "NEW-90417"))
    log.write_text(IDS.replace("HR-77415", "NEW-90417"))

    first = ingest([hr], "acme", publish=publish)["files"][0]
    second = ingest([log], "acme", publish=publish)["files"][0]

    assert (first["rejected"], second["rejected"]) == ({"erased": 1}, {"erased": 1})
    assert traces(home, [*WORDS, "NEW-90417"]) == []


def test_a_mark_tells_nobody_without_the_key(workspace):
    erase()

    lines = [json.loads(line) for line in workspace.erased.read_text().splitlines()]

    assert len(lines) == len(NAMES)
    assert {len(line["mark"]) for line in lines} == {64}
    other = people.derived(bytes(32), "erased")
    assert not {line["mark"] for line in lines} & {tombstones.mark(other, name) for name in NAMES}
    assert {line["mark"] for line in lines} == {
        tombstones.mark(workspace.derived("erased"), name) for name in NAMES
    }


def test_an_address_that_people_share_is_nobodys(home):
    workspace = Workspace.open("acme", create=True)
    folder = workspace.scratch("parts")
    shop = [
        {"person": "1", "email": "shop@example.org", "name": "Ada"},
        {"person": "2", "email": "shop@example.org", "name": "Bo"},
    ]
    report = parts.write(folder, form="hr_file", org=shop)
    imports.add(workspace, report, folder, "a" * 64, "shop.csv")

    with pytest.raises(UsageError, match="2 people share this address"):
        erase(email="shop@example.org")
    erase(email=None, account="hr:1")

    assert pl.read_parquet(workspace.imports / ("a" * 16) / "org.parquet").height == 1
    assert subject.find(workspace, account="hr:2").names == {"id:2", "mail:shop@example.org"}


def test_a_backup_out_of_reach_is_named_and_a_damaged_one_too(workspace, tmp_path):
    for name in ("gone.tar", "spoilt.tar", "whole.tar"):
        erasure.back_up("acme", tmp_path / name)
    (tmp_path / "gone.tar").unlink()
    (tmp_path / "spoilt.tar").write_bytes(b"nothing")

    done = erase()

    assert done["backups_left"] == [str(tmp_path / name) for name in ("gone.tar", "spoilt.tar")]
    assert not workspace.rewriting.exists()


class Killed(BaseException):
    """Stands for the end of the process."""


STEPS = (
    (rewrite, "decide"), (rewrite, "move"), (upkeep, "_rename"), (upkeep, "_change_backup"), (backup, "replace"),
    (rewrite, "close"), (forget, "stage"), (removal, "write"), (erasure.audit_log, "append"),
)  # fmt: skip


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[step for _, step in STEPS])
@pytest.mark.parametrize("after", [False, True])
def test_cut_off_at_any_step_nothing_is_done_or_the_next_start_finishes(
    workspace, home, tmp_path, monkeypatch, module, step, after
):
    hers = keys(workspace)
    erasure.back_up("acme")
    real = getattr(module, step)

    def cut(*given, **named):
        if after:
            real(*given, **named)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(module, step, cut)
        erase()
    begun = rewrite.decided(workspace) is not None or not traces(home, WORDS)
    before = [entry.id for entry in ledger.live(workspace)]
    ingest([], "acme", publish=publish)

    assert [entry.id for entry in ledger.live(workspace)] == before
    assert not workspace.rewriting.exists()
    left = traces(home, WORDS, hers)
    assert (left == []) == begun
    if not begun:
        erase()
        assert traces(home, WORDS, hers) == []


def test_files_moved_by_halves_are_moved_on(workspace, home, monkeypatch):
    hers = keys(workspace)
    count = iter(range(4))
    real = rewrite.durable.sync

    def sync(path):
        real(path)
        if rewrite._decided(workspace).exists() and next(count, None) is None:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(rewrite.durable, "sync", sync)
        erase()
    halves = traces(home / "acme" / "imports", [], hers)
    ingest([], "acme", publish=publish)

    assert halves
    assert traces(home, WORDS, hers) == []
