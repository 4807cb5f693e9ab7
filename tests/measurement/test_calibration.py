"""Tests of calibration, held against scikit-learn where it has the measure."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from measurement.calibration import Bin, brier, expected_calibration_error, reliability
from standpoint.errors import InputError


def test_brier_equals_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    truth, proba = generator.integers(2, size=50), generator.random(50)
    assert brier(truth, proba) == pytest.approx(brier_score_loss(truth, proba))


def test_brier_pools_labels() -> None:
    assert brier([[1, 0], [0, 0]], [[0, 0], [0, 0]]) == 0.25


def test_bins_equal_those_of_scikit_learn_where_no_probability_is_tied() -> None:
    generator = np.random.default_rng(0)
    truth, proba = generator.integers(2, size=100), generator.random(100)
    bins = reliability(truth, proba, n_bins=5)
    share_true, mean_proba = calibration_curve(truth, proba, n_bins=5, strategy="quantile")
    assert [item.share_true for item in bins] == pytest.approx(share_true)
    assert [item.mean_proba for item in bins] == pytest.approx(mean_proba)
    assert [item.count for item in bins] == [20] * 5


def test_equal_probabilities_share_a_bin_in_any_order() -> None:
    assert reliability([0, 0, 1, 1], [0.5] * 4, n_bins=2) == [Bin(0.5, 0.5, 4)]
    assert expected_calibration_error([0, 0, 1, 1], [0.5] * 4, n_bins=2) == 0


def test_more_bins_than_items_leave_one_item_a_bin() -> None:
    assert reliability([1, 0], [0.8, 0.1], n_bins=10) == [Bin(0.1, 0, 1), Bin(0.8, 1, 1)]


def test_the_error_is_the_mean_distance_of_the_bins_weighted_by_items() -> None:
    truth, proba = [0, 0, 0, 1], [0.2, 0.2, 0.2, 0.6]
    assert expected_calibration_error(truth, proba) == pytest.approx(0.75 * 0.2 + 0.25 * 0.4)


def test_the_error_is_small_for_calibrated_and_large_for_overconfident_probabilities() -> None:
    generator = np.random.default_rng(0)
    proba = generator.random(20_000)
    truth = generator.random(20_000) < proba
    assert expected_calibration_error(truth, proba) < 0.02
    assert expected_calibration_error(truth, proba > 0.5) == pytest.approx(0.25, abs=0.02)


def test_a_probability_above_one_is_refused() -> None:
    with pytest.raises(InputError, match=r"proba\[1\] is 70.0, not a probability between 0 and 1"):
        brier([0, 1], [0.5, 70])


def test_truth_and_probabilities_of_different_items_are_refused() -> None:
    with pytest.raises(InputError, match=r"truth has shape \(2,\) but proba has shape \(1,\)"):
        reliability([0, 1], [0.5])


def test_no_bins_are_refused() -> None:
    with pytest.raises(InputError, match="n_bins is 0.*Give 10"):
        reliability([0, 1], [0.5, 0.5], n_bins=0)
