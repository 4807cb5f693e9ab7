"""The usual way with transformers: a fine-tuned classifier for frames, another for stances, asked through pipelines."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    get_linear_schedule_with_warmup,
    pipeline,
)

from benchmarks.usual_calls import Call, gold_calls
from models.calibration import Floats, binary_proba, fit_binary_calibration, log_odds
from models.encoder_processor import this_processor
from models.encoder_source import quiet_transformers
from standpoint.codebook import Codebook
from training.gold import Gold
from training.thresholds import frame_thresholds

MAX_TOKENS = 512
"""What lies behind is not read: the usual way cuts it off."""

_SORTED_TOGETHER = 50

Input = dict[str, str]
"""What a pipeline takes: `text`, and `text_pair` where there are two."""


@dataclass(frozen=True)
class Setting:
    """How a pipeline is asked: how many texts at once, and whether it computes in bf16."""

    batch_size: int = 8
    half: bool = False


@dataclass(frozen=True)
class FineTuning:
    """How a classifier is fine-tuned: AdamW, its rate rising over a tenth of the steps and then falling to 0."""

    n_epochs: int
    learning_rate: float = 1e-4
    batch_size: int = 32
    seed: int = 0


FRAMES = FineTuning(n_epochs=12, batch_size=16)
STANCES = FineTuning(n_epochs=3)


class UsualClassifier:
    """An encoder with a classification head on the whole input; `several` labels may hold at once."""

    def __init__(self, folder: Path, n_labels: int, *, several: bool, seed: int = 0) -> None:
        """Read a pretrained encoder, or what `save` wrote."""
        torch.manual_seed(seed)
        kind = "multi_label_classification" if several else "single_label_classification"
        config = AutoConfig.from_pretrained(folder, num_labels=n_labels, problem_type=kind, local_files_only=True)
        if several:
            config.attention_probs_dropout_prob = 0.0  # training on long texts is four times as fast without
        self.several = several
        with quiet_transformers():
            self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self.network = AutoModelForSequenceClassification.from_pretrained(
                folder, config=config, local_files_only=True
            )
        self._pipelines: dict[bool, Any] = {}

    def save(self, folder: Path) -> None:
        """Write network and tokenizer as transformers does."""
        with quiet_transformers():
            self.network.save_pretrained(folder)
            self.tokenizer.save_pretrained(folder)

    def fit(self, inputs: Sequence[Input], answers: NDArray[Any], config: FineTuning) -> Self:
        """Learn from class numbers (n_inputs,), or from 0 and 1 (n_inputs, n_labels) where several may hold."""
        n_steps = config.n_epochs * -(-len(inputs) // config.batch_size)
        optimiser = torch.optim.AdamW(self.network.parameters(), lr=config.learning_rate, fused=True)
        schedule = get_linear_schedule_with_warmup(optimiser, n_steps // 10, n_steps)  # type: ignore[no-untyped-call]
        precision = this_processor().precision
        torch.manual_seed(config.seed)
        self.network.train()
        for rows in _batches([_length(one) for one in inputs], config):
            with precision():
                loss = self.network(**self._tokens([inputs[row] for row in rows], answers[rows])).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad(set_to_none=True)
        self.network.eval()
        self._pipelines.clear()
        return self

    def predict_proba(self, inputs: Sequence[Input], setting: Setting = Setting()) -> Floats:
        """Return the probability of each label, (n_inputs, n_labels); inputs of like length are read together."""
        proba = np.zeros((len(inputs), self.network.config.num_labels))
        order = sorted(range(len(inputs)), key=lambda row: _length(inputs[row]))
        with quiet_transformers():
            answers = self._pipeline(half=setting.half)(
                [inputs[row] for row in order],
                batch_size=setting.batch_size,
                truncation="only_first",
                max_length=MAX_TOKENS,
                top_k=None,
                function_to_apply="sigmoid" if self.several else "softmax",
            )
        columns = self.network.config.label2id
        for row, answer in zip(order, answers, strict=True):
            for label in answer:
                proba[row, columns[label["label"]]] = label["score"]
        return proba

    def _tokens(self, inputs: Sequence[Input], answers: NDArray[Any]) -> dict[str, torch.Tensor]:
        texts = [[one[part] for one in inputs] for part in inputs[0]]
        tokens = self.tokenizer(
            *texts, truncation="only_first", max_length=MAX_TOKENS, padding=True, return_tensors="pt"
        )
        labels = torch.from_numpy(answers.astype(np.float32) if self.several else answers.astype(np.int64))
        return {**tokens, "labels": labels}

    def _pipeline(self, *, half: bool) -> Any:  # noqa: ANN401 (the library's pipelines have no common type)
        if half not in self._pipelines:
            network = copy.deepcopy(self.network).to(torch.bfloat16) if half else self.network
            self._pipelines[half] = pipeline("text-classification", model=network, tokenizer=self.tokenizer)
        return self._pipelines[half]


class UsualFrames:
    """One call an article, which is cut after `MAX_TOKENS`; calibration and thresholds as our models have them.

    Learned attributes: `calibration_` (n_frames, 2), `thresholds_` (n_frames,).
    """

    def __init__(self, folder: Path, codebook: Codebook, *, seed: int = 0) -> None:
        n_frames = len(codebook.frames)
        self.classifier = UsualClassifier(folder, n_frames, several=True, seed=seed)
        self.calibration_: Floats = np.tile([1.0, 0.0], (n_frames, 1))
        self.thresholds_: Floats = np.full(n_frames, 0.5)

    def fit(self, gold: Gold, config: FineTuning = FRAMES) -> Self:
        """Fine-tune on gold's frames; calibration and thresholds stay as they are."""
        self.classifier.fit(_inputs(gold.texts), gold.present, config)
        return self

    def tune(self, proba: Floats, present: NDArray[np.bool_]) -> Self:
        """Learn calibration and thresholds from probabilities of articles not learned from, (n_articles, n_frames)."""
        pairs = zip(log_odds(proba).T, present.T, strict=True)
        self.calibration_ = np.array([fit_binary_calibration(*pair) for pair in pairs])
        calibrated = binary_proba(log_odds(proba), self.calibration_)
        self.thresholds_ = frame_thresholds(calibrated, present.sum(axis=0))
        return self

    def predict_proba(self, texts: Sequence[str], setting: Setting = Setting()) -> Floats:
        """Return uncalibrated probabilities, (n_texts, n_frames)."""
        return self.classifier.predict_proba(_inputs(texts), setting)

    def choose(self, proba: Floats) -> NDArray[np.bool_]:
        """Return which frames are called, (n_texts, n_frames)."""
        called: NDArray[np.bool_] = binary_proba(log_odds(proba), self.calibration_) >= self.thresholds_
        return called


class UsualStances:
    """One call for each pair of a text and a target's name; where a question takes several, their mean answers it."""

    def __init__(self, folder: Path, codebook: Codebook, *, seed: int = 0) -> None:
        self.classifier = UsualClassifier(folder, len(codebook.stances), several=False, seed=seed)

    def fit(self, gold: Gold, config: FineTuning = STANCES) -> Self:
        """Fine-tune on gold's texts and the name of each target."""
        self.classifier.fit(_pairs(gold_calls(gold)), gold.stances, config)
        return self

    def predict_proba(self, calls: Sequence[Call], setting: Setting = Setting()) -> Floats:
        """Return the probabilities of the stances, (n_questions, n_stances); each question has a call at least."""
        questions = np.array([call.question for call in calls])
        answers = self.classifier.predict_proba(_pairs(calls), setting)
        total = np.zeros((questions.max() + 1, answers.shape[1]))
        np.add.at(total, questions, answers)
        mean: Floats = total / np.bincount(questions)[:, np.newaxis]
        return mean


def _batches(lengths: Sequence[int], config: FineTuning) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each step of all epochs: in random order, those of like length together."""
    draw = np.random.default_rng(config.seed)
    for _ in range(config.n_epochs):
        order, found = draw.permutation(len(lengths)), []
        for first in range(0, len(order), config.batch_size * _SORTED_TOGETHER):
            part = sorted(order[first : first + config.batch_size * _SORTED_TOGETHER], key=lambda row: lengths[row])
            found += [part[start : start + config.batch_size] for start in range(0, len(part), config.batch_size)]
        yield from (np.array(found[number]) for number in draw.permutation(len(found)))


def _inputs(texts: Sequence[str]) -> list[Input]:
    return [{"text": text.strip()} for text in texts]


def _pairs(calls: Sequence[Call]) -> list[Input]:
    return [{"text": call.text, "text_pair": call.name} for call in calls]


def _length(one: Input) -> int:
    return sum(map(len, one.values()))
