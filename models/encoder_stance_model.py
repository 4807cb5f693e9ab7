"""The encoder's stance model: the network behind `EncoderStances`, and how it learns from targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from models.calibration import Floats
from models.encoder import Encoder
from models.encoder_checkpoint import CheckpointFolder
from models.encoder_network import EncoderNetwork
from models.encoder_processor import Processor, this_processor
from models.encoder_progress import Observer, unobserved
from models.encoder_source import EncoderSource
from models.encoder_stance import EncoderStances, by_scene
from models.encoder_torch import TorchRuntime
from models.encoder_training import Lesson, Trainer, TrainingConfig
from models.passages import Passage, PassageConfig, passages
from models.stance_model import TargetInText

_MOST_ERROR = 0.5
"""The standard error of a share that is observed once, at most; of n observations, that over the root of n."""


@dataclass(frozen=True)
class HeldOut:
    """Questions that are not learned from, with their answers: they say when to stop."""

    questions: Sequence[TargetInText]
    stances: NDArray[np.int64]


class EncoderStanceModel(EncoderStances):
    """Stances whose network can be trained; as long as it is, it answers with the weights it has at the time."""

    def __init__(
        self,
        source: EncoderSource,
        n_stances: int,
        *,
        config: TrainingConfig | None = None,
        passages: PassageConfig | None = None,
        processor: Processor | None = None,
    ) -> None:
        """Take the encoder that is to be trained; it is changed by `fit`."""
        self.config, self.processor = config or TrainingConfig(), processor or this_processor()
        torch.manual_seed(self.config.seed)
        self.network = EncoderNetwork(source.encoder, n_stances=n_stances).to(self.processor.device)
        self.network.eval()
        runtime = TorchRuntime(self.network, self.processor)
        super().__init__(Encoder(source.tokenizer, runtime, passages), n_stances)

    def fit(
        self,
        questions: Sequence[TargetInText],
        shares: Floats,
        held_out: HeldOut,
        *,
        observer: Observer = unobserved,
        checkpoints: CheckpointFolder | None = None,
    ) -> Self:
        """Learn from targets and the shares of the stances toward each, (n_questions, n_stances), rows sum to 1."""
        asked = by_scene(questions)
        read: list[list[Passage]] = [[] for _ in asked.scenes]
        for passage in passages(asked.scenes, asked.targets, self.encoder.tokenizer, self.encoder.passages):
            read[passage.scene].append(passage)
        lessons = [Lesson(found, shares[rows]) for found, rows in zip(read, asked.rows, strict=True)]
        leeway = _MOST_ERROR / max(len(held_out.stances), 1) ** 0.5
        trainer = Trainer(self.network, lessons, self.config, self.processor, leeway=leeway)
        trainer.run(lambda: self._macro_f1(held_out), observer=observer, checkpoints=checkpoints)
        return self

    def _macro_f1(self, held_out: HeldOut) -> float:
        called = self.decision_function(held_out.questions).argmax(axis=1)
        hits = np.bincount(called[called == held_out.stances], minlength=self.n_stances)
        sizes = np.bincount(called, minlength=self.n_stances) + np.bincount(held_out.stances, minlength=self.n_stances)
        return float(np.mean(2 * hits / np.maximum(sizes, 1)))
