"""The runtime that computes an exported network with onnxruntime: no torch is needed."""

from dataclasses import fields

import numpy as np
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

from models.encoder_runtime import BatchAnswers, EncoderRuntime
from models.passage_batch import THE_TARGET, PassageBatch
from standpoint.errors import ModelFolderError


class OnnxRuntime(EncoderRuntime):
    """Computes with a graph that `models.encoder_export` wrote, on as many threads as there are processors."""

    def __init__(self, graph: bytes, *, name: str, padding: int, n_threads: int = 0) -> None:
        """Read a graph; 0 threads are as many as there are processors.

        Raises:
            ModelFolderError: it is not a graph.
        """
        options = SessionOptions()
        options.intra_op_num_threads = n_threads
        options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        try:
            self._session = InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the library's own errors have no common class
            raise ModelFolderError(f"{name}: is not a graph that can be computed ({error}). Train anew.") from error
        self.name, self.padding = name, padding

    def run(self, batch: PassageBatch) -> BatchAnswers:
        """Answer a batch, which may have no places."""
        asked = batch if len(batch.owners) else _with_a_place(batch)
        inputs = {field.name: getattr(asked, field.name) for field in fields(asked)}
        places, sums = self._session.run(None, inputs)
        return BatchAnswers(places[: len(batch.owners)], sums)


def _with_a_place(batch: PassageBatch) -> PassageBatch:
    """Return a batch with one place at the first token of the first passage: a graph needs one."""
    arrays = {field.name: getattr(batch, field.name) for field in fields(batch)}
    one = np.zeros((1, 1), dtype=np.int64)
    owners, place = np.zeros(1, dtype=np.int64), {"near": one, "roles": one + THE_TARGET, "offsets": one}
    return PassageBatch(**{**arrays, **place, "owners": owners, "is_near": np.ones((1, 1), dtype=bool)})
