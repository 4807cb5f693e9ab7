"""The linear news model: n-grams of the text for its frames, of what surrounds each actor for its stance."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from models.calibration import Floats, log_odds
from models.frame_model import FrameModel
from models.news_model import Answers, AskedArticle, FrameAnswers, NewsModel, Shown, StanceAnswers, strongest
from models.stance_model import StanceModel, TargetInText
from models.targets import Scene, Target, mentions_by_sentence
from standpoint.codebook import Codebook
from standpoint.sentences import Span


class LinearNewsModel(NewsModel):
    """Tags articles with a linear frame model and a linear stance model; either may be missing."""

    kind: ClassVar[str] = "linear"

    def __init__(
        self,
        codebook: Codebook,
        *,
        frame_model: FrameModel | None = None,
        stance_model: StanceModel | None = None,
        version: str = "unregistered",
        training: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(codebook, version=version, training=training)
        self.frame_model = frame_model
        self.stance_model = stance_model

    @property
    def thresholds(self) -> Floats | None:
        """The probability from which each frame counts as present, (n_frames,); None: it finds no frames."""
        return None if self.frame_model is None else self.frame_model.thresholds_

    @property
    def reads_stances(self) -> bool:
        """Whether it answers for stances."""
        return self.stance_model is not None

    def answer(self, articles: Sequence[AskedArticle], *, evidence: bool = False) -> Answers:
        """Answer for articles, and look for the sentences that show each answer where evidence is wanted."""
        questions = [TargetInText(item.scene, target) for item in articles for target in item.targets]
        return Answers(self._frame_answers(articles, evidence), self._stance_answers(questions, evidence))

    def _frame_answers(self, articles: Sequence[AskedArticle], evidence: bool) -> FrameAnswers | None:
        if self.frame_model is None or not articles:
            return None
        texts = [item.scene.text for item in articles]
        proba = self.frame_model.predict_proba(texts, casts=[" | ".join(item.cast) for item in articles])
        present = proba >= self.frame_model.thresholds_
        return FrameAnswers(proba, present, self._frame_evidence(articles, present) if evidence else {})

    def _frame_evidence(
        self, articles: Sequence[AskedArticle], present: NDArray[np.bool_]
    ) -> dict[tuple[int, int], Shown]:
        rows = np.flatnonzero(present.any(axis=1))
        spans = [(int(row), span) for row in rows for span in articles[row].scene.sentences]
        if self.frame_model is None or not spans:
            return {}
        passages = [articles[row].scene.text[slice(*span)] for row, span in spans]
        scores = self.frame_model.passage_scores(passages, casts=[cast for row in rows for cast in articles[row].cast])
        starts = np.searchsorted([row for row, _ in spans], [*rows, len(articles)])
        shown = {}
        for row, first, end in zip(rows, starts[:-1], starts[1:], strict=True):
            for column in np.flatnonzero(present[row]):
                pairs = zip((span for _, span in spans[first:end]), scores[first:end, column], strict=True)
                shown[int(row), int(column)] = strongest(pairs)
        return shown

    def _stance_answers(self, questions: Sequence[TargetInText], evidence: bool) -> StanceAnswers | None:
        """Ask of each target, and for evidence of each sentence that names it as well, read alone.

        All is asked at once, for much of what is read is the same.
        """
        if self.stance_model is None or not questions:
            return None
        parts = [_by_sentence(question) if evidence else [] for question in questions]
        alone = [part for some in parts for _, part in some]
        proba = self.stance_model.predict_proba([*questions, *alone])
        chosen = self.stance_model.choose(proba[: len(questions)])
        odds = iter(log_odds(proba[len(questions) :]))
        shown = [
            strongest([(span, float(next(odds)[stance])) for span, _ in some])
            for stance, some in zip(chosen, parts, strict=True)
        ]
        return StanceAnswers(proba[: len(questions)], chosen, shown)


def _by_sentence(question: TargetInText) -> list[tuple[Span, TargetInText]]:
    """Return each sentence that names the target, and the question asked of that sentence as if it were all."""
    scene, target = question.scene, question.target
    starts = [start for start, _ in scene.actors]
    asked = []
    for (start, end), inside in mentions_by_sentence(scene, target):
        actors = scene.actors[bisect_left(starts, start) : bisect_left(starts, end)]
        alone = Scene(scene.text[start:end], ((0, end - start),), _moved(actors, -start))
        asked.append(((start, end), TargetInText(alone, Target(target.actor, target.names, _moved(inside, -start)))))
    return asked


def _moved(spans: Sequence[Span], distance: int) -> tuple[Span, ...]:
    return tuple([(start + distance, end + distance) for start, end in spans])
