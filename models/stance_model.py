"""The linear stance model: views of the text around a masked target and one logistic regression per stance."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.calibration import Floats, class_proba
from models.classifier import fit_one_against_rest
from models.features import Arrays, TfidfFeatures, View
from models.ngrams import NgramConfig
from models.targets import VIEW_NAMES, ReadPassages, Scene, Target, target_views

_BOTH = NgramConfig(characters=(1, 5), words=(1, 2))
_WORDS = NgramConfig(words=(1, 1))

PASSAGE_VIEWS = (
    View("sentence", _BOTH, weight=0.7),
    View("left", _BOTH, weight=0.5),
    View("right", _BOTH, weight=0.5),
    View("around", _BOTH, weight=0.7),
    View("clause", _BOTH, weight=0.7),
    View("offsets", _WORDS, weight=0.5),
    View("tone", _WORDS, weight=0.4),
)
NAME_VIEWS = (
    View("name", _BOTH, weight=0.7, min_texts=1),
    View("name_found", _BOTH, weight=0.5),
    View("name_missing", _BOTH, weight=0.5),
)
CONTEXT_VIEWS = (View("overlap", _WORDS, weight=0.5), View("context", _BOTH, weight=0.5))
STANCE_VIEWS = (*PASSAGE_VIEWS, *CONTEXT_VIEWS)
"""The target masked: what is learned of one actor holds for the next."""

NAMED_STANCE_VIEWS = (*STANCE_VIEWS, *NAME_VIEWS)
"""With the target's name as well: for data with thousands of targets, many of which do not stand in the text."""


_UNSEEN = -20.0
"""The score of a stance that no training target had."""


@dataclass(frozen=True, slots=True)
class TargetInText:
    """One question to the stance model: this target, in this scene."""

    scene: Scene
    target: Target


class StanceScorer(ABC):
    """Scores for each stance toward a target, made probabilities and one called stance.

    Learned attributes: `calibration_` (n_stances + 1,) inverse temperature and offsets, `weights_` (n_stances,): the
    called stance maximises probability times weight.
    """

    calibration_: NDArray[Any]
    weights_: NDArray[Any]

    @abstractmethod
    def decision_function(self, questions: Sequence[TargetInText]) -> Floats:
        """Return uncalibrated scores, shape (n_questions, n_stances)."""

    def predict_proba(self, questions: Sequence[TargetInText]) -> Floats:
        """Return calibrated probabilities that sum to 1, shape (n_questions, n_stances)."""
        return self.proba(self.decision_function(questions))

    def proba(self, scores: Floats) -> Floats:
        """Return what uncalibrated scores mean as probabilities, (n_questions, n_stances)."""
        return class_proba(scores, self.calibration_)

    def choose(self, proba: Floats) -> NDArray[np.int64]:
        """Return the number of the stance called for each row of probabilities."""
        chosen: NDArray[np.int64] = (proba * self.weights_).argmax(axis=1)
        return chosen

    def _stay_neutral(self, n_stances: int) -> None:
        """Let scores stay as they are until calibration and weights are learned."""
        self.calibration_ = np.concatenate([[1.0], np.zeros(n_stances)])
        self.weights_ = np.ones(n_stances)


class StanceModel(StanceScorer):
    """Says which stance a text takes toward a target.

    Learned attributes beside those of `StanceScorer`: `coef_` (n_stances, n_features), `intercept_` (n_stances,).
    """

    coef_: NDArray[Any]
    intercept_: NDArray[Any]

    def __init__(self, n_stances: int, views: Sequence[View] = STANCE_VIEWS, *, inverse_penalty: float = 2.0) -> None:
        self.n_stances = n_stances
        self.features = TfidfFeatures(views)
        self.inverse_penalty = inverse_penalty

    def fit(
        self, questions: Sequence[TargetInText], stances: NDArray[np.int64], *, shares: Floats | None = None
    ) -> Self:
        """Learn from targets and the number of the stance taken toward each, shape (n_questions,).

        `shares` (n_questions, n_stances), 0 to 1, are learned in place of `stances` where annotators were not of one
        mind.
        """
        learned = np.eye(self.n_stances)[stances] if shares is None else shares
        matrix = self.features.fit_transform(self._columns(questions))
        self.coef_ = np.zeros((self.n_stances, matrix.shape[1]), dtype=np.float32, order="F")
        self.intercept_ = np.full(self.n_stances, _UNSEEN)
        for stance in np.flatnonzero((learned > 0).any(axis=0) & (learned < 1).any(axis=0)):
            self.coef_[stance], self.intercept_[stance] = fit_one_against_rest(
                matrix, learned[:, stance], inverse_penalty=self.inverse_penalty
            )
        self._stay_neutral(self.n_stances)
        return self

    def decision_function(self, questions: Sequence[TargetInText]) -> Floats:
        """Return uncalibrated scores, shape (n_questions, n_stances)."""
        scores: Floats = self.features.scores(self._columns(questions), self.coef_) + self.intercept_
        return scores

    def to_arrays(self) -> Arrays:
        """Return what was learned as plain arrays."""
        names = ("coef_", "intercept_", "calibration_", "weights_")
        learned = {name.rstrip("_"): np.ascontiguousarray(getattr(self, name)) for name in names}
        return {**{f"features.{name}": value for name, value in self.features.to_arrays().items()}, **learned}

    def load_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take over what `to_arrays` returned; return itself."""
        self.features.load_arrays({name: arrays[f"features.{name}"] for name in ("keys", "idf", "splits")})
        self.coef_, self.intercept_ = np.asfortranarray(arrays["coef"]), arrays["intercept"]
        self.calibration_, self.weights_ = arrays["calibration"], arrays["weights"]
        return self

    def _columns(self, questions: Sequence[TargetInText]) -> list[list[str]]:
        read = ReadPassages()
        views = [target_views(question.scene, question.target, read) for question in questions]
        wanted = [VIEW_NAMES.index(view.name) for view in self.features.views]
        return [[texts[index] for texts in views] for index in wanted]
