"""A tar archive, packed or not, is the same as the folder it was made of, and as careful as a zip."""

import gzip
import io
import tarfile

import pytest

from analytics.readers import archives, tarballs
from analytics.readers.base import UnreadableExport
from analytics.readers.files import open_source

FILES = {"export/realm.json": b'{"a":1}', "export/messages-000001.json": b"[]", "export/sub/x.json": b"{}"}  # fmt: skip


def tar(path, files, mode="w:gz", make=None):
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            if make:
                make(entry)
            archive.addfile(entry, io.BytesIO(data))
    return path


def refused(path):
    with pytest.raises(UnreadableExport) as caught:
        open_source(path)
    return caught.value.code


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_it_is_the_folder_it_was_made_of(tmp_path, mode, form):
    long = {f"export/{'d' * 60}/{'f' * 60}.json": b"[1]"}  # longer than a plain header holds
    with tarfile.open(tmp_path / "x", mode, format=form) as archive:
        for name, data in (FILES | long).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))

    source = open_source(tmp_path / "x")

    found = {f"export/{member}": source.read(member) for member in source.members()}
    assert found == FILES | long
    assert source.kind == "zip"
    assert source.head(3, "realm.json") == b'{"a'


def test_a_folder_of_it_can_be_entered_after_the_whole_is_closed(tmp_path):
    source = open_source(tar(tmp_path / "x.tgz", FILES | {"export/y/z.json": b"{}"}))
    part = source.part("sub/", "sub")
    source.close()

    assert part.read("x.json") == b"{}"


def test_a_large_archive_is_found_in_one_pass(tmp_path):
    files = {f"d/{n}.json": b"[%d]" % n for n in range(300)} | {"d/big.json": b"7" * 3_000_000}

    source = open_source(tar(tmp_path / "x.tar.gz", files))

    assert source.read("299.json") == b"[299]"
    assert len(source.read("big.json")) == 3_000_000


def test_pictures_of_a_packed_archive_are_named_and_not_laid_into_memory(tmp_path):
    source = open_source(tar(tmp_path / "x.tgz", FILES | {"export/avatars/1.png": b"x" * 100}))

    assert source.ignored == ["export/avatars/1.png"]
    assert "avatars/1.png" not in source.members()


@pytest.mark.parametrize("name", ["../out.json", "/etc/passwd", "a/../../b", "C:\\x.json"])
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_member_must_stay_inside(tmp_path, name, mode):
    assert refused(tar(tmp_path / "x", {name: b"x"}, mode)) == "zip_unsafe_path"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE])  # fmt: skip
def test_a_member_must_be_a_file(tmp_path, kind):
    def make(entry):
        entry.type, entry.linkname, entry.size = kind, "/etc/passwd", 0

    assert refused(tar(tmp_path / "x", {"a.json": b""}, make=make)) in ("zip_symlink", "zip_corrupt")  # fmt: skip


def test_the_same_member_twice_is_refused(tmp_path):
    with tarfile.open(tmp_path / "x", "w") as archive:
        for _ in range(2):
            archive.addfile(tarfile.TarInfo("a.json"))

    assert refused(tmp_path / "x") == "zip_duplicate_member"


def test_bombs_are_not_unpacked(tmp_path, monkeypatch):
    bomb = tar(tmp_path / "x.tgz", {"a.json": b"0" * 80_000_000})
    assert refused(bomb) == "zip_bomb"  # a thousand times its size

    monkeypatch.setattr(archives, "MEMBER_LIMIT", 10)
    assert refused(tar(tmp_path / "y", {"a.json": b"12345678901"}, "w")) == "zip_bomb"

    monkeypatch.setattr(archives, "MEMBER_LIMIT", 1000)
    monkeypatch.setattr(tarballs, "KEPT_LIMIT", 10)
    assert refused(tar(tmp_path / "z", {"a.json": b"123456", "b.json": b"123456"})) == "zip_bomb"


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_an_archive_cut_short_is_damaged(tmp_path, mode):
    data = tar(tmp_path / "x", {"a.json": bytes(range(256)) * 40}, mode).read_bytes()

    for length in (len(data) // 2, 600 if mode == "w" else 60):
        (tmp_path / "cut").write_bytes(data[:length])
        try:
            source = open_source(tmp_path / "cut")
        except UnreadableExport as error:
            assert error.code == "zip_corrupt"
        else:
            assert source.kind == "file"  # too short to be known as an archive


def test_packed_json_is_the_json(tmp_path):
    (tmp_path / "day.json.gz").write_bytes(gzip.compress(b'{"a":1}\n{"a":2}\n'))

    source = open_source(tmp_path / "day.json.gz")

    assert (source.kind, source.open().read(), source.size) == ("file", b'{"a":1}\n{"a":2}\n', 16)


def test_packed_json_that_grows_without_end_is_a_bomb(tmp_path):
    (tmp_path / "day.json.gz").write_bytes(gzip.compress(b"[" + b"0" * 80_000_000))

    assert refused(tmp_path / "day.json.gz") == "zip_bomb"
