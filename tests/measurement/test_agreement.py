"""Tests of agreement, held against the krippendorff library and published examples."""

import math

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement.agreement import (
    alpha_interval,
    coincidences,
    nominal_alpha,
    prevalence,
    raw_agreement,
    usual_share,
)
from standpoint.errors import InputError

NAN = math.nan


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 4), st.integers(2, 30), st.integers(2, 4))
def test_alpha_equals_that_of_the_library(seed: int, n_annotators: int, n_items: int, n_values: int) -> None:
    generator = np.random.default_rng(seed)
    ratings = generator.integers(n_values, size=(n_annotators, n_items)).astype(float)
    ratings[generator.random(ratings.shape) < 0.3] = NAN
    ours = nominal_alpha(ratings)
    if math.isnan(ours):
        assert np.count_nonzero(coincidences(ratings).sum(axis=(0, 1))) < 2
    else:
        assert ours == pytest.approx(krippendorff.alpha(ratings, level_of_measurement="nominal"))


def test_alpha_equals_the_published_example_with_missing_ratings() -> None:
    ratings = [
        [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
        [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
        [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
    ]
    assert nominal_alpha(ratings) == pytest.approx(0.691, abs=0.0005)


def test_alpha_is_one_when_annotators_agree() -> None:
    assert nominal_alpha([[0, 1, 2], [0, 1, 2]]) == 1.0


@pytest.mark.parametrize("ratings", [[[0, 0], [0, 0]], [[0, NAN], [NAN, 1]], [[NAN], [NAN]], [[0, NAN], [0, 1]]])
def test_alpha_is_not_a_number_without_variation_or_pairs(ratings: list[list[float]]) -> None:
    assert math.isnan(nominal_alpha(ratings))


def test_the_interval_surrounds_alpha() -> None:
    generator = np.random.default_rng(0)
    first = generator.integers(2, size=200)
    second = np.where(generator.random(200) < 0.2, 1 - first, first)
    estimate = alpha_interval([first, second], np.arange(200) // 2, n_resamples=500)
    assert estimate.value == pytest.approx(nominal_alpha([first, second]))
    assert estimate.low < estimate.value < estimate.high
    assert estimate.high - estimate.low == pytest.approx(0.22, abs=0.05)


def test_a_rare_label_has_no_interval() -> None:
    ratings = np.zeros((2, 50))
    ratings[:, 0] = 1
    estimate = alpha_interval(ratings, np.arange(50))
    assert estimate.value == 1.0
    assert math.isnan(estimate.low)


def test_the_interval_needs_a_group_for_every_item() -> None:
    with pytest.raises(InputError, match="counts has 3 items but groups has 2"):
        alpha_interval([[0, 1, 1], [0, 1, 0]], ["s1", "s2"])


def test_raw_agreement_weighs_items_by_their_ratings() -> None:
    ratings = [[0.0, 0.0, 1.0], [0.0, 1.0, NAN], [0.0, NAN, NAN]]
    assert raw_agreement(ratings) == pytest.approx(3 / 5)


def test_raw_agreement_is_not_a_number_without_pairs() -> None:
    assert math.isnan(raw_agreement([[0, NAN], [NAN, 1]]))


def test_prevalence_counts_given_ratings_of_the_value() -> None:
    ratings = [[0, 1, 2, NAN], [0, 1, 1, NAN]]
    assert prevalence(ratings) == 0.5
    assert prevalence(ratings, 2) == pytest.approx(1 / 6)
    assert math.isnan(prevalence([[NAN, NAN]]))


def test_the_usual_share_is_that_of_the_most_frequent_answer() -> None:
    assert usual_share([[0, 2, 2, NAN], [1, 2, 1, NAN]]) == 0.5
    assert math.isnan(usual_share([[NAN, NAN]]))


def test_ratings_of_one_axis_are_refused() -> None:
    with pytest.raises(InputError, match=r"ratings has shape \(2,\), expected \(n_annotators, n_items\). Give one row"):
        nominal_alpha([0, 1])
