"""Tests of the number of articles that an interval still needs."""

import math

import numpy as np
import pytest

from measurement.agreement import alpha_interval
from measurement.intervals import Estimate
from measurement.sample_size import half_width, more_needed
from standpoint.errors import InputError


def test_half_the_width_takes_four_times_as_many() -> None:
    assert more_needed(Estimate(0.5, 0.3, 0.7), 100) == 300


def test_an_interval_that_is_narrow_enough_needs_none() -> None:
    assert more_needed(Estimate(0.5, 0.4, 0.6), 100) == 0
    assert more_needed(Estimate(0.5, 0.45, 0.55), 100) == 0


@pytest.mark.parametrize("ends", [(math.nan, math.nan), (1.0, 1.0)])
def test_nothing_is_extrapolated_from_an_interval_without_width(ends: tuple[float, float]) -> None:
    assert more_needed(Estimate(1.0, *ends), 3) is None


def test_a_half_width_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="half-width 0 is not above 0. Give 0.1"):
        more_needed(Estimate(0.5, 0.3, 0.7), 100, target=0)


def test_the_forecast_holds_for_further_articles_of_the_same_kind() -> None:
    draw = np.random.default_rng(1)
    first = draw.integers(2, size=4000)
    second = np.where(draw.random(4000) < 0.2, 1 - first, first)
    few = alpha_interval([first[:100], second[:100]], np.arange(100))
    more = more_needed(few, 100, target=0.05)
    assert more is not None
    n = 100 + more
    assert half_width(alpha_interval([first[:n], second[:n]], np.arange(n))) == pytest.approx(0.05, rel=0.25)
