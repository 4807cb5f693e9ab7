"""Tests of calibration: known curves are found again, and scores that say nothing give the base rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.calibration import binary_proba, class_proba, fit_binary_calibration, fit_class_calibration

Floats = NDArray[np.float64]


def drawn(proba: Floats, seed: int = 0) -> NDArray[np.int64]:
    """Draw a class for every row of probabilities."""
    points = np.random.default_rng(seed).random((len(proba), 1))
    classes: NDArray[np.int64] = (proba.cumsum(axis=1) < points).sum(axis=1)
    return classes


def scores_like(n_rows: int, n_classes: int = 1) -> Floats:
    return np.random.default_rng(1).normal(size=(n_rows, n_classes)) * 1.5


def test_a_known_slope_and_offset_are_found_again() -> None:
    scores = scores_like(20_000)
    true = binary_proba(scores, np.array([[2.0, -1.0]]))
    truth = drawn(np.hstack([1 - true, true])) == 1
    assert fit_binary_calibration(scores[:, 0], truth) == pytest.approx((2.0, -1.0), abs=0.1)


def test_scores_that_say_nothing_give_everyone_the_base_rate() -> None:
    scores, truth = np.zeros(10), np.arange(10) < 3
    calibration = np.array([fit_binary_calibration(scores, truth)])
    assert binary_proba(np.array([[-9.0], [9.0]]), calibration).ravel() == pytest.approx(0.3)


def test_scores_that_point_the_wrong_way_give_everyone_the_base_rate() -> None:
    calibration = np.array([fit_binary_calibration(np.array([3.0, 2.0, -2.0, -3.0]), np.array([0, 0, 1, 0]) == 1)])
    assert binary_proba(np.array([[-9.0], [9.0]]), calibration).ravel() == pytest.approx(0.25)


@pytest.mark.parametrize(("truth", "low", "high"), [(True, 0.5, 1.0), (False, 0.0, 0.5)])
def test_one_class_only_gives_a_probability_short_of_certainty(truth: bool, low: float, high: float) -> None:
    calibration = np.array([fit_binary_calibration(np.array([0.1, 2.0, -3.0]), np.full(3, truth))])
    assert np.all(
        (binary_proba(scores_like(5), calibration) > low) & (binary_proba(scores_like(5), calibration) < high)
    )


def test_each_label_has_its_own_curve() -> None:
    proba = binary_proba(np.array([[1.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 0.0]]))
    assert proba.ravel() == pytest.approx([0.731, 0.5], abs=1e-3)


@given(scores=st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 3), min_size=1), temperature=st.floats(0, 20))
@settings(deadline=None, derandomize=True)
def test_probabilities_of_the_classes_sum_to_one(scores: list[tuple[float, ...]], temperature: float) -> None:
    proba = class_proba(np.array(scores), np.array([temperature, 1.0, -3.0, 0.0]))
    assert proba.sum(axis=1) == pytest.approx(1)
    assert np.all(proba >= 0)


@given(score=st.floats(-1e9, 1e9))
@settings(deadline=None, derandomize=True)
def test_a_probability_is_neither_zero_nor_above_one_however_wild_the_score(score: float) -> None:
    assert 0 < binary_proba(np.array([[score]]), np.array([[3.0, 1.0]]))[0, 0] <= 1


def test_a_known_temperature_is_found_again() -> None:
    scores = scores_like(20_000, 3)
    classes = drawn(class_proba(scores, np.array([0.4, 0.0, 0.0, 0.0])))
    assert fit_class_calibration(scores, classes)[0] == pytest.approx(0.4, abs=0.03)


def test_known_offsets_are_found_again_up_to_a_shift() -> None:
    scores = scores_like(20_000, 3)
    classes = drawn(class_proba(scores, np.array([1.0, 1.0, -1.0, 0.0])))
    offsets = fit_class_calibration(scores, classes)[1:]
    assert offsets - offsets.mean() == pytest.approx([1.0, -1.0, 0.0], abs=0.15)


def test_class_scores_that_say_nothing_give_everyone_the_base_rates() -> None:
    classes = np.repeat([0, 1, 2], [60, 30, 10])
    proba = class_proba(scores_like(5, 3), fit_class_calibration(np.zeros((100, 3)), classes) * [0, 1, 1, 1])
    assert proba == pytest.approx(np.tile([0.6, 0.3, 0.1], (5, 1)), abs=0.03)


def test_class_scores_unrelated_to_the_classes_are_turned_down() -> None:
    classes = np.random.default_rng(2).integers(3, size=2000)
    assert fit_class_calibration(scores_like(2000, 3), classes)[0] < 0.1


def test_a_class_that_never_occurs_gets_a_small_probability() -> None:
    classes = np.repeat([0, 1], 50)
    scores = np.eye(3)[classes] * 2
    assert class_proba(scores, fit_class_calibration(scores, classes))[:, 2].max() < 0.05


def test_one_class_alone_can_be_calibrated() -> None:
    proba = class_proba(scores_like(20, 3), fit_class_calibration(scores_like(20, 3), np.ones(20, dtype=np.int64)))
    assert np.all(proba.argmax(axis=1) == 1)


def test_a_few_scores_do_not_move_a_calibration_far() -> None:
    classes = drawn(class_proba(scores_like(6, 3), np.array([1.0, 0.0, 0.0, 0.0])))
    wild = [fit_class_calibration(scores_like(6, 3) * sign, classes) for sign in (1.0, -1.0)]
    assert all(0.4 < found[0] < 1.6 for found in wild)


def test_classes_that_counted_alike_in_training_get_their_shares_back() -> None:
    classes = np.repeat([0, 1, 2], [14, 4, 2])
    proba = class_proba(np.zeros((1, 3)), fit_class_calibration(np.zeros((20, 3)), classes))
    assert proba[0] == pytest.approx([0.65, 0.22, 0.13], abs=0.02)
