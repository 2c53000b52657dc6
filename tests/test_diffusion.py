"""Where an uptake levels off: a worked case, a published oracle, and the guard before the peak."""

import numpy as np
import pytest
from scipy import optimize

from analytics.statistics.diffusion import fit, share_come

COME = np.array([8, 9, 11, 13, 16, 18, 21, 23, 24, 24, 22, 20, 17, 14, 11, 9, 7, 5, 4, 3])
# room air conditioners sold 1949 to 1961, thousands (Bass 1969)
SOLD = np.array([96, 195, 238, 380, 1045, 1230, 1267, 1828, 1586, 1673, 1800, 1580, 1500])


def test_adoption_forecast_equals_the_worked_case():
    found = fit(COME, 400)

    assert (found.ceiling, found.p, found.q) == pytest.approx(
        (0.719724, 0.020647, 0.286818), abs=2e-6
    )
    assert found.minus_log_likelihood == pytest.approx(1045.703, abs=5e-4)
    assert found.low < found.ceiling < found.high
    assert found.is_identified


@pytest.mark.parametrize("weeks", [4, 6, 8])
def test_adoption_forecast_is_not_identified_before_the_peak(weeks):
    assert not fit(COME[:weeks], 400).is_identified


def test_the_curve_fits_published_sales_as_least_squares_do():
    def sales(t, m, p, q):
        return m * (share_come(t, p, q) - share_come(t - 1, p, q))

    (m, p, q), _ = optimize.curve_fit(sales, np.arange(1, 14), SOLD, (18000, 0.01, 0.4))

    assert m == pytest.approx(18712.7418, abs=0.05)
    assert (p, q) == pytest.approx((0.00944208, 0.37476282), abs=1e-6)


def test_the_first_five_years_of_air_conditioners_cannot_be_extrapolated():
    """Least squares would give a market of billions."""
    assert not fit(SOLD[:5], 60_000).is_identified


def test_a_launch_after_quiet_weeks_is_not_taken_for_one_without_imitation():
    """All have come who will, so the ceiling's upper end is that of a share: 186 of 293, by its likelihood alone."""
    come = np.array([0] * 5 + [14, 17, 11, 21, 32, 40, 31, 11, 5, 4] + [0] * 26)

    found = fit(come, 293)

    def beyond(share):
        return 186 * np.log(share * 293 / 186) + 107 * np.log((1 - share) * 293 / 107) + 1.920729

    assert found.is_identified
    assert found.ceiling == pytest.approx(186 / 293, abs=1e-6)
    assert found.high == pytest.approx(optimize.brentq(beyond, 186 / 293, 0.9), abs=1e-4)
    assert 9 < found.peak < 11  # most came in the tenth and eleventh week
