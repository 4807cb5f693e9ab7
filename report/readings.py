"""Readings: who said what of which article, laid out person by article."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standpoint.annotation import Annotation, annotators
from standpoint.article import Article

Answers = tuple[tuple[Annotation | None, ...], ...]


@dataclass(frozen=True)
class Readings:
    """Usable answers of `people` (rows) to `articles` (columns), None where a person did not answer.

    `stories` names the story of each article, the article itself where it has none; `languages` is empty where
    nothing is known of the articles.
    """

    people: tuple[str, ...]
    articles: tuple[str, ...]
    stories: tuple[str, ...]
    languages: tuple[str, ...]
    answers: Answers

    @property
    def n_answers(self) -> NDArray[np.int64]:
        """How many people answered each article, shape (n_articles,)."""
        given = [sum(row[column] is not None for row in self.answers) for column in range(len(self.articles))]
        return np.array(given, dtype=np.int64)

    def shared(self) -> "Readings":
        """Return only the articles that at least two people answered."""
        return self._select(np.flatnonzero(self.n_answers > 1))

    def in_language(self, language: str) -> "Readings":
        """Return only the articles in a language."""
        return self._select(np.flatnonzero(np.array(self.languages, dtype=object) == language))

    def where(self, keep: Callable[[Annotation], bool]) -> "Readings":
        """Return the same people and articles with only the answers that pass."""
        answers = tuple(tuple(item if item and keep(item) else None for item in row) for row in self.answers)
        return Readings(self.people, self.articles, self.stories, self.languages, answers)

    def rate(self, ask: Callable[[Annotation], float]) -> NDArray[np.float64]:
        """Return a number for each answer, shape (n_people, n_articles), NaN where there is none."""
        rows = [[np.nan if item is None else ask(item) for item in row] for row in self.answers]
        return np.array(rows, dtype=np.float64).reshape(len(self.people), len(self.articles))

    def frame_ratings(self, frames: Sequence[str]) -> NDArray[np.float64]:
        """Return 1 where an answer has a frame, else 0, shape (n_people, n_articles, n_frames), NaN without answer."""
        missing = [np.nan] * len(frames)
        rows = [
            [missing if item is None else [frame in item.frames for frame in frames] for item in row]
            for row in self.answers
        ]
        return np.array(rows, dtype=np.float64).reshape(len(self.people), len(self.articles), len(frames))

    def frame_sets(self) -> list[list[frozenset[str] | None]]:
        """Return the frames of each answer, person by person."""
        return [[None if item is None else item.frames for item in row] for row in self.answers]

    def _select(self, columns: NDArray[np.intp]) -> "Readings":
        return Readings(
            self.people,
            tuple(self.articles[column] for column in columns),
            tuple(self.stories[column] for column in columns),
            tuple(self.languages[column] for column in columns) if self.languages else (),
            tuple(tuple(row[column] for column in columns) for row in self.answers),
        )


@dataclass(frozen=True)
class Sorted:
    """Annotations sorted into those to count and how many were left out for what reason.

    `repeated` ones were replaced by a later answer of the same person to the same article.
    """

    current: tuple[Annotation, ...]
    n_other_codebook: int
    n_repeated: int

    @property
    def usable(self) -> tuple[Annotation, ...]:
        """The answers that count."""
        return tuple(item for item in self.current if item.is_usable)

    @property
    def n_skipped(self) -> int:
        """How many times a person declined to answer."""
        return sum(item.skipped for item in self.current)

    @property
    def n_unusable(self) -> int:
        """How many answers have a problem."""
        return len(self.current) - len(self.usable) - self.n_skipped


def sort_annotations(annotations: Iterable[Annotation], reference: str) -> Sorted:
    """Keep what was said under a codebook revision, the latest of each person and article."""
    latest: dict[tuple[str, str], Annotation] = {}
    n_other, n_repeated = 0, 0
    for annotation in annotations:
        if annotation.codebook != reference:
            n_other += 1
            continue
        key = annotation.article_id, annotation.annotator
        n_repeated += key in latest
        if key not in latest or _when(annotation) >= _when(latest[key]):
            latest[key] = annotation
    return Sorted(tuple(latest.values()), n_other, n_repeated)


def make_readings(annotations: Iterable[Annotation], articles: Mapping[str, Article] | None = None) -> Readings:
    """Lay out answers, at most one per person and article; `articles` give stories and languages where they are known.

    Articles come in the order in which they were first annotated.
    """
    known = articles or {}
    by_article: dict[str, dict[str, Annotation]] = {}
    for annotation in annotations:
        by_article.setdefault(annotation.article_id, {})[annotation.annotator] = annotation
    people = annotators(answer for answers in by_article.values() for answer in answers.values())
    return Readings(
        people=people,
        articles=tuple(by_article),
        stories=tuple((known[id].story if id in known else None) or id for id in by_article),
        languages=tuple(known[id].language if id in known else "" for id in by_article) if known else (),
        answers=tuple(tuple(answers.get(person) for answers in by_article.values()) for person in people),
    )


def _when(annotation: Annotation) -> str:
    return annotation.updated or annotation.created or ""
