"""Tests of the frame model: what it learns, and what it refuses to call."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.frame_model import MIN_ARTICLES, FrameModel

PLACES = ("Osaka", "Perth", "Delhi", "Lahore", "Nuuk", "Texas", "Tokyo", "Darwin")
FAILURE = [text for place in PLACES for text in (f"The {place} plan collapsed again", f"{place}计划再次失败告终")]
ALLIANCE = [text for place in PLACES for text in (f"{place} signed a joint pact", f"{place}签署联合协议")]
TEXTS = [*FAILURE, *ALLIANCE]
PRESENT = np.repeat([[True, False], [False, True]], len(FAILURE), axis=0)


def called(model: FrameModel, texts: list[str]) -> list[list[bool]]:
    answer: list[list[bool]] = (model.predict_proba(texts) >= model.thresholds_).tolist()
    return answer


def with_column(column: NDArray[np.bool_]) -> FrameModel:
    return FrameModel().fit(TEXTS, np.column_stack([PRESENT, column]))


def test_an_easy_difference_is_learned_in_both_languages() -> None:
    model = FrameModel().fit(TEXTS, PRESENT)
    unseen = ["Another plan collapsed", "蒙古的计划也失败", "They signed a pact", "双方签署协议"]
    assert called(model, unseen) == [[True, False], [True, False], [False, True], [False, True]]


def test_whole_shares_are_learned_as_labels_are_and_halves_weaken_them() -> None:
    hard, whole = FrameModel().fit(TEXTS, PRESENT), FrameModel().fit(TEXTS, PRESENT, shares=PRESENT.astype(np.float64))
    assert hard.coef_.tolist() == whole.coef_.tolist()
    halves = FrameModel().fit(TEXTS, PRESENT, shares=np.where(PRESENT, 0.6, 0.1))
    spread = [float(np.ptp(model.decision_function(TEXTS)[:, 0])) for model in (hard, halves)]
    assert spread[1] < 0.9 * spread[0]


def test_a_frame_that_no_annotator_saw_is_not_fitted() -> None:
    assert FrameModel().fit(TEXTS, PRESENT, shares=PRESENT * [1.0, 0.0]).is_fitted_.tolist() == [True, False]


def test_a_frame_of_two_articles_is_not_fitted_and_never_called() -> None:
    model = with_column(np.arange(len(TEXTS)) < 2)
    assert model.is_fitted_.tolist() == [True, True, False]
    assert not any(row[2] for row in called(model, TEXTS))


def test_a_frame_of_two_articles_gets_its_base_rate() -> None:
    proba = with_column(np.arange(len(TEXTS)) < 2).predict_proba([*TEXTS, "", "anything"])[:, 2]
    assert proba == pytest.approx(2 / len(TEXTS), abs=0.02)


@pytest.mark.parametrize("n_present", [0, len(TEXTS), len(TEXTS) - MIN_ARTICLES + 1])
def test_a_frame_that_nearly_all_or_none_have_is_not_fitted(n_present: int) -> None:
    model = with_column(np.arange(len(TEXTS)) < n_present)
    assert not model.is_fitted_[2]
    assert not any(row[2] for row in called(model, TEXTS))
    assert model.predict_proba(["x"])[0, 2] == pytest.approx(n_present / len(TEXTS), abs=0.05)


def test_an_unfitted_frame_changes_nothing_for_the_others() -> None:
    proba = with_column(np.zeros(len(TEXTS), dtype=bool)).predict_proba(TEXTS)[:, :2]
    assert proba.tolist() == FrameModel().fit(TEXTS, PRESENT).predict_proba(TEXTS).tolist()


def test_fitting_twice_gives_the_same_model() -> None:
    one, other = (FrameModel().fit(TEXTS, PRESENT).predict_proba(TEXTS) for _ in range(2))
    assert one.tolist() == other.tolist()


def test_a_passage_pushes_the_frame_it_shows_and_no_passage_pushes_none() -> None:
    scores = FrameModel().fit(TEXTS, PRESENT).passage_scores(["The plan collapsed again", "", "签署联合协议"])
    assert scores[0, 0] > 0 > scores[0, 1]
    assert scores[1].tolist() == [0, 0]
    assert scores[2, 1] > 0 > scores[2, 0]


def test_a_passage_says_nothing_of_an_unfitted_frame() -> None:
    assert with_column(np.arange(len(TEXTS)) < 2).passage_scores(TEXTS)[:, 2].tolist() == [0] * len(TEXTS)


def test_no_text_gives_no_row() -> None:
    assert FrameModel().fit(TEXTS, PRESENT).predict_proba([]).shape == (0, 2)


def test_arrays_read_back_give_the_same_answers() -> None:
    model = with_column(np.arange(len(TEXTS)) < 2)
    again = FrameModel().load_arrays(model.to_arrays())
    assert again.predict_proba(TEXTS).tolist() == model.predict_proba(TEXTS).tolist()
    assert called(again, TEXTS) == called(model, TEXTS)
