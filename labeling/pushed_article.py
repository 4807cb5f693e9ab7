"""The article of a task, read back from what a push put there."""

from typing import Any

from standpoint.article import Article, make_article
from standpoint.errors import RecordError
from standpoint.fields import Fields


def pushed_article(data: Any) -> Article | None:  # noqa: ANN401 - a server may hold anything
    """Return the article whose `text` is the very text of the task; None where no push made the task."""
    try:
        fields = Fields(data)
        title, blank_line, body = fields.text("text").partition("\n\n")
        if not blank_line:
            return None
        return make_article(
            title,
            body,
            id=fields.text("article_id"),
            source=fields.optional_text("outlet"),
            published=fields.optional_text("published"),
            url=fields.optional_text("url"),
            language=fields.optional_text("language"),
            story=fields.optional_text("story"),
        )
    except RecordError:
        return None
