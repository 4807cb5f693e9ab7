"""Merging: articles read now joined to those already there, so that reading twice changes nothing."""

from collections.abc import Iterable
from dataclasses import replace

from corpus.outcome import Placed, Rejected
from standpoint.article import Article
from standpoint.errors import RecordError


def merge(existing: Iterable[Placed], readings: Iterable[Placed]) -> tuple[list[Article], list[Rejected]]:
    """Return the existing articles and then the new ones, each id once, and what could not be joined.

    A reading with a known id and the same text only fills in fields that are still empty, language and story
    apart. One with another text, or another value in a filled field, is set aside and the first is kept.

    Raises:
        RecordError: two of the existing articles have one id.
    """
    kept = _by_id(existing)
    rejected = []
    for reading in readings:
        first = kept.setdefault(reading.article.id, reading)
        difference = _difference(first.article, reading.article)
        if difference is None:
            kept[reading.article.id] = Placed(reading.place, _filled(first.article, reading.article))
        else:
            rejected.append(_rejection(reading, first, difference))
    return [placed.article for placed in kept.values()], rejected


def _by_id(existing: Iterable[Placed]) -> dict[str, Placed]:
    found: dict[str, Placed] = {}
    for placed in existing:
        first = found.setdefault(placed.article.id, placed)
        if first is not placed:
            raise RecordError(
                f"{placed.place}: id '{placed.article.id}' is already used at {first.place}. "
                "Give one of them another id or remove one."
            )
    return found


def _difference(first: Article, second: Article) -> str | None:
    """Name what two articles with one id disagree in, or return None."""
    if first.text != second.text:
        return "text"
    for name in ("source", "published", "url"):
        values = getattr(first, name), getattr(second, name)
        if None not in values and values[0] != values[1]:
            return f"{name} ('{values[0]}' there, '{values[1]}' here)"
    return None


def _filled(first: Article, second: Article) -> Article:
    return replace(
        first,
        source=first.source or second.source,
        published=first.published or second.published,
        url=first.url or second.url,
    )


def _rejection(reading: Placed, first: Placed, difference: str) -> Rejected:
    return Rejected(
        reading.place,
        f"id '{reading.article.id}' is already that of an article with another {difference}, read from {first.place}, "
        "which was kept. Give one of them another id or remove one.",
    )
