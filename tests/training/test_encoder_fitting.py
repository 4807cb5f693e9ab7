"""Tests of fitting the encoder on gold: what is held out calibrates it, and shares are learned when asked for."""

import os
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from benchmarks.small_encoder import write_small_encoder
from models.encoder_optimizer import LearningConfig
from models.encoder_training import TrainingConfig
from standpoint.codebook import Codebook, Example, Frame, Rules, Words
from standpoint.errors import TrainingError
from training.encoder_fitting import EncoderConfig, defining_sentences, fit_encoder, fit_encoder_stances, held_out_part
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


def without(gold: Gold, *, frames: bool = False, stances: bool = False) -> Gold:
    """Return the gold without answers for frames or for stances."""
    changes: dict[str, Any] = {"frames": frozenset()} if frames else {}
    changes |= {"targets": (), "stances": ()} if stances else {}
    return Gold(gold.codebook, [replace(item, **changes) for item in gold.articles])


def test_frames_are_learned_without_stances(demo_gold: Gold, config: EncoderConfig) -> None:
    found = fit_encoder(without(demo_gold, stances=True), config)
    answers = found.model.answer([item.asked for item in demo_gold.articles])
    assert answers.stances is None
    assert answers.frames is not None
    assert (answers.frames.present == demo_gold.present).all()


def test_stances_are_learned_without_frames(demo_gold: Gold, config: EncoderConfig) -> None:
    brief = replace(config, training=replace(config.training, n_epochs=1))
    found = fit_encoder(without(demo_gold, frames=True), brief)
    assert (found.model.reads_stances, found.model.frames, found.notes) == (True, None, ())


def test_gold_that_nothing_can_be_learned_from_is_refused(demo_gold: Gold, config: EncoderConfig) -> None:
    with pytest.raises(
        TrainingError, match="from 40 articles: no frame is .* there are 0 stances where 12 of at least"
    ):
        fit_encoder(without(demo_gold, frames=True, stances=True), config)


def test_stances_that_are_all_held_out_are_told(demo_gold: Gold, config: EncoderConfig) -> None:
    held = set(held_out_part(demo_gold, config)[1].tolist())
    items = [
        item if number in held else replace(item, targets=(), stances=())
        for number, item in enumerate(demo_gold.articles)
    ]
    with pytest.raises(TrainingError, match="all .* stances are in the 10 stories that say when to stop. Annotate"):
        fit_encoder_stances(Gold(demo_gold.codebook, items), config)


def test_a_codebook_says_what_its_frames_are_in_sentences_of_both_languages() -> None:
    shown = (Example("en", "positive", True, "The plan collapsed."), Example("en", "negative", False, "The plan held."))
    frame = Frame("failure", Words("Failure", "失败"), Words("It fails.", ""), Rules(("Costs rise.",)), examples=shown)
    codebook = Codebook("demo", Words("Demo", "示例"), frames=(frame, replace(frame, id="again")))
    assert defining_sentences(codebook) == ["Failure", "失败", "It fails.", "Costs rise.", "The plan collapsed."]
