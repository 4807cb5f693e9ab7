"""Tests of the optimiser: how fast each layer learns, and how the rates rise and fall."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from torch import Tensor

from benchmarks.small_encoder import write_small_encoder
from models.encoder_network import EncoderNetwork
from models.encoder_optimizer import LearningConfig, Optimiser
from models.encoder_source import read_encoder

CONFIG = LearningConfig(learning_rate=0.1, head_learning_rate=1.0, layer_decay=0.5, warm_up=0.5, average=0.9)


@pytest.fixture
def network(tmp_path: Path) -> EncoderNetwork:
    return EncoderNetwork(read_encoder(write_small_encoder(tmp_path / "encoder", ["a"])).encoder, n_stances=3)


def total(network: EncoderNetwork) -> Tensor:
    return sum((weight.sum() for weight in network.parameters() if weight.requires_grad), start=Tensor([0.0]))


def moved(network: EncoderNetwork, optimiser: Optimiser, name: str) -> float:
    """Return how far the first number of a weight moves in a step against a slope of one."""
    before = optimiser.weights[name].flatten()[0].item()
    total(network).backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return before - optimiser.weights[name].flatten()[0].item()


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("stances.output.bias", 1.0),
        ("encoder.encoder.layer.1.output.dense.bias", 0.1),
        ("encoder.encoder.layer.0.output.dense.bias", 0.05),
        ("encoder.embeddings.LayerNorm.bias", 0.025),
    ],
)
def test_each_layer_learns_at_its_own_rate(name: str, rate: float, network: EncoderNetwork) -> None:
    optimiser = Optimiser(network, CONFIG, n_steps=2)  # warm-up is over in the first step
    assert moved(network, optimiser, name) == pytest.approx(rate, rel=1e-3)


def test_rates_rise_and_then_fall_to_nothing(network: EncoderNetwork) -> None:
    optimiser = Optimiser(network, CONFIG, n_steps=8)
    found = [moved(network, optimiser, "stances.output.bias") for _ in range(9)]
    assert found == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0], rel=1e-2, abs=1e-6)


def test_the_average_follows_the_weights_and_is_held_only_for_a_while(network: EncoderNetwork) -> None:
    optimiser = Optimiser(network, CONFIG, n_steps=8)
    bias = optimiser.weights["stances.output.bias"]
    first = bias[0].item()
    moved(network, optimiser, "stances.output.bias")
    last = bias[0].item()
    with optimiser.averaged():
        assert last < bias[0].item() < first
    assert bias[0].item() == last
