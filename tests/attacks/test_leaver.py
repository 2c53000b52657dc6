"""Somebody leaves: is what the others' averages tell about that person better than a guess?

Four thousand trials: a team of ten and one who leaves in the middle of the quarter, hours a week drawn. The attacker
knows who left and when, and takes the averages of the last week with and the first without.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.metrics.panel import panel
from tests.drawn import Settings, store

TEAMS, DRAWS, TEAM = 400, 10, 11
QUARTER, LEFT_ON = date(2025, 12, 29), date(2026, 2, 16)
LAST_WEEK = 6  # the seventh week of the quarter is the last one with the leaver


@pytest.fixture(scope="module")
def counted(tmp_path_factory) -> np.ndarray:
    """Who of each team the product counts in that quarter: teams × members; member 0 of each leaves."""
    people = [
        (team, member, team * TEAM + member + 1) for team in range(TEAMS) for member in range(TEAM)
    ]
    org = "\n".join(
        f"{person} | T{team} | {LEFT_ON if member == 0 else '9999-12-31'}"
        for team, member, person in people
    )
    days = [QUARTER + timedelta(days=7 * week) for week in range(13)] + [date(2026, 3, 27)]
    acts = "\n".join(f"{day} 09:00 | {person}" for day in days for _, _, person in people[-2:])
    seats = "\n".join(f"slack | {person}" for _, _, person in people)
    con = store(
        tmp_path_factory.mktemp("leaver"), build=False, event=f"at | actor\n{acts}",
        org=f"person | department | valid_to\n{org}", seat=f"tool | person\n{seats}",
    )  # fmt: skip
    found = panel(con, Settings()).filter(pl.col("quarter") == QUARTER)
    member = np.zeros(TEAMS * TEAM, bool)
    member[found["person"].to_numpy() - 1] = True
    return member.reshape(TEAMS, TEAM)


def errors(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """The median error in hours of subtracting two weeks' averages, and of guessing the team's.

    before, after: teams × members, who is counted in the last week with the leaver and in the next.
    """
    draw = np.random.default_rng(7)
    shape = (DRAWS, TEAMS, TEAM)
    usual = draw.normal(20, 6, shape)
    weeks = [usual + draw.normal(0, 0.9, shape) for _ in range(2)]
    own = weeks[0][:, :, 0]
    averages = [
        (week * counts).sum(axis=2) / counts.sum(axis=1) for week, counts in zip(weeks, (before, after), strict=True)
    ]  # fmt: skip
    told = TEAM * averages[0] - (TEAM - 1) * averages[1]
    assert told.size == 4000
    return float(np.median(abs(told - own))), float(np.median(abs(averages[0] - own)))


def test_the_panel_tells_no_more_about_a_leaver_than_a_guess(counted):
    subtracting, guessing = errors(counted, counted)

    assert counted.sum(axis=1).tolist() == [TEAM - 1] * TEAMS
    assert subtracting / guessing >= 1.0


def test_averages_over_whoever_is_there_give_the_leaver_away():
    everybody = np.ones((TEAMS, TEAM), bool)
    rest = everybody.copy()
    rest[:, 0] = False

    subtracting, guessing = errors(everybody, rest)

    assert subtracting / guessing < 0.8
