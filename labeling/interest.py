"""Interest: how much labelling an article would teach, by a model's uncertainty and the rarity of frames."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labeling.candidates import Candidate
from standpoint.codebook import Codebook
from standpoint.errors import CodebookMismatchError, InputError, RecordError
from standpoint.jsonl import read_jsonl
from standpoint.prediction import Prediction, prediction_from_json

RAREST = 0.01
"""The share below which a frame does not count as rarer still: a model's means are not reliable down there."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What of a prediction bears on the choice: probabilities in the codebook's order of frames, frames called."""

    frame_proba: tuple[float, ...]
    present: frozenset[str]
    stance_uncertainty: float


def read_signals(predictions: Path, codebook: Codebook) -> dict[str, Signal]:
    """Read predictions, one record after the other, and return what matters of them by the article's id.

    Raises:
        InputError: the file cannot be read or is empty, or an article has two predictions.
        CodebookMismatchError: a prediction was made under another codebook.
    """
    signals: dict[str, Signal] = {}

    def parse(value: object) -> None:
        prediction = prediction_from_json(value)
        if prediction.article_id in signals:
            raise RecordError(
                f"article '{prediction.article_id}' has two predictions. Keep those of one model, each article once."
            )
        signals[prediction.article_id] = signal_of(prediction, codebook)

    try:
        for _ in read_jsonl(predictions, parse):
            pass
    except CodebookMismatchError as error:
        raise CodebookMismatchError(f"{predictions}: {error}") from None
    if not signals:
        raise InputError(f"{predictions}: holds no prediction. Write it with `standpoint score`, or leave it out.")
    return signals


def signal_of(prediction: Prediction, codebook: Codebook) -> Signal:
    """Reduce a prediction to what bears on the choice.

    Raises:
        CodebookMismatchError: it was made under another codebook or revision.
        RecordError: it lacks a frame of the codebook.
    """
    if prediction.codebook != codebook.reference:
        raise CodebookMismatchError(
            f"the prediction for article '{prediction.article_id}' was made under codebook '{prediction.codebook}', "
            f"but '{codebook.reference}' is in use. Score the articles with a model trained under that one."
        )
    proba = {frame.id: frame.proba for frame in prediction.frames}
    missing = [frame for frame in codebook.frame_ids if frame not in proba]
    if missing:
        raise RecordError(
            f"the prediction for article '{prediction.article_id}' lacks frame '{missing[0]}'. Score it again."
        )
    return Signal(
        frame_proba=tuple(proba[frame] for frame in codebook.frame_ids),
        present=frozenset(frame.id for frame in prediction.frames if frame.present),
        stance_uncertainty=stance_uncertainty(prediction),
    )


def with_interest(candidates: Sequence[Candidate], signals: Mapping[str, Signal]) -> list[Candidate]:
    """Return the candidates with the interest of their predictions: that of their frames plus that of their stances.

    Raises:
        InputError: a candidate has no prediction.
    """
    missing = [candidate.article_id for candidate in candidates if candidate.article_id not in signals]
    if missing:
        raise InputError(
            f"{len(missing)} of {len(candidates)} articles have no prediction, the first is '{missing[0]}'. "
            "Score all of them, or leave the predictions out to draw uniformly."
        )
    mine = [signals[candidate.article_id] for candidate in candidates]
    frames = frame_interest([signal.frame_proba for signal in mine])
    stances = [signal.stance_uncertainty for signal in mine]
    return [
        replace(candidate, interest=float(frame) + stance)
        for candidate, frame, stance in zip(candidates, frames, stances, strict=True)
    ]


def frame_interest(frame_proba: ArrayLike) -> NDArray[np.float64]:
    """Return each article's interest, shape (n_articles,), from probabilities of shape (n_articles, n_frames).

    A frame adds the entropy of its probability in this article, divided by the entropy of its share among all: one
    bit of doubt counts the more, the less doubt the frame causes elsewhere, so rare frames are not drowned by common
    ones. The average over frames is returned; over all articles it is at most 1, the more the frames are told apart
    the less. Shares below `RAREST` count as that. A frame in every other article, then one in every fifth:

    >>> frame_interest([[0.5], [0.5]]).round(2), frame_interest([[0.5], [0.5], [0.0], [0.0], [0.0]]).round(2)
    (array([1., 1.]), array([1.39, 1.39, 0.  , 0.  , 0.  ]))
    """
    proba = np.asarray(frame_proba, dtype=np.float64)
    if not proba.size:
        return np.zeros(len(proba))
    shares = np.clip(proba.mean(axis=0), RAREST, 1 - RAREST)
    return np.asarray((_entropy(proba) / _entropy(shares)).mean(axis=1))


def stance_uncertainty(prediction: Prediction) -> float:
    """Return how open the stances are, 0 to 1: their entropy over its maximum, averaged over the actors.

    An article that names no actor has 0.
    """
    openness = [_openness(tuple(stance.proba.values())) for stance in prediction.stances if len(stance.proba) > 1]
    return sum(openness) / len(openness) if openness else 0.0


def _openness(proba: Sequence[float]) -> float:
    return -sum(value * math.log(value) for value in proba if value > 0) / math.log(len(proba))


def _entropy(proba: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the entropy of a yes or no, in bits."""
    safe = np.clip(proba, 1e-12, 1 - 1e-12)
    return np.asarray(-(safe * np.log2(safe) + (1 - safe) * np.log2(1 - safe)))
