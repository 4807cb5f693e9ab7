"""Candidates: the articles that may be drawn for labelling, without their texts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from labeling.work_item import work_item_from_json
from standpoint.annotation import annotation_from_json
from standpoint.article import Article, article_from_json
from standpoint.errors import InputError, RecordError
from standpoint.fields import Fields
from standpoint.jsonl import read_jsonl


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may be drawn.

    An article that was never grouped is a story of its own; `outlet` is empty where the source is not known.
    `interest` (0 or more, in any unit) is how much a label would teach; where all are equal the draw is uniform.
    """

    article_id: str
    story: str
    language: str
    outlet: str
    interest: float = 1.0


@dataclass(frozen=True, slots=True)
class Taken:
    """The stories that are annotated or drawn already, and the annotated articles whose story is not known."""

    stories: frozenset[str]
    unknown: frozenset[str]


def read_candidates(articles: Path) -> dict[str, Candidate]:
    """Read articles, one record after the other, and return them by their id.

    Raises:
        InputError: the file cannot be read or holds no article, or an id stands for two different texts.
    """
    texts: dict[str, int] = {}

    def parse(value: object) -> Candidate:
        article = article_from_json(value)
        text = hash(article.text)
        if texts.setdefault(article.id, text) != text:
            raise RecordError(f"id '{article.id}' stood for another text before. Give one of the two another id.")
        return candidate_of(article)

    candidates = {candidate.article_id: candidate for candidate in read_jsonl(articles, parse)}
    if not candidates:
        raise InputError(f"{articles}: holds no article. Read articles into it with `standpoint import`.")
    return candidates


def candidate_of(article: Article) -> Candidate:
    """Return what a draw needs to know of an article."""
    return Candidate(article.id, article.story or article.id, article.language, article.source or "")


def read_taken(paths: Iterable[Path], known: Mapping[str, Candidate]) -> Taken:
    """Read which stories are in work: a line of the files is an annotation, or an article that was drawn earlier.

    Raises:
        InputError: a file cannot be read, or a line is neither; the message names file and line.
    """
    stories: set[str] = set()
    unknown: set[str] = set()

    def parse(value: object) -> None:
        if isinstance(value, dict) and "article_id" in value:
            article_id = annotation_from_json(value).article_id
            if article_id in known:
                stories.add(known[article_id].story)
            else:
                unknown.add(article_id)
            return
        Fields(value).text("id")
        stories.add(candidate_of(work_item_from_json(value).article).story)

    for path in paths:
        for _ in read_jsonl(path, parse):
            pass
    return Taken(frozenset(stories), frozenset(unknown))
