"""TF-IDF features over hashed n-grams: learned on the training texts, kept as plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.ngrams import KEY_BITS, NgramConfig, count_ngrams

Arrays = dict[str, NDArray[Any]]


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
        self._tables = [
            _lookup_table(keys, int(first), int(end)) for first, end in zip(splits[:-1], splits[1:], strict=True)
        ]

    def _assemble(self, counted: Sequence["_Column"]) -> sparse.csr_matrix:
        blocks = [
            column.matrix(table, self.idf_, view.weight)
            for column, table, view in zip(counted, self._tables, self.views, strict=True)
        ]
        return blocks[0] if len(blocks) == 1 else sparse.csr_matrix(sum(blocks[1:], blocks[0]))


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

    def matrix(self, table: NDArray[np.int32], idf: NDArray[np.float32], weight: float) -> sparse.csr_matrix:
        columns = table[self.keys]
        known = columns >= 0
        rows, columns = self.rows[known], columns[known]
        values = (1 + np.log(self.counts[known])) * idf[columns]
        lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=self.n_unique))
        values *= (weight / np.maximum(lengths, 1e-9)).astype(np.float32)[rows]
        ends = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=self.n_unique))])
        matrix = sparse.csr_matrix((values, columns, ends), shape=(self.n_unique, len(idf)))
        return matrix if self.positions is None else matrix[self.positions]


def _lookup_table(keys: NDArray[np.int64], first: int, end: int) -> NDArray[np.int32]:
    table = np.full(1 << KEY_BITS, -1, dtype=np.int32)
    table[keys[first:end]] = np.arange(first, end, dtype=np.int32)
    return table
