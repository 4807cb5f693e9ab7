"""Sentences taken out of an article: what a model's answers become without their evidence, and without others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.news_model import NewsModel
from standpoint.article import Article
from standpoint.prediction import Prediction, ScoredSpan
from standpoint.sentences import Span, sentences

Cut = tuple[Span, ...]
"""The sentences that are taken out together."""


@dataclass(frozen=True, slots=True)
class Called:
    """A frame, or the stance toward an actor, that was called: its evidence, and the sentences it was chosen from."""

    label: str
    stance: str | None
    evidence: Cut
    candidates: Cut

    def proba(self, prediction: Prediction) -> float:
        """Return the probability of the same answer in a prediction of the same article, shortened or not."""
        if self.stance is None:
            return next(frame.proba for frame in prediction.frames if frame.id == self.label)
        return next(one.proba[self.stance] for one in prediction.stances if one.actor == self.label)


@dataclass(frozen=True, slots=True)
class Trial:
    """The probability of a called answer from the whole article, without its evidence, and without each random draw.

    `n_characters`: how many characters the evidence has, and a random draw on average.
    """

    called: Called
    whole: float
    without_evidence: float
    without_random: tuple[float, ...]
    n_characters: tuple[float, float]


def tried(
    model: NewsModel, article: Article, *, n_draws: int, generator: np.random.Generator
) -> tuple[list[Trial], int]:
    """Try the answers that a model calls; return the trials, and the number of answers that cannot be tried.

    Some sentence to choose from must be left when the evidence is gone. Answers with the same sentences to choose from
    share their draws, so that fewer texts are read.
    """
    (whole,) = model.predict([article])
    called = list(called_in(whole, article))
    fit = [one for one in called if 0 < len(one.evidence) < len(one.candidates)]
    drawn = {
        key: [_drawn(*key, generator) for _ in range(n_draws)]
        for key in dict.fromkeys((one.candidates, len(one.evidence)) for one in fit)
    }
    cuts = list(dict.fromkeys([*(one.evidence for one in fit), *(cut for some in drawn.values() for cut in some)]))
    found = dict(zip(cuts, model.predict([without(article, cut) for cut in cuts], evidence=False), strict=True))
    trials = [_trial(one, whole, found, drawn[one.candidates, len(one.evidence)]) for one in fit]
    return trials, len(called) - len(fit)


def called_in(prediction: Prediction, article: Article) -> Iterator[Called]:
    """Yield what a prediction calls; a stance is drawn from the sentences that name the actor, a frame from all."""
    spans = sentences(article.text)
    for frame in prediction.frames:
        if frame.present:
            yield Called(frame.id, None, _spans(frame.evidence), tuple(spans))
    for one in prediction.stances:
        named = tuple((start, end) for start, end in spans if any(start <= first < end for first, _ in one.mentions))
        yield Called(one.actor, one.stance, _spans(one.evidence), named)


def without(article: Article, cut: Cut) -> Article:
    """Return the article without these spans of its text.

    A line break stands where each was, so that the sentences around it stay the ones they were.
    """
    text, n_title = article.text, len(article.title)
    pieces = {"title": (0, n_title), "body": (n_title + 2, len(text))}
    return replace(article, **{part: _kept(text, span, cut) for part, span in pieces.items()})


def _trial(called: Called, whole: Prediction, found: Mapping[Cut, Prediction], drawn: Sequence[Cut]) -> Trial:
    return Trial(
        called=called,
        whole=called.proba(whole),
        without_evidence=called.proba(found[called.evidence]),
        without_random=tuple(called.proba(found[cut]) for cut in drawn),
        n_characters=(_length(called.evidence), float(np.mean([_length(cut) for cut in drawn]))),
    )


def _kept(text: str, span: Span, cut: Cut) -> str:
    inside = sorted((start, end) for start, end in cut if span[0] <= start < span[1])
    starts, ends = [span[0], *(end for _, end in inside)], [*(start for start, _ in inside), span[1]]
    return "\n".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _drawn(candidates: Cut, size: int, generator: np.random.Generator) -> Cut:
    return tuple(candidates[place] for place in sorted(generator.choice(len(candidates), size, replace=False)))


def _spans(evidence: Iterable[ScoredSpan]) -> Cut:
    return tuple(sorted((span.start, span.end) for span in evidence))


def _length(cut: Cut) -> int:
    return sum(end - start for start, end in cut)
