"""Stories: groups of near-copies of one text, such as a wire report that several outlets printed."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from standpoint.article import Article
from standpoint.errors import StandpointError

Shingles = NDArray[np.uint32]

_SHINGLE_CHARACTERS = 5
_PERMUTATIONS = 128
_SEED = 20251120
# The share of pairs exactly at the threshold that the index must propose.
_RECALL = 0.98
# A pair is compared exactly unless its estimate is this far below the threshold (over four standard errors).
_MARGIN = 0.2
_NO_LETTER = re.compile(r"[\W_]+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def group_stories(articles: Sequence[Article], *, threshold: float = 0.6) -> list[Article]:
    """Return the articles in the same order, each with the story it belongs to; earlier stories are replaced.

    Two articles belong together if the sets of their 5-character shingles (letters, digits and Chinese characters
    of title and body, in lower case) have a Jaccard similarity of `threshold` (above 0, at most 1) or more, and
    so do chains of such pairs. So an excerpt or a digest of less than that share stays a story of its own, and so
    do articles on one topic. A story is named after its earliest article, by day, time and then id; the result
    does not depend on the order of the articles. Candidates come from MinHash with banding (Broder 1997; Leskovec,
    Rajaraman and Ullman, Mining of Massive Datasets, ch. 3) and are confirmed on the real sets.

    Raises:
        StandpointError: the threshold is not above 0 and at most 1.
    """
    if not 0 < threshold <= 1:
        raise StandpointError(f"threshold {threshold} is not above 0 and at most 1. Use 0.6 for near-copies.")
    groups = _Groups(len(articles))
    shingles = [shingle_hashes(article.text) for article in articles]
    originals = _join_copies(shingles, groups)
    for first, second in _near_pairs(originals, shingles, threshold):
        if not groups.are_joined(first, second) and jaccard(shingles[first], shingles[second]) >= threshold:
            groups.join(first, second)
    return _named(articles, groups)


def shingle_hashes(text: str) -> Shingles:
    """Return the sorted, distinct 32-bit hashes of the text's shingles; a shorter text is one shingle."""
    characters = _NO_LETTER.sub("", text.lower())
    codes = np.frombuffer(characters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    length = min(_SHINGLE_CHARACTERS, len(codes))
    n_shingles = len(codes) - length + 1 if length else 0
    hashes: NDArray[np.uint64] = np.zeros(n_shingles, dtype=np.uint64)
    for offset in range(length):
        hashes = (hashes ^ codes[offset : offset + n_shingles]) * _MULTIPLIER
        hashes ^= hashes >> np.uint64(29)
    return np.unique((hashes >> np.uint64(32)).astype(np.uint32))


def jaccard(first: Shingles, second: Shingles) -> float:
    """Return the share of shingles that two sets have in common, 0 to 1; 0 where both are empty.

    >>> one, other = shingle_hashes("abcdefgh"), shingle_hashes("abcdefxyz")
    >>> len(one), len(other), round(jaccard(one, other), 3)  # 2 of 4 + 5 - 2
    (4, 5, 0.286)
    """
    n_shared = len(np.intersect1d(first, second, assume_unique=True))
    n_all = len(first) + len(second) - n_shared
    return n_shared / n_all if n_all else 0.0


class _Groups:
    """Disjoint sets of positions that can be joined (union-find with path halving)."""

    def __init__(self, n_items: int) -> None:
        self._parents = list(range(n_items))

    def root(self, item: int) -> int:
        parents = self._parents
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    def are_joined(self, first: int, second: int) -> bool:
        return self.root(first) == self.root(second)

    def join(self, first: int, second: int) -> None:
        self._parents[self.root(first)] = self.root(second)


def _join_copies(shingles: Sequence[Shingles], groups: _Groups) -> list[int]:
    """Join articles with the same shingles; return one position of each, without those that have no shingle."""
    first_with: dict[bytes, int] = {}
    for position, hashes in enumerate(shingles):
        if len(hashes):
            digest = hashlib.sha256(hashes.tobytes()).digest()
            groups.join(position, first_with.setdefault(digest, position))
    return list(first_with.values())


def _near_pairs(positions: Sequence[int], shingles: Sequence[Shingles], threshold: float) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions that are probably near-copies, each once."""
    index = MinHashLSH(num_perm=_PERMUTATIONS, params=_bands_and_rows(threshold))
    batches = (shingles[position].tolist() for position in positions)
    sketches: dict[int, MinHash] = {}
    for position, sketch in zip(
        positions, MinHash.generator(batches, num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=int), strict=True
    ):
        for other in index.query(sketch):
            if sketch.jaccard(sketches[other]) >= threshold - _MARGIN:
                yield other, position
        index.insert(position, sketch, check_duplication=False)
        sketches[position] = sketch


def _bands_and_rows(threshold: float) -> tuple[int, int]:
    """Return the narrowest banding that proposes enough of the pairs at the threshold."""
    for rows in range(_PERMUTATIONS // 2, 1, -1):
        bands = _PERMUTATIONS // rows
        if 1 - (1 - threshold**rows) ** bands >= _RECALL:
            return bands, rows
    return _PERMUTATIONS, 1


def _named(articles: Sequence[Article], groups: _Groups) -> list[Article]:
    earliest: dict[int, Article] = {}
    for position, article in enumerate(articles):
        root = groups.root(position)
        earliest[root] = min(earliest.get(root, article), article, key=_age)
    return [replace(article, story=earliest[groups.root(position)].id) for position, article in enumerate(articles)]


def _age(article: Article) -> tuple[date, str, str]:
    return article.day or date.max, article.published or "", article.id
