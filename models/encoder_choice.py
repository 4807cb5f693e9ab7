"""The choice of a runtime: what can compute an encoder here, measured, and the quickest of it taken."""

import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np

from models.encoder_onnx import OnnxRuntime
from models.encoder_runtime import EncoderRuntime
from models.kept_files import KeptFiles
from models.passage_batch import PassageBatch, passage_batch
from models.passages import Passage, Place
from models.processors import n_processors
from standpoint.errors import ModelFolderError

GRAPH, SMALL_GRAPH, NETWORK, CONFIG = "encoder.onnx", "encoder-int8.onnx", "network.safetensors", "config.json"
"""The files a runtime is made of: the graph, the graph in 8 bits, and for torch weights and configuration."""

TORCH, EXACT, SMALL = "torch", "onnx-fp32", "onnx-int8"
GRAPHS = {EXACT: GRAPH, SMALL: SMALL_GRAPH}
"""The runtimes that need a graph alone, and which."""

_N_TRIALS = 3
_N_TOKENS, _N_PASSAGES = 256, 4
"""About as many tokens as an article has, in windows of 254. Fewer flatter runtimes that are slow on articles."""


def choose_runtime(
    files: KeptFiles,
    settings: Mapping[str, Any],
    *,
    wanted: str | None = None,
    n_threads: int | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> EncoderRuntime:
    """Return the quickest runtime of those that can be had here, timed on a batch of made-up passages.

    Args:
        files: those of the model.
        settings: the model's, with `padding`, `n_stances`, and in `runtimes` which may be used.
        wanted: take this one, by the name it calls itself, and measure nothing.
        n_threads: how many threads it may use; None: as many as this process has processors.
        clock: says the time in seconds.

    Raises:
        ModelFolderError: the one that is wanted cannot be had, or a file is not valid.
    """
    n_threads = n_threads or n_processors()
    if wanted is not None:
        return _made(wanted, files, settings, n_threads)
    names = list(_possible(files, settings))
    if len(names) == 1:
        return _made(names[0], files, settings, n_threads)
    batch = _made_up(settings["padding"])
    best, quickest = None, np.inf
    for name in names:
        runtime = _made(name, files, settings, n_threads)
        seconds = _seconds(runtime, batch, clock)
        if seconds < quickest:
            best, quickest = runtime, seconds
    if best is None:
        raise ModelFolderError("the model names no runtime that can be had here. Train anew.")
    return best


def _possible(files: KeptFiles, settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the runtimes that the model allows and that may be quick here."""
    for name, file in GRAPHS.items():
        if file in files and settings["runtimes"][name]["allowed"]:
            yield name
    if NETWORK in files and find_spec("torch") and find_spec("transformers"):
        from models.encoder_processor import this_processor

        if this_processor().has_bf16:
            yield TORCH


def _made(name: str, files: KeptFiles, settings: Mapping[str, Any], n_threads: int) -> EncoderRuntime:
    if name.startswith(TORCH) and NETWORK in files:
        return _made_with_torch(name, files, settings, n_threads)
    file = GRAPHS.get(name)
    if file is None or file not in files:
        raise ModelFolderError(f"runtime '{name}' is not among those of the model: {', '.join(settings['runtimes'])}.")
    return OnnxRuntime(files.read(file), name=name, padding=settings["padding"], n_threads=n_threads)


def _made_with_torch(name: str, files: KeptFiles, settings: Mapping[str, Any], n_threads: int) -> EncoderRuntime:
    from models.encoder_restore import restored_runtime

    weights, config = files.read(NETWORK), files.read(CONFIG)
    runtime = restored_runtime(weights, config, n_stances=settings["n_stances"], n_threads=n_threads)
    if name not in (TORCH, runtime.name):
        raise ModelFolderError(
            f"runtime '{name}' cannot be had here, where torch is '{runtime.name}'. Use its machine."
        )
    return runtime


def _seconds(runtime: EncoderRuntime, batch: PassageBatch, clock: Callable[[], float]) -> float:
    """Return the shortest time of a few runs after one that is not counted."""
    runtime.run(batch)
    times = []
    for _ in range(_N_TRIALS):
        start = clock()
        runtime.run(batch)
        times.append(clock() - start)
    return min(times)


def _made_up(padding: int) -> PassageBatch:
    """Return passages whose tokens mean nothing; how long they take does not depend on that."""
    ids = np.full(_N_TOKENS, padding, dtype=np.int64)
    place = Place(0, np.array([3]), (1, 30))
    sentences = np.arange(_N_TOKENS - 2) // 30
    marks = np.zeros(_N_TOKENS, dtype=np.int64)
    passage = Passage(0, ids, marks.astype(bool), marks, (1, _N_TOKENS - 1), sentences, [place])
    return passage_batch([passage] * _N_PASSAGES, padding=padding)
