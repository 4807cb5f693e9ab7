"""Tests of blended frames: words and states answer together as the blend says, or one of them alone."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from models.blend import Blend
from models.blended_frames import BlendedFrames, blended_frames
from models.frame_head import FrameHead, States
from models.frame_model import NEVER, FrameModel
from models.targets import Scene
from standpoint.sentences import sentences

WORDS = ("rain", "trade", "talks", "prices", "supply", "mines", "markets", "failed", "pact")
FAILURE, ALLIANCE = 7, 8
"""The words that give the frames away."""

_TABLE = np.random.default_rng(7).normal(size=(len(WORDS), 2, 8))


def states_of(words: list[int]) -> States:
    """Return states (n_sentences, n_layers, width): a sentence is one word, which decides its state."""
    found: States = _TABLE[words]
    return found


def made() -> tuple[list[list[int]], NDArray[np.bool_]]:
    """Return articles of five words, and which frames each uses; a third frame is too rare to learn."""
    draw = random.Random(3)
    articles = [draw.sample([draw.choice([FAILURE, 0]), draw.choice([ALLIANCE, 1]), 2, 3, 4], 5) for _ in range(40)]
    present = [[FAILURE in words, ALLIANCE in words, number == 0] for number, words in enumerate(articles)]
    return articles, np.array(present)


ARTICLES, PRESENT = made()
TEXTS = [" ".join(f"{WORDS[word]}." for word in words) for words in ARTICLES]
STATES = [states_of(words) for words in ARTICLES]
CASTS = [""] * len(TEXTS)


@pytest.fixture(scope="module")
def linear() -> FrameModel:
    return FrameModel().fit(TEXTS, PRESENT)


@pytest.fixture(scope="module")
def head() -> FrameHead:
    return FrameHead().fit(STATES, PRESENT)


def blended(linear: FrameModel, head: FrameHead, weight: float) -> BlendedFrames:
    first, second = linear.decision_function(TEXTS, casts=CASTS), head.decision_function(STATES)
    thresholds = np.array([0.5, 0.5, NEVER])
    used = linear if weight < 1 else None
    return BlendedFrames(used, head, Blend.fit(first, second, PRESENT, weight=weight), thresholds)


def scene_of_words(words: list[int]) -> Scene:
    text = " ".join(f"{WORDS[word].capitalize()}." for word in words)
    return Scene(text, tuple(sentences(text)))


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_frames_are_called_whoever_answers(linear: FrameModel, head: FrameHead, weight: float) -> None:
    proba = blended(linear, head, weight).predict_proba(TEXTS, CASTS, STATES)
    assert ((proba >= [0.5, 0.5, NEVER]) == PRESENT * [True, True, False]).all()


def test_each_source_counts_as_much_as_its_weight_says(linear: FrameModel, head: FrameHead) -> None:
    wrong = [states_of([word ^ 7 if word in (FAILURE, 0) else word for word in words]) for words in ARTICLES]
    sides = [
        blended(linear, head, weight).predict_proba(TEXTS, CASTS, wrong)[:, 0] > 0.5 for weight in (0.0, 0.2, 0.8, 1.0)
    ]
    truth = PRESENT[:, 0].tolist()
    assert [side.tolist() for side in sides[:2]] == [truth] * 2
    assert [(~side).tolist() for side in sides[2:]] == [truth] * 2


def test_texts_are_not_read_where_the_states_answer_alone(linear: FrameModel, head: FrameHead) -> None:
    alone = blended(linear, head, 1.0)
    assert np.array_equal(alone.predict_proba([], [], STATES), alone.predict_proba(TEXTS, CASTS, STATES))


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_the_sentence_that_shows_a_frame_is_its_evidence(linear: FrameModel, head: FrameHead, weight: float) -> None:
    words = [2, 3, FAILURE, 4, 1]
    for n_times in (1, 20):  # of a long article each sentence is read alone
        found = blended(linear, head, weight).evidence(
            scene_of_words(words * n_times), [""] * 5 * n_times, states_of(words * n_times)
        )
        assert found.shape == (5 * n_times, 3)
        assert found[:, 0].argmax() % 5 == 2
        assert found[2, 0] > 0


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_evidence_is_what_the_log_odds_lose_without_the_sentence(
    linear: FrameModel, head: FrameHead, weight: float
) -> None:
    words, model = [2, 3, FAILURE, 4, 1], blended(linear, head, weight)
    scene, cast, states = scene_of_words(words), ["one", "two", "", "two", "one"], states_of(words)
    start, end = scene.sentences[2]
    texts, casts = [scene.text, scene.text[:start] + scene.text[end:]], [" | ".join(cast), "one | two | two | one"]
    proba = model.predict_proba(texts, casts, [states, np.delete(states, 2, axis=0)])[:, 0]
    odds = np.log(proba / (1 - proba))
    assert model.evidence(scene, cast, states)[2, 0] == pytest.approx(odds[0] - odds[1], rel=1e-3)


@pytest.mark.parametrize("weight", [0.4, 1.0])
def test_arrays_read_back_give_the_same_answers(linear: FrameModel, head: FrameHead, weight: float) -> None:
    model = blended(linear, head, weight)
    arrays = model.to_arrays()
    again = blended_frames(arrays, model.linear)
    assert any(name.startswith("linear.") for name in arrays) == (weight < 1)
    assert np.array_equal(again.predict_proba(TEXTS, CASTS, STATES), model.predict_proba(TEXTS, CASTS, STATES))
    assert np.array_equal(again.thresholds_, model.thresholds_)


def test_a_part_that_is_missing_from_the_arrays_is_named(linear: FrameModel, head: FrameHead) -> None:
    arrays = blended(linear, head, 1.0).to_arrays()
    del arrays["blend.second"]
    with pytest.raises(KeyError, match="second"):
        blended_frames(arrays, None)


def test_no_article_gives_no_row(linear: FrameModel, head: FrameHead) -> None:
    assert blended(linear, head, 0.4).predict_proba([], [], []).shape == (0, 3)
