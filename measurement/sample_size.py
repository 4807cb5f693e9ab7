"""Sample size: how many more articles an interval needs to become as narrow as wished."""

import math

from measurement.intervals import Estimate
from standpoint.errors import InputError


def half_width(estimate: Estimate) -> float:
    """Return half the width of an interval; NaN where there is none.

    >>> round(half_width(Estimate(0.6, 0.45, 0.75)), 2)
    0.15
    """
    return (estimate.high - estimate.low) / 2


def more_needed(estimate: Estimate, n: int, *, target: float = 0.1) -> int | None:
    """Estimate how many articles beside the `n` measured ones bring the half-width of an interval down to `target`.

    The half-width is taken to shrink with the square root of the number of articles, as a bootstrap standard error
    does when further articles are like these: half the width takes four times as many. None where the interval is
    not defined or has no width, from which nothing can be extrapolated.

    >>> more_needed(Estimate(0.6, 0.4, 0.8), 50), more_needed(Estimate(0.6, 0.55, 0.65), 50)
    (150, 0)

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 6.

    Raises:
        InputError: `target` is not above 0.
    """
    if not target > 0:
        raise InputError(f"the half-width {target} is not above 0. Give 0.1 for an interval of plus or minus 0.1.")
    present = half_width(estimate)
    if not present > 0:
        return None
    return max(0, math.ceil(n * (present / target) ** 2 - 1e-9) - n)
