"""Who opened and changed files in SharePoint and OneDrive: a search of the Microsoft Purview audit log (CSV).

Opening, previewing and downloading are views; changing, uploading and renaming are acts. Continued access, which the log
writes again every few minutes, and what machines do to files are not counted. Messages, meetings and mails stand in the
log too: they are passed over, for their own exports tell more of them and would be counted twice. Which file it was is not
kept.
"""

import re
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from analytics.readers import told
from analytics.readers.act import Act
from analytics.readers.acts import Acts
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink, UnreadableExport
from analytics.readers.headers import plain
from analytics.readers.instants import from_iso

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="purview_audit",
    title="Microsoft Purview audit log (CSV)",
    tool=None,
    provides=frozenset({"acts", "views"}),
    versions="Search-UnifiedAuditLog and the portal's export, with and without record types.",
    is_seen=False,
)
TOOLS = {"sharepoint": "sharepoint", "onedrive": "onedrive"}
VIEWS = frozenset({"fileaccessed", "filepreviewed", "filedownloaded", "pageviewed"})
CHANGES = frozenset({"filemodified", "fileuploaded", "filecheckedin", "filerenamed", "filecopied", "filemoved"})  # fmt: skip
PEOPLE = (
    0,
    2,
    None,
)  # types of users: regular and administrator; the others are the system, applications, partners
LIMIT = 50_000  # lines after which a search stops
DATA = "audit data"
GUEST = "#ext#"
# kim_client.example#ext#@acme.onmicrosoft.com is kim@client.example
HOME = re.compile(r"^(.+)_([^_@#]+\.[^_@#]+)#ext#@.*$")


class Audited(msgspec.Struct, gc=False, rename="pascal"):
    """What is read of a record; the path, name and address of the file are not."""

    creation_time: str | None = None
    id: str | None = None
    operation: str | None = None
    user_id: str | None = None
    user_type: int | str | None = None
    workload: str | None = None
    site: str | None = None


def _fits(cells: list[str]) -> bool:
    names = set(map(plain, cells))
    return DATA in names and bool(names & {"operations", "operation"}) and bool(names & {"user ids", "user id"})  # fmt: skip


def identify(source: "Source") -> bool:
    """Say whether some first row is the header of an audit log."""
    return told.has_header(source, _fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, spaces and acts; raises UnreadableExport where nothing in it is of files."""
    del options
    table = told.open_under(source, sink, _fits)
    data = f"c{list(map(plain, table.header.names)).index(DATA)}"
    sink.columns = {"audit data": table.header.names[int(data[1:])]}
    acts = {tool: Acts(sink, tool) for tool in TOOLS.values()}
    decode = msgspec.json.Decoder(Audited).decode
    lines = of_files = 0
    for batch in table.batches(sink):
        lines += batch.height
        rows = batch.select(pl.format("{} {}", pl.lit(table.place), "line"), data)
        for place, cell in rows.iter_rows():
            try:
                record = decode(cell or "{}")
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                sink.reject(place, "json_invalid")
                continue
            of_files += _take(place, record, acts, sink)
    if not of_files and not sink.rejected:
        raise UnreadableExport(
            "no_rows",
            f"{source.name}: this part of the audit log tells of nothing that was done to files. Search for the "
            "activities of files and pages, and for messages give the export of the tool itself.",
        )
    if lines == LIMIT:
        sink.warn("incomplete_page")
    for one in acts.values():
        one.finish()


def _take(place: str, record: Audited, acts: dict[str, Acts], sink: Sink) -> bool:
    """Take one record and say whether it is of somebody who did something to a file."""
    operation = (record.operation or "").casefold()
    tool = TOOLS.get((record.workload or "").casefold())
    user = (record.user_id or "").strip().casefold()
    is_machine = record.user_type not in PEOPLE or user.endswith("@sharepoint") or "\\" in user
    if tool is None or operation not in VIEWS | CHANGES or is_machine:
        sink.non_records += 1
        return False
    account = user or None
    if account:
        kind = "guest" if GUEST in account else None
        acts[tool].account(account, email=HOME.sub(r"\1@\2", account), kind=kind)
    space = f"site/{record.site}" if record.site else None
    acts[tool].add(
        Act(
            place=place, key=f"audit/{record.id or place}", us=_instant(record.creation_time), actor=account,
            action="view" if operation in VIEWS else "file", space=space,
        )
    )  # fmt: skip
    return True


def _instant(text: str | None) -> int | None:
    """Return UTC microseconds; the log writes UTC without saying so."""
    has_zone = bool(text) and ("Z" in str(text) or "+" in str(text))
    return from_iso(text if has_zone else f"{text}Z")[0]
