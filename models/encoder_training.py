"""Training the network: steps over scenes, a stop where held-out scenes lose, checkpoints to go on from."""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from models.calibration import Floats
from models.encoder_checkpoint import Checkpoint, CheckpointFolder, read_checkpoint, write_checkpoint
from models.encoder_network import EncoderNetwork, TensorBatch, pooled, tensors
from models.encoder_optimizer import LearningConfig, Optimiser
from models.encoder_processor import Processor
from models.encoder_progress import Observer, TrainingProgress, unobserved
from models.passage_batch import passage_batch
from models.passages import Numbers, Passage

_MOST_TIMES = 8.0
_SORTED_TOGETHER = 50
"""Scenes are sorted by length within so many batches: little is padding, and yet no epoch is like another."""


@dataclass(frozen=True)
class TrainingConfig:
    """How long the network is trained, on what, and how its weights learn.

    Training ends after `n_epochs`, or when `patience` epochs in a row did worse on the held-out scenes; where there is
    little to learn from, both grow until there are `least_steps` (to 8 times as many epochs at most). A step learns
    from scenes with about `n_targets` targets, of which `n_tokens` tokens at most are read at once. `smoothing` is the
    part of each label that is spread over all of them.
    """

    n_epochs: int = 4
    patience: int = 2
    least_steps: int = 200
    n_targets: int = 40
    n_tokens: int = 8192
    smoothing: float = 0.1
    seed: int = 0
    learning: LearningConfig = field(default_factory=LearningConfig)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One scene to learn from: its passages, and the shares of the stances toward each target, rows sum to 1."""

    passages: Sequence[Passage]
    shares: Floats


@dataclass(frozen=True, slots=True)
class _Batch:
    """Passages to learn from, and of each of their questions the shares of the stances and how much it counts."""

    read: Sequence[Passage]
    tensors: TensorBatch
    questions: Tensor
    shares: Tensor
    weights: Tensor


class Trainer:
    """Trains a network on lessons; the same seed gives the same network, whether or not it was interrupted.

    `leeway` is by how much the score of an epoch may be below the best one by chance; such an epoch is good too. Later
    ones are better than a few held-out scenes can tell (one standard error as in Breiman et al., 1984).
    """

    def __init__(
        self,
        network: EncoderNetwork,
        lessons: Sequence[Lesson],
        config: TrainingConfig,
        processor: Processor,
        *,
        leeway: float,
    ) -> None:
        self.network, self.config, self.processor, self.leeway = network, config, processor, leeway
        self.lessons = [lesson for lesson in lessons if len(lesson.shares)]
        n_targets = sum(len(lesson.shares) for lesson in self.lessons)
        self.n_scenes = max(round(config.n_targets * len(self.lessons) / n_targets), 1)
        self.n_in_epoch = -(-len(self.lessons) // self.n_scenes)
        times = min(max(config.least_steps / (self.n_in_epoch * config.n_epochs), 1.0), _MOST_TIMES)
        self.n_epochs, self.patience = (math.ceil(times * number) for number in (config.n_epochs, config.patience))
        self.optimiser = Optimiser(network, config.learning, self.n_in_epoch * self.n_epochs)
        self.class_weights = _class_weights(self.lessons)
        self.scores: list[float] = []
        self.best: dict[str, Tensor] = {}
        self._states: dict[int, Tensor] = {}

    def run(
        self,
        score: Callable[[], float],
        *,
        observer: Observer = unobserved,
        checkpoints: CheckpointFolder | None = None,
    ) -> None:
        """Train to the end and leave the network with the averaged weights of its last good epoch, ready to answer.

        Args:
            score: says how good the network is on held-out scenes, higher is better; asked after each epoch.
            observer: is told of every step.
            checkpoints: folder that a file is written to after each epoch; training goes on from the one that was
                begun with the same lessons, settings and weights. What is over is not done again.

        Raises:
            TrainingError: the file is spoiled, or cannot be written.
        """
        run = self._name()
        checkpoint = None if checkpoints is None else checkpoints.place(run)
        if checkpoint is not None:
            self._resume(read_checkpoint(checkpoint, run), observer)
        while not self._is_over():
            loss = self._epoch(observer)
            self.network.eval()
            with self.optimiser.averaged():
                self.scores.append(score())
                if self._last_good() == len(self.scores) - 1:
                    self.best = {name: weight.detach().clone() for name, weight in self.optimiser.weights.items()}
            observer(self._progress(loss))
            if checkpoint is not None:
                write_checkpoint(self._checkpoint(run), checkpoint)
        self.optimiser.set_weights(self.best)
        self.network.eval()

    def _progress(self, loss: float | None) -> TrainingProgress:
        return TrainingProgress(self.optimiser.step_number, self.optimiser.n_steps, loss, tuple(self.scores))

    def _epoch(self, observer: Observer) -> float:
        """Take the steps of an epoch; return their mean loss."""
        self.network.train()
        epoch, total = len(self.scores), 0.0
        for batch in _shuffled(self.lessons, self.n_scenes, seed=(self.config.seed, epoch)):
            torch.manual_seed(self.config.seed * 1_000_003 + self.optimiser.step_number)
            whole = sum(float(self._weights(lesson).sum()) for lesson in batch)
            loss = 0.0
            for part in _parts(batch, self.config.n_tokens):
                share = self._loss(self._batch(part)) / whole
                share.backward()  # type: ignore[no-untyped-call]
                loss += float(share.detach())
            self.optimiser.step()
            observer(self._progress(loss))
            total += loss
        return total / self.n_in_epoch

    def _batch(self, lessons: Sequence[Lesson]) -> _Batch:
        device = self.processor.device
        shares = torch.from_numpy(np.concatenate([lesson.shares for lesson in lessons])).float().to(device)
        weights = torch.from_numpy(np.concatenate([self._weights(lesson) for lesson in lessons])).float().to(device)
        read = [passage for lesson in lessons for passage in lesson.passages if passage.places]
        questions = torch.from_numpy(_questions(lessons)).to(device)
        batch = tensors(passage_batch(read, padding=self.network.padding), device)
        return _Batch(read, batch, questions, shares, weights)

    def _loss(self, batch: _Batch) -> Tensor:
        """Return the sum over targets of the cross-entropy of their stances, weighted."""
        with self.processor.precision():
            if self._is_frozen:
                places = self.network.stances(self._frozen(batch.read), batch.tensors)
            else:
                places = self.network(batch.tensors)
        log_proba = functional.log_softmax(pooled(places, batch.questions, len(batch.shares)), dim=1)
        smooth = batch.shares * (1 - self.config.smoothing) + self.config.smoothing / batch.shares.shape[1]
        return -((smooth * log_proba).sum(1) * batch.weights).sum()

    @property
    def _is_frozen(self) -> bool:
        return self.config.learning.trained == "head"

    def _frozen(self, read: Sequence[Passage]) -> Tensor:
        """Return the last states of passages under an encoder that does not learn; each is read once in all epochs."""
        new = [passage for passage in read if id(passage) not in self._states]
        if new:
            self.network.eval()
            with torch.no_grad():
                batch = tensors(passage_batch(new, padding=self.network.padding), self.processor.device)
                for passage, states in zip(new, self.network.layers(batch)[-1], strict=True):
                    self._states[id(passage)] = states[: len(passage.ids)].to(torch.bfloat16).clone()
            self.network.train()
        return pad_sequence([self._states[id(passage)] for passage in read], batch_first=True).float()

    def _weights(self, lesson: Lesson) -> Floats:
        """Return how much each target of a lesson counts."""
        weights: Floats = lesson.shares @ self.class_weights[int(len(lesson.shares) > 1)]
        return weights

    def _last_good(self) -> int:
        """Return the last epoch whose score is not clearly below the best one; 0 before there is any."""
        least = max(self.scores, default=0.0) - self.leeway
        return max((epoch for epoch, score in enumerate(self.scores) if score >= least), default=0)

    def _is_over(self) -> bool:
        n_worse = len(self.scores) - 1 - self._last_good()
        return len(self.scores) >= self.n_epochs or n_worse >= self.patience

    def _checkpoint(self, run: str) -> Checkpoint:
        """Return all that training goes on from; of a run that is over, its best weights."""
        tensors = {f"best.{name}": weight for name, weight in self.best.items()}
        if not self._is_over():
            tensors |= self.optimiser.to_tensors()
        return Checkpoint(run, tensors, {"step": self.optimiser.step_number, "scores": self.scores})

    def _resume(self, found: Checkpoint | None, observer: Observer) -> None:
        if found is not None:
            self.scores = list(found.facts["scores"])
            self.optimiser.step_number = found.facts["step"]
            if not self._is_over():
                self.optimiser.load_tensors(found.tensors, found.facts["step"])
            self.best = {name: found.tensors[f"best.{name}"] for name in self.optimiser.weights}
            observer(self._progress(None))

    def _name(self) -> str:
        """Return a hash of what is learned, from what, and how: a checkpoint fits no other run."""
        digest = hashlib.sha256(json.dumps([asdict(self.config), self.leeway]).encode())
        for weight in self.network.state_dict().values():
            digest.update(weight.detach().cpu().contiguous().numpy().tobytes())
        for lesson in self.lessons:
            for passage in lesson.passages:
                digest.update(passage.ids.tobytes())
            digest.update(np.ascontiguousarray(lesson.shares).tobytes())
        return digest.hexdigest()


def _class_weights(lessons: Sequence[Lesson]) -> Floats:
    """Return the weight of each stance toward a lone target and toward one of several, (2, n_stances).

    Every stance counts as much as any other among both, or how many actors a text names would give the stance away.
    """
    counts = np.zeros((2, lessons[0].shares.shape[1]))
    for lesson in lessons:
        counts[int(len(lesson.shares) > 1)] += lesson.shares.sum(axis=0)
    weights: Floats = counts.mean(axis=1, keepdims=True) / np.maximum(counts, 1.0)
    return weights


def _questions(lessons: Sequence[Lesson]) -> Numbers:
    """Return the number of the question that each place of each passage belongs to, counted over all lessons."""
    firsts = np.cumsum([0, *(len(lesson.shares) for lesson in lessons)])
    return np.array(
        [
            first + place.target
            for first, lesson in zip(firsts, lessons, strict=False)
            for passage in lesson.passages
            for place in passage.places
        ]
    )


def _shuffled(lessons: Sequence[Lesson], size: int, *, seed: tuple[int, int]) -> Iterator[list[Lesson]]:
    """Yield the lessons in batches of like length, in an order that is another in every epoch."""
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(lessons))
    found = []
    for first in range(0, len(order), size * _SORTED_TOGETHER):
        part = sorted(order[first : first + size * _SORTED_TOGETHER], key=lambda number: _length(lessons[number]))
        found += [part[start : start + size] for start in range(0, len(part), size)]
    for number in draw.permutation(len(found)):
        yield [lessons[index] for index in found[number]]


def _parts(lessons: Sequence[Lesson], n_tokens: int) -> Iterator[list[Lesson]]:
    """Yield the lessons of a step in parts of at most so many tokens with padding; one that has more is alone."""
    part: list[Lesson] = []
    for lesson in lessons:
        longest = max(map(_length, [*part, lesson]))
        if part and longest * sum(len(one.passages) for one in [*part, lesson]) > n_tokens:
            yield part
            part = []
        part.append(lesson)
    yield part


def _length(lesson: Lesson) -> int:
    return max(len(passage.ids) for passage in lesson.passages)
