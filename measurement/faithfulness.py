"""Faithfulness: whether an answer rests on the sentences that are shown for it, tried by taking them away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurement.checks import probabilities, same_length
from measurement.intervals import Estimate, group_bootstrap, paired_difference
from standpoint.errors import InputError


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """How far a probability falls without the evidence (`top`), and without as many `random` sentences.

    `difference` is top - random of the same answers: above 0, the evidence counts for more than sentences at random.
    `share_above` is the share of random draws that the evidence beats, equal falls counting half; 0.5 by chance.
    """

    top: Estimate
    random: Estimate
    difference: Estimate
    share_above: Estimate
    n_answers: int

    def to_json(self) -> dict[str, Any]:
        """Return the figures as they are written to JSON."""
        names = ("top", "random", "difference", "share_above")
        return {**{name: getattr(self, name).to_json() for name in names}, "n_answers": self.n_answers}


def faithfulness(
    proba: ArrayLike,
    without_evidence: ArrayLike,
    without_random: ArrayLike,
    groups: Sequence[str] | NDArray[Any],
    *,
    seed: int = 0,
) -> Faithfulness:
    """Estimate the falls of called answers, with 95 % intervals over resampled groups.

    Args:
        proba: probability of each answer from the whole text, (n_answers,).
        without_evidence: its probability from the text without its evidence, (n_answers,).
        without_random: from the text without as many random sentences, (n_answers, n_draws).
        groups: the article or story of each answer.
        seed: of the resampling.

    The evidence of the first article is all that its answer rests on; in the second any sentence does as well:

    >>> found = faithfulness([0.9, 0.8], [0.3, 0.7], [[0.9, 0.9], [0.7, 0.7]], ["a1", "a2"])
    >>> print(found.top, found.random)
    0.350 [0.100, 0.600] 0.050 [0.000, 0.100]
    >>> print(found.difference, found.share_above)
    0.300 [0.000, 0.600] 0.750 [0.500, 1.000]

    Source: comprehensiveness, of the evidence as it is shown (DeYoung et al. 2020, ERASER: A Benchmark to Evaluate
    Rationalized NLP Models).

    Raises:
        InputError: shapes or lengths differ, there is no answer or no draw, or a probability is outside 0 to 1.
    """
    whole, top, drawn = _checked(proba, without_evidence, without_random)
    same_length("proba", whole, "groups", groups)
    falls, others = _counted(whole - top), _counted(whole - drawn.mean(axis=1))
    beaten = _counted(0.5 + np.sign(drawn - top[:, np.newaxis]).mean(axis=1) / 2)
    fall, other, share = (group_bootstrap(counts, groups, _mean, seed=seed) for counts in (falls, others, beaten))
    difference = paired_difference(falls, others, groups, _mean, seed=seed)
    return Faithfulness(fall, other, difference, share, len(whole))


def _checked(proba: ArrayLike, without_evidence: ArrayLike, without_random: ArrayLike) -> list[NDArray[np.float64]]:
    named = {"proba": proba, "without_evidence": without_evidence, "without_random": without_random}
    whole, top, drawn = (probabilities(name, values) for name, values in named.items())
    if whole.ndim != 1 or top.shape != whole.shape or drawn.ndim != 2 or len(drawn) != len(whole) or not drawn.size:
        raise InputError(
            f"proba, without_evidence and without_random have shapes {whole.shape}, {top.shape} and {drawn.shape}. "
            "Give (n_answers,), (n_answers,) and (n_answers, n_draws), with at least one answer and one draw."
        )
    return [whole, top, drawn]


def _counted(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack((values, np.ones_like(values)))


def _mean(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    value: NDArray[np.float64] = sums[..., 0] / sums[..., 1]
    return value
