"""Agreement: how far annotators say the same of the same article, beyond chance.

`ratings` has shape `(n_annotators, n_items)`: numbers that stand for labels, NaN where an annotator
did not rate an item. Items with fewer than two ratings say nothing about agreement and are left out.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurement.intervals import Estimate, group_bootstrap
from standpoint.errors import InputError


def nominal_alpha(ratings: ArrayLike) -> float:
    """Return Krippendorff's alpha for labels without order: 1 agreement, 0 chance, below 0 worse than chance.

    NaN where alpha is not defined: no item has two ratings, or all of them are the same label.

    >>> round(nominal_alpha([[0, 0, 1, 1], [0, 0, 1, 0]]), 3)
    0.533

    Source: Krippendorff 2019, Content Analysis, 4th edition, chapter 12.

    Raises:
        InputError: `ratings` does not have two axes.
    """
    return float(alpha_of_coincidences(coincidences(ratings).sum(axis=0)))


def alpha_interval(
    ratings: ArrayLike,
    groups: Sequence[str] | NDArray[Any],
    *,
    n_resamples: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate nominal alpha with its interval over resampled groups (stories) of items.

    `groups` names the group of every item. For a rare label many resamples hold no variation; the interval is then
    NaN, which says that more items are needed, and the options are those of `group_bootstrap`.

    >>> print(alpha_interval([[0, 1, 0, 1], [0, 1, 0, 1]], ["s1", "s1", "s2", "s2"]))
    1.000 [1.000, 1.000]

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3.

    Raises:
        InputError: as `group_bootstrap`, or `ratings` does not have two axes.
    """
    return group_bootstrap(
        coincidences(ratings),
        groups,
        alpha_of_coincidences,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )


def coincidences(ratings: ArrayLike) -> NDArray[np.float64]:
    """Count how often every two labels meet in an item, as `(n_items, n_values, n_values)`; they add up over items.

    Every rating weighs 1, shared among the other ratings of its item. Values are those that occur, sorted.

    >>> coincidences([[0], [0], [1]])[0].tolist()
    [[1.0, 1.0], [1.0, 0.0]]

    Raises:
        InputError: `ratings` does not have two axes.
    """
    array = _ratings(ratings)
    values = np.unique(array[~np.isnan(array)])
    counts = (array.T[:, :, np.newaxis] == values).sum(axis=1)
    pairs = counts[:, :, np.newaxis] * (counts[:, np.newaxis, :] - np.eye(len(values)))
    others = np.maximum(counts.sum(axis=1) - 1, 1)
    shared: NDArray[np.float64] = pairs / others[:, np.newaxis, np.newaxis]
    return shared


def alpha_of_coincidences(sums: ArrayLike) -> NDArray[np.float64]:
    """Return nominal alpha `(...)` of summed coincidences `(..., n_values, n_values)`; NaN where not defined.

    >>> round(float(alpha_of_coincidences([[4, 1], [1, 2]])), 3)
    0.533
    """
    array = np.asarray(sums, dtype=np.float64)
    of_value = array.sum(axis=-1)
    total = of_value.sum(axis=-1)
    observed = total - np.trace(array, axis1=-2, axis2=-1)
    expected = np.asarray(total**2 - (of_value**2).sum(axis=-1))
    ratio = np.full(expected.shape, np.nan)
    np.divide(observed * (total - 1), expected, out=ratio, where=expected > 0)
    return np.asarray(1 - ratio)


def raw_agreement(ratings: ArrayLike) -> float:
    """Return the share of coinciding ratings that are the same (0 to 1), with no correction for chance.

    It is one minus alpha's observed disagreement. NaN where no item has two ratings.

    >>> raw_agreement([[0, 0, 1, 1], [0, 0, 1, 0]])
    0.75

    Raises:
        InputError: `ratings` does not have two axes.
    """
    sums = coincidences(ratings).sum(axis=0)
    return float(np.trace(sums) / sums.sum()) if sums.any() else math.nan


def prevalence(ratings: ArrayLike, value: float = 1) -> float:
    """Return the share of all given ratings that are `value` (0 to 1); NaN where there is no rating.

    Alpha is unsteady where this is near 0 or 1, so the two are read side by side.

    >>> prevalence([[0, 0, 1, 1], [0, 0, 1, float("nan")]]) == 3 / 7
    True

    Raises:
        InputError: `ratings` does not have two axes.
    """
    array = _ratings(ratings)
    given = array[~np.isnan(array)]
    return float(np.mean(given == value)) if given.size else math.nan


def usual_share(ratings: ArrayLike) -> float:
    """Return the share of all given ratings that are the most frequent one (0 to 1); NaN where there is no rating.

    >>> usual_share([[0, 0, 1, 2], [0, 0, 1, float("nan")]]) == 4 / 7
    True

    Raises:
        InputError: `ratings` does not have two axes.
    """
    array = _ratings(ratings)
    _, counts = np.unique(array[~np.isnan(array)], return_counts=True)
    return float(counts.max() / counts.sum()) if counts.size else math.nan


def _ratings(ratings: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(ratings, dtype=np.float64)
    if array.ndim != 2:
        raise InputError(f"ratings has shape {array.shape}, expected (n_annotators, n_items). Give one row a person.")
    return array
