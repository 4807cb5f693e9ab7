"""Intervals: a number with its uncertainty, by resampling whole groups of items."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurement.checks import refuse, same_length, same_shape
from standpoint.errors import InputError

Statistic = Callable[[NDArray[np.float64]], float | NDArray[np.float64]]
"""Maps summed counts `(..., *item_shape)` to numbers `(...)`: it works on the last axes, whatever comes before them."""

MAX_UNDEFINED_SHARE = 0.05

_CELLS_PER_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and the ends of its interval; NaN ends where no interval can be given.

    >>> print(Estimate(0.6128, 0.571, 0.65))
    0.613 [0.571, 0.650]
    """

    value: float
    low: float
    high: float
    confidence: float = 0.95

    def __str__(self) -> str:
        """Return value and interval with three decimals."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def to_json(self) -> dict[str, Any]:
        """Return value and interval as they are written to JSON, null where they are not defined.

        >>> Estimate(0.5, 0.25, math.nan).to_json()
        {'value': 0.5, 'ci95': [0.25, None]}
        """
        name = f"ci{100 * self.confidence:g}"
        return {"value": _number(self.value), name: [_number(self.low), _number(self.high)]}


def group_bootstrap(
    counts: ArrayLike,
    groups: Sequence[str] | NDArray[Any],
    statistic: Statistic,
    *,
    n_resamples: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate a statistic of summed counts, with its percentile interval over resampled groups.

    `counts` has shape `(n_items, *item_shape)` and must be additive; `groups` names the group (story, text) of every
    item. Groups, not items, are drawn with replacement, because near-copies of one story are not independent.
    Resamples in which the statistic is not finite are left out; if they are more than 5 % of all, or there is only
    one group, the interval is NaN. With fewer than about 20 groups the interval is too narrow.

    Here one story is all right and one all wrong, so the resampled share is 0, 0.5 or 1:

    >>> right_and_all = [[1, 1], [1, 1], [0, 1], [0, 1]]
    >>> print(group_bootstrap(right_and_all, ["s1", "s1", "s2", "s2"], lambda sums: sums[..., 0] / sums[..., 1]))
    0.500 [0.000, 1.000]

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3 (percentile interval);
    Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.8 (resampling clusters).

    Raises:
        InputError: lengths differ, a count is not finite, there is no item, or an option is out of range.
    """
    _check_options(n_resamples, confidence)
    sums = _group_sums(np.asarray(counts, dtype=np.float64), groups)
    value = float(_evaluated(statistic, sums.sum(axis=0)[np.newaxis])[0])
    if len(sums) == 1:
        return Estimate(value, math.nan, math.nan, confidence)
    generator = np.random.default_rng(seed)
    resampled = [_evaluated(statistic, block) for block in _resampled_sums(sums, n_resamples, generator)]
    low, high = _percentile_interval(np.concatenate(resampled), confidence)
    return Estimate(value, low, high, confidence)


def paired_difference(
    counts_a: ArrayLike,
    counts_b: ArrayLike,
    groups: Sequence[str] | NDArray[Any],
    statistic: Statistic,
    *,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Estimate:
    """Estimate statistic(a) - statistic(b) on the same items, with its 95 % interval over the same resampled groups.

    Both counts have shape `(n_items, *item_shape)`. The interval is narrower than two separate ones suggest, because
    what is hard for one model is mostly hard for the other. Here a is right twice in every story and b once:

    >>> a, b = [[1], [1], [1], [1]], [[1], [0], [0], [1]]
    >>> print(paired_difference(a, b, ["s1", "s1", "s2", "s2"], lambda sums: sums[..., 0] / 4))
    0.500 [0.500, 0.500]

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3.

    Raises:
        InputError: shapes or lengths differ, a count is not finite, there is no item, or an option is out of range.
    """
    first, second = (np.atleast_1d(np.asarray(counts, dtype=np.float64)) for counts in (counts_a, counts_b))
    same_shape("counts_a", first, "counts_b", second)
    axis = -first.ndim

    def difference(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        sums_a, sums_b = np.moveaxis(sums, axis, 0)
        return np.asarray(statistic(sums_a) - statistic(sums_b))

    return group_bootstrap(np.stack((first, second), axis=1), groups, difference, n_resamples=n_resamples, seed=seed)


def _check_options(n_resamples: int, confidence: float) -> None:
    if n_resamples < 1:
        raise InputError(f"n_resamples is {n_resamples}, but at least 1 is needed. Give 1000 or more.")
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}, not between 0 and 1. Give 0.95 for a 95 % interval.")


def _group_sums(counts: NDArray[np.float64], groups: Sequence[str] | NDArray[Any]) -> NDArray[np.float64]:
    """Return the counts summed over each group, `(n_groups, *item_shape)`, groups in sorted order."""
    if not counts.ndim or not len(counts):
        raise InputError(f"counts has shape {counts.shape}, without items. Give at least one item.")
    same_length("counts", counts, "groups", groups)
    refuse("counts", counts, ~np.isfinite(counts), "not a finite count. Leave out items that were not measured.")
    names = np.asarray(groups)
    if names.ndim != 1:
        raise InputError(f"groups has shape {names.shape}, expected (n_items,). Give one name for each item.")
    missing = np.array([name is None or name != name for name in names.tolist()])
    refuse("groups", names, missing, "not a group. Name a story for every item; an item alone is a story of its own.")
    _, inverse, sizes = np.unique(names, return_inverse=True, return_counts=True)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    return np.add.reduceat(counts[np.argsort(inverse, kind="stable")], starts, axis=0)


def _evaluated(statistic: Statistic, sums: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.asarray(statistic(sums), dtype=np.float64)
    if values.shape != sums.shape[:1]:
        raise InputError(
            f"the statistic returned shape {values.shape} for summed counts of shape {sums.shape}, "
            f"expected {sums.shape[:1]}. Index from the end, as in sums[..., 0], so that it takes many sums at once."
        )
    return values


def _resampled_sums(
    sums: NDArray[np.float64], n_resamples: int, generator: np.random.Generator
) -> Iterator[NDArray[np.float64]]:
    """Yield blocks `(n_block, *item_shape)`: how often each group was drawn, times the sums of the groups."""
    n_groups = len(sums)
    flat = sums.reshape(n_groups, math.prod(sums.shape[1:]))
    n_block = max(1, _CELLS_PER_BLOCK // max(flat.shape))
    for start in range(0, n_resamples, n_block):
        size = min(n_block, n_resamples - start)
        drawn = generator.integers(n_groups, size=(size, n_groups)) + n_groups * np.arange(size)[:, np.newaxis]
        weights = np.bincount(drawn.ravel(), minlength=size * n_groups).reshape(size, n_groups)
        yield (weights.astype(np.float64) @ flat).reshape(size, *sums.shape[1:])


def _percentile_interval(values: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    defined = values[np.isfinite(values)]
    if len(values) - len(defined) > MAX_UNDEFINED_SHARE * len(values):
        return math.nan, math.nan
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, (tail, 1 - tail))
    return float(low), float(high)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
