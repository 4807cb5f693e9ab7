"""Tests of outcomes: gold beside what a model calls that never saw it."""

from dataclasses import replace

import numpy as np
import pytest

from training.fitting import FitConfig, fit_news_model
from training.gold import Gold
from training.outcome import FrameOutcome, Outcome, StanceOutcome, cross_validated, held_out
from training.splits import Indices, story_folds

Folds = list[tuple[Indices, Indices]]


@pytest.fixture(scope="module")
def folds(gold: Gold) -> Folds:
    return list(story_folds(gold.stories, n_folds=3))


@pytest.fixture(scope="module")
def outcome(gold: Gold, config: FitConfig, folds: Folds) -> Outcome:
    return cross_validated(gold, folds, lambda part: fit_news_model(part, config))


def both(outcome: Outcome) -> tuple[FrameOutcome, StanceOutcome]:
    assert outcome.frames is not None
    assert outcome.stances is not None
    return outcome.frames, outcome.stances


def test_every_article_and_target_is_answered_once(outcome: Outcome, gold: Gold) -> None:
    frames, stances = both(outcome)
    assert sorted(frames.stories) == sorted(gold.stories)
    assert frames.truth.sum(axis=0).tolist() == gold.present.sum(axis=0).tolist()
    assert np.bincount(stances.truth).tolist() == np.bincount(gold.stances).tolist()


def test_the_answers_stand_beside_their_own_truth(outcome: Outcome) -> None:
    frames, stances = both(outcome)
    assert (frames.called == frames.truth)[:, :2].mean() > 0.9
    assert (stances.called == stances.truth).mean() > 0.9


def test_rates_and_the_common_stance_are_those_of_the_training_part(gold: Gold, config: FitConfig) -> None:
    train, test = gold.select(range(40)), gold.select(range(40, 72))
    frames, stances = both(held_out(fit_news_model(train, config), train, test))
    assert frames.rates.tolist() == [train.present.mean(axis=0).tolist()] * 32
    assert set(stances.common) == {np.bincount(train.stances).argmax()}


def test_labels_of_the_test_part_do_not_change_the_predictions(gold: Gold, config: FitConfig, folds: Folds) -> None:
    tested = set(folds[0][1].tolist())
    turned = [
        replace(item, frames=frozenset({"rare"}), stances=item.stances[::-1]) if index in tested else item
        for index, item in enumerate(gold.articles)
    ]
    first, second = (
        both(cross_validated(one, folds[:1], lambda part: fit_news_model(part, config)))
        for one in (gold, Gold(gold.codebook, turned))
    )
    assert first[0].truth.tolist() != second[0].truth.tolist()
    assert first[0].proba.tolist() == second[0].proba.tolist()
    assert first[0].called.tolist() == second[0].called.tolist()
    assert first[1].proba.tolist() == second[1].proba.tolist()


def test_rows_say_which_story_language_and_actor_they_are_of(gold: Gold, config: FitConfig) -> None:
    model = fit_news_model(gold, config)
    frames, stances = both(held_out(model, gold, gold.select([3, 0])))
    assert (frames.stories.tolist(), frames.languages.tolist()) == (["s1", "s0"], ["zh", "en"])
    assert stances.stories.tolist() == ["s1", "s1", "s0", "s0"]
    assert stances.actors.tolist() == [question.target.actor for question in gold.select([3, 0]).questions]


def test_a_part_that_the_gold_lacks_is_left_out(gold: Gold, config: FitConfig) -> None:
    model = fit_news_model(gold, config)
    bare = Gold(gold.codebook, [replace(item, targets=(), stances=()) for item in gold.articles[:5]])
    assert held_out(model, gold, bare).stances is None
    assert held_out(fit_news_model(bare_of_stances(gold), config), gold, gold).stances is None


def bare_of_stances(gold: Gold) -> Gold:
    return Gold(gold.codebook, [replace(item, targets=(), stances=()) for item in gold.articles])


def test_joining_keeps_the_order_of_the_parts(outcome: Outcome) -> None:
    frames, _ = both(outcome)
    first = np.arange(len(frames.truth)) < 30
    joined = FrameOutcome.joined([frames.where(first), frames.where(~first)])
    assert joined.proba.tolist() == frames.proba.tolist()
    assert joined.stories.tolist() == frames.stories.tolist()
