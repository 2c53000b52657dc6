"""Help desks: who asked, who answered whom, what stays inside; every count of the samples."""

import json
import shutil

import polars as pl
import pytest

from analytics import people
from analytics.readers.base import NOTHING_SAID, Options, UnreadableExport
from analytics.readers.sandbox import parse
from analytics.readers.tickets import (
    front_conversations,
    hubspot_tables,
    intercom_tables,
    jira_issues,
    servicenow_tables,
    ticket_table,
    zendesk_tickets,
)
from analytics.readers.tickets.desk import micros, phase
from analytics.vault import imports, store
from analytics.vault.workspace import Workspace
from tests.golden import EXPORTS
from tests.reading import read_file, read_text

CONVERSATION = {
    "id": 1, "created_at": "2026-01-05T09:00:00Z", "status": "open", "requester_id": 900, "assignee_id": 10,
    "via": {}, "tags": [],
    "comments": [
        {"id": 102, "author_id": -1, "public": True, "created_at": "2026-01-05T09:00:02Z"},
        {"id": 103, "author_id": 11, "public": False, "created_at": "2026-01-05T09:30:00Z"},
        {"id": 104, "author_id": 10, "public": True, "created_at": "2026-01-05T10:00:00Z"},
    ],
}  # fmt: skip


def read_json(reader, records, tmp_path, options=NOTHING_SAID):
    path = tmp_path / "a.json"
    path.write_text("\n".join(json.dumps(record) for record in records))
    return read_file(reader, path, tmp_path / "out", options)


def acts(found):
    columns = ("event", "actor", "action", "in_reply_to")
    return found.table("event").sort("at").select(columns).rows()


def reached(found):
    deliveries = found.table("delivery").select("event", "account", "how")
    return sorted(deliveries.unique().rows())


def test_an_answer_is_the_first_public_message_of_an_agent_never_a_note_or_a_bot(tmp_path):
    found = read_json(zendesk_tickets, [CONVERSATION], tmp_path)

    assert acts(found) == [
        ("ticket/1", "900", "post", None),
        ("message/102", "-1", "post", None),
        ("message/103", "11", "post", None),
        ("message/104", "10", "reply", "ticket/1"),
    ]
    assert reached(found) == [
        ("message/102", "10", "to"),
        ("message/103", "10", "to"),
        ("message/104", "900", "reply"),
        ("message/104", "900", "to"),
        ("ticket/1", "10", "to"),
    ]


def test_customers_are_guests_agents_people_and_the_space_is_of_a_customer(tmp_path):
    found = read_json(zendesk_tickets, [CONVERSATION], tmp_path)

    accounts = found.table("account").sort("account").select("account", "kind", "has_seat").rows()
    assert accounts == [
        ("-1", "bot", False), ("10", "human", True), ("11", "human", True), ("900", "guest", False),
    ]  # fmt: skip
    spaces = found.table("space").select("space", "openness", "purpose", "phase").rows()
    assert spaces == [("ticket/1", "external", "customer", None)]


def test_an_agent_whom_another_month_names_is_no_customer_in_this_one(tmp_path):
    """In May 11 is in charge of a ticket; in June 11 answers in one of 10's, and nothing in that file says who 11 is."""
    may = CONVERSATION | {"id": 2, "assignee_id": 11, "comments": []}
    june = CONVERSATION | {"comments": [CONVERSATION["comments"][2] | {"author_id": 11}]}
    workspace = Workspace.open("acme", tmp_path / "home", create=True)
    for month, record in (("may", may), ("june", june)):
        path = tmp_path / f"{month}.json"
        path.write_text(json.dumps(record))
        report = parse(path, parts := workspace.scratch("parts"))
        imports.add(workspace, report, parts, month * 16, path.name)
    named = {
        people.pseudonym(workspace.secret(), f"zendesk:{account}"): account
        for account in (10, 11, 900)
    }

    with store.build(workspace).connect() as con:
        kinds = con.sql("select person, kind from person").fetchall()
        reached = con.sql(
            "select e.actor, d.person from event e join delivery d using (event) where e.action = 'post' and e.thread <> e.event"
        ).fetchall()

    assert {named[key]: kind for key, kind in kinds if key in named} == {10: "human", 11: "human", 900: "guest"}  # fmt: skip
    assert {(named[actor], named[person]) for actor, person in reached} == {(11, 900), (11, 10)}


def test_who_is_in_charge_of_a_later_ticket_is_an_agent_in_the_earlier_ones_too(tmp_path):
    earlier = CONVERSATION | {"comments": [CONVERSATION["comments"][2] | {"author_id": 11}]}
    later = CONVERSATION | {"id": 2, "assignee_id": 11, "comments": []}

    found = read_json(zendesk_tickets, [earlier, later], tmp_path)

    answer = found.table("event").filter(event="message/104")
    assert answer.select("actor", "action", "in_reply_to").rows() == [("11", "reply", "ticket/1")]
    assert found.table("account").filter(account="11")["kind"].to_list() == ["human"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["Non-Support - (Prospect Tickets)"], "pre_sale"),
        (["Non-Support - (Billing Tickets)"], None),
        (["Assistenza"], "support"),
        (["go-live"], "onboarding"),
        (["vip", "Rinnovi"], "renewal"),
        (["leadership"], None),
        ([None], None),
    ],
)
def test_the_phase_follows_from_whole_words_and_is_open_where_none_is_known(words, expected):
    assert phase(words, NOTHING_SAID) == expected


def test_a_person_can_add_words_for_a_phase():
    assert phase(["Team Giallo"], Options(columns={"renewal": "giallo, verde"})) == "renewal"


def test_a_time_without_a_zone_is_utc_and_nonsense_is_none():
    assert micros("2026-01-05 09:00:00") == micros("2026-01-05T10:00:00+01:00") == 1_767_603_600_000_000  # fmt: skip
    assert micros(1767603600) == 1_767_603_600_000_000
    assert [micros(text) for text in ("soon", "", None)] == [None, None, None]


def test_an_internal_note_of_intercom_never_reaches_the_customer(tmp_path):
    found = read_file(intercom_tables, EXPORTS / "intercom_tables" / "tables", tmp_path / "out")

    assert [row for row in reached(found) if row[0] == "message/p2"] == [("message/p2", "10", "to")]
    assert [row for row in acts(found) if row[2] == "reply"] == [("message/p3", "10", "reply", "ticket/c1")]  # fmt: skip


def test_a_first_reply_before_the_ticket_was_made_is_not_believed(tmp_path):
    found = read_file(ticket_table, EXPORTS / "ticket_table" / "freshdesk.csv", tmp_path / "out")

    assert [row[:3] for row in acts(found)] == [
        ("ticket/11", "kim@client.example", "post"),
        ("message/first/11", "Ben Weiss", "reply"),
        ("ticket/12", "kim@client.example", "post"),
    ]
    assert found.warnings["field_ignored"] == 1


def test_dates_that_can_be_read_two_ways_are_asked_for(tmp_path):
    table = "Ticket ID,Status,Created time,Agent,Email\n1,Open,05/01/2026 09:00,Ben,kim@client.example\n"

    with pytest.raises(UnreadableExport) as refusal:
        read_text(ticket_table, table, tmp_path)
    found = read_text(ticket_table, table, tmp_path, Options(columns={"dates": "dd/mm"}))

    assert refusal.value.code == "dates_ambiguous"
    assert found.table("event")["at"].dt.date().cast(pl.String).to_list() == ["2026-01-05"]


def test_in_a_service_desk_notes_stay_inside_and_in_a_project_nobody_is_a_customer(tmp_path):
    found = read_file(jira_issues, EXPORTS / "jira_issues" / "service_desk.json", tmp_path / "out")

    note, answer = "comment/1.29460070.1", "comment/1.29460080.1"  # 9:10 and 9:20 UTC, in minutes
    spaces = found.table("space").sort("space").select("space", "purpose", "phase").rows()
    assert spaces == [("issue/1", "customer", "pre_sale"), ("project/DEV", "work", None)]
    assert reached(found) == [
        (note, "a1", "to"),
        (answer, "q1", "reply"),
        (answer, "q1", "to"),
        ("issue/1", "a1", "to"),
    ]
    words = dict(found.table("event").select("event", "words").rows())
    assert words == {"issue/1": 4, note: 3, answer: 1, "issue/2": 2}


def test_in_a_companys_own_service_desk_nobody_is_a_guest_and_only_contacts_are_customers(tmp_path):
    found = read_file(servicenow_tables, EXPORTS / "servicenow_tables" / "tables", tmp_path / "out")

    kinds = dict(found.table("account").select("account", "kind").rows())
    assert kinds == {"c1": "guest", "s0": "bot", "u1": "human", "u2": "human", "u3": "human"}
    purposes = dict(found.table("space").select("space", "purpose").rows())
    assert purposes == {"ticket/t1": "work", "ticket/t2": "customer", "ticket/t3": "work"}
    # the tool's own answer is none, a work note reaches only who is in charge
    assert [row for row in acts(found) if row[2] == "reply"] == [
        ("message/j3", "u2", "reply", "ticket/t1"),
        ("message/j5", "u2", "reply", "ticket/t2"),
    ]
    assert [row for row in reached(found) if row[0] == "message/j2"] == [("message/j2", "u2", "to")]


def test_a_call_in_servicenow_that_names_nobody_is_nobodys_act(tmp_path):
    found = read_file(ticket_table, EXPORTS / "ticket_table" / "servicenow.csv", tmp_path / "out")

    assert acts(found) == [("ticket/INC0010001", "Anna Rossi", "post", None)]
    assert found.rejects == [("line 3", "author_missing")]


def test_hubspots_tables_give_the_phase_and_a_first_reply_that_can_be_true(tmp_path):
    found = read_file(hubspot_tables, EXPORTS / "hubspot_tables" / "tables", tmp_path / "out")

    phases = dict(found.table("space").select("space", "phase").rows())
    assert phases == {"ticket/71": "onboarding", "ticket/72": "renewal", "ticket/74": None}
    assert [row[:3] for row in acts(found) if row[2] == "reply"] == [("message/first/71", "500", "reply")]  # fmt: skip
    assert found.warnings["field_ignored"] == 1
    assert found.rejects == [("ticket.csv line 4", "ticket_deleted")]


def test_a_table_that_nothing_was_written_to_is_an_empty_one(tmp_path):
    shutil.copytree(EXPORTS / "intercom_tables" / "tables", tmp_path / "tables")
    admins = tmp_path / "tables" / "admin.csv"
    admins.write_text(admins.read_text().partition("\n")[0] + "\n")

    found = read_file(intercom_tables, tmp_path / "tables", tmp_path / "out")

    whole = read_file(intercom_tables, EXPORTS / "intercom_tables" / "tables", tmp_path / "whole")
    assert acts(found) == acts(whole)


SAMPLES = {
    # sample: records, stored, set apart
    "zendesk/dbt_zendesk": (zendesk_tickets, 10 + 20 + 10 + 10 + 8, 28, 2),
    "intercom/dbt_intercom": (intercom_tables, 9 + 9 + 4 + 9, 3, 0),
    "jira/perceval/jira_issues_page_1.json": (jira_issues, 2, 2, 0),
    "jira/perceval/jira_issues_page_2.json": (jira_issues, 1, 1, 0),
    "jira/perceval/jira_comments_issue_page_1.json": (jira_issues, 2, 2, 0),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_samples_give_as_many_records_as_they_hold(shared, tmp_path, sample):
    reader, read, stored, rejected = SAMPLES[sample]

    report = parse(shared / "samples" / sample, tmp_path / "out")

    assert (report.format, report.read, report.stored) == (reader.FORMAT.id, read, stored)
    assert sum(report.rejected.values()) == rejected
    assert read == stored + rejected + report.duplicates + report.non_records


def test_a_list_of_jira_fields_is_nothing_that_is_read(shared, tmp_path):
    report = parse(shared / "samples/jira/perceval/jira_fields.json", tmp_path / "out")

    assert report.outcome == "reject"


def test_who_is_written_to_first_asks_nothing_until_they_write_back(tmp_path):
    agent = {"id": "tea_1", "email": "agent@acme.example"}
    sent = [
        {"id": "m1", "is_inbound": False, "author": agent, "created_at": 1772442000.0},
        {"id": "m2", "is_inbound": False, "author": None, "created_at": 1772442060.0},
        {"id": "m3", "is_inbound": True, "author": None, "created_at": 1772445600.0},
        {"id": "m4", "is_inbound": False, "author": agent, "created_at": 1772449200.0},
    ]
    conversation = {
        "id": "c1", "status": "archived", "assignee": None, "recipient": {"handle": "kim@client.example"},
        "created_at": 1772442000.0, "messages": sent,
    }  # fmt: skip

    found = read_json(front_conversations, [conversation], tmp_path)

    assert acts(found) == [
        ("ticket/c1", "tea_1", "post", None),
        ("message/m2", "front", "post", None),
        ("message/m3", "kim@client.example", "post", None),
        ("message/m4", "tea_1", "reply", "message/m3"),
    ]
    assert ("ticket/c1", "kim@client.example", "to") in reached(found)
    assert found.sink.stored == 1
