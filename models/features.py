"""TF-IDF features over hashed n-grams: learned on the training texts, kept as plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.ngrams import KEY_BITS, NgramConfig, count_ngrams

Arrays = dict[str, NDArray[Any]]
_Rows = TypeVar("_Rows", sparse.csr_matrix, NDArray[np.float32])


@dataclass(frozen=True)
class View:
    """One way of looking at a text: the n-grams to count and the weight of the view among the others.

    An n-gram is kept when it stands in at least `min_texts` different training texts.
    """

    name: str
    ngrams: NgramConfig
    weight: float = 1.0
    min_texts: int = 2


class TfidfFeatures:
    """Sublinear TF-IDF over several views of each text, each view scaled to the length of its weight.

    Learned attributes: `keys_` (n_features,) sorted within each view, `idf_` (n_features,),
    `splits_` (n_views + 1,), the first feature of each view.
    """

    def __init__(self, views: Sequence[View], *, max_features_per_view: int = 200_000) -> None:
        self.views = tuple(views)
        self.max_features_per_view = max_features_per_view

    def fit_transform(self, texts: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """Learn the features of texts and return them.

        Args:
            texts: one column of texts per view, all of one length.

        Returns:
            Matrix of shape (n_texts, n_features).
        """
        counted = self._count(texts)
        learned = [self._select(view, column) for view, column in zip(self.views, counted, strict=True)]
        self._set(
            np.concatenate([keys for keys, _ in learned]),
            np.concatenate([idf for _, idf in learned]),
            np.cumsum([0, *(len(keys) for keys, _ in learned)]),
        )
        return self._assemble(counted)

    def transform(self, texts: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """Return the features of other texts, shape (n_texts, n_features)."""
        return self._assemble(self._count(texts))

    def scores(self, texts: Sequence[Sequence[str]], coefficients: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what `transform(texts) @ coefficients.T` would give, without the matrix of all views.

        Args:
            texts: one column of texts per view, all of one length.
            coefficients: one row per label, shape (n_labels, n_features); quickest in Fortran order.

        Returns:
            Array of shape (n_texts, n_labels).
        """
        total = np.zeros((len(texts[0]), len(coefficients)), dtype=np.float32)
        for column, index, bounds, view in zip(
            self._count(texts), self._indexes, self._bounds, self.views, strict=True
        ):
            matrix = column.matrix(index, self.idf_[bounds], view.weight)
            total += column.spread(matrix @ coefficients.T[bounds])
        return total

    def to_arrays(self) -> Arrays:
        """Return what was learned as plain arrays."""
        return {"keys": self.keys_.astype(np.int32), "idf": self.idf_, "splits": self.splits_.astype(np.int64)}

    def load_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take over what `to_arrays` returned; return itself."""
        self._set(arrays["keys"].astype(np.int64), arrays["idf"], arrays["splits"])
        return self

    def _count(self, texts: Sequence[Sequence[str]]) -> list["_Column"]:
        return [
            _Column.of(column, view.ngrams, salt)
            for salt, (view, column) in enumerate(zip(self.views, texts, strict=True))
        ]

    def _select(self, view: View, column: "_Column") -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        n_texts = np.bincount(column.keys, minlength=1 << KEY_BITS)
        kept = np.flatnonzero(n_texts >= min(view.min_texts, max(column.n_unique // 2, 1)))
        if len(kept) > self.max_features_per_view:
            most = np.argsort(-n_texts[kept], kind="stable")[: self.max_features_per_view]
            kept = np.sort(kept[most])
        return kept, np.log((1 + column.n_unique) / (1 + n_texts[kept])) + 1

    def _set(self, keys: NDArray[np.int64], idf: NDArray[np.floating], splits: NDArray[np.int64]) -> None:
        self.keys_, self.idf_, self.splits_ = keys, idf.astype(np.float32), splits
        self._bounds = [slice(int(first), int(end)) for first, end in pairwise(splits)]
        self._indexes = [_KeyIndex(keys[bounds]) for bounds in self._bounds]

    def _assemble(self, counted: Sequence["_Column"]) -> sparse.csr_matrix:
        blocks = [
            column.spread(column.matrix(index, self.idf_[bounds], view.weight))
            for column, index, bounds, view in zip(counted, self._indexes, self._bounds, self.views, strict=True)
        ]
        return sparse.csr_matrix(sparse.hstack(blocks))


@dataclass(frozen=True)
class _Column:
    """The counted n-grams of one view; equal texts are counted once and repeated in the matrix."""

    rows: NDArray[np.int64]
    keys: NDArray[np.int64]
    counts: NDArray[np.float32]
    n_unique: int
    positions: NDArray[np.int64] | None

    @classmethod
    def of(cls, texts: Sequence[str], ngrams: NgramConfig, salt: int) -> "_Column":
        unique = dict.fromkeys(texts)
        if len(unique) == len(texts):
            return cls(*count_ngrams(texts, ngrams, salt=salt), len(texts), None)
        numbers = {text: number for number, text in enumerate(unique)}
        positions = np.fromiter((numbers[text] for text in texts), dtype=np.int64, count=len(texts))
        return cls(*count_ngrams(list(unique), ngrams, salt=salt), len(unique), positions)

    def matrix(self, index: "_KeyIndex", idf: NDArray[np.float32], weight: float) -> sparse.csr_matrix:
        """Return one row per different text and one column per key of the index."""
        known, columns = index.find(self.keys)
        rows = self.rows[known]
        values = (1 + np.log(self.counts[known])) * idf[columns]
        lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=self.n_unique))
        values *= (weight / np.maximum(lengths, 1e-9)).astype(np.float32)[rows]
        ends = np.searchsorted(rows, np.arange(self.n_unique + 1)).astype(np.int32)
        return sparse.csr_matrix((values, columns, ends), shape=(self.n_unique, len(idf)))

    def spread(self, by_unique: _Rows) -> _Rows:
        """Return a row per text, given a row per different text."""
        return by_unique if self.positions is None else by_unique[self.positions]


class _KeyIndex:
    """Finds the place of a key among sorted keys.

    Each possible key is one bit, set where the key is known; the place of a key is the number of set bits below it:
    those of the words before its own, which are summed beforehand, and those in its own word. That takes 0.75 MB for
    2 ** 22 possible keys, where a table of places takes 16 MB and makes scoring less than a tenth quicker.

    Source: rank in a bit vector (Jacobson, 1989).
    """

    def __init__(self, keys: NDArray[np.int64]) -> None:
        bits = np.zeros(1 << KEY_BITS, dtype=np.uint8)
        bits[keys] = 1
        self._words = np.packbits(bits, bitorder="little").view("<u8")
        n_set = np.bitwise_count(self._words)
        self._n_before = np.cumsum(n_set, dtype=np.int32) - n_set

    def find(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return which of the keys are known, as positions in `keys`, and the place of each of these."""
        words = self._words[keys >> 6]
        bits = (keys & 63).astype(np.uint64)
        known = np.flatnonzero(words >> bits & np.uint64(1))
        lower = words[known] & ((np.uint64(1) << bits[known]) - np.uint64(1))
        return known, self._n_before[keys[known] >> 6] + np.bitwise_count(lower)
