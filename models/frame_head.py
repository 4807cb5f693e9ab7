"""The frame head: frames of an article from the frozen states of its sentences, fitted in closed form."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.calibration import Floats, binary_proba
from models.features import Arrays
from models.frame_model import MIN_ARTICLES, NEVER
from models.left_out import largest_without, leads_without, means_without, spreads_without, tops_without

States = NDArray[np.floating]
"""The mean token states of an article's sentences, at some layers: shape (n_sentences, n_layers, width)."""

LEAD = 4
"""With so many of its first sentences an article says what it is about."""

_CLOSEST = 3
_LEARNED = ("coef", "intercept", "is_fitted", "calibration", "thresholds")


class FrameHead:
    """Says how strongly an article uses each frame; the encoder itself is never changed.

    An article is described by what its sentences are on average, at most, at least, how much they differ and how they
    begin, layer by layer, and by how close they come to the sentences that define the frames. One ridge regression a
    frame learns from that; all descriptions weigh the same.

    Learned attributes: `coef_` (n_frames, n_features), `intercept_` (n_frames,), `is_fitted_` (n_frames,),
    `calibration_` (n_frames, 2) slope and offset, `thresholds_` (n_frames,) on the calibrated probability.
    A frame with fewer than `MIN_ARTICLES` on either side is not fitted: it gets its base rate and is never called.
    """

    coef_: NDArray[Any]
    intercept_: NDArray[Any]
    is_fitted_: NDArray[Any]
    calibration_: NDArray[Any]
    thresholds_: NDArray[Any]

    def __init__(self, definitions: States | None = None, *, penalty: float = 1.0) -> None:
        """Take the states of sentences that define the frames, whatever their number and order; None for none."""
        self.definitions = None if definitions is None else _directions(definitions)
        self.penalty = penalty

    def fit(self, states: Sequence[States], present: NDArray[np.bool_], *, shares: Floats | None = None) -> Self:
        """Learn from articles and which frames they use, (n_articles, n_frames); calibration starts neutral.

        `shares` (n_articles, n_frames), 0 to 1, are learned in place of `present` where annotators were not of one
        mind, or where the answers to a frame's indicators say more than its yes or no.
        """
        learned = present.astype(np.float64) if shares is None else shares
        n_present = present.sum(axis=0)
        self.is_fitted_ = (n_present >= MIN_ARTICLES) & (len(present) - n_present >= MIN_ARTICLES)
        self.is_fitted_ &= np.ptp(learned, axis=0) > 0
        features, sizes = self._features(states)
        centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
        scale = 1 / (spread * np.sqrt(np.repeat(sizes, sizes) * len(sizes)))
        coef = _ridge((features - centre) * scale, _standardised(learned), self.penalty) * scale[:, np.newaxis]
        self.coef_ = np.where(self.is_fitted_, coef, 0.0).T
        self.intercept_ = -self.coef_ @ centre
        rates = (learned.sum(axis=0) + 0.5) / (len(learned) + 1)
        neutral = np.column_stack([np.zeros(len(rates)), np.log(rates / (1 - rates))])
        self.calibration_ = np.where(self.is_fitted_[:, np.newaxis], [1.0, 0.0], neutral)
        self.thresholds_ = np.where(self.is_fitted_, 0.5, NEVER)
        return self

    def decision_function(self, states: Sequence[States]) -> Floats:
        """Return uncalibrated scores in standard deviations of what was learned, shape (n_articles, n_frames)."""
        if not len(states):
            return np.zeros((0, len(self.coef_)))
        scores: Floats = self._features(states)[0] @ self.coef_.T + self.intercept_
        return scores

    def predict_proba(self, states: Sequence[States]) -> Floats:
        """Return calibrated probabilities, shape (n_articles, n_frames)."""
        return binary_proba(self.decision_function(states), self.calibration_)

    def evidence(self, states: States) -> Floats:
        """Return by how many log-odds each frame falls without each sentence of one article, (n_sentences, n_frames).

        The only sentence of an article is compared with nothing: it gets the article's own score.
        """
        own = self.decision_function([states])
        if len(states) == 1:
            own *= self.calibration_[:, 0]
            return own
        fall: Floats = (own - self._without_each(_directions(states))) * self.calibration_[:, 0]
        return fall

    def to_arrays(self) -> Arrays:
        """Return what was learned as plain arrays."""
        learned = {name: np.ascontiguousarray(getattr(self, f"{name}_")) for name in _LEARNED}
        return learned if self.definitions is None else {**learned, "definitions": self.definitions}

    def load_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take over what `to_arrays` returned; return itself."""
        for name in _LEARNED:
            setattr(self, f"{name}_", arrays[name])
        self.definitions = arrays.get("definitions")
        return self

    def _without_each(self, sentences: States) -> Floats:
        """Return the scores of an article without each of its sentences, (n_sentences, n_frames)."""
        scores, start = np.repeat(self.intercept_[np.newaxis], len(sentences), axis=0), 0
        for part in _described_without_each(sentences.astype(np.float64), self.definitions):
            stop = start + part.shape[1]
            scores += part @ self.coef_[:, start:stop].T
            start = stop
        return scores

    def _features(self, states: Sequence[States]) -> tuple[Floats, list[int]]:
        """Return features (n_articles, n_features) and the sizes of the descriptions they are made of."""
        described = [self._describe(_directions(one)) for one in states]
        return np.array([np.concatenate(parts) for parts in described]), [len(part) for part in described[0]]

    def _describe(self, sentences: States) -> list[Floats]:
        pooled = (
            sentences.mean(axis=0),
            sentences.max(axis=0),
            sentences.min(axis=0),
            sentences.std(axis=0),
            sentences[:LEAD].mean(axis=0),
        )
        parts = [layer for pool in pooled for layer in pool]
        if self.definitions is not None:
            parts += _closeness(sentences, self.definitions)
        return parts


def _directions(states: States) -> States:
    """Return states of length 1."""
    value: States = states / np.maximum(np.linalg.norm(states, axis=-1, keepdims=True), 1e-9)
    return value


def _closeness(sentences: States, definitions: States) -> list[Floats]:
    """Return per layer how close the closest, the three closest and all sentences are to each definition."""
    cosines = np.einsum("slw,dlw->lsd", sentences, definitions)
    ranked = -np.sort(-cosines, axis=1)
    return [np.concatenate([one[0], one[:_CLOSEST].mean(axis=0), one.mean(axis=0)]) for one in ranked]


def _described_without_each(sentences: Floats, definitions: States | None) -> Iterator[Floats]:
    """Yield part by part what an article is described by without each of its sentences, (n_sentences, n_values)."""
    values = sentences.reshape(len(sentences), -1)
    yield means_without(values)
    yield largest_without(values)
    yield -largest_without(-values)
    yield spreads_without(values)
    yield leads_without(values, LEAD)
    if definitions is not None:
        for cosines in np.einsum("slw,dlw->lsd", sentences, definitions):
            yield largest_without(cosines)
            yield tops_without(cosines, _CLOSEST)
            yield means_without(cosines)


def _standardised(shares: Floats) -> Floats:
    value: Floats = (shares - shares.mean(axis=0)) / np.maximum(shares.std(axis=0), 1e-9)
    return value


def _ridge(features: Floats, answers: Floats, penalty: float) -> Floats:
    """Return coefficients (n_features, n_answers), solved among articles, which are fewer than features."""
    gram = features @ features.T + penalty * np.eye(len(features))
    value: Floats = features.T @ np.linalg.solve(gram, answers)
    return value
