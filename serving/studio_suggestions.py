"""Suggestions for Label Studio's tasks: what the model says of each, in the order in which they came."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labeling.pushed_article import pushed_article
from labeling.suggestion import check_prediction, suggestion, version_of
from serving.batching import Answer, OverloadedError
from serving.model_holder import Served
from serving.parts import Parts
from serving.request_log import log_failure
from standpoint.article import Article
from standpoint.codebook import Codebook
from standpoint.errors import RecordError
from standpoint.prediction import Prediction

BLIND = "blind"
NOT_PUSHED = "not made by `standpoint label push`"
TOO_LONG = "too long"
FAILED = "the model failed on it"

_TRIES = 20
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Suggestions:
    """One result for each task: a suggestion, or an empty list; and how many got none, by reason."""

    results: list[dict[str, Any] | list[Any]]
    passed_over: dict[str, int]


def served_version(served: Served) -> str:
    """Return the model version that suggestions of a served model have in Label Studio."""
    return f"{served.model.version} {served.model.codebook.reference}"


async def suggest(tasks: Sequence[Any], parts: Parts) -> Suggestions:
    """Ask the model about tasks, a group at a time; a task that is blind, foreign or too long gets nothing.

    Raises:
        OverloadedError: too many articles wait for the model already.
    """
    group_articles = parts.config.max_articles
    found = [article_of(task, parts.config.max_characters) for task in tasks]
    passed_over = Counter(one for one in found if isinstance(one, str))
    results: list[dict[str, Any] | list[Any]] = [[] for _ in tasks]
    places = [(number, one) for number, one in enumerate(found) if isinstance(one, Article)]
    for begin in range(0, len(places), group_articles):
        group = places[begin : begin + group_articles]
        answers = await _answers(parts, [article for _, article in group])
        for (number, _), answer in zip(group, answers, strict=True):
            results[number] = answer or []
            passed_over[FAILED] += answer is None
    return Suggestions(results, dict(+passed_over))


def article_of(task: Any, max_characters: int) -> Article | str:  # noqa: ANN401 - a server may hold anything
    """Return the article of a task, or why it gets no suggestion."""
    data = task.get("data") if isinstance(task, dict) else None
    article = pushed_article(data)
    if article is None or not isinstance(data, dict):
        return NOT_PUSHED
    if data.get("blind") not in (None, False):
        return BLIND
    return article if len(article.text) <= max_characters else TOO_LONG


async def _answers(parts: Parts, articles: Sequence[Article]) -> list[dict[str, Any] | None]:
    """Return a suggestion for each article; where they fail together each is tried alone, and None where it fails."""
    try:
        predictions, served = await _predicted(parts, articles)
    except OverloadedError:
        raise
    except Exception as error:  # whatever one article brings about must not take the others with it
        if len(articles) == 1:
            log_failure(error, article_id=articles[0].id)
            return [None]
        return [(await _answers(parts, [article]))[0] for article in articles]
    codebook = served.model.codebook
    return [_checked(*pair, codebook) for pair in zip(predictions, articles, strict=True)]


async def _predicted(parts: Parts, articles: Sequence[Article]) -> Answer:
    """Ask the model; where that was still the one before the last swap, ask again.

    Label Studio shows only suggestions of the version that it was told of a moment before.
    """
    for _ in range(_TRIES):
        predictions, served = await parts.batcher.predict(articles)
        if served.model.version == parts.holder.current.model.version:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    return predictions, served


def _checked(prediction: Prediction, article: Article, codebook: Codebook) -> dict[str, Any] | None:
    try:
        check_prediction(prediction, codebook, article.text)
    except RecordError as error:
        log_failure(error, article_id=article.id)
        return None
    made = suggestion(prediction, 0, version_of(prediction, codebook), article.text)
    del made["task"]  # Label Studio goes by the order
    return made
