"""TF-IDF features over hashed n-grams: learned on the training texts, kept as plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.ngrams import KEY_BITS, Counts, NgramConfig, count_ngrams, text_batches

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
        columns = [_Column.of(column) for column in texts]
        counted = self._counted(columns)
        learned = [
            self._select(view, keys, len(column.texts))
            for view, column, (_, keys, _) in zip(self.views, columns, counted, strict=True)
        ]
        self._set(
            np.concatenate([keys for keys, _ in learned]),
            np.concatenate([idf for _, idf in learned]),
            np.cumsum([0, *(len(keys) for keys, _ in learned)]),
        )
        return self._assembled(columns, counted)

    def transform(self, texts: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """Return the features of other texts, shape (n_texts, n_features)."""
        columns = [_Column.of(column) for column in texts]
        return self._assembled(columns, self._counted(columns))

    def scores(self, texts: Sequence[Sequence[str]], coefficients: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what `transform(texts) @ coefficients.T` would give, without the matrix.

        Args:
            texts: one column of texts per view, all of one length; quickest where views side by side share theirs.
            coefficients: one row per label, shape (n_labels, n_features); quickest in Fortran order.

        Returns:
            Array of shape (n_texts, n_labels).
        """
        total = np.zeros((len(texts[0]), len(coefficients)), dtype=np.float32)
        for _, same in groupby(range(len(self.views)), key=lambda view: id(texts[view])):
            views = list(same)
            column = _Column.of(texts[views[0]])
            for scores in self._scores(column.texts, views, coefficients):
                total += column.spread(scores)
        return total

    def _scores(
        self, texts: Sequence[str], views: Sequence[int], coefficients: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the scores of texts in each of some views, shape (n_views, n_texts, n_labels).

        A batch goes all the way while it is in the processor's cache, which takes half as long as step by step.
        """
        scores = np.zeros((len(views), len(texts), len(coefficients)), dtype=np.float32)
        for batch in text_batches(texts):
            rows = slice(batch.first, batch.first + batch.n_texts)
            for place, view in enumerate(views):
                counts = batch.count(self.views[view].ngrams, salt=view)
                matrix = self._matrix(view, counts, batch.n_texts)
                scores[place, rows] = matrix @ coefficients.T[self._bounds[view]]
        return scores

    def to_arrays(self) -> Arrays:
        """Return what was learned as plain arrays."""
        return {"keys": self.keys_.astype(np.int32), "idf": self.idf_, "splits": self.splits_.astype(np.int64)}

    def load_arrays(self, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take over what `to_arrays` returned; return itself."""
        self._set(arrays["keys"].astype(np.int64), arrays["idf"], arrays["splits"])
        return self

    def _counted(self, columns: Sequence["_Column"]) -> list[Counts]:
        return [
            count_ngrams(column.texts, view.ngrams, salt=salt)
            for salt, (view, column) in enumerate(zip(self.views, columns, strict=True))
        ]

    def _select(
        self, view: View, keys: NDArray[np.int64], n_different: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        n_texts = np.bincount(keys, minlength=1 << KEY_BITS)
        kept = np.flatnonzero(n_texts >= min(view.min_texts, max(n_different // 2, 1)))
        if len(kept) > self.max_features_per_view:
            most = np.argsort(-n_texts[kept], kind="stable")[: self.max_features_per_view]
            kept = np.sort(kept[most])
        return kept, np.log((1 + n_different) / (1 + n_texts[kept])) + 1

    def _set(self, keys: NDArray[np.int64], idf: NDArray[np.floating], splits: NDArray[np.int64]) -> None:
        self.keys_, self.idf_, self.splits_ = keys, idf.astype(np.float32), splits
        self._bounds = [slice(int(first), int(end)) for first, end in pairwise(splits)]
        self._indexes = [_KeyIndex(keys[bounds]) for bounds in self._bounds]

    def _assembled(self, columns: Sequence["_Column"], counted: Sequence[Counts]) -> sparse.csr_matrix:
        blocks = [
            column.spread(self._matrix(view, counts, len(column.texts)))
            for view, (column, counts) in enumerate(zip(columns, counted, strict=True))
        ]
        return sparse.csr_matrix(sparse.hstack(blocks))

    def _matrix(self, view: int, counted: Counts, n_texts: int) -> sparse.csr_matrix:
        """Return a row per text and a column per feature of one view."""
        all_rows, keys, counts = counted
        known, columns = self._indexes[view].find(keys)
        rows, idf = all_rows[known], self.idf_[self._bounds[view]]
        values = (1 + np.log(counts[known])) * idf[columns]
        lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=n_texts))
        values *= (self.views[view].weight / np.maximum(lengths, 1e-9)).astype(np.float32)[rows]
        ends = np.searchsorted(rows, np.arange(n_texts + 1)).astype(np.int32)
        return sparse.csr_matrix((values, columns, ends), shape=(n_texts, len(idf)))


@dataclass(frozen=True)
class _Column:
    """The texts of one view, each once, and where they stood; `positions` is None where none stood twice."""

    texts: Sequence[str]
    positions: NDArray[np.int64] | None

    @classmethod
    def of(cls, texts: Sequence[str]) -> "_Column":
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        if len(numbers) == len(texts):
            return cls(texts, None)
        positions = np.fromiter((numbers[text] for text in texts), dtype=np.int64, count=len(texts))
        return cls(list(numbers), positions)

    def spread(self, by_text: _Rows) -> _Rows:
        """Return a row for each place, given a row per text."""
        return by_text if self.positions is None else by_text[self.positions]


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
        bits = (keys & 63).view(np.uint64)
        known = np.flatnonzero((words >> bits & np.uint64(1)).astype(bool))
        lower = words[known] & ((np.uint64(1) << bits[known]) - np.uint64(1))
        return known, self._n_before[keys[known] >> 6] + np.bitwise_count(lower)
