"""Who opened boards in Miro: its audit log (JSON of the interface; Enterprise plan).

Opening a board is a view. What else the log holds is administration: sign-ins, rights, licences. Who wrote or drew what on
a board stands in another log and is not in this one. Names of boards, teams and computers are not read.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from analytics.readers import json_head, json_records
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.instants import from_iso

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="miro_audit",
    title="Miro audit log (JSON)",
    tool="miro",
    provides=frozenset({"views"}),
    versions="audit/logs of the REST interface, v1 and v2: pages, a list or one record a line.",
    is_seen=False,
)
OPENED = "board_opened"


class Audited(msgspec.Struct, gc=False, rename="camel"):
    """What is read of a record."""

    event: str
    created_at: str
    id: int | str | None = None
    created_by: dict[str, Any] | None = None
    object: dict[str, Any] | None = None


KIND = json_records.Kind(Audited, frozenset({"event", "createdAt"}), wrappers=("data",))


def identify(source: "Source") -> bool:
    """Say whether the first record is an event of the audit log."""
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    listed = first.get("data")
    inner = listed[0] if isinstance(listed, list) and listed else first
    needed = {"event", "createdAt", "createdBy", "context"}
    return isinstance(inner, dict) and needed <= inner.keys()


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over who opened boards when; raises UnreadableExport(json_shape, no_rows)."""
    acts = Acts(sink, options.tool or "miro")
    opened = 0
    for place, record in json_records.read_file(source, KIND, sink):
        person = record.created_by or {}
        if record.event != OPENED or person.get("type", "user") != "user":
            sink.non_records += 1
            continue
        opened += 1
        _open(place, record, person, acts)
    if not opened and not sink.rejected:
        raise UnreadableExport(
            "no_rows",
            f"{source.name}: this part of Miro's audit log tells of no board that was opened. Ask for the events of "
            f"more days, {OPENED} among them.",
        )
    acts.finish()


def _open(place: str, record: Audited, person: dict[str, Any], acts: Acts) -> None:
    email = person.get("email")
    address = email.strip().casefold() or None if isinstance(email, str) else None
    account = str(person.get("id") or address or "") or None
    if account:
        acts.account(account, email=address, name=person.get("name"))
    at, flaw = from_iso(record.created_at)
    board = (record.object or {}).get("id")
    acts.add(
        Act(
            place=place, key=f"audit/{record.id or f'{record.created_at}/{account}/{board}'}", us=at, actor=account,
            action="view", space=f"board/{board}" if board else None, flaw=flaw,
        )
    )  # fmt: skip
