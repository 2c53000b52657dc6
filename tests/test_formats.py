"""Every fixture is told by its content, claimed by one reader, and gives what golden.json says."""

import json
import shutil
import zipfile

import pytest

from analytics.formats import known
from analytics.readers import registry
from analytics.readers.files import open_source
from tests import golden

FIXTURES = [(format_id, export) for format_id in golden.formats() for export in golden.exports(format_id)]  # fmt: skip
FOLDERS = [(format_id, export) for format_id, export in FIXTURES if export.is_dir()]
each = pytest.mark.parametrize(
    ("format_id", "export"), FIXTURES, ids=[f"{f}/{e.name}" for f, e in FIXTURES]
)


def claims(path, name, options):
    source = open_source(path)
    source.name = name
    try:
        return [reader.FORMAT.id for reader in registry.claims(source, options)]
    finally:
        source.close()


@each
def test_an_export_gives_what_is_written_down(format_id, export, tmp_path):
    written = json.loads((export.parent / golden.GOLDEN).read_text("utf-8"))[export.name]

    told = golden.outcome(export, tmp_path)

    assert json.loads(json.dumps(told)) == written
    assert told["format"] == format_id
    assert sum(told["rejected"].values()) == len(told["tables"].get("reject", []))
    assert {table: len(rows) for table, rows in told["tables"].items() if table != "reject"} == told["rows"]  # fmt: skip


@each
def test_one_reader_claims_it_whatever_it_is_called(format_id, export):
    for name in (export.name, "export", "données (1).bin"):
        assert claims(export, name, golden.said(export)) == [format_id]


@pytest.mark.parametrize(
    ("format_id", "export"), FOLDERS, ids=[f"{f}/{e.name}" for f, e in FOLDERS]
)
def test_a_folder_of_it_zipped_is_the_same_export(format_id, export, tmp_path):
    wrapped = tmp_path / "download.zip"
    with zipfile.ZipFile(wrapped, "w") as archive:
        for file in sorted(export.rglob("*")):
            if file.is_file():
                archive.write(file, f"download/{file.relative_to(export)}")
    shutil.copy(wrapped, tmp_path / "renamed.dat")

    assert claims(wrapped, "download.zip", golden.said(export)) == [format_id]
    assert claims(tmp_path / "renamed.dat", "renamed.dat", golden.said(export)) == [format_id]


def test_every_format_of_a_family_has_a_fixture():
    alone = {name.rsplit(".", 1)[1] for name in registry.names() if name.count(".") == 2}
    assert {found.id for found in known()} - alone <= set(golden.formats())
