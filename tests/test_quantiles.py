"""Quantiles that are loaded light against scipy.stats, which is loaded heavy."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats

from analytics.statistics import quantiles

PARTS = np.linspace(0.001, 0.999, 333)


def test_quantiles_are_those_of_scipy_stats() -> None:
    for freedom in (1, 4.5, 200):
        assert_allclose(quantiles.student(PARTS, freedom), stats.t.ppf(PARTS, freedom), rtol=1e-12)
        assert_allclose(quantiles.beta(PARTS, freedom, 8), stats.beta.ppf(PARTS, freedom, 8))
    assert_allclose(quantiles.normal(0.975), stats.norm.ppf(0.975), rtol=1e-12)
    assert_allclose(quantiles.chi_square_above(3.5, 2), stats.chi2.sf(3.5, 2), rtol=1e-12)
    assert np.isnan(quantiles.student(0.975, 0)) and np.isnan(quantiles.beta(0.025, 0, 5))
