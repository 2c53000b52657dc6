"""Is a change over the same people told from chance?"""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.statistics.change import PAIRED, change, change_ends, with_others
from analytics.statistics.interval import interval


def paired(x, y, before_x, before_y):
    now, then = (
        (np.asarray(x, float), np.asarray(y, float)),
        (np.asarray(before_x, float), np.asarray(before_y, float)),
    )
    sums = {"pair_n": len(now[0])}
    for when, (a, b) in {"now": now, "then": then}.items():
        sums |= {
            f"{when}_x": a.sum(),
            f"{when}_y": b.sum(),
            f"{when}_xx": a @ a,
            f"{when}_xy": a @ b,
            f"{when}_yy": b @ b,
        }
    (a, b), (c, d) = now, then
    sums |= {"cross_xx": a @ c, "cross_xy": a @ d, "cross_yx": b @ c, "cross_yy": b @ d}
    return pl.DataFrame([sums]).select(PAIRED)


def test_the_variance_is_that_of_the_paired_residuals():
    draw = np.random.default_rng(2)
    x, y, c, d = (draw.uniform(1, 9, 40) for _ in range(4))
    c = c * 0.3 + x
    found = change(paired(x, y, c, d))
    r, s = x.sum() / y.sum(), c.sum() / d.sum()
    e = (x - r * y) / y.sum() - (c - s * d) / d.sum()
    assert found["change"][0] == pytest.approx(r - s)
    assert found["change_variance"][0] == pytest.approx(40 / 39 * (e @ e))
    assert found["change_low"][0] < r - s < found["change_high"][0]


def test_active_days_of_the_manufacturing_mail(shared):
    mail = pl.read_csv(shared / "data/manufacturing_email/communication.csv", try_parse_dates=True)
    day = pl.col("time").dt.date()
    active = (
        mail.filter(day.dt.weekday() <= 5)
        .select("actor1", day=day, quarter=day.dt.quarter())
        .unique()
    )
    days = (
        active.group_by("actor1", "quarter")
        .len()
        .pivot(on="quarter", index="actor1", values="len")
        .fill_null(0)
    )
    missing = [0] * (167 - days.height)
    q1, q2 = (np.array(days[name].to_list() + missing, dtype=float) for name in ("1", "2"))
    working = [
        sum((start + timedelta(d)).weekday() < 5 for d in range((end - start).days))
        for start, end in [
            (date(2010, 1, 2), date(2010, 4, 1)),
            (date(2010, 4, 1), date(2010, 7, 1)),
        ]
    ]
    assert working == [63, 65]
    assert (q1.sum(), q2.sum(), q1 @ q1, q2 @ q2, q1 @ q2) == (5070, 4465, 245356, 199105, 216332)
    assert (q1.sum() / (167 * 63), q2.sum() / (167 * 65)) == pytest.approx((0.481893, 0.411331), abs=5e-7)  # fmt: skip
    found = change(paired(q2, np.full(167, 65), q1, np.full(167, 63)))
    assert found["change"][0] == pytest.approx(-0.070562, abs=5e-7)
    assert found["change_variance"][0] ** 0.5 == pytest.approx(0.009411, abs=5e-7)
    unpaired = 0.0
    for x, y in ((q1, 63.0), (q2, 65.0)):
        sums = {
            "n": 167,
            "sx": x.sum(),
            "sy": 167 * y,
            "sxx": x @ x,
            "sxy": x.sum() * y,
            "syy": 167 * y * y,
        }
        unpaired += interval(pl.DataFrame([sums]), "ratio")["variance"][0]
    assert unpaired**0.5 == pytest.approx(0.038881, abs=5e-7)


def test_of_people_of_whom_nobody_moved_the_interval_is_not_a_point():
    """32 people: as if one had, by hand 2.039513 / 32 to either side."""
    none, people = np.zeros(1), np.full(1, 32.0)

    variance = with_others(none, np.full(1, 0.007), people, none, np.ones(1))

    low, high = change_ends(none, variance, people)
    assert (low[0], high[0]) == pytest.approx((-0.063735, 0.063735), abs=5e-7)


def test_a_change_holds_the_truth_though_some_people_are_others():
    """100 people, sixty in a hundred of whom do it; in the next quarter three others do or not, and six are newcomers."""
    draw = np.random.default_rng(4)
    runs, n, came, flips = 4_000, 100, 6, 3
    then = draw.random((runs, n)) < 0.6
    now = then ^ (
        draw.random((runs, n)) < flips / n * np.where(then, 2 / 3, 1)
    )  # as many come as go
    now[:, :came] = draw.random((runs, came)) < 0.6
    both = n - came
    moved = (now.mean(1) - then.mean(1)).astype(float)
    own = (now.astype(float) - then)[:, came:]
    paired, of_value = own.var(1, ddof=1) / both, now.var(1, ddof=1) / n

    def held(variance):
        low, high = change_ends(moved, variance, np.full(runs, float(both)))
        return ((low <= 0) & (high >= 0)).mean()

    size = np.full(runs, float(n))
    wider = with_others(paired, of_value, size, np.full(runs, 2.0 * came), np.ones(runs))
    assert held(paired) < 0.85
    assert 0.93 < held(wider) < 0.99


def test_no_pair_no_change():
    found = change(paired([1.0], [1.0], [2.0], [1.0]))
    assert found.select("change", "change_low").row(0) == (None, None)
    empty = change(paired([1.0, 2], [0.0, 0], [2.0, 1], [1.0, 1]))
    assert empty["change"][0] is None
