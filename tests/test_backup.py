"""A workspace comes back from one file as it was, and what is damaged is named."""

import hashlib
import io
import json
import random
import shutil
import tarfile
from pathlib import Path

import pytest

from analytics import audit_log, erasure
from analytics.__main__ import main
from analytics.doctor import examine
from analytics.errors import UsageError
from analytics.ingest import ingest
from analytics.vault import backup
from analytics.vault.workspace import BrokenWorkspace, Workspace
from tests.anna import acts, copy_files, copy_workspace
from tests.drawn_release import draw_release
from tests.test_ingest import publish

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def workspace(tmp_path, home):
    """A workspace with imports and a release that is a real database."""
    copy_files(tmp_path)
    workspace = copy_workspace(home)
    drawn(workspace)
    return workspace


def drawn(workspace):
    draw_release(workspace.folder.parent)
    [made] = (workspace.folder.parent / "drawn" / "releases").glob("*.duckdb")
    workspace.withdraw()
    path = workspace.next_release_path()
    path.write_bytes(made.read_bytes())
    workspace.publish_pointer(path)
    workspace.note_published("drawn")
    workspace.sweep()
    shutil.rmtree(workspace.folder.parent / "drawn")


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_restored_workspace_has_every_file_and_takes_new_ones(workspace, home, tmp_path):
    file = erasure.back_up("acme", tmp_path / "acme.tar", tmp_path / "acme.key")
    before = digests(workspace.folder)

    again = erasure.restore(file, "acme-2", tmp_path / "acme.key")

    after = digests(again.folder)
    same = {name for name in before if name.split("/")[0] in ("imports", "releases")} | {
        "CURRENT", "identity.duckdb", "imports.json", "ledger.jsonl", "published", "settings.toml", "secret.key",
    }  # fmt: skip
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert any(name.startswith("releases/") for name in same)
    assert again.current_release().name == "000001.duckdb"
    assert {path.stat().st_mode & 0o077 for path in (again.folder, again.key, file)} == {0}
    known = [*tmp_path.glob("*.csv"), tmp_path / "slack.zip"]
    report = ingest(known, "acme-2", publish=publish)
    assert {one["stored"] for one in report["files"]} == {0}
    assert acts(again) == acts(workspace)


def test_the_key_is_in_no_backup_and_without_it_nothing_new_is_taken_in(workspace, tmp_path):
    file = erasure.back_up("acme")

    assert file.parent == workspace.backups
    assert workspace.secret().hex().encode() not in file.read_bytes()
    erasure.restore(file, "acme-2")
    with pytest.raises(BrokenWorkspace, match=r"secret\.key is missing"):
        ingest(copy_files(tmp_path), "acme-2", publish=publish)


def test_a_backup_is_noted_and_holds_nothing_of_the_machine(workspace):
    erasure.back_up("acme")
    (workspace.jobs / "job.json").write_text("{}")

    second = erasure.back_up("acme", workspace.backups / "second.tar")

    [first, noted] = backup.listed(workspace)
    assert (noted.file, noted.sha256) == (
        str(second),
        hashlib.sha256(second.read_bytes()).hexdigest(),
    )
    assert set(noted.first) == {"mail", "phone", "slack"}
    with tarfile.open(second) as tar:
        tops = {name.split("/")[0] for name in tar.getnames()}
    assert tops == {
        "CURRENT", "audit.head", "audit.jsonl", "identity.duckdb", "imports", "imports.json", "ledger.jsonl",
        "manifest.json", "published", "releases", "settings.toml",
    }  # fmt: skip
    assert Path(first.file).exists()


@pytest.mark.parametrize("place", ["there.tar", "nowhere/acme.tar"])
def test_a_backup_never_overwrites_and_says_what_to_do(workspace, tmp_path, place):
    (tmp_path / "there.tar").touch()

    with pytest.raises(UsageError, match=r"choose another|make it first"):
        erasure.back_up("acme", tmp_path / place)


def test_a_workspace_is_never_restored_over_another(workspace, tmp_path):
    file = erasure.back_up("acme")

    with pytest.raises(UsageError, match="already"):
        erasure.restore(file, "acme")
    with pytest.raises(UsageError, match="There is no backup"):
        erasure.restore(tmp_path / "none.tar", "acme-2")


def test_a_damaged_backup_leaves_no_workspace(workspace, home):
    file = erasure.back_up("acme")
    whole = file.read_bytes()
    draw = random.Random(5)
    refused = 0

    for _ in range(20):
        spoilt = bytearray(whole)
        spoilt[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        file.write_bytes(bytes(spoilt))
        try:
            restored = erasure.restore(file, "acme-2")
        except backup.DamagedBackup:
            refused += 1
            assert not (home / "acme-2").exists()
        else:  # the bit was in padding or a date: every file is as it was
            kept = digests(restored.folder)
            assert {n: h for n, h in kept.items() if n.startswith(("imports/", "releases/"))} == {
                n: h
                for n, h in digests(workspace.folder).items()
                if n.startswith(("imports/", "releases/"))
            }
            shutil.rmtree(restored.folder)

    assert refused > 5
    assert not list(home.glob(".*"))


def test_a_backup_that_would_write_elsewhere_is_refused(tmp_path, home):
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as tar:
        manifest = json.dumps({"files": {"../../out": "0"}}).encode()
        for name, content in (("manifest.json", manifest), ("../../out", b"x")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))

    with pytest.raises(backup.DamagedBackup):
        erasure.restore(evil, "acme")

    assert not (tmp_path / "out").exists()
    assert not (home / "acme").exists()


def test_what_is_done_stands_in_the_log_and_names_nobody(workspace, tmp_path):
    file = erasure.back_up("acme")
    erasure.subject_access("acme", account="hr:HR-3")
    erasure.erase("acme", account="hr:HR-77415", publish=publish)
    erasure.rotate_key("acme", publish=publish)
    erasure.restore(file, "acme-2")

    kinds = [line["kind"] for line in reversed(audit_log.read(workspace.folder))]
    assert [kind for kind in kinds if kind not in ("import", "publish")] == [
        "backup", "subject_access", "erase", "rotate_key"
    ]  # fmt: skip
    assert audit_log.read(Workspace.open("acme-2").folder)[0]["kind"] == "restore"
    assert audit_log.verify(workspace.folder) is None
    assert "HR-" not in (workspace.folder / "audit.jsonl").read_text()


def test_a_whole_workspace_has_no_findings(workspace):
    erasure.back_up("acme")

    assert examine("acme") == []


KEPT = ("imports/*/*.parquet", "identity.duckdb", "releases/*.duckdb", "backups/*.tar", "ledger.jsonl", "audit.jsonl")  # fmt: skip


@pytest.mark.parametrize("pattern", KEPT)
def test_a_single_flipped_bit_is_named_wherever_it_does_harm(workspace, pattern):
    """R-5. Unseen may go only a bit that nobody reads (the free end of a block) or one in a file's name or date."""
    erasure.back_up("acme")
    draw = random.Random(11)
    seen = 0

    for _ in range(6):
        path = draw.choice(sorted(workspace.folder.glob(pattern)))
        whole = path.read_bytes()
        spoilt = bytearray(whole)
        spoilt[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        path.write_bytes(bytes(spoilt))
        damaged = [finding for finding in examine("acme") if finding.is_damage]
        place = str(path.relative_to(workspace.folder))
        named = [finding for finding in damaged if finding.place in (place, str(path))]
        seen += bool(named)
        path.write_bytes(whole)
        assert named or pattern in ("identity.duckdb", "ledger.jsonl"), place

    assert seen


@pytest.mark.parametrize(
    ("spoil", "place", "said"),
    [
        (lambda w: w.key.chmod(0o644), "secret.key", "chmod 600"),
        (lambda w: w.key.unlink(), "secret.key", "missing or spoilt"),
        (lambda w: w.identity.unlink(), "identity.duckdb", "is missing"),
        (lambda w: w.pointer.write_text("000009.duckdb\n"), "CURRENT", "names no release"),
        (lambda w: w.pointer.unlink(), "CURRENT", "names no release"),
        (lambda w: next(w.releases.glob("*.sha256")).unlink(), "releases/000001.duckdb", "no check sum"),
        (lambda w: (w.folder / "settings.toml").write_text("threshold = 4"), "settings.toml", "under 5"),
        (lambda w: next(w.store.glob("event.parquet")).write_bytes(b"PAR1"), "store/event.parquet", "makes it anew"),
        (lambda w: w.ledger.write_text("{\n"), "ledger.jsonl", "line 1"),
        (lambda w: (w.releases / "000001.duckdb.wal").touch(), "releases/000001.duckdb", "never changed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_to_do(workspace, spoil, place, said):
    spoil(workspace)

    [finding] = [one for one in examine("acme") if one.place == place]

    assert finding.is_damage
    assert said in finding.sentence


def test_accounts_that_a_cut_log_lost_are_missed(workspace):
    """R-6: what a truncated write-ahead log loses in silence shows as keys that nobody is behind."""
    import duckdb

    with duckdb.connect(str(workspace.identity)) as connection:
        connection.execute("delete from account where tool = 'slack'")

    [finding] = examine("acme")

    assert (finding.place, "lacks 2 accounts" in finding.sentence) == ("identity.duckdb", True)


def test_what_a_crash_left_is_told_but_is_no_damage(workspace):
    (workspace.folder / "rewriting").mkdir()
    (workspace.folder / "rewriting" / "decided.json").write_text("{}")
    (workspace.imports / "0123456789abcdef").mkdir()
    workspace.scratch("parts")

    found = {finding.place: finding.is_damage for finding in examine("acme")}

    assert found == {"imports/0123456789abcdef": False, "rewriting": False, "tmp": False}


def test_the_command_ends_with_1_where_something_is_damaged(workspace, capsys):
    whole = main(["doctor", "-w", "acme"])
    next(workspace.imports.glob("*/event.parquet")).write_bytes(b"")
    damaged = main(["doctor", "-w", "acme"])

    out, err = capsys.readouterr()
    assert (whole, damaged) == (0, 1)
    assert "is whole" in out.splitlines()[0]
    assert "event.parquet is not what was written" in out
    assert err == "Workspace acme: 1 file is damaged.\n"


def test_a_person_is_seen_and_erased_from_the_command_line(workspace, tmp_path, capsys):
    out = tmp_path / "hers.json"
    who = ["-w", "acme", "--account", "hr:HR-77415"]

    seen = main(["subject-access", *who, "--out", str(out)])
    unknown = main(["erase", "-w", "acme", "--email", "nobody@example.org"])
    kept = main(["destroy-key", "-w", "acme"])

    assert (seen, unknown, kept) == (0, 1, 2)
    names = {account["name"] for account in json.loads(out.read_text())["accounts"]}
    assert names == {None, "Anna Quillmark"}
    assert out.stat().st_mode & 0o077 == 0
    assert "Nothing is stored in workspace acme about this address." in capsys.readouterr().err
