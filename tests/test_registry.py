"""Every file finds its one reader from content, or is refused with a sentence that helps."""

from types import SimpleNamespace

import pytest

from analytics.readers import registry
from analytics.readers.base import CAPABILITIES, Format, UnreadableExport
from analytics.readers.files import open_source
from tests.slack_samples import export, write_zip

NOTHING = frozenset()


def reader(title, claims, explanation=None):
    return SimpleNamespace(
        FORMAT=Format(title.lower(), title, None, NOTHING),
        identify=lambda source: claims,
        explain=lambda source: explanation,
    )


@pytest.fixture
def source(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    return open_source(tmp_path / "a.csv")


def test_the_one_that_claims_reads(source):
    one = reader("One", claims=True)
    assert registry.recognise(source, readers=(reader("Two", claims=False), one)) is one


def test_two_claims_are_an_error_that_names_both(source):
    with pytest.raises(UnreadableExport, match="One and Two") as caught:
        registry.recognise(source, readers=(reader("One", claims=True), reader("Two", claims=True)))
    assert caught.value.code == "ambiguous_format"


def test_nobody_is_an_error_that_says_where_what_is_known_stands(source):
    with pytest.raises(UnreadableExport, match="a single file in none of the 2 formats") as caught:
        registry.recognise(
            source, readers=(reader("One", claims=False), reader("Two", claims=False))
        )
    assert caught.value.code == "no_recognised_data"


def test_a_reader_that_nearly_knows_explains(source):
    missing = UnreadableExport("column_missing", "a.csv: column 'sender' is missing.")
    readers = (reader("One", claims=False), reader("Two", claims=False, explanation=missing))
    with pytest.raises(UnreadableExport, match="sender"):
        registry.recognise(source, readers=readers)


def test_every_reader_speaks_the_vocabulary():
    assert len({reader.FORMAT.id for reader in registry.READERS}) == len(registry.names())
    for module in registry.READERS:
        assert module.FORMAT.provides <= set(CAPABILITIES)
        assert module.FORMAT.provides


def test_a_slack_export_is_claimed_by_one(tmp_path):
    source = open_source(write_zip(tmp_path / "a.zip", export()))
    assert registry.recognise(source).FORMAT.id == "slack_export"


def test_other_archives_are_claimed_by_nobody(tmp_path):
    source = open_source(
        write_zip(tmp_path / "a.zip", {"holiday/1.jpg": b"x", "notes.json": b"[]"})
    )
    with pytest.raises(UnreadableExport, match="an archive of 2 files") as caught:
        registry.recognise(source)
    assert caught.value.code == "no_recognised_data"


def test_json_of_no_format_is_not_asked_for_columns(tmp_path):
    (tmp_path / "settings.json").write_text('{"theme": "dark", "size": 3}')

    with pytest.raises(UnreadableExport) as refused:
        registry.recognise(open_source(tmp_path / "settings.json"))

    assert refused.value.code == "no_recognised_data"
