"""The scikit-learn pipelines that one would write without Standpoint, given the same thresholds for frames."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from models.calibration import Floats, binary_proba, fit_binary_calibration
from training.gold import Gold
from training.splits import story_folds
from training.thresholds import frame_thresholds


class PlainFrames:
    """Words and character n-grams in a `FeatureUnion`, one logistic regression per frame, plug-in thresholds.

    Learned attributes: `pipeline_`, `calibration_` (n_frames, 2), `thresholds_` (n_frames,).
    """

    def fit(self, gold: Gold, *, n_folds: int = 5, seed: int = 0) -> Self:
        """Fit the pipeline, and calibration and thresholds on scores that are cross-fitted over stories."""
        present = gold.present
        scores = np.zeros(present.shape)
        for train, test in story_folds(gold.stories, n_folds=n_folds, seed=seed):
            fold = _pipeline(several=True).fit([gold.texts[index] for index in train], present[train])
            scores[test] = fold.decision_function([gold.texts[index] for index in test])
        self.fit_pipeline(gold)
        self.calibration_ = np.array([fit_binary_calibration(*pair) for pair in zip(scores.T, present.T, strict=True)])
        self.thresholds_ = frame_thresholds(binary_proba(scores, self.calibration_), present.sum(axis=0))
        return self

    def fit_pipeline(self, gold: Gold) -> Self:
        """Fit the pipeline alone, with neutral calibration and thresholds of one half."""
        self.pipeline_ = _pipeline(several=True).fit(gold.texts, gold.present)
        self.calibration_ = np.tile([1.0, 0.0], (gold.present.shape[1], 1))
        self.thresholds_ = np.full(gold.present.shape[1], 0.5)
        return self

    def call(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Return which frames each text uses, shape (n_texts, n_frames)."""
        scores: Floats = self.pipeline_.decision_function(texts)
        called: NDArray[np.bool_] = binary_proba(scores, self.calibration_) >= self.thresholds_
        return called


class PlainStances:
    """One pipeline per actor, fitted on the articles that name it; an actor with one kind of stance gets none.

    Learned attribute: `pipelines_` by actor.
    """

    def fit(self, gold: Gold) -> Self:
        """Fit a pipeline for each actor with at least two kinds of stance."""
        actors = np.array([question.target.actor for question in gold.questions], dtype=object)
        self.pipelines_: dict[str, Pipeline] = {}
        for actor in np.unique(actors):
            rows = np.flatnonzero(actors == actor)
            if len(np.unique(gold.stances[rows])) > 1:
                texts = [gold.questions[row].scene.text for row in rows]
                self.pipelines_[actor] = _pipeline(several=False).fit(texts, gold.stances[rows])
        return self

    def call(self, texts_by_actor: dict[str, list[str]]) -> int:
        """Call the stance of every text toward its actor; return how many were called."""
        known = {actor: texts for actor, texts in texts_by_actor.items() if actor in self.pipelines_}
        return sum(len(self.pipelines_[actor].predict(texts)) for actor, texts in known.items())


def _pipeline(*, several: bool) -> Pipeline:
    classifier = LogisticRegression(class_weight="balanced")
    return make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
        ),
        OneVsRestClassifier(classifier) if several else classifier,
    )
