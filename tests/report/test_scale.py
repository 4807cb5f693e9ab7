"""Tests of report.scale."""

import math

import pytest

from measurement.intervals import Estimate
from report.scale import PIXELS, Scale, scale_around_zero, scale_of_seconds, scale_to_one


def test_numbers_stand_in_order_and_inside_the_plot() -> None:
    scale = Scale(-0.5, 1, ())
    places = [scale.at(value) for value in (-3, -0.5, 0, 0.9, 1, 2)]
    assert places == sorted(places)
    assert 0 < places[0] == places[1] < places[4] == places[5] < PIXELS


def test_a_logarithmic_axis_gives_every_tenfold_the_same_room() -> None:
    scale = Scale(1, 100, (), is_logarithmic=True)
    assert scale.at(10) - scale.at(1) == pytest.approx(scale.at(100) - scale.at(10))
    assert scale.at(0) == scale.at(1)


@pytest.mark.parametrize("low", [0.3, -0.05, -0.2, -0.21, -0.7, -1.0])
def test_an_axis_to_one_holds_every_interval(low: float) -> None:
    scale = scale_to_one([Estimate(0.5, low, 1.0), None, Estimate(0.4, math.nan, math.nan)])
    assert scale.low <= min(low, 0)
    assert (scale.ticks[0], scale.ticks[-1]) == (scale.low, 1)
    assert len(scale.ticks) <= 7


@pytest.mark.parametrize("end", [0.001, 0.08, 0.3, 0.9])
def test_an_axis_around_zero_is_as_wide_as_the_intervals(end: float) -> None:
    scale = scale_around_zero([Estimate(0.0, -end, end / 2)])
    assert scale.high == -scale.low
    assert end <= scale.high


def test_times_of_nothing_or_of_no_length_are_on_the_axis() -> None:
    scale = scale_of_seconds([0.2, math.nan, 100])
    assert scale is not None
    assert (scale.low, scale.high) == (1, 200)
    assert scale_of_seconds([math.nan]) is None
