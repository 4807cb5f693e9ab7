"""Tests of thresholds: held against every other threshold, and shrunk where little is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.thresholds import best_threshold, frame_thresholds, stance_weights

Floats = NDArray[np.float64]
PROBABILITIES = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=30).map(np.array)
QUICK = settings(deadline=None, derandomize=True)


def expected_f1(proba: Floats, threshold: float) -> float:
    called = proba[proba >= threshold]
    return float(2 * called.sum() / (len(called) + proba.sum()))


@given(proba=PROBABILITIES)
@QUICK
def test_no_threshold_has_a_higher_expected_f1(proba: Floats) -> None:
    every = [expected_f1(proba, candidate) for candidate in (*proba, 0.0, 1.0)]
    assert expected_f1(proba, best_threshold(proba)) == pytest.approx(max(every), abs=1e-9)


@given(proba=PROBABILITIES)
@QUICK
def test_the_best_threshold_is_about_half_the_f1_that_is_reached(proba: Floats) -> None:
    reached = expected_f1(proba, best_threshold(proba))
    called, others = proba[proba >= best_threshold(proba)], proba[proba < best_threshold(proba)]
    assert called.min() >= reached / 2 - 1e-9
    assert others.max(initial=0.0) <= reached / 2 + 1e-9


def test_something_is_always_called() -> None:
    assert best_threshold(np.array([0.01, 0.02])) <= 0.02


def frames(n_articles: int, *curves: tuple[float, float]) -> Floats:
    """Return calibrated probabilities of frames with these log-odds means and spreads."""
    noise = np.random.default_rng(0).normal(size=(n_articles, len(curves)))
    means, spreads = np.array(curves).T
    value: Floats = 1 / (1 + np.exp(-(noise * spreads + means)))
    return value


def test_a_frame_of_many_articles_has_a_threshold_near_its_own_best() -> None:
    proba = frames(400, (-1.0, 2.0), (0.0, 2.0))
    own = [best_threshold(column) for column in proba.T]
    assert frame_thresholds(proba, np.array([10_000, 10_000])) == pytest.approx(own, abs=0.01)


def test_thresholds_are_probabilities() -> None:
    thresholds = frame_thresholds(frames(50, (-6.0, 0.1), (6.0, 0.1), (0.0, 3.0)), np.array([1, 49, 20]))
    assert np.all((thresholds > 0) & (thresholds < 1))


def test_a_frame_of_few_articles_goes_by_the_rule_of_the_others() -> None:
    proba = frames(200, (-1.0, 2.0), (-1.2, 2.0), (-1.1, 2.0), (-1.0, 0.01))
    common = frame_thresholds(proba, np.array([0, 0, 0, 0]))
    rare, known = (frame_thresholds(proba, np.array([1000, 1000, 1000, count])) for count in (1, 1000))
    assert abs(rare[3] - common[3]) < abs(known[3] - common[3])


def test_one_frame_alone_gets_a_threshold() -> None:
    assert frame_thresholds(frames(30, (0.0, 1.0)), np.array([15])).shape == (1,)


def test_a_lower_common_threshold_serves_rare_frames_better_than_one_half() -> None:
    proba = frames(500, *[(-2.5, 1.5)] * 3)
    thresholds = frame_thresholds(proba, np.array([50, 50, 50]))
    for column, threshold in zip(proba.T, thresholds, strict=True):
        assert expected_f1(column, threshold) > expected_f1(column, 0.5)


def test_weights_lift_a_stance_that_is_rare_and_never_called() -> None:
    stances = np.repeat([0, 1, 2], [80, 10, 10])
    proba = np.tile([0.6, 0.2, 0.2], (100, 1)) + np.eye(3)[stances] * 0.25
    weights = stance_weights(proba / proba.sum(axis=1, keepdims=True), stances)
    assert weights[0] < weights[1] == pytest.approx(weights[2])
    assert ((proba * weights).argmax(axis=1) == stances).all()


def test_weights_leave_stances_alone_that_are_called_right() -> None:
    stances = np.repeat([0, 1, 2], [80, 10, 10])
    assert stance_weights(np.eye(3)[stances] * 0.9 + 0.1 / 3, stances) == pytest.approx([1, 1, 1])


def test_weights_average_one() -> None:
    proba = np.random.default_rng(0).dirichlet([4, 2, 1], size=60)
    assert stance_weights(proba, np.repeat([0, 1, 2], [40, 15, 5])).mean() == pytest.approx(1)
