"""How customers were answered in HubSpot: tickets, owners, contacts and pipelines as a data connector lands them.

Of each ticket its beginning and the first reply of an agent are known, if the property for it is filled; what was
written in between is not in these tables. The labels of pipeline and stage tell the phase.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import connector
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.tickets.desk import Desk, Message, Ticket, micros, phase

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="hubspot_tables",
    title="HubSpot tickets as tables of a data connector (folder or zip of CSV files)",
    tool="hubspot",
    provides=frozenset({"acts", "replies", "recipients", "customers"}),
    versions="The layout of Fivetran's HubSpot connector: ticket, owner, contact, ticket_contact, ticket_pipeline, ticket_pipeline_stage.",
    is_seen=False,
)
WANTED = {
    "ticket": frozenset({"id", "property createdate", "property hs pipeline"}),
    "owner": frozenset({"owner id", "email", "first name", "last name"}),
    "link": frozenset({"ticket id", "contact id"}),
    "contact": frozenset({"id", "property email"}),
    "stage": frozenset({"stage id", "label", "pipeline id"}),
    "pipeline": frozenset({"pipeline id", "label"}),
}
HISTORY = connector.HISTORY
COLUMNS = {
    "ticket": (
        "id", "property_createdate", "property_first_agent_reply_date", "property_hs_pipeline",
        "property_hs_pipeline_stage", "property_hs_ticket_category", "property_hubspot_owner_id", "property_content",
        "is_deleted", *HISTORY,
    ),
    "owner": ("owner_id", "email", "first_name", "last_name", *HISTORY),
    "link": ("ticket_id", "contact_id", *HISTORY),
    "contact": ("id", "property_email", "property_firstname", "property_lastname", *HISTORY),
    "stage": ("stage_id", "label", *HISTORY),
    "pipeline": ("pipeline_id", "label", *HISTORY),
}  # fmt: skip
KEYS = {"ticket": "id", "owner": "owner_id", "link": "ticket_id", "contact": "id", "stage": "stage_id", "pipeline": "pipeline_id"}  # fmt: skip


def identify(source: "Source") -> bool:
    """Say whether there is a table of tickets beside one of owners, contacts or pipelines."""
    found = connector.find(source, WANTED).keys()
    return "ticket" in found and bool(found & {"owner", "link", "stage", "pipeline"})


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, conversations and their first acts."""
    tables = connector.load_all(source, WANTED, COLUMNS, sink)
    latest = {table: connector.current(rows, KEYS[table]) for table, rows in tables.items()}
    sink.non_records += sum(rows.height for rows in tables.values()) - latest["ticket"].height
    desk = Desk(sink, "hubspot")
    for row in latest["owner"].iter_rows(named=True):
        desk.agent(row["owner_id"], row["email"], _name(row["first_name"], row["last_name"]))
    for row in latest["contact"].iter_rows(named=True):
        desk.customer(f"contact/{row['id']}", row["property_email"], _name(row["property_firstname"], row["property_lastname"]))  # fmt: skip
    _tickets(latest, desk, options)
    desk.finish()


def _tickets(latest: dict[str, pl.DataFrame], desk: Desk, options: Options) -> None:
    contacts = dict(latest["link"].select("ticket_id", "contact_id").iter_rows())
    labels = {
        f"{table}/{key}": label
        for table in ("stage", "pipeline")
        for key, label in latest[table].select(KEYS[table], "label").iter_rows()
    }
    for row in latest["ticket"].iter_rows(named=True):
        key, agent, us = row["id"], row["property_hubspot_owner_id"], micros(row["property_createdate"])  # fmt: skip
        contact = contacts.get(key)
        # nobody named: somebody all the same asked
        asking = f"contact/{contact}" if contact else f"ticket:{key}"
        words = [
            labels.get(f"pipeline/{row['property_hs_pipeline']}"),
            labels.get(f"stage/{row['property_hs_pipeline_stage']}"),
            row["property_hs_ticket_category"],
        ]
        out = "ticket_deleted" if (row["is_deleted"] or "").casefold() == "true" else None
        desk.ticket(Ticket(row["place"], key, us, asking, agent, phase(words, options), row["property_content"], out))  # fmt: skip
        replied = micros(row["property_first_agent_reply_date"])
        if replied is None or us is None or not agent or out:
            continue
        if replied < us:
            desk.sink.warn("field_ignored")
        else:
            desk.messages.append(Message(row["place"], f"first/{key}", key, replied, agent, is_record=False))  # fmt: skip


def _name(*halves: str | None) -> str | None:
    return " ".join(half for half in halves if half) or None
