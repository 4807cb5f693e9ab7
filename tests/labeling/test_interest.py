"""Tests of how much labelling an article would teach."""

import json
from pathlib import Path

import numpy as np
import pytest

from labeling.candidates import Candidate
from labeling.interest import RAREST, Signal, frame_interest, read_signals, signal_of, stance_uncertainty, with_interest
from standpoint.codebook import Codebook, Frame, Words
from standpoint.errors import CodebookMismatchError, InputError
from standpoint.prediction import FramePrediction, Prediction, StancePrediction

NAME = Words("name", "名")
CODEBOOK = Codebook("demo", NAME, frames=(Frame("failure", NAME, NAME), Frame("pact", NAME, NAME)))


def prediction(article_id: str = "a", *, codebook: str = CODEBOOK.reference, **proba: float) -> Prediction:
    frames = tuple(FramePrediction(id, value, value >= 0.5) for id, value in proba.items())
    return Prediction(article_id, None, "en", "standpoint/1", codebook, 9, frames=frames)


def with_stances(*proba: dict[str, float]) -> Prediction:
    stances = tuple(StancePrediction(f"actor-{number}", "neutral", item) for number, item in enumerate(proba))
    return Prediction("a", None, "en", "standpoint/1", "demo@1", 9, stances=stances)


def write(path: Path, *records: Prediction) -> Path:
    path.write_text("".join(f"{json.dumps(record.to_json())}\n" for record in records), encoding="utf-8")
    return path


def test_what_is_most_in_doubt_is_of_most_interest() -> None:
    interest = frame_interest([[0.02], [0.5], [0.9]])
    assert interest.argsort().tolist() == [0, 2, 1]


def test_doubt_about_a_rare_frame_counts_more_than_about_a_common_one() -> None:
    proba = np.full((20, 2), (0.02, 0.4))
    proba[0, 0] = proba[1, 1] = 0.5
    interest = frame_interest(proba)
    assert interest[0] > 2 * interest[1]


def test_a_frame_that_is_nearly_never_expected_does_not_count_without_bound() -> None:
    proba = np.full((10_000, 1), 1e-6)
    proba[0] = 0.5
    assert frame_interest(proba)[0] == pytest.approx(1 / frame_interest([[RAREST]] * 2)[0] / 0.0808, rel=0.01)


def test_without_frames_there_is_no_interest() -> None:
    assert frame_interest(np.empty((2, 0))).tolist() == [0, 0]


def test_an_even_stance_is_open_and_a_sure_one_is_not() -> None:
    even, sure = {"critical": 0.5, "supportive": 0.5}, {"critical": 1.0, "supportive": 0.0}
    assert stance_uncertainty(with_stances(even)) == pytest.approx(1)
    assert stance_uncertainty(with_stances(sure)) == 0
    assert stance_uncertainty(with_stances(even, sure)) == pytest.approx(0.5)


def test_an_article_that_names_no_actor_leaves_no_stance_open() -> None:
    assert stance_uncertainty(with_stances()) == 0


def test_a_signal_keeps_the_probabilities_in_the_codebooks_order() -> None:
    signal = signal_of(prediction(pact=0.9, failure=0.1), CODEBOOK)
    assert signal == Signal((0.1, 0.9), frozenset({"pact"}), 0.0)


def test_the_interest_of_a_candidate_is_that_of_its_frames_and_stances() -> None:
    candidates = [Candidate("a", "a", "en", ""), Candidate("b", "b", "en", "")]
    signals = {"b": Signal((0.5, 0.5), frozenset(), 0.25), "a": Signal((0.5, 0.5), frozenset(), 0.0)}
    assert [one.interest for one in with_interest(candidates, signals)] == [1.0, 1.25]


def test_a_candidate_without_a_prediction_is_named() -> None:
    candidates = [Candidate("a", "a", "en", ""), Candidate("b", "b", "en", "")]
    with pytest.raises(InputError, match=r"1 of 2 articles have no prediction, the first is 'b'. Score all of them"):
        with_interest(candidates, {"a": Signal((0.5,), frozenset(), 0.0)})


def test_predictions_under_another_codebook_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", prediction(codebook="demo@0", failure=0.1, pact=0.1))
    words = rf"p.jsonl: the prediction for article 'a' was made under codebook 'demo@0', but '{CODEBOOK.reference}' is"
    with pytest.raises(CodebookMismatchError, match=words):
        read_signals(path, CODEBOOK)


def test_a_prediction_that_lacks_a_frame_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"p.jsonl:1: the prediction for article 'a' lacks frame 'pact'. Score it"):
        read_signals(write(tmp_path / "p.jsonl", prediction(failure=0.1)), CODEBOOK)


def test_two_predictions_for_one_article_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", *[prediction(failure=0.1, pact=0.1)] * 2)
    with pytest.raises(InputError, match=r"p.jsonl:2: article 'a' has two predictions. Keep those of one model"):
        read_signals(path, CODEBOOK)


def test_a_file_without_predictions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"p.jsonl: holds no prediction. Write it with `standpoint score`"):
        read_signals(write(tmp_path / "p.jsonl"), CODEBOOK)
