"""The human ceiling: how well one annotator foretells the others, which is what a model can at best be asked for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurement.classification import binary_counts, confusion_counts, macro_f1, macro_f1_of_confusion
from measurement.intervals import Estimate, group_bootstrap
from report.readings import Readings
from standpoint.annotation import Annotation
from standpoint.codebook import Codebook


@dataclass(frozen=True)
class Ceiling:
    """One annotator scored like a model against the majority of the others; `annotator` None: all of them pooled.

    `frames` and `stances` are macro-F1 with 95 % intervals over stories, None where nothing could be scored.
    """

    annotator: str | None
    frames: Estimate | None
    n_articles: int
    stances: Estimate | None
    n_stances: int


def human_ceiling(readings: Readings, codebook: Codebook, *, seed: int = 0) -> tuple[Ceiling, ...]:
    """Leave each annotator out in turn; all of them pooled come first.

    Truth is what more than half of the others said; where they are even, nothing is scored. Macro-F1 over frames is
    over those that occur; macro-F1 over stances is over the scale, where both the annotator and most of the others
    gave the actor a stance.
    """
    shared = readings.shared()
    stories = np.array(shared.stories, dtype=object)
    frames = np.array([_frame_counts(shared, row, codebook) for row in range(len(shared.people))])
    stances = [_stance_counts(shared, row, codebook) for row in range(len(shared.people))]
    pooled = _ceiling(None, frames.sum(axis=0), np.sum(stances, axis=0), stories, seed)
    each = (
        _ceiling(person, frames[row], stances[row], stories, seed)
        for row, person in enumerate(shared.people)
        if any(item is not None for item in shared.answers[row])
    )
    return (pooled, *each)


def _ceiling(
    annotator: str | None,
    frames: NDArray[np.int64],
    stances: NDArray[np.int64],
    stories: NDArray[np.object_],
    seed: int,
) -> Ceiling:
    scored = frames[..., 3].any(axis=1)
    occurring = frames[..., :3].any(axis=(0, 2))
    of_frames, of_stances = None, None
    if occurring.any():
        counts = frames[:, occurring, :3][scored]
        of_frames = group_bootstrap(counts, stories[scored], macro_f1, seed=seed)
    with_stance = stances.any(axis=(1, 2))
    if with_stance.any():
        of_stances = group_bootstrap(stances[with_stance], stories[with_stance], macro_f1_of_confusion, seed=seed)
    return Ceiling(annotator, of_frames, int(scored.sum()), of_stances, int(stances.sum()))


def _frame_counts(readings: Readings, left_out: int, codebook: Codebook) -> NDArray[np.int64]:
    """Return true positives, false positives, false negatives and scored answers, `(n_articles, n_frames, 4)`."""
    present = readings.frame_ratings(codebook.frame_ids)
    if not codebook.frames:
        return np.zeros((len(readings.articles), 0, 4), dtype=np.int64)
    own, others = present[left_out], np.delete(present, left_out, axis=0)
    yes, n_others = np.nansum(others, axis=0), (~np.isnan(others)).sum(axis=0)
    scored = ~np.isnan(own) & (2 * yes != n_others)
    counts = binary_counts(2 * yes > n_others, own == 1) * scored[..., np.newaxis]
    return np.concatenate((counts, scored[..., np.newaxis]), axis=-1)


def _stance_counts(readings: Readings, left_out: int, codebook: Codebook) -> NDArray[np.int64]:
    """Return the confusions of each article, `(n_articles, n_stances, n_stances)`, its majority in the rows."""
    n_stances = len(codebook.stances)
    counts = np.zeros((len(readings.articles), n_stances, n_stances), dtype=np.int64)
    for column, own in enumerate(readings.answers[left_out]):
        others = [row[column] for index, row in enumerate(readings.answers) if index != left_out]
        pairs = list(_stance_pairs(own, [item for item in others if item is not None], codebook))
        if pairs:
            truth, called = zip(*pairs, strict=True)
            counts[column] = confusion_counts(truth, called, n_stances).sum(axis=0)
    return counts


def _stance_pairs(own: Annotation | None, others: list[Annotation], codebook: Codebook) -> Iterator[tuple[int, int]]:
    """Yield the majority's and the annotator's stance toward every actor to whom both gave one."""
    for actor, stance in own.stances.items() if own and others else ():
        said, count = Counter(item.stances.get(actor) for item in others).most_common(1)[0]
        if said is not None and 2 * count > len(others):
            yield codebook.stance_ids.index(said), codebook.stance_ids.index(stance)
