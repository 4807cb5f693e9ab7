"""Calibration: scores turned into probabilities that mean what they say (Platt, 1999)."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]

_PRIOR = 8.0
"""How firmly a calibration of classes stays what it starts as: a normal prior, a quarter wide for each parameter."""


def fit_binary_calibration(scores: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit slope and offset on scores of articles that the model had not seen, both of shape (n,).

    The slope is never negative: where the scores say nothing, every article gets the base rate.
    """
    if truth.all() or not truth.any():
        return 0.0, float(_log_odds(np.clip(truth.mean(), 0.5 / len(truth), 1 - 0.5 / len(truth))))
    fitted = LogisticRegression(C=10.0, max_iter=1000).fit(scores[:, None], truth)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return (slope, offset) if slope > 0 else (0.0, float(_log_odds(truth.mean())))


def fit_class_calibration(scores: Floats, classes: NDArray[np.int64]) -> Floats:
    """Fit one inverse temperature and an offset per class (Guo et al., 2017, with offsets).

    They are the most probable ones under a normal prior, so that a few scores do not move them far. It lies around 1,
    and around the logarithms of the classes' shares, since models learn from classes that were made to count alike.

    Args:
        scores: of articles that the model had not seen, shape (n, n_classes).
        classes: the true class numbers, shape (n,).

    Returns:
        Array (n_classes + 1,): the inverse temperature, then the offsets.
    """

    def loss(parameters: Floats) -> float:
        proba = class_proba(scores, parameters)[np.arange(len(classes)), classes]
        surprise = _PRIOR / len(classes) * float(np.sum((parameters - start) ** 2))
        return surprise - float(np.mean(np.log(np.maximum(proba, 1e-12))))

    log_counts = np.log(np.bincount(classes, minlength=scores.shape[1]) + 1)
    start = np.concatenate([[1.0], log_counts - log_counts.mean()])
    bounds = [(0.0, 20.0)] + [(-10.0, 10.0)] * scores.shape[1]
    fitted: Floats = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return fitted


def binary_proba(scores: Floats, calibration: Floats) -> Floats:
    """Return probabilities for scores (n, n_labels) under slopes and offsets (n_labels, 2)."""
    value: Floats = 1 / (1 + np.exp(-np.clip(scores * calibration[:, 0] + calibration[:, 1], -40, 40)))
    return value


def class_proba(scores: Floats, calibration: Floats) -> Floats:
    """Return probabilities (n, n_classes) that sum to 1 under `fit_class_calibration`'s array."""
    scaled = scores * calibration[0] + calibration[1:]
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    value: Floats = powers / powers.sum(axis=1, keepdims=True)
    return value


def log_odds(proba: Floats) -> Floats:
    """Return the log-odds of probabilities of any shape, finite also for 0 and 1."""
    clipped = np.clip(proba, 1e-6, 1 - 1e-6)
    value: Floats = np.log(clipped) - np.log1p(-clipped)
    return value


def _log_odds(proba: float) -> float:
    return float(np.log(proba / (1 - proba)))
