from datetime import date
from itertools import count

import polars as pl
import pytest

from analytics.privacy import suppress
from analytics.privacy.merge import merge_small
from analytics.privacy.suppress import mask
from tests.attacks import dense
from tests.attacks.organisations import organisation, panel

SPRING, SUMMER = date(2026, 3, 30), date(2026, 6, 29)


def company(*groups: tuple, quarters: tuple = (SPRING,)) -> pl.DataFrame:
    """Groups of (people, department, level, location, tools), in all these quarters."""
    rows, numbers = [], count()
    for size, *place in groups:
        for _ in range(size):
            person = next(numbers)
            rows += [(quarter, person, *place) for quarter in quarters]
    return panel(rows)


def shown(frame: pl.DataFrame, cut: str, *columns: str) -> list:
    rows = frame.filter("shown", pl.col("cut") == cut)
    return sorted(rows.select(*columns).rows(), key=str)


def attack(people: pl.DataFrame, frame: pl.DataFrame, k: int = 10) -> list:
    return dense.recovered(people, dense.shown_cells(frame), k)


def test_a_small_department_is_not_the_total_less_the_others():
    people = company(
        (20, "Sales", "1", "Rome", ""), (15, "Shop", "1", "Rome", ""), (7, "Legal", "1", "Rome", "")
    )
    primary = dense.shown_cells(mask(people, 10, 1).frame, primary_only=True)

    frame = mask(people, 10, 1).frame

    assert ("atom", 7) in dense.recovered(people, primary, 10)
    assert shown(frame, "department", "department") == [("Sales",)]
    assert frame.filter(pl.col("cut") == "department").select("department", "reason").rows() == [
        ("Legal", "small_group"),
        ("Sales", None),
        ("Shop", "protected"),
    ]
    assert attack(people, frame) == []


def test_groups_under_the_threshold_are_hidden_whatever_the_audit_finds(monkeypatch):
    """The rule stands on its own: here the audit finds nothing at all."""
    monkeypatch.setattr(suppress, "_hide", lambda *known: known[-1].append(0))
    people = merge_small(organisation(3), 10)

    frame = mask(people, 10, 1).frame

    small = pl.col("n") < 10
    assert frame.filter(small).height > 10
    assert frame.filter(small & pl.col("shown")).is_empty()
    assert frame.filter(~small)["shown"].all()


def test_where_nothing_is_small_everything_is_shown():
    people = company((20, "Sales", "1", "Rome", "slack"), (15, "Shop", "1", "Rome", "slack"))

    masked = mask(people, 10, 1)

    assert masked.frame["shown"].all()
    assert masked.certificate["exposed_at_first"] == 0
    assert masked.certificate["staff_in_published_department"] == 1.0


def test_people_without_a_department_are_not_the_total_less_the_departments():
    people = company(
        (20, "Sales", "1", None, ""), (15, "Shop", "1", None, ""), (4, None, "1", None, "")
    )

    frame = mask(people, 10, 1).frame

    assert shown(frame, "department", "department") == [("Sales",)]
    assert attack(people, frame) == []


def test_people_without_the_tool_are_not_everybody_less_the_tool():
    people = company(
        (17, "Sales", "1", None, "mail"),
        (3, "Sales", "1", None, ""),
        (30, "Shop", "1", None, "mail"),
    )

    frame = mask(people, 10, 1).frame

    assert shown(frame, "department_tool", "department") == [("Shop",)]
    assert shown(frame, "tool", "tool") == []
    assert attack(people, frame) == []


def test_leavers_are_not_the_quarters_less_the_whole_period():
    stay = company(
        (27, "Sales", "1", None, ""), (27, "Shop", "1", None, ""), quarters=(SPRING, SUMMER, None)
    )
    leave = panel([(SPRING, 100 + i, "Sales", "1", None, "") for i in range(3)])
    people = pl.concat([stay, leave])

    frame = mask(people, 10, 1).frame

    assert len(shown(frame, "department", "quarter", "department")) < 6
    assert shown(frame, "total", "quarter") == [(None,), (SUMMER,)]
    assert attack(people, frame) == []


def test_ten_leavers_hide_nothing():
    stay = company((30, "Sales", "1", None, ""), quarters=(SPRING, SUMMER, None))
    leave = panel([(SPRING, 100 + i, "Sales", "1", None, "") for i in range(10)])

    frame = mask(pl.concat([stay, leave]), 10, 1).frame

    assert frame["shown"].all()


def test_a_person_who_moved_is_not_the_difference_of_two_quarters():
    stay = company(
        (30, "Sales", "1", None, ""), (30, "Shop", "1", None, ""), quarters=(SPRING, SUMMER, None)
    )
    moved = panel(
        [
            (SPRING, 100, "Sales", "1", None, ""),
            (SUMMER, 100, "Shop", "1", None, ""),
            (None, 100, "Shop", "1", None, ""),
        ]
    )
    people = pl.concat([stay, moved])

    frame = mask(people, 10, 1).frame

    assert attack(people, frame) == []
    assert [quarter for (quarter,) in shown(frame, "total", "quarter")] == [None, SPRING, SUMMER]


def test_a_single_quarter_and_the_whole_hide_the_same_cells():
    people = organisation(3)
    assert people["quarter"].n_unique() == 2

    frame = mask(merge_small(people, 10), 10, 1).frame

    cell = ["cut", "department", "level", "location", "tool"]
    whole = frame.filter(pl.col("quarter").is_null()).select(*cell, "shown").sort(cell)
    quarter = frame.filter(pl.col("quarter").is_not_null()).select(*cell, "shown").sort(cell)
    assert whole.equals(quarter)


def test_every_cell_of_the_panel_has_one_row_with_its_people():
    people = merge_small(organisation(14), 10)

    frame = mask(people, 10, 1).frame

    assert frame.select("quarter", "department", "level", "location", "tool").is_unique().all()
    departments = frame.filter(pl.col("cut") == "department").select("quarter", "department", "n")
    expected = people.drop_nulls("department").group_by("quarter", "department").len("n")
    key = ["quarter", "department"]
    assert (
        departments.sort(key).cast({"n": pl.Int64}).equals(expected.sort(key).cast({"n": pl.Int64}))
    )
    assert (frame["shown"] == frame["reason"].is_null()).all()
    assert frame.filter((pl.col("n") < 10) & (pl.col("reason") != "small_group")).is_empty()


def test_the_same_people_in_another_order_get_the_same_mask():
    people = merge_small(organisation(7, people=400), 10)

    first = mask(people, 10, 5)
    second = mask(people.sample(fraction=1, shuffle=True, seed=2), 10, 5)

    assert first.frame.equals(second.frame)
    assert first.certificate == second.certificate


def test_a_lower_threshold_shows_more():
    people = merge_small(organisation(1), 10)

    assert mask(people, 5, 1).frame["shown"].sum() > mask(people, 10, 1).frame["shown"].sum()


def test_the_certificate_says_what_was_tried():
    masked = mask(merge_small(organisation(0), 10), 10, 5)

    tried = masked.certificate
    assert tried["k"] == 10
    assert tried["seed"] == 5
    assert len(set(tried["primes"])) == 2
    assert all(2**28 < prime < 2**29 for prime in tried["primes"])
    assert tried["targets"] > tried["exposed_at_first"] > 0
    assert tried["exposed"] == 0
    assert tried["cells"] == masked.frame["shown"].sum()
    assert tried["hidden"] == (masked.frame["reason"] == "protected").sum()


@pytest.mark.parametrize("quarters", [(None,), (SPRING,), (SPRING, None)])
def test_a_panel_may_lack_quarters_or_the_whole_period(quarters):
    people = company(
        (20, "Sales", "1", "Rome", ""),
        (15, "Shop", "1", "Rome", ""),
        (7, "Legal", "1", "Rome", ""),
        quarters=quarters,
    )

    frame = mask(people, 10, 1).frame

    assert shown(frame, "department", "department") == [("Sales",)] * len(quarters)


def test_an_empty_panel_has_no_cells():
    masked = mask(panel([]), 10, 1)

    assert masked.frame.is_empty()
    assert masked.certificate["staff_in_published_department"] == 0.0
