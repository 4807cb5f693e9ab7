"""Quality: an outcome turned into figures with 95 % intervals over stories, beside their baselines."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurement.calibration import brier, expected_calibration_error
from measurement.classification import (
    accuracy_of_confusion,
    binary_counts,
    confusion_counts,
    f1,
    macro_f1,
    macro_f1_of_confusion,
    micro_f1,
)
from measurement.intervals import Estimate, Statistic, group_bootstrap, paired_difference
from standpoint.codebook import Codebook
from training.outcome import FrameOutcome, Outcome, StanceOutcome

_FEWEST_ROWS = 5
"""A slice (a language, an actor) is reported when it has at least this many rows."""
_LONGEST_NAME = 250
_NOT_IN_NAMES = re.compile(r"[^\w/. -]")


@dataclass(frozen=True)
class Figure:
    """One measured number: `name` is a path such as `frames/us_failure/f1`, `count` the rows it rests on."""

    name: str
    estimate: Estimate
    count: int


@dataclass(frozen=True)
class Quality:
    """All figures of one outcome, by name."""

    figures: tuple[Figure, ...]

    def __getitem__(self, name: str) -> Figure:
        """Return the figure of that name."""
        return next(figure for figure in self.figures if figure.name == name)

    def __contains__(self, name: str) -> bool:
        """Say whether there is a figure of that name."""
        return any(figure.name == name for figure in self.figures)

    def scalars(self) -> dict[str, float]:
        """Return every value and interval end that is a number, flattened: `frames/macro_f1`, `.../low`, `.../high`."""
        flat: dict[str, float] = {}
        for figure in self.figures:
            ends = {"": figure.estimate.value, "/low": figure.estimate.low, "/high": figure.estimate.high}
            flat |= {figure.name + end: value for end, value in ends.items() if np.isfinite(value)}
        return flat


def all_scalars(qualities: Mapping[str, Quality]) -> dict[str, float]:
    """Return the scalars of qualities by how they were measured: `temporal/frames/macro_f1/low`.

    A name that MLflow does not allow is changed and ends in a hash, so that no two become one.
    """
    return {
        _metric_name(f"{prefix}/{name}"): value
        for prefix, quality in qualities.items()
        for name, value in quality.scalars().items()
    }


def measure(
    outcome: Outcome, codebook: Codebook, *, ablations: Mapping[str, StanceOutcome] | None = None, seed: int = 0
) -> Quality:
    """Measure an outcome.

    Args:
        outcome: what a model said of articles it had not seen.
        codebook: the labels, in the order of the outcome's columns.
        ablations: outcomes on the same targets of models that see less, by name.
        seed: of the bootstrap.
    """
    figures: list[Figure] = []
    if outcome.frames is not None:
        figures += _frame_figures(outcome.frames, codebook.frame_ids, seed)
    if outcome.stances is not None:
        figures += _stance_figures(outcome.stances, codebook.stance_ids, seed)
        for name, ablated in (ablations or {}).items():
            figures += _ablation_figures(outcome.stances, ablated, name, len(codebook.stances), seed)
    return Quality(tuple(figures))


def _metric_name(name: str) -> str:
    legal = _NOT_IN_NAMES.sub("_", name)
    if legal == name and len(name) <= _LONGEST_NAME:
        return name
    return f"{legal[: _LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class _Measured:
    """Makes figures of counts that belong to rows with these stories."""

    prefix: str
    stories: NDArray[Any]
    seed: int

    def figure(
        self, name: str, counts: NDArray[np.int64], statistic: Statistic, rows: NDArray[np.bool_] | None = None
    ) -> Figure:
        chosen = np.ones(len(counts), dtype=bool) if rows is None else rows
        estimate = group_bootstrap(counts[chosen], self.stories[chosen], statistic, seed=self.seed)
        return Figure(f"{self.prefix}/{name}", estimate, int(chosen.sum()))


def _frame_figures(outcome: FrameOutcome, labels: Sequence[str], seed: int) -> Iterator[Figure]:
    measured = _Measured("frames", outcome.stories, seed)
    counts = binary_counts(outcome.truth, outcome.called)
    yield measured.figure("macro_f1", counts, macro_f1)
    yield measured.figure("micro_f1", counts, micro_f1)
    everything = binary_counts(outcome.truth, np.ones_like(outcome.truth))
    yield measured.figure("baseline_all_positive/macro_f1", everything, macro_f1)
    majority = binary_counts(outcome.truth, outcome.rates >= 0.5)
    yield measured.figure("baseline_majority/macro_f1", majority, macro_f1)
    for language, rows in _slices(outcome.languages):
        yield measured.figure(f"language_{language}/macro_f1", counts, macro_f1, rows)
    for column, label in enumerate(labels):
        truth, proba = outcome.truth[:, column], outcome.proba[:, column]
        yield measured.figure(f"{label}/f1", counts[:, column], f1)
        yield measured.figure(f"{label}/precision", counts[:, column], _precision)
        yield measured.figure(f"{label}/recall", counts[:, column], _recall)
        yield Figure(f"frames/{label}/present", _plain(truth.sum()), len(truth))
        yield Figure(f"frames/{label}/brier", _plain(brier(truth, proba)), len(truth))
        yield Figure(f"frames/{label}/calibration_error", _plain(expected_calibration_error(truth, proba)), len(truth))


def _stance_figures(outcome: StanceOutcome, labels: Sequence[str], seed: int) -> Iterator[Figure]:
    measured = _Measured("stance", outcome.stories, seed)
    counts = confusion_counts(outcome.truth, outcome.called, len(labels))
    common = confusion_counts(outcome.truth, outcome.common, len(labels))
    yield measured.figure("macro_f1", counts, macro_f1_of_confusion)
    yield measured.figure("accuracy", counts, accuracy_of_confusion)
    yield measured.figure("baseline_majority/macro_f1", common, macro_f1_of_confusion)
    yield measured.figure("baseline_majority/accuracy", common, accuracy_of_confusion)
    for index, label in enumerate(labels):
        own = binary_counts(outcome.truth[:, None] == index, outcome.called[:, None] == index)[:, 0]
        yield measured.figure(f"{label}/f1", own, f1)
    for language, rows in _slices(outcome.languages):
        yield measured.figure(f"language_{language}/macro_f1", counts, macro_f1_of_confusion, rows)
    for actor, rows in _slices(outcome.actors, most=40):
        yield measured.figure(f"actor_{actor}/accuracy", counts, accuracy_of_confusion, rows)


def _ablation_figures(
    outcome: StanceOutcome, ablated: StanceOutcome, name: str, n_stances: int, seed: int
) -> Iterator[Figure]:
    measured = _Measured("stance", outcome.stories, seed)
    whole = confusion_counts(outcome.truth, outcome.called, n_stances)
    less = confusion_counts(ablated.truth, ablated.called, n_stances)
    yield measured.figure(f"{name}/macro_f1", less, macro_f1_of_confusion)
    gain = paired_difference(whole, less, outcome.stories, macro_f1_of_confusion, seed=seed)
    yield Figure(f"stance/gain_over_{name}/macro_f1", gain, len(less))


def _slices(values: NDArray[np.object_], *, most: int = 10) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    names, sizes = np.unique(values.astype(str), return_counts=True)
    for index in np.argsort(-sizes, kind="stable")[:most]:
        if sizes[index] >= _FEWEST_ROWS and len(names) > 1:
            yield str(names[index]), values == names[index]


def _precision(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    value: NDArray[np.float64] = counts[..., 0] / np.maximum(counts[..., 0] + counts[..., 1], 1)
    return value


def _recall(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    value: NDArray[np.float64] = counts[..., 0] / np.maximum(counts[..., 0] + counts[..., 2], 1)
    return value


def _plain(value: float) -> Estimate:
    return Estimate(float(value), np.nan, np.nan)
