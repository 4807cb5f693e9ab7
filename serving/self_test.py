"""The self-test: what a model must answer of a few canary articles before it may serve."""

import math
import time
from collections.abc import Callable, Iterator, Sequence

from models.canaries import canary_articles, canary_differences
from models.news_model import NewsModel
from standpoint.article import Article
from standpoint.errors import ModelError
from standpoint.prediction import FramePrediction, Prediction, StancePrediction

LIMIT_SECONDS = 60.0
"""How long all canary articles may take together; they hold some 120,000 characters."""

_SUM_TOLERANCE = 1e-3


def self_test(
    model: NewsModel, *, limit_seconds: float = LIMIT_SECONDS, clock: Callable[[], float] = time.perf_counter
) -> None:
    """Let a model answer the canary articles, which also warms it, and check every answer.

    Probabilities lie in 0..1 and those of a stance sum to 1, labels are the codebook's, offsets lie inside the text,
    the articles are not all answered alike, and the model computes what it did when it was trained, as far as its
    folder remembers that.

    Raises:
        ModelError: an answer is not as it must be, or all together take longer than the limit.
    """
    articles = canary_articles(model.codebook)
    start = clock()
    predictions = model.predict(articles)
    seconds = clock() - start
    faults = [*_faults(model, articles, predictions)]
    if seconds > limit_seconds:
        faults.append(f"the canary articles took {seconds:.1f} s, the limit is {limit_seconds:g} s")
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise ModelError(f"{model.version}: fails its self-test: {faults[0]}{more}. Train anew, or promote another.")


def _faults(model: NewsModel, articles: Sequence[Article], predictions: Sequence[Prediction]) -> Iterator[str]:
    if [item.article_id for item in predictions] != [article.id for article in articles]:
        yield f"{len(articles)} articles got {len(predictions)} answers, or in another order"
        return
    for article, prediction in zip(articles, predictions, strict=True):
        for fault in _faults_of(model, article, prediction):
            yield f"{article.id}: {fault}"
    if _are_alike(predictions):
        yield "every article gets the same answer"
    if "canaries" in model.training:
        for difference in canary_differences(model.training["canaries"], articles, predictions):
            yield f"{difference}: libraries or files here compute something else"


def _faults_of(model: NewsModel, article: Article, prediction: Prediction) -> Iterator[str]:
    codebook = model.codebook
    if (prediction.model, prediction.codebook) != (model.version, codebook.reference):
        yield f"is signed by '{prediction.model}' for '{prediction.codebook}'"
    if prediction.characters_read > len(article.text):
        yield f"{prediction.characters_read} characters read of {len(article.text)}"
    expected = () if model.thresholds is None else codebook.frame_ids
    if tuple(frame.id for frame in prediction.frames) != expected:
        yield "its frames are not those of the codebook"
    for frame in prediction.frames:
        if not _is_proba(frame.proba):
            yield f"frame '{frame.id}' has probability {frame.proba}"
    for stance in prediction.stances:
        yield from _stance_faults(stance, codebook.stance_ids)
    yield from _span_faults(prediction, len(article.text))


def _stance_faults(stance: StancePrediction, labels: Sequence[str]) -> Iterator[str]:
    if set(stance.proba) != set(labels) or stance.stance not in labels:
        yield f"the stance toward '{stance.actor}' has labels that are not those of the codebook"
    values = list(stance.proba.values())
    if not (all(map(_is_proba, values)) and math.isclose(sum(values), 1, abs_tol=_SUM_TOLERANCE)):
        yield f"the stance toward '{stance.actor}' has probabilities {values}"


def _span_faults(prediction: Prediction, length: int) -> Iterator[str]:
    parts: list[FramePrediction | StancePrediction] = [*prediction.frames, *prediction.stances]
    evidence = [span for part in parts for span in part.evidence]
    mentions = [mention for stance in prediction.stances for mention in stance.mentions]
    for start, end in [*((span.start, span.end) for span in evidence), *mentions]:
        if not 0 <= start < end <= length:
            yield f"offsets {start} to {end} in a text of {length} characters"
    if not all(math.isfinite(span.score) for span in evidence):
        yield "evidence has a score that is not a number"


def _is_proba(value: float) -> bool:
    return 0 <= value <= 1  # false for what is not a number


def _are_alike(predictions: Sequence[Prediction]) -> bool:
    """Say whether frames, and stances, are probable to the same degree wherever they are asked for."""
    frames = [tuple(frame.proba for frame in item.frames) for item in predictions if item.frames]
    stances = [tuple(stance.proba.values()) for item in predictions for stance in item.stances]
    asked = [answers for answers in (frames, stances) if len(answers) > 1]
    return bool(asked) and all(len(set(answers)) == 1 for answers in asked)
