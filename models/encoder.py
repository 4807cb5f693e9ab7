"""The encoder: one pass over articles, from which every sentence and every target is answered for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.calibration import Floats, class_proba, log_odds
from models.encoder_runtime import Arrays32, EncoderRuntime
from models.encoder_tokens import EncoderTokenizer
from models.passage_batch import batches, passage_batch
from models.passages import Numbers, Passage, PassageConfig, passages
from models.targets import Scene, Target

N_TOKENS = 4096
"""How many tokens are read at once: larger batches do not fit the cache of a processor."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where targets were asked for: `questions` and `sentences` (n_places,), `says` (n_places,), `scores`.

    A question is the number of its target, counted over all articles; a sentence is its number in the article, -1
    where the place is not in a sentence of its own. `scores` is (n_places, n_stances).
    """

    questions: Numbers
    sentences: Numbers
    says: Floats
    scores: Floats

    def pooled(self, n_questions: int) -> Floats:
        """Return the scores of each question, (n_questions, n_stances): those of its places weighted by their say."""
        total = np.zeros((n_questions, self.scores.shape[1]))
        np.add.at(total, self.questions, self.shares(n_questions)[:, np.newaxis] * self.scores)
        return total

    def falls(self, chosen: NDArray[np.int64], calibration: Floats) -> Floats:
        """Return by how many log-odds the chosen stance of its question falls without each place, (n_places,).

        The only place of a question is compared with nothing: it gets the log-odds of the answer.

        Args:
            chosen: the number of the stance of each question.
            calibration: of the scores, as `models.calibration.class_proba` takes it.
        """
        if not len(self.questions):
            return np.zeros(0)
        whole = self.pooled(len(chosen))[self.questions]
        shares = self.shares(len(chosen))[:, np.newaxis]
        is_alone = np.bincount(self.questions)[self.questions] == 1
        without = (whole - shares * self.scores) / np.maximum(1 - shares, 1e-9)
        own = np.arange(len(whole)), chosen[self.questions]
        before, after = (log_odds(class_proba(scores, calibration)[own]) for scores in (whole, without))
        falls: Floats = np.where(is_alone, before, before - after)
        return falls

    def shares(self, n_questions: int) -> Floats:
        """Return the share of each place in the answer to its question, (n_places,)."""
        most = np.full(n_questions, -np.inf)
        np.maximum.at(most, self.questions, self.says)
        weights = np.exp(self.says - most[self.questions])
        shares: Floats = weights / np.bincount(self.questions, weights, n_questions)[self.questions]
        return shares


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder made of articles: the mean states of each one's sentences, and the places of all targets.

    A state is (n_sentences, n_layers, width); an article without sentences has one, of zeros.
    """

    states: list[NDArray[np.float32]]
    places: Places


class Encoder:
    """Reads scenes with one runtime; nothing is cut, and what is read together does not depend on the order."""

    def __init__(
        self, tokenizer: EncoderTokenizer, runtime: EncoderRuntime, passages: PassageConfig | None = None
    ) -> None:
        self.tokenizer, self.runtime, self.passages = tokenizer, runtime, passages or PassageConfig()

    def read(self, scenes: Sequence[Scene], targets: Sequence[Sequence[Target]]) -> Reading:
        """Read every scene once and answer for its sentences and its targets."""
        read = passages(scenes, targets, self.tokenizer, self.passages)
        sentences = np.cumsum([0, *(max(len(scene.sentences), 1) for scene in scenes)])
        questions = np.cumsum([0, *(len(group) for group in targets)])
        sums: Arrays32 | None = None
        counts = np.zeros(int(sentences[-1]), dtype=np.int64)
        found: list[tuple[Numbers, Numbers, Arrays32]] = []
        for group in batches(read, n_tokens=N_TOKENS):
            members = [read[number] for number in group]
            answers = self.runtime.run(passage_batch(members, padding=self.runtime.padding))
            if sums is None:
                sums = np.zeros((len(counts), *answers.sums.shape[2:]), dtype=np.float32)
            for passage, own in zip(members, answers.sums, strict=True):
                _add(passage, own, int(sentences[passage.scene]), sums, counts)
            found.append((*_asked(members, questions), answers.places))
        if sums is None:
            return Reading([], Places(*(np.zeros(0, np.int64),) * 2, np.zeros(0), np.zeros((0, 0))))
        sums /= np.maximum(counts, 1)[:, np.newaxis, np.newaxis]
        numbers, asked, answered = (np.concatenate(part) for part in zip(*found, strict=True))
        places = Places(numbers, asked, answered[:, 0].astype(np.float64), answered[:, 1:].astype(np.float64))
        return Reading(np.split(sums, sentences[1:-1]), places)


def _add(passage: Passage, own: Arrays32, first: int, sums: Arrays32, counts: Numbers) -> None:
    """Add the states of the sentences that a passage answers for to those of all articles."""
    if len(passage.sentences):
        numbers, n_tokens = np.unique(passage.sentences, return_counts=True)
        sums[first + numbers] += own[numbers - passage.sentences[0]]
        counts[first + numbers] += n_tokens


def _asked(members: Sequence[Passage], questions: Numbers) -> tuple[Numbers, Numbers]:
    """Return the question and the sentence of every place of a batch."""
    places = [(passage, place) for passage in members for place in passage.places]
    numbers = [questions[passage.scene] + place.target for passage, place in places]
    sentences = [-1 if place.number is None else place.number for _, place in places]
    return np.array(numbers, dtype=np.int64), np.array(sentences, dtype=np.int64)
