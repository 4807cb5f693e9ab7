"""Tests of the frame head: what it learns from sentence states, what it shows for it, and what it refuses to call."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from models.frame_head import FrameHead
from models.frame_model import MIN_ARTICLES

N_ARTICLES, N_LAYERS, WIDTH = 40, 2, 8


def random_encoder(words: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return states (n_sentences, n_layers, width) of sentences of one word each: the word decides them."""
    table = np.random.default_rng(7).normal(size=(10, N_LAYERS, WIDTH))
    states: NDArray[np.float64] = table[words]
    return states


def make_articles() -> tuple[list[NDArray[np.float64]], NDArray[np.bool_]]:
    """Return articles of five sentences; word 9 stands somewhere in those that use the first frame, 8 in the others."""
    generator = np.random.default_rng(0)
    states, present = [], []
    for number in range(N_ARTICLES):
        words = generator.integers(0, 8, size=5)
        words[generator.integers(5)] = 9 if number % 2 else 8
        states.append(random_encoder(words))
        present.append([number % 2 == 1, number % 2 == 0])
    return states, np.array(present)


STATES, PRESENT = make_articles()
DEFINITIONS = random_encoder(np.array([9, 8]))


def fitted(definitions: NDArray[np.float64] | None = DEFINITIONS) -> FrameHead:
    return FrameHead(definitions).fit(STATES, PRESENT)


def test_a_frame_that_one_sentence_shows_is_learned() -> None:
    unseen = [random_encoder(np.array(words)) for words in ([0, 9, 3, 1, 2], [4, 5, 8, 6, 7])]
    assert (fitted().decision_function(unseen) > 0).tolist() == [[True, False], [False, True]]


def test_articles_of_any_length_are_described_alike() -> None:
    unseen = [random_encoder(np.array(words)) for words in ([9], [9, 1], [0, 9, 3, 1, 2, 4, 5, 6])]
    assert fitted().predict_proba(unseen).shape == (3, 2)


def test_the_sentence_that_shows_a_frame_is_its_evidence() -> None:
    fall = fitted().evidence(random_encoder(np.array([0, 1, 9, 2, 3])))
    assert fall[:, 0].argmax() == 2
    assert fall[2, 0] > 0 > fall[2, 1]


def test_evidence_is_the_fall_of_the_log_odds_without_the_sentence() -> None:
    head, words = fitted(), np.array([0, 1, 9, 2, 3])
    head.calibration_ = np.array([[2.0, 0.5], [1.0, 0.0]])
    proba = head.predict_proba([random_encoder(words), random_encoder(np.delete(words, 2))])[:, 0]
    odds = np.log(proba / (1 - proba))
    assert head.evidence(random_encoder(words))[2, 0] == pytest.approx(odds[0] - odds[1])


def test_an_only_sentence_gets_the_score_of_its_article() -> None:
    states = random_encoder(np.array([9]))
    assert fitted().evidence(states).tolist() == fitted().decision_function([states]).tolist()


def test_whole_shares_are_learned_as_labels_are() -> None:
    hard, whole = fitted(), FrameHead(DEFINITIONS).fit(STATES, PRESENT, shares=PRESENT.astype(np.float64))
    assert hard.coef_.tolist() == whole.coef_.tolist()


def test_shares_that_differ_move_the_scores() -> None:
    doubted = np.where(PRESENT, 0.9, 0.1)
    doubted[1, 0] = 0.2
    softer = FrameHead(DEFINITIONS).fit(STATES, PRESENT, shares=doubted)
    assert softer.decision_function(STATES)[1, 0] < fitted().decision_function(STATES)[1, 0]


@pytest.mark.parametrize("n_present", [0, MIN_ARTICLES - 1, N_ARTICLES])
def test_a_frame_that_few_or_all_have_gets_its_base_rate_and_is_never_called(n_present: int) -> None:
    present = np.column_stack([PRESENT, np.arange(N_ARTICLES) < n_present])
    head = FrameHead(DEFINITIONS).fit(STATES, present)
    proba = head.predict_proba(STATES)
    assert head.is_fitted_.tolist() == [True, True, False]
    assert proba[:, 2] == pytest.approx(n_present / N_ARTICLES, abs=0.02)
    assert not (proba >= head.thresholds_)[:, 2].any()
    assert head.evidence(STATES[0])[:, 2].tolist() == [0.0] * 5


def test_a_frame_without_definition_can_be_learned_too() -> None:
    assert (fitted(None).decision_function(STATES) > 0).tolist() == PRESENT.tolist()


def test_no_article_gives_no_row() -> None:
    assert fitted().predict_proba([]).shape == (0, 2)


@pytest.mark.parametrize("definitions", [DEFINITIONS, None])
def test_arrays_read_back_give_the_same_answers(definitions: NDArray[np.float64] | None) -> None:
    head = fitted(definitions)
    again = FrameHead().load_arrays(head.to_arrays())
    assert again.predict_proba(STATES).tolist() == head.predict_proba(STATES).tolist()
    assert again.thresholds_.tolist() == head.thresholds_.tolist()


@pytest.mark.parametrize("definitions", [DEFINITIONS, None])
@pytest.mark.parametrize("n_sentences", [2, 3, 4, 5, 12])
def test_evidence_of_all_sentences_is_what_each_costs_alone(
    n_sentences: int, definitions: NDArray[np.float64] | None
) -> None:
    head, states = fitted(definitions), random_encoder(np.arange(n_sentences) % 10)
    without = [head.decision_function([np.delete(states, number, axis=0)])[0] for number in range(n_sentences)]
    assert np.allclose(head.evidence(states), head.decision_function([states]) - without, atol=1e-6)


def test_evidence_of_a_very_long_article_takes_no_more_memory_than_the_article() -> None:
    states = np.random.default_rng(0).normal(size=(3000, N_LAYERS, WIDTH))
    tracemalloc.start()
    fitted().evidence(states)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40 * states.nbytes
