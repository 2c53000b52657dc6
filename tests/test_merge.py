from datetime import date

import polars as pl

from analytics.privacy.merge import merge_small
from tests.attacks.organisations import organisation, panel

SPRING, SUMMER = date(2026, 3, 30), date(2026, 6, 29)


def staff(sizes: dict[str, int], column: str = "department", quarter: date | None = SPRING) -> list:
    """Rows of so many people under each label; the other labels are empty."""
    rows, number = [], 0
    for label, size in sizes.items():
        for _ in range(size):
            place = {"department": None, "level": None, "location": None, column: label}
            rows.append((quarter, number, *place.values(), "slack"))
            number += 1
    return rows


def sizes_of(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(frame.group_by(column).len().sort(column).iter_rows())


def test_small_departments_become_other():
    people = panel(staff({"Sales": 30, "Legal": 6, "Audit": 7, "Shop": 20}))

    merged = merge_small(people, 10)

    assert sizes_of(merged, "department") == {"Other departments": 13, "Sales": 30, "Shop": 20}


def test_the_next_smallest_department_joins_until_other_is_large_enough():
    people = panel(staff({"Sales": 30, "Legal": 6, "Audit": 12}))

    merged = merge_small(people, 10)

    assert sizes_of(merged, "department") == {"Other departments": 18, "Sales": 30}


def test_other_departments_that_would_hold_everybody_are_no_departments():
    people = panel(staff({"Legal": 6, "Audit": 7}))

    merged = merge_small(people, 10)

    assert merged["department"].null_count() == 13


def test_a_department_small_in_one_quarter_is_merged_in_all():
    spring = staff({"Sales": 30, "Legal": 12, "Audit": 11, "Shop": 20})
    summer = staff({"Sales": 30, "Legal": 9, "Audit": 14, "Shop": 20}, quarter=SUMMER)

    merged = merge_small(panel(spring + summer), 10)

    shown = merged.group_by("quarter", "department").len().sort("quarter", "department").rows()
    assert shown == [
        (SPRING, "Other departments", 23),
        (SPRING, "Sales", 30),
        (SPRING, "Shop", 20),
        (SUMMER, "Other departments", 23),
        (SUMMER, "Sales", 30),
        (SUMMER, "Shop", 20),
    ]


def test_a_name_holds_no_number_of_people_for_it_differs_from_quarter_to_quarter():
    spring = staff({"Sales": 30, "Legal": 6, "Audit": 7})
    summer = staff({"Sales": 30, "Legal": 8, "Audit": 9}, quarter=SUMMER)

    merged = merge_small(panel(spring + summer), 10)

    assert set(merged["department"]) == {"Sales", "Other departments"}


def test_small_places_become_other_places():
    people = panel(staff({"Rome": 30, "Lyon": 4, "Graz": 8}, "location"))

    merged = merge_small(people, 10)

    assert sizes_of(merged, "location") == {"Other places": 12, "Rome": 30}


def test_the_head_is_counted_with_the_level_below_and_the_lowest_with_the_one_above():
    people = panel(staff({"0": 1, "1": 12, "2": 40, "3": 80, "4": 20, "5": 3}, "level"))

    merged = merge_small(people, 10)

    assert sizes_of(merged, "level") == {"0–1": 13, "2": 40, "3": 80, "4–5": 23}


def test_levels_that_would_all_be_one_are_no_levels():
    people = panel(staff({"0": 1, "1": 6, "2": 5}, "level"))

    merged = merge_small(people, 10)

    assert merged["level"].null_count() == 12


def test_people_without_a_department_keep_none():
    people = panel(staff({"Sales": 30, "Shop": 20, None: 4}))

    merged = merge_small(people, 10)

    assert sizes_of(merged, "department") == {None: 4, "Sales": 30, "Shop": 20}


def test_no_merged_group_is_small_in_any_period_and_nothing_else_changes():
    for seed in range(12):
        people = organisation(seed)

        merged = merge_small(people, 10)

        for column in ("division", "department", "level", "location"):
            groups = merged.drop_nulls(column).group_by("quarter", column).len()
            assert groups.filter(pl.col("len") < 10).is_empty()
        others = pl.exclude("division", "department", "level", "location")
        assert merged.select(others).equals(people.select(others))


def test_the_order_of_rows_changes_no_label():
    people = organisation(3)

    merged = merge_small(people.sample(fraction=1, shuffle=True, seed=1), 10)

    key = ["quarter", "person"]
    assert merged.sort(key).equals(merge_small(people, 10).sort(key))


def test_an_empty_panel_stays_empty():
    assert merge_small(panel([]), 10).is_empty()


def in_divisions(sizes):
    """People of one quarter by (division, department)."""
    rows = [pair for pair, n in sizes.items() for _ in range(n)]
    found = panel(staff(dict.fromkeys([None], len(rows))))
    return found.with_columns(
        division=pl.Series([division for division, _ in rows], dtype=pl.String),
        department=pl.Series([department for _, department in rows], dtype=pl.String),
    )


def test_small_departments_of_a_division_become_one():
    people = in_divisions({("Trade", "Shop"): 6, ("Trade", "Web"): 7, ("Trade", "Sales"): 30,
                           ("Plant", "Press"): 20, ("Plant", "Paint"): 15})  # fmt: skip

    merged = merge_small(people, 10)

    assert sizes_of(merged, "department") == {
        "Other departments in Trade": 13, "Sales": 30, "Press": 20, "Paint": 15
    }  # fmt: skip
    assert sizes_of(merged, "division") == {"Trade": 43, "Plant": 35}


def test_too_few_in_a_division_take_its_next_smallest_and_leave_other_divisions_alone():
    people = in_divisions({("Trade", "Shop"): 6, ("Trade", "Web"): 17, ("Trade", "Sales"): 30,
                           ("Plant", "Press"): 11, ("Plant", "Paint"): 15})  # fmt: skip

    merged = merge_small(people, 10)

    assert sizes_of(merged, "department") == {
        "Other departments in Trade": 23, "Sales": 30, "Press": 11, "Paint": 15
    }  # fmt: skip


def test_small_divisions_become_one_and_small_departments_inside_them_too():
    people = in_divisions({("North", "A"): 6, ("South", "B"): 7, ("Plant", "Press"): 20})

    merged = merge_small(people, 10)

    assert sizes_of(merged, "division") == {"Other divisions": 13, "Plant": 20}
    assert sizes_of(merged, "department") == {
        "All departments in other divisions": 13,
        "Press": 20,
    }


def test_a_department_lies_in_the_division_of_most_of_its_people():
    people = in_divisions({("Trade", "Sales"): 20, ("Plant", "Sales"): 3, ("Plant", "Press"): 20,
                           ("Plant", None): 12})  # fmt: skip

    merged = merge_small(people, 10)

    assert sizes_of(merged, "division") == {"Trade": 23, "Plant": 32}
    assert sizes_of(merged, "department") == {"Sales": 23, "Press": 20, None: 12}
