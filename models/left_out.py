"""Left out: what describes rows of values, without each of them in turn, all at once instead of one by one.

Everything takes and returns (n_rows, n_columns), at least two rows; columns do not depend on each other.
"""

import numpy as np

from models.calibration import Floats


def means_without(values: Floats) -> Floats:
    """Return the means of the other rows.

    >>> means_without(np.array([[1.0], [2.0], [6.0]])).ravel().tolist()
    [4.0, 3.5, 1.5]
    """
    means: Floats = (values.sum(axis=0) - values) / (len(values) - 1)
    return means


def largest_without(values: Floats) -> Floats:
    """Return the largest of the other rows.

    >>> largest_without(np.array([[1.0], [2.0], [6.0]])).ravel().tolist()
    [6.0, 6.0, 2.0]
    """
    second, first = np.partition(values, -2, axis=0)[-2:]
    return np.where(values == first, second, first)


def spreads_without(values: Floats) -> Floats:
    """Return the standard deviations of the other rows.

    >>> spreads_without(np.array([[1.0], [3.0], [9.0]])).ravel().round(6).tolist()
    [3.0, 4.0, 1.0]
    """
    squares, n_others = (values - values.mean(axis=0)) ** 2, len(values) - 1
    spreads: Floats = np.sqrt(np.maximum(squares.sum(axis=0) - squares * len(values) / n_others, 0.0) / n_others)
    return spreads


def leads_without(values: Floats, n_first: int) -> Floats:
    """Return the means of the first `n_first` of the other rows, or of all there are.

    >>> leads_without(np.array([[1.0], [3.0], [9.0], [9.0]]), 2).ravel().tolist()
    [6.0, 5.0, 2.0, 2.0]
    """
    n_kept = min(n_first, len(values) - 1)
    leads = np.repeat(values[:n_kept].mean(axis=0, keepdims=True), len(values), axis=0)
    leads[: n_kept + 1] = means_without(values[: n_kept + 1])
    return leads


def tops_without(values: Floats, n_top: int) -> Floats:
    """Return the means of the `n_top` largest of the other rows, or of all there are.

    >>> tops_without(np.array([[1.0], [4.0], [2.0], [8.0]]), 2).ravel().tolist()
    [6.0, 5.0, 6.0, 3.0]
    """
    n_kept = min(n_top, len(values) - 1)
    best = -np.sort(-values, axis=0)[: n_kept + 1]
    is_among = values >= best[n_kept - 1]
    tops: Floats = np.where(is_among, best.sum(axis=0) - values, best[:n_kept].sum(axis=0)) / n_kept
    return tops
