"""Nothing is unpacked, linked to or believed before it was checked."""

import io
import os
import stat
import struct
import zipfile

import pytest

from analytics.readers.base import UnreadableExport
from analytics.readers.files import open_source
from tests.slack_samples import write_folder, write_zip

DAY = {"general/2026-01-05.json": b"[]", "users.json": b"[1]"}


def refused(path):
    with pytest.raises(UnreadableExport) as caught:
        source = open_source(path)
        for member in source.members():
            source.read(member)
    assert str(caught.value).startswith(path.name)
    return caught.value.code


def entry(name, mode=0, flags=0):
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    made.flag_bits |= flags
    return made


@pytest.mark.parametrize("wrap", ["", "Acme Slack export Jan 5/"])
def test_a_zip_and_a_folder_look_the_same(tmp_path, wrap):
    junk = {"__MACOSX/._users.json": b"x", ".DS_Store": b"x", "Thumbs.db": b"x"}
    archive = open_source(write_zip(tmp_path / "a.zip", DAY | junk, wrap))
    write_folder(tmp_path / "a" / wrap, DAY | junk)
    folder = open_source(tmp_path / "a")
    for source, kind in ((archive, "zip"), (folder, "folder")):
        assert source.kind == kind
        assert source.members() == ["general/2026-01-05.json", "users.json"]
        assert source.read("users.json") == b"[1]"
        assert len(source.ignored) == 3


def test_a_single_channel_is_not_taken_for_wrapping(tmp_path):
    days = {"general/2026-01-05.json": b"[]", "general/2026-01-06.json": b"[]"}
    assert open_source(write_zip(tmp_path / "a.zip", days)).members() == sorted(days)


def test_a_single_file_is_read_from_several_places_at_once(tmp_path):
    (tmp_path / "*.csv").write_bytes(b"a,b\n1,2\n")
    (tmp_path / "other.csv").write_bytes(b"not this")
    source = open_source(tmp_path / "*.csv")
    first, second = source.open(), source.open()
    assert (first.read(3), second.read()) == (b"a,b", b"a,b\n1,2\n")
    assert (source.kind, source.size, source.head(2)) == ("file", 8, b"a,")
    assert source.open().read() == b"a,b\n1,2\n"


def test_a_workbook_is_told_from_an_archive(tmp_path):
    path = write_zip(tmp_path / "a.zip", {"[Content_Types].xml": b"", "xl/workbook.xml": b""})
    assert open_source(path).kind == "xlsx"
    cut = tmp_path / "a.xlsx"
    cut.write_bytes(path.read_bytes()[:60])
    assert refused(cut) == "xlsx_corrupt"


@pytest.mark.parametrize(
    "name", ["/etc/x", "../x", "a/../../x", "..\\x", "C:/x", "\\\\host\\x", "a\0b"]
)
def test_a_member_must_stay_inside(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        made = entry("fill")
        made.filename = name
        archive.writestr(made, b"x")
    assert refused(tmp_path / "a.zip") == "zip_unsafe_path"


@pytest.mark.parametrize(
    ("mode", "code"), [(stat.S_IFLNK | 0o777, "zip_symlink"), (stat.S_IFCHR, "zip_symlink")]
)
def test_a_member_must_be_a_file(tmp_path, mode, code):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry("general/2026-01-05.json", mode), b"/etc/passwd")
    assert refused(tmp_path / "a.zip") == code


def test_the_same_member_twice_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("users.json", b"[]")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("users.json", b"[1]")
    assert refused(tmp_path / "a.zip") == "zip_duplicate_member"


def test_a_password_is_told(tmp_path):
    data = bytearray(write_zip(tmp_path / "a.zip", DAY).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        data[place + offset] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    assert refused(tmp_path / "a.zip") == "zip_encrypted"


def test_bombs_are_not_opened(tmp_path):
    write_zip(tmp_path / "one.zip", {"a": bytes(9 << 20)})
    assert refused(tmp_path / "one.zip") == "zip_bomb"
    write_zip(tmp_path / "many.zip", {str(number): bytes(7 << 20) for number in range(10)})
    assert refused(tmp_path / "many.zip") == "zip_bomb"


def test_members_that_share_bytes_are_a_bomb(tmp_path):
    data = write_zip(tmp_path / "a.zip", {"a": b"12345678", "b": b"12345678"}).read_bytes()
    second = data.rfind(
        b"PK\x01\x02"
    )  # the last entry of the contents: let it point at the first member
    data = data[: second + 42] + struct.pack("<L", 0) + data[second + 46 :]
    (tmp_path / "a.zip").write_bytes(data)
    assert refused(tmp_path / "a.zip") == "zip_bomb"


def test_a_larger_claim_than_content_is_damage(tmp_path):
    data = write_zip(tmp_path / "a.zip", {"a": b"x" * 5000}).read_bytes()
    contents = data.rfind(b"PK\x01\x02")
    data = data[: contents + 24] + struct.pack("<L", 50) + data[contents + 28 :]
    (tmp_path / "a.zip").write_bytes(data)
    assert refused(tmp_path / "a.zip") == "zip_corrupt"


@pytest.mark.parametrize("length", [4, 30, 100, -1, -30])
def test_every_cut_is_damage(tmp_path, length):
    data = write_zip(tmp_path / "whole.zip", DAY).read_bytes()
    (tmp_path / "cut.zip").write_bytes(data[:length])
    assert refused(tmp_path / "cut.zip") == "zip_corrupt"


def test_an_archive_that_lost_bytes_on_the_way_is_refused(tmp_path):
    whole = write_zip(tmp_path / "a.zip", {"a.csv": "x,y\n1,2\n" * 99, "b.csv": "x\n"}).read_bytes()
    (tmp_path / "less.zip").write_bytes(whole[:40] + whole[60:])

    assert refused(tmp_path / "less.zip") == "zip_corrupt"


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "a.csv").touch()
    assert refused(tmp_path / "a.csv") == "file_empty"


def test_links_in_a_folder_are_left_out(tmp_path):
    write_folder(tmp_path / "a", DAY)
    (tmp_path / "secret").write_text("x")
    (tmp_path / "a" / "link.json").symlink_to(tmp_path / "secret")
    (tmp_path / "a" / "folder").symlink_to(tmp_path)
    source = open_source(tmp_path / "a")
    assert source.members() == sorted(DAY)
    os.unlink(tmp_path / "a" / "users.json")  # noqa: PTH108
    (tmp_path / "a" / "users.json").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic"):
        source.read("users.json")


def test_the_window_behaves_like_a_file(tmp_path):
    (tmp_path / "a").write_bytes(b"0123456789")
    file = open_source(tmp_path / "a").open()
    assert (file.seek(-3, io.SEEK_END), file.read(2), file.tell()) == (7, b"78", 9)
    assert (file.seek(-1, io.SEEK_CUR), file.read()) == (8, b"89")
    with pytest.raises(OSError, match="start"):
        file.seek(-20, io.SEEK_END)
