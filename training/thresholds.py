"""Thresholds: from calibrated probabilities to a yes or no that serves the F1 score."""

import numpy as np
from numpy.typing import NDArray

from measurement.classification import confusion_counts, macro_f1_of_confusion

Floats = NDArray[np.float64]

_HALF_TRUST = 3.0
"""With this many positive articles a frame's own threshold and the common rule count the same."""

_LIFTS = np.linspace(-3.0, 3.0, 61)
_EXPONENTS = np.linspace(0.0, 1.0, 11)


def frame_thresholds(proba: Floats, n_present: NDArray[np.int64]) -> Floats:
    """Return a threshold per frame that maximises the expected F1 under calibrated probabilities.

    For rare frames the threshold is shrunk toward a common rule: so many log-odds above the frame's own rate. A
    common probability would be the wrong rule, since the best threshold for F1 is half the F1 that can be reached.

    Args:
        proba: calibrated probabilities of articles the model had not seen, shape (n_articles, n_frames).
        n_present: how many of these articles use each frame, shape (n_frames,).

    Source: the plug-in rule for F1 (Lipton, Elkan and Narayanaswamy, 2014).
    """
    rates = _log_odds(proba.mean(axis=0))
    own = _log_odds(np.array([best_threshold(column) for column in proba.T]))
    lift = max(_LIFTS, key=lambda value: _mean_expected_f1(proba, _expit(rates + value)))
    trust = n_present / (n_present + _HALF_TRUST)
    return _expit(trust * own + (1 - trust) * (rates + lift))


def best_threshold(proba: Floats) -> float:
    """Return the threshold with the highest expected F1, if the probabilities are right.

    Calling the k most likely gives an expected F1 of about twice their sum over (k + sum of all).

    >>> best_threshold(np.array([0.9, 0.8, 0.2, 0.1]))
    0.5
    """
    descending = np.sort(proba)[::-1]
    expected = 2 * np.cumsum(descending) / (np.arange(1, len(proba) + 1) + descending.sum())
    best = int(expected.argmax())
    below = descending[best + 1] if best + 1 < len(descending) else 0.0
    return float((descending[best] + below) / 2)


def stance_weights(proba: Floats, stances: NDArray[np.int64]) -> Floats:
    """Return a weight per stance under which calling the best weighted probability serves macro-F1.

    The weights are the stances' shares to a negative power; the power is the one that is best on `proba`.

    Args:
        proba: calibrated probabilities of targets the model had not seen, shape (n, n_stances).
        stances: the true stance numbers, shape (n,).
    """
    n_stances = proba.shape[1]
    shares = (np.bincount(stances, minlength=n_stances) + 1) / (len(stances) + n_stances)
    candidates = [shares**-exponent for exponent in _EXPONENTS]
    called = [(proba * weights).argmax(axis=1) for weights in candidates]
    scores = [macro_f1_of_confusion(confusion_counts(stances, one, n_stances).sum(axis=0)) for one in called]
    best = candidates[int(np.argmax(scores))]
    weights: Floats = best / best.sum() * n_stances
    return weights


def _mean_expected_f1(proba: Floats, thresholds: Floats) -> float:
    called = np.where(proba >= thresholds, proba, 0.0).sum(axis=0)
    n_called = (proba >= thresholds).sum(axis=0)
    return float(np.mean(2 * called / np.maximum(n_called + proba.sum(axis=0), 1e-9)))


def _log_odds(proba: Floats) -> Floats:
    clipped = np.clip(proba, 1e-4, 1 - 1e-4)
    value: Floats = np.log(clipped / (1 - clipped))
    return value


def _expit(value: Floats) -> Floats:
    proba: Floats = 1 / (1 + np.exp(-value))
    return proba
