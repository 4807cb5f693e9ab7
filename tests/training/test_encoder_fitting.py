"""Tests of fitting the encoder on gold: what is held out calibrates it, and shares are learned when asked for."""

import os
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from benchmarks.small_encoder import write_small_encoder
from models.encoder_optimizer import LearningConfig
from models.encoder_training import TrainingConfig
from training.encoder_fitting import EncoderConfig, fit_encoder_stances
from training.gold import Gold

FAST = LearningConfig(learning_rate=3e-3, head_learning_rate=3e-3)


@pytest.fixture(scope="module")
def config(demo_gold: Gold, tmp_path_factory: pytest.TempPathFactory) -> EncoderConfig:
    folder: Path = write_small_encoder(tmp_path_factory.mktemp("encoder"), demo_gold.texts)
    return EncoderConfig(folder, TrainingConfig(n_epochs=30, patience=30, n_targets=8, learning=FAST), n_parts=4)


def test_what_gives_the_stance_away_is_learned(demo_gold: Gold, config: EncoderConfig) -> None:
    model = fit_encoder_stances(demo_gold, config)
    proba = model.predict_proba(demo_gold.questions)
    assert (model.choose(proba) == demo_gold.stances).mean() > 0.9
    assert model.calibration_[0] != 1.0


def test_shares_are_learned_only_when_asked_for(demo_gold: Gold, config: EncoderConfig) -> None:
    even = {actor: {"critical": 1.0, "neutral": 1.0, "supportive": 1.0} for actor in ("china", "japan")}
    doubted = Gold(demo_gold.codebook, [replace(item, stance_shares=even) for item in demo_gold.articles])
    spreads = [
        np.ptp(fit_encoder_stances(doubted, replace(config, soft=soft)).decision_function(doubted.questions), axis=1)
        for soft in (True, False)
    ]
    assert spreads[0].mean() < 0.5 < spreads[1].mean()
