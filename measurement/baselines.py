"""Baselines: what can be called without reading a word, to hold every score against.

An array of two axes is multi-label, `(n_items, n_labels)` of 0 and 1; an array of one axis is
multi-class, `(n_items,)` of class numbers from 0.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurement.checks import refuse, zeros_and_ones
from standpoint.errors import InputError


def all_positive(truth: ArrayLike) -> NDArray[np.int64]:
    """Call every label of every item; multi-label only.

    The F1 of a label is then 2p / (1 + p) for its prevalence p, which is hard to beat for common labels.

    >>> all_positive([[1, 0], [0, 0]]).tolist()
    [[1, 1], [1, 1]]

    Raises:
        InputError: `truth` is not two-dimensional, or a value is neither 0 nor 1.
    """
    labels = _training_truth(truth, "truth")
    if labels.ndim != 2:
        raise InputError(f"truth has shape {labels.shape}, expected (n_items, n_labels). Use majority for classes.")
    return np.ones_like(labels)


def majority(truth_train: ArrayLike, n: int) -> NDArray[np.int64]:
    """Call for n items what is most common in training: the largest class, or each label more than half have.

    The first of equally large classes is taken. The result has shape `(n,)` or `(n, n_labels)`.

    >>> majority([2, 0, 2], 2).tolist(), majority([[1, 0], [1, 0], [0, 1]], 2).tolist()
    ([2, 2], [[1, 0], [1, 0]])

    Raises:
        InputError: `truth_train` is empty or has neither one nor two axes, or a value is not valid.
    """
    truth = _training_truth(truth_train)
    if truth.ndim == 1:
        return np.full(n, np.bincount(truth).argmax(), dtype=np.int64)
    return np.tile((truth.mean(axis=0) > 0.5).astype(np.int64), (n, 1))


def prevalence_only(truth_train: ArrayLike, n: int, *, seed: int = 0) -> NDArray[np.int64]:
    """Call for n items at random, each label or class as often as in training.

    The expected F1 of a label is its prevalence. The result has shape `(n,)` or `(n, n_labels)`.

    >>> prevalence_only([[1, 0], [1, 0]], 3).tolist()
    [[1, 0], [1, 0], [1, 0]]

    Raises:
        InputError: `truth_train` is empty or has neither one nor two axes, or a value is not valid.
    """
    truth = _training_truth(truth_train)
    generator = np.random.default_rng(seed)
    if truth.ndim == 1:
        return truth[generator.integers(len(truth), size=n)]
    called = generator.random((n, truth.shape[1])) < truth.mean(axis=0)
    return np.asarray(called, dtype=np.int64)


def _training_truth(values: ArrayLike, name: str = "truth_train") -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.ndim not in (1, 2) or not array.size:
        raise InputError(f"{name} has shape {array.shape}, expected (n_items,) or (n_items, n_labels). Give some gold.")
    if array.ndim == 2:
        return zeros_and_ones(name, array).astype(np.int64)
    wrong = ~((array >= 0) & (array == np.floor(array)))
    refuse(name, array, wrong, "not a class number. Number the classes from 0.")
    return array.astype(np.int64)
