"""Outcomes: gold answers beside what models called for articles they had not seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.news_model import FrameAnswers, NewsModel, StanceAnswers
from models.stance_model import StanceScorer
from training.gold import Gold

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Outcome:
    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return several outcomes as one; each article should be in one part only."""
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        """Return the rows that are chosen."""
        return type(self)(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


@dataclass(frozen=True)
class FrameOutcome(_Outcome):
    """Frames of articles: `truth`, `called`, `proba` (n_articles, n_frames); `stories`, `languages` (n_articles,).

    `rates` holds the frames' shares in the training articles, which is what a model that reads nothing knows.
    """

    truth: NDArray[np.bool_]
    called: NDArray[np.bool_]
    proba: Floats
    rates: Floats
    stories: NDArray[Any]
    languages: NDArray[Any]


@dataclass(frozen=True)
class StanceOutcome(_Outcome):
    """Stances toward targets: `truth`, `called`, `common` (n,), `proba` (n, n_stances), and where each row comes from.

    `common` is the stance that is most frequent in the training articles.
    """

    truth: NDArray[np.int64]
    called: NDArray[np.int64]
    common: NDArray[np.int64]
    proba: Floats
    stories: NDArray[Any]
    languages: NDArray[Any]
    actors: NDArray[Any]


@dataclass(frozen=True)
class Outcome:
    """What a model said of held-out gold; a part is None where the model or the gold lacks it."""

    frames: FrameOutcome | None
    stances: StanceOutcome | None

    @classmethod
    def joined(cls, parts: Sequence["Outcome"]) -> "Outcome":
        """Return several outcomes as one; each article should be in one part only."""
        frames = [part.frames for part in parts if part.frames is not None]
        stances = [part.stances for part in parts if part.stances is not None]
        return cls(FrameOutcome.joined(frames) if frames else None, StanceOutcome.joined(stances) if stances else None)


def held_out(model: NewsModel, train: Gold, test: Gold) -> Outcome:
    """Let a model that was fitted on `train` answer `test`."""
    answers = model.answer([item.asked for item in test.articles])
    return Outcome(
        frames=None if answers.frames is None else frame_outcome(answers.frames, train, test),
        stances=None if answers.stances is None else _stances(answers.stances, train, test),
    )


def held_out_stances(model: StanceScorer, train: Gold, test: Gold) -> StanceOutcome | None:
    """Let a stance model that was fitted on `train` answer `test`; None where `test` holds no stance."""
    if not len(test.stances):
        return None
    proba = model.predict_proba(test.questions)
    return _stances(StanceAnswers(proba, model.choose(proba)), train, test)


def frame_outcome(answers: FrameAnswers, train: Gold, test: Gold) -> FrameOutcome:
    """Set what a model that was fitted on `train` said of the frames of `test` beside gold."""
    return FrameOutcome(
        truth=test.present,
        called=answers.present,
        proba=answers.proba,
        rates=np.tile(train.present.mean(axis=0), (len(test), 1)),
        stories=np.array(test.stories, dtype=object),
        languages=np.array([item.article.language for item in test.articles], dtype=object),
    )


def cross_validated(
    gold: Gold, folds: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]], fit: Callable[[Gold], NewsModel]
) -> Outcome:
    """Fit anew on the training part of every fold and join what was said of the test parts."""
    outcomes = []
    for train, test in folds:
        learned_from = gold.select(train)
        outcomes.append(held_out(fit(learned_from), learned_from, gold.select(test)))
    return Outcome.joined(outcomes)


def _stances(answers: StanceAnswers, train: Gold, test: Gold) -> StanceOutcome:
    articles = [test.articles[owner].article for owner in test.owners]
    return StanceOutcome(
        truth=test.stances,
        called=answers.chosen,
        common=np.full(len(test.stances), np.bincount(train.stances).argmax()),
        proba=answers.proba,
        stories=np.array([test.stories[owner] for owner in test.owners], dtype=object),
        languages=np.array([article.language for article in articles], dtype=object),
        actors=np.array([question.target.actor for question in test.questions], dtype=object),
    )
