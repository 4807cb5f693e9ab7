"""N-gram features for Chinese and English, counted with vector arithmetic instead of a loop over characters.

Every n-gram of a batch of texts is a difference of two prefix sums of a polynomial hash (Karp and Rabin,
1987), so that one pass over the code points gives all of them at once, whatever their length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Counts = tuple[Keys, Keys, NDArray[np.float32]]
"""Row numbers, keys and counts, sorted by row and key."""

KEY_BITS = 22
"""Bits of a hashed n-gram; two n-grams share a key once in 4 million."""

_BASE = 0x9E3779B97F4A7C15 | 1
_MIX = np.uint64(0xD6E8FEB86659FD93)
_MASK = (1 << 64) - 1
_BATCH_CHARACTERS = 1 << 15
_BATCH_TEXTS = 1 << (32 - KEY_BITS)
_Spans = tuple[slice | Keys, slice | Keys, slice | NDArray[np.bool_]]
"""Starts, ends and which of the spans are n-grams."""

_ALL = slice(None)

_SPACE, _LETTER, _HAN, _SIGN = 0, 1, 2, 3


@dataclass(frozen=True)
class NgramConfig:
    """Which n-grams are counted; lengths are inclusive, (0, 0) leaves a kind out.

    `characters` are of any script and reach over a space at their ends only; single Latin letters say nothing and
    are left out. `words` are runs of letters and digits. `chinese` are runs of Chinese characters and serve as the
    words of a language that writes none.
    """

    characters: tuple[int, int] = (0, 0)
    words: tuple[int, int] = (0, 0)
    chinese: tuple[int, int] = (0, 0)


def count_ngrams(texts: Sequence[str], config: NgramConfig, *, salt: int = 0) -> Counts:
    """Count the hashed n-grams of each text.

    Args:
        texts: any texts; case is folded and runs of white space count as one space.
        config: which n-grams to count.
        salt: keeps the keys of different kinds of text apart.

    Returns:
        Row numbers, keys (0 to 2 ** KEY_BITS - 1) and counts, three arrays of one length, sorted by row and key.
    """
    parts = [(batch.first, *batch.count(config, salt=salt)) for batch in text_batches(texts)]
    if not parts:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty.astype(np.float32)
    firsts, rows, keys, counts = zip(*parts, strict=True)
    return np.concatenate(list(map(np.add, rows, firsts))), np.concatenate(keys), np.concatenate(counts)


class TextBatch:
    """Texts side by side that fit the processor's cache, made ready once for all n-grams that are counted in them.

    `first` is the number of its first text among all texts.
    """

    def __init__(self, first: int, normal_texts: Sequence[str]) -> None:
        self.first, self.n_texts = first, len(normal_texts)
        codes = np.frombuffer("".join(normal_texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        lengths = [len(text) for text in normal_texts]
        self._rows = np.repeat(np.arange(self.n_texts, dtype=np.uint32) << KEY_BITS, lengths)
        self._hasher = _Hasher(codes)
        self._kinds = _kinds()[np.minimum(codes, 0x1FFFF)]

    def count(self, config: NgramConfig, *, salt: int = 0) -> Counts:
        """Count n-grams as `count_ngrams` does; rows are numbered from 0."""
        rows, keys = self._rows, self._hasher.keys
        spans = [(salt * 16 + 1, *span) for span in _characters(self._kinds, config)]
        spans += [(salt * 16 + 2, *span) for span in _words(self._kinds, rows, config)]
        spans += [(salt * 16 + 3, *span) for span in _chinese(self._kinds, config)]
        packed = np.concatenate(
            [rows[:0], *((rows[starts] | keys(starts, ends, salt))[kept] for salt, starts, ends, kept in spans)]
        )
        packed.sort()
        return _run_lengths(packed)


def text_batches(texts: Sequence[str]) -> Iterator[TextBatch]:
    """Yield the texts, in order, in batches."""
    batch: list[str] = []
    room = _BATCH_CHARACTERS
    for row, text in enumerate(texts):
        normal = f" {' '.join(text.lower().split())} "
        if batch and (room < len(normal) or len(batch) == _BATCH_TEXTS):
            yield TextBatch(row - len(batch), batch)
            batch, room = [], _BATCH_CHARACTERS
        batch.append(normal)
        room -= len(normal)
    if batch:
        yield TextBatch(len(texts) - len(batch), batch)


def _run_lengths(packed: NDArray[np.uint32]) -> Counts:
    firsts = np.flatnonzero(np.concatenate([[True], packed[1:] != packed[:-1]])[: len(packed)])
    counts = np.diff(firsts, append=len(packed)).astype(np.float32)
    unique = packed[firsts].astype(np.int64)
    return unique >> KEY_BITS, unique & ((1 << KEY_BITS) - 1), counts


def _characters(kinds: NDArray[np.uint8], config: NgramConfig) -> Iterator[_Spans]:
    """Yield the character n-grams of each length."""
    if config.characters[0] <= 1 <= config.characters[1]:
        yield from _chinese(kinds, NgramConfig(chinese=(1, 1)))
    is_text = kinds != _SPACE
    inside = is_text | True
    for length in range(2, min(config.characters[1], len(kinds)) + 1):
        first, last = is_text[: len(kinds) - length + 1], is_text[length - 1 :]
        if length == 2:
            kept = first & last
        else:
            inside = inside[: len(last)] & is_text[length - 2 : -1]
            kept = inside & (first | last)
        if length >= config.characters[0]:
            yield slice(len(kinds) - length + 1), slice(length, len(kinds) + 1), kept


def _words(kinds: NDArray[np.uint8], rows: NDArray[np.uint32], config: NgramConfig) -> Iterator[_Spans]:
    """Yield the word n-grams of each length; a longer one spans the single spaces or signs between its words."""
    is_letter = np.concatenate([[False], kinds == _LETTER, [False]])
    edges = np.flatnonzero(is_letter[1:] != is_letter[:-1])
    starts, ends = edges[0::2], edges[1::2]
    for length in range(max(config.words[0], 1), min(config.words[1], len(starts)) + 1):
        first, last = starts[: len(starts) - length + 1], ends[length - 1 :]
        yield first, last, rows[first] == rows[last - 1]


def _chinese(kinds: NDArray[np.uint8], config: NgramConfig) -> Iterator[_Spans]:
    """Yield the n-grams of Chinese characters alone, of each length."""
    is_han = kinds == _HAN
    kept = is_han
    for length in range(1, min(config.chinese[1], len(kinds)) + 1 if is_han.any() else 1):
        kept = kept[: len(kinds) - length + 1] & is_han[length - 1 :]
        if length >= config.chinese[0]:
            starts = np.flatnonzero(kept)
            yield starts, starts + length, _ALL


class _Hasher:
    """Hashes any spans of one sequence of code points."""

    def __init__(self, codes: NDArray[np.uint32]) -> None:
        powers, self._inverses = _powers(1 << max(len(codes), 1).bit_length())
        terms = (codes.astype(np.uint64) + np.uint64(1)) * powers[: len(codes)]
        self._sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(terms, dtype=np.uint64)])

    def keys(self, starts: slice | Keys, ends: slice | Keys, salt: int) -> NDArray[np.uint32]:
        """Return the key of every span."""
        value = (self._sums[ends] - self._sums[starts]) * self._inverses[starts]
        value += np.uint64(salt * 0xA24BAED4963EE407 & _MASK)
        value ^= value >> np.uint64(32)
        value *= _MIX
        keys: NDArray[np.uint32] = (value >> np.uint64(64 - KEY_BITS)).astype(np.uint32)
        return keys


@cache
def _powers(count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the powers of the base and of its inverse modulo 2 ** 64."""
    return _power_series(_BASE, count), _power_series(pow(_BASE, -1, 1 << 64), count)


def _power_series(base: int, count: int) -> NDArray[np.uint64]:
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


@cache
def _kinds() -> NDArray[np.uint8]:
    """Return the kind of each code point up to 0x1ffff; what lies above is Chinese or a sign and counts as a sign."""
    kinds = np.full(0x20000, _SIGN, dtype=np.uint8)
    plane = [chr(code) for code in range(0x10000)]
    kinds[:0x10000][[character.isalnum() or character == "_" for character in plane]] = _LETTER
    kinds[:0x10000][[character.isspace() for character in plane]] = _SPACE
    kinds[0x3400:0xA000] = _HAN
    kinds[0xF900:0xFB00] = _HAN
    kinds[0xE000:0xE010] = _LETTER
    return kinds
