"""Every fixture is told by its content, claimed by one reader, and gives what golden.json says."""

import csv
import io
import json
import random
import shutil
import zipfile

import pytest

from analytics.formats import known
from analytics.readers import csv_text, registry
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


def shuffled(data: bytes) -> bytes | None:
    """Return a table with its columns and rows in another order, or JSON with its keys in another; null for others.

    A table is one only where each line is as wide as the first and that holds different names.
    """
    chance = random.Random(1)
    codec, mark = csv_text.head_encoding(data)
    text = data[mark:].decode(codec, "replace")
    if text.lstrip()[:1] in ("{", "["):
        lines = text.splitlines() if _is_lines(text) else [text]
        try:
            told = [json.dumps(_other_order(json.loads(line), chance)) for line in lines if line]
        except ValueError:
            return None  # a fixture of damaged JSON
        return "\n".join(told).encode()
    if b"\0" in data[mark:] and codec == "utf-8":
        return None  # a workbook, a data file: no text
    separator = csv_text.separator_of(text.partition("\n")[0])
    header, *rows = list(csv.reader(io.StringIO(text), delimiter=separator)) or [[]]
    names = [name.strip() for name in header]
    is_table = len(names) > 2 and all(names) and len({*names}) == len(names)
    if not is_table or separator == " " or any(len(row) != len(names) for row in rows):
        return None
    order = chance.sample(range(len(names)), len(names))
    out = io.StringIO()
    chance.shuffle(rows)
    csv.writer(out).writerows([[row[at] for at in order] for row in (names, *rows)])
    return out.getvalue().encode()


def _is_lines(text: str) -> bool:
    first, _, rest = text.partition("\n")
    try:
        return isinstance(json.loads(first), dict) and bool(rest.strip())
    except ValueError:
        return False


def _other_order(value, chance):
    if isinstance(value, dict):
        keys = chance.sample(list(value), len(value))
        return {key: _other_order(value[key], chance) for key in keys}
    return [_other_order(one, chance) for one in value] if isinstance(value, list) else value


FILES = [(format_id, export) for format_id, export in FIXTURES if export.is_file()]
SHUFFLED = [(format_id, export) for format_id, export in FILES if shuffled(export.read_bytes())]


@pytest.mark.parametrize(
    ("format_id", "export"), SHUFFLED, ids=[f"{f}/{e.name}" for f, e in SHUFFLED]
)
def test_one_reader_claims_it_in_whatever_order_its_columns_and_keys_stand(
    format_id, export, tmp_path
):
    other = tmp_path / "renamed.txt"
    other.write_bytes(shuffled(export.read_bytes()))

    assert claims(other, "renamed.txt", golden.said(export)) == [format_id]


@pytest.mark.parametrize(
    ("format_id", "export"), FOLDERS, ids=[f"{f}/{e.name}" for f, e in FOLDERS]
)
def test_the_order_of_members_in_an_archive_tells_nothing(format_id, export, tmp_path):
    members = sorted(file for file in export.rglob("*") if file.is_file())
    random.Random(1).shuffle(members)
    archive = tmp_path / "renamed.bin"
    with zipfile.ZipFile(archive, "w") as packed:
        for member in members:
            packed.write(member, str(member.relative_to(export)))

    assert claims(archive, "renamed.bin", golden.said(export)) == [format_id]


def test_more_than_forty_kinds_of_exports_are_told_apart_and_most_fixtures_were_shuffled():
    assert len(known()) >= 40
    assert {format_id for format_id, _ in SHUFFLED} >= {"jira_csv", "m365_user_detail", "ticket_table"}  # fmt: skip
    assert len(SHUFFLED) > len(FILES) / 2


def test_every_format_of_a_family_has_a_fixture():
    alone = {name.rsplit(".", 1)[1] for name in registry.names() if name.count(".") == 2}
    assert {found.id for found in known()} - alone <= set(golden.formats())
