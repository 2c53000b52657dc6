"""How well the exports fit the HR file, and what they can tell: in words for everybody, in numbers that tell of no few."""

import hashlib
import json
from datetime import date, datetime

import polars as pl
import pytest

from analytics import council, release, visibility
from analytics.metrics import catalogue, periods
from analytics.metrics.reasons import REASONS
from analytics.publish import publish
from analytics.readers.base import CAPABILITIES
from analytics.readers.registry import READERS
from analytics.vault import store
from analytics.vault.workspace import Workspace
from tests.drawn_release import draw_release
from tests.test_identities import add

FIT = {"tool": "slack", "accounts": 100, "joined": 97, "guests": 4, "machines": 3, "hides": None}


@pytest.fixture
def workspace(home):
    return Workspace.open("acme", create=True)


def staff(number):
    return [{"person": f"HR-{n}", "email": f"p{n}@acme.it", "name": f"Person {n}"} for n in range(number)]  # fmt: skip


def fits(workspace):
    with store.build(workspace).connect() as connection:
        return visibility.fits(connection).to_dicts()


def test_people_guests_and_machines_are_told_apart(workspace):
    add(workspace, "hr", "hr_file", org=staff(3))
    accounts = [
        *({"account": f"U{n}", "email": f"p{n}@acme.it"} for n in range(2)),
        {"account": "U7", "email": "p9@acme.it"},
        {"account": "U8", "email": "g@else.example", "kind": "guest"},
        {"account": "B1", "kind": "bot"},
        {"account": "U9", "email": "info@acme.it"},
    ]
    add(workspace, "slack", account=accounts)

    assert fits(workspace) == [
        {"tool": "slack", "accounts": 3, "joined": 2, "guests": 1, "machines": 2, "hides": None}
    ]


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (lambda n: {"account": hashlib.md5(b"%d" % n, usedforsecurity=False).hexdigest()}, "names"),
        (lambda n: {"account": f"U{n}", "name": f"Person {n}"}, "addresses"),
        (lambda n: {"account": f"U{n}", "email": f"p{n}@acme.it"}, None),
        (lambda n: {"account": f"x{n}", "name": "Somebody", "has_seat": False}, None),
    ],
)
def test_an_export_that_hides_names_or_addresses_is_found_out(workspace, account, expected):
    add(workspace, "hr", "hr_file", org=staff(5))
    add(workspace, "slack", account=[account(n) for n in range(5)])

    [fit] = fits(workspace)

    assert fit["hides"] == expected


def test_a_tool_says_what_it_shows_in_steps_that_tell_of_no_few():
    days = date(2026, 1, 5), date(2026, 3, 29)
    spans = pl.DataFrame([("slack", *days, 12, 0), ("teams", *days, 12, 57)], schema=["tool", "first_day", "last_day", "weeks", "reported"], orient="row")  # fmt: skip
    seen = pl.DataFrame({"tools": ["mail,slack"] * 92 + ["mail"] * 5})

    yammer = FIT | {"tool": "yammer", "joined": 0, "hides": "names"}

    found = visibility.tools(
        spans, seen, 120, pl.DataFrame([FIT, yammer], infer_schema_length=None), 10
    )

    assert {tool: json.loads(value) for tool, value in found.items()} == {
        "tool:slack": {
            "from": "2026-01-05",
            "to": "2026-03-29",
            "weeks": 12,
            "people_visible": 92,
            "headcount": 120,
            "accounts": 100,
            "join_rate": 0.95,
            "guests": None,
            "machines": 3,
            "hides": None,
        },
        "tool:teams": {
            "from": "2026-01-05",
            "to": "2026-03-29",
            "weeks": 12,
            "people_visible": 50,
            "headcount": 120,
            "accounts": 0,
            "join_rate": None,
            "guests": 0,
            "machines": 0,
            "hides": None,
        },
        "tool:yammer": {
            "from": None,
            "to": None,
            "weeks": 0,
            "people_visible": None,
            "headcount": 120,
            "accounts": 100,
            "join_rate": 0.0,
            "guests": None,
            "machines": 3,
            "hides": "names",
        },
    }


def test_a_vendors_report_shows_its_people_in_every_week_of_its_window(workspace):
    """Thirty people in a report of 5 to 18 January: two weeks, with nobody outside the HR file among them."""
    add(workspace, "hr", "hr_file", org=staff(40))
    names = [*(f"p{n}@acme.it" for n in range(33)), "stranger@acme.it"]
    count = {"tool": "teams", "measure": "meetings", "value": 0.0, "valid_from": date(2026, 1, 5), "valid_to": date(2026, 1, 19)}  # fmt: skip
    add(workspace, "teams", account=[{"tool": "teams", "account": name} for name in names], usage=[count | {"account": name} for name in names])  # fmt: skip
    mask = pl.DataFrame(schema={"quarter": pl.Date, "division": pl.String, "department": pl.String, "level": pl.String, "location": pl.String, "tool": pl.String, "n": pl.Int64, "shown": pl.Boolean, "reason": pl.String})  # fmt: skip
    headcount = pl.DataFrame(schema={"quarter": pl.Date, "division": pl.String, "department": pl.String, "headcount": pl.Int64})  # fmt: skip

    with store.build(workspace).connect() as connection:
        periods.make(connection, workspace.settings)
        rows = visibility.rows(connection, headcount, mask, 10)
        spans = visibility.spans(connection)

    assert rows.rows() == [
        ("teams", date(2026, 1, 5), None, 30, 40, None),
        ("teams", date(2026, 1, 12), None, 30, 40, None),
    ]
    assert spans.rows() == [("teams", date(2026, 1, 5), date(2026, 1, 18), 2, 33)]


@pytest.mark.parametrize(
    ("joined", "accounts", "expected"),
    [(100, 100, 1.0), (99, 100, 0.95), (95, 100, 0.95), (94, 100, 0.9), (0, 100, 0.0), (9, 9, None)],
)  # fmt: skip
def test_a_join_rate_never_says_more_than_was_joined(joined, accounts, expected):
    assert visibility.join_rate(joined, accounts, 10) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [(0, 0), (9, None), (10, 10), (19, 10), (123, 120)]
)
def test_accounts_are_counted_in_steps_of_the_smallest_group(number, expected):
    assert visibility.in_steps(number, 10) == expected


# ------------------------------------------------------------------------------------- what can be told


def told(provided=(), fit=FIT, has_org=True):
    frame = visibility.can_be_told(
        set(provided), pl.DataFrame([fit], infer_schema_length=None), has_org=has_org, has_cost=True
    )
    return {row["metric"]: row for row in frame.to_dicts()}


def test_every_need_of_every_metric_has_its_reason_and_the_exports_that_would_tell():
    needs = {need for passport in catalogue.passports() for need in passport.needs}

    assert needs <= set(CAPABILITIES)
    assert needs <= set(catalogue.MISSING)
    assert {reason for reason, _ in catalogue.MISSING.values()} <= set(REASONS)
    assert set(told()) == {passport.id for passport in catalogue.passports()}


@pytest.mark.parametrize(
    "capability", sorted({need for passport in catalogue.passports() for need in passport.needs})
)
def test_what_is_missing_is_named_after_the_readers_that_provide_it(capability):
    [passport, *_] = [p for p in catalogue.passports() if capability in p.needs]
    provided = set(CAPABILITIES) - {capability}

    row = told(provided)[passport.id]

    titles = [r.FORMAT.title.partition(" (")[0] for r in READERS if capability in r.FORMAT.provides]
    assert not row["computable"]
    assert row["reason"] in REASONS
    if capability not in catalogue.FROM_HR:
        assert any(title in row["needs"] for title in titles) or "None of the formats" in row["needs"]  # fmt: skip


def test_with_everything_there_all_can_be_told():
    assert all(row["computable"] for row in told(CAPABILITIES).values())


@pytest.mark.parametrize("hides", ["names", "addresses"])
def test_where_names_are_hidden_and_nobody_fits_nothing_can_be_told(hides):
    found = told(CAPABILITIES, FIT | {"joined": 0, "hides": hides})

    assert {(row["computable"], row["reason"]) for row in found.values()} == {(False, "names_concealed")}  # fmt: skip


def test_figures_that_lack_the_same_thing_share_a_line(tmp_path):
    drawn = release.open_release(draw_release(tmp_path))

    total, told, lines = council.untold(drawn)

    assert (total - told, len(lines)) == (1, 1)
    assert lines[0][0] == "Meeting hours"


def test_one_export_that_fits_is_enough():
    found = told(CAPABILITIES, FIT | {"hides": "names"})

    assert all(row["computable"] for row in found.values())


def test_a_list_of_members_gives_the_addresses_that_a_slack_export_lacks(workspace):
    add(workspace, "hr", "hr_file", org=staff(3))
    act = {"event": "C/1", "at": datetime(2026, 1, 5, 9), "actor": "U0000001AA", "space": "C"}
    add(
        workspace,
        "slack",
        account=[{"account": "U0000001AA", "email": None}],
        space=[{"space": "C"}],
        event=[act],
    )
    before = store.counts(store.build(workspace))

    add(
        workspace, "list", "slack_users", account=[{"account": "U0000001AA", "email": "p1@acme.it"}]
    )
    after = store.counts(store.build(workspace))

    assert (before["matched"], before["unmatched"]) == (0, 1)
    assert (after["matched"], after["unmatched"]) == (1, 0)


def test_staff_whom_no_export_shows_are_those_of_the_hr_file(workspace):
    add(workspace, "hr", "hr_file", org=staff(12))

    told = release.open_release(publish(workspace)).company()

    assert (told["headcount"], told["visible"], told["first_day"]) == ("12", "0", None)
