"""Tests of the checks of what the measures are given."""

import math

import numpy as np
import pytest

from measurement.checks import probabilities, same_length, same_shape, zeros_and_ones
from standpoint.errors import InputError


def test_zeros_and_ones_become_booleans() -> None:
    assert zeros_and_ones("truth", [[0.0, 1.0], [1.0, 0.0]]).tolist() == [[False, True], [True, False]]


def test_a_value_that_is_neither_zero_nor_one_is_named_with_its_place() -> None:
    with pytest.raises(InputError, match=r"truth\[1, 0\] is 2, neither 0 nor 1. Give 1 where"):
        zeros_and_ones("truth", [[0, 1], [2, 0]])


def test_a_missing_truth_is_refused() -> None:
    with pytest.raises(InputError, match=r"truth\[1\] is nan, neither 0 nor 1"):
        zeros_and_ones("truth", [0.0, math.nan])


@pytest.mark.parametrize(("value", "shown"), [(1.2, "1.2"), (-0.1, "-0.1"), (math.nan, "nan")])
def test_a_value_that_is_no_probability_is_named_with_its_place(value: float, shown: str) -> None:
    with pytest.raises(InputError, match=rf"proba\[1\] is {shown}, not a probability between 0 and 1. Turn scores"):
        probabilities("proba", [0.5, value])


def test_different_shapes_are_refused_with_both_shapes() -> None:
    with pytest.raises(InputError, match=r"truth has shape \(2,\) but called has shape \(3,\). Give both"):
        same_shape("truth", np.zeros(2), "called", np.zeros(3))


def test_empty_arrays_are_refused() -> None:
    with pytest.raises(InputError, match=r"truth and called are empty .* Give at least one item"):
        same_shape("truth", np.zeros((0, 2)), "called", np.zeros((0, 2)))


def test_different_lengths_are_refused_with_both_lengths() -> None:
    with pytest.raises(InputError, match="counts has 2 items but groups has 1. Give both"):
        same_length("counts", [1, 2], "groups", ["s1"])
