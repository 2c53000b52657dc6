"""Six months delivered as six overlapping exports are the one export of the whole, in any order."""

import json
import random
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.ingest import ingest, undo
from analytics.vault import store
from analytics.vault.workspace import Workspace
from tests.test_ingest import publish

pytestmark = pytest.mark.usefixtures("home")
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
MONTH, OVERLAP = timedelta(days=30), timedelta(days=7)
PEOPLE = [f"U{number:03}" for number in range(12)]


def acts():
    """Return (when, who, to whom) of six months, the same every time."""
    chance = random.Random(7)
    return [
        (BEGIN + timedelta(minutes=chance.randrange(180 * 24 * 60), seconds=number % 60), *chance.sample(PEOPLE, 2))
        for number in range(400)
    ]  # fmt: skip


def spans():
    """Return the whole and each month, which begins a week before the last one has ended."""
    whole = (BEGIN, BEGIN + 6 * MONTH)
    return whole, [(BEGIN + n * MONTH - OVERLAP, BEGIN + (n + 1) * MONTH) for n in range(6)]


def slack(path, start, end):
    """Write a Slack export of a span: posts, some of them answers, some with a reaction."""
    days: dict[str, list] = {}
    for number, (at, who, other) in enumerate(acts()):
        if not start <= at < end:
            continue
        message = {
            "type": "message",
            "user": who,
            "ts": f"{at.timestamp():.6f}",
            "text": f"hello <@{other}>",
        }
        if number % 5 == 0:
            message["reactions"] = [{"name": "eyes", "users": [other], "count": 1}]
        days.setdefault(f"general/{at:%Y-%m-%d}.json", []).append(message)
    users = [
        {
            "id": one,
            "name": one.lower(),
            "profile": {"email": f"{one.lower()}@example.org"},
            "is_bot": False,
        }
        for one in PEOPLE
    ]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.json", json.dumps(users))
        archive.writestr(
            "channels.json", json.dumps([{"id": "C001", "name": "general", "members": PEOPLE}])
        )
        for name, messages in days.items():
            archive.writestr(name, json.dumps(messages))
    return path


def log(path, start, end):
    rows = [
        f"m{number},{at:%Y-%m-%dT%H:%M:%SZ},{who.lower()}@example.org,{other.lower()}@example.org\n"
        for number, (at, who, other) in enumerate(acts())
        if start <= at < end
    ]
    path.write_text("message id,time,sender,recipient\n" + "".join(rows))
    return path


def hr(path, start, end):
    """Write who is there at the end of a span: two more a month, and one in another department from the third on."""
    month = (end - BEGIN).days // MONTH.days
    rows = [
        f"{number},{one.lower()}@example.org,{'' if number == 0 else '0'},{'Legal' if number == 3 and month > 3 else 'Sales'}\n"
        for number, one in enumerate(PEOPLE[: 2 * month])
    ]
    path.write_text("ID,E-mail,Manager ID,Department\n" + "".join(rows))
    return path


def states(tmp_path):
    """Write the state of the company on the first of each of six months, and the history of all in one file.

    Two more people a month; one moves to Legal in the third, one is led by another from the fourth on.
    """
    head = "ID,E-mail,Manager ID,Department,Effective Date\n"
    files, all_rows = [], ""
    for month in range(1, 7):
        rows = "".join(
            f"{n},{one.lower()}@example.org,{_leader(n, month)},{'Legal' if n == 3 and month > 2 else 'Sales'},2026-{month:02}-01\n"
            for n, one in enumerate(PEOPLE[: 2 * month])
        )
        files.append(tmp_path / f"state-{month}.csv")
        files[-1].write_text(head + rows)
        all_rows += rows
    history = tmp_path / "history.csv"
    history.write_text(head + all_rows)
    return history, files


def _leader(number, month):
    if number == 0:
        return ""
    return "1" if number == 5 and month > 3 else "0"


def tickets(path, start, end):
    """Write Zendesk tickets that somebody touched in a span, each with all that was said in it by then."""
    by_day: dict[str, list] = {}
    for number, (at, who, other) in enumerate(acts()):
        if at < end:
            by_day.setdefault(f"{at:%j}", []).append((number, at, who, other))
    records = []
    for day, said in by_day.items():
        if said[-1][1] < start:
            continue
        _, opened, asks, _ = said[0]
        agent = PEOPLE[int(day) % 3]
        comments = [
            {"id": number, "author_id": agent, "public": True, "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
            for number, at, *_ in said
        ]  # fmt: skip
        records.append(
            {
                "id": day, "created_at": f"{opened:%Y-%m-%dT00:00:00Z}", "status": "open", "tags": [],
                "requester_id": f"customer {asks}", "assignee_id": agent, "comments": comments,
            }
        )  # fmt: skip
    path.write_text("\n".join(map(json.dumps, records)))
    return path


def calendar(path, start, end):
    """Write the meetings of a span, and a series that begins before it and goes on in every export."""
    entry = "BEGIN:VEVENT\r\nUID:{}\r\nDTSTART:{:%Y%m%dT%H%M%SZ}\r\nDURATION:PT30M\r\n{}ORGANIZER:mailto:{}@example.org\r\nATTENDEE:mailto:{}@example.org\r\nEND:VEVENT\r\n"
    single = [
        entry.format(number, at, "", who, other)
        for number, (at, who, other) in enumerate(acts())
        if start <= at < end
    ]
    series = entry.format("weekly", BEGIN, "RRULE:FREQ=WEEKLY;COUNT=20\r\n", *PEOPLE[:2])
    path.write_text("BEGIN:VCALENDAR\r\n" + series + "".join(single) + "END:VCALENDAR\r\n")
    return path


def mails(path, start, end):
    path.write_text(
        "".join(
            f"From - {at:%a %b %d %H:%M:%S %Y}\nFrom: {who}@example.org\nTo: {other}@example.org\n"
            f"Message-ID: <{number}@example.org>\nDate: {at:%a, %d %b %Y %H:%M:%S +0000}\n\nhello\n\n"
            for number, (at, who, other) in enumerate(acts())
            if start <= at < end
        )
    )
    return path


def usage(path, start, end):
    """Write what Google counted of each day of a span."""
    reports = [
        {
            "date": f"{at:%Y-%m-%d}", "entity": {"type": "USER", "userEmail": f"{who}@example.org"},
            "parameters": [{"name": "gmail:num_emails_sent", "intValue": f"{1 + at.day}"}],
        }
        for at, who, _ in acts()
        if start.date() <= at.date() < end.date()
    ]  # fmt: skip
    path.write_text(json.dumps({"kind": "admin#reports#usageReports", "usageReports": reports}))
    return path


MAKERS = {
    "slack": (slack, "zip"), "log": (log, "csv"), "hr": (hr, "csv"), "tickets": (tickets, "json"),
    "calendar": (calendar, "ics"), "mails": (mails, "mbox"), "usage": (usage, "json"),
}  # fmt: skip


def tables(name):
    with store.build(Workspace.open(name)).connect() as connection:
        return {
            table: sorted(map(repr, connection.sql(f"from {table}").fetchall()))
            for table in store.ORDER
        }


def workspace(name):
    """Make a workspace whose keys can be compared with another's."""
    (Workspace.open(name, create=True).folder / "secret.key").write_text("5" * 64)
    return name


def months(tmp_path, kind):
    make, ending = MAKERS[kind]
    whole, parts = spans()
    return make(tmp_path / f"{kind}-whole.{ending}", *whole), [
        make(tmp_path / f"{kind}-{number}.{ending}", *part) for number, part in enumerate(parts)
    ]


BACKWARDS, SHUFFLED = (5, 4, 3, 2, 1, 0), (3, 0, 5, 1, 4, 2)


@pytest.mark.parametrize(
    ("kind", "order"),
    [("slack", BACKWARDS), ("log", SHUFFLED)],
    ids=["slack-backwards", "log-shuffled"],
)
def test_overlapping_months_are_the_whole_in_any_order(tmp_path, kind, order):
    whole, parts = months(tmp_path, kind)
    ingest([whole], workspace("whole"), publish=publish)
    name = workspace("months")

    told = ingest([parts[n] for n in (*order, order[0])], name, publish=publish)["files"]
    undo(name, told[order.index(2)]["import"], publish=publish)
    gone = tables(name)
    ingest([parts[2]], name, publish=publish)

    assert "already_known" in told[-1]["warnings"]
    assert tables(name) == tables("whole")
    assert gone != tables("whole")


def test_all_kinds_together_are_the_whole_with_some_repeated_and_some_undone(tmp_path):
    made = {kind: months(tmp_path, kind) for kind in MAKERS}
    told = ingest([whole for whole, _ in made.values()], workspace("whole"), publish=publish)
    parts = [path for _, paths in made.values() for path in paths]
    random.Random(3).shuffle(parts)
    # undated HR files are states of the company, of which the one that came last counts
    staff = iter(made["hr"][1])
    parts = [next(staff) if path.name.startswith("hr") else path for path in parts]
    again = [made[kind][1][3] for kind in ("tickets", "calendar", "usage")]

    first = ingest([*parts, *again], workspace("months"), publish=publish)["files"]
    for path in again:
        undo("months", first[parts.index(path)]["import"], publish=publish)
    gone = tables("months")
    ingest(again, "months", publish=publish)

    assert [(file["outcome"], file["records"] > 0) for file in told["files"]] == [("accept", True)] * len(MAKERS)  # fmt: skip
    assert all("already_known" in file["warnings"] for file in first[len(parts) :])
    found, whole = tables("months"), tables("whole")
    assert {table for table in found if found[table] != whole[table]} == set()
    assert {"event", "usage"} <= {table for table in found if gone[table] != whole[table]}


def test_states_of_six_months_are_the_history_in_any_order(tmp_path):
    history, files = states(tmp_path)
    ingest([history], workspace("whole"), publish=publish)

    ingest([files[n] for n in SHUFFLED], workspace("months"), publish=publish)

    assert tables("months")["org"] == tables("whole")["org"]


def test_a_state_of_a_month_given_anew_replaces_that_month_alone(tmp_path):
    _, files = states(tmp_path)
    ingest(files, workspace("acme"), publish=publish)
    files[1].write_text(files[1].read_text().replace("Sales", "Care"))

    ingest([files[1]], "acme", publish=publish)

    with store.build(Workspace.open("acme")).connect() as connection:
        told = connection.sql(
            "select valid_from, valid_to, count(*) from org where department = 'Care' group by all"
        ).fetchall()
    assert told == [(date(2026, 2, 1), date(2026, 3, 1), 4)]


def test_a_corrected_row_replaces_the_one_before(tmp_path):
    path = tmp_path / "hr.csv"
    hr(path, BEGIN, BEGIN + 6 * MONTH)
    ingest([path], "acme", publish=publish)
    path.write_text(path.read_text().replace("Sales", "Marketing").replace("Legal", "Marketing"))

    ingest([path], "acme", publish=publish)

    with store.build(Workspace.open("acme")).connect() as connection:
        departments = connection.sql("select distinct department from org").fetchall()
        people = connection.sql("select count(distinct person) from org").fetchall()
    assert (departments, people) == ([("Marketing",)], [(12,)])
