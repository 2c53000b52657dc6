"""Before and after a date that the company named: hand cases, pretend departments, and what cannot be told."""

from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from analytics.metrics import jump, milestone
from analytics.vault.milestones import Milestone, parse
from analytics.vault.settings import Settings as Kept
from analytics.vault.settings import WrongSetting
from tests.drawn import Settings, laid, store

MONDAY = date(2026, 1, 5)
LAUNCH = MONDAY + timedelta(weeks=8)  # eight weeks before it, twelve from it on
WEEKS = 20


def company(folder, moves, *, seats=True, **more):
    """Twelve people a department; they post in 2 of the 8 weeks before, and in 3 of the 12 after or, where it moves, in 6."""
    posts, org, person = [], [], 0
    for name, moved in moves.items():
        for _ in range(12):
            person += 1
            weeks = [1, 5, *range(8, 14 if moved else 11)]
            posts += [f"{MONDAY + timedelta(weeks=week)} 10:00 | {person}" for week in weeks]
            org.append(f"{person} | {name}")
    # somebody in no department makes the exports reach from the first Monday to the last Friday
    posts += [f"{MONDAY} 09:00 | 900", f"{MONDAY + timedelta(weeks=WEEKS - 1, days=4)} 10:00 | 900"]
    seat = {"seat": "\n".join(["tool | person", *(f"slack | {i + 1}" for i in range(person))])}
    return store(
        folder, event="\n".join(["at | actor", *posts]), org="\n".join(["person | department", *org]),
        **(seat if seats else {}), **more,
    )  # fmt: skip


def told(con, *milestones):
    settings = Settings(milestones=milestones)
    rows = milestone.figures(laid(con, settings), settings)
    return rows.filter(metric=milestone.METRIC)


def values(rows):
    return dict(rows.with_columns(bin=rows["bin"].str.split("/").list.get(1)).select("bin", "value").rows())  # fmt: skip


def test_a_jump_against_others_is_that_of_the_difference_from_twelve_weeks_on():
    """Twelve people a department; those of A contribute in every week from the date on, of B and C as of A before: one in two."""
    weeks = [MONDAY + timedelta(weeks=week) for week in range(26)]
    people = pl.DataFrame(
        {"person": range(36), "department": [name for name in "ABC" for _ in range(12)]}
    )
    acts = [
        (None, person, week, 1)
        for person, name in people.iter_rows()
        for i, week in enumerate(weeks)
        if (name == "A" and i >= 13) or (person + i) % 2
    ]
    con = duckdb.connect()
    con.execute("create table seated_week (tool text, person bigint, week date, acts bigint)")
    con.executemany("insert into seated_week values (?, ?, ?, ?)", acts)
    con.execute(
        "create table calendar as select null as tool, day::date as day, date_trunc('week', day)::date as week,"
        f" isodow(day) < 6 as is_workday from range(timestamp '{weeks[0]}', timestamp '{weeks[-1]}' + interval 7 day, interval 1 day) d(day)"
    )
    con.execute(
        "create table own_day as select '' as calendar, day, is_workday as is_worked from calendar"
    )

    rows = {
        bin_: round(value, 6)
        for bin_, value, *_ in jump.told(con, people, weeks[13], ("A", ["B", "C"]), 5)
    }
    early = jump.told(con, people, weeks[11], ("A", ["B", "C"]), 5)

    assert rows == {
        "jump": 0.5
    }  # thirteen weeks before hold no pretended date with eight on either side
    assert early == []


def test_from_nineteen_others_on_what_they_do_by_themselves_is_the_interval():
    """By hand: the others move by 0 to 18 hundredths against the rest; one in twenty would be beyond the largest."""
    names = [f"D{i:02}" for i in range(20)]
    moved = milestone.Moved(
        np.repeat(names, 10),
        np.zeros(200),
        np.repeat([0.5, *(0.01 * i for i in range(19))], 10),
        np.zeros(200),
    )

    [row, _, _] = milestone._against(moved, "D00", milestone._others(moved, "D00", 10))
    [few, _, _] = milestone._against(moved.of(moved.department < "D19"), "D00", names[1:19])

    others = 0.01 * np.arange(19)
    largest = max(abs(one - (others.sum() - one) / 18) for one in others)
    effect = 0.5 - others.mean()
    assert row["value"] == pytest.approx(effect, abs=0.005)
    assert (row["low"], row["high"]) == pytest.approx(
        (effect - largest, effect + largest), abs=0.01
    )
    assert few["low"] is None


def test_the_same_people_before_and_after_are_those_counted_by_hand(tmp_path):
    con = company(tmp_path, {"A": True})

    rows = told(con, f"{LAUNCH}=Launch")

    assert values(rows) == {"before": 0.25, "after": 0.5, "change": 0.25}
    assert rows["department"].to_list() == [None] * 3
    assert set(rows["n"]) == {12}


def test_a_department_is_held_against_the_others_and_each_of_them_in_its_place(tmp_path):
    con = company(tmp_path, {"A": True, "B": False, "C": False})

    rows = told(con, f"{LAUNCH}@A=Training")

    assert values(rows) == {
        "before": 0.25, "after": 0.5, "change": 0.25, "against": 0.25, "drift": 0.0, "as_large": 0.0,
    }  # fmt: skip
    assert rows["bin"][-1] == f"{LAUNCH}/as_large/2"
    assert rows["numerator"].null_count() == rows.height  # no count of people, who would be few


def test_others_that_move_alike_leave_nothing_over(tmp_path):
    con = company(tmp_path, {"A": True, "B": True, "C": True})

    found = values(told(con, f"{LAUNCH}@A=Training"))

    assert (found["against"], found["as_large"]) == (0.0, 1.0)


def test_without_a_date_the_reason_is_that_none_was_named(tmp_path):
    rows = told(company(tmp_path, {"A": True}))

    assert rows["reason"].to_list() == ["no_milestone"]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (f"{LAUNCH - timedelta(weeks=1)}=Early", "short_history"),
        (f"{LAUNCH + timedelta(weeks=1)}=Late", "short_history"),
        (f"{LAUNCH}@Z=Elsewhere", "small_group"),
    ],
)
def test_what_a_date_cannot_tell_has_a_reason(tmp_path, entry, reason):
    rows = told(company(tmp_path, {"A": True}), entry)

    assert rows["reason"].to_list() == [reason]
    assert rows["value"].to_list() == [None]


def test_without_seats_no_date_is_told(tmp_path):
    rows = told(company(tmp_path, {"A": True}, seats=False), f"{LAUNCH}=Launch")

    assert rows["reason"].to_list() == ["no_seats"]


def test_one_department_has_none_to_be_held_against(tmp_path):
    rows = told(company(tmp_path, {"A": True, "B": False}), f"{LAUNCH}@A=Training")

    assert rows.filter(bin=f"{LAUNCH}/against")["reason"].to_list() == ["too_few_groups"]


def test_the_week_of_a_date_counts_only_when_it_begins_with_it():
    weeks = [MONDAY + timedelta(weeks=week) for week in range(WEEKS + 1)]

    monday, wednesday = milestone.around(LAUNCH, weeks), milestone.around(LAUNCH + timedelta(days=2), weeks)  # fmt: skip

    assert (monday[0][-1], monday[1][0]) == (weeks[7], weeks[8])
    assert (wednesday[0][-1], wednesday[1][0]) == (weeks[7], weeks[9])


def test_a_date_is_written_with_a_name_and_perhaps_a_department():
    assert parse("2026-03-02=Opening") == Milestone(date(2026, 3, 2), "Opening")
    assert parse("2026-03-02@Sales = Training") == Milestone(date(2026, 3, 2), "Training", "Sales")


@pytest.mark.parametrize("entry", ["2026-03-02", "2026-03-02=", "2 March=Opening", "2026-03-02@=X"])
def test_what_is_no_date_with_a_name_is_refused(entry):
    with pytest.raises(WrongSetting, match="2026-03-02=Viva Engage opens"):
        Kept(milestones=(entry,))


@pytest.mark.parametrize(
    ("week", "reason"), [(4, "missing_weeks"), (13, "missing_weeks"), (0, None)]
)
def test_a_date_is_not_judged_by_weeks_of_which_some_are_missing(
    tmp_path, monkeypatch, week, reason
):
    """Of 24 weeks two are missing; with the launch in the eleventh there are eight before it and twelve after it all the same."""
    monkeypatch.setitem(globals(), "WEEKS", 24)
    first = MONDAY + timedelta(weeks=week)
    gap = f"tool | valid_from | valid_to\n slack | {first + timedelta(days=1)} | {first + timedelta(weeks=2)}"
    con = company(tmp_path, {"A": True}, gap=gap)

    rows = told(con, f"{MONDAY + timedelta(weeks=10)}=Launch")

    assert set(rows["reason"]) == {reason}
