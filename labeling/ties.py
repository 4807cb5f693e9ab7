"""Ties: what annotators are evenly split on, and the question that puts it to a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from labeling.wording import answer_words, label_words
from labeling.work_item import WorkItem
from standpoint.annotation import Annotation
from standpoint.article import Article
from standpoint.codebook import Codebook


@dataclass(frozen=True, slots=True)
class Tie:
    """A frame or an actor of one article on which annotators are evenly split.

    `votes` says who gave which answer: of a frame `YES` or None, of an actor a stance or None.
    """

    label: str
    votes: Mapping[str | None, tuple[str, ...]]


def tie_items(
    ties: Mapping[str, Sequence[Tie]],
    articles: Iterable[Article],
    annotations: Iterable[Annotation],
    codebook: Codebook,
) -> list[WorkItem]:
    """Return the tied articles with the question to put to a person, to be shown without a model's suggestions.

    How an article was drawn is taken over from its annotations.
    """
    drawn: dict[str, Annotation] = {}
    for one in annotations:
        if one.inclusion_proba is not None:
            drawn.setdefault(one.article_id, one)
    return [
        WorkItem(
            article=article,
            inclusion_proba=drawn[article.id].inclusion_proba if article.id in drawn else None,
            draw=drawn[article.id].draw if article.id in drawn else None,
            blind=True,
            question=" · ".join(_question(tie, codebook) for tie in ties[article.id]),
        )
        for article in articles
        if article.id in ties
    ]


def _question(tie: Tie, codebook: Codebook) -> str:
    """Say what is tied and who said what, as in `China / 中国 (critical / 批评: ana; none / 无: ben)`."""
    said = "; ".join(
        f"{answer_words(tie.label, answer, codebook)}: {', '.join(names)}" for answer, names in tie.votes.items()
    )
    return f"{label_words(tie.label, codebook)} ({said})"
