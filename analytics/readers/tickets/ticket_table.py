"""How customers were answered, one row a ticket: a Zendesk view, Freshdesk report, HubSpot tickets, ServiceNow list.

Only the beginning of each conversation and, where the table has its instant, the first reply can be told: that reply
is the agent's in charge. Durations in business hours are not used. Times without a zone are those of the company.
Who calls in ServiceNow is taken for a colleague: it is mostly the company's own service desk.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import tables, told
from analytics.readers.act import address
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.headers import Aliases, account_for_others, assign, may_assign, plain
from analytics.readers.tickets import times
from analytics.readers.tickets.desk import Desk, Message, Ticket, phase

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="ticket_table",
    title="Tickets as a table: Zendesk view, Freshdesk, HubSpot, ServiceNow (CSV, XLSX)",
    tool=None,
    provides=frozenset({"acts", "replies", "recipients", "customers"}),
    versions="Zendesk view export, Freshdesk ticket export with columns of one's choice, HubSpot tickets, ServiceNow list of incidents.",
    is_seen=False,
)
ALIASES: Aliases = {
    "ticket": ("ticket id", "id", "record id", "number"),
    "created": ("created at", "created time", "property createdate", "create date", "opened", "opened at"),
    "asking_id": ("requester id", "contact id"),
    "asking_email": ("requester email", "email", "contact email"),
    "asking_name": ("requester", "full name", "contact", "caller", "caller id"),
    "agent_email": ("agent email", "assignee email"),
    "agent": ("agent", "assignee", "ticket owner", "property hubspot owner id", "assigned to"),
    "group": ("group", "pipeline", "property hs pipeline", "assignment group"),
    "stage": ("property hs pipeline stage", "ticket status"),
    "tags": ("tags",),
    "kind": ("type", "ticket type", "property hs ticket category"),
    "status": ("status",),
    "replied": ("initial response time", "property first agent reply date", "first agent reply date"),
}  # fmt: skip
# The tool, and columns that only its tables have together.
TOOLS = (
    ("zendesk", frozenset({"id", "requester", "created at", "status"})),
    ("freshdesk", frozenset({"ticket id", "created time", "status"})),
    ("hubspot", frozenset({"property createdate", "property hs pipeline"})),
    ("hubspot", frozenset({"ticket owner", "create date", "pipeline"})),
    ("servicenow", frozenset({"number", "caller", "opened"})),
    ("servicenow", frozenset({"number", "caller id", "opened at"})),
)
FIELDS = tuple(ALIASES)
SPAM, DELETED, MERGED = ("spam",), ("deleted",), ("closed_by_merge", "merged")


def _tool(cells: list[str]) -> str | None:
    names = set(map(plain, cells))
    return next((tool for tool, needed in TOOLS if needed <= names), None)


def _fits(cells: list[str]) -> bool:
    return _tool(cells) is not None and may_assign(
        cells, ALIASES, lambda f: {"ticket", "created"} <= f, NOTHING_SAID
    )


def identify(source: "Source") -> bool:
    """Say whether some first row is the header of such a table."""
    return told.has_header(source, _fits)


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, conversations and their first acts; raises UnreadableExport where dates are ambiguous."""
    table = told.open_under(source, sink, _fits)
    assigned = assign(table.header.names, ALIASES, file=source.name)
    account_for_others(assigned, sink)
    made_by = _tool(table.header.names)
    tool = options.tool or made_by or "tickets"
    parts = [
        batch.select(
            place=pl.format("{} {}", pl.lit(table.place), "line"),
            **{field: pl.col(f"c{at}") for field, at in assigned.at.items()},
        )
        for batch in table.batches(sink)
    ]
    if not parts:
        raise tables.no_rows(source.name)
    rows = pl.concat(parts)
    rows = rows.with_columns(
        pl.lit(None, pl.String).alias(f) for f in FIELDS if f not in rows.columns
    )
    for field in ("created", "replied"):
        text = rows.get_column(field)
        order = times.order_of(text, options, field, source.name)
        rows = rows.with_columns(times.instants(text, order, options, sink))
    desk = Desk(sink, tool)
    for row in rows.iter_rows(named=True):
        _take(row, desk, options, is_internal=made_by == "servicenow")
    desk.finish()


def _take(
    row: dict[str, str | int | None], desk: Desk, options: Options, *, is_internal: bool
) -> None:
    text = {name: str(value) if value is not None else None for name, value in row.items()}
    key, place = text["ticket"], str(text["place"])
    if not key:
        desk.sink.reject(place, "row_incomplete")
        return
    email = address(text["asking_email"])
    asking = _asking(text, key, email, is_internal=is_internal)
    agent = address(text["agent_email"]) or address(text["agent"]) or text["agent"]
    desk.agent(agent, address(agent), text["agent"])
    if is_internal and asking:
        desk.acts.account(asking, email=email, name=text["asking_name"])
    elif not is_internal:
        desk.customer(asking, email, text["asking_name"])
    tags = [tag.strip() for tag in (text["tags"] or "").replace(",", " ").split()]
    told = phase([*tags, text["group"], text["stage"], text["kind"]], options)
    created, replied = row["created"], row["replied"]
    us = created if isinstance(created, int) else None
    out = _out(text["status"], tags)
    desk.ticket(Ticket(place, key, us, asking, agent, told, None, out, is_internal=is_internal))
    if isinstance(replied, int) and agent and us is not None:
        if replied < us:
            desk.sink.warn("field_ignored")
            return
        desk.messages.append(Message(place, f"first/{key}", key, replied, agent, is_record=False))


def _asking(
    text: dict[str, str | None], key: str, email: str | None, *, is_internal: bool
) -> str | None:
    """Return the account that asks; a colleague may be one who also answers, and is then spelt alike."""
    name = text["asking_name"]
    if is_internal:
        return email or text["asking_id"] or name
    # nobody named: somebody all the same asked
    return email or text["asking_id"] or (f"name:{name}" if name else f"ticket:{key}")


def _out(status: str | None, tags: list[str]) -> str | None:
    said = {*(tag.casefold() for tag in tags), (status or "").casefold()}
    for words, code in (
        (SPAM, "ticket_spam"),
        (MERGED, "ticket_merged"),
        (DELETED, "ticket_deleted"),
    ):
        if said & set(words):
            return code
    return None
