"""How customers were answered in Zendesk: tickets with their comments as JSON, or the tables of a data connector.

JSON is one ticket a line, a list, or pages of the API, with comments inside where they were exported. Deleted, merged
and spam tickets are set apart with their comments. The system's own account counts as a bot: it answers nobody.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from analytics.readers import connector, json_head, json_records
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.tickets.desk import Desk, Message, Ticket, micros, phase

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="zendesk_tickets",
    title="Zendesk tickets (JSON) or tables of a data connector",
    tool="zendesk",
    provides=frozenset({"acts", "replies", "recipients", "seats", "customers"}),
    versions="API v2 and the JSON export; the layout of Fivetran's Zendesk connector.",
)
SYSTEM = "-1"  # triggers and automations write under this account
HISTORY = connector.HISTORY
WANTED = {
    "comment": frozenset({"ticket id", "user id", "public", "created"}),
    "ticket": frozenset(
        {"id", "requester id", "assignee id", "status", "created at", "via channel"}
    ),
    "user": frozenset({"id", "role", "email", "ticket restriction"}),
    "tag": frozenset({"tag", "ticket id"}),
    "group": frozenset({"id", "name", "url", "created at"}),
}
COLUMNS = {
    "comment": ("id", "ticket_id", "user_id", "public", "created", "body", *HISTORY),
    "ticket": (
        "id", "requester_id", "submitter_id", "assignee_id", "group_id", "status", "created_at", "merged_ticket_ids",
        *HISTORY,
    ),
    "user": ("id", "role", "email", "name", *HISTORY),
    "tag": ("tag", "ticket_id"),
    "group": ("id", "name", *HISTORY),
}  # fmt: skip
Id = int | str | None


class Comment(msgspec.Struct, gc=False):
    """One comment inside a ticket."""

    id: Id = None
    author_id: Id = None
    public: bool = True
    created_at: str | None = None
    plain_body: str | None = None
    body: str | None = None


class TicketRecord(msgspec.Struct, gc=False):
    """What is read of a ticket."""

    id: Id = None
    requester_id: Id = None
    submitter_id: Id = None
    assignee_id: Id = None
    status: str | None = None
    created_at: str | None = None
    description: str | None = None
    tags: list[str] = []
    comments: list[Comment] = []
    requester: dict[str, Any] | None = None
    assignee: dict[str, Any] | None = None


KIND = json_records.Kind(TicketRecord, frozenset({"id"}), wrappers=("tickets", "results"))


def identify(source: "Source") -> bool:
    """Say whether the first record is a Zendesk ticket, or a folder holds the tables of tickets and comments."""
    if source.kind in ("zip", "folder"):
        return {"ticket", "comment"} <= connector.find(source, WANTED).keys()
    if source.kind != "file":
        return False
    first = json_head.first_object(source)
    tickets = first.get("tickets")
    record = tickets[0] if isinstance(tickets, list) and tickets else first
    needed = {"requester_id", "status", "created_at", "id"}
    return (
        isinstance(record, dict)
        and needed <= record.keys()
        and bool({"via", "brand_id", "tags"} & record.keys())
    )


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, conversations and acts."""
    desk = Desk(sink, "zendesk")
    desk.bot(SYSTEM)
    if source.kind == "file":
        for place, record in json_records.read_file(source, KIND, sink):
            _take(place, record, desk, options)
    else:
        _tables(source, sink, desk, options)
    desk.finish()


def _take(place: str, record: TicketRecord, desk: Desk, options: Options) -> None:
    key = str(record.id)
    for person, note in ((record.requester, desk.customer), (record.assignee, desk.agent)):
        if person and person.get("id") is not None:
            note(str(person["id"]), person.get("email"), person.get("name"))
    requester = _id(record.requester_id) or _id(record.submitter_id)
    out = _out(record.status, record.tags)
    desk.agent(_id(record.assignee_id))
    desk.ticket(
        Ticket(
            place, key, micros(record.created_at), requester, _id(record.assignee_id), phase(record.tags, options),
            record.description, out,
        )
    )  # fmt: skip
    for number, comment in enumerate(record.comments):
        if comment.author_id is None and comment.created_at is None:
            continue
        desk.messages.append(
            Message(
                f"{place} comment {number}", _id(comment.id) or f"{key}.{number}", key, micros(comment.created_at),
                _id(comment.author_id), comment.public, comment.plain_body or comment.body, is_record=False,
            )
        )  # fmt: skip


def _tables(source: "Source", sink: Sink, desk: Desk, options: Options) -> None:
    tables = connector.load_all(source, WANTED, COLUMNS, sink)
    sink.non_records += sum(tables[t].height for t in ("user", "tag", "group"))
    for user in connector.current(tables["user"], "id").to_dicts():
        note = desk.customer if user["role"] in ("end-user", None) else desk.agent
        note(user["id"], user["email"], user["name"])
    tags: dict[str, list[str]] = {}
    for row in tables["tag"].iter_rows(named=True):
        tags.setdefault(row["ticket_id"], []).append(row["tag"])
    groups = dict(connector.current(tables["group"], "id").select("id", "name").iter_rows())
    merged = set(
        tables["ticket"]["merged_ticket_ids"].str.extract_all(r"\d+").explode().drop_nulls()
    )
    latest = connector.current(tables["ticket"], "id")
    sink.non_records += tables["ticket"].height - latest.height
    for row in latest.iter_rows(named=True):
        own = tags.get(row["id"], [])
        out = "ticket_merged" if row["id"] in merged else _out(row["status"], own)
        told = phase([*own, groups.get(row["group_id"])], options)
        asking = row["requester_id"] or row["submitter_id"]
        desk.ticket(Ticket(row["place"], row["id"], micros(row["created_at"]), asking, row["assignee_id"], told, None, out))  # fmt: skip
    for row in tables["comment"].iter_rows(named=True):
        public = (row["public"] or "true").casefold() == "true"
        desk.messages.append(
            Message(row["place"], row["id"] or row["place"], row["ticket_id"] or "", micros(row["created"]), row["user_id"], public, row["body"])
        )  # fmt: skip


def _out(status: str | None, tags: list[str]) -> str | None:
    if "closed_by_merge" in tags:
        return "ticket_merged"
    if "spam" in tags:
        return "ticket_spam"
    return "ticket_deleted" if status == "deleted" else None


def _id(value: Id) -> str | None:
    return None if value in (None, "") else str(value)
