"""A summary of each annotator: how much, how fast, how many frames, and how far the others say the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from measurement.set_agreement import masi_alpha
from report.readings import Readings
from standpoint.annotation import Annotation, annotators


@dataclass(frozen=True)
class AnnotatorSummary:
    """What one person did.

    `seconds` are the quartiles of the time an answer took, NaN where no time is known. `alpha` is the mean, over the
    others, of alpha with MASI distance on the articles that both answered, `n_shared` of them in all; NaN where it is
    not defined with anyone. `mean_frames`, `share_suggested` and `share_blind` are of the usable answers.
    """

    annotator: str
    n_articles: int
    n_skipped: int
    n_unusable: int
    seconds: tuple[float, float, float]
    mean_frames: float
    alpha: float
    n_shared: int
    share_suggested: float
    share_blind: float


def annotator_summaries(annotations: Sequence[Annotation], readings: Readings) -> tuple[AnnotatorSummary, ...]:
    """Summarize everyone who annotated, skips included; `readings` holds the usable ones among the annotations."""
    return tuple(
        _summary(person, [item for item in annotations if item.annotator == person], readings)
        for person in annotators(annotations)
    )


def _summary(person: str, annotations: Sequence[Annotation], readings: Readings) -> AnnotatorSummary:
    usable = [item for item in annotations if item.is_usable]
    n_skipped = sum(item.skipped for item in annotations)
    alpha, n_shared = _agreement_with_others(person, readings)
    return AnnotatorSummary(
        annotator=person,
        n_articles=len(usable),
        n_skipped=n_skipped,
        n_unusable=len(annotations) - len(usable) - n_skipped,
        seconds=_quartiles([item.seconds for item in usable if item.seconds is not None]),
        mean_frames=_mean(len(item.frames) for item in usable),
        alpha=alpha,
        n_shared=n_shared,
        share_suggested=_mean(item.suggested for item in usable),
        share_blind=_mean(item.blind for item in usable),
    )


def _agreement_with_others(person: str, readings: Readings) -> tuple[float, int]:
    if person not in readings.people:
        return nan, 0
    sets = readings.frame_sets()
    own = sets[readings.people.index(person)]
    others = [row for name, row in zip(readings.people, sets, strict=True) if name != person]
    alphas = [masi_alpha(own, row) for row in others]
    answered_by_others = [any(row[column] is not None for row in others) for column in range(len(own))]
    n_shared = sum(mine is not None and theirs for mine, theirs in zip(own, answered_by_others, strict=True))
    return _mean(alpha for alpha in alphas if np.isfinite(alpha)), n_shared


def _quartiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    if not seconds:
        return nan, nan, nan
    low, middle, high = np.quantile(seconds, (0.25, 0.5, 0.75))
    return float(low), float(middle), float(high)


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return float(np.mean(numbers)) if numbers else nan
