"""The news model: one codebook, the frames of an article and the stance toward each actor, with evidence."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from models.calibration import Floats
from models.cast import cast_by_sentence
from models.targets import Scene, Target
from standpoint.article import Article
from standpoint.codebook import Actor, Codebook
from standpoint.errors import RecordError
from standpoint.mentions import MentionFinder
from standpoint.prediction import FramePrediction, Prediction, ScoredSpan, StancePrediction
from standpoint.sentences import Span, sentences

EVIDENCE_PER_LABEL = 2
"""How many sentences are shown for a frame or a stance at most."""

Shown = tuple[ScoredSpan, ...]


@dataclass(frozen=True, slots=True)
class AskedArticle:
    """An article as a model is asked about it: its scene, its targets, and the cast of each sentence.

    `cast` is what `models.cast` says; it may be empty where the model does without.
    """

    scene: Scene
    targets: Sequence[Target]
    cast: Sequence[str] = ()


@dataclass(frozen=True)
class FrameAnswers:
    """Frames of articles: `proba` and `present` (n_articles, n_frames), and the evidence for those present."""

    proba: Floats
    present: NDArray[np.bool_]
    evidence: Mapping[tuple[int, int], Shown] = field(default_factory=dict)


@dataclass(frozen=True)
class StanceAnswers:
    """Stances toward all targets in order: `proba` (n_targets, n_stances), `chosen` (n_targets,), their evidence."""

    proba: Floats
    chosen: NDArray[np.int64]
    evidence: Sequence[Shown] = ()


@dataclass(frozen=True)
class Answers:
    """What a model says of articles; a part is None where the model lacks it or nothing was asked."""

    frames: FrameAnswers | None
    stances: StanceAnswers | None


class NewsModel(ABC):
    """Tags articles with frames and stances; either part may be missing.

    `version` names the model in its predictions; `training` is what the model folder says of its making.
    """

    kind: ClassVar[str]

    def __init__(
        self, codebook: Codebook, *, version: str = "unregistered", training: Mapping[str, Any] | None = None
    ) -> None:
        self.codebook = codebook
        self.version = version
        self.training = dict(training or {})
        self._finder = MentionFinder(codebook.actors)

    @property
    @abstractmethod
    def thresholds(self) -> Floats | None:
        """The probability from which each frame counts as present, (n_frames,); None: it finds no frames."""

    @property
    @abstractmethod
    def reads_stances(self) -> bool:
        """Whether it answers for stances."""

    @property
    def needs_cast(self) -> bool:
        """Whether its answers depend on the casts of sentences."""
        return self.thresholds is not None

    @property
    def runtime(self) -> str | None:
        """What computes the answers, where there is a choice between several; else None."""
        return None

    @abstractmethod
    def answer(self, articles: Sequence[AskedArticle], *, evidence: bool = False) -> Answers:
        """Answer for articles, and look for the sentences that show each answer where evidence is wanted."""

    def predict(
        self,
        articles: Sequence[Article],
        *,
        actors: Sequence[Actor] = (),
        targets: Mapping[str, Sequence[Target]] | None = None,
        evidence: bool = True,
    ) -> list[Prediction]:
        """Tag a batch of articles.

        Args:
            articles: any number; they are held in memory together.
            actors: actors asked for beside those of the codebook, found by their aliases.
            targets: more targets by article id, with their own spans; they are answered even where no span is given.
            evidence: whether to look for the sentences that show each frame and stance.

        Returns:
            One prediction per article, in order.

        Raises:
            RecordError: a span of a target lies outside the text of its article.
        """
        asked = self._asked(articles, [*self.codebook.actors, *actors], targets or {})
        answers = self.answer(asked, evidence=evidence)
        frames = self._frames(answers.frames, len(asked))
        stances = self._stances(answers.stances, asked)
        return [
            Prediction(
                article_id=article.id,
                story=article.story,
                language=article.language,
                model=self.version,
                codebook=self.codebook.reference,
                characters_read=len(item.scene.text),
                frames=found,
                stances=said,
            )
            for article, item, found, said in zip(articles, asked, frames, stances, strict=True)
        ]

    def _asked(
        self, articles: Sequence[Article], actors: Sequence[Actor], targets: Mapping[str, Sequence[Target]]
    ) -> list[AskedArticle]:
        finder = MentionFinder(actors) if len(actors) > len(self.codebook.actors) else self._finder
        names = names_of(actors)
        asked = []
        for article in articles:
            scene, found = scene_of(article.text, finder, names, targets.get(article.id, ()))
            cast = cast_by_sentence(scene, found, self.codebook.actor_ids) if self.needs_cast else ()
            asked.append(AskedArticle(scene, found, cast))
        return asked

    def _frames(self, answers: FrameAnswers | None, n_articles: int) -> list[tuple[FramePrediction, ...]]:
        if answers is None:
            return [()] * n_articles
        shown = answers.evidence
        return [
            tuple(
                FramePrediction(
                    id,
                    float(answers.proba[row, column]),
                    bool(answers.present[row, column]),
                    shown.get((row, column), ()),
                )
                for column, id in enumerate(self.codebook.frame_ids)
            )
            for row in range(n_articles)
        ]

    def _stances(
        self, answers: StanceAnswers | None, asked: Sequence[AskedArticle]
    ) -> list[tuple[StancePrediction, ...]]:
        if answers is None:
            return [()] * len(asked)
        labels = self.codebook.stance_ids
        targets = [target for item in asked for target in item.targets]
        predictions = [
            StancePrediction(
                actor=target.actor,
                stance=labels[answers.chosen[row]],
                proba=dict(zip(labels, map(float, answers.proba[row]), strict=True)),
                mentions=target.mentions,
                evidence=answers.evidence[row] if answers.evidence else (),
            )
            for row, target in enumerate(targets)
        ]
        ends = np.cumsum([0, *(len(item.targets) for item in asked)])
        return [tuple(predictions[start:end]) for start, end in zip(ends, ends[1:], strict=False)]


def scene_of(
    text: str, finder: MentionFinder, names: Mapping[str, tuple[str, ...]], extra: Sequence[Target] = ()
) -> tuple[Scene, list[Target]]:
    """Find every actor of a text; return the scene and a target for each actor it names, then the extra ones.

    Raises:
        RecordError: a span of an extra target is empty, reversed or outside the text.
    """
    for target in extra:
        _check_spans(target, text)
    by_actor: dict[str, list[Span]] = {}
    for mention in finder.find(text):
        by_actor.setdefault(mention.actor, []).append((mention.start, mention.end))
    taken = {target.actor for target in extra}
    found = [Target(actor, names[actor], tuple(spans)) for actor, spans in by_actor.items() if actor not in taken]
    spans = sorted({span for target in [*found, *extra] for span in target.mentions})
    return Scene(text, tuple(sentences(text)), tuple(spans)), [*found, *extra]


def names_of(actors: Iterable[Actor]) -> dict[str, tuple[str, ...]]:
    """Return the names each actor goes by, by its id."""
    return {actor.id: tuple(alias.text for alias in actor.aliases) for actor in actors}


def _check_spans(target: Target, text: str) -> None:
    for start, end in target.mentions:
        if not 0 <= start < end <= len(text):
            raise RecordError(
                f"target '{target.actor}' spans {start} to {end}, but the text has {len(text)} characters. "
                "Count code points of title, blank line and body."
            )


def strongest(pairs: Iterable[tuple[Span, float]]) -> Shown:
    """Return the strongest span, and the next ones as long as they speak for the label."""
    best = sorted(pairs, key=lambda pair: -pair[1])[:EVIDENCE_PER_LABEL]
    kept = [pair for rank, pair in enumerate(best) if rank == 0 or pair[1] > 0]
    return tuple(ScoredSpan(start, end, float(score)) for (start, end), score in kept)
