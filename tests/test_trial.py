"""Metric E5: what a trial in few departments could show, against published and worked numbers."""

import numpy as np
import pytest

from analytics.metrics import trial as metric
from analytics.statistics.trial import Spread, smallest_effect, spread
from tests.test_compare import DYESTUFF

ALIKE = Spread(1.0, 0.1)


@pytest.mark.parametrize(
    ("groups", "known", "effect"),
    [
        (4, 0.0, 1.977892), (8, 0.0, 0.874255), (12, 0.0, 0.661573), (20, 0.0, 0.488666), (40, 0.0, 0.335347),
        (8, 0.6, 0.552927), (20, 0.6, 0.309059),
    ],
)  # fmt: skip
def test_the_smallest_effect_is_that_of_the_published_formula(groups, known, effect):
    assert smallest_effect(groups, 25, ALIKE, 0.5, known) == pytest.approx(effect, abs=5e-7)


def test_the_likeness_of_dyestuff_is_that_of_lme4():
    """Published variance components: 1764.05 between batches, 2451.25 within."""
    batches = np.repeat(list(DYESTUFF), 5)

    found = spread(np.array([*DYESTUFF.values()], dtype=float).ravel(), batches)

    assert found.between == pytest.approx(0.418487, abs=5e-7)
    assert found.deviation**2 == pytest.approx(1764.05 + 2451.25, abs=5e-3)


def test_the_effect_is_never_said_too_small():
    draw = np.random.default_rng(1)
    department = np.repeat([f"D{i}" for i in range(8)], 25)
    before = draw.random(200)
    after = np.clip(before + draw.normal(0, 0.2, 200), 0, 1)

    [half] = metric.rows(department, before, after, 10)

    known = np.corrcoef(before, after)[0, 1] ** 2
    exact = smallest_effect(8, 25, spread(after, department), 0.5, known)
    assert (half["bin"], half["n"]) == ("half/8", 200)
    assert exact <= half["value"] < exact + 0.01


@pytest.mark.parametrize(
    ("sizes", "value", "reason"),
    [((20,) * 6 + (9,), None, "too_few_groups"), ((20,) * 7, 1.0, "nearly_all_or_none")],
)
def test_what_no_trial_can_tell_has_a_reason(sizes, value, reason):
    department = np.repeat([f"D{i}" for i in range(7)], sizes)
    shares = np.full(sum(sizes), value) if value else np.random.default_rng(2).random(sum(sizes))

    [row] = metric.rows(department, shares, shares, 10)

    assert row == {"bin": "half", "reason": reason}
