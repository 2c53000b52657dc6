"""How customers were answered in Intercom: conversations and their parts, as a data connector lands them.

Comments are messages, notes are internal; closing, assigning and snoozing are passed over. Of a conversation's history
the last version counts. The customer's first reply, which Intercom counts, is not ours and is not used.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import connector
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.tickets.desk import Desk, Message, Ticket, micros, phase

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="intercom_tables",
    title="Intercom as tables of a data connector (folder or zip of CSV files)",
    tool="intercom",
    provides=frozenset({"acts", "replies", "recipients", "seats", "customers"}),
    versions="The layout of Fivetran's Intercom connector, with history.",
)
HISTORY = connector.HISTORY
WANTED = {
    "part": frozenset({"id", "conversation id", "part type", "author type"}),
    "conversation": frozenset({"id", "source author id", "source author type", "state"}),
    "admin": frozenset({"id", "job title", "email"}),
    "contact": frozenset({"id", "role", "email", "has hard bounced"}),
}
COLUMNS = {
    "part": ("id", "conversation_id", "part_type", "author_id", "author_type", "created_at", "body", *HISTORY),
    "conversation": (
        "id", "source_author_id", "source_author_type", "source_delivered_as", "assignee_id", "assignee_type",
        "created_at", *HISTORY,
    ),
    "admin": ("id", "email", "name", *HISTORY),
    "contact": ("id", "email", "name", *HISTORY),
}  # fmt: skip
MESSAGES = ("comment", "note")
OURS, MACHINES = ("admin", "team"), ("bot", "operator")


def identify(source: "Source") -> bool:
    """Say whether there are tables of conversations and of their parts."""
    return {"part", "conversation"} <= connector.find(source, WANTED).keys()


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, conversations and acts."""
    tables = connector.load_all(source, WANTED, COLUMNS, sink)
    desk = Desk(sink, "intercom")
    for table, note in (("admin", desk.agent), ("contact", desk.customer)):
        sink.non_records += tables[table].height
        for row in connector.current(tables[table], "id").iter_rows(named=True):
            note(row["id"], row["email"], row["name"])
    latest = {t: connector.current(tables[t], "id") for t in ("conversation", "part")}
    for table, kept in latest.items():
        sink.non_records += tables[table].height - kept.height
    for row in latest["conversation"].iter_rows(named=True):
        _author(desk, row["source_author_id"], row["source_author_type"])
        agent = row["assignee_id"] if row["assignee_type"] in OURS else None
        desk.ticket(
            Ticket(
                row["place"], row["id"], micros(row["created_at"]), row["source_author_id"], agent,
                phase([row["source_delivered_as"]], options),
            )
        )  # fmt: skip
    said = latest["part"].filter(pl.col("part_type").is_in(MESSAGES))
    sink.non_records += latest["part"].height - said.height
    for row in said.iter_rows(named=True):
        _author(desk, row["author_id"], row["author_type"])
        desk.messages.append(
            Message(row["place"], row["id"], row["conversation_id"] or "", micros(row["created_at"]), row["author_id"], row["part_type"] == "comment", row["body"])
        )  # fmt: skip
    desk.finish()


def _author(desk: Desk, account: str | None, kind: str | None) -> None:
    if account and kind in MACHINES:
        desk.bot(account)
    elif account and kind in OURS:
        desk.agent(account)
    else:
        desk.customer(account)
