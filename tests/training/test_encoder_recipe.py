"""Tests of the encoder's recipe: what it records, what each runtime costs, and what is not kept for that."""

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

import onnx
from onnx import numpy_helper

import training.encoder_recipe
from models.canaries import canary_articles
from models.encoder import Encoder
from models.encoder_checkpoint import CheckpointFolder
from models.encoder_choice import CONFIG, EXACT, GRAPH, NETWORK, SMALL, SMALL_GRAPH, TORCH
from models.encoder_news_model import EncoderNewsModel
from models.encoder_onnx import OnnxRuntime
from models.encoder_tokens import TOKENIZER
from models.news_model import NewsModel
from standpoint.errors import TrainingError
from training.encoder_fitting import held_out_part, stances_of
from training.encoder_recipe import EncoderRecipe
from training.fitting import in_silence
from training.gold import Gold
from training.outcome import held_out


@pytest.fixture
def again(
    demo_encoder: EncoderNewsModel, demo_recipe: EncoderRecipe, monkeypatch: pytest.MonkeyPatch
) -> tuple[EncoderRecipe, EncoderNewsModel]:
    """Return a recipe that may finish the model of the corpus once more, and that model; its graph is not made anew."""
    assert demo_encoder.package is not None
    graph = demo_encoder.package.files.read(GRAPH)
    monkeypatch.setattr(training.encoder_recipe, "export_network", lambda _, path: path.write_bytes(graph))
    recipe = EncoderRecipe(demo_recipe.linear, demo_recipe.encoder)
    recipe._network = demo_recipe._network
    parts = {"frames": demo_encoder.frames, "stances": demo_encoder.stances}
    return recipe, EncoderNewsModel(demo_encoder.codebook, demo_encoder.encoder, **parts)  # type: ignore[arg-type]


def spoiled(graph: Path, path: Path) -> None:
    """Write a graph without what its head has learned, in place of one of 8 bits."""
    model = onnx.load(graph)
    for weight in model.graph.initializer:
        if "stances.output" in weight.name:
            weight.CopyFrom(numpy_helper.from_array(np.zeros(list(weight.dims), dtype=np.float32), weight.name))
    onnx.save(model, path)


def runtimes_of(model: EncoderNewsModel) -> Mapping[str, Mapping[str, object]]:
    assert model.package is not None
    runtimes: Mapping[str, Mapping[str, object]] = model.package.settings["runtimes"]
    return runtimes


def test_what_each_runtime_costs_is_recorded(demo_encoder: EncoderNewsModel, demo_gold: Gold) -> None:
    assert demo_encoder.package is not None
    settings = dict(demo_encoder.package.settings)
    assert (settings["source"], settings["padding"], settings["n_stances"]) == ("tiny", 0, 3)
    assert settings["files"] == sorted([TOKENIZER, GRAPH, SMALL_GRAPH, NETWORK, CONFIG])
    assert list(settings["runtimes"]) == [EXACT, SMALL, TORCH]
    for name, found in settings["runtimes"].items():
        assert (found["n_articles"], found["allowed"]) == (len(demo_gold) // 4, True), name
        assert set(found["macro_f1_lost"]) == {"frames", "stances"}
    assert settings["runtimes"][EXACT]["macro_f1_lost"] == {"frames": 0.0, "stances": 0.0}


def test_a_runtime_that_costs_too_much_is_not_kept(
    again: tuple[EncoderRecipe, EncoderNewsModel], demo_gold: Gold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.encoder_recipe, "quantise", spoiled)
    recipe, model = again
    tolerance = recipe.finish(model, demo_gold, progress=in_silence)
    found = runtimes_of(model)
    assert [found[name]["allowed"] for name in (EXACT, SMALL, TORCH)] == [True, False, True]
    assert found[SMALL]["macro_f1_lost"]["stances"] > 0.3  # type: ignore[index]
    assert model.package is not None
    assert SMALL_GRAPH not in model.package.files
    assert SMALL_GRAPH not in model.package.settings["files"]
    assert tolerance < 0.1


def test_a_larger_loss_may_be_allowed(
    again: tuple[EncoderRecipe, EncoderNewsModel], demo_gold: Gold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.encoder_recipe, "quantise", spoiled)
    monkeypatch.setattr(training.encoder_recipe, "MOST_LOSS", 1.0)
    recipe, model = again
    tolerance = recipe.finish(model, demo_gold, progress=in_silence)
    assert runtimes_of(model)[SMALL]["allowed"] is True
    assert tolerance > 0.5


def test_every_runtime_that_may_be_used_stays_within_the_tolerance(demo_encoder: EncoderNewsModel) -> None:
    assert demo_encoder.package is not None
    small = OnnxRuntime(demo_encoder.package.files.read(SMALL_GRAPH), name=SMALL, padding=0, n_threads=1)
    model = EncoderNewsModel(
        demo_encoder.codebook,
        encoder := Encoder(demo_encoder.encoder.tokenizer, small, demo_encoder.encoder.passages),
        frames=demo_encoder.frames,
        stances=stances_of(demo_encoder, encoder),
    )
    moved = np.abs(probabilities(model) - probabilities(demo_encoder)).max()
    assert 0 < 2 * moved <= demo_encoder.training["tolerance"] + 1e-9
    assert demo_encoder.training["tolerance"] >= 0.02


def probabilities(model: NewsModel) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    found = model.predict(canary_articles(model.codebook), evidence=False)
    frames = [frame.proba for item in found for frame in item.frames]
    return np.array([*frames, *(proba for item in found for one in item.stances for proba in one.proba.values())])


def test_the_model_answers_exactly_from_then_on(
    demo_encoder: EncoderNewsModel, demo_recipe: EncoderRecipe, demo_gold: Gold
) -> None:
    assert demo_encoder.encoder.runtime.name == EXACT
    assert demo_encoder.stances is not None
    assert demo_encoder.stances.encoder is demo_encoder.encoder
    outcome = held_out(demo_encoder, demo_gold, demo_gold.select(held_out_part(demo_gold, demo_recipe.encoder)[1]))
    assert outcome.stances is not None
    assert (outcome.stances.called == outcome.stances.truth).mean() > 0.9


def test_the_blend_is_told(demo_encoder: EncoderNewsModel, demo_recipe: EncoderRecipe) -> None:
    assert demo_encoder.frames is not None
    (note,) = demo_recipe.notes
    weight = demo_encoder.frames.blend.weight
    assert note.startswith(f"frames: the encoder has weight {weight:.1f} beside the linear model; together they save ")


def test_the_record_tells_this_recipe_from_others(demo_recipe: EncoderRecipe) -> None:
    first = demo_recipe.parameters()
    assert (first["model"], first["encoder"], first["trained"]) == ("encoder", "tiny", "all")
    config = demo_recipe.encoder
    learning = replace(config.training.learning, trained="head", learning_rate=1e-5, layer_decay=0.5, average=0.9)
    other = replace(config, name="other", soft=True, training=replace(config.training, seed=1, learning=learning))
    second = EncoderRecipe(demo_recipe.linear, other).parameters()
    changed = {"encoder", "soft", "seed", "trained", "learning_rate", "layer_decay", "average"}
    assert {name for name in first if first[name] != second[name]} == changed


def test_a_model_is_finished_by_the_recipe_that_fitted_it(
    demo_recipe: EncoderRecipe, demo_encoder: EncoderNewsModel, demo_model: NewsModel, demo_gold: Gold
) -> None:
    unused = EncoderRecipe(demo_recipe.linear, demo_recipe.encoder)
    for recipe, model in ((unused, demo_encoder), (demo_recipe, demo_model)):
        with pytest.raises(TrainingError, match="is finished by the recipe that fitted it. Fit it first"):
            recipe.finish(model, demo_gold, progress=in_silence)


def test_checkpoints_are_removed_when_the_model_is_recorded(demo_recipe: EncoderRecipe, tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path / "checkpoints")
    recipe = EncoderRecipe(demo_recipe.linear, replace(demo_recipe.encoder, checkpoints=folder))
    recipe.clean_up()
    folder.path.mkdir()
    for run in ("finished", "also-finished"):
        folder.place(run).touch()
    of_another = CheckpointFolder(folder.path).place("that-of-another-command")
    of_another.touch()
    recipe.clean_up()
    assert list(folder.path.iterdir()) == [of_another]
    of_another.unlink()
    recipe.clean_up()
    assert list(tmp_path.iterdir()) == []
    EncoderRecipe(demo_recipe.linear, demo_recipe.encoder).clean_up()
