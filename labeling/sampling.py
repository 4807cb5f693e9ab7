"""A draw of articles to label: half uniform, half by interest, with the probability each article had."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labeling.candidates import Candidate
from standpoint.errors import InputError

INTEREST_SHARE = 0.5
"""The part of the expected draw that goes by interest; the rest is uniform, so no article is left without a chance."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An article that was drawn, and the probability with which it was, to six digits."""

    candidate: Candidate
    inclusion_proba: float


@dataclass(frozen=True, slots=True)
class Draw:
    """The articles of one draw, in random order: whoever stops half way has labelled a random part.

    `id` names seed, size and candidates: the same draw has the same name wherever it is repeated.
    """

    id: str
    drawn: tuple[Drawn, ...]


def draw_articles(candidates: Sequence[Candidate], n: int, *, seed: int) -> Draw:
    """Draw `n` articles, or one of each story if there are fewer stories.

    The same seed and candidates give the same draw, in whatever order the candidates come.

    Raises:
        InputError: there is no candidate, or `n` is below 1.
    """
    design = Design(candidates, n)
    name = hashlib.sha256(f"{seed} {design.fingerprint}".encode()).hexdigest()[:16]
    positions = design.draw(np.random.default_rng(int(name, 16)))
    proba = (float(f"{design.inclusion_proba[position]:.6g}") for position in positions)
    return Draw(name[:8], tuple(map(Drawn, (design.candidates[position] for position in positions), proba)))


class Design:
    """How articles are drawn: at most one of a story, spread over languages and outlets.

    An article's size is `1 / (2 n_articles) + interest / (2 total interest)`, and a story's size is the sum of those
    of its articles. A draw takes (1) from each story one article with probability proportional to size, and (2)
    `n` of these by systematic sampling with probability proportional to the story's size, along an order by
    language and outlet in which the outlets of a language, and the articles of an outlet, are shuffled anew in each
    draw. So each outlet gets its expected number up to rounding, and an article's inclusion probability is that of
    its story times its share of the story's size, exactly. Stories whose probability would exceed 1 are certain.

    `candidates` are sorted by article id; `inclusion_proba` has their shape, `(n_articles,)`.

    Source: Madow 1949, On the theory of systematic sampling, II (Annals of Mathematical Statistics 20); Särndal,
    Swensson and Wretman 1992, Model Assisted Survey Sampling, section 3.6.2.
    """

    def __init__(self, candidates: Sequence[Candidate], n: int) -> None:
        if not candidates or n < 1:
            raise InputError(f"cannot draw {n} of {len(candidates)} articles. Give at least one of each.")
        self.candidates = tuple(sorted(candidates, key=lambda candidate: candidate.article_id))
        self._stories = _numbers([candidate.story for candidate in self.candidates])
        self._languages = _numbers([candidate.language for candidate in self.candidates])
        self._outlets = _numbers([candidate.outlet for candidate in self.candidates])
        self._sizes = _sizes([candidate.interest for candidate in self.candidates])
        story_sizes = np.bincount(self._stories, self._sizes)
        self.n = min(n, len(story_sizes))
        self._story_proba = capped_proba(story_sizes, self.n)
        shares = self._sizes / story_sizes[self._stories]
        self.inclusion_proba = np.asarray(self._story_proba[self._stories] * shares)

    @property
    def fingerprint(self) -> str:
        """What the design is made from, hashed; interests that differ only by rounding make no difference."""
        rows = [
            f"{one.article_id}\t{one.story}\t{one.language}\t{one.outlet}\t{proba:.6g}"
            for one, proba in zip(self.candidates, self.inclusion_proba, strict=True)
        ]
        return hashlib.sha256("\n".join([str(self.n), *rows]).encode()).hexdigest()

    def draw(self, generator: np.random.Generator) -> NDArray[np.intp]:
        """Draw once; return positions in `candidates`, shape `(n,)`, in random order."""
        chosen = self._one_of_each_story(generator)
        outlets = generator.permutation(self._outlets.max() + 1)[self._outlets[chosen]]
        order = np.lexsort((generator.random(len(chosen)), outlets, self._languages[chosen]))
        ends = np.cumsum(self._story_proba[order])
        steps = np.floor(np.append(0, ends / ends[-1] * self.n) + generator.random())
        return np.asarray(generator.permutation(chosen[order[np.diff(steps) > 0]]))

    def _one_of_each_story(self, generator: np.random.Generator) -> NDArray[np.intp]:
        """Return the position of one article of each story, stories in order, drawn in proportion to size."""
        arrivals = generator.exponential(size=len(self._sizes)) / self._sizes
        order = np.lexsort((arrivals, self._stories))
        return np.asarray(order[np.unique(self._stories[order], return_index=True)[1]])


def capped_proba(sizes: ArrayLike, n: int) -> NDArray[np.float64]:
    """Return inclusion probabilities proportional to size that sum to `n`, none above 1.

    `sizes` are above 0, at least `n` of them. What would exceed 1 is certain, and the others share the rest:

    >>> capped_proba([5, 1, 1, 1], 2).round(2)
    array([1.  , 0.33, 0.33, 0.33])
    """
    size = np.asarray(sizes, dtype=np.float64)
    certain = np.zeros(len(size), dtype=bool)
    while True:
        proba = np.where(certain, 1.0, size * (n - certain.sum()) / max(size[~certain].sum(), np.finfo(float).tiny))
        if (exceeds := proba > 1).any():
            certain |= exceeds
        else:
            return proba


def _sizes(interests: Sequence[float]) -> NDArray[np.float64]:
    """Return the sizes of articles, which sum to 1; where no article is of interest all are equal."""
    interest = np.asarray(interests, dtype=np.float64)
    even = np.full(len(interest), 1 / len(interest))
    return even if interest.sum() <= 0 else (1 - INTEREST_SHARE) * even + INTEREST_SHARE * interest / interest.sum()


def _numbers(names: Sequence[str]) -> NDArray[np.intp]:
    return np.asarray(np.unique(np.array(names), return_inverse=True)[1])
