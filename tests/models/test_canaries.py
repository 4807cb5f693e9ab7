"""Tests of the canaries: what they hold, what is kept of their answers, and which differences are told."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.canaries import canary_answers, canary_articles, canary_differences
from models.folder import load_model, save_model
from models.linear_news_model import LinearNewsModel
from standpoint.article import Article
from standpoint.codebook import Codebook, Words
from standpoint.prediction import Prediction


@pytest.fixture(scope="module")
def articles(codebook: Codebook) -> list[Article]:
    return canary_articles(codebook)


@pytest.fixture(scope="module")
def answers(model: LinearNewsModel, articles: Sequence[Article]) -> list[Prediction]:
    return model.predict(articles)


@pytest.fixture(scope="module")
def kept(model: LinearNewsModel) -> dict[str, Any]:
    return canary_answers(model)


def moved(answers: Sequence[Prediction], by: float) -> list[Prediction]:
    """Return the answers with the first frame of the first article less probable, or more."""
    first, *others = answers[0].frames
    return [replace(answers[0], frames=(replace(first, proba=first.proba + by), *others)), *answers[1:]]


def test_they_hold_both_languages_an_empty_body_a_long_one_and_every_actor(articles: Sequence[Article]) -> None:
    everything = "\n".join(article.text.lower() for article in articles)
    assert all(word in everything for word in ("稀土", "rare", "🧲"))
    assert "" in {article.body for article in articles}
    assert 50_000 < max(len(article.text) for article in articles) < 200_000
    assert all(name in articles[-1].body for name in ("China", "US", "Japan"))


def test_a_codebook_without_actors_has_canaries_too() -> None:
    assert len(canary_articles(Codebook("bare", Words("bare", "空")))) == 7


def test_a_model_answers_as_before_when_it_comes_back_from_its_folder(
    model: LinearNewsModel, kept: dict[str, Any], articles: Sequence[Article], tmp_path: Path
) -> None:
    save_model(LinearNewsModel(**parts(model), training={"canaries": kept}), tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert loaded.training["canaries"] == kept
    assert list(canary_differences(kept, articles, loaded.predict(articles))) == []


def test_probabilities_are_kept_with_six_digits(kept: dict[str, Any]) -> None:
    probabilities = kept["answers"]["canary-6"]
    assert {"frames/failure", "frames/alliance", "stance/japan/supportive"} <= probabilities.keys()
    assert all(value == round(value, 6) for value in probabilities.values())
    assert len(json.dumps(kept)) < 2000


@pytest.mark.parametrize("by", [-1e-4, 1e-4])
def test_a_probability_that_moved_is_told_with_both_values(
    kept: dict[str, Any], articles: Sequence[Article], answers: Sequence[Prediction], by: float
) -> None:
    (told,) = canary_differences(kept, articles, moved(answers, by))
    before, now = kept["answers"]["canary-0"]["frames/failure"], round(answers[0].frames[0].proba + by, 6)
    assert told == f"canary-0: frames/failure is {now}, and was {before} in training"


def test_what_moves_less_than_the_tolerance_is_not_told(
    model: LinearNewsModel, articles: Sequence[Article], answers: Sequence[Prediction]
) -> None:
    wide = canary_answers(model, tolerance=1e-3)
    assert list(canary_differences(wide, articles, moved(answers, 9e-4))) == []
    assert len(list(canary_differences(wide, articles, moved(answers, 2e-3)))) == 1


def test_what_is_no_number_or_no_longer_there_is_told(
    kept: dict[str, Any], articles: Sequence[Article], answers: Sequence[Prediction]
) -> None:
    (not_a_number,) = canary_differences(kept, articles, moved(answers, float("nan")))
    assert "frames/failure is nan, and was 0." in not_a_number
    (missing,) = canary_differences(kept, articles, [replace(answers[0], frames=answers[0].frames[1:]), *answers[1:]])
    assert "frames/failure is None, and was 0." in missing


def test_answers_to_other_canaries_are_not_compared(
    kept: dict[str, Any], articles: Sequence[Article], answers: Sequence[Prediction]
) -> None:
    others = [*articles[:-1], replace(articles[-1], body="another version of the code asks this")]
    assert list(canary_differences(kept, others, moved(answers, 0.1))) == []


def parts(model: LinearNewsModel) -> dict[str, Any]:
    """Return what a news model is made of, by name."""
    return {"codebook": model.codebook, "frame_model": model.frame_model, "stance_model": model.stance_model}
