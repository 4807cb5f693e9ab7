"""Tests of blending: two sources are mixed where that is shown to help, and only there."""

import numpy as np

from training.blending import fit_blend

N_ARTICLES = 300
STORIES = [f"s{number}" for number in range(N_ARTICLES)]
_GENERATOR = np.random.default_rng(5)
TRUTH = _GENERATOR.random((N_ARTICLES, 2)) < 0.4
GOOD, OTHER = (np.where(TRUTH, 1.0, -1.0) + _GENERATOR.normal(scale=1.5, size=TRUTH.shape) for _ in range(2))
NOISE = _GENERATOR.normal(size=TRUTH.shape)


def test_sources_that_err_apart_are_mixed() -> None:
    found = fit_blend(GOOD, OTHER, TRUTH, STORIES)
    assert found.gain.low > 0
    assert 0.3 <= found.blend.weight <= 0.7


def test_beside_noise_the_good_source_stays_alone_on_either_side() -> None:
    assert fit_blend(GOOD, NOISE, TRUTH, STORIES).blend.weight == 0.0
    assert fit_blend(NOISE, GOOD, TRUTH, STORIES).blend.weight == 1.0


def test_a_source_is_not_mixed_with_itself() -> None:
    found = fit_blend(GOOD, GOOD, TRUTH, STORIES)
    assert found.gain.low <= 0
    assert found.blend.weight == 0.0


def test_too_few_articles_show_nothing_and_the_better_source_is_taken() -> None:
    found = fit_blend(GOOD[:25], OTHER[:25], TRUTH[:25], STORIES[:25])
    assert found.gain.low <= 0
    assert found.blend.weight in (0.0, 1.0)


def test_the_same_seed_gives_the_same_blend() -> None:
    assert fit_blend(GOOD, OTHER, TRUTH, STORIES).gain == fit_blend(GOOD, OTHER, TRUTH, STORIES).gain
