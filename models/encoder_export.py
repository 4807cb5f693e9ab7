"""The export: a trained network, encoder and head in one, as an ONNX graph, also with weights of 8 bits."""

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from models.encoder_network import EncoderNetwork, TensorBatch, tensors
from models.passage_batch import passage_batch
from models.passages import Passage, Place
from standpoint.errors import ModelFolderError

INPUTS = tuple(TensorBatch.__dataclass_fields__)
OUTPUTS = ("places", "sums")

_MOST_BYTES = 1_900_000_000
"""What a graph in one file may hold."""


def export_network(network: EncoderNetwork, path: Path) -> None:
    """Write a network as an ONNX graph of the arrays of a `PassageBatch`, whatever the sizes of a batch.

    Raises:
        ModelFolderError: the network is too large for a graph in one file, or is none that can be exported.
    """
    size = sum(weight.numel() * 4 for weight in network.parameters())
    if size > _MOST_BYTES:
        raise ModelFolderError(
            f"{path}: an encoder of {size / 1e9:.1f} GB cannot be written as one graph. Train a smaller encoder."
        )
    with _in_silence():
        program = _program(network, path)
        _forget_origin(program.model.graph)
        program.save(path, external_data=False)


def quantise(graph: Path, path: Path) -> None:
    """Write a graph with the weights of its matrix products in 8 bits, a scale each channel; embeddings stay exact.

    With the embeddings in 8 bits too, macro-F1 of stance on a part of NewsMTSC fell by 0.6 points; so it does not.
    """
    with _in_silence():
        quantize_dynamic(
            graph, path, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True, weight_type=QuantType.QInt8
        )


def _program(network: EncoderNetwork, path: Path) -> torch.onnx.ONNXProgram:
    try:
        program = torch.onnx.export(
            _Answers(copy.deepcopy(network).cpu().float().eval()),
            _example(network.padding),
            dynamo=True,
            verbose=False,
            input_names=INPUTS,
            output_names=OUTPUTS,
            dynamic_shapes=_shapes(),
        )
    except torch.onnx.OnnxExporterError as error:
        kind = network.encoder.config.model_type
        raise ModelFolderError(
            f"{path}: an encoder of the kind '{kind}' cannot be written as a graph. Train one of another kind."
        ) from error
    return cast(torch.onnx.ONNXProgram, program)  # None is for exporters that write the file themselves


def _forget_origin(graph: Any) -> None:  # noqa: ANN401 - of a library that torch brings
    """Remove which lines of code, in which folders of this machine, each part of a graph comes from."""
    graph.metadata_props.clear()
    values = [*graph.inputs, *graph.initializers.values()]
    for node in graph.all_nodes():
        node.metadata_props.clear()
        values += node.outputs
    for value in values:
        value.metadata_props.clear()


class _Answers(nn.Module):
    """The network with the arrays of a batch as its inputs, in the order of `INPUTS`."""

    def __init__(self, network: EncoderNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, *arrays: Tensor) -> tuple[Tensor, Tensor]:
        return self.network.answers(TensorBatch(*arrays))


def _example(padding: int) -> tuple[Tensor, ...]:
    """Return the arrays of a small batch; no two of its sizes are alike, and none is 1."""
    long, short = (
        Passage(
            scene=0,
            ids=torch.arange(length).numpy(),
            actors=(torch.arange(length) % 3 == 0).numpy(),
            tones=(torch.arange(length) % 5).numpy(),
            own=(1, length - 1),
            sentences=(torch.arange(length - 2) // 4).numpy(),
            places=[Place(0, torch.arange(first, first + 2).numpy(), (1, 6)) for first in (1, 2)],
        )
        for length in (16, 14)
    )
    batch = tensors(passage_batch([long, short], padding=padding), torch.device("cpu"))
    return tuple(getattr(batch, name) for name in INPUTS)


def _shapes() -> tuple[tuple[dict[int, torch.export.Dim], ...]]:
    """Return which sizes may vary, by input."""
    sizes = {name: torch.export.Dim(name, min=1, max=1 << 20) for name in ("passages", "sentences", "places", "near")}
    sizes["tokens"] = torch.export.Dim("tokens", min=2, max=1 << 14)
    by_input = {
        "pooling": ("passages", "sentences", "tokens"),
        "owners": ("places",),
        **dict.fromkeys(("ids", "is_text", "actors", "tones"), ("passages", "tokens")),
        **dict.fromkeys(("near", "is_near", "roles", "offsets"), ("places", "near")),
    }
    return (tuple({axis: sizes[size] for axis, size in enumerate(by_input[name])} for name in INPUTS),)


@contextmanager
def _in_silence() -> Iterator[None]:
    """Keep the exporters from warning of their own workings."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
