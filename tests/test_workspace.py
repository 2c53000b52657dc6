import json
import os
import stat

import pytest

from analytics.errors import AnalyticsError
from analytics.vault.settings import Settings, WrongSetting, as_toml, read_settings
from analytics.vault.workspace import (
    BrokenWorkspace,
    UnknownWorkspace,
    Workspace,
    WorkspaceBusy,
)


@pytest.fixture
def workspace(tmp_path):
    return Workspace.open("acme", tmp_path, create=True)


def publish(workspace, content=b"figures"):
    path = workspace.next_release_path()
    path.write_bytes(content)
    return workspace.publish_pointer(path)


def test_the_key_is_32_random_bytes_that_only_the_owner_reads(tmp_path):
    first = Workspace.open("acme", tmp_path, create=True)
    second = Workspace.open("other", tmp_path, create=True)

    mode = stat.S_IMODE((first.folder / "secret.key").stat().st_mode)

    assert (len(first.secret()), mode) == (32, 0o600)
    assert first.secret() != second.secret()


def test_opening_again_keeps_key_and_settings(workspace, tmp_path):
    workspace.write_settings(Settings(company='Rossi & Söhne "Nord"', threshold=12))
    secret = workspace.secret()

    again = Workspace.open("acme", tmp_path, create=True)

    assert again.secret() == secret
    assert again.settings == workspace.settings


def test_a_lost_key_is_said_and_never_made_anew(workspace, tmp_path):
    workspace.ledger.write_text("{}\n")
    (workspace.folder / "secret.key").unlink()

    again = Workspace.open("acme", tmp_path, create=True)

    with pytest.raises(BrokenWorkspace, match=r"secret\.key is missing"):
        again.secret()


@pytest.mark.parametrize("name", ["", "Acme", "../acme", "a/b", "a" * 41, "acme\n", "."])
def test_a_name_that_could_leave_the_folder_is_refused(name, tmp_path):
    with pytest.raises(AnalyticsError):
        Workspace.open(name, tmp_path / "home", create=True)

    assert not (tmp_path / "home").exists()


def test_a_workspace_that_is_not_there_is_not_made_by_looking(tmp_path):
    with pytest.raises(UnknownWorkspace, match="ingest FILE --workspace acme"):
        Workspace.open("acme", tmp_path)


def test_settings_come_back_as_they_were_written(tmp_path):
    settings = Settings(
        company="Città\nNord",
        time_zone="Europe/Rome",
        workdays=(1, 2, 7),
        hourly_cost=(20, 35.5, 60),
    )
    (tmp_path / "settings.toml").write_text(as_toml(settings))

    assert read_settings(tmp_path / "settings.toml") == settings


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("threshold = 4", "under 5"),
        ("threshold = 'ten'", "wrong kind"),
        ("time_zone = 'Rome'", "Europe/Rome"),
        ("time_zone = '../../etc/passwd'", "Europe/Rome"),
        ("workdays = [0]", "1 .Monday. to 7"),
        ("day_starts = 18", "before day_ends"),
        ("hourly_cost = [60, 40, 20]", "low, usual and high"),
        ("treshold = 10", "not a setting"),
        ("threshold =", "cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_in_one_sentence(line, said, tmp_path):
    (tmp_path / "settings.toml").write_text(line)

    with pytest.raises(WrongSetting, match=said):
        read_settings(tmp_path / "settings.toml")


def test_a_release_is_current_only_once_it_is_published(workspace):
    path = workspace.next_release_path()
    path.write_bytes(b"half")

    before = workspace.current_release()
    published = workspace.publish_pointer(path)

    assert before is None
    assert workspace.current_release() == published == workspace.releases / "000001.duckdb"
    assert published.with_suffix(".sha256").read_text().endswith("000001.duckdb\n")


def test_three_releases_before_the_current_one_stay(workspace):
    for _ in range(6):
        publish(workspace)

    kept = sorted(path.name for path in workspace.releases.glob("*.duckdb"))

    assert kept == ["000003.duckdb", "000004.duckdb", "000005.duckdb", "000006.duckdb"]
    assert workspace.current_release().name == "000006.duckdb"


@pytest.mark.parametrize(
    "content", ["", "000009.duckdb", "../../other/releases/000001.duckdb", "\xff"]
)
def test_a_spoilt_pointer_falls_back_to_the_newest_whole_release(content, workspace):
    publish(workspace)
    newest = publish(workspace)
    workspace.pointer.write_text(content, "latin-1")

    assert workspace.current_release() == newest


def test_a_second_writer_is_told_to_wait(workspace):
    with (
        workspace.locked(),
        pytest.raises(WorkspaceBusy, match="Another import"),
        workspace.locked(),
    ):
        pass

    with workspace.locked():
        pass


def test_what_a_crash_left_is_swept_and_nothing_else(workspace):
    release = publish(workspace)
    workspace.scratch("import").joinpath("event.parquet").touch()
    workspace.next_release_path().touch()
    (workspace.folder / f".CURRENT.{os.getpid()}.part").touch()

    workspace.sweep()

    left = {path.relative_to(workspace.folder).as_posix() for path in workspace.folder.rglob("*")}
    assert workspace.current_release() == release
    assert not {name for name in left if "part" in name or "new" in name or "tmp" in name}


def test_a_small_file_is_replaced_whole(workspace):
    workspace.write_json(workspace.imports_list, [{"file": "è.zip"}])

    assert json.loads(workspace.imports_list.read_text()) == [{"file": "è.zip"}]
