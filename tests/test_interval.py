"""Do the intervals give the published and hand-worked ends?"""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analytics.statistics.interval import (
    Z,
    effective_size,
    interval,
    outward,
    publish_ends,
    ratio_variance,
    unsureness,
    wilson,
)


def cells(x, y):
    """One cell as the sums that the engine hands over."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    sums = {
        "sx": x,
        "sy": y,
        "sxx": x * x,
        "sxy": x * y,
        "syy": y * y,
        "sl": np.log1p(x),
        "sll": np.log1p(x) ** 2,
    }
    return pl.DataFrame({"n": [len(x)], **{name: [values.sum()] for name, values in sums.items()}})


def ends(frame):
    return frame["low"][0], frame["high"][0]


@pytest.mark.parametrize(
    ("yes", "n", "low", "high"),
    [
        (81, 263, 0.255289, 0.366210),
        (15, 148, 0.062386, 0.160487),
        (0, 20, 0, 0.161125),
        (1, 29, 0.006113, 0.171755),
    ],
)
def test_plain_shares_agree_with_newcombe_1998(yes, n, low, high):
    found = interval(cells([1] * yes + [0] * (n - yes), [1] * n), "share")
    assert ends(found) == pytest.approx((low, high), abs=5e-7)


def test_difference_of_shares_by_newcombe_from_our_wilson_ends():
    first = wilson(np.array(56 / 70), np.array(70))
    second = wilson(np.array(48 / 80), np.array(80))
    low = 0.2 - np.hypot(56 / 70 - first[0], second[1] - 48 / 80)
    high = 0.2 + np.hypot(first[1] - 56 / 70, 48 / 80 - second[0])
    assert (low, high) == pytest.approx((0.052431, 0.333873), abs=5e-7)


def test_hand_case_of_a_clustered_share():
    weeks = [4, 4, 3, 4, 2, 0, 4, 1, 4, 3]
    sums = cells(weeks, [4] * 10)
    assert sums.row(0)[1:6] == (29, 40, 103, 116, 160)
    found = interval(sums, "clustered")
    assert found["value"][0] == pytest.approx(0.725)
    assert found["variance"][0] == pytest.approx(0.013125)
    size = effective_size(np.array([0.725]), np.array([0.013125]), np.array([10]), np.array([40]))
    assert size[0] == pytest.approx(15.190476, abs=5e-7)
    student = 2.262157  # t of 9 degrees of freedom
    assert size[0] * (Z / student) ** 2 == pytest.approx(11.403076, abs=5e-6)
    assert ends(found) == pytest.approx((0.437099, 0.899506), abs=5e-7)
    as_if_weeks_were_people = wilson(np.array(0.725), np.array(40))
    assert as_if_weeks_were_people == pytest.approx((0.571650, 0.838920), abs=5e-7)


def test_hand_case_of_a_ratio():
    x, y = [5, 0, 12, 7, 3, 30, 2, 9, 4, 8], [10, 2, 20, 10, 8, 40, 2, 15, 8, 9]
    found = interval(cells(x, y), "ratio")
    assert found["value"][0] == pytest.approx(0.645161, abs=5e-7)
    assert found["variance"][0] ** 0.5 == pytest.approx(0.049763, abs=5e-7)
    assert ends(found) == pytest.approx((0.532590, 0.757732), abs=5e-7)


def test_hand_case_of_a_heavy_tail():
    sums = cells([0, 1, 1, 2, 3, 5, 8, 20, 40, 120], [1] * 10)
    assert (sums["sl"][0], sums["sll"][0]) == pytest.approx((19.414070, 58.187206), abs=5e-7)
    typical, mean = interval(sums, "typical"), interval(sums, "ratio")
    assert typical["value"][0] == pytest.approx(5.968549, abs=5e-7)
    assert ends(typical) == pytest.approx((1.367555, 19.510892), abs=5e-7)
    assert mean["value"][0] == 20
    assert ends(mean) == pytest.approx((-6.66, 46.66), abs=5e-3)


def test_shares_near_an_end_rest_on_fewer_cases():
    """Ten people in four of four weeks, two in three: R 46/48, v = 5/6336 by fractions, γ from scipy's beta distribution."""
    nearly_all = cells([4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 4, 4], [4] * 12)
    share, variance, n = (np.array([v]) for v in (46 / 48, 5 / 6336, 12))

    found = interval(nearly_all, "clustered")

    assert found["variance"][0] == pytest.approx(variance[0])
    doubt = unsureness(share, variance, n)
    beta = stats.beta(*(s * (share * (1 - share) / (n * variance) - 1) for s in (share, 1 - share)))
    assert doubt == pytest.approx(beta.stats("s") ** 2 / 24)
    size = effective_size(share, variance, n, np.array([48])) * (Z / 2.200985) ** 2
    low, high = wilson(share, size / (1 + doubt))
    assert ends(found) == pytest.approx((low[0], high[0]), abs=5e-7)
    assert low < wilson(share, size)[0]


def test_a_share_of_yes_and_no_alone_is_as_lopsided_as_a_coin():
    share = np.array([0.9])
    once = unsureness(share, share * (1 - share) / 20, np.array([20]))
    assert once == pytest.approx(stats.bernoulli(0.9).stats("s") ** 2 / 40)


def test_everybody_or_nobody_still_has_an_interval():
    for x in (0, 4):
        found = interval(cells([x] * 12, [4] * 12), "clustered")
        low, high = ends(found)
        assert 0 <= low < high <= 1


def test_nothing_below_is_unknown_not_zero():
    found = interval(cells([0, 0], [0, 0]), "ratio")
    assert found.select("value", "low", "high").row(0) == (None, None, None)
    alone = interval(cells([3], [1]), "ratio")
    assert alone["value"][0] == 3
    assert ends(alone) == (None, None)


@pytest.mark.parametrize("p", [0.5, 0.9])
def test_the_clustered_interval_covers_where_person_weeks_do_not(p):
    """10 people x 13 weeks, alike within a person by .5; docs/intervals.md says .96."""
    draw = np.random.default_rng(11)
    a, b = p, 1 - p  # beta(p, 1-p) has intraclass correlation .5
    runs = 2000
    x = draw.binomial(13, draw.beta(a, b, (runs, 10))).astype(float)
    y = np.full_like(x, 13)
    sums = {"sx": x, "sy": y, "sxx": x * x, "sxy": x * y, "syy": y * y}
    frame = pl.DataFrame(
        {"n": [10] * runs, **{name: values.sum(1) for name, values in sums.items()}}
    )
    found = interval(frame, "clustered")
    covered = ((found["low"] <= p) & (found["high"] >= p)).mean()
    naive = wilson(x.sum(1) / 130, np.full(runs, 130.0))
    assert 0.93 < covered < 0.975
    assert ((naive[0] <= p) & (naive[1] >= p)).mean() < 0.6


def test_ends_are_rounded_outward_to_two_digits():
    low, high = outward(
        np.array([0.437099, -0.3309, 22.92, 0.29, 0.0]),
        np.array([0.899506, -0.288, 23.58, 0.29, 120.1]),
    )
    assert low.tolist() == pytest.approx([0.43, -0.34, 22, 0.29, 0])
    assert high.tolist() == pytest.approx([0.90, -0.28, 24, 0.29, 130])
    frame = publish_ends(pl.DataFrame({"low": [0.0123, None], "high": [0.0456, None]}))
    assert frame.rows() == [(pytest.approx(0.012), pytest.approx(0.046)), (None, None)]


def test_person_query_of_vivainsights(shared):
    people = (
        pl.scan_csv(shared / "data/vivainsights/pq_data.csv", infer_schema_length=None)
        .group_by("PersonId", "Organization")
        .agg(x=pl.col("Collaboration_hours").sum(), y=pl.len())
        .collect()
    )
    for name, value, se, n in [
        ("HR", 23.249373, 0.161034, 33),
        ("Sales Operations", 22.984326, 0.213691, 13),
    ]:
        group = people.filter(pl.col("Organization").str.starts_with(name.split()[0]))
        assert group.height == n
        found = interval(cells(group["x"], group["y"]), "ratio")
        assert (found["value"][0], found["variance"][0] ** 0.5) == pytest.approx(
            (value, se), abs=5e-7
        )
        if name == "HR":
            assert ends(found) == pytest.approx((22.921357, 23.577389), abs=5e-7)


def test_variance_of_one_person_is_unknown():
    one = np.array([1.0])
    assert np.isnan(ratio_variance(one, one, one, one, one, one))[0]
