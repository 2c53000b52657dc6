"""Life tables against textbooks and another program's table."""

import numpy as np
import polars as pl
import pytest

from analytics.statistics.survival import (
    life_table,
    log_rank,
    median,
    restricted_mean,
    survival_at,
)

# Freireich et al. 1963, weeks in remission: 6-mercaptopurine (a + means still in remission) and placebo
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read(weeks):
    return np.array([float(w.rstrip("+")) for w in weeks.split()]), np.array(
        [w[-1] != "+" for w in weeks.split()]
    )


def test_time_to_adoption_freireich_equals_the_textbook():
    table = life_table(*read(TREATED))

    assert dict(table.select("time", pl.col("survival").round(6)).rows()) == {
        6: 0.857143, 7: 0.806723, 10: 0.752941, 13: 0.690196, 16: 0.627451, 22: 0.537815, 23: 0.448179,
    }  # fmt: skip
    ends = table.filter(time=10.0).select("low", "high").row(0)
    assert ends == pytest.approx((0.503200, 0.889362), abs=5e-7)
    assert (median(table), median(life_table(*read(PLACEBO)))) == (23, 8)
    assert restricted_mean(table, 35) == pytest.approx(23.287395, abs=5e-7)


def test_the_log_rank_test_of_freireich_equals_the_published_one():
    times, happened = (
        np.concatenate(both) for both in zip(read(TREATED), read(PLACEBO), strict=True)
    )

    square, p = log_rank(times, happened, np.arange(42) >= 21)

    assert square == pytest.approx(16.792941, abs=5e-7)
    assert p < 0.0001


def test_time_to_adoption_keeps_those_who_never_came_in_the_denominator():
    times = np.array([3, 10, 40, 90, 90, 90, 15, 60, 90, 30])
    happened = np.array([1, 1, 1, 0, 0, 0, 1, 0, 0, 1], bool)

    assert np.median(times[happened]) == 15
    assert median(life_table(times, happened)) == 40


def test_the_median_is_unknown_while_more_than_half_have_not_come():
    table = life_table(np.array([2, 5, 9, 9, 9]), np.array([True, True, False, False, False]))

    assert median(table) is None
    assert survival_at(table, 4) == 0.8
    assert survival_at(table, 1) == 1.0


def test_who_enters_late_is_at_risk_only_from_then_on():
    table = life_table(np.array([2.0, 4, 5, 6]), np.array([True] * 4), np.array([0.0, 0, 3, 4]))

    assert table.select("time", "at_risk").rows() == [(2, 2), (4, 2), (5, 2), (6, 1)]


def test_a_row_may_stand_for_many_people():
    table = life_table(np.array([1, 9]), np.array([True, False]), weights=np.array([30, 70]))

    assert table.select("at_risk", "events", "survival").rows() == [(100, 30, 0.7)]


def test_time_to_adoption_of_a_person_query_equals_another_program(shared):
    """First week with four hours of multitasking or more (vivainsights, create_survival)."""
    folder = shared / "data/vivainsights"
    weeks = pl.read_csv(folder / "pq_data.csv", infer_schema_length=None).select(
        "PersonId", "MetricDate", "Multitasking_hours"
    )
    expected = pl.read_csv(folder / "expected/py_survival_multitask_ge4.csv").filter(
        pl.col("time") > 0
    )
    number = pl.col("MetricDate").rank("dense").cast(pl.Int64)
    people = (
        weeks.with_columns(week=number)
        .group_by("PersonId")
        .agg(
            first=pl.col("week").filter(pl.col("Multitasking_hours") >= 4).min(),
            last=pl.col("week").max(),
        )
    )

    table = life_table(
        people.select(pl.coalesce("first", "last")).to_series().to_numpy(),
        people["first"].is_not_null().to_numpy(),
    )

    assert table["survival"].to_list() == pytest.approx(expected["survival"].to_list(), abs=1e-12)
    assert table["at_risk"].to_list() == expected["at_risk"].to_list()
    assert [round(share, 6) for share in table["survival"][:7]] == [
        0.64, 0.396667, 0.23, 0.133333, 0.093333, 0.053333, 0.03,
    ]  # fmt: skip
