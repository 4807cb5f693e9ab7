"""Agreement on sets of labels: part of the credit where two people gave partly the same labels.

An annotator's answers are sets, item by item; None where the annotator did not rate the item.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurement.checks import same_length
from measurement.intervals import Estimate, group_bootstrap

Sets = Sequence[frozenset[str] | None]


@dataclass(frozen=True)
class SetRatings:
    """Sets given to items, as counts that add up over items.

    `counts` has shape `(n_items, 2 + n_sets)`: the distance between an item's answers, the part of it that counts
    every difference as 1, and how often each set was given; all 0 where fewer than two people rated the item.
    `distances` between the sets has shape `(n_sets, n_sets)`.
    """

    counts: NDArray[np.float64]
    distances: NDArray[np.float64]

    def alpha(self, sums: ArrayLike) -> NDArray[np.float64]:
        """Return Krippendorff's alpha `(...)` of summed counts `(..., 2 + n_sets)`; NaN where not defined."""
        array = np.asarray(sums, dtype=np.float64)
        given = array[..., 2:]
        expected = np.asarray(((given @ self.distances) * given).sum(axis=-1))
        ratio = np.full(expected.shape, np.nan)
        np.divide(array[..., 0] * (given.sum(axis=-1) - 1), expected, out=ratio, where=expected > 0)
        return np.asarray(1 - ratio)

    def same_answer(self, sums: ArrayLike) -> NDArray[np.float64]:
        """Return the share of coinciding answers that are equal sets, `(...)`; NaN where there is none."""
        array = np.asarray(sums, dtype=np.float64)
        total = np.asarray(array[..., 2:].sum(axis=-1))
        different = np.full(total.shape, np.nan)
        np.divide(array[..., 1], total, out=different, where=total > 0)
        return np.asarray(1 - different)


def set_ratings(annotators: Sequence[Sets]) -> SetRatings:
    """Count the sets that annotators gave, with MASI distance between them.

    >>> a, ab = frozenset("a"), frozenset("ab")
    >>> set_ratings([[a, a], [ab, None]]).counts.round(2).tolist()
    [[1.33, 2.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]

    Raises:
        InputError: the annotators have different numbers of items.
    """
    for number, sets in enumerate(annotators[1:], start=2):
        same_length("annotator 1", annotators[0], f"annotator {number}", sets)
    domain = sorted({labels for sets in annotators for labels in sets if labels is not None}, key=sorted)
    place = {labels: index for index, labels in enumerate(domain)}
    distances = np.array([[masi_distance(a, b) for b in domain] for a in domain]).reshape(len(domain), len(domain))
    given = np.zeros((len(annotators[0]), len(domain)))
    for sets in annotators:
        for item, labels in enumerate(sets):
            if labels is not None:
                given[item, place[labels]] += 1
    sizes = given.sum(axis=1)
    given[sizes < 2] = 0
    others = np.maximum(sizes - 1, 1)
    apart = ((given @ distances) * given).sum(axis=1) / others
    different = (given.sum(axis=1) ** 2 - (given**2).sum(axis=1)) / others
    return SetRatings(np.column_stack((apart, different, given)), distances)


def masi_distance(a: frozenset[str], b: frozenset[str]) -> float:
    """Return how far two sets of labels are apart: 0 equal, 1 nothing in common.

    One minus the shared part of the union, weighted 1 for equal sets, 2/3 where one holds the other, 1/3 otherwise.

    >>> round(masi_distance(frozenset("ab"), frozenset("a")), 3)
    0.667

    Source: Passonneau 2006, Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation.
    """
    if a == b:
        return 0.0
    weight = 2 if a <= b or b <= a else 1
    return 1 - weight * len(a & b) / (3 * len(a | b))


def masi_alpha(first: Sets, second: Sets, *others: Sets) -> float:
    """Return Krippendorff's alpha with MASI distance; each argument holds one annotator's sets.

    NaN where alpha is not defined: no item has two ratings, or all of them are the same set.

    >>> a, ab, c = frozenset("a"), frozenset("ab"), frozenset("c")
    >>> round(masi_alpha([a, ab, c, c], [a, a, c, c]), 3)
    0.741

    Source: Passonneau 2006, as `masi_distance`; Krippendorff 2019, Content Analysis, chapter 12.

    Raises:
        InputError: the annotators have different numbers of items.
    """
    ratings = set_ratings((first, second, *others))
    return float(ratings.alpha(ratings.counts.sum(axis=0))) if len(ratings.counts) else math.nan


def masi_alpha_interval(
    annotators: Sequence[Sets], groups: Sequence[str] | NDArray[Any], *, n_resamples: int = 2000, seed: int = 0
) -> Estimate:
    """Estimate alpha with MASI distance, with its 95 % interval over resampled groups (stories) of items.

    >>> a, b = frozenset("a"), frozenset("b")
    >>> print(masi_alpha_interval([[a, b, a, b], [a, b, a, b]], ["s1", "s1", "s2", "s2"]))
    1.000 [1.000, 1.000]

    Raises:
        InputError: as `group_bootstrap`, or the annotators have different numbers of items.
    """
    ratings = set_ratings(annotators)
    return group_bootstrap(ratings.counts, groups, ratings.alpha, n_resamples=n_resamples, seed=seed)
