"""How unevenly people contribute, from classes that never hold fewer than ten of them."""

import math

import numpy as np
import polars as pl
import pytest

from analytics.metrics.inequality import (
    Class,
    figures,
    gini_band,
    lorenz,
    merged_classes,
    most_of_top,
    top_share,
)
from tests.drawn import Settings, laid, store

SETTINGS = Settings()
HAND = (0, 0, 0, 1, 1, 2, 3, 3, 10, 20)


def one_each(numbers):
    """Classes that hold one number each: nothing is lost, so the band is a point."""
    return [Class(n, n, numbers.count(n), n * numbers.count(n)) for n in sorted(set(numbers))]


def histogram(*rows):
    return pl.DataFrame(rows, schema=["class", "people", "acts"], orient="row")


def company(folder, acts):
    """One person a number, with that many posts in one week, and a seat."""
    posts = [
        f"2026-01-{5 + i % 5:02} {9 + i // 60 % 8:02}:{i % 60:02} | {person}"
        for person, posts in enumerate(acts, 1)
        for i in range(posts)
    ]
    seats = "\n".join(f"slack | {person}" for person, _ in enumerate(acts, 1))
    return store(folder, event="\n".join(["at | actor", *posts]), seat=f"tool | person\n{seats}")


def shown(con):
    found = figures(laid(con, SETTINGS), SETTINGS)
    return found.filter(pl.col("tool").is_null(), pl.col("variant") == "", pl.col("grain") == "all")


def test_the_hand_case_has_a_gini_of_68_hundredths():
    assert gini_band(one_each(HAND)) == pytest.approx((0.68, 0.68))


def test_even_contributions_have_a_gini_of_nought():
    assert gini_band(one_each((4, 4, 4))) == pytest.approx((0, 0))


def test_the_most_that_the_busiest_can_have_is_worked_by_hand():
    """Twenty people with 0, ten with 10 to 19 and 140 together: two of them have 140 less eight times 10, but no more than 19 each."""
    classes = [Class(0, 0, 20, 0), Class(10, 19, 10, 140)]

    assert most_of_top(classes, 2 / 30) == pytest.approx(2 * 19 / 140)
    assert most_of_top([Class(0, 0, 20, 0), Class(10, math.inf, 10, 140)], 2 / 30) == pytest.approx(
        60 / 140
    )
    assert most_of_top(classes, 0.5) == 1


def test_the_busiest_tenth_lies_within_its_ends_whatever_people_do():
    """Straight lines alone are points too low where the busiest tenth stand in a class with many others."""
    rng = np.random.default_rng(1)
    edges = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]
    too_low = []
    for _ in range(200):
        acts = np.sort(rng.lognormal(rng.uniform(1, 5), rng.uniform(0.2, 2), 250).astype(int))
        number = np.searchsorted(edges, acts, side="right") - 1
        counted = [
            (int(k), int((number == k).sum()), int(acts[number == k].sum()))
            for k in np.unique(number)
        ]
        classes = merged_classes(histogram(*counted), 10)

        exactly = acts[-25:].sum() / acts.sum()

        least = top_share(lorenz(classes))
        assert least - 1e-9 <= exactly <= most_of_top(classes) + 1e-9
        too_low.append(exactly - least)
    assert max(too_low) > 0.05


def test_the_busiest_tenth_lies_on_the_line_between_two_points():
    points = lorenz(one_each(HAND))

    assert points[1] == (0.3, 0.0)
    assert top_share(points) == pytest.approx(20 / 40)
    assert top_share(points, 0.15) == pytest.approx((20 + 10 / 2) / 40)


def test_classes_are_merged_from_the_top_until_each_holds_enough():
    classes = merged_classes(
        histogram((0, 20, 0), (3, 12, 80), (5, 6, 200), (7, 3, 400), (8, 2, 500)), 10
    )

    assert classes == [Class(0, 0, 20, 0), Class(5, 9, 12, 80), Class(20, 499, 11, 1100)]


def test_a_small_class_left_at_the_bottom_joins_the_one_above():
    classes = merged_classes(histogram((0, 4, 0), (1, 15, 15), (11, 30, 90_000)), 10)

    assert classes == [Class(0, 1, 19, 15), Class(2000, float("inf"), 30, 90_000)]


def test_the_band_holds_the_exact_figure(tmp_path):
    acts = [0] * 12 + [1, 2, 3, 4] * 4 + list(range(5, 35))
    exact = sum((2 * i - len(acts) + 1) * n for i, n in enumerate(sorted(acts))) / (
        len(acts) * sum(acts)
    )

    values = dict(shown(company(tmp_path, acts)).select("bin", "value").rows())

    assert values["gini_low"] <= exact <= values["gini_high"]
    assert values["gini_high"] - values["gini_low"] < 0.06
    assert values["silent"] == 12 / 58


@pytest.mark.parametrize(("silent", "reason"), [(2, "nearly_all_or_none"), (3, None)])
def test_one_or_two_silent_people_are_not_told(tmp_path, silent, reason):
    rows = shown(company(tmp_path, [0] * silent + [2] * 50)).filter(bin="silent")

    assert rows.select("reason", "value", "numerator").row(0) == (
        (reason, None, None) if reason else (None, 3 / 53, 3.0)
    )


def test_under_fifty_people_nothing_is_told(tmp_path):
    rows = shown(company(tmp_path, [1] * 49))

    assert rows["reason"].to_list() == ["small_group"] * 4
    assert rows["value"].null_count() == 4


def test_without_seats_the_reason_is_said(tmp_path):
    con = store(tmp_path, event="at | actor\n 2026-01-05 09:00 | 1")

    assert shown(con)["reason"].to_list() == ["no_seats"]


def test_nothing_imported_gives_no_rows(tmp_path):
    assert shown(store(tmp_path)).is_empty()
