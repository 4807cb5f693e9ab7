"""The pull of suggestions: how answers differ where a model's answer was shown from where it was withheld.

Articles are drawn at random to be shown blind, so that a difference is caused by the suggestions. Answers to an
article drawn to be blind (`blind`) are held against those given with a suggestion in sight (`suggested`); all others
are left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log, nan
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurement.intervals import Estimate, group_bootstrap
from measurement.set_agreement import set_ratings
from report.readings import Readings
from standpoint.annotation import Annotation
from standpoint.codebook import Codebook
from standpoint.prediction import Prediction

Of = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Maps summed counts `(..., k)` of one kind of answers to a number `(...)`."""


NoPull = Literal["not_recorded", "all_blind", "none_blind"]
"""Why there is nothing to compare: neither kind of answer, no suggested ones, no blind ones."""


@dataclass(frozen=True)
class Contrast:
    """A figure with suggestions and without, and suggested minus blind with its 95 % interval over stories."""

    name: str
    suggested: float
    blind: float
    difference: Estimate
    n_suggested: int
    n_blind: int


@dataclass(frozen=True)
class SuggestionPull:
    """What suggestions changed.

    `frames` are differences in share (0 to 1), frame by frame; `mean_absolute` is the mean of their sizes, which is
    above 0 by chance alone, and `by_chance` what it then stays below in 95 of 100 cases. `agreement` is alpha
    with MASI distance, `seconds` the geometric mean; both None where a kind of answer has no figure. `model`: how
    often answers are the same as the model's, empty without predictions.
    """

    frames: tuple[Contrast, ...]
    mean_absolute: float
    by_chance: float
    agreement: Contrast | None
    seconds: Contrast | None
    model: tuple[Contrast, ...]
    n_suggested: int
    n_blind: int


def why_no_pull(readings: Readings) -> NoPull | None:
    """Say why the pull of suggestions cannot be measured, or None where it can."""
    answers = [item for row in readings.answers for item in row if item is not None]
    with_suggestion, blind = any(map(_is_suggested, answers)), any(map(_is_blind, answers))
    if with_suggestion and blind:
        return None
    return "none_blind" if with_suggestion else "all_blind" if blind else "not_recorded"


def suggestion_pull(
    readings: Readings, codebook: Codebook, predictions: Mapping[str, Prediction], *, seed: int = 0
) -> SuggestionPull:
    """Measure the pull; both kinds of answers must exist.

    Args:
        readings: the answers.
        codebook: the labels.
        predictions: the model's answers by article, also to the articles where they were withheld; may be empty.
        seed: of the bootstrap.
    """
    arms = _Arms.of(readings, seed)
    present = np.array([[id in item.frames for id in codebook.frame_ids] for item in arms.answers], dtype=np.float64)
    counts = np.column_stack((present.reshape(len(arms.answers), -1), np.ones(len(arms.answers))))
    frames = [arms.contrast(id, counts[:, [column, -1]], _share) for column, id in enumerate(codebook.frame_ids)]
    mean_absolute, by_chance = arms.mean_absolute(counts) if frames else (nan, nan)
    seconds = [(log(item.seconds), 1.0) if item.seconds and item.seconds > 0 else (0.0, 0.0) for item in arms.answers]
    return SuggestionPull(
        frames=tuple(item for item in frames if item is not None),
        mean_absolute=mean_absolute,
        by_chance=by_chance,
        agreement=_agreement(readings, seed),
        seconds=arms.contrast("seconds", seconds, lambda sums: np.exp(_share(sums))),
        model=tuple(_model_contrasts(arms, codebook, predictions)),
        n_suggested=int(arms.is_suggested.sum()),
        n_blind=int((~arms.is_suggested).sum()),
    )


@dataclass(frozen=True)
class _Arms:
    """The answers of both kinds, with the story of each."""

    answers: tuple[Annotation, ...]
    stories: NDArray[np.object_]
    is_suggested: NDArray[np.bool_]
    seed: int

    @classmethod
    def of(cls, readings: Readings, seed: int) -> "_Arms":
        pairs = [
            (item, story)
            for row in readings.answers
            for item, story in zip(row, readings.stories, strict=True)
            if item is not None and (_is_suggested(item) or _is_blind(item))
        ]
        answers = tuple(item for item, _ in pairs)
        stories = np.array([story for _, story in pairs], dtype=object)
        return cls(answers, stories, np.array([item.suggested for item in answers]), seed)

    def contrast(self, name: str, counts: ArrayLike, of: Of) -> Contrast | None:
        """Hold a figure of summed counts `(n_answers, k)`, the number of cases last, of one kind against the other."""
        both = self._split(np.asarray(counts, dtype=np.float64))
        return _contrast(name, both, self.stories, of, self.seed)

    def mean_absolute(self, counts: NDArray[np.float64]) -> tuple[float, float]:
        """Return the mean size of the differences in share, and its 95th percentile where there is none.

        The latter is the mean size of the bootstrap's deviations from the differences found.
        """
        both = self._split(counts)
        found = _differences(both.sum(axis=0))
        deviation = group_bootstrap(
            both,
            self.stories,
            lambda sums: np.abs(_differences(sums) - found).mean(axis=-1),
            seed=self.seed,
            confidence=0.9,
        )
        return float(np.abs(found).mean()), deviation.high

    def _split(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the counts of both kinds apart, `(n_answers, 2, k)`, suggested first."""
        kinds = np.stack((self.is_suggested, ~self.is_suggested), axis=1)
        split: NDArray[np.float64] = counts[:, np.newaxis, :] * kinds[..., np.newaxis]
        return split


def _contrast(name: str, both: NDArray[np.float64], stories: NDArray[np.object_], of: Of, seed: int) -> Contrast | None:
    """Return suggested minus blind of counts `(n, 2, k)`, the number of cases last; None where a side has no figure."""
    sums = both.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        suggested, blind = (float(value) for value in of(sums))
    if not (isfinite(suggested) and isfinite(blind)):
        return None
    difference = group_bootstrap(
        both, stories, lambda resampled: np.subtract(*np.moveaxis(of(resampled), -1, 0)), seed=seed
    )
    n_suggested, n_blind = (round(float(count)) for count in sums[:, -1])
    return Contrast(name, suggested, blind, difference, n_suggested, n_blind)


def _agreement(readings: Readings, seed: int) -> Contrast | None:
    """Compare agreement on the frame set; the number of cases is that of doubly coded articles."""
    kinds = [readings.where(_is_suggested), readings.where(_is_blind)]
    rows = zip(*(kind.frame_sets() for kind in kinds), strict=True)
    ratings = set_ratings([suggested + blind for suggested, blind in rows])
    of_kind = np.split(ratings.counts, 2)
    cases = [(counts[:, 2:].sum(axis=1, keepdims=True) > 0).astype(np.float64) for counts in of_kind]
    both = np.stack([np.hstack(parts) for parts in zip(of_kind, cases, strict=True)], axis=1)
    stories = np.array(readings.stories, dtype=object)
    return _contrast("agreement", both, stories, lambda sums: ratings.alpha(sums[..., :-1]), seed)


def _model_contrasts(arms: _Arms, codebook: Codebook, predictions: Mapping[str, Prediction]) -> Iterable[Contrast]:
    """Yield how often answers are the model's: on each frame, on frames it suggests, on stances it suggests."""
    counted = [_same_as_model(item, predictions.get(item.article_id), codebook.frame_ids) for item in arms.answers]
    for index, name in enumerate(("frames", "frames_suggested", "stances_suggested")):
        contrast = arms.contrast(name, [counts[index] for counts in counted], _share)
        if contrast is not None:
            yield contrast


def _same_as_model(
    answer: Annotation, prediction: Prediction | None, frames: Sequence[str]
) -> tuple[tuple[int, int], ...]:
    """Return, for each of the three questions, how many answers are the model's, of how many."""
    if prediction is None:
        return (0, 0), (0, 0), (0, 0)
    suggested = {frame.id for frame in prediction.frames if frame.present}
    same = sum((id in suggested) == (id in answer.frames) for id in frames)
    stances = sum(answer.stances.get(item.actor) == item.stance for item in prediction.stances)
    return (
        (same, len(frames)),
        (len(suggested & answer.frames), len(suggested)),
        (stances, len(prediction.stances)),
    )


def _differences(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return suggested minus blind shares, `(..., k - 1)`, of summed counts `(..., 2, k)`."""
    shares = sums[..., :-1] / sums[..., -1:]
    difference: NDArray[np.float64] = shares[..., 0, :] - shares[..., 1, :]
    return difference


def _share(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    share: NDArray[np.float64] = sums[..., 0] / sums[..., 1]
    return share


def _is_suggested(annotation: Annotation) -> bool:
    return annotation.suggested and not annotation.blind


def _is_blind(annotation: Annotation) -> bool:
    return annotation.blind and not annotation.suggested
