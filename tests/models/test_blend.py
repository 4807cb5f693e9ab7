"""Tests of the blend: what each source contributes, and that scales do not matter."""

import numpy as np
import pytest

from models.blend import Blend, fit_calibrations

_GENERATOR = np.random.default_rng(3)
TRUTH = _GENERATOR.random((200, 2)) < [0.5, 0.2]
FIRST = np.where(TRUTH, 1.0, -1.0) + _GENERATOR.normal(size=TRUTH.shape)
SECOND = 10 * (np.where(TRUTH, 1.0, -1.0) + _GENERATOR.normal(size=TRUTH.shape))


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_weight_at_an_end_leaves_one_source_unheard(weight: float) -> None:
    blend = Blend.fit(FIRST, SECOND, TRUTH, weight=weight)
    noise = np.full_like(FIRST, 123.0)
    heard = blend.predict_proba(FIRST, noise) if weight == 0 else blend.predict_proba(noise, SECOND)
    assert heard.tolist() == blend.predict_proba(FIRST, SECOND).tolist()
    assert (blend.uses_first, blend.uses_second) == (weight < 1, weight > 0)


def test_two_sources_that_err_apart_are_right_more_often_together() -> None:
    right = [
        ((Blend.fit(FIRST, SECOND, TRUTH, weight=weight).predict_proba(FIRST, SECOND) > 0.5) == TRUTH).mean()
        for weight in (0.0, 0.5, 1.0)
    ]
    assert right[1] > max(right[0], right[2])


def test_the_scale_of_a_source_does_not_matter() -> None:
    small = Blend.fit(FIRST, SECOND / 5, TRUTH, weight=0.5).predict_proba(FIRST, SECOND / 5)
    assert small == pytest.approx(Blend.fit(FIRST, SECOND, TRUTH, weight=0.5).predict_proba(FIRST, SECOND), abs=0.01)


def test_probabilities_are_calibrated_on_the_articles_it_was_fitted_on() -> None:
    proba = Blend.fit(FIRST, SECOND, TRUTH, weight=0.5).predict_proba(FIRST, SECOND)
    assert proba.mean(axis=0) == pytest.approx(TRUTH.mean(axis=0), abs=0.01)


def test_a_source_that_says_nothing_of_a_label_gets_its_base_rate() -> None:
    assert fit_calibrations(np.zeros((200, 2)), TRUTH)[:, 0].tolist() == [0.0, 0.0]


def test_arrays_read_back_give_the_same_answers() -> None:
    blend = Blend.fit(FIRST, SECOND, TRUTH, weight=0.3)
    again = Blend.from_arrays(blend.to_arrays())
    assert again.predict_proba(FIRST, SECOND).tolist() == blend.predict_proba(FIRST, SECOND).tolist()
