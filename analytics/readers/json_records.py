"""Which records does a JSON file hold, and which of them cannot be trusted?

One array, one record a line, objects one after another, or an object that wraps a list: what a tool writes is
told by looking. Records become typed structs, so that every key nobody asks for is skipped. A record that
cannot be read is told by place and reason, never by what it holds.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec

from analytics.readers import json_list, json_pieces
from analytics.readers.base import Sink, UnreadableExport
from analytics.readers.files import Source
from analytics.readers.json_head import BOM, HEAD, UTF16_STARTS, as_utf8, object_of

BAD_FIELD = re.compile(r"\$\.(\w+)")
LONGEST_LINE = 64 << 20
LONG = 32 << 20  # from here on a list is read a piece at a time
DAMAGED = object()  # null is a value
NEXT_PAGE = ("@odata.nextLink", "nextPageToken", "next_page")
WRAPPERS = ("value", "messages", "items", "records", "data")

Record = TypeVar("Record", bound="msgspec.Struct | dict[str, Any]")
Found = tuple[str, Record]  # place such as `line 7` or `#3`, and the record


@dataclass(frozen=True)
class Kind(Generic[Record]):
    """What is read: the struct, the keys without which a record is nothing, and the keys that may wrap the list.

    `respelled`: keys in lower case -> as the struct has them, for tools that write the same keys in another case.
    """

    struct: type[Record]
    essential: frozenset[str] = frozenset()
    wrappers: Sequence[str] = WRAPPERS
    respelled: Mapping[str, str] = field(default_factory=dict)


def read_file(source: Source, kind: Kind[Record], sink: Sink) -> Iterator[Found[Record]]:
    """Yield (place, record) of a single JSON file; bad records go to the sink.

    Raises UnreadableExport(json_shape) where it holds no records at all.
    """
    head = source.head(HEAD)
    if head.startswith(UTF16_STARTS):
        sink.warn("encoding_converted")
        with source.open() as stream:
            yield from read_bytes(stream.read(), kind, sink, source.name)
        return
    if _is_lines(head):
        with source.open() as stream:
            yield from _read_lines(stream, kind, sink)
        return
    with source.open() as stream:
        begun = stream.read(LONG)
        if len(begun) == LONG:
            whole = json_list.LongList(stream, begun.removeprefix(BOM), kind.wrappers)
            if whole.found and not _is_pages(head, kind):
                yield from _read_long(whole, kind, sink)
                return
        yield from read_bytes(begun + stream.read(), kind, sink, source.name)


def _is_pages(head: bytes, kind: Kind[Record]) -> bool:
    return head.removeprefix(BOM).lstrip()[:1] == b"[" and bool(_wrapped(object_of(head), kind))


def _read_long(
    whole: json_list.LongList, kind: Kind[Record], sink: Sink
) -> Iterator[Found[Record]]:
    """Yield the records of a long list, a piece of it at a time."""
    decode: Callable[[bytes], list[Record]] = msgspec.json.Decoder(list[kind.struct]).decode  # type: ignore[name-defined]
    number = 0
    for piece in whole.pieces():
        try:
            records = decode(b"[" + piece.data + b"]")
            is_plain = not _may_be_doubled(piece.data, kind, len(records))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            is_plain = False
        if is_plain:
            yield from ((f"#{at}", record) for at, record in enumerate(records, number))
            number += len(records)
            continue
        for data in piece.records:
            here = f"#{number}"
            number += 1
            value = _load(data, sink, here)
            if value is not DAMAGED and (record := convert(value, kind, sink, here)) is not None:
                yield here, record
    if whole.is_cut:
        sink.reject(f"#{number}", "json_invalid")
    if any(whole.rest.get(name) for name in NEXT_PAGE):
        sink.warn("incomplete_page")


def read_bytes(
    data: bytes, kind: Kind[Record], sink: Sink, name: str, place: str = ""
) -> Iterator[Found[Record]]:
    """Yield (place, record) of JSON held in memory, such as a member of an archive; `place` begins every place.

    Raises UnreadableExport(json_shape) where there is neither a list nor an object; damaged JSON is set apart.
    """
    try:
        data = as_utf8(data)
    except UnicodeError:  # UTF-16 that was cut within a letter, or bytes that only begin like it
        sink.reject(place or name, "encoding_invalid")
        return
    if _is_lines(data[:HEAD]):
        import io

        yield from _read_lines(io.BytesIO(data), kind, sink, place)
        return
    try:
        records = msgspec.json.Decoder(list[kind.struct]).decode(data)  # type: ignore[name-defined]
        if not _may_be_doubled(data, kind, len(records)):
            yield from ((f"{place}#{number}", record) for number, record in enumerate(records))
            return
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass  # the careful way says what is wrong
    if (listed := _wrapped_list(data, kind)) is not None:
        yield from ((f"{place}#{number}", record) for number, record in enumerate(listed))
    elif json_pieces.is_run(data[:HEAD]):
        yield from _read_run(data, kind, sink, name, place)
    else:
        yield from _read_carefully(data, kind, sink, name, place)


def _read_carefully(
    data: bytes, kind: Kind[Record], sink: Sink, name: str, place: str
) -> Iterator[Found[Record]]:
    values = _before_the_cut(data, kind, sink, place)
    if values is None:
        whole = _load(data, sink, place or name)
        if whole is DAMAGED:
            return
        values = _listed(whole, kind, sink, name)
    for number, value in enumerate(values):
        record = convert(value, kind, sink, f"{place}#{number}")
        if record is not None:
            yield f"{place}#{number}", record


def _wrapped_list(data: bytes, kind: Kind[Record]) -> list[Record] | None:
    """Return the records of one object that wraps a list, decoded at once; null where it is not as simple as that."""
    if kind.respelled or not data.lstrip().startswith(b"{"):
        return None
    names = {f"field{i}": name for i, name in enumerate((*kind.wrappers, *NEXT_PAGE))}
    lists = list(names)[: len(kind.wrappers)]
    fields = [(n, list[kind.struct] | None if n in lists else Any, None) for n in names]  # type: ignore[name-defined]
    try:
        wrapper = msgspec.defstruct("Wrapper", fields, rename=names)
        found = msgspec.structs.asdict(msgspec.json.decode(data, type=wrapper))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    records = next((found[name] for name in lists if found[name] is not None), None)
    if records is None or any(found[name] for name in names if name not in lists):
        return None
    return None if _may_be_doubled(data, kind, len(records)) else records


def _read_run(
    data: bytes, kind: Kind[Record], sink: Sink, name: str, place: str
) -> Iterator[Found[Record]]:
    try:
        for number, (value, code) in enumerate(json_pieces.run(data)):
            here = f"{place}#{number}"
            if code:
                sink.reject(here, code)
            elif (record := convert(value, kind, sink, here)) is not None:
                yield here, record
    except UnicodeError:
        sink.reject(place or name, "encoding_invalid")


def _before_the_cut(data: bytes, kind: Kind[Record], sink: Sink, place: str) -> list[Any] | None:
    """Return the whole records of a file that was cut off, the last one set apart; null where it was not."""
    whole = json_pieces.before_the_cut(data)
    key = _wrapped(whole, kind) if isinstance(whole, dict) else None
    records = whole[key] if key else whole
    if not isinstance(records, list) or not records:
        return None
    sink.reject(f"{place}#{len(records) - 1}", "json_invalid")
    return records[:-1]


def _is_lines(head: bytes) -> bool:
    """Say whether each line is a record of its own, from the first bytes of a file."""
    text = head.removeprefix(BOM).lstrip()
    if text[:1] != b"{":
        # a first line may be damaged: the second tells
        lines = [line for line in text.splitlines()[:5] if line.strip()]
        return len(lines) > 1 and text[:1] != b"[" and any(_is_object(line) for line in lines[1:])
    first, more, rest = text.partition(b"\n")
    if not more or not rest.strip():
        return False
    return _is_object(first) or any(_is_object(line) for line in rest.splitlines()[:3])


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False


def _read_lines(
    stream: BinaryIO, kind: Kind[Record], sink: Sink, place: str = ""
) -> Iterator[Found[Record]]:
    decode: Callable[[bytes], Record] = msgspec.json.Decoder(kind.struct).decode
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        text = (line.removeprefix(BOM) if number == 1 else line).strip()
        if not text:
            continue
        here = f"{place} line {number}".strip()
        if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
            sink.reject(here, "field_too_long")
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
            continue
        try:
            record = decode(text)
            if not _may_be_doubled(text, kind, 1):
                yield here, record
                continue
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            pass
        value = _load(text, sink, here)
        if value is DAMAGED:
            continue
        found = convert(value, kind, sink, here)
        if found is not None:
            yield here, found


def _may_be_doubled(data: bytes, kind: Kind[Record], records: int) -> bool:
    """Say whether an essential key occurs oftener than there are records: of two equal keys the decoder takes the last."""
    return any(data.count(key) > records for key in _as_written(kind.essential))


@cache
def _as_written(keys: frozenset[str]) -> list[bytes]:
    return [b'"%s":' % key.encode() for key in sorted(keys)]


def _load(data: bytes, sink: Sink, place: str) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON decoded with care; DAMAGED where it cannot be, which is set apart."""
    code = "json_invalid"
    try:
        whole = json_pieces.whole_characters(data).decode()
        return json.loads(whole, object_pairs_hook=json_pieces.unique)
    except json_pieces.DuplicateKeyError:
        code = "json_duplicate_key"
    except UnicodeError:
        code = "encoding_invalid"
    except RecursionError:
        code = "json_too_deep"
    except ValueError:
        pass
    sink.reject(place, code)
    return DAMAGED


def _listed(whole: Any, kind: Kind[Record], sink: Sink, name: str) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return the records of a decoded file: a list, pages of lists, a wrapped list, or one object."""
    if isinstance(whole, dict):
        wrapper = next((key for key in kind.wrappers if isinstance(whole.get(key), list)), None)
        if any(whole.get(name) for name in NEXT_PAGE):
            sink.warn("incomplete_page")
        return whole[wrapper] if wrapper else [whole]
    if isinstance(whole, list):
        pages = [
            page for page in whole if isinstance(page, dict) and _wrapped(page, kind) is not None
        ]
        if pages and len(pages) == len(whole):
            return [record for page in whole for record in _listed(page, kind, sink, name)]
        return whole
    raise UnreadableExport(
        "json_shape",
        f"{name}: the JSON holds a single value, not a list of records. Give the export as the tool made it.",
    )


def _wrapped(page: dict[str, Any], kind: Kind[Record]) -> str | None:
    if kind.essential & page.keys():
        return None
    return next((key for key in kind.wrappers if isinstance(page.get(key), list)), None)


def convert(value: Any, kind: Kind[Record], sink: Sink, place: str) -> Record | None:  # noqa: ANN401 - any JSON
    """Return a decoded value as a record, without fields of a wrong type unless they are essential; else set it apart."""
    if not isinstance(value, dict):
        sink.reject(place, "record_not_object")
        return None
    record = respell(value, kind.respelled) if kind.respelled else dict(value)
    while True:
        try:
            return msgspec.convert(record, kind.struct)
        except msgspec.ValidationError as error:
            bad = BAD_FIELD.search(str(error))
            if not bad or bad[1] in kind.essential or bad[1] not in record:
                sink.reject(place, "field_type")
                return None
            del record[bad[1]]
            sink.warn("field_ignored")


def respell(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """Return a decoded value with its keys, at every depth, spelled as `names` (lower case -> spelling) says."""
    if isinstance(value, dict):
        return {names.get(key.lower(), key): respell(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [respell(inner, names) for inner in value]
    return value
