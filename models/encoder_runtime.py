"""The runtime: what computes an encoder's answers for a batch of passages, with whatever library and precision."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.passage_batch import PassageBatch

Arrays32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BatchAnswers:
    """What an encoder says of a batch.

    `places` (n_places, 1 + n_stances) holds each place's say and its score for each stance; `sums`
    (n_passages, n_sentences, n_layers, width) the states of the tokens of each sentence, summed.
    """

    places: Arrays32
    sums: Arrays32


class EncoderRuntime(ABC):
    """Computes the answers of one encoder; `padding` is the number of its padding token."""

    name: str
    padding: int

    @abstractmethod
    def run(self, batch: PassageBatch) -> BatchAnswers:
        """Answer a batch, which may have no places."""
