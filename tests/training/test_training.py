"""Tests of training.training."""

from dataclasses import replace

import pytest

from models.canaries import canary_answers
from models.news_model import NewsModel
from standpoint.article import make_article
from standpoint.errors import TrainingError
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold
from training.recipe import Recipe
from training.training import CROSS_VALIDATED, TEMPORAL, Trained, evaluate, text_hash, train


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def trained(gold: Gold, config: FitConfig, told: list[str]) -> Trained:
    return train(gold, Recipe(config), progress=told.append)


def with_articles(gold: Gold, **changes: object) -> Gold:
    """Return the gold with a field of every article changed."""
    return Gold(gold.codebook, [replace(item, article=replace(item.article, **changes)) for item in gold.articles])  # type: ignore[arg-type]  # each test names a field


def test_quality_is_measured_over_time_and_over_folds(trained: Trained, gold: Gold) -> None:
    assert list(trained.qualities) == list(trained.outcomes) == [TEMPORAL, CROSS_VALIDATED]
    assert trained.qualities[CROSS_VALIDATED]["frames/macro_f1"].count == len(gold)
    assert 0 < trained.qualities[TEMPORAL]["frames/macro_f1"].count < len(gold) / 2
    for quality in trained.qualities.values():
        assert "stance/target_blind/macro_f1" in quality
        assert "stance/gain_over_name_only/macro_f1" in quality


def test_the_model_is_fitted_on_everything_and_remembers_what(trained: Trained, gold: Gold) -> None:
    assert trained.model.training["trained_on"] == sorted(text_hash(item.article) for item in gold.articles)
    assert trained.model.thresholds is not None
    assert trained.model.reads_stances


def test_the_model_remembers_its_figures_with_their_intervals(trained: Trained) -> None:
    figures = trained.model.training["figures"]
    estimate = trained.qualities[TEMPORAL]["frames/macro_f1"].estimate
    ends = [figures[f"temporal/frames/macro_f1{end}"] for end in ("", "/low", "/high")]
    assert ends == [estimate.value, estimate.low, estimate.high]
    assert len(figures) == sum(len(quality.scalars()) for quality in trained.qualities.values())


def test_the_model_remembers_how_it_answers_the_canaries(trained: Trained) -> None:
    assert trained.model.training["canaries"] == canary_answers(trained.model)


def test_a_frame_too_rare_to_learn_is_noted_once(trained: Trained) -> None:
    (note,) = trained.notes
    assert note.startswith("frame 'rare' is present in 2 of 72 articles: it is not learned and never called.")
    assert "at least 5 articles have it and 5 lack it" in note


def test_a_frame_that_is_nearly_everywhere_is_noted_too(gold: Gold, config: FitConfig) -> None:
    items = [replace(item, frames=item.frames | {"rare"}) for item in gold.articles]
    notes = train(Gold(gold.codebook, items), Recipe(config)).notes
    assert notes[0].startswith("frame 'rare' is present in 72 of 72 articles")


def test_stances_of_one_kind_are_noted(gold: Gold, config: FitConfig) -> None:
    items = [replace(item, stances=(1,) * len(item.stances)) for item in gold.articles]
    trained = train(Gold(gold.codebook, items), Recipe(config))
    assert f"stance is given {len(gold.stances)} times, in 1 of 3 kinds: it is not learned" in trained.notes[-1]
    assert not trained.model.reads_stances


def test_gold_without_dates_is_noted_and_measured_over_folds(gold: Gold, config: FitConfig) -> None:
    trained = train(with_articles(gold, published=None), Recipe(config))
    assert list(trained.qualities) == list(trained.outcomes) == [CROSS_VALIDATED]
    assert trained.notes[-1].startswith("temporal quality was not measured: gold cannot be split by time")


def test_gold_that_nothing_can_be_learned_from_is_refused(gold: Gold, config: FitConfig) -> None:
    few = Gold(gold.codebook, [replace(item, frames=frozenset()) for item in gold.articles[:5]])
    with pytest.raises(TrainingError, match="nothing can be learned from 5 articles: no frame .* there are 10 stances"):
        train(few, Recipe(config))


def test_the_same_gold_and_seed_give_the_same_model_and_figures(
    trained: Trained, gold: Gold, config: FitConfig
) -> None:
    again = train(gold, Recipe(config))
    first, second = trained.model.predict([gold.articles[0].article]), again.model.predict([gold.articles[0].article])
    assert first == second
    assert {name: quality.scalars() for name, quality in again.qualities.items()} == {
        name: quality.scalars() for name, quality in trained.qualities.items()
    }


def test_progress_tells_where_it_is(trained: Trained, told: list[str]) -> None:
    assert trained.qualities
    assert told[0].startswith("temporal: part 1 of 1: ")
    assert any(step.startswith("cross_validated: part 3 of 3: ") for step in told)
    assert told[-1].startswith("final: ")


def test_evaluation_leaves_out_what_was_trained_on(gold: Gold, config: FitConfig) -> None:
    model = fit_news_model(gold.select(range(48)), config)
    model.training["trained_on"] = [text_hash(item.article) for item in gold.articles[:48]]
    fresh = [item for item in gold.articles if text_hash(item.article) not in model.training["trained_on"]]
    quality, n_fresh = evaluate(model, gold)
    assert n_fresh == len(fresh) > 0
    assert quality["frames/macro_f1"].count == n_fresh


def test_a_model_that_remembers_nothing_is_measured_on_everything(demo_gold: Gold, demo_model: NewsModel) -> None:
    assert evaluate(demo_model, demo_gold)[1] == len(demo_gold)


def test_a_text_that_was_trained_on_is_known_under_another_id(trained: Trained, gold: Gold) -> None:
    renamed = [replace(item, article=replace(item.article, id=f"new-{item.article.id}")) for item in gold.articles]
    with pytest.raises(TrainingError, match="trained on all 72 of these articles.*Evaluate on other articles"):
        evaluate(trained.model, Gold(gold.codebook, renamed))


def test_the_hash_of_a_text_depends_on_title_and_body_alone() -> None:
    article = make_article("T", "B", source="one")
    assert text_hash(article) == text_hash(make_article("T", "B", source="two", id="other"))
    assert text_hash(article) != text_hash(make_article("T", "B."))
    assert len(text_hash(article)) == 12
