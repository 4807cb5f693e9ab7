"""Agreement of annotators, label by label, from their annotations."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurement.agreement import alpha_interval, prevalence, raw_agreement, usual_share
from measurement.intervals import Estimate
from measurement.sample_size import more_needed
from measurement.set_agreement import masi_alpha_interval, set_ratings
from report.readings import Readings
from standpoint.codebook import Codebook

Caution = Literal["undefined", "one_sided", "few_others", "unanimous", "no_interval", "few_stories"]

ANY_ACTOR = "*"
"""The label of the rows in which the stances toward all actors are pooled."""

FRAME_SET = "**"
"""The label of the row of the frame set as a whole."""

ONE_SIDED = 0.95
FEWEST_OTHERS = 10
FEWEST_STORIES = 20


@dataclass(frozen=True)
class AgreementRow:
    """How far annotators agree on one question, over the items that at least two of them answered.

    `raw` is the share of coinciding answers that are the same, `prevalence` the share of answers that are yes (NaN
    where the question has no yes), `usual` the share of the most frequent answer. `more_articles`: how many more
    doubly coded articles the interval needs, None where that cannot be extrapolated.
    """

    label: str
    alpha: Estimate
    raw: float
    prevalence: float
    usual: float
    n_items: int
    n_articles: int
    more_articles: int | None
    cautions: tuple[Caution, ...]


@dataclass(frozen=True)
class Agreement:
    """Agreement on every frame, on the frame set as a whole, and on stances: whether one is given, and which.

    The rows of stances start with all actors pooled (`ANY_ACTOR`); actors that got no stance have no row.
    """

    frames: tuple[AgreementRow, ...]
    frame_set: AgreementRow
    given: tuple[AgreementRow, ...]
    which: tuple[AgreementRow, ...]
    n_articles: int
    n_stories: int
    n_annotators: int


def agreement(readings: Readings, codebook: Codebook, *, half_width: float = 0.1, seed: int = 0) -> Agreement:
    """Measure agreement over the articles that at least two people answered; there must be one.

    Args:
        readings: the answers.
        codebook: the labels.
        half_width: the half-width that every interval shall reach, for `more_articles`.
        seed: of the bootstrap.
    """
    shared = readings.shared()
    rows = _Rows(len(shared.articles), half_width, seed)
    stories = np.array(shared.stories, dtype=object)
    present = shared.frame_ratings(codebook.frame_ids)
    frames = [rows.nominal(id, present[..., column], stories) for column, id in enumerate(codebook.frame_ids)]
    given, which = _stance_rows(shared, stories, codebook, rows)
    return Agreement(
        frames=tuple(frames),
        frame_set=rows.sets(FRAME_SET, shared),
        given=tuple(given),
        which=tuple(which),
        n_articles=len(shared.articles),
        n_stories=len(set(shared.stories)),
        n_annotators=sum(any(item is not None for item in row) for row in shared.answers),
    )


@dataclass(frozen=True)
class _Rows:
    """Makes rows for questions about this many doubly coded articles."""

    n_articles: int
    half_width: float
    seed: int

    def nominal(
        self, label: str, ratings: NDArray[np.float64], stories: NDArray[np.object_], *, has_yes: bool = True
    ) -> AgreementRow:
        alpha = alpha_interval(ratings, stories, seed=self.seed)
        usual = usual_share(ratings)
        n_others = round((1 - usual) * int(np.count_nonzero(~np.isnan(ratings))))
        share = prevalence(ratings) if has_yes else nan
        return self._row(label, alpha, (raw_agreement(ratings), share, usual), stories, n_others)

    def sets(self, label: str, readings: Readings) -> AgreementRow:
        sets = readings.frame_sets()
        counted = set_ratings(sets)
        sums = counted.counts.sum(axis=0)
        alpha = masi_alpha_interval(sets, np.array(readings.stories, dtype=object), seed=self.seed)
        usual = float(sums[2:].max() / sums[2:].sum())
        n_others = round(float(sums[2:].sum() - sums[2:].max()))
        shares = (float(counted.same_answer(sums)), nan, usual)
        return self._row(label, alpha, shares, np.array(readings.stories, dtype=object), n_others)

    def _row(
        self,
        label: str,
        alpha: Estimate,
        shares: tuple[float, float, float],
        stories: NDArray[np.object_],
        n_others: int,
    ) -> AgreementRow:
        raw, share, usual = shares
        return AgreementRow(
            label=label,
            alpha=alpha,
            raw=raw,
            prevalence=share,
            usual=usual,
            n_items=len(stories),
            n_articles=self.n_articles,
            more_articles=more_needed(alpha, self.n_articles, target=self.half_width),
            cautions=_cautions(alpha, raw, usual, n_others, len(set(stories))),
        )


def _stance_rows(
    readings: Readings, stories: NDArray[np.object_], codebook: Codebook, rows: _Rows
) -> tuple[list[AgreementRow], list[AgreementRow]]:
    """Return the rows of whether a stance is given and of which, all actors first."""
    ratings = {actor: _stance_ratings(readings, actor, codebook.stance_ids) for actor in codebook.actor_ids}
    rated = {actor: numbers for actor, numbers in ratings.items() if (numbers >= 0).any()}
    if not rated:
        return [], []
    questions = {ANY_ACTOR: np.hstack(list(ratings.values())), **rated}
    given, which = [], []
    for label, numbers in questions.items():
        owners = np.tile(stories, numbers.shape[1] // len(stories))
        given.append(rows.nominal(label, np.where(np.isnan(numbers), np.nan, numbers >= 0), owners))
        taken = np.where(numbers >= 0, numbers, np.nan)
        both = (~np.isnan(taken)).sum(axis=0) > 1
        if both.any():
            which.append(rows.nominal(label, taken[:, both], owners[both], has_yes=False))
    return given, which


def _stance_ratings(readings: Readings, actor: str, labels: Sequence[str]) -> NDArray[np.float64]:
    """Return the number of the stance each person gave an actor, -1 for none, NaN where the person did not answer."""
    numbers = {label: float(index) for index, label in enumerate(labels)}
    return readings.rate(lambda item: numbers[item.stances[actor]] if actor in item.stances else -1.0)


def _cautions(alpha: Estimate, raw: float, usual: float, n_others: int, n_stories: int) -> tuple[Caution, ...]:
    if isnan(alpha.value):
        return ("undefined",)
    holds: dict[Caution, bool] = {
        "one_sided": usual >= ONE_SIDED,
        "few_others": n_others < FEWEST_OTHERS,
        "unanimous": raw > 1 - 1e-9,
        "no_interval": not isfinite(alpha.low),
        "few_stories": n_stories < FEWEST_STORIES,
    }
    return tuple(caution for caution, applies in holds.items() if applies)
