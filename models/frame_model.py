"""The linear frame model: n-gram features and one logistic regression per frame."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.calibration import Floats, binary_proba
from models.classifier import fit_one_against_rest
from models.features import Arrays, TfidfFeatures, View
from models.ngrams import NgramConfig

FRAME_VIEWS = (
    View("words", NgramConfig(words=(1, 1), chinese=(1, 2))),
    View("characters", NgramConfig(characters=(3, 5)), weight=0.4),
    View("cast", NgramConfig(words=(1, 1)), weight=0.3),
)
"""Words and characters of the text itself, and its cast: what `models.cast` says of it."""

MIN_ARTICLES = 5
"""A frame is fitted when at least this many articles have it and as many lack it."""

NEVER = 2.0
"""The threshold of a frame that could not be fitted: no probability reaches it."""


class FrameModel:
    """Says how strongly a text uses each frame.

    Learned attributes: `coef_` (n_frames, n_features), `intercept_` (n_frames,), `is_fitted_` (n_frames,),
    `calibration_` (n_frames, 2) slope and offset, `thresholds_` (n_frames,) on the calibrated probability.
    A frame with fewer than `MIN_ARTICLES` on either side is not fitted: it gets its base rate and is never called.
    """

    coef_: NDArray[Any]
    intercept_: NDArray[Any]
    is_fitted_: NDArray[Any]
    calibration_: NDArray[Any]
    thresholds_: NDArray[Any]

    def __init__(self, views: Sequence[View] = FRAME_VIEWS, *, inverse_penalty: float = 10.0) -> None:
        self.features = TfidfFeatures(views)
        self.inverse_penalty = inverse_penalty

    def fit(
        self,
        texts: Sequence[str],
        present: NDArray[np.bool_],
        *,
        casts: Sequence[str] = (),
        shares: Floats | None = None,
    ) -> Self:
        """Learn from texts and which frames they use, shape (n_texts, n_frames); calibration starts neutral.

        `casts` describe the texts as `models.cast` does; without them the model reads the text alone.
        `shares` (n_texts, n_frames), 0 to 1, are learned in place of `present` where annotators were not of one mind.
        """
        learned = present.astype(np.float64) if shares is None else shares
        matrix = self.features.fit_transform(self._columns(texts, casts))
        n_frames = present.shape[1]
        n_present = present.sum(axis=0)
        self.is_fitted_ = (n_present >= MIN_ARTICLES) & (len(texts) - n_present >= MIN_ARTICLES)
        self.is_fitted_ &= (learned > 0).any(axis=0) & (learned < 1).any(axis=0)
        self.coef_ = np.zeros((n_frames, matrix.shape[1]), dtype=np.float32, order="F")
        self.intercept_ = np.zeros(n_frames)
        self.calibration_ = np.tile([1.0, 0.0], (n_frames, 1))
        self.thresholds_ = np.where(self.is_fitted_, 0.5, NEVER)
        for index in range(n_frames):
            self._fit_frame(matrix, learned[:, index], index)
        return self

    def decision_function(self, texts: Sequence[str], *, casts: Sequence[str] = ()) -> Floats:
        """Return uncalibrated log-odds, shape (n_texts, n_frames)."""
        scores: Floats = self.features.scores(self._columns(texts, casts), self.coef_) + self.intercept_
        return scores

    def predict_proba(self, texts: Sequence[str], *, casts: Sequence[str] = ()) -> Floats:
        """Return calibrated probabilities, shape (n_texts, n_frames)."""
        return binary_proba(self.decision_function(texts, casts=casts), self.calibration_)

    def passage_scores(self, passages: Sequence[str], *, casts: Sequence[str] = ()) -> Floats:
        """Return how far each passage pushes each frame, in log-odds without the intercept, (n_passages, n_frames)."""
        scores: Floats = (self.decision_function(passages, casts=casts) - self.intercept_) * self.calibration_[:, 0]
        return scores

    def to_arrays(self) -> Arrays:
        """Return what was learned as plain arrays."""
        names = ("coef_", "intercept_", "is_fitted_", "calibration_", "thresholds_")
        learned = {name.rstrip("_"): np.ascontiguousarray(getattr(self, name)) for name in names}
        return {**{f"features.{name}": value for name, value in self.features.to_arrays().items()}, **learned}

    def load_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take over what `to_arrays` returned; return itself."""
        self.features.load_arrays({name: arrays[f"features.{name}"] for name in ("keys", "idf", "splits")})
        self.coef_, self.intercept_ = np.asfortranarray(arrays["coef"]), arrays["intercept"]
        self.is_fitted_, self.calibration_, self.thresholds_ = (
            arrays["is_fitted"],
            arrays["calibration"],
            arrays["thresholds"],
        )
        return self

    def _columns(self, texts: Sequence[str], casts: Sequence[str]) -> list[Sequence[str]]:
        described = casts or [""] * len(texts)
        return [described if view.name == "cast" else texts for view in self.features.views]

    def _fit_frame(self, matrix: sparse.csr_matrix, shares: Floats, index: int) -> None:
        if self.is_fitted_[index]:
            self.coef_[index], self.intercept_[index] = fit_one_against_rest(
                matrix, shares, inverse_penalty=self.inverse_penalty
            )
        else:
            rate = (shares.sum() + 0.5) / (len(shares) + 1)
            self.calibration_[index] = 0.0, np.log(rate / (1 - rate))
