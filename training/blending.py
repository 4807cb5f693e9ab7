"""Blending: whether two score sources together beat the better one, and how much each should count."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurement.intervals import Estimate, group_bootstrap
from models.blend import Blend
from models.calibration import Floats
from training.splits import story_folds

WEIGHTS = tuple(np.linspace(0, 1, 11).tolist())
"""The weights that are tried for the second source; one for all labels, since few articles cannot tell ten apart."""


@dataclass(frozen=True)
class Blended:
    """A blend, and the log-loss it saves against the better source alone, as a share of the base rates' log-loss."""

    blend: Blend
    gain: Estimate


def fit_blend(
    first: Floats, second: Floats, truth: NDArray[np.bool_], stories: Sequence[str], *, n_folds: int = 5, seed: int = 0
) -> Blended:
    """Fit a blend that falls back to the better source unless the 95 % interval of the gain lies above zero.

    The gain is that of a weight chosen on other stories than it is measured on. It is measured in log-loss: F1 turns
    on a few articles near the threshold and would hardly ever tell the two apart.

    Args:
        first: scores of articles that the source had not seen, shape (n_articles, n_labels).
        second: those of the other source.
        truth: which labels apply.
        stories: the story of each article, shape (n_articles,).
        n_folds: parts of the stories over which the weight is cross-fitted.
        seed: of the folds and of the bootstrap.
    """
    losses = np.full((len(WEIGHTS) + 1, len(truth)), np.nan)
    for learn, hold in story_folds(stories, n_folds=n_folds, seed=seed):
        blends = [Blend.fit(first[learn], second[learn], truth[learn], weight=weight) for weight in WEIGHTS]
        of_all = np.array([_losses(blend, first, second, truth) for blend in blends])
        losses[:-1, hold] = of_all[:, hold]
        losses[-1, hold] = of_all[of_all[:, learn].mean(axis=1).argmin(), hold]
    means = losses.mean(axis=1)
    better = 0.0 if means[0] <= means[-2] else 1.0
    saved = losses[0 if better == 0 else -2] - losses[-1]
    gain = group_bootstrap(np.column_stack([saved, np.ones(len(saved))]), stories, _mean, seed=seed)
    weight = WEIGHTS[int(means[:-1].argmin())] if gain.low > 0 else better
    return Blended(Blend.fit(first, second, truth, weight=weight), gain)


def _losses(blend: Blend, first: Floats, second: Floats, truth: NDArray[np.bool_]) -> Floats:
    """Return the mean log-loss of each article over labels, each label's as a share of that of its base rate."""
    rates = np.clip(truth.mean(axis=0), 1e-3, 1 - 1e-3)
    base = -(rates * np.log(rates) + (1 - rates) * np.log(1 - rates))
    proba = np.clip(blend.predict_proba(first, second), 1e-4, 1 - 1e-4)
    value: Floats = (-np.log(np.where(truth, proba, 1 - proba)) / base).mean(axis=1)
    return value


def _mean(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    value: NDArray[np.float64] = sums[..., 0] / sums[..., 1]
    return value
