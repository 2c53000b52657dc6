"""Do the intervals hold the truth as often as docs/intervals.md says?"""

import math

import polars as pl
import pytest

from benchmarks.coverage import PAGE, SHARES, counted_out, naive, page, table

FEWER = 600  # runs: a coverage of .95 comes out between .925 and .975
DISCRETE = pl.col("kind") == "share"
HARD = (
    pl.col("shape").str.contains("10%|90%") & (pl.col("kind") == "clustered") & (pl.col("n") == 10)
)


@pytest.fixture(scope="module")
def full():
    return table()


def test_the_page_says_what_a_run_gives(full):
    assert PAGE.read_text("utf-8") == page(full)


def test_intervals_hold_the_truth_in_93_to_97_of_100_but_where_the_page_says_why(full):
    counted = full.filter(~DISCRETE)

    assert counted.filter(~HARD)["coverage"].is_between(0.93, 0.97).all()
    assert counted.filter(HARD)["coverage"].is_between(0.93, 0.98).all()


@pytest.mark.parametrize(
    ("share", "people", "exact"),
    [(0.5, 10, 0.9785), (0.5, 20, 0.9586), (0.5, 50, 0.9351), (0.1, 10, 0.9298), (0.9, 20, 0.9568), (0.1, 50, 0.9703)],
)  # fmt: skip
def test_coverage_of_yes_or_no_is_what_all_results_add_up_to(full, share, people, exact):
    """By binomial coefficients: at one half of ten people 2 to 8 are 1,002 of 1,024, and 3 to 7 would be 912, 89.06 %."""
    drawn = full.filter(DISCRETE & (pl.col("n") == people), shape=f"yes or no, {share:.0%}")

    assert counted_out(share, people) == pytest.approx(exact, abs=5e-5)
    assert drawn["coverage"].item() == pytest.approx(exact, abs=0.012)  # 2,000 draws
    assert sum(map(math.comb, [10] * 7, range(2, 9))) / 1024 == pytest.approx(0.9785, abs=5e-5)
    assert sum(map(math.comb, [10] * 5, range(3, 8))) / 1024 == pytest.approx(0.8906, abs=5e-5)


def test_fewer_runs_with_another_seed_say_the_same():
    found = table(runs=FEWER, people=(50,), seed=5)

    assert found["coverage"].is_between(0.91, 0.985).all(), found.filter(
        ~pl.col("coverage").is_between(0.91, 0.985)
    )


@pytest.mark.parametrize("share", SHARES)
def test_weeks_counted_as_people_would_not(share):
    assert naive(share, 0.5, (FEWER, 10)) < 0.6
