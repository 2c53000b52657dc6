"""What several imports give together."""

from datetime import date, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import duckdb
import pytest

from analytics import people
from analytics.schema import polars_schema
from analytics.vault import database, imports, store
from analytics.vault.settings import Settings
from analytics.vault.workspace import Workspace
from tests import parts
from tests.parts import at, day

ALWAYS, STILL = date(1900, 1, 1), date(9999, 12, 31)
ANN, BO, CY, BOT = ({"account": name} for name in ("ann@x.org", "bo@x.org", "cy@x.org", "bot"))


@pytest.fixture
def workspace(tmp_path):
    return Workspace.open("acme", tmp_path / "home", create=True)


def add(workspace, content, form="slack_export", **tables):
    folder = workspace.scratch("parts")
    report = parts.write(folder, form=form, **tables)
    return imports.add(workspace, report, folder, content * 64, f"{content}.zip")


def ask(workspace, query):
    """Rows of a query in which {ann} stands for Ann's key and so on."""
    names = {
        name: people.pseudonym(workspace.secret(), f"mail:{name}@x.org")
        for name in ("ann", "bo", "cy")
    }
    names["bot"] = people.pseudonym(workspace.secret(), "slack:bot")
    with store.build(workspace).connect() as connection:
        return connection.sql(query.format(**names)).fetchall()


def who(workspace, rows):
    """The rows with people's keys replaced by their names."""
    names = {
        people.pseudonym(workspace.secret(), f"mail:{name}@x.org"): name
        for name in ("ann", "bo", "cy", "dee", "eve")
    }
    names[people.pseudonym(workspace.secret(), "slack:bot")] = "bot"
    return [tuple(names.get(value, value) for value in row) for row in rows]


def content(workspace):
    """Every row of every table of the store."""
    built = store.build(workspace)
    with built.connect() as connection:
        return {table: connection.sql(f"from {table}").fetchall() for table in store.ORDER}


def post(number, actor="ann@x.org", **values):
    when = {"event": f"C/{number}", "at": at(f"2026-01-05T09:{number % 60:02}"), "actor": actor}
    return when | {"space": "C"} | values


# -------------------------------------------------------------------------------------------- the union


def test_two_exports_that_overlap_give_each_act_once_whatever_the_order(tmp_path):
    halves = {
        "a": {"account": [ANN, BO], "event": [post(n) for n in range(30)]},
        "b": {"account": [ANN, BO], "event": [post(n) for n in range(20, 50)]},
        "c": {"account": [ANN, BO], "event": [post(n) for n in range(50)]},
    }

    found = []
    for place, order in enumerate([*permutations("ab"), "c", *permutations("abc")]):
        workspace = Workspace.open(f"w{place}", tmp_path, create=True)
        (workspace.folder / "secret.key").write_text("5" * 64)
        for name in order:
            add(workspace, name, **halves[name])
        found.append(content(workspace))

    assert len(found[0]["event"]) == 50
    assert all(other == found[0] for other in found)


@pytest.mark.parametrize(
    ("begins", "gap"), [(13, []), (14, [(date(2026, 1, 7), date(2026, 1, 14))]), (6, [])]
)
def test_a_week_between_two_exports_of_which_neither_tells_is_a_gap(workspace, begins, gap):
    later = [post(n, at=at(f"2026-01-{begins:02}T09:00")) for n in (3, 4)]
    add(workspace, "b", account=[ANN], event=later)
    add(workspace, "a", account=[ANN], event=[post(1), post(2, at=at("2026-01-06T23:00"))])

    assert ask(workspace, "select valid_from, valid_to from gap") == gap


def test_within_one_export_nobody_doing_anything_is_no_gap(workspace):
    add(workspace, "a", account=[ANN], event=[post(1), post(2, at=at("2026-04-06T09:00"))])

    assert ask(workspace, "from gap") == []


def test_the_copy_that_was_edited_last_is_kept(workspace):
    add(workspace, "a", account=[ANN], event=[post(1, words=9, version=2), post(2, words=1)])
    add(
        workspace,
        "b",
        account=[ANN],
        event=[post(1, words=5, version=1), post(2, words=2), post(3)],
    )

    assert ask(workspace, "select words from event order by us") == [(9,), (2,), (None,)]


def test_undo_gives_back_every_row_as_it_was(workspace):
    hr = [{"person": "1", "email": "ann@x.org", "level": 0, "department": "Sales"}]
    other = [{"person": "1", "email": "ann@x.org", "level": 0, "department": "Legal"}]
    add(
        workspace,
        "a",
        account=[ANN, BO],
        event=[post(1), post(2)],
        delivery=[{"event": "C/1", **BO, "how": "to"}],
    )
    add(workspace, "h", form="hr_file", org=hr)
    before = content(workspace)

    ids = [
        add(
            workspace,
            "b",
            account=[BO, CY],
            event=[post(2, words=3, version=9), post(4, "cy@x.org")],
        ),
        add(workspace, "i", form="hr_file", org=other),
    ]
    between = content(workspace)
    for id_ in ids:
        imports.undo(workspace, id_)

    assert between != before
    assert content(workspace) == before


def test_the_same_imports_are_not_built_twice(workspace):
    add(workspace, "a", account=[ANN], event=[post(1)])
    files = {path: path.stat().st_mtime_ns for path in store.build(workspace).folder.iterdir()}

    store.build(workspace)

    assert files == {path: path.stat().st_mtime_ns for path in workspace.store.iterdir()}


def test_every_table_has_the_columns_of_the_schema(workspace):
    add(workspace, "a", account=[ANN], event=[post(1)])

    with store.build(workspace).connect() as connection:
        found = {table: connection.sql(f"from {table}").pl().schema for table in store.ORDER}

    assert {table: dict(schema) for table, schema in found.items()} == {
        table: polars_schema(f"vault.{table}") for table in store.ORDER
    }


def test_an_empty_workspace_has_an_empty_store(workspace):
    assert store.build(workspace).rows == dict.fromkeys(store.ORDER, 0)


# ------------------------------------------------------------------------------------------- deliveries


def test_one_act_reaches_each_person_once_and_nobody_himself(workspace):
    hr = [{"person": "7", "email": "bo@x.org", "level": 0}]
    add(workspace, "h", form="hr_file", org=hr)
    add(
        workspace,
        "a",
        form="interaction_log",
        account=[{"tool": "mail", **ANN}, {"tool": "mail", **BO}, {"tool": "mail", "account": "7"}],
        event=[{"tool": "mail", "event": "1", "at": at("2026-01-05T09:00"), "actor": "ann@x.org", "action": "email", "recipients": 9}],
        delivery=[
            {"tool": "mail", "event": "1", "account": "7"},
            {"tool": "mail", "event": "1", "account": "bo@x.org"},
            {"tool": "mail", "event": "1", "account": "bo@x.org", "copy": 1},
            {"tool": "mail", "event": "1", "account": "ann@x.org"},
        ],
    )  # fmt: skip

    reached = ask(
        workspace, "select actor, person, how, copy, recipients from delivery order by copy"
    )
    assert who(workspace, reached) == [("ann", "bo", "to", 0, 1), ("ann", "bo", "to", 1, 1)]
    assert ask(workspace, "select recipients from event") == [(1,)]


def test_what_the_export_says_of_recipients_stands_where_it_names_none(workspace):
    mention = [{"event": "C/1", **BO, "how": "mention"}]
    add(
        workspace, "a", account=[ANN, BO], event=[post(1, recipients=12), post(2)], delivery=mention
    )

    assert ask(workspace, "select recipients from event order by us") == [(12,), (None,)]


# ------------------------------------------------------------------------------------------- local time


def test_an_act_has_the_time_of_its_actor_and_a_delivery_that_of_its_receiver(workspace):
    workspace.write_settings(Settings(time_zone="Asia/Kolkata"))
    accounts = [
        ANN | {"time_zone": "Europe/Rome"},
        BO | {"time_zone": "America/New_York"},
        CY | {"time_zone": "Mars/Base"},
    ]
    reached = [{"event": "C/1", **BO}, {"event": "C/1", **CY}]
    add(workspace, "a", account=accounts, delivery=reached,
        event=[{"event": "C/1", "at": at("2026-03-29T22:30:07"), "actor": "ann@x.org"}])  # fmt: skip

    assert ask(workspace, "select day, second_of_day, dow from event") == [
        (date(2026, 3, 30), 1807, 1)
    ]
    found = ask(workspace, "select person, day, second_of_day, dow from delivery")
    assert sorted(who(workspace, found)) == [
        ("bo", date(2026, 3, 29), 66607, 7),
        ("cy", date(2026, 3, 30), 14407, 1),
    ]
    zones = ask(workspace, "select person, time_zone, zone_known from person")
    assert sorted(who(workspace, zones)) == [
        ("ann", "Europe/Rome", True),
        ("bo", "America/New_York", True),
        ("cy", "Asia/Kolkata", False),
    ]


def test_a_second_lasts_until_the_next_begins(workspace):
    last = at("2026-01-05T23:59:59.958261")
    add(
        workspace, "a", account=[ANN | {"time_zone": "UTC"}, BO | {"time_zone": "UTC"}],
        event=[post(1, at=last)], delivery=[{"event": "C/1", **BO}],
    )  # fmt: skip

    for table in ("event", "delivery"):
        told = ask(workspace, f"select day, second_of_day from {table}")
        assert told == [(date(2026, 1, 5), 86_399)]


def test_local_times_are_those_of_the_zone_database_on_both_sides_of_each_change(workspace):
    zones = [
        "Europe/Rome",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "America/Sao_Paulo",
    ]
    changes = [
        "2026-03-29T00:59",
        "2026-03-29T01:01",
        "2026-10-25T00:59",
        "2026-10-25T01:01",
        "2026-11-01T06:30",
        "2026-04-04T15:01",
    ]
    accounts = [
        {"account": f"{place}@x.org", "time_zone": zone} for place, zone in enumerate(zones)
    ]
    events = [
        {"event": f"{zone}{moment}", "at": at(moment), "actor": f"{place}@x.org"}
        for place, zone in enumerate(zones)
        for moment in changes
    ]
    add(workspace, "a", account=accounts, event=events)

    found = ask(
        workspace,
        "select time_zone, us, day, second_of_day from event join person on person = actor",
    )

    assert len(found) == 30
    for zone, us, local_day, second in found:
        local = datetime.fromtimestamp(us // 10**6, ZoneInfo(zone))
        assert (local_day, second) == (local.date(), local.hour * 3600 + local.minute * 60)


def test_weeks_add_up_to_months_and_months_to_quarters():
    with duckdb.connect() as connection:
        connection.execute((store.database.SQL / "calendar.sql").read_text())
        days = connection.sql("from calendar(date '2019-12-30', date '2031-01-05')").fetchall()

    for current, week, month, quarter, dow in days:
        thursday = date.fromordinal(week.toordinal() + 3)
        assert (week, dow) == (
            date.fromordinal(current.toordinal() - current.weekday()),
            current.isoweekday(),
        )
        assert month.weekday() == quarter.weekday() == 0
        middle = date.fromordinal(month.toordinal() + 3)  # the first Thursday names the month
        assert (middle.year, middle.month) == (thursday.year, thursday.month)
        assert middle.day <= 7
        middle = date.fromordinal(quarter.toordinal() + 3)
        assert (middle.year, middle.month, middle.day <= 7) == (
            thursday.year,
            (thursday.month - 1) // 3 * 3 + 1,
            True,
        )
    assert len(days) == 4025


# --------------------------------------------------------------------------------------------- people


def test_accounts_of_one_address_are_one_person_and_the_counts_say_who_fits(workspace):
    hr = [
        {"person": "1", "email": "ann@x.org", "level": 0},
        {"person": "2", "email": "bo@x.org", "manager": "1", "level": 1},
    ]
    add(workspace, "h", form="hr_file", org=hr)
    add(
        workspace,
        "a",
        account=[
            {"account": "U1", "email": "ann@x.org"},
            {"account": "U3"},
            BOT | {"kind": "bot", "has_seat": False},
        ],
        event=[post(1, "U1"), post(2, "U3"), post(3, "bot")],
    )
    add(workspace, "l", form="interaction_log", account=[{"tool": "mail", "account": "1", "has_seat": False}],
        event=[{"tool": "mail", "event": "m", "at": at("2026-01-06T09:00"), "actor": "1"}])  # fmt: skip

    assert store.counts(store.build(workspace)) == {"in_org": 2, "matched": 1, "unmatched": 1}
    assert ask(workspace, "select tool from event where actor = {ann} order by us") == [
        ("slack",),
        ("mail",),
    ]


def test_a_list_says_what_somebody_is_and_traffic_never_overrules_it(workspace):
    add(
        workspace,
        "a",
        account=[
            BOT | {"kind": "bot", "has_seat": False},
            ANN | {"kind": "guest"},
            BO | {"kind": "guest"},
            CY,
        ],
        event=[post(1)],
    )
    add(
        workspace,
        "b",
        account=[BOT | {"has_seat": False}, CY | {"tool": "zulip", "kind": "guest"}],
        event=[post(2)],
    )
    add(workspace, "h", form="hr_file", org=[{"person": "2", "email": "bo@x.org"}])

    kinds = dict(who(workspace, ask(workspace, "select person, kind from person")))

    assert kinds == {"bot": "bot", "ann": "guest", "bo": "human", "cy": "human"}


def test_a_seat_lasts_from_the_tools_first_day_until_a_newer_list_lacks_it(workspace):
    add(workspace, "a", account=[ANN, BO, CY | {"left_on": day("2026-01-20")}], event=[post(1)])
    late = {"event": "C/90", "at": at("2026-02-09T09:00"), "actor": "ann@x.org"}
    add(
        workspace,
        "b",
        account=[ANN, CY | {"left_on": day("2026-01-20")}, BO | {"has_seat": False}],
        event=[late],
    )
    add(
        workspace,
        "c",
        account=[{"account": "dee@x.org", "has_seat": False}],
        event=[post(5, "dee@x.org")],
    )

    assert sorted(
        who(workspace, ask(workspace, "select tool, person, valid_from, valid_to from seat"))
    ) == [
        ("slack", "ann", date(2026, 1, 5), STILL),
        ("slack", "bo", date(2026, 1, 5), date(2026, 1, 6)),
        ("slack", "cy", date(2026, 1, 5), date(2026, 1, 20)),
    ]


def test_a_seat_that_an_older_list_lacks_begins_with_the_first_act_or_the_first_list_that_holds_it(
    workspace,
):
    """Ann, Bo and Cy are on the first list, which ends on 5 January. Of two who come on the second, until 20 January, Dee writes on the 12th."""
    dee, eve = {"account": "dee@x.org"}, {"account": "eve@x.org"}
    add(workspace, "a", account=[ANN, BO, CY], event=[post(1)])
    acts = [
        {"event": f"C/9{n}", "at": at(when), "actor": actor}
        for n, (when, actor) in enumerate(
            [("2026-01-12T09:00", "dee@x.org"), ("2026-01-20T09:00", "ann@x.org")]
        )
    ]
    add(workspace, "b", account=[ANN, BO, dee, eve], event=acts)

    seats = sorted(who(workspace, ask(workspace, "select person, valid_from, valid_to from seat")))

    first = date(2026, 1, 5)
    assert seats == [
        ("ann", first, STILL), ("bo", first, STILL), ("cy", first, date(2026, 1, 6)),
        ("dee", date(2026, 1, 12), STILL), ("eve", date(2026, 1, 20), STILL),
    ]  # fmt: skip


def test_lists_of_different_people_say_nothing_about_each_other(workspace):
    """Two workspaces of one tool: whom the other's list lacks has neither come nor gone."""
    add(workspace, "a", account=[ANN, BO], event=[post(1)])
    late = {"event": "C/90", "at": at("2026-02-09T09:00"), "actor": "cy@x.org"}
    add(workspace, "b", account=[CY, {"account": "dee@x.org"}], event=[late])

    seats = who(workspace, ask(workspace, "select person, valid_from, valid_to from seat"))

    assert sorted(seats) == [(name, date(2026, 1, 5), STILL) for name in ("ann", "bo", "cy", "dee")]


def test_whoever_acted_before_an_older_list_ended_had_the_seat_although_it_lacks_them(workspace):
    dee = {"event": "C/91", "at": at("2026-01-05T08:00"), "actor": "dee@x.org"}
    add(workspace, "a", account=[ANN, BO], event=[post(1), dee])
    late = {"event": "C/90", "at": at("2026-02-09T09:00"), "actor": "ann@x.org"}
    add(workspace, "b", account=[ANN, BO, {"account": "dee@x.org"}], event=[late])

    seats = who(workspace, ask(workspace, "select person, valid_from from seat"))

    assert sorted(seats) == [(name, date(2026, 1, 5)) for name in ("ann", "bo", "dee")]


def test_a_spaces_members_are_those_of_the_newest_export_that_lists_it(workspace):
    add(workspace, "a", account=[ANN, BO], event=[post(1)], space=[{"space": "C"}, {"space": "D"}],
        membership=[{"space": "C", **ANN}, {"space": "C", **BO}, {"space": "D", **BO}])  # fmt: skip
    add(workspace, "b", account=[ANN, CY], event=[post(2)], space=[{"space": "C", "openness": "private"}],
        membership=[{"space": "C", **ANN}, {"space": "C", **CY}])  # fmt: skip

    found = ask(workspace, "select openness, person from membership join space using (space)")

    assert sorted(who(workspace, found)) == [
        ("private", "ann"),
        ("private", "cy"),
        ("public", "bo"),
    ]


def test_the_export_that_reaches_furthest_is_the_newest_whichever_came_first(tmp_path):
    old = {"account": [ANN, BO], "event": [post(1)], "membership": [{"space": "C", **BO}]}
    new = {
        "account": [ANN, BO],
        "event": [post(1, words=3), post(2)],
        "membership": [{"space": "C", **ANN}],
    }

    found = []
    for order in ("on", "no"):
        workspace = Workspace.open(f"w-{order}", tmp_path, create=True)
        for name in order:
            add(workspace, name, **{"o": old, "n": new}[name])
        members = ask(workspace, "select tool, person from membership")
        found.append(
            (who(workspace, members), ask(workspace, "select words from event order by us"))
        )

    assert found == [([("slack", "ann")], [(3,), (None,)])] * 2


# ------------------------------------------------------------------------------------------------ org


def org(workspace, columns="person, valid_from, valid_to, department"):
    return sorted(who(workspace, ask(workspace, f"select {columns} from org")), key=str)


def person(name, **values):
    return {"person": f"{name}@x.org", "level": 0} | values


def test_a_newer_file_about_somebody_replaces_the_older_from_its_first_day(workspace):
    first = [
        person("ann", department="Sales"),
        person("bo", department="Sales"),
        person("cy", department="IT", valid_from=day("2026-05-01")),
    ]
    second = [
        person("ann", department="Legal", valid_from=day("2026-04-01")),
        person("cy", department="HR", valid_from=day("2026-04-01")),
    ]
    add(workspace, "a", form="hr_file", org=first)
    add(workspace, "b", form="hr_file", org=second)

    assert org(workspace) == [
        ("ann", ALWAYS, date(2026, 4, 1), "Sales"),
        ("ann", date(2026, 4, 1), STILL, "Legal"),
        ("bo", ALWAYS, STILL, "Sales"),
        ("cy", date(2026, 4, 1), STILL, "HR"),
    ]


def test_of_two_files_without_dates_the_one_imported_last_wins_whole(workspace):
    ids = [
        add(workspace, name, form="hr_file", org=[person("ann", department=name)]) for name in "ab"
    ]
    after_both = org(workspace)

    imports.undo(workspace, ids[0])
    imports.redo(workspace, ids[0])

    assert after_both == [("ann", ALWAYS, STILL, "b")]
    assert org(workspace) == [("ann", ALWAYS, STILL, "a")]


def test_rows_of_one_person_in_one_file_follow_one_another(workspace):
    history = [
        person("ann", department="IT", valid_from=day("2026-01-01"), valid_to=day("2026-03-01")),
        person("ann", department="HR", valid_from=day("2026-02-01")),
        person("ann", department="HR", valid_from=day("2026-02-01")),
        person("bo", department="IT", valid_from=day("2026-01-01"), valid_to=day("2026-01-01")),
    ]
    add(workspace, "a", form="hr_file", org=history)

    assert org(workspace) == [
        ("ann", date(2026, 1, 1), date(2026, 2, 1), "IT"),
        ("ann", date(2026, 2, 1), STILL, "HR"),
    ]


def test_a_branch_changes_on_the_day_on_which_anybody_above_moves(workspace):
    r"""ann over bo and cy; dee under bo until April, then under cy; eve always under dee."""
    april = day("2026-04-01")
    chart = [
        person("ann"),
        person("bo", level=1, manager="ann@x.org"),
        person("cy", level=1, manager="ann@x.org"),
        person("dee", level=2, manager="bo@x.org", valid_to=april),
        person("dee", level=2, manager="cy@x.org", valid_from=april),
        person("eve", level=3, manager="dee@x.org"),
    ]
    add(workspace, "a", form="hr_file", org=chart)

    assert org(workspace, "person, valid_from, level, branch") == [
        ("ann", ALWAYS, 0, None),
        ("bo", ALWAYS, 1, "bo"),
        ("cy", ALWAYS, 1, "cy"),
        ("dee", ALWAYS, 2, "bo"),
        ("dee", april, 2, "cy"),
        ("eve", ALWAYS, 3, "bo"),
        ("eve", april, 3, "cy"),
    ]


def test_files_that_disagree_into_a_circle_leave_its_people_outside_the_tree(workspace):
    first = [
        person("ann"),
        person("bo", level=1, manager="ann@x.org"),
        person("cy", level=2, manager="bo@x.org"),
    ]
    second = [person("bo", level=3, manager="cy@x.org")]
    add(workspace, "a", form="hr_file", org=first)
    add(workspace, "b", form="hr_file", org=second)

    assert org(workspace, "person, branch") == [("ann", None), ("bo", None), ("cy", None)]


def test_a_chain_of_managers_may_be_long(workspace):
    chain = [person("p0")] + [
        person(f"p{n}", level=n, manager=f"p{n - 1}@x.org") for n in range(1, 400)
    ]
    add(workspace, "a", form="hr_file", org=chain)

    assert ask(workspace, "select max(level), count(distinct branch), count(*) from org") == [
        (399, 1, 400)
    ]


@pytest.mark.parametrize(("share", "limit"), [("64MB", "1.8 GiB"), ("3GB", "2.7 GiB")])
def test_a_vault_has_2_gb_of_memory_on_a_small_machine_and_more_on_a_large_one(
    tmp_path, monkeypatch, share, limit
):
    monkeypatch.setattr(database, "SHARE", share)

    with database.connect(tmp_path / "spill", tmp_path) as connection:
        assert connection.sql("select current_setting('memory_limit')").fetchall() == [(limit,)]
