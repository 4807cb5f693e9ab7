"""Fitting the encoder: from gold to a news model that was stopped, calibrated and weighted on held-out stories."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.calibration import class_proba, fit_class_calibration
from models.encoder import Encoder
from models.encoder_checkpoint import CheckpointFolder
from models.encoder_network import EncoderNetwork
from models.encoder_news_model import EncoderNewsModel
from models.encoder_progress import Observer, unobserved
from models.encoder_source import read_encoder
from models.encoder_stance import EncoderStances
from models.encoder_stance_model import EncoderStanceModel, HeldOut
from models.encoder_training import TrainingConfig
from models.frame_head import States
from models.frame_model import MIN_ARTICLES
from models.targets import Scene
from standpoint.codebook import Codebook
from standpoint.errors import TrainingError
from training.encoder_frames import FrameArticles, FramePair
from training.fitting import MIN_TARGETS, Progress, in_silence
from training.gold import Gold
from training.splits import Indices, story_folds
from training.thresholds import stance_weights


@dataclass(frozen=True)
class EncoderConfig:
    """Which encoder is trained and how; one of `n_parts` parts of the stories is held out.

    `soft`: learn the shares of annotators behind each label, where gold records them. `n_folds`: in how many parts of
    the stories frames are cross-fitted. `checkpoints`: the folder that unfinished trainings are kept in, None for none.
    `name`: what the encoder is called in the record.
    """

    encoder: Path
    training: TrainingConfig = field(default_factory=TrainingConfig)
    n_parts: int = 10
    n_folds: int = 5
    soft: bool = False
    checkpoints: CheckpointFolder | None = None
    name: str = ""


@dataclass(frozen=True)
class FittedEncoder:
    """A news model, the network behind it, and what was found about the blend of its frames."""

    model: EncoderNewsModel
    network: EncoderNetwork
    notes: tuple[str, ...]


def fit_encoder(
    gold: Gold, config: EncoderConfig, *, progress: Progress = in_silence, observer: Observer = unobserved
) -> FittedEncoder:
    """Train the encoder on gold's stances, and fit gold's frames on what it then makes of the articles.

    Either may be missing: without stances the encoder stays as it was.

    Raises:
        TrainingError: nothing can be learned from this gold, or a checkpoint is spoiled.
        ModelFolderError: the encoder cannot be read.
    """
    stances = gold.stances
    learns_stances = len(stances) >= MIN_TARGETS and len(np.unique(stances)) > 1
    if learns_stances:
        progress("stances")
        trained = fit_encoder_stances(gold, config, observer=observer)
    else:
        trained = EncoderStanceModel(read_encoder(config.encoder), len(gold.codebook.stances), config=config.training)
    progress("frames")
    model = EncoderNewsModel(gold.codebook, trained.encoder, stances=trained if learns_stances else None)
    notes = _add_frames(model, gold, config) if gold.codebook.frames else ()
    if not learns_stances and model.frames is None:
        raise TrainingError(
            f"nothing can be learned from {len(gold)} articles: no frame is present and absent in at least "
            f"{MIN_ARTICLES} of them, and there are {len(stances)} stances where {MIN_TARGETS} of at least two kinds "
            "are needed. Annotate more articles."
        )
    return FittedEncoder(model, trained.network, notes)


def fit_encoder_stances(gold: Gold, config: EncoderConfig, *, observer: Observer = unobserved) -> EncoderStanceModel:
    """Train the encoder on gold's stances, `observer` being told of every step.

    Raises:
        TrainingError: gold has fewer than two stories or all stances in those held out, or a checkpoint is spoiled.
        ModelFolderError: the encoder cannot be read.
    """
    train, held = held_out_part(gold, config)
    learn, hold = gold.select(train), gold.select(held)
    if not len(learn.stances):
        raise TrainingError(
            f"all {len(hold.stances)} stances are in the {len(set(hold.stories))} stories that say when to stop. "
            "Annotate stances in more stories, or choose another seed."
        )
    shares = learn.stance_shares if config.soft else np.eye(len(gold.codebook.stances))[learn.stances]
    model = EncoderStanceModel(read_encoder(config.encoder), len(gold.codebook.stances), config=config.training)
    held_out = HeldOut(hold.questions, hold.stances)
    model.fit(learn.questions, shares, held_out, observer=observer, checkpoints=config.checkpoints)
    if len(hold.stances):
        scores = model.decision_function(hold.questions)
        model.calibration_ = fit_class_calibration(scores, hold.stances)
        model.weights_ = stance_weights(class_proba(scores, model.calibration_), hold.stances)
    return model


def held_out_part(gold: Gold, config: EncoderConfig) -> tuple[Indices, Indices]:
    """Return the positions of the articles that are learned from, and of those that say when to stop.

    Raises:
        TrainingError: gold has fewer than two stories.
    """
    return next(story_folds(gold.stories, n_folds=config.n_parts, seed=config.training.seed))


def defining_sentences(codebook: Codebook) -> list[str]:
    """Return what the codebook says its frames are: names, definitions, rules and examples, in both languages."""
    found: dict[str, None] = {}
    for frame in codebook.frames:
        examples = [example.text for example in frame.examples if example.present]
        texts = [frame.name.en, frame.name.zh, frame.definition.en, frame.definition.zh]
        found |= dict.fromkeys([*texts, *frame.include.en, *frame.include.zh, *examples])
    return [text for text in found if text.strip()]


def states_of(encoder: Encoder, scenes: Sequence[Scene]) -> list[States]:
    """Return what an encoder makes of the sentences of each scene."""
    return list(encoder.read(scenes, [()] * len(scenes)).states)


def states_of_texts(encoder: Encoder, texts: Sequence[str]) -> States:
    """Return what an encoder makes of texts, each read as one sentence, (n_texts, n_layers, width)."""
    return np.concatenate(states_of(encoder, [Scene(text, ((0, len(text)),)) for text in texts]))


def fit_frame_pair(encoder: Encoder, gold: Gold, config: EncoderConfig) -> FramePair:
    """Fit the linear model and the head on what an encoder makes of gold's articles and of the codebook's words.

    Raises:
        TrainingError: there are fewer than two stories.
    """
    states = states_of(encoder, [item.scene for item in gold.articles])
    definitions = states_of_texts(encoder, defining_sentences(gold.codebook))
    shares = gold.frame_shares if config.soft else gold.present.astype(np.float64)
    articles = FrameArticles(gold, states, shares, (gold.present + shares) / 2)
    return FramePair.fit(articles, definitions, n_folds=config.n_folds, seed=config.training.seed)


def _add_frames(model: EncoderNewsModel, gold: Gold, config: EncoderConfig) -> tuple[str, ...]:
    """Give a model its frames, none where no frame can be learned; return what is to be told of them."""
    pair = fit_frame_pair(model.encoder, gold, config)
    if not pair.is_fitted.any():
        return ()
    rule = pair.rule()
    model.frames = pair.blended(rule.blend.weight)
    return (
        f"frames: the encoder has weight {rule.blend.weight:.1f} beside the linear model; together they save "
        f"{rule.gain} of the log-loss of the better one alone",
    )


def stances_of(model: EncoderNewsModel, encoder: Encoder) -> EncoderStances | None:
    """Return the stances of a model as read by another encoder; None where it has none."""
    if model.stances is None:
        return None
    stances = EncoderStances(encoder, model.stances.n_stances)
    stances.calibration_, stances.weights_ = model.stances.calibration_, model.stances.weights_
    return stances
