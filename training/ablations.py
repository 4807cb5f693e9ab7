"""Ablations: stance models that see less, to show what the stance is really read from."""

from dataclasses import replace

from models.features import View
from models.stance_model import CONTEXT_VIEWS, NAME_VIEWS
from training.fitting import FitConfig, fit_stances
from training.gold import Gold
from training.outcome import StanceOutcome, held_out_stances

ABLATIONS: dict[str, tuple[View, ...]] = {
    "target_blind": CONTEXT_VIEWS[1:],
    "name_only": NAME_VIEWS[:1],
}
"""What each ablation still sees: the whole text but not which actor is asked for, or the actor's name but no text."""


def ablated_stances(train: Gold, test: Gold, config: FitConfig) -> dict[str, StanceOutcome]:
    """Fit every ablation on `train` and let it answer `test`; the name-only model is also the text-blind one."""
    outcomes = {}
    for name, views in ABLATIONS.items():
        model = fit_stances(train, replace(config, stance_views=views))
        outcome = None if model is None else held_out_stances(model, train, test)
        if outcome is not None:
            outcomes[name] = outcome
    return outcomes
