"""What stance models answer on public data: the linear one, or an encoder under several seeds, and their ablations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.command import Options, not_installed
from measurement.classification import confusion_counts, macro_f1_of_confusion
from models.stance_model import NAMED_STANCE_VIEWS
from training.ablations import ablated_stances
from training.fitting import FitConfig, fit_news_model
from training.gold import Gold
from training.outcome import StanceOutcome, held_out


@dataclass(frozen=True)
class StanceRuns:
    """The answers of all seeds as one outcome, those of each ablation as often, and what is to be said of the seeds."""

    outcome: StanceOutcome
    ablations: dict[str, StanceOutcome]
    n_seeds: int
    notes: list[str]


def stance_runs(train: Gold, test: Gold, options: Options) -> StanceRuns:
    """Return what the model answers to `test`, once for each seed, and what its ablations answer.

    Raises:
        InputError: the encoder was not named, or what it needs is not installed.
    """
    outcomes, ablated = _outcomes(train, test, options)
    return StanceRuns(
        outcome=StanceOutcome.joined(outcomes),
        ablations={name: StanceOutcome.joined([one] * len(outcomes)) for name, one in ablated.items()},
        n_seeds=len(outcomes),
        notes=_by_seed(outcomes, options.seed),
    )


def _outcomes(train: Gold, test: Gold, options: Options) -> tuple[list[StanceOutcome], dict[str, StanceOutcome]]:
    if options.model == "encoder":
        try:
            from benchmarks.encoder_stances import encoder_outcomes
        except ModuleNotFoundError as error:
            raise not_installed(error) from None
        return encoder_outcomes(train, test, options)
    config = FitConfig(seed=options.seed, stance_views=NAMED_STANCE_VIEWS)
    outcome = held_out(fit_news_model(train, config), train, test).stances
    return [outcome] if outcome is not None else [], ablated_stances(train, test, config)


def _by_seed(outcomes: Sequence[StanceOutcome], first: int) -> list[str]:
    """Say the macro-F1 of each seed, counted from the first, and their mean; nothing where there is one."""
    if len(outcomes) < 2:
        return []
    values = [
        float(macro_f1_of_confusion(confusion_counts(one.truth, one.called, one.proba.shape[1]).sum(axis=0)))
        for one in outcomes
    ]
    listed = ", ".join(f"{value:.3f} (seed {seed})" for seed, value in enumerate(values, first))
    return [
        f"macro-F1 of each seed: {listed}; mean {np.mean(values):.4f}; the figures above are of all answers together"
    ]
