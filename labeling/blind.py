"""Blindness: which articles are shown to annotators without a model's suggestion."""

import hashlib

DEFAULT_BLIND_SHARE = 0.2
"""Share of the articles shown without suggestions, so that the pull of suggestions can be measured."""


def is_blind(article_id: str, share: float) -> bool:
    """Say whether an article is among the `share` (0 to 1) shown without suggestions.

    A hash of the id decides, so that every machine and every run decides alike, and raising the share only adds.

    >>> sum(is_blind(f"article-{number}", 0.2) for number in range(1000))
    177
    """
    digest = hashlib.sha256(f"blind\x1f{article_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]) < share * 2**64
