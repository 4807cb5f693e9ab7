"""Fitting the encoder: from gold to a stance model that was stopped, calibrated and weighted on held-out stories."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.calibration import class_proba, fit_class_calibration
from models.encoder_source import read_encoder
from models.encoder_stance import EncoderStanceModel, HeldOut
from models.encoder_training import Observer, TrainingConfig, unobserved
from training.gold import Gold
from training.splits import story_folds
from training.thresholds import stance_weights


@dataclass(frozen=True)
class EncoderConfig:
    """Which encoder is trained and how; one of `n_parts` parts of the stories is held out.

    `soft`: learn the shares of annotators behind each stance, where gold records them.
    """

    encoder: Path
    training: TrainingConfig = field(default_factory=TrainingConfig)
    n_parts: int = 10
    soft: bool = False


def fit_encoder_stances(
    gold: Gold, config: EncoderConfig, *, observer: Observer = unobserved, checkpoint: Path | None = None
) -> EncoderStanceModel:
    """Train the encoder on gold's stances.

    Args:
        gold: stances of two stories at least.
        config: the encoder and how it is trained.
        observer: is told of every step.
        checkpoint: file that training writes after each epoch and goes on from if it is there.

    Raises:
        TrainingError: gold has fewer than two stories, or the checkpoint is that of another run.
        ModelFolderError: the encoder cannot be read.
    """
    train, held = next(story_folds(gold.stories, n_folds=config.n_parts, seed=config.training.seed))
    learn, hold = gold.select(train), gold.select(held)
    shares = learn.stance_shares if config.soft else np.eye(len(gold.codebook.stances))[learn.stances]
    model = EncoderStanceModel(read_encoder(config.encoder), len(gold.codebook.stances), config=config.training)
    held_out = HeldOut(hold.questions, hold.stances)
    model.fit(learn.questions, shares, held_out, observer=observer, checkpoint=checkpoint)
    scores = model.decision_function(hold.questions)
    model.calibration_ = fit_class_calibration(scores, hold.stances)
    model.weights_ = stance_weights(class_proba(scores, model.calibration_), hold.stances)
    return model
