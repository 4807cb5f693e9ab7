"""Tests of fitting frames on an encoder's states: nothing is measured on what was learned, and the rule decides."""

from dataclasses import replace

import numpy as np
import pytest

from models.frame_head import States
from models.frame_model import NEVER
from models.targets import Scene
from training.encoder_frames import FrameArticles, FramePair
from training.gold import Gold

N_FOLDS = 3
_TABLE = np.random.default_rng(7).normal(size=(3, 2, 8))


def told(gold: Gold) -> list[States]:
    """Return states (n_sentences, n_layers, width) that tell the frames of each article."""
    draw = np.random.default_rng(0)
    return [np.concatenate([_TABLE[row], draw.normal(size=(3, 2, 8))]) for row in gold.present]


def untold(gold: Gold) -> list[States]:
    """Return states that tell nothing."""
    draw = np.random.default_rng(0)
    return [draw.normal(size=(4, 2, 8)) for _ in range(len(gold))]


def wordless(gold: Gold) -> Gold:
    """Return the gold with texts that tell nothing."""
    scene = Scene("Officials met reporters.", ((0, 24),))
    return Gold(gold.codebook, [replace(item, scene=scene, cast=()) for item in gold.articles])


def pair(gold: Gold, states: list[States], **options: int) -> FramePair:
    shares = gold.present.astype(np.float64)
    return FramePair.fit(FrameArticles(gold, states, shares, shares), None, n_folds=N_FOLDS, **options)


@pytest.fixture(scope="module")
def both(gold: Gold) -> FramePair:
    return pair(gold, told(gold))


def test_scores_are_of_models_that_never_saw_the_story(gold: Gold, both: FramePair) -> None:
    story = gold.articles[10].story
    items = [replace(item, frames=frozenset({"rare"})) if item.story == story else item for item in gold.articles]
    relabelled = pair(Gold(gold.codebook, items), told(gold))
    own = np.array([item.story == story for item in gold.articles])
    assert np.abs(relabelled.cross_fitted - both.cross_fitted)[:, ~own].max() > 0.01
    assert np.abs(relabelled.cross_fitted - both.cross_fitted)[:, own].max() == 0


def test_a_frame_too_rare_for_both_is_not_fitted_and_never_called(gold: Gold, both: FramePair) -> None:
    blended = both.blended(0.5)
    proba = blended.predict_proba(gold.texts, gold.casts, both.articles.states)
    assert both.is_fitted.tolist() == [True, True, False]
    assert blended.thresholds_[2] == NEVER
    assert ((proba >= blended.thresholds_) == gold.present * [True, True, False]).mean() > 0.95


def test_where_only_the_states_tell_the_words_are_left_out(gold: Gold) -> None:
    found = pair(wordless(gold), told(gold))
    weight = found.rule().blend.weight
    assert weight == 1.0
    assert found.blended(weight).linear is None


def test_where_only_the_words_tell_the_states_count_for_nothing(gold: Gold) -> None:
    found = pair(gold, untold(gold))
    weight = found.rule().blend.weight
    assert weight == 0.0
    states = untold(gold)[::-1]
    proba = found.blended(weight).predict_proba(gold.texts, gold.casts, states)
    assert ((proba[:, :2] > 0.5) == gold.present[:, :2]).all()


def test_the_gain_that_the_rule_rests_on_is_told(both: FramePair) -> None:
    rule = both.rule()
    assert rule.gain.low <= rule.gain.value <= rule.gain.high
    assert (rule.gain.low > 0) == (0 < rule.blend.weight < 1)


def test_the_same_seed_gives_the_same_scores_and_another_seed_others(gold: Gold, both: FramePair) -> None:
    assert np.array_equal(pair(gold, told(gold)).cross_fitted, both.cross_fitted)
    assert not np.array_equal(pair(gold, told(gold), seed=1).cross_fitted, both.cross_fitted)


def test_articles_are_selected_with_all_that_belongs_to_them(both: FramePair) -> None:
    chosen = both.articles.select(np.array([5, 2]))
    assert chosen.gold.articles == (both.articles.gold.articles[5], both.articles.gold.articles[2])
    assert chosen.states[0] is both.articles.states[5]
    assert (chosen.shares == both.articles.shares[[5, 2]]).all()
    assert (chosen.learned == both.articles.learned[[5, 2]]).all()


def test_shares_are_learned_by_the_words_and_what_is_learned_by_the_states(gold: Gold, both: FramePair) -> None:
    hard, half = both.articles.shares, np.full(both.articles.shares.shape, 0.5)
    softened = FrameArticles(gold, both.articles.states, np.clip(hard, 0.3, 0.7), hard)
    questioned = FrameArticles(gold, both.articles.states, hard, np.where(np.arange(3) == 0, half, hard))
    soft, asked = (FramePair.fit(articles, None, n_folds=N_FOLDS) for articles in (softened, questioned))
    assert np.array_equal(soft.cross_fitted[1], both.cross_fitted[1])
    assert not np.array_equal(soft.cross_fitted[0], both.cross_fitted[0])
    assert np.array_equal(asked.cross_fitted[0], both.cross_fitted[0])
    assert asked.is_fitted.tolist() == [False, True, False]
