"""Quantiles of the four distributions that intervals need.

They are scipy.stats' own values without its import, which takes longer than all else that a command loads.
"""

import numpy as np
from scipy import special


def normal(p: float) -> float:
    """Return the standard normal's quantile at p."""
    return float(special.ndtri(p))


def student(p: float | np.ndarray, freedom: float | np.ndarray) -> np.ndarray:
    """Return Student's t quantile at p with so many degrees of freedom; nan where there are none."""
    return special.stdtrit(freedom, p)


def beta(p: float | np.ndarray, a: float | np.ndarray, b: float | np.ndarray) -> np.ndarray:
    """Return the beta distribution's quantile at p; nan where a or b is 0 or less."""
    return special.betaincinv(a, b, p)


def chi_square_above(value: float, freedom: int) -> float:
    """Return the chance that χ² lies above the value."""
    return float(special.chdtrc(freedom, value))
