"""Breaks at a known date against published numbers, and how often chance alone passes for one."""

import numpy as np
import pytest

from analytics.statistics import interrupted

# Lopez Bernal, Cummins and Gasparrini 2017 (doi:10.1093/ije/dyw098): acute coronary events in Sicily by month from January
# 2002, and people of the standard population; smoking was banned in public places in January 2005.
EVENTS = (
    728, 659, 791, 734, 757, 726, 760, 740, 720, 814, 795, 858, 887, 766, 851, 769, 781, 756, 766, 752, 765, 831, 879, 928,
    914, 808, 937, 840, 916, 828, 845, 818, 860, 839, 887, 886, 831, 796, 833, 820, 877, 758, 767, 738, 781, 843, 850, 908,
    1021, 859, 976, 888, 962, 838, 810, 876, 843, 936, 912,
)  # fmt: skip
PEOPLE = (
    379875.3, 376495.5, 377040.8, 377116.4, 377383.4, 374113.1, 379513.3, 376295.5, 374653.2, 378485.6, 375955.5, 378349.7,
    376762.4, 379032.3, 379360.4, 376162, 377972.4, 381830.7, 379888.6, 380872.2, 380966.9, 381240.4, 382104.9, 381802.7,
    381656.3, 383680, 383504.2, 386462.9, 383783.1, 380836.8, 383483, 380906.2, 382926.8, 384052.4, 384449.6, 383428.4,
    388153.2, 388373.2, 386470.1, 386033.2, 383686.4, 385509.3, 385901.9, 386516.6, 388436.5, 383255.2, 390148.7, 385874.9,
    391613.6, 391750.4, 394005.6, 391364.9, 391664.6, 389022.3, 391878.5, 388575.3, 392989, 390018.8, 390712.3,
)  # fmt: skip
RATE = 1e5 * np.array(EVENTS) / np.array(PEOPLE)
MONTHS, BAN = np.arange(len(RATE)), 36


@pytest.mark.parametrize(
    ("correlation", "level", "error"), [(0.0, -24.844364, 7.704619), (0.3, -23.909604, 9.941038)]
)
def test_interrupted_series_of_the_ban_in_sicily_equals_the_published_jump(
    correlation, level, error
):
    effects, errors = interrupted.prais_winsten(interrupted.design(MONTHS, BAN), RATE, correlation)

    assert effects[2] == pytest.approx(level, abs=5e-7)
    assert errors[2] == pytest.approx(error, abs=5e-7)


@pytest.mark.parametrize(
    ("waves", "ratio", "ends", "spread"),
    [
        (0, 0.894377, (0.864686, 0.925086), 1.0),  # as published: errors of Poisson
        (
            0,
            0.894377,
            (0.839189, 0.953193),
            None,
        ),  # as published: errors by the spread that there is
        (2, 0.885072, (0.839401, 0.933227), None),
    ],
)
def test_counts_of_the_ban_in_sicily_on_our_columns_equal_the_published_poisson_rows(waves, ratio, ends, spread):  # fmt: skip
    """No figure of ours is a count to be fitted so; that the columns of the design are the published ones shows here."""
    season = [wave(2 * np.pi * turn * MONTHS / 12) for turn in range(1, waves + 1) for wave in (np.sin, np.cos)]  # fmt: skip
    columns = np.column_stack([interrupted.design(MONTHS, BAN)[:, :3], *season])
    events, people = np.array(EVENTS, float), np.array(PEOPLE)
    effects = np.linalg.lstsq(columns, np.log(events / people), rcond=None)[0]

    for _ in range(20):  # Newton's steps to the largest likelihood
        told = people * np.exp(columns @ effects)
        covariance = np.linalg.inv(columns.T @ (told[:, None] * columns))
        effects += covariance @ columns.T @ (events - told)

    by_data = ((events - told) ** 2 / told).sum() / (len(events) - columns.shape[1])
    half = 1.959964 * np.sqrt(covariance[2, 2] * (spread or by_data))
    assert np.exp(effects[2]) == pytest.approx(ratio, abs=5e-7)
    assert np.exp([effects[2] - half, effects[2] + half]) == pytest.approx(ends, abs=5e-7)


def test_the_correlation_of_residuals_is_put_right_as_published():
    columns = interrupted.design(MONTHS, BAN)

    shown = interrupted.shown(columns, RATE)

    assert shown == pytest.approx(0.202468, abs=5e-7)
    assert interrupted.put_right(columns, shown) == pytest.approx(0.308, abs=0.02)


def test_of_nineteen_pretended_bans_none_is_as_large_as_the_true_one():
    jumps = interrupted.pretended(RATE, MONTHS, BAN, 0.0)

    assert len(jumps) == 19
    assert np.abs(jumps).max() == pytest.approx(20.664576, abs=5e-7)
    told = interrupted.found(RATE, MONTHS, BAN)
    assert np.abs(interrupted.pretended(RATE, MONTHS, BAN, told.correlation)).max() < abs(told.level)  # fmt: skip
    assert told.level_ends[0] < -23.9 < told.level_ends[1] < 0


def test_a_planted_jump_and_bend_are_found_where_there_is_no_noise():
    time = np.array(
        [week for week in range(30) if week not in (7, 21)]
    )  # weeks of holidays are left out
    line = 0.3 + 0.01 * time + (time >= 15) * (0.1 - 0.02 * (time - 14))

    told = interrupted.found(line, time, 15)

    assert (told.level, told.slope) == pytest.approx((0.1, -0.02))


def test_chance_alone_passes_for_a_break_about_as_often_as_it_may():
    """400 series of 52 weeks, errors of correlation .3: least squares calls one in eight a break, ours one in fifteen."""
    columns = interrupted.design(np.arange(52), 26)
    errors = np.random.default_rng(52).normal(size=(400, 52))
    for week in range(1, 52):
        errors[:, week] += 0.3 * errors[:, week - 1]
    medians = interrupted.medians(columns)
    student = 2.0106  # with 48 degrees of freedom

    def calls(put_right):
        for series in errors:
            effects, error = interrupted.prais_winsten(columns, series, put_right(interrupted.shown(columns, series)))  # fmt: skip
            yield abs(effects[2] / error[2]) > student

    ours = sum(calls(lambda shown: np.interp(shown, medians, interrupted.CORRELATIONS)))
    plain = sum(calls(lambda _: 0.0))

    assert 0.03 < ours / 400 < 0.10 < plain / 400
