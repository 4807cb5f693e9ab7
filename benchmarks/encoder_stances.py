"""The encoder on public stance data: several seeds, and what it answers when it sees less."""

import time
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from benchmarks.command import Options
from models.encoder_progress import Observer, TrainingProgress
from models.encoder_training import TrainingConfig
from models.targets import Scene
from standpoint.errors import InputError
from training.encoder_fitting import EncoderConfig, fit_encoder_stances
from training.gold import Gold, GoldArticle
from training.outcome import StanceOutcome, held_out_stances


def _unmarked(item: GoldArticle) -> GoldArticle:
    """Leave actors unmarked: how many are asked about depends on how a corpus was put together, and so does stance."""
    return replace(item, scene=replace(item.scene, actors=()))


def _target_blind(item: GoldArticle) -> GoldArticle:
    targets = tuple(replace(target, names=(), mentions=()) for target in item.targets)
    return replace(item, targets=targets)


def _name_only(item: GoldArticle) -> GoldArticle:
    targets = tuple(replace(target, mentions=()) for target in item.targets)
    return replace(item, scene=Scene("", ()), targets=targets)


ABLATIONS: dict[str, Callable[[GoldArticle], GoldArticle]] = {"target_blind": _target_blind, "name_only": _name_only}
"""What each ablation does to an article, in training and in testing; the name-only model is also the text-blind one."""


def encoder_outcomes(train: Gold, test: Gold, options: Options) -> tuple[list[StanceOutcome], dict[str, StanceOutcome]]:
    """Return what the encoder answers to `test` under each seed, and what the ablations answer under the first.

    Raises:
        InputError: no encoder was named, or `test` holds no stance.
    """
    seeds = range(options.seed, options.seed + options.n_seeds)
    train, test = (Gold(gold.codebook, [_unmarked(item) for item in gold.articles]) for gold in (train, test))
    whole = [_outcome(train, test, options, seed, "encoder") for seed in seeds]
    ablated = {}
    for name, blind in ABLATIONS.items():
        less, asked = (Gold(gold.codebook, [blind(item) for item in gold.articles]) for gold in (train, test))
        ablated[name] = _outcome(less, asked, options, options.seed, name)
    return whole, ablated


def _outcome(train: Gold, test: Gold, options: Options, seed: int, name: str) -> StanceOutcome:
    config = EncoderConfig(options.encoder_folder(), TrainingConfig(seed=seed))
    model = fit_encoder_stances(train, config, observer=_told(f"{name}, seed {seed}"))
    outcome = held_out_stances(model, train, test)
    if outcome is None:
        raise InputError("the test file holds no stance. Name another with --test.")
    return outcome


def _told(name: str) -> Observer:
    """Return an observer that says after each epoch how far training has come."""
    console, started, n_told = Console(stderr=True), time.perf_counter(), [0]

    def tell(progress: TrainingProgress) -> None:
        if len(progress.scores) > n_told[0]:
            n_told[0] = len(progress.scores)
            seconds = time.perf_counter() - started
            found = f"loss {progress.loss or 0:.2f}, macro-F1 of the part held out {progress.scores[-1]:.3f}"
            done = f"step {progress.step} of {progress.n_steps}, epoch {n_told[0]}"
            console.print(f"{name}: {done}: {found}, {seconds:.0f} s", highlight=False, soft_wrap=True)

    return tell
