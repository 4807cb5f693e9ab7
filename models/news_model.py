"""The news model: one codebook, the frames of an article and the stance toward each actor, with evidence."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.calibration import Floats
from models.cast import cast_by_sentence
from models.frame_model import FrameModel
from models.stance_model import StanceModel, TargetInText
from models.targets import Scene, Target, mentions_by_sentence
from standpoint.article import Article
from standpoint.codebook import Actor, Codebook
from standpoint.errors import RecordError
from standpoint.mentions import MentionFinder
from standpoint.prediction import FramePrediction, Prediction, ScoredSpan, StancePrediction
from standpoint.sentences import Span, sentences

EVIDENCE_PER_LABEL = 2
"""How many sentences are shown for a frame or a stance at most."""


class NewsModel:
    """Tags articles with frames and stances; either part may be missing.

    `version` names the model in its predictions; `training` is what the model folder says of its making.
    """

    def __init__(
        self,
        codebook: Codebook,
        *,
        frame_model: FrameModel | None = None,
        stance_model: StanceModel | None = None,
        version: str = "unregistered",
        training: Mapping[str, Any] | None = None,
    ) -> None:
        self.codebook = codebook
        self.frame_model = frame_model
        self.stance_model = stance_model
        self.version = version
        self.training = dict(training or {})
        self._finder = MentionFinder(codebook.actors)

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
        scenes, questions = self._questions(articles, [*self.codebook.actors, *actors], targets or {})
        frames = self._frames(scenes, self._casts(scenes, questions), evidence)
        stances = self._stances([question for group in questions for question in group], evidence)
        return [
            Prediction(
                article_id=article.id,
                story=article.story,
                language=article.language,
                model=self.version,
                codebook=self.codebook.reference,
                characters_read=len(scene.text),
                frames=found,
                stances=tuple(next(stances) for _ in group) if self.stance_model else (),
            )
            for article, scene, group, found in zip(articles, scenes, questions, frames, strict=True)
        ]

    def _questions(
        self, articles: Sequence[Article], actors: Sequence[Actor], targets: Mapping[str, Sequence[Target]]
    ) -> tuple[list[Scene], list[list[TargetInText]]]:
        finder = MentionFinder(actors) if len(actors) > len(self.codebook.actors) else self._finder
        names = names_of(actors)
        scenes, questions = [], []
        for article in articles:
            scene, group = scene_of(article.text, finder, names, targets.get(article.id, ()))
            scenes.append(scene)
            questions.append([TargetInText(scene, target) for target in group])
        return scenes, questions

    def _casts(self, scenes: Sequence[Scene], questions: Sequence[Sequence[TargetInText]]) -> list[list[str]]:
        """Return the cast of every sentence of every scene; none where there are no frames to find."""
        if self.frame_model is None:
            return [[] for _ in scenes]
        return [
            cast_by_sentence(scene, [question.target for question in group], self.codebook.actor_ids)
            for scene, group in zip(scenes, questions, strict=True)
        ]

    def _frames(
        self, scenes: Sequence[Scene], casts: Sequence[Sequence[str]], evidence: bool
    ) -> list[tuple[FramePrediction, ...]]:
        if self.frame_model is None or not scenes:
            return [()] * len(scenes)
        proba = self.frame_model.predict_proba(
            [scene.text for scene in scenes], casts=[" | ".join(cast) for cast in casts]
        )
        present = proba >= self.frame_model.thresholds_
        shown = self._frame_evidence(scenes, casts, present) if evidence else {}
        return [
            tuple(
                FramePrediction(id, float(proba[row, column]), bool(present[row, column]), shown.get((row, column), ()))
                for column, id in enumerate(self.codebook.frame_ids)
            )
            for row in range(len(scenes))
        ]

    def _frame_evidence(
        self, scenes: Sequence[Scene], casts: Sequence[Sequence[str]], present: NDArray[np.bool_]
    ) -> dict[tuple[int, int], tuple[ScoredSpan, ...]]:
        rows = np.flatnonzero(present.any(axis=1))
        spans = [(int(row), span) for row in rows for span in scenes[row].sentences]
        if self.frame_model is None or not spans:
            return {}
        passages = [scenes[row].text[slice(*span)] for row, span in spans]
        scores = self.frame_model.passage_scores(passages, casts=[cast for row in rows for cast in casts[row]])
        starts = np.searchsorted([row for row, _ in spans], [*rows, len(scenes)])
        shown = {}
        for row, first, end in zip(rows, starts[:-1], starts[1:], strict=True):
            for column in np.flatnonzero(present[row]):
                pairs = zip((span for _, span in spans[first:end]), scores[first:end, column], strict=True)
                shown[int(row), int(column)] = _strongest(list(pairs))
        return shown

    def _stances(self, questions: Sequence[TargetInText], evidence: bool) -> Iterator[StancePrediction]:
        if self.stance_model is None or not questions:
            return iter(())
        proba = self.stance_model.predict_proba(questions)
        chosen = self.stance_model.choose(proba)
        shown = self._stance_evidence(questions, chosen) if evidence else [()] * len(questions)
        labels = self.codebook.stance_ids
        return (
            StancePrediction(
                actor=question.target.actor,
                stance=labels[stance],
                proba=dict(zip(labels, map(float, row), strict=True)),
                mentions=question.target.mentions,
                evidence=spans,
            )
            for question, stance, row, spans in zip(questions, chosen, proba, shown, strict=True)
        )

    def _stance_evidence(
        self, questions: Sequence[TargetInText], chosen: NDArray[np.int64]
    ) -> list[tuple[ScoredSpan, ...]]:
        """Ask of each sentence that names the target, read alone; show those that speak most for the answer."""
        parts = [(number, *part) for number, question in enumerate(questions) for part in _by_sentence(question)]
        shown: list[list[tuple[Span, float]]] = [[] for _ in questions]
        if self.stance_model is not None and parts:
            odds = _log_odds(self.stance_model.predict_proba([part for _, _, part in parts]))
            for (number, span, _), row in zip(parts, odds, strict=True):
                shown[number].append((span, float(row[chosen[number]])))
        return [_strongest(pairs) for pairs in shown]


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


def _by_sentence(question: TargetInText) -> Iterator[tuple[Span, TargetInText]]:
    """Yield each sentence that names the target, and the question asked of that sentence as if it were all."""
    scene, target = question.scene, question.target
    starts = [start for start, _ in scene.actors]
    for (start, end), inside in mentions_by_sentence(scene, target):
        actors = scene.actors[bisect_left(starts, start) : bisect_left(starts, end)]
        alone = Scene(scene.text[start:end], ((0, end - start),), _moved(actors, -start))
        yield (start, end), TargetInText(alone, replace(target, mentions=_moved(inside, -start)))


def _moved(spans: Sequence[Span], distance: int) -> tuple[Span, ...]:
    return tuple((start + distance, end + distance) for start, end in spans)


def _strongest(pairs: list[tuple[Span, float]]) -> tuple[ScoredSpan, ...]:
    """Return the strongest span, and the next ones as long as they speak for the label."""
    best = sorted(pairs, key=lambda pair: -pair[1])[:EVIDENCE_PER_LABEL]
    kept = [pair for rank, pair in enumerate(best) if rank == 0 or pair[1] > 0]
    return tuple(ScoredSpan(start, end, float(score)) for (start, end), score in kept)


def _log_odds(proba: Floats) -> Floats:
    clipped = np.clip(proba, 1e-6, 1 - 1e-6)
    value: Floats = np.log(clipped) - np.log1p(-clipped)
    return value
