"""The encoder's news model: one pass over an article, from which every frame and every stance is answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from models.blended_frames import BlendedFrames
from models.calibration import Floats
from models.encoder import Encoder, Places, Reading
from models.encoder_stance import EncoderStances
from models.kept_files import KeptFiles
from models.news_model import Answers, AskedArticle, FrameAnswers, NewsModel, Shown, StanceAnswers, strongest
from standpoint.codebook import Codebook
from standpoint.sentences import Span


@dataclass(frozen=True)
class Package:
    """An encoder as it is kept: its files, and settings in JSON that say how they are used."""

    files: KeptFiles
    settings: Mapping[str, Any]


class EncoderNewsModel(NewsModel):
    """Tags articles from what one encoder makes of them; frames or stances may be missing.

    Evidence is what the answer would lose: for a frame, how far its log-odds fall without the sentence's state; for a
    stance, how far those of the called stance fall when the places in the sentence have no say.
    `package` is what the model folder keeps of the encoder; a model without one cannot be saved.
    """

    kind: ClassVar[str] = "encoder"

    def __init__(
        self,
        codebook: Codebook,
        encoder: Encoder,
        *,
        frames: BlendedFrames | None = None,
        stances: EncoderStances | None = None,
        package: Package | None = None,
        version: str = "unregistered",
        training: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(codebook, version=version, training=training)
        self.encoder, self.frames, self.stances = encoder, frames, stances
        self.package = package

    @property
    def thresholds(self) -> Floats | None:
        """The probability from which each frame counts as present, (n_frames,); None: it finds no frames."""
        return None if self.frames is None else self.frames.thresholds_

    @property
    def reads_stances(self) -> bool:
        """Whether it answers for stances."""
        return self.stances is not None

    @property
    def needs_cast(self) -> bool:
        """Whether its answers depend on the casts of sentences."""
        return self.frames is not None and self.frames.linear is not None

    @property
    def runtime(self) -> str | None:
        """What computes the encoder."""
        return self.encoder.runtime.name

    def answer(self, articles: Sequence[AskedArticle], *, evidence: bool = False) -> Answers:
        """Answer for articles, and look for the sentences that show each answer where evidence is wanted."""
        targets = [item.targets if self.reads_stances else () for item in articles]
        reading = self.encoder.read([item.scene for item in articles], targets)
        return Answers(
            self._frame_answers(articles, reading, evidence), self._stance_answers(articles, reading.places, evidence)
        )

    def _frame_answers(self, articles: Sequence[AskedArticle], reading: Reading, evidence: bool) -> FrameAnswers | None:
        if self.frames is None or not articles:
            return None
        texts, casts = [item.scene.text for item in articles], [" | ".join(item.cast) for item in articles]
        proba = self.frames.predict_proba(texts, casts, reading.states)
        present = proba >= self.frames.thresholds_
        shown = dict(self._frame_evidence(articles, reading, present)) if evidence else {}
        return FrameAnswers(proba, present, shown)

    def _frame_evidence(
        self, articles: Sequence[AskedArticle], reading: Reading, present: NDArray[np.bool_]
    ) -> Iterator[tuple[tuple[int, int], Shown]]:
        for row in np.flatnonzero(present.any(axis=1)):
            scene = articles[row].scene
            if self.frames is not None and scene.sentences:
                falls = self.frames.evidence(scene, articles[row].cast, reading.states[row])
                for column in np.flatnonzero(present[row]):
                    yield (int(row), int(column)), strongest(zip(scene.sentences, falls[:, column], strict=True))

    def _stance_answers(self, articles: Sequence[AskedArticle], places: Places, evidence: bool) -> StanceAnswers | None:
        owners = [item for item in articles for _ in item.targets]
        if self.stances is None or not owners:
            return None
        proba = self.stances.proba(places.pooled(len(owners)))
        chosen = self.stances.choose(proba)
        shown = _stance_evidence(owners, places, chosen, self.stances.calibration_) if evidence else ()
        return StanceAnswers(proba, chosen, shown)


def _stance_evidence(
    owners: Sequence[AskedArticle], places: Places, chosen: NDArray[np.int64], calibration: Floats
) -> list[Shown]:
    """Return for each question the sentences whose places speak most for the stance that was called."""
    falls = places.falls(chosen, calibration)
    spans: list[dict[int, float]] = [{} for _ in owners]
    for question, sentence, fall in zip(places.questions, places.sentences, falls, strict=True):
        if sentence >= 0:
            spans[question][int(sentence)] = spans[question].get(int(sentence), 0.0) + float(fall)
    return [strongest(_pairs(owner, found)) for owner, found in zip(owners, spans, strict=True)]


def _pairs(owner: AskedArticle, found: Mapping[int, float]) -> Iterator[tuple[Span, float]]:
    for sentence, fall in found.items():
        yield owner.scene.sentences[sentence], fall
