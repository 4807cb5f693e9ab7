"""The encoder's stance model: one pass over a text answers for every target in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from models.calibration import Floats
from models.encoder_network import EncoderNetwork, pooled, tensors
from models.encoder_processor import Processor, this_processor
from models.encoder_source import EncoderSource
from models.encoder_training import Lesson, Observer, Trainer, TrainingConfig, unobserved
from models.passage_batch import batches, passage_batch
from models.passages import Numbers, Passage, PassageConfig, passages
from models.stance_model import StanceScorer, TargetInText
from models.targets import Scene, Target

N_TOKENS = 8192
"""How many tokens are read at once when nothing is learned."""


@dataclass(frozen=True)
class HeldOut:
    """Questions that are not learned from, with their answers: they say when to stop."""

    questions: Sequence[TargetInText]
    stances: NDArray[np.int64]


class EncoderStanceModel(StanceScorer):
    """Says which stance a text takes toward a target; the network's weights are learned."""

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
        self.tokenizer, self.n_stances = source.tokenizer, n_stances
        self.config, self.passages = config or TrainingConfig(), passages or PassageConfig()
        self.processor = processor or this_processor()
        torch.manual_seed(self.config.seed)
        self.network = EncoderNetwork(source.encoder, n_stances=n_stances).to(self.processor.device)
        self.network.eval()
        self._stay_neutral(n_stances)

    def fit(
        self,
        questions: Sequence[TargetInText],
        shares: Floats,
        held_out: HeldOut,
        *,
        observer: Observer = unobserved,
        checkpoint: Path | None = None,
    ) -> Self:
        """Learn from targets and the shares of the stances toward each, (n_questions, n_stances), rows sum to 1."""
        asked = _by_scene(questions)
        read: list[list[Passage]] = [[] for _ in asked.scenes]
        for passage in passages(asked.scenes, asked.targets, self.tokenizer, self.passages):
            read[passage.scene].append(passage)
        lessons = [Lesson(found, shares[rows]) for found, rows in zip(read, asked.rows, strict=True)]
        trainer = Trainer(self.network, lessons, self.config, self.processor)
        trainer.run(lambda: self._macro_f1(held_out), observer=observer, checkpoint=checkpoint)
        return self

    def decision_function(self, questions: Sequence[TargetInText]) -> Floats:
        """Return uncalibrated scores, shape (n_questions, n_stances)."""
        asked = _by_scene(questions)
        firsts = np.cumsum([0, *(len(rows) for rows in asked.rows)])
        read = passages(asked.scenes, asked.targets, self.tokenizer, self.passages)
        places, numbers = [], []
        with torch.inference_mode(), self.processor.precision():
            for group in batches(read, n_tokens=N_TOKENS):
                batch = [read[number] for number in group if read[number].places]
                if batch:
                    arrays = passage_batch(batch, padding=self.network.padding)
                    places.append(self.network(tensors(arrays, self.processor.device)).cpu())
                    numbers += [firsts[passage.scene] + place.target for passage in batch for place in passage.places]
        scores = np.empty((len(questions), self.n_stances))
        if places:
            found = pooled(torch.cat(places), torch.tensor(np.array(numbers)), len(questions)).double().numpy()
            scores[np.concatenate(asked.rows)] = found
        return scores

    def _macro_f1(self, held_out: HeldOut) -> float:
        called = self.decision_function(held_out.questions).argmax(axis=1)
        hits = np.bincount(called[called == held_out.stances], minlength=self.n_stances)
        sizes = np.bincount(called, minlength=self.n_stances) + np.bincount(held_out.stances, minlength=self.n_stances)
        return float(np.mean(2 * hits / np.maximum(sizes, 1)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Questions by scene: `rows` are their numbers."""

    scenes: list[Scene]
    targets: list[list[Target]]
    rows: list[Numbers]


def _by_scene(questions: Sequence[TargetInText]) -> _Asked:
    numbers: dict[int, list[int]] = {}
    for number, question in enumerate(questions):
        numbers.setdefault(id(question.scene), []).append(number)
    groups = list(numbers.values())
    return _Asked(
        scenes=[questions[group[0]].scene for group in groups],
        targets=[[questions[number].target for number in group] for group in groups],
        rows=[np.array(group) for group in groups],
    )
