"""Tests of doubts: labels turned on purpose are found, with the sentence to judge them by."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labeling.wording import YES
from standpoint.annotation import Evidence
from standpoint.codebook_file import load_codebook
from training.doubts import Doubt, Doubts, find_doubts, passage_text, review_items
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold, GoldArticle, read_gold
from training.outcome import cross_validated
from training.splits import story_folds

ROOT = Path(__file__).parents[2]
SAYS_FAILURE = ("The costly plan collapsed again.", "昂贵的计划再次失败。")


def with_change(gold: Gold, row: int, **changes: object) -> Gold:
    items = list(gold.articles)
    items[row] = replace(items[row], **changes)  # type: ignore[arg-type]  # any field of the article
    return Gold(gold.codebook, items)


def of(doubts: Doubts, item: GoldArticle, label: str) -> Doubt:
    return next(doubt for doubt in doubts.found if (doubt.article.id, doubt.label) == (item.article.id, label))


@pytest.fixture(scope="module")
def row(gold: Gold) -> int:
    """Find an article that uses only the frame failure."""
    return next(row for row, item in enumerate(gold.articles) if item.frames == {"failure"})


def test_a_frame_that_gold_misses_comes_with_the_sentence_that_shows_it(
    gold: Gold, config: FitConfig, row: int
) -> None:
    item = gold.articles[row]
    doubt = of(find_doubts(with_change(gold, row, frames=frozenset()), config), item, "failure")
    assert (doubt.given, doubt.called, doubt.given_proba < 0.2) == (None, YES, True)
    assert doubt.passage is not None
    assert (doubt.passage.reason, passage_text(doubt) in SAYS_FAILURE) == ("against", True)


def test_a_frame_that_gold_invents_comes_with_its_evidence_or_the_best_there_is(
    gold: Gold, config: FitConfig, row: int
) -> None:
    both = frozenset({"failure", "alliance"})
    doubt = of(find_doubts(with_change(gold, row, frames=both), config), gold.articles[row], "alliance")
    assert (doubt.given, doubt.called) == (YES, None)
    assert doubt.passage is not None
    assert (doubt.passage.reason, doubt.passage.score is not None) == ("strongest", True)
    marked = with_change(gold, row, frames=both, evidence=(Evidence("alliance", 6, 10),))
    passage = of(find_doubts(marked, config), gold.articles[row], "alliance").passage
    assert passage is not None
    assert (passage.start, passage.end, passage.score, passage.reason) == (6, 10, None, "annotated")


def test_a_turned_stance_comes_with_the_sentence_that_speaks_against_it(gold: Gold, config: FitConfig) -> None:
    item = gold.articles[0]
    turned = ((item.stances[0] + 2) % 3, *item.stances[1:])
    doubt = of(find_doubts(with_change(gold, 0, stances=turned), config), item, item.targets[0].actor)
    labels = gold.codebook.stance_ids
    assert (doubt.given, doubt.called) == (labels[turned[0]], labels[item.stances[0]])
    start, end = item.targets[0].mentions[0]
    assert doubt.passage is not None
    assert doubt.passage.start <= start < end <= doubt.passage.end


def test_probabilities_are_those_of_models_that_never_saw_the_story(gold: Gold, config: FitConfig) -> None:
    items = [
        replace(item, frames=item.frames ^ {"failure"} if row % 9 == 0 else item.frames)
        for row, item in enumerate(gold.articles)
    ]
    turned = Gold(gold.codebook, items)
    folds = list(story_folds(gold.stories, n_folds=config.n_folds, seed=config.seed))
    outcome = cross_validated(turned, folds, lambda part: fit_news_model(part, config)).frames
    assert outcome is not None
    proba = np.where(outcome.truth, outcome.proba, 1 - outcome.proba)[:, 0]
    expected = sorted(proba[(outcome.truth != outcome.called)[:, 0]])
    found = [one.given_proba for one in find_doubts(turned, config).found if one.label == "failure"]
    assert len(found) >= 8
    assert found == pytest.approx(expected)


def test_a_frame_that_cannot_be_learned_is_named_and_not_doubted(gold: Gold, config: FitConfig) -> None:
    doubts = find_doubts(gold, config)
    assert doubts.unlearned == ("rare",)
    assert doubts.n_labels == 2 * len(gold) + len(gold.stances)
    assert not any(doubt.label == "rare" for doubt in doubts.found)


def test_a_stance_toward_an_actor_that_no_sentence_names_has_no_passage(gold: Gold, config: FitConfig) -> None:
    item = gold.articles[0]
    targets = (replace(item.targets[0], actor="nobody", mentions=()), *item.targets[1:])
    changes = [with_change(gold, 0, targets=targets, stances=(stance, *item.stances[1:])) for stance in range(3)]
    found = [doubt for change in changes for doubt in find_doubts(change, config).found if doubt.label == "nobody"]
    assert [doubt.passage for doubt in found] == [None, None]


def test_a_review_asks_for_all_doubts_of_an_article_at_once(gold: Gold) -> None:
    article = gold.articles[0].article
    doubts = [
        Doubt(article, "failure", None, YES, 0.1, 0.9, None),
        Doubt(gold.articles[1].article, "failure", YES, None, 0.2, 0.8, None),
        Doubt(article, "china", "critical", "neutral", 0.3, 0.6, None),
    ]
    items = review_items(doubts, gold.codebook)
    assert [(item.article.id, item.blind) for item in items] == [("a0", True), ("a1", True)]
    assert items[0].question == (
        "name / 名 (gold / 标注: no / 否; model / 模型: yes / 是 0.90) · "
        "name / 名 (gold / 标注: critical / 批评; model / 模型: neutral / 中立 0.60)"
    )


@pytest.mark.slow
def test_frames_turned_at_random_in_the_sample_are_most_of_the_first_thirty() -> None:
    sample = ROOT / "examples/rare-earths"
    codebook = load_codebook(ROOT / "codebooks/rare-earths.toml")
    gold = read_gold(sample / "articles.jsonl", sample / "gold.jsonl", codebook)
    turned = np.random.default_rng(0).random(gold.present.shape) < 0.05
    items = [
        replace(item, frames=frozenset(names(codebook.frame_ids, present)), targets=(), stances=())
        for item, present in zip(gold.articles, gold.present ^ turned, strict=True)
    ]
    wrong = {
        (item.article.id, frame)
        for item, row in zip(items, turned, strict=True)
        for frame in names(codebook.frame_ids, row)
    }
    first = find_doubts(Gold(codebook, items), FitConfig()).found[:30]
    assert sum((doubt.article.id, doubt.label) in wrong for doubt in first) >= 20


def names(labels: Iterable[str], chosen: Iterable[bool]) -> list[str]:
    return [label for label, is_chosen in zip(labels, chosen, strict=True) if is_chosen]
