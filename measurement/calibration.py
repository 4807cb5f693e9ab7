"""Calibration: whether what is called 70 % likely happens 7 times in 10.

`truth` holds 0 or 1 and `proba` probabilities, both of the same shape; several labels are pooled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurement.checks import probabilities, same_shape, zeros_and_ones
from standpoint.errors import InputError


@dataclass(frozen=True, slots=True)
class Bin:
    """Items of similar probability: their mean probability, the share that is true, and how many they are."""

    mean_proba: float
    share_true: float
    count: int


def brier(truth: ArrayLike, proba: ArrayLike) -> float:
    """Return the mean squared difference between probability and truth (0 best, 1 worst).

    Always saying 0.5 gives 0.25; always saying the prevalence p gives p(1 - p).

    >>> brier([1, 0], [0.5, 0.5]), brier([1, 0], [1, 0])
    (0.25, 0.0)

    Source: Brier 1950, Verification of forecasts expressed in terms of probability (its form for two classes).

    Raises:
        InputError: shapes differ or are empty, a truth is neither 0 nor 1, or a probability is outside 0 to 1.
    """
    true, likely = _checked(truth, proba)
    return float(np.mean((likely - true) ** 2))


def expected_calibration_error(truth: ArrayLike, proba: ArrayLike, n_bins: int = 10) -> float:
    """Return the mean distance between probability and share true over equally full bins (0 best, 1 worst).

    A few hundred items give a value above 0 even under perfect calibration; compare values only on the same items.
    Here half of what is called 90 % likely is true:

    >>> round(expected_calibration_error([1, 0], [0.9, 0.9]), 3)
    0.4

    Source: Naeini, Cooper and Hauskrecht 2015, Obtaining well calibrated probabilities using Bayesian binning;
    equally full bins after Nguyen and O'Connor 2015, Posterior calibration and exploratory analysis.

    Raises:
        InputError: as `reliability`.
    """
    bins = reliability(truth, proba, n_bins)
    gaps = sum(item.count * abs(item.mean_proba - item.share_true) for item in bins)
    return gaps / sum(item.count for item in bins)


def reliability(truth: ArrayLike, proba: ArrayLike, n_bins: int = 10) -> list[Bin]:
    """Return the points of a reliability diagram, by rising probability, from equally full bins.

    Equal probabilities always share a bin, so with many ties the bins are fewer and less equal.

    >>> for item in reliability([0, 0, 1, 0, 1, 1], [0.1, 0.3, 0.6, 0.7, 0.8, 0.9], n_bins=2):
    ...     print(f"{item.mean_proba:.2f} {item.share_true:.2f} {item.count}")
    0.33 0.33 3
    0.80 0.67 3

    Source: Murphy and Winkler 1977, Reliability of subjective probability forecasts.

    Raises:
        InputError: shapes differ or are empty, a truth is neither 0 nor 1, a probability is outside 0 to 1,
            or `n_bins` is below 1.
    """
    true, likely = _checked(truth, proba)
    if n_bins < 1:
        raise InputError(f"n_bins is {n_bins}, but at least 1 is needed. Give 10, or fewer for little data.")
    first_ranks = np.searchsorted(np.sort(likely), likely)
    numbers = first_ranks * n_bins // len(likely)
    return [_bin(true[numbers == number], likely[numbers == number]) for number in np.unique(numbers)]


def _bin(true: NDArray[np.bool_], likely: NDArray[np.float64]) -> Bin:
    return Bin(float(likely.mean()), float(true.mean()), len(true))


def _checked(truth: ArrayLike, proba: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    true, likely = zeros_and_ones("truth", truth), probabilities("proba", proba)
    same_shape("truth", true, "proba", likely)
    return true.ravel(), likely.ravel()
