"""Tests of splits: no story on both sides, every article tested once, later stories after earlier ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.targets import Scene
from standpoint.article import Article
from standpoint.codebook import Codebook, Words
from standpoint.errors import TrainingError
from training.gold import Gold, GoldArticle
from training.splits import story_folds, temporal_split

STORIES = st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=40).filter(lambda names: len(set(names)) > 1)


def gold(*dated: tuple[str, str | None]) -> Gold:
    """Return gold with one article for each story and day."""
    articles = [Article(str(number), "x", "", published=day, story=story) for number, (story, day) in enumerate(dated)]
    items = [GoldArticle(article, Scene(article.text, ()), "", frozenset(), (), ()) for article in articles]
    return Gold(Codebook("demo", Words("name", "名")), items)


@given(stories=STORIES, n_folds=st.integers(2, 6), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_no_story_is_on_both_sides_and_every_article_is_tested_once(
    stories: list[str], n_folds: int, seed: int
) -> None:
    folds = list(story_folds(stories, n_folds=n_folds, seed=seed))
    assert sorted(np.concatenate([test for _, test in folds]).tolist()) == list(range(len(stories)))
    for train, test in folds:
        assert {stories[index] for index in train}.isdisjoint({stories[index] for index in test})
        assert len(train) + len(test) == len(stories)
        assert len(train) > 0


def test_the_same_seed_gives_the_same_folds_and_another_seed_others() -> None:
    stories = [str(number) for number in range(40)]
    first, again, other = ([test.tolist() for _, test in story_folds(stories, seed=seed)] for seed in (0, 0, 1))
    assert first == again != other


def test_fewer_stories_than_folds_make_fewer_folds() -> None:
    assert len(list(story_folds(["a", "a", "b", "c"], n_folds=5))) == 3


@pytest.mark.parametrize("stories", [[], ["a", "a", "a"]])
def test_one_story_cannot_be_split(stories: list[str]) -> None:
    with pytest.raises(TrainingError, match=f"gold has {len(set(stories))} story.*two are needed.*Annotate more"):
        list(story_folds(stories))


def test_the_latest_stories_are_the_test() -> None:
    train, test = temporal_split(
        gold(("c", "2025-03-01"), ("a", "2025-01-01"), ("d", "2025-04-01"), ("b", "2025-02-01"))
    )
    assert (train.tolist(), test.tolist()) == ([0, 1, 3], [2])


def test_a_story_counts_from_its_first_article_and_stays_whole() -> None:
    days = [("old", "2025-01-01"), ("old", "2025-12-01"), ("new", "2025-06-01"), ("older", "2024-06-01T08:00")]
    train, test = temporal_split(gold(*days))
    assert (train.tolist(), test.tolist()) == ([0, 1, 3], [2])


def test_a_story_without_a_date_is_trained_on() -> None:
    train, test = temporal_split(gold(("x", None), ("a", "2025-01-01"), ("b", "2025-02-01"), ("y", None)))
    assert (train.tolist(), test.tolist()) == ([0, 1, 3], [2])


def test_one_dated_article_dates_its_story() -> None:
    _, test = temporal_split(gold(("b", None), ("a", "2025-01-01"), ("b", "2025-02-01"), ("c", "2024-01-01")))
    assert test.tolist() == [0, 2]


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.8])
def test_the_test_part_is_about_as_large_as_asked_for(share: float) -> None:
    days = [(f"s{number}", f"2025-{number // 28 + 1:02}-{number % 28 + 1:02}") for number in range(100)]
    train, test = temporal_split(gold(*days), test_share=share)
    assert len(test) == round(100 * share)
    assert train.max() < test.min()


@pytest.mark.parametrize("days", [[], [("a", None), ("b", None)], [("a", "2025-01-01")] * 4])
def test_what_has_no_dates_or_one_story_cannot_be_split_by_time(days: list[tuple[str, str | None]]) -> None:
    with pytest.raises(TrainingError, match="cannot be split by time: too few dated stories. Add `published`"):
        temporal_split(gold(*days))
