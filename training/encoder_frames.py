"""Fitting frames on an encoder's states: the head beside the linear model, cross-fitted, and blended by the rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.blend import Blend
from models.blended_frames import BlendedFrames
from models.frame_head import FrameHead, States
from models.frame_model import NEVER, FrameModel
from training.blending import Blended, fit_blend
from training.gold import Gold
from training.splits import Indices, story_folds
from training.thresholds import Floats, frame_thresholds

REPEATS = 3
"""Weights, calibration and thresholds rest on the mean scores of so many cross-fittings."""


@dataclass(frozen=True)
class FrameArticles:
    """Gold, the states of each article's sentences, and what the linear model and the head learn of each frame.

    `shares` and `learned` are (n_articles, n_frames), 0 to 1.
    """

    gold: Gold
    states: Sequence[States]
    shares: Floats
    learned: Floats

    def select(self, indices: Indices) -> "FrameArticles":
        """Return the articles at these positions."""
        states = [self.states[index] for index in indices]
        return FrameArticles(self.gold.select(indices), states, self.shares[indices], self.learned[indices])


@dataclass(frozen=True)
class FramePair:
    """The linear model and the head, fitted on the same articles, and their cross-fitted scores of these.

    `cross_fitted` is (2, n_articles, n_frames); `is_fitted` says which frames both could learn.
    """

    articles: FrameArticles
    linear: FrameModel
    head: FrameHead
    cross_fitted: Floats
    seed: int

    @classmethod
    def fit(
        cls, articles: FrameArticles, definitions: States | None, *, n_folds: int = 5, seed: int = 0
    ) -> "FramePair":
        """Fit both on all articles; scores are of models that never saw the article's story.

        `definitions` are the states of sentences that define the frames; None for none.
        """
        cross_fitted = np.zeros((2, *articles.gold.present.shape))
        for repeat in range(REPEATS):
            for learn, hold in story_folds(articles.gold.stories, n_folds=n_folds, seed=seed * REPEATS + repeat):
                scores = _scores(*_fitted(articles.select(learn), definitions), articles.select(hold))
                cross_fitted[:, hold] += scores / REPEATS
        return cls(articles, *_fitted(articles, definitions), cross_fitted, seed)

    @property
    def is_fitted(self) -> NDArray[np.bool_]:
        """Which frames both could learn, (n_frames,)."""
        fitted: NDArray[np.bool_] = self.linear.is_fitted_ & self.head.is_fitted_
        return fitted

    def rule(self) -> Blended:
        """Return the blend by the rule: both where that is better for certain, else the better one alone.

        Raises:
            TrainingError: there are fewer than two stories.
        """
        gold = self.articles.gold
        linear, head = self.cross_fitted
        return fit_blend(linear, head, gold.present, gold.stories, seed=self.seed)

    def blended(self, weight: float) -> BlendedFrames:
        """Return what both say together, the head with this weight; all else is learned on cross-fitted scores."""
        gold, is_fitted = self.articles.gold, self.is_fitted
        linear, head = self.cross_fitted
        blend = Blend.fit(linear, head, gold.present, weight=weight)
        thresholds = np.full(len(is_fitted), NEVER)
        if is_fitted.any():
            known = blend.predict_proba(linear, head)[:, is_fitted]
            thresholds[is_fitted] = frame_thresholds(known, gold.present.sum(axis=0)[is_fitted])
        return BlendedFrames(self.linear if blend.uses_first else None, self.head, blend, thresholds)


def _fitted(articles: FrameArticles, definitions: States | None) -> tuple[FrameModel, FrameHead]:
    gold = articles.gold
    linear = FrameModel().fit(gold.texts, gold.present, casts=gold.casts, shares=articles.shares)
    return linear, FrameHead(definitions).fit(articles.states, gold.present, shares=articles.learned)


def _scores(linear: FrameModel, head: FrameHead, articles: FrameArticles) -> Floats:
    """Return the scores of both, (2, n_articles, n_frames)."""
    gold = articles.gold
    return np.stack([linear.decision_function(gold.texts, casts=gold.casts), head.decision_function(articles.states)])
