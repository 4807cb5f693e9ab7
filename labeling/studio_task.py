"""A task: a work item as Label Studio stores and shows it."""

import hashlib
from typing import Any

from labeling.blind import is_blind
from labeling.studio_config import display_names
from labeling.work_item import WorkItem
from standpoint.article import Article
from standpoint.codebook import Codebook
from standpoint.mentions import MentionFinder


def task_data(item: WorkItem, codebook: Codebook, finder: MentionFinder, *, blind_share: float) -> dict[str, Any]:
    """Return the data of the task; `finder` looks for the codebook's actors.

    No key may be called `source`: the server would show the whole task in its place.
    """
    article = item.article
    blind = is_blind(article.id, blind_share) if item.blind is None else item.blind
    return {
        "article_id": article.id,
        "text_sha256": text_sha256(article.text),
        "text": article.text,
        "byline": _byline(article),
        "language": article.language,
        "outlet": article.source or "",
        "published": article.published,
        "story": article.story,
        "url": article.url,
        "inclusion_proba": item.inclusion_proba,
        "draw": item.draw,
        "blind": blind,
        "question": item.question or "",
        "actors": _actors(article.text, codebook, finder),
    }


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a text (64 hex digits)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _byline(article: Article) -> str:
    return " · ".join(part for part in (article.source, article.published, article.language) if part)


def _actors(text: str, codebook: Codebook, finder: MentionFinder) -> list[dict[str, str]]:
    """Return all actors as choices, those found in the text first and in bold."""
    found = {mention.actor for mention in finder.find(text)}
    choices = [{"value": name, "alias": id} for id, name in display_names(codebook.actors).items()]
    first = [choice | {"style": "font-weight: 600"} for choice in choices if choice["alias"] in found]
    return first + [choice for choice in choices if choice["alias"] not in found]
