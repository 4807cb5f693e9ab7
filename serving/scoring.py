"""Scoring: a stream of articles through one model, a batch at a time, so that memory does not grow with it."""

from collections.abc import Iterable, Iterator
from itertools import islice

from models.news_model import NewsModel
from standpoint.article import Article
from standpoint.prediction import Prediction

BATCH_ARTICLES = 128
"""How many articles are in memory together."""


def score(model: NewsModel, articles: Iterable[Article], *, evidence: bool = True) -> Iterator[Prediction]:
    """Yield one prediction per article, in order."""
    stream = iter(articles)
    while batch := list(islice(stream, BATCH_ARTICLES)):
        yield from model.predict(batch, evidence=evidence)
