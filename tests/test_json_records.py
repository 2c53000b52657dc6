"""Records of JSON in whatever way tools wrap them; bad ones told by place, never by content."""

import msgspec
import pytest

from analytics.readers import json_list, json_records
from analytics.readers.base import Sink, UnreadableExport
from analytics.readers.files import open_source
from analytics.readers.json_head import first_object
from analytics.readers.json_records import Kind, read_file


class Row(msgspec.Struct, gc=False):
    id: str
    size: int | None = None


ROW = Kind(Row, frozenset({"id"}))


def read(tmp_path, content, kind=ROW):
    (tmp_path / "a.json").write_bytes(content)
    sink = Sink(tmp_path)
    rows = [
        (place, row.id) for place, row in read_file(open_source(tmp_path / "a.json"), kind, sink)
    ]
    return rows, sink.rejects().rows(), dict(sink.warnings)


@pytest.mark.parametrize(
    "content",
    [
        b'[{"id":"a"},{"id":"b"}]',
        b'{"value":[{"id":"a"},{"id":"b"}]}',
        b'[{"value":[{"id":"a"}]},{"value":[{"id":"b"}]}]',
        b'\xef\xbb\xbf[{"id":"a"},\n{"id":"b"}]',
        '[{"id":"a"},{"id":"b"}]'.encode("utf-16"),
    ],
)
def test_a_list_is_read_however_it_is_wrapped(tmp_path, content):
    rows, rejects, _ = read(tmp_path, content)

    assert rows == [("#0", "a"), ("#1", "b")]
    assert rejects == []


def test_utf16_that_was_cut_within_a_letter_is_set_apart_whole(tmp_path):
    content = '[{"id":"a"},{"id":"b"}]'.encode("utf-16")[:-1]

    rows, rejects, _ = read(tmp_path, content)

    assert (rows, rejects) == ([], [("a.json", "encoding_invalid")])


def test_lines_are_records_and_each_bad_one_is_told_by_its_number(tmp_path):
    lines = [b'{"id":"a"}', b"{broken", b'"text"', b'{"id":1}', b'{"id":"x","id":"y"}', b'{"id":"b","size":"no"}', b"null"]  # fmt: skip

    rows, rejects, warnings = read(tmp_path, b"\n".join(lines))

    assert rows == [("line 1", "a"), ("line 6", "b")]
    assert rejects == [
        ("line 2", "json_invalid"),
        ("line 3", "record_not_object"),
        ("line 4", "field_type"),
        ("line 5", "json_duplicate_key"),
        ("line 7", "record_not_object"),
    ]
    assert warnings == {"field_ignored": 1}


def test_a_page_with_a_link_to_the_next_says_that_it_is_not_all(tmp_path):
    rows, _, warnings = read(tmp_path, b'{"@odata.nextLink":"http://x","value":[{"id":"a"}]}')

    assert rows == [("#0", "a")]
    assert warnings == {"incomplete_page": 1}


def test_keys_may_be_written_in_another_case(tmp_path):
    kind = Kind(Row, frozenset({"id"}), respelled={"id": "id", "size": "size"})

    rows, rejects, _ = read(tmp_path, b'[{"Id":"a","SIZE":1},{"ID":"b"}]', kind)

    assert (rows, rejects) == ([("#0", "a"), ("#1", "b")], [])


def test_a_single_value_is_no_export(tmp_path):
    with pytest.raises(UnreadableExport) as refused:
        read(tmp_path, b"42")

    assert refused.value.code == "json_shape"


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (b'[{"id":"a","deep":{"b":1}},{"id":', {"id", "deep"}),
        (b'{"guild":{"id":"1"},"messages":[{"id":"5","content":"cut he', {"guild", "messages"}),
        (b'{"id":1}\n{"id":2}', {"id"}),
        (b"id;name\n1;2", set()),
        (b"", set()),
    ],
)
def test_a_format_is_told_from_the_beginning_alone(tmp_path, content, keys):
    (tmp_path / "a.json").write_bytes(content or b" ")

    assert set(first_object(open_source(tmp_path / "a.json"))) == keys


def test_objects_one_after_another_are_records_and_a_damaged_one_costs_only_itself(tmp_path):
    dump = b'{\n  "id": "a",\n  "size": 1\n}\n{\n  "id": oops\n}\n{\n  "id": "b"\n}\n'

    rows, rejects, _ = read(tmp_path, dump)

    assert rows == [("#0", "a"), ("#2", "b")]
    assert rejects == [("#1", "json_invalid")]


@pytest.mark.parametrize("start", [b"", b'{"messages":'])
def test_a_file_cut_off_keeps_the_records_before_the_cut(tmp_path, start):
    rows, rejects, _ = read(tmp_path, start + b'[{"id":"a"},{"id":"b"},{"id":"c","si')

    assert rows == [("#0", "a"), ("#1", "b")]
    assert rejects == [("#2", "json_invalid")]


LONG_TEXT = '\\"],[{,\\\\'  # as JSON has it: quotes, brackets and backslashes within a text


def long_list(numbers, wrap='{"of":[1],"value":[%s],"count":2}'):
    records = [f'{{"id":"{n}","name":"{LONG_TEXT * 40}","more":[{{"a":[1,2]}}]}}' for n in numbers]
    return (wrap % ",\n".join(records)).encode()


@pytest.mark.parametrize("wrap", ['{"of":[1],"value":[%s],"count":2}', " [%s]\n"])
@pytest.mark.parametrize("long", [1_000, 5_000, 100_000])
def test_a_long_list_read_in_pieces_holds_the_same_records(tmp_path, monkeypatch, wrap, long):
    content = long_list(range(200), wrap)
    monkeypatch.setattr(json_records, "LONG", long)
    monkeypatch.setattr(json_list, "PIECE", 777)

    rows, rejects, warnings = read(tmp_path, content)

    assert rows == [(f"#{n}", str(n)) for n in range(200)]
    assert (rejects, warnings) == ([], {})
    assert (long < len(content)) == (len(taken(tmp_path, monkeypatch, content)) > 1)


def taken(tmp_path, monkeypatch, content):
    """Return the pieces that a file is read in."""
    pieces = []
    load = json_list.Piece.__init__
    monkeypatch.setattr(json_list.Piece, "__init__", lambda *a: (pieces.append(a), load(*a))[1])
    read(tmp_path, content)
    return pieces


def test_what_is_wrong_in_a_long_list_is_told_record_by_record(tmp_path, monkeypatch):
    monkeypatch.setattr(json_records, "LONG", 1_000)
    monkeypatch.setattr(json_list, "PIECE", 600)
    content = long_list(range(50))
    content = content.replace(b'"id":"7"', b'"id":"7","id":"8"').replace(b'"id":"9"', b'"id":tru')

    rows, rejects, _ = read(tmp_path, content)
    cut_rows, cut_rejects, _ = read(tmp_path, content[:-300])
    _, _, warnings = read(tmp_path, long_list(range(50), '{"value":[%s],"@odata.nextLink":"x"}'))

    assert [place for place, _ in rows] == [f"#{n}" for n in range(50) if n not in (7, 9)]
    assert rejects == [("#7", "json_duplicate_key"), ("#9", "json_invalid")]
    assert (cut_rows, cut_rejects) == (rows[:-1], [*rejects, ("#49", "json_invalid")])
    assert warnings == {"incomplete_page": 1}
