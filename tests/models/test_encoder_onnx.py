"""Tests of the exported graph: it computes what torch does for batches of any shape, in 8 bits nearly so."""

import logging
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

import torch

import models.encoder_export
from benchmarks.small_encoder import write_small_encoder
from models.encoder_export import export_network, quantise
from models.encoder_network import EncoderNetwork
from models.encoder_onnx import OnnxRuntime
from models.encoder_processor import Processor
from models.encoder_source import encoder_of, read_encoder
from models.encoder_tokens import EncoderTokenizer
from models.encoder_torch import TorchRuntime
from models.passage_batch import PassageBatch, passage_batch
from models.passages import PassageConfig, passages
from models.targets import Scene, Target
from standpoint.errors import ModelFolderError
from standpoint.sentences import sentences

SHORT = "Japan kept its word."
MIXED = "China praised Japan. 中国批评日本。 Japan met reporters in Texas."
LONG = " ".join([MIXED, "The costly plan to build mines in Texas without any water collapsed."] * 8)
NAMED = ("Japan", "中国", "China")

BATCHES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "one passage, one place": ((SHORT,), ("Japan",)),
    "one passage, no place": ((SHORT,), ()),
    "several passages, no place": ((SHORT, MIXED, LONG), ()),
    "one place among many passages": ((SHORT, "It rained.", "Prices fell."), ("Japan",)),
    "unlike lengths": ((SHORT, LONG, MIXED), NAMED),
    "a name beside the text": ((SHORT, MIXED), ("Lynas", "Japan")),
    "a target without a name": ((SHORT, MIXED), ("",)),
    "no text": (("",), ()),
    "no text, asked all the same": (("",), ("Lynas",)),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_encoder(tmp_path_factory.mktemp("encoder"), [LONG, "Lynas", SHORT], width=64, n_layers=4)


@pytest.fixture(scope="module")
def network(source: Path) -> EncoderNetwork:
    """Make a network in which nothing is zero, as it is after training."""
    network = EncoderNetwork(read_encoder(source).encoder, n_stances=3)
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
    return network.eval()


@pytest.fixture(scope="module")
def graph(network: EncoderNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph")
    export_network(network, folder / "encoder.onnx")
    quantise(folder / "encoder.onnx", folder / "small.onnx")
    return folder / "encoder.onnx"


def batch_of(texts: Sequence[str], names: Sequence[str], tokenizer: EncoderTokenizer) -> PassageBatch:
    """Return one batch that asks every text of every name; an empty name is a target without one."""
    scenes = [Scene(text, tuple(sentences(text)), tuple(found(text, NAMED))) for text in texts]
    targets = [[Target(name, (name,) if name else (), tuple(found(text, [name]))) for name in names] for text in texts]
    return passage_batch(passages(scenes, targets, tokenizer, PassageConfig(size=60, overlap=16)), padding=0)


def found(text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    named = [(start, start + len(name)) for name in names if name for start in range(len(text))]
    return sorted((start, end) for start, end in named if text[start:end] in names)


@pytest.mark.parametrize("name", BATCHES)
def test_the_graph_computes_what_torch_does(name: str, source: Path, network: EncoderNetwork, graph: Path) -> None:
    batch = batch_of(*BATCHES[name], read_encoder(source).tokenizer)
    exact = TorchRuntime(network, Processor(torch.device("cpu"), has_bf16=False)).run(batch)
    answers = OnnxRuntime(graph.read_bytes(), name="exact", padding=0, n_threads=1).run(batch)
    assert answers.places.shape == (len(batch.owners), 4) == exact.places.shape
    assert answers.sums.shape == (*batch.pooling.shape[:2], 3, 64)
    assert np.abs(answers.places - exact.places).max(initial=0) < 1e-4
    assert np.abs(answers.sums - exact.sums).max() < 1e-4


def test_an_encoder_of_any_width_is_read(tmp_path: Path) -> None:
    source = read_encoder(write_small_encoder(tmp_path, [SHORT], width=250))
    network = EncoderNetwork(source.encoder, n_stances=3).eval()
    runtime = TorchRuntime(network, Processor(torch.device("cpu"), has_bf16=False))
    assert runtime.run(batch_of((SHORT,), ("Japan",), source.tokenizer)).places.shape == (1, 4)


def test_in_eight_bits_it_is_close_and_smaller(source: Path, network: EncoderNetwork, graph: Path) -> None:
    small = graph.with_name("small.onnx")
    batch = batch_of(*BATCHES["unlike lengths"], read_encoder(source).tokenizer)
    exact, close = (
        OnnxRuntime(path.read_bytes(), name="x", padding=0, n_threads=1).run(batch) for path in (graph, small)
    )
    assert 0 < np.abs(close.places - exact.places).max() < 0.1 * np.ptp(exact.places)
    assert small.stat().st_size < graph.stat().st_size


def test_what_is_read_beside_does_not_change_an_answer(source: Path, graph: Path) -> None:
    runtime, tokenizer = OnnxRuntime(graph.read_bytes(), name="exact", padding=0), read_encoder(source).tokenizer
    alone, among = (runtime.run(batch_of(texts, ["Japan"], tokenizer)) for texts in ((SHORT,), (SHORT, LONG)))
    assert np.abs(alone.places[0] - among.places[0]).max() < 1e-4
    assert np.abs(alone.sums[0] - among.sums[0, :1]).max() < 1e-4


@pytest.mark.parametrize("content", [b"", b"no graph", b"\x08\x07\x12\x00"])
def test_what_is_no_graph_is_told(content: bytes) -> None:
    with pytest.raises(ModelFolderError, match="onnx-int8: is not a graph that can be computed.*Train anew"):
        OnnxRuntime(content, name="onnx-int8", padding=0)


def test_a_graph_that_is_cut_off_is_told(graph: Path) -> None:
    content = graph.read_bytes()
    with pytest.raises(ModelFolderError, match="is not a graph that can be computed"):
        OnnxRuntime(content[: len(content) // 2], name="exact", padding=0)


def test_an_encoder_too_large_for_one_graph_is_told(
    network: EncoderNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.encoder_export, "_MOST_BYTES", 1000)
    with pytest.raises(ModelFolderError, match="GB cannot be written as one graph. Train a smaller encoder"):
        export_network(network, tmp_path / "encoder.onnx")
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_cannot_be_exported_is_told_by_its_kind(
    network: EncoderNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise torch.onnx.OnnxExporterError("a page of advice")

    monkeypatch.setattr(torch.onnx, "export", refuse)
    with pytest.raises(ModelFolderError, match="of the kind 'bert' cannot be written as a graph. Train one of another"):
        export_network(network, tmp_path / "encoder.onnx")


def test_an_encoder_whose_words_are_narrower_than_its_layers_is_marked_too(source: Path) -> None:
    size = {"vocab_size": 100, "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 32}
    narrow = EncoderNetwork(encoder_of({"model_type": "electra", "embedding_size": 16, **size}), n_stances=3).eval()
    batch = batch_of(*BATCHES["one passage, one place"], read_encoder(source).tokenizer)
    answers = TorchRuntime(narrow, Processor(torch.device("cpu"), has_bf16=False)).run(batch)
    assert (answers.places.shape, answers.sums.shape) == ((1, 4), (1, 1, 3, 32))


def test_exporting_leaves_the_network_as_it_was_and_says_nothing(
    network: EncoderNetwork, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    export_network(network, tmp_path / "encoder.onnx")
    quantise(tmp_path / "encoder.onnx", tmp_path / "small.onnx")
    assert all(weight.equal(before[name]) for name, weight in network.state_dict().items())
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert (*capfd.readouterr(), warned) == ("", "", [])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["encoder.onnx", "small.onnx"]
