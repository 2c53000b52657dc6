"""How colleagues and customers were helped in ServiceNow: tasks, incidents and journals as a data connector lands them.

Needed is the table of tasks; incidents say who called, users who is who, the journal holds comments (which the caller
sees) and work notes (which stay inside). Who asks is a colleague, unless the list of users has them as a contact of a
customer or does not know them while it knows the others.
"""

from typing import TYPE_CHECKING

import polars as pl

from analytics.readers import connector
from analytics.readers.base import NOTHING_SAID, Format, Options, Sink
from analytics.readers.tickets.desk import Desk, Message, Ticket, micros, phase

if TYPE_CHECKING:
    from analytics.readers.files import Source

FORMAT = Format(
    id="servicenow_tables",
    title="ServiceNow as tables of a data connector (folder or zip of CSV files)",
    tool="servicenow",
    provides=frozenset({"acts", "replies", "recipients", "seats", "customers", "time_zones"}),
    versions="The layout of Fivetran's ServiceNow connector: task, incident, sys_user, sys_user_group, sys_journal_field.",
    is_seen=False,
)
WANTED = {
    "task": frozenset({"sys id", "number", "opened at", "assigned to value", "opened by value"}),
    "incident": frozenset({"sys id", "caller id value"}),
    "user": frozenset({"sys id", "user name", "email"}),
    "journal": frozenset({"sys id", "element", "element id", "value", "sys created by"}),
    "group": frozenset({"sys id", "name", "manager value"}),
}
COLUMNS = {
    "task": (
        "sys_id", "number", "opened_at", "opened_by_value", "assigned_to_value", "assignment_group_value",
        "contact_type", "description", *connector.HISTORY,
    ),
    "incident": ("sys_id", "caller_id_value", "category", *connector.HISTORY),
    "user": (
        "sys_id", "user_name", "email", "name", "time_zone", "sys_class_name", "web_service_access_only",
        "internal_integration_user", *connector.HISTORY,
    ),
    "journal": ("sys_id", "element", "element_id", "value", "sys_created_by", "sys_created_on", *connector.HISTORY),
    "group": ("sys_id", "name", *connector.HISTORY),
}  # fmt: skip
NOTES = {"comments": True, "work_notes": False}  # element of the journal -> the caller sees it
OUTSIDE = ("customer_contact", "csm_consumer_user", "csm_consumer")
MACHINES = ("system", "guest")  # the tool itself, and whoever has not signed in


def identify(source: "Source") -> bool:
    """Say whether there is a table of tasks beside one of incidents, users or journals."""
    found = connector.find(source, WANTED).keys()
    return "task" in found and bool(found & {"incident", "user", "journal"})


def read(source: "Source", sink: Sink, options: Options = NOTHING_SAID) -> None:
    """Hand over accounts, conversations and acts."""
    tables = connector.load_all(source, WANTED, COLUMNS, sink)
    latest = {table: connector.current(rows, "sys_id") for table, rows in tables.items()}
    said = latest["journal"].filter(pl.col("element").is_in(list(NOTES)))
    kept = latest["task"].height + said.height
    sink.non_records += sum(rows.height for rows in tables.values()) - kept
    desk = Desk(sink, "servicenow")
    outside, by_name = _users(latest["user"], desk)
    _tasks(latest, desk, options, outside)
    for row in said.iter_rows(named=True):
        author = by_name.get(row["sys_created_by"] or "", row["sys_created_by"])
        desk.messages.append(
            Message(row["place"], row["sys_id"], row["element_id"] or "", micros(row["sys_created_on"]), author, NOTES[row["element"]], row["value"])
        )  # fmt: skip
    desk.finish()


def _users(users: pl.DataFrame, desk: Desk) -> tuple[set[str], dict[str, str]]:
    """Note who is who; return the customers' contacts, and the account of each user name."""
    outside, by_name = set(), {}
    for row in users.iter_rows(named=True):
        account, name = row["sys_id"], row["user_name"]
        by_name[name or account] = account
        is_machine = _yes(row["web_service_access_only"]) or _yes(row["internal_integration_user"])
        if is_machine or name in MACHINES:
            desk.bot(account)
        elif row["sys_class_name"] in OUTSIDE:
            desk.customer(account, row["email"], row["name"])
            outside.add(account)
        else:
            desk.acts.account(account, email=row["email"], name=row["name"], time_zone=row["time_zone"])  # fmt: skip
    return outside, by_name


def _tasks(
    latest: dict[str, pl.DataFrame], desk: Desk, options: Options, outside: set[str]
) -> None:
    calls = {row["sys_id"]: row for row in latest["incident"].iter_rows(named=True)}
    groups = dict(latest["group"].select("sys_id", "name").iter_rows())
    users = set(latest["user"].get_column("sys_id"))
    for row in latest["task"].iter_rows(named=True):
        call = calls.get(row["sys_id"], {})
        asking = call.get("caller_id_value") or row["opened_by_value"]
        is_internal = asking not in outside and (asking in users or not users)
        words = [groups.get(row["assignment_group_value"]), call.get("category"), row["contact_type"]]  # fmt: skip
        desk.ticket(
            Ticket(
                row["place"], row["sys_id"], micros(row["opened_at"]), asking, row["assigned_to_value"],
                None if is_internal else phase(words, options), row["description"], is_internal=is_internal,
            )
        )  # fmt: skip


def _yes(text: str | None) -> bool:
    return (text or "").casefold() in ("true", "1")
