"""The options that choose what kind of model is trained, and the recipe they stand for."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.progress import Teller
from standpoint.errors import InputError
from training.fitting import FitConfig
from training.recipe import Recipe

CHECKPOINTS = Path("mlruns/checkpoints")
"""Where unfinished trainings of an encoder are kept until their model is recorded."""


class Kind(StrEnum):
    """The kinds of model."""

    LINEAR = "linear"
    ENCODER = "encoder"


class Learn(StrEnum):
    """What of an encoder is trained."""

    ALL = "all"
    TOP = "top"
    HEAD = "head"


ModelOption = Annotated[Kind, typer.Option("--model", help="linear: seconds, no download. encoder: minutes, better.")]
EncoderOption = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        help="Folder or Hugging Face name of the pretrained encoder (default: intfloat/multilingual-e5-small, "
        "488 MB, downloaded once).",
    ),
]
LearnOption = Annotated[
    Learn, typer.Option("--learn", help="What of the encoder learns: all, its top layers, or the head alone (fastest).")
]


def chosen_recipe(
    console: Console, linear: FitConfig, model: Kind, encoder: str | None, learn: Learn
) -> tuple[Recipe, Teller]:
    """Return the recipe, and what tells how far it is.

    Raises:
        InputError: an encoder is named for a linear model, or the extra `encoder` is not installed.
        ModelFolderError: the encoder is neither here nor to be had.
    """
    if model is Kind.LINEAR:
        if encoder is not None or learn is not Learn.ALL:
            raise InputError("--encoder and --learn are for --model encoder. Add it, or leave them out.")
        return Recipe(linear), Teller(console)
    try:
        from models.encoder_checkpoint import CheckpointFolder
        from models.encoder_hub import DEFAULT_ENCODER, encoder_folder
        from models.encoder_training import TrainingConfig
        from training.encoder_fitting import EncoderConfig
        from training.encoder_recipe import EncoderRecipe
    except ModuleNotFoundError as error:
        words = f"--model encoder needs {error.name}. Install it: pip install 'standpoint[encoder]'."
        raise InputError(words) from None
    name = encoder or DEFAULT_ENCODER
    training = TrainingConfig(seed=linear.seed)
    config = EncoderConfig(
        encoder_folder(name),
        replace(training, learning=replace(training.learning, trained=learn.value)),
        name=name,
        n_folds=linear.n_folds,
        soft=linear.soft,
        checkpoints=CheckpointFolder(CHECKPOINTS),
    )
    teller = Teller(console, n_trainings=linear.n_folds + 2)
    return EncoderRecipe(linear, config, teller.observe), teller
