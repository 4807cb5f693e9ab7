"""Tests of fitting: what is learned, that nothing leaks from held-out articles, and gold that is too little."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.linear_news_model import LinearNewsModel
from standpoint.codebook import Codebook
from standpoint.errors import TrainingError
from training.fitting import (
    MIN_TARGETS,
    FitConfig,
    cross_fitted_stance_scores,
    fit_frames,
    fit_news_model,
    fit_stances,
)
from training.gold import Gold, GoldArticle
from training.splits import story_folds


@pytest.fixture(scope="module")
def model(gold: Gold, config: FitConfig) -> LinearNewsModel:
    return fit_news_model(gold, config)


def changed(gold: Gold, change: Callable[[GoldArticle], GoldArticle]) -> Gold:
    return Gold(gold.codebook, [change(item) for item in gold.articles])


def test_what_is_written_into_the_texts_is_learned(model: LinearNewsModel, gold: Gold) -> None:
    predictions = model.predict([item.article for item in gold.articles])
    present = np.array([[frame.present for frame in prediction.frames] for prediction in predictions])
    stances = [found.stance for prediction in predictions for found in prediction.stances]
    assert (present == gold.present)[:, :2].mean() > 0.95
    assert len(stances) == len(gold.stances)


def test_a_frame_of_two_articles_is_never_called(model: LinearNewsModel, gold: Gold) -> None:
    predictions = model.predict([item.article for item in gold.articles])
    assert not any(prediction.frames[2].present for prediction in predictions)


def test_probabilities_are_calibrated_to_the_base_rate(model: LinearNewsModel, gold: Gold) -> None:
    assert model.frame_model is not None
    assert model.frame_model.predict_proba(gold.texts).mean(axis=0) == pytest.approx(gold.present.mean(axis=0), abs=0.1)


def test_fitting_twice_gives_the_same_model(model: LinearNewsModel, gold: Gold, config: FitConfig) -> None:
    articles = [item.article for item in gold.articles]
    assert fit_news_model(gold, config).predict(articles) == model.predict(articles)


def arrays(model: LinearNewsModel) -> dict[str, list[float]]:
    assert model.frame_model is not None
    assert model.stance_model is not None
    parts = {"frames": model.frame_model.to_arrays(), "stances": model.stance_model.to_arrays()}
    return {f"{part}.{name}": value.tolist() for part, found in parts.items() for name, value in found.items()}


def test_soft_without_shares_gives_the_same_model_to_the_last_bit(
    model: LinearNewsModel, gold: Gold, config: FitConfig
) -> None:
    assert arrays(fit_news_model(gold, replace(config, soft=True))) == arrays(model)


def test_shares_are_learned_only_when_asked_for(model: LinearNewsModel, gold: Gold, config: FitConfig) -> None:
    def split(item: GoldArticle) -> GoldArticle:
        stances = {target.actor: {"critical": 0.5, "neutral": 0.5} for target in item.targets}
        return replace(item, frame_shares=dict.fromkeys(item.frames, 0.6), stance_shares=stances)

    shared = changed(gold, split)
    assert arrays(fit_news_model(shared, config)) == arrays(model)
    soft = arrays(fit_news_model(shared, replace(config, soft=True)))
    assert [soft[name] == arrays(model)[name] for name in ("frames.coef", "stances.coef")] == [False, False]


def test_calibration_of_soft_models_aims_at_gold_itself(gold: Gold, config: FitConfig) -> None:
    shared = changed(gold, lambda item: replace(item, frame_shares=dict.fromkeys(item.frames, 0.6)))
    model = fit_frames(shared, replace(config, soft=True))
    assert model.predict_proba(gold.texts).mean(axis=0) == pytest.approx(gold.present.mean(axis=0), abs=0.1)


def test_labels_drawn_by_lot_give_no_confidence(gold: Gold, config: FitConfig) -> None:
    draw = np.random.default_rng(0)
    lot = changed(gold, lambda item: replace(item, frames=frozenset({"failure"} if draw.random() < 0.5 else ())))
    proba = fit_frames(lot, config).predict_proba(lot.texts)[:, 0]
    assert proba.max() - proba.min() < 0.5


def test_the_scores_of_a_story_do_not_depend_on_its_own_labels(gold: Gold, config: FitConfig) -> None:
    _, held_out = next(story_folds(gold.stories, n_folds=config.n_folds, seed=config.seed))
    stories = {gold.stories[index] for index in held_out}

    def turn(item: GoldArticle) -> GoldArticle:
        return (
            replace(item, stances=tuple((stance + 1) % 3 for stance in item.stances)) if item.story in stories else item
        )

    rows = np.isin(gold.owners, held_out)
    before, after = (cross_fitted_stance_scores(one, config) for one in (gold, changed(gold, turn)))
    assert before[rows].tolist() == after[rows].tolist()
    assert before[~rows].tolist() != after[~rows].tolist()


def test_every_target_gets_a_cross_fitted_score(gold: Gold, config: FitConfig) -> None:
    scores = cross_fitted_stance_scores(gold, config)
    assert scores.shape == (len(gold.stances), 3)
    assert not np.isnan(scores).any()
    assert (scores.argmax(axis=1) == gold.stances).mean() > 0.9


def test_progress_is_told_what_comes_next(gold: Gold, config: FitConfig) -> None:
    told: list[str] = []
    fit_news_model(gold, config, progress=told.append)
    assert told == ["frames: cross-fitting", "frames: fitting", "stances: cross-fitting", "stances: fitting"]


def test_gold_without_stances_gives_frames_alone(gold: Gold, config: FitConfig) -> None:
    model = fit_news_model(changed(gold, lambda item: replace(item, targets=(), stances=())), config)
    assert model.frame_model is not None
    assert model.stance_model is None


def test_a_codebook_without_frames_gives_stances_alone(gold: Gold, config: FitConfig) -> None:
    codebook = Codebook("other", gold.codebook.name, actors=gold.codebook.actors)
    model = fit_news_model(Gold(codebook, [replace(item, frames=frozenset()) for item in gold.articles]), config)
    assert model.frame_model is None
    assert model.stance_model is not None


def test_too_little_gold_is_refused_with_what_is_missing(gold: Gold, config: FitConfig) -> None:
    with pytest.raises(TrainingError) as error:
        fit_news_model(gold.select(range(4)), config)
    assert "nothing can be learned from 4 articles: no frame is present and absent in at least 5 of them" in str(
        error.value
    )
    assert f"there are 8 stances where {MIN_TARGETS} of at least two kinds are needed. Annotate more" in str(
        error.value
    )


def test_no_gold_at_all_is_refused(gold: Gold, config: FitConfig) -> None:
    with pytest.raises(TrainingError, match="gold has 0 story, and two are needed"):
        fit_news_model(gold.select([]), config)


def test_stances_of_one_kind_are_not_fitted(gold: Gold, config: FitConfig) -> None:
    assert fit_stances(changed(gold, lambda item: replace(item, stances=(1,) * len(item.stances))), config) is None


def test_a_stance_that_never_occurs_is_never_called(gold: Gold, config: FitConfig) -> None:
    two = changed(gold, lambda item: replace(item, stances=tuple(2 * (stance // 2) for stance in item.stances)))
    model = fit_stances(two, config)
    assert model is not None
    assert set(model.choose(model.predict_proba(two.questions))) == {0, 2}


def test_stances_that_no_fold_can_learn_are_fitted_without_calibration(gold: Gold, config: FitConfig) -> None:
    def one_kind_a_story(item: GoldArticle) -> GoldArticle:
        number = int(item.article.id[1:]) % 2
        article = replace(item.article, story=f"s{number}")
        return replace(item, article=article, stances=(2 * number,) * len(item.stances))

    model = fit_stances(changed(gold, one_kind_a_story), config)
    assert model is not None
    assert model.predict_proba(gold.questions).sum(axis=1) == pytest.approx(1)
