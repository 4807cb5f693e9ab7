"""A work item: an article that somebody shall label, and how it came to be chosen."""

from dataclasses import dataclass
from typing import Any

from standpoint.annotation import inclusion_proba_of
from standpoint.article import Article, article_from_json
from standpoint.fields import Fields


@dataclass(frozen=True, slots=True)
class WorkItem:
    """An article on its way to annotators.

    `inclusion_proba` (above 0, at most 1) is the probability with which the draw named `draw` took the article;
    None where it was not drawn. `blind`: it is shown without suggestions; None leaves that to the push.
    `question` is what a reviewer is asked beside the usual, as for a tie between annotators.
    """

    article: Article
    inclusion_proba: float | None = None
    draw: str | None = None
    blind: bool | None = None
    question: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the article as it is written to JSON Lines, with what is known of its choice."""
        choice = {
            "inclusion_proba": self.inclusion_proba,
            "draw": self.draw,
            "blind": self.blind,
            "question": self.question,
        }
        return self.article.to_json() | {name: value for name, value in choice.items() if value is not None}


def work_item_from_json(value: Any) -> WorkItem:  # noqa: ANN401 - parsed JSON may be anything
    """Read a work item; any article is one.

    Raises:
        RecordError: the article is not valid, or a field has the wrong type.
    """
    article, fields = article_from_json(value), Fields(value)
    return WorkItem(
        article=article,
        inclusion_proba=inclusion_proba_of(fields),
        draw=fields.optional_text("draw"),
        blind=None if value.get("blind") is None else fields.flag("blind", default=False),
        question=fields.optional_text("question"),
    )
