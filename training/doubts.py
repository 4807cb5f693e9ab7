"""Doubts: the labels of gold that are most likely wrong, by models that never saw their stories.

They are ranked by how improbable the model finds what gold says. Confident learning (Northcutt et al., 2021) was tried
in its place: with 5 and 10 % of the sample's labels turned at random it put no more wrong ones among the first thirty.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Literal

from labeling.wording import YES, answer_words, label_words
from labeling.work_item import WorkItem
from models.cast import cast_by_sentence
from models.linear_news_model import LinearNewsModel
from models.news_model import names_of, scene_of
from standpoint.article import Article
from standpoint.codebook import Codebook
from standpoint.mentions import MentionFinder
from standpoint.prediction import FramePrediction, ScoredSpan, StancePrediction
from training.fitting import FitConfig, Progress, fit_news_model, in_silence
from training.gold import Gold, GoldArticle
from training.splits import story_folds

Reason = Literal["against", "annotated", "strongest"]
"""Why a passage is shown: the model reads it as the other answer; it is the annotated evidence; there is no better."""

_MOST_SHOWN = 160
"""A passage is cut after so many characters."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of the article (code points, end exclusive); `score` is in log-odds, None for annotated evidence.

    A score is for the other answer where the reason is `against`, else for the label that gold has.
    """

    start: int
    end: int
    score: float | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Doubt:
    """A frame or the stance toward an actor on which gold and model differ.

    `given` is what gold says and `called` what the model says: of a frame `YES` or None, of an actor a stance.
    The probabilities are the model's, calibrated. `passage` is None where no sentence names the actor.
    """

    article: Article
    label: str
    given: str | None
    called: str | None
    given_proba: float
    called_proba: float
    passage: Passage | None


@dataclass(frozen=True)
class Doubts:
    """All doubts, the strongest first; `n_labels` were looked at, the frames in `unlearned` not in every article."""

    found: tuple[Doubt, ...]
    n_labels: int
    unlearned: tuple[str, ...]


def find_doubts(gold: Gold, config: FitConfig, *, progress: Progress = in_silence) -> Doubts:
    """Hold every frame and every given stance of gold against a model fitted on other stories.

    A label is doubted where the model calls another answer; the less probable it finds the label, the sooner it comes.
    A stance that gold does not give is not looked at, nor is a frame where the model could not learn it.

    Raises:
        TrainingError: there are fewer than two stories, or the others are too few to learn from.
    """
    found: list[Doubt] = []
    unlearned: set[str] = set()
    n_labels = 0
    folds = list(story_folds(gold.stories, n_folds=config.n_folds, seed=config.seed))
    for number, (train, test) in enumerate(folds, start=1):
        progress(f"part {number} of {len(folds)}")
        reader = _Reader(fit_news_model(gold.select(train), config))
        held_out = gold.select(test).articles
        found += reader.doubts(held_out)
        unlearned |= set(gold.codebook.frame_ids) - reader.learned
        n_labels += sum(len(reader.learned) + len(item.stances) * reader.reads_stances for item in held_out)
    ranked = sorted(found, key=lambda doubt: doubt.given_proba)
    return Doubts(tuple(ranked), n_labels, tuple(frame for frame in gold.codebook.frame_ids if frame in unlearned))


def passage_text(doubt: Doubt) -> str:
    """Return the passage on one line, cut where it is long; empty where there is none."""
    if doubt.passage is None:
        return ""
    text = " ".join(doubt.article.text[doubt.passage.start : doubt.passage.end].split())
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"


def review_items(doubts: Iterable[Doubt], codebook: Codebook) -> list[WorkItem]:
    """Return the doubted articles in the order of their first doubt, each with all its doubts as one question.

    They are to be shown without suggestions: the question says what the model thinks.
    """
    by_article: dict[str, list[Doubt]] = {}
    for doubt in doubts:
        by_article.setdefault(doubt.article.id, []).append(doubt)
    return [
        WorkItem(group[0].article, blind=True, question=" · ".join(_question(doubt, codebook) for doubt in group))
        for group in by_article.values()
    ]


class _Reader:
    """Reads gold articles with a model that has not seen their stories."""

    def __init__(self, model: LinearNewsModel) -> None:
        self.model = model
        self.names = names_of(model.codebook.actors)
        self.finder = MentionFinder(model.codebook.actors)
        fitted = () if model.frame_model is None else model.frame_model.is_fitted_
        self.learned = frozenset(compress(model.codebook.frame_ids, fitted))
        self.reads_stances = model.reads_stances

    def doubts(self, items: Sequence[GoldArticle]) -> Iterator[Doubt]:
        """Yield what the model would answer otherwise."""
        targets = {item.article.id: item.targets for item in items}
        predictions = self.model.predict([item.article for item in items], targets=targets)
        labels = self.model.codebook.stance_ids
        for item, prediction in zip(items, predictions, strict=True):
            for frame in prediction.frames:
                if frame.id in self.learned and frame.present != (frame.id in item.frames):
                    yield self._of_frame(item, frame)
            given = {target.actor: labels[stance] for target, stance in zip(item.targets, item.stances, strict=True)}
            for stance in prediction.stances:
                if given.get(stance.actor, stance.stance) != stance.stance:
                    yield _of_stance(item.article, given[stance.actor], stance)

    def _of_frame(self, item: GoldArticle, frame: FramePrediction) -> Doubt:
        if frame.present:
            passage = _against(frame.evidence)
            return Doubt(item.article, frame.id, None, YES, 1 - frame.proba, frame.proba, passage)
        marked = next((span for span in item.evidence if span.label == frame.id), None)
        passage = Passage(marked.start, marked.end, None, "annotated") if marked else self._strongest(item, frame.id)
        return Doubt(item.article, frame.id, YES, None, frame.proba, 1 - frame.proba, passage)

    def _strongest(self, item: GoldArticle, frame: str) -> Passage | None:
        """Return the sentence that speaks most for a frame, read with its cast."""
        scene, found = scene_of(item.scene.text, self.finder, self.names)
        if self.model.frame_model is None or not scene.sentences:
            return None
        casts = cast_by_sentence(scene, found, self.model.codebook.actor_ids)
        texts = [scene.text[start:end] for start, end in scene.sentences]
        column = self.model.codebook.frame_ids.index(frame)
        scores = self.model.frame_model.passage_scores(texts, casts=casts)[:, column]
        best = int(scores.argmax())
        return Passage(*scene.sentences[best], float(scores[best]), "strongest")


def _of_stance(article: Article, given: str, stance: StancePrediction) -> Doubt:
    proba = stance.proba
    return Doubt(
        article, stance.actor, given, stance.stance, proba[given], proba[stance.stance], _against(stance.evidence)
    )


def _against(evidence: Sequence[ScoredSpan]) -> Passage | None:
    return Passage(evidence[0].start, evidence[0].end, evidence[0].score, "against") if evidence else None


def _question(doubt: Doubt, codebook: Codebook) -> str:
    given, called = (answer_words(doubt.label, answer, codebook) for answer in (doubt.given, doubt.called))
    said = f"gold / 标注: {given}; model / 模型: {called} {doubt.called_proba:.2f}"
    shown = f" “{passage_text(doubt)}”" if doubt.passage else ""
    return f"{label_words(doubt.label, codebook)} ({said}){shown}"
