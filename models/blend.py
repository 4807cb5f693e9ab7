"""The blend: two score sources for the same labels made one, each with its own calibration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.calibration import Floats, binary_proba, fit_binary_calibration
from models.features import Arrays


@dataclass(frozen=True)
class Blend:
    """How much the second source counts beside the first, 0 to 1, and the calibrations that make them comparable.

    `first`, `second`: slope and offset per label of each source, (n_labels, 2); `final`: those of the mixed log-odds.
    """

    weight: float
    first: Floats
    second: Floats
    final: Floats

    @classmethod
    def fit(cls, first: Floats, second: Floats, truth: NDArray[np.bool_], *, weight: float) -> "Blend":
        """Calibrate on scores of articles that neither source had seen, all of shape (n_articles, n_labels)."""
        one, two = fit_calibrations(first, truth), fit_calibrations(second, truth)
        mixed = _mixed(_log_odds(first, one), _log_odds(second, two), weight)
        return cls(weight, one, two, fit_calibrations(mixed, truth))

    @property
    def uses_first(self) -> bool:
        """Whether the first source need be asked at all."""
        return self.weight < 1

    @property
    def uses_second(self) -> bool:
        """Whether the second source need be asked at all."""
        return self.weight > 0

    def predict_proba(self, first: Floats, second: Floats) -> Floats:
        """Return calibrated probabilities for the scores of both sources, all of shape (n_articles, n_labels)."""
        mixed = _mixed(_log_odds(first, self.first), _log_odds(second, self.second), self.weight)
        return binary_proba(mixed, self.final)

    def to_arrays(self) -> Arrays:
        """Return all of it as plain arrays."""
        return {"weight": np.array(self.weight), "first": self.first, "second": self.second, "final": self.final}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Blend":
        """Read back what `to_arrays` returned."""
        return cls(float(arrays["weight"]), arrays["first"], arrays["second"], arrays["final"])


def fit_calibrations(scores: Floats, truth: NDArray[np.bool_]) -> Floats:
    """Return slope and offset per label, (n_labels, 2), for scores and truth of shape (n_articles, n_labels)."""
    return np.array([fit_binary_calibration(*columns) for columns in zip(scores.T, truth.T, strict=True)])


def _log_odds(scores: Floats, calibration: Floats) -> Floats:
    value: Floats = scores * calibration[:, 0] + calibration[:, 1]
    return value


def _mixed(first: Floats, second: Floats, weight: float) -> Floats:
    value: Floats = (1 - weight) * first + weight * second
    return value
