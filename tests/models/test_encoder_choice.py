"""Tests of choosing a runtime: the quickest that the model allows and this machine can compute, by the clock."""

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

import torch

import models.encoder_choice
import models.encoder_processor
import models.encoder_restore
from models.encoder_choice import CONFIG, EXACT, GRAPH, NETWORK, SMALL, SMALL_GRAPH, TORCH, choose_runtime
from models.encoder_news_model import EncoderNewsModel
from models.encoder_processor import Processor
from models.encoder_runtime import BatchAnswers, EncoderRuntime
from models.kept_files import KeptFiles
from models.passage_batch import PassageBatch
from models.processors import n_processors
from standpoint.errors import ModelFolderError

NOTHING = np.zeros((0, 4), dtype=np.float32)


class Machine:
    """A made-up machine: the seconds that a pass takes by runtime, those that one pass takes more, and what was run."""

    def __init__(self) -> None:
        self.seconds = {EXACT: 3.0, SMALL: 2.0, TORCH: 1.0}
        self.hitches: dict[tuple[str, int], float] = {}
        self.time = 0.0
        self.made: list[tuple[str, int]] = []
        self.runs: list[str] = []

    def clock(self) -> float:
        """Say the time."""
        return self.time

    def runtime(self, name: str, n_threads: int) -> EncoderRuntime:
        """Return a runtime, and note that it was asked for."""
        self.made.append((name, n_threads))
        return Paced(self, name)


class Paced(EncoderRuntime):
    """Computes nothing, at the pace of the machine."""

    def __init__(self, machine: Machine, name: str) -> None:
        self.machine, self.name, self.padding = machine, name, 0

    def run(self, batch: PassageBatch) -> BatchAnswers:
        """Let time pass."""
        number = self.machine.runs.count(self.name)
        self.machine.time += self.machine.seconds[self.name] + self.machine.hitches.get((self.name, number), 0.0)
        self.machine.runs.append(self.name)
        return BatchAnswers(NOTHING, NOTHING)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Let every runtime be a made-up one, on a processor that computes bf16."""
    machine = Machine()

    def onnx(graph: bytes, *, name: str, padding: int, n_threads: int) -> EncoderRuntime:
        assert graph.decode() == {EXACT: GRAPH, SMALL: SMALL_GRAPH}[name]
        return machine.runtime(name, n_threads)

    def restored(weights: bytes, config: bytes, *, n_stances: int, n_threads: int) -> EncoderRuntime:
        assert (weights.decode(), config.decode(), n_stances) == (NETWORK, CONFIG, 3)
        return machine.runtime(TORCH, n_threads)

    monkeypatch.setattr(models.encoder_choice, "OnnxRuntime", onnx)
    monkeypatch.setattr(models.encoder_restore, "restored_runtime", restored)
    on_processor(monkeypatch, has_bf16=True)
    return machine


def on_processor(monkeypatch: pytest.MonkeyPatch, *, has_bf16: bool) -> None:
    processor = Processor(torch.device("cpu"), has_bf16)
    monkeypatch.setattr(models.encoder_processor, "this_processor", lambda: processor)


@pytest.fixture
def files(tmp_path: Path) -> KeptFiles:
    return kept(tmp_path, GRAPH, SMALL_GRAPH, NETWORK, CONFIG)


def kept(folder: Path, *names: str) -> KeptFiles:
    """Keep files that hold their own names."""
    for name in names:
        (folder / name).write_text(name)
    return KeptFiles.of(folder)


def settings(*allowed: str) -> dict[str, object]:
    runtimes = {name: {"allowed": name in allowed} for name in (EXACT, SMALL, TORCH)}
    return {"padding": 0, "n_stances": 3, "runtimes": runtimes}


ALL = settings(EXACT, SMALL, TORCH)


@pytest.mark.parametrize("quickest", [EXACT, SMALL, TORCH])
def test_the_quickest_is_taken(machine: Machine, files: KeptFiles, quickest: str) -> None:
    machine.seconds[quickest] = 0.5
    assert choose_runtime(files, ALL, clock=machine.clock).name == quickest
    assert set(machine.runs) == {EXACT, SMALL, TORCH}


@pytest.mark.parametrize("slow", [[0], [1], [0, 1, 2]])
def test_slow_runs_do_not_count_beside_a_quick_one(machine: Machine, files: KeptFiles, slow: list[int]) -> None:
    machine.hitches = {(TORCH, number): 100.0 for number in slow}
    assert choose_runtime(files, ALL, clock=machine.clock).name == TORCH


def test_what_costs_too_much_is_never_taken_nor_measured(machine: Machine, files: KeptFiles) -> None:
    machine.seconds[SMALL] = 0.1
    assert choose_runtime(files, settings(EXACT, TORCH), clock=machine.clock).name == TORCH
    assert SMALL not in [name for name, _ in machine.made]


def test_the_one_that_is_wanted_is_taken_without_measuring(machine: Machine, files: KeptFiles) -> None:
    for name in (EXACT, SMALL, TORCH):
        assert choose_runtime(files, ALL, wanted=name, clock=machine.clock).name == name
    assert machine.runs == []


def test_one_that_calls_itself_by_a_longer_name_is_taken_by_that_and_no_other(
    demo_encoder: EncoderNewsModel,
) -> None:
    assert demo_encoder.package is not None
    found = demo_encoder.package.files, demo_encoder.package.settings
    name = choose_runtime(*found, wanted=TORCH).name
    assert name.startswith("torch-")
    assert choose_runtime(*found, wanted=name).name == name
    with pytest.raises(ModelFolderError, match=f"'torch-cuda-fp8' cannot be had here, where torch is '{name}'"):
        choose_runtime(*found, wanted="torch-cuda-fp8")


@pytest.mark.parametrize("wanted", [SMALL, TORCH, "tensorrt"])
def test_one_that_cannot_be_had_is_told_with_those_there_are(machine: Machine, tmp_path: Path, wanted: str) -> None:
    words = f"runtime '{wanted}' is not among those of the model: onnx-fp32, onnx-int8, torch"
    with pytest.raises(ModelFolderError, match=words):
        choose_runtime(kept(tmp_path, GRAPH), ALL, wanted=wanted)
    assert machine.made == []


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_without_torch_a_graph_is_computed(
    machine: Machine, files: KeptFiles, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.encoder_choice, "find_spec", lambda name: None if name == missing else find_spec(name))
    assert choose_runtime(files, ALL, clock=machine.clock).name == SMALL
    assert TORCH not in machine.runs


def test_torch_is_not_tried_where_bf16_is_not_fast(
    machine: Machine, files: KeptFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_processor(monkeypatch, has_bf16=False)
    assert choose_runtime(files, ALL, clock=machine.clock).name == SMALL
    assert TORCH not in machine.runs


def test_the_only_one_is_not_measured(machine: Machine, tmp_path: Path) -> None:
    assert choose_runtime(kept(tmp_path, GRAPH), ALL, clock=machine.clock).name == EXACT
    assert machine.runs == []


def test_where_there_is_none_the_next_step_is_named(machine: Machine, tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match="names no runtime that can be had here. Train anew"):
        choose_runtime(kept(tmp_path, "other"), ALL, clock=machine.clock)


def test_threads_are_as_many_as_are_given_or_as_there_are_processors(machine: Machine, files: KeptFiles) -> None:
    for n_threads in (3, None):
        choose_runtime(files, ALL, n_threads=n_threads, clock=machine.clock)
    assert [n for _, n in machine.made] == [3] * 3 + [n_processors()] * 3


def test_a_model_of_few_words_is_measured_too(demo_encoder: EncoderNewsModel) -> None:
    assert demo_encoder.package is not None
    package = demo_encoder.package
    assert choose_runtime(package.files, package.settings).name in (EXACT, SMALL, "torch-cpu-bf16", "torch-cuda-bf16")
