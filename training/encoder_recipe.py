"""The encoder's recipe: fits it, exports it, and measures which ways of computing it are as good as the exact one."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurement.classification import binary_counts, confusion_counts, macro_f1, macro_f1_of_confusion
from models.canaries import canary_answers
from models.encoder import Encoder
from models.encoder_choice import CONFIG, EXACT, GRAPH, GRAPHS, NETWORK, SMALL, SMALL_GRAPH, TORCH
from models.encoder_export import export_network, quantise
from models.encoder_network import EncoderNetwork
from models.encoder_news_model import EncoderNewsModel, Package
from models.encoder_onnx import OnnxRuntime
from models.encoder_processor import this_processor
from models.encoder_progress import Observer, unobserved
from models.encoder_restore import network_config, network_weights
from models.encoder_runtime import EncoderRuntime
from models.encoder_tokens import TOKENIZER
from models.encoder_torch import settled
from models.kept_files import KeptFiles
from models.news_model import NewsModel
from standpoint.errors import TrainingError
from training.encoder_fitting import EncoderConfig, fit_encoder, held_out_part, stances_of
from training.fitting import FitConfig, Progress
from training.gold import Gold
from training.outcome import Outcome, held_out
from training.recipe import Recipe

MOST_LOSS = 0.005
"""A runtime may cost so much macro-F1 of frames and of stances at most, on articles that the network did not see."""

_HEADROOM = 2.0
_LEAST_TOLERANCE = 0.02


class EncoderRecipe(Recipe):
    """Makes encoder models; `observer` is told of every step of every training."""

    name = "encoder"

    def __init__(self, linear: FitConfig, encoder: EncoderConfig, observer: Observer = unobserved) -> None:
        super().__init__(linear)
        self.encoder, self.observer = encoder, observer
        self._network: EncoderNetwork | None = None

    def fit(self, gold: Gold, *, progress: Progress) -> EncoderNewsModel:
        """Fit a model that answers.

        Raises:
            TrainingError: nothing can be learned from this gold, or a checkpoint is spoiled.
            ModelFolderError: the encoder cannot be read.
        """
        fitted = fit_encoder(gold, self.encoder, progress=progress, observer=self.observer)
        self._network, self.notes = fitted.network, fitted.notes
        return fitted.model

    def finish(self, model: NewsModel, gold: Gold, *, progress: Progress) -> float:
        """Export the network and measure each runtime on the stories that it did not learn from.

        The answers are those of the exact runtime from then on. What a runtime costs in macro-F1, and whether it may
        be used for that, is in the settings of the model's package.

        Raises:
            TrainingError: the model is not the one that was fitted last.
        """
        network = self._network
        if network is None or not isinstance(model, EncoderNewsModel):
            raise TrainingError("a model is finished by the recipe that fitted it. Fit it first.")
        progress("writing the network")
        with tempfile.TemporaryDirectory() as place:
            runtimes = _written(network, model, Path(place))
            progress("measuring how it may be computed")
            hold = gold.select(held_out_part(gold, self.encoder)[1])
            losses, tolerance = _measured(model, runtimes, gold, hold)
            for name, file in ((SMALL, SMALL_GRAPH), (TORCH, NETWORK)):
                if not losses[name]["allowed"]:
                    (Path(place) / file).unlink()
            files = KeptFiles.of(Path(place))
        settings = {
            "source": self.encoder.name,
            "padding": network.padding,
            "n_stances": len(gold.codebook.stances),
            "files": sorted(files),
            "runtimes": losses,
        }
        model.package = Package(files, settings)
        return tolerance

    def clean_up(self) -> None:
        """Remove the checkpoints of its trainings, now that the model is recorded."""
        if self.encoder.checkpoints is not None:
            self.encoder.checkpoints.clear()

    def parameters(self) -> Mapping[str, str | int | float]:
        """Return what tells this recipe from others, for the record."""
        training = self.encoder.training
        learning = training.learning
        return {
            "model": self.name,
            "encoder": self.encoder.name,
            "seed": training.seed,
            "n_folds": self.encoder.n_folds,
            "soft": self.encoder.soft,
            "trained": learning.trained,
            "n_epochs": training.n_epochs,
            "least_steps": training.least_steps,
            "patience": training.patience,
            "n_targets": training.n_targets,
            "smoothing": training.smoothing,
            "learning_rate": learning.learning_rate,
            "head_learning_rate": learning.head_learning_rate,
            "layer_decay": learning.layer_decay,
            "average": learning.average,
        }


def _written(network: EncoderNetwork, model: EncoderNewsModel, folder: Path) -> dict[str, EncoderRuntime]:
    """Write all that a runtime may be made of; return each runtime by its name."""
    export_network(network, folder / GRAPH)
    quantise(folder / GRAPH, folder / SMALL_GRAPH)
    (folder / NETWORK).write_bytes(network_weights(network))
    (folder / CONFIG).write_bytes(network_config(network))
    (folder / TOKENIZER).write_text(model.encoder.tokenizer.to_json(), encoding="utf-8")
    runtimes: dict[str, EncoderRuntime] = {
        name: OnnxRuntime((folder / file).read_bytes(), name=name, padding=network.padding)
        for name, file in GRAPHS.items()
    }
    return {**runtimes, TORCH: settled(network, this_processor())}


def _measured(
    model: EncoderNewsModel, runtimes: Mapping[str, EncoderRuntime], gold: Gold, hold: Gold
) -> tuple[dict[str, dict[str, Any]], float]:
    """Return what each runtime costs against the exact one, and how far canary answers may be off; leave it exact."""
    figures, answers = {}, {}
    for name in (SMALL, TORCH, EXACT):
        model.encoder = Encoder(model.encoder.tokenizer, runtimes[name], model.encoder.passages)
        model.stances = stances_of(model, model.encoder)
        figures[name] = _figures(held_out(model, gold, hold))
        answers[name] = _canary_proba(model)
    losses = {}
    for name in runtimes:
        lost = {part: round(figures[EXACT][part] - figure, 4) for part, figure in figures[name].items()}
        losses[name] = {
            "allowed": all(value <= MOST_LOSS for value in lost.values()),
            "macro_f1_lost": lost,
            "n_articles": len(hold),
            "n_stances": len(hold.stances),
        }
    moves = [np.abs(answers[name] - answers[EXACT]).max(initial=0.0) for name in runtimes if losses[name]["allowed"]]
    return losses, max(_LEAST_TOLERANCE, _HEADROOM * float(max(moves)))


def _figures(outcome: Outcome) -> dict[str, float]:
    """Return macro-F1 of frames and of stances, as far as there are any."""
    found = {}
    if outcome.frames is not None:
        counts = binary_counts(outcome.frames.truth, outcome.frames.called).sum(axis=0)
        found["frames"] = float(macro_f1(counts))
    if outcome.stances is not None and len(outcome.stances.truth):
        n_stances = outcome.stances.proba.shape[1]
        counts = confusion_counts(outcome.stances.truth, outcome.stances.called, n_stances).sum(axis=0)
        found["stances"] = float(macro_f1_of_confusion(counts))
    return found


def _canary_proba(model: NewsModel) -> NDArray[np.float64]:
    """Return every probability that a model answers the canaries with, one after the other."""
    return np.array([proba for found in canary_answers(model)["answers"].values() for proba in found.values()])
