"""What hours cost and what a tool gives back, against worked examples and planted truth."""

import math
from itertools import product

import duckdb
import numpy as np
import polars as pl
import pytest

from analytics import worth
from analytics.metrics import displaced, periods
from analytics.metrics.base import NEW_AFTER_DAYS
from analytics.worth import Input, Part, Tool

# metrics.md B13, minutes a person and day: 38 messages, 6 interruptions, 4 posts, 3 mails less, 2 meeting minutes less
DAY = (
    Input("opened", "Opened", 0.7, 0.7, 0.7),
    Input("reading", "Seconds to read", 5, 15, 45),
    Input("resume", "Seconds to come back", 15, 64, 120),
    Input("post", "Seconds to write", 30, 60, 180),
    Input("mail", "Seconds a mail", 60, 150, 300),
    Input("meetings", "Minutes in meetings", 0, 2, 6),
)
PARTS = (
    Part("reading", lambda x: 38 * x["opened"] * x["reading"] / 60),
    Part("coming back", lambda x: 6 * x["resume"] / 60),
    Part("posts", lambda x: 4 * x["post"] / 60),
    Part("mails", lambda x: -3 * x["mail"] / 60),
    Part("meetings", lambda x: -x["meetings"]),
)
ASSUMED = {id_: each.ends for id_, each in worth.assumptions().items()}


def tool(**change):
    known = {
        "received": (10.0, 10.0, 10.0),
        "of_one": (1.0, 1.0, 1.0),
        "mail_share": 0.0,
        "acts": {0.5: 2.0, 1.0: 3.0, 2.0: 4.0},
        "gave_way": None,
    }
    return Tool(**{**known, **change})


def test_net_time_effect_equals_the_worked_example():
    found = worth.result(DAY, PARTS)

    assert found.likely == pytest.approx(7.55)
    assert (found.low, found.high) == pytest.approx((-15.283333, 40.95), abs=5e-7)
    ends = {s.title: sorted((s.at_low, s.at_high)) for s in found.swings}
    assert ends["Seconds to read"] == pytest.approx([3.116667, 20.85], abs=5e-7)
    assert ends["Seconds a mail"] == pytest.approx([0.05, 12.05])
    assert ends["Seconds to come back"] == pytest.approx([2.65, 13.15])
    assert ends["Seconds to write"] == pytest.approx([5.55, 15.55])
    assert ends["Minutes in meetings"] == pytest.approx([3.55, 9.55])
    assert "Opened" not in ends  # it does not move
    assert [s.size for s in found.swings] == sorted((s.size for s in found.swings), reverse=True)


def test_the_band_lies_inside_the_corners_and_is_the_same_every_time():
    found = worth.result(DAY, PARTS)

    assert found.low < found.band[0] < found.likely < found.band[1] < found.high
    assert worth.result(DAY, PARTS).band == found.band


def test_cost_equals_the_worked_example_and_its_ends_are_all_corners():
    hours = worth.Hours(8, 1.0, 0.0, {2.0: 0.0}, (0.9, 1.0, 1.2))
    assumed = {"attended": (0.8, 1.0, 1.0), "act": (1.0, 2.0, 5.0), "weeks": (40.0, 46.0, 48.0)}

    found = worth.cost(hours, (60.0, 75.0, 90.0), assumed)

    assert found.likely == pytest.approx(27_600)
    assert found.low == pytest.approx(8 * 0.8 * 0.9 * 40 * 60)
    assert found.high == pytest.approx(8 * 1.2 * 48 * 90)
    assert found.swings[0].title == "Cost of an hour"


def test_own_acts_lie_between_the_released_minutes_and_end_at_the_last():
    acts = {2.0: 10.0, 5.0: 13.0}

    assert worth.taken(acts, np.array([0.0, 1.0, 3.5, 99.0])) == pytest.approx([0, 5, 11.5, 13])


@pytest.mark.parametrize(
    ("gave_way", "verdict"),
    [
        (None, "one_sided"),
        ({"mails_written": (-0.05, 0.0, 0.05)}, "costs"),
        ({"mails_written": (1.0, 2.0, 3.0)}, "unsaid"),
        ({"mails_written": (150.0, 160.0, 170.0)}, "saves"),
    ],
)
def test_one_side_is_taken_only_where_all_corners_lie_on_it(gave_way, verdict):
    busy = tool(received=(100.0, 100.0, 100.0), gave_way=gave_way)

    found = worth.net(busy, ASSUMED)

    assert worth.verdict(found, busy) == verdict
    if verdict == "costs":
        assert found.low > 0
    if verdict == "unsaid":
        assert found.low < 0 < found.high


def test_a_tool_of_mails_is_read_at_the_pace_of_mails():
    mails, chats = worth.net(tool(mail_share=1.0), ASSUMED), worth.net(tool(), ASSUMED)

    assert mails.parts[worth.READING] == pytest.approx((10 * 0.3 * 15 / 60, 7.0, 10 * 150 / 60))
    assert chats.parts[worth.READING] == pytest.approx((10 * 0.3 * 5 / 60, 1.75, 10 * 45 / 60))


@pytest.mark.parametrize(
    ("ends", "which", "value", "then"),
    [
        ((1.0, 2.0, 3.0), 0, 2.5, (2.5, 2.5, 3.0)),
        ((1.0, 2.0, 3.0), 1, 5.0, (1.0, 5.0, 5.0)),
        ((1.0, 2.0, 3.0), 1, 0.5, (0.5, 0.5, 3.0)),
        ((1.0, 2.0, 3.0), 2, 0.5, (0.5, 0.5, 0.5)),
        ((1.0, 2.0, 3.0), 1, 2.5, (1.0, 2.5, 3.0)),
    ],
)
def test_an_end_that_is_moved_pushes_the_others_along(ends, which, value, then):
    assert worth.moved(ends, which, value) == then


@pytest.mark.parametrize("text", ["", "1_2", "3_2_1", "0_1_2", "1_2_99", "a_b_c", "nan_nan_nan", "1_2_inf"])  # fmt: skip
def test_an_address_that_makes_no_sense_is_not_followed(text):
    assert worth.read(text, 1.0, 10.0) is None


def test_an_address_says_what_was_written():
    assert worth.read(worth.written((1.0, 2.25, 10.0)), 1.0, 10.0) == (1.0, 2.25, 10.0)


def test_every_assumption_has_a_source_and_begins_inside_its_range():
    for each in worth.assumptions().values():
        assert each.least <= each.low <= each.likely <= each.high <= each.most, each.id
        assert each.source.endswith(".")
        assert each.used_in in {("cost",), ("net",)}
        steps = [(end - each.least) / each.step for end in (*each.ends, each.most)]
        assert all(math.isclose(step, round(step), abs_tol=1e-9) for step in steps), each.id


def drawn(fall, people=40, weeks=30, seed=5):
    """Return (table, start, never): half of the people begin in week 8 to 20 and then write `fall` less a week."""
    draw = np.random.default_rng(seed)
    table = draw.poisson(20, (people, weeks)).astype(float) - np.linspace(0, 5, weeks)
    start = draw.integers(8, 20, people)
    never = np.arange(people) % 2 == 0
    for person in np.flatnonzero(~never):
        table[person, start[person] + 1 :] -= fall
    return table, start, never


def test_what_gave_way_is_the_planted_fall_and_not_what_fell_for_everybody():
    planted, nothing = displaced.displaced(*drawn(3.0)), displaced.displaced(*drawn(0.0))

    assert planted.low < 3.0 < planted.high
    assert planted.low > 0
    assert nothing.low < 0 < nothing.high
    assert planted.people == (20, 20)


def test_what_gave_way_equals_a_difference_worked_by_hand():
    # two who begin in week 4, two who never do; before less after: 10 − 4, 10 − 6 and 10 − 10, 10 − 8
    flat = [10.0] * 4
    table = np.array([[*flat, 0, *[4.0] * 5], [*flat, 0, *[6.0] * 5], [*flat, 0, *[10.0] * 5], [*flat, 9, *[8.0] * 5]])  # fmt: skip

    found = displaced.displaced(table, np.array([4, 4, 0, 0]), np.array([False, False, True, True]))

    assert found.value == pytest.approx((6 + 4) / 2 - (0 + 2) / 2)


def test_whoever_comes_soon_after_missing_weeks_may_have_begun_in_them():
    """Eight weeks and a day after them nobody does any more."""
    con = duckdb.connect()
    con.execute(
        "create table panel as select unnest([1, 2, 3, 4]) as person, date '0001-01-01' as quarter"
    )
    con.execute(
        "create table gap as select 'slack' as tool, date '2026-02-02' as valid_from, date '2026-03-02' as valid_to"
    )
    con.execute(
        "create table first_seen as select person, 'slack' as tool, day, date_trunc('week', day)::date as week from (values"
        " (1, date '2026-01-05'), (2, date '2026-03-02'), (3, date '2026-04-27')) t(person, day)"
    )

    named = {"tool": "slack", "whole": periods.WHOLE, "new_after": NEW_AFTER_DAYS}
    starts = con.sql(displaced.STARTS, params=named).fetchall()

    assert [may_be_earlier for _, may_be_earlier in starts] == [False, True, False, False]


def test_cohorts_are_weighed_by_their_people_as_if_each_were_compared_alone():
    table, start, never = drawn(2.0, people=60)
    cohorts, sizes = np.unique(start[~never], return_counts=True)
    alone = []
    for week, size in zip(cohorts, sizes, strict=True):
        fell = table[:, :week].mean(axis=1) - table[:, week + 1 :].mean(axis=1)
        alone.append(size * (fell[~never & (start == week)].mean() - fell[never].mean()))

    assert displaced.displaced(table, start, never).value == pytest.approx(sum(alone) / sizes.sum())


def test_intervals_hold_nothing_in_nineteen_of_twenty_companies_where_nothing_gave_way():
    found = [displaced.displaced(*drawn(0.0, seed=seed)) for seed in range(400)]

    held = sum(each.low <= 0 <= each.high for each in found)
    assert 0.92 < held / len(found) < 0.98


def test_one_person_who_makes_most_of_it_is_said():
    table, start, never = drawn(0.0)
    table[1, start[1] + 1 :] += 5_000

    assert displaced.displaced(table, start, never).is_dominated
    assert not displaced.displaced(*drawn(3.0)).is_dominated


def test_nobody_to_compare_with_is_no_figure():
    table, start, never = drawn(3.0)

    assert displaced.displaced(table, start, np.ones_like(never)) is None
    assert displaced.displaced(table, np.zeros_like(start), np.zeros_like(never)) is None


def test_all_corners_hold_whatever_is_assumed_inside_them():
    busy = tool(received=(8.0, 10.0, 12.0), gave_way={"mails_written": (0.2, 0.4, 0.6), "meeting_minutes": (-1.0, 1.0, 2.0)})  # fmt: skip
    found = worth.net(busy, ASSUMED)

    for share in product((0.0, 0.5, 1.0), repeat=3):
        inner = {
            id_: (at := low + share[place % 3] * (high - low), at, at)
            for place, (id_, (low, _, high)) in enumerate(ASSUMED.items())
        }
        assert found.low - 1e-9 <= worth.net(busy, inner).likely <= found.high + 1e-9


def test_without_a_whole_week_what_gave_way_is_not_told():
    nothing = pl.Series([], dtype=pl.Date)

    for row in displaced._of_tool({}, nothing, nothing, None):
        assert row["reason"] == "short_history"
