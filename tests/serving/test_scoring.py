"""Tests of serving.scoring."""

from collections.abc import Iterator

import pytest

from models.news_model import NewsModel
from serving.scoring import BATCH_ARTICLES, score
from standpoint.article import Article


def articles(number: int) -> list[Article]:
    bodies = ("China broke its promise. The costly plan collapsed again.", "Japan kept its word.")
    return [Article(f"a{index}", "News", bodies[index % 2]) for index in range(number)]


def test_there_is_one_prediction_per_article_in_order(demo_model: NewsModel) -> None:
    asked = articles(BATCH_ARTICLES + 3)
    assert [found.article_id for found in score(demo_model, asked)] == [article.id for article in asked]


def test_the_batch_an_article_falls_into_does_not_change_its_prediction(demo_model: NewsModel) -> None:
    asked = articles(BATCH_ARTICLES + 1)
    assert list(score(demo_model, asked))[-1] == next(score(demo_model, asked[-1:]))


def test_never_more_than_one_batch_is_taken_ahead(demo_model: NewsModel) -> None:
    taken: list[str] = []

    def stream() -> Iterator[Article]:
        for article in articles(3 * BATCH_ARTICLES):
            taken.append(article.id)
            yield article

    ahead = [len(taken) - given for given, _ in enumerate(score(demo_model, stream()))]
    assert max(ahead) == BATCH_ARTICLES
    assert len(taken) == 3 * BATCH_ARTICLES


def test_nothing_is_taken_before_it_is_asked_for(demo_model: NewsModel) -> None:
    stream = iter(articles(2))
    score(demo_model, stream)
    assert next(stream).id == "a0"


def test_what_was_scored_before_the_stream_fails_is_given_batch_by_batch(demo_model: NewsModel) -> None:
    def stream() -> Iterator[Article]:
        yield from articles(BATCH_ARTICLES)
        raise OSError("the disk is gone")

    predictions = score(demo_model, stream())
    assert [next(predictions).article_id for _ in range(BATCH_ARTICLES)][-1] == f"a{BATCH_ARTICLES - 1}"
    with pytest.raises(OSError, match="the disk is gone"):
        next(predictions)


def test_evidence_is_looked_for_unless_told_otherwise(demo_model: NewsModel) -> None:
    (with_evidence,), (without,) = score(demo_model, articles(1)), score(demo_model, articles(1), evidence=False)
    assert any(stance.evidence for stance in with_evidence.stances)
    assert not any(stance.evidence for stance in without.stances)
    assert not any(frame.evidence for frame in without.frames)
    assert [stance.proba for stance in with_evidence.stances] == [stance.proba for stance in without.stances]


def test_no_article_gives_no_prediction(demo_model: NewsModel) -> None:
    assert list(score(demo_model, [])) == []
