"""Fitting: from gold to a news model with calibrated probabilities and thresholds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.calibration import binary_proba, class_proba, fit_binary_calibration, fit_class_calibration
from models.features import View
from models.frame_model import FRAME_VIEWS, MIN_ARTICLES, NEVER, FrameModel
from models.linear_news_model import LinearNewsModel
from models.stance_model import STANCE_VIEWS, StanceModel
from standpoint.errors import TrainingError
from training.gold import Gold
from training.splits import story_folds
from training.thresholds import Floats, frame_thresholds, stance_weights

MIN_TARGETS = 12
"""A stance model is fitted when gold has at least this many stances."""


@dataclass(frozen=True)
class FitConfig:
    """How models are fitted; the penalties are inverse strengths, larger means less regularisation.

    `soft`: learn the shares of annotators behind each label, where gold records them. Calibration, thresholds and
    figures of quality rest on gold's own answers either way.
    """

    frame_views: tuple[View, ...] = FRAME_VIEWS
    stance_views: tuple[View, ...] = STANCE_VIEWS
    frame_inverse_penalty: float = 10.0
    stance_inverse_penalty: float = 2.0
    n_folds: int = 5
    seed: int = 0
    soft: bool = False


Progress = Callable[[str], None]
"""Is told what is being done next."""


def in_silence(_: str) -> None:
    """Tell nobody what is being done."""


def fit_news_model(gold: Gold, config: FitConfig, *, progress: Progress = in_silence) -> LinearNewsModel:
    """Fit frames and stances on gold.

    Scores are cross-fitted over story-disjoint folds, and calibration and thresholds are learned on those scores:
    nothing is tuned on articles that the model was fitted on.

    Raises:
        TrainingError: gold has too little of everything for any part to be fitted.
    """
    frame_model = fit_frames(gold, config, progress=progress) if gold.codebook.frames else None
    stance_model = fit_stances(gold, config, progress=progress) if len(gold.stances) else None
    if stance_model is None and (frame_model is None or not frame_model.is_fitted_.any()):
        raise TrainingError(
            f"nothing can be learned from {len(gold)} articles: no frame is present and absent in at least "
            f"{MIN_ARTICLES} of them, "
            f"and there are {len(gold.stances)} stances where {MIN_TARGETS} of at least two kinds are needed. "
            "Annotate more articles."
        )
    return LinearNewsModel(gold.codebook, frame_model=frame_model, stance_model=stance_model)


def fit_frames(gold: Gold, config: FitConfig, *, progress: Progress = in_silence) -> FrameModel:
    """Fit the frame model, its calibration and its thresholds."""
    progress("frames: cross-fitting")
    present = gold.present
    scores = np.full(present.shape, np.nan)
    for train, test in story_folds(gold.stories, n_folds=config.n_folds, seed=config.seed):
        learn, hold = gold.select(train), gold.select(test)
        fold = _fitted_frames(learn, config)
        held_out = fold.decision_function(hold.texts, casts=hold.casts)
        scores[test] = np.where(fold.is_fitted_, held_out, np.nan)
    progress("frames: fitting")
    model = _fitted_frames(gold, config)
    for column in np.flatnonzero(model.is_fitted_):
        known = ~np.isnan(scores[:, column])
        if known.any():
            model.calibration_[column] = fit_binary_calibration(scores[known, column], present[known, column])
    if model.is_fitted_.any():
        proba = binary_proba(np.nan_to_num(scores), model.calibration_)[:, model.is_fitted_]
        thresholds = frame_thresholds(proba, present.sum(axis=0)[model.is_fitted_])
        model.thresholds_ = np.full(present.shape[1], NEVER)
        model.thresholds_[model.is_fitted_] = thresholds
    return model


def fit_stances(gold: Gold, config: FitConfig, *, progress: Progress = in_silence) -> StanceModel | None:
    """Fit the stance model, its calibration and its weights; None where gold has too few stances or only one kind."""
    stances = gold.stances
    if len(stances) < MIN_TARGETS or len(np.unique(stances)) < 2:
        return None
    progress("stances: cross-fitting")
    scores = cross_fitted_stance_scores(gold, config)
    known = ~np.isnan(scores).any(axis=1)
    progress("stances: fitting")
    model = _fitted_stances(gold, config, np.arange(len(stances)))
    if known.any():
        model.calibration_ = fit_class_calibration(scores[known], stances[known])
        model.weights_ = stance_weights(class_proba(scores[known], model.calibration_), stances[known])
    return model


def cross_fitted_stance_scores(gold: Gold, config: FitConfig) -> Floats:
    """Return each question's scores under a model that never saw its story.

    Shape (n_questions, n_stances); NaN where no model could be fitted.
    """
    owners = gold.owners
    scores = np.full((len(gold.stances), len(gold.codebook.stances)), np.nan)
    for train, test in story_folds(gold.stories, n_folds=config.n_folds, seed=config.seed):
        learn, hold = np.flatnonzero(np.isin(owners, train)), np.flatnonzero(np.isin(owners, test))
        if len(hold) and len(np.unique(gold.stances[learn])) > 1:
            fold = _fitted_stances(gold, config, learn)
            scores[hold] = fold.decision_function([gold.questions[index] for index in hold])
    return scores


def _fitted_frames(gold: Gold, config: FitConfig) -> FrameModel:
    model = FrameModel(config.frame_views, inverse_penalty=config.frame_inverse_penalty)
    shares = gold.frame_shares if config.soft else None
    return model.fit(gold.texts, gold.present, casts=gold.casts, shares=shares)


def _fitted_stances(gold: Gold, config: FitConfig, rows: NDArray[np.int64]) -> StanceModel:
    """Fit on the questions at these positions."""
    n_stances = len(gold.codebook.stances)
    model = StanceModel(n_stances, config.stance_views, inverse_penalty=config.stance_inverse_penalty)
    shares = gold.stance_shares[rows] if config.soft else None
    return model.fit([gold.questions[row] for row in rows], gold.stances[rows], shares=shares)
