"""An encoder model to measure the speed of: fitted in minutes on the sample corpus, its head alone."""

from pathlib import Path

from benchmarks.served_model import sample_gold
from models.encoder_optimizer import LearningConfig
from models.encoder_training import TrainingConfig
from training.encoder_fitting import EncoderConfig
from training.encoder_recipe import EncoderRecipe
from training.fitting import FitConfig, in_silence
from training.tracking import TrainingRecord, record_training


def register_encoder(encoder: Path, folder: Path, uri: str) -> None:
    """Fit a head on a pretrained encoder, write the model to a folder that does not exist yet, and register it.

    It is as fast as any model on that encoder; how good it is does not matter here.

    Raises:
        ModelFolderError: the encoder cannot be read.
    """
    gold = sample_gold()
    training = TrainingConfig(n_epochs=1, least_steps=1, learning=LearningConfig(trained="head"))
    recipe = EncoderRecipe(FitConfig(), EncoderConfig(encoder, training, name=encoder.name))
    model = recipe.fit(gold, progress=in_silence)
    recipe.finish(model, gold, progress=in_silence)
    record_training(model, TrainingRecord(gold, {}, {}, "benchmark"), folder=folder, uri=uri)
