"""Classification: counts of right and wrong calls for every item, and the scores of their sums.

Counts are kept for every item because they add up: the same arrays give a score and, through
`measurement.intervals.group_bootstrap`, its interval.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurement.checks import refuse, same_shape, zeros_and_ones
from standpoint.errors import InputError


def binary_counts(truth: ArrayLike, called: ArrayLike) -> NDArray[np.int64]:
    """Count true positives, false positives and false negatives of every item and label.

    Both arguments hold 0 or 1 and have shape `(n_items, n_labels)`; the result has shape `(n_items, n_labels, 3)`.

    >>> binary_counts([[1, 0, 1]], [[1, 1, 0]]).tolist()
    [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]

    Raises:
        InputError: the shapes differ or are not two-dimensional, or a value is neither 0 nor 1.
    """
    true, positive = zeros_and_ones("truth", truth), zeros_and_ones("called", called)
    same_shape("truth", true, "called", positive)
    _check_dimensions("truth", true, 2, "(n_items, n_labels)")
    return np.stack((true & positive, ~true & positive, true & ~positive), axis=-1).astype(np.int64)


def f1(counts: ArrayLike) -> NDArray[np.float64]:
    """Return F1 `(...)` of summed counts `(..., 3)`: the harmonic mean of precision and recall.

    A label that is neither true nor called anywhere scores 0, as in scikit-learn with `zero_division=0`.

    >>> f1([[2, 1, 1], [0, 0, 0]]).round(3).tolist()
    [0.667, 0.0]

    Source: van Rijsbergen 1979, Information Retrieval, chapter 7.

    Raises:
        InputError: the last axis does not hold three counts.
    """
    array = np.asarray(counts, dtype=np.float64)
    if not array.ndim or array.shape[-1] != 3:
        raise InputError(f"counts has shape {array.shape}, expected (..., 3). Give the result of binary_counts.")
    right, wrong = 2 * array[..., 0], array[..., 1] + array[..., 2]
    possible = np.asarray(right + wrong)
    scores = np.zeros(possible.shape)
    np.divide(right, possible, out=scores, where=possible > 0)
    return scores


def macro_f1(counts: ArrayLike) -> NDArray[np.float64]:
    """Return the mean F1 over labels, `(...)`, of summed counts `(..., n_labels, 3)`.

    Labels without a true or called item count as 0: measure them on data that has them, or leave them out.

    >>> float(macro_f1([[1, 0, 0], [1, 1, 1]]))
    0.75

    Raises:
        InputError: `counts` does not end in the axes labels and three counts.
    """
    scores = f1(counts)
    _check_labels(scores)
    return np.asarray(scores.mean(axis=-1))


def micro_f1(counts: ArrayLike) -> NDArray[np.float64]:
    """Return F1 over all labels pooled, `(...)`, of summed counts `(..., n_labels, 3)`.

    >>> float(micro_f1([[1, 0, 0], [2, 1, 1]]))
    0.75

    Raises:
        InputError: `counts` does not end in the axes labels and three counts.
    """
    _check_labels(f1(counts))
    return f1(np.asarray(counts).sum(axis=-2))


def confusion_counts(truth: ArrayLike, called: ArrayLike, n_classes: int) -> NDArray[np.int64]:
    """Place a 1 for every item at its true class (row) and called class (column).

    Both arguments hold class numbers from 0 and have shape `(n_items,)`; the result has shape
    `(n_items, n_classes, n_classes)`.

    >>> confusion_counts([0, 1, 1], [0, 1, 0], 2).sum(axis=0).tolist()
    [[1, 0], [1, 1]]

    Raises:
        InputError: the shapes differ or are not one-dimensional, or a value is not a class number.
    """
    true, positive = _classes("truth", truth, n_classes), _classes("called", called, n_classes)
    same_shape("truth", true, "called", positive)
    _check_dimensions("truth", true, 1, "(n_items,)")
    counts = np.zeros((len(true), n_classes, n_classes), dtype=np.int64)
    counts[np.arange(len(true)), true, positive] = 1
    return counts


def macro_f1_of_confusion(confusion: ArrayLike) -> NDArray[np.float64]:
    """Return the mean F1 over classes, `(...)`, of summed confusions `(..., n_classes, n_classes)`.

    A class that is neither true nor called anywhere scores 0, as in scikit-learn with `labels=range(n_classes)`.

    >>> round(float(macro_f1_of_confusion([[1, 0], [1, 1]])), 3)
    0.667

    Raises:
        InputError: the last two axes are not of the same length.
    """
    array = _square(confusion)
    right = np.diagonal(array, axis1=-2, axis2=-1)
    return macro_f1(np.stack((right, array.sum(axis=-2) - right, array.sum(axis=-1) - right), axis=-1))


def accuracy_of_confusion(confusion: ArrayLike) -> NDArray[np.float64]:
    """Return the share of items called right, `(...)`, of summed confusions; NaN where there is no item.

    >>> float(accuracy_of_confusion([[3, 1], [0, 0]]))
    0.75

    Raises:
        InputError: the last two axes are not of the same length.
    """
    array = _square(confusion)
    right, total = np.trace(array, axis1=-2, axis2=-1), np.asarray(array.sum(axis=(-2, -1)))
    accuracy = np.full(total.shape, np.nan)
    np.divide(right, total, out=accuracy, where=total > 0)
    return accuracy


def _classes(name: str, values: ArrayLike, n_classes: int) -> NDArray[np.int64]:
    array = np.asarray(values)
    wrong = ~np.isin(array, np.arange(n_classes))
    refuse(name, array, wrong, f"not a class number from 0 to {n_classes - 1}. Number the classes from 0.")
    return array.astype(np.int64)


def _square(confusion: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(confusion, dtype=np.float64)
    if array.ndim < 2 or array.shape[-1] != array.shape[-2] or not array.shape[-1]:
        raise InputError(
            f"confusion has shape {array.shape}, expected (..., n_classes, n_classes). "
            "Give the result of confusion_counts."
        )
    return array


def _check_labels(scores: NDArray[np.float64]) -> None:
    if not scores.ndim or not scores.shape[-1]:
        raise InputError(
            f"counts has shape {(*scores.shape, 3)}, expected (..., n_labels, 3). Use f1 for the counts of one label."
        )


def _check_dimensions(name: str, array: NDArray[np.generic], n_dimensions: int, expected: str) -> None:
    if array.ndim != n_dimensions:
        raise InputError(f"{name} has shape {array.shape}, expected {expected}. Reshape it, one row an item.")
