"""Adjudication: several people's answers to one article made one gold answer, or ties for a person to decide."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from labeling.ties import Tie
from labeling.wording import YES
from standpoint.annotation import Annotation, Evidence, check_annotation
from standpoint.codebook import Codebook
from standpoint.errors import RecordError

GOLD = "gold"
"""The annotator of every gold answer."""


@dataclass(frozen=True)
class Adjudication:
    """Gold answers in the order in which the articles came; what is tied, and what was left out.

    `ties` holds the ties of each undecided article, by its id. `unusable` were skipped or left with a problem,
    `superseded` were answered again later by the same person; `too_few` names articles with too few answers.
    """

    gold: tuple[Annotation, ...]
    ties: dict[str, tuple[Tie, ...]]
    n_decided: int
    unusable: tuple[Annotation, ...]
    superseded: tuple[Annotation, ...]
    too_few: tuple[str, ...]


def adjudicate(
    annotations: Iterable[Annotation],
    codebook: Codebook,
    *,
    decisions: Collection[Annotation] = (),
    min_annotators: int = 1,
) -> Adjudication:
    """Make one gold answer per article, by majority of those who answered, frame by frame and actor by actor.

    A frame is there if more than half marked it. An actor has a stance if more than half gave one, and it is the one
    given most often. Where two answers lead together the article is tied, and nothing is guessed. A decision replaces
    the majority on every label of its article, also where nothing was tied. Evidence is that of everyone who gave the
    label that won, overlapping spans of one label joined. The shares are the annotators', also where a person decided.

    Args:
        annotations: any number per article; of several by one person the last changed counts.
        codebook: what all of them were made with.
        decisions: at most one usable answer per article.
        min_annotators: articles with fewer usable answers and no decision are left out.

    Raises:
        CodebookMismatchError: an answer was made under another codebook or revision.
        RecordError: an answer names what the codebook does not have, or an article is decided twice.
    """
    latest, superseded = _latest(annotations)
    by_article = _by_article(_usable(latest, codebook))
    decided = _decided(_usable(decisions, codebook))
    gold, ties, too_few = [], {}, []
    for article in dict.fromkeys((*by_article, *decided)):
        answers = by_article.get(article, [])
        if article in decided:
            gold.append(_gold(answers, decided[article], [decided[article]]))
        elif len(answers) < min_annotators:
            too_few.append(article)
        elif tied := tuple(_ties(answers)):
            ties[article] = tied
        else:
            gold.append(_gold(answers, _majority(answers), answers))
    unusable = tuple(one for one in (*latest, *decisions) if not one.is_usable)
    return Adjudication(tuple(gold), ties, len(decided), unusable, tuple(superseded), tuple(too_few))


def _latest(annotations: Iterable[Annotation]) -> tuple[list[Annotation], list[Annotation]]:
    """Return the last answer of each person to each article, and those it supersedes."""
    latest: dict[tuple[str, str], Annotation] = {}
    superseded = []
    for one in annotations:
        earlier = latest.setdefault((one.article_id, one.annotator), one)
        if earlier is not one:
            old, new = sorted((earlier, one), key=lambda answer: answer.updated or answer.created or "")
            latest[one.article_id, one.annotator] = new
            superseded.append(old)
    return list(latest.values()), superseded


def _decided(decisions: Iterable[Annotation]) -> dict[str, Annotation]:
    decided: dict[str, Annotation] = {}
    for one in decisions:
        other = decided.setdefault(one.article_id, one)
        if other is not one:
            raise RecordError(
                f"article '{one.article_id}' is decided twice, by '{other.annotator}' and '{one.annotator}'. "
                "Keep one of the two decisions."
            )
    return decided


def _usable(annotations: Iterable[Annotation], codebook: Codebook) -> Iterator[Annotation]:
    for one in annotations:
        if one.is_usable:
            check_annotation(one, codebook)
            yield one


def _by_article(answers: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    by_article: dict[str, list[Annotation]] = {}
    for one in answers:
        by_article.setdefault(one.article_id, []).append(one)
    return by_article


def _ties(answers: Sequence[Annotation]) -> Iterator[Tie]:
    for label, given in (_frame_votes(answers) | _stance_votes(answers)).items():
        if len(_leading(given)) > 1:
            votes: dict[str | None, tuple[str, ...]] = {}
            for one, answer in zip(answers, given, strict=True):
                votes[answer] = (*votes.get(answer, ()), one.annotator)
            yield Tie(label, votes)


def _majority(answers: Sequence[Annotation]) -> Annotation:
    frames = frozenset(frame for frame, given in _frame_votes(answers).items() if _leading(given)[0])
    leading = {actor: _leading(given)[0] for actor, given in _stance_votes(answers).items()}
    stances = {actor: stance for actor, stance in leading.items() if stance is not None}
    return Annotation(answers[0].article_id, GOLD, answers[0].codebook, frames, stances)


def _frame_votes(answers: Sequence[Annotation]) -> dict[str, list[str | None]]:
    frames = sorted(set(chain.from_iterable(one.frames for one in answers)))
    return {frame: [YES if frame in one.frames else None for one in answers] for frame in frames}


def _stance_votes(answers: Sequence[Annotation]) -> dict[str, list[str | None]]:
    actors = sorted(set(chain.from_iterable(one.stances for one in answers)))
    return {actor: [one.stances.get(actor) for one in answers] for actor in actors}


def _leading(given: Sequence[str | None]) -> tuple[str | None, ...]:
    """Return the answer that leads, or those that lead together.

    >>> _leading(["critical", "critical", "neutral", None])
    ('critical',)
    >>> _leading(["critical", "critical", None, None])
    ('critical', None)
    """
    counts = Counter(answer for answer in given if answer is not None)
    if 2 * counts.total() < len(given):
        return (None,)
    best = max(counts.values())
    leading = tuple(answer for answer, count in counts.items() if count == best)
    return leading if 2 * counts.total() > len(given) else (*leading, None)


def _gold(answers: Sequence[Annotation], labels: Annotation, witnesses: Sequence[Annotation]) -> Annotation:
    """Return gold with these labels; `witnesses` are those whose evidence counts where they gave the label."""
    everyone = [*answers, labels]
    drawn = next((one for one in everyone if one.inclusion_proba is not None), labels)
    return Annotation(
        article_id=labels.article_id,
        annotator=GOLD,
        codebook=labels.codebook,
        frames=labels.frames,
        stances=labels.stances,
        evidence=_evidence(labels, witnesses),
        suggested=any(one.suggested for one in everyone),
        inclusion_proba=drawn.inclusion_proba,
        draw=drawn.draw,
        blind=any(one.blind for one in answers),
        frame_shares=_frame_shares(answers) if answers else None,
        stance_shares=_stance_shares(answers) if answers else None,
    )


def _evidence(labels: Annotation, witnesses: Sequence[Annotation]) -> tuple[Evidence, ...]:
    agreed = [
        item
        for one in witnesses
        for item in one.evidence
        if item.label in labels.frames & one.frames
        or (item.label in labels.stances and one.stances.get(item.label) == labels.stances[item.label])
    ]
    joined: list[Evidence] = []
    for item in sorted(agreed, key=lambda item: (item.label, item.start, item.end)):
        last = joined[-1] if joined else None
        if last is not None and last.label == item.label and item.start < last.end:
            joined[-1] = Evidence(item.label, last.start, max(last.end, item.end))
        else:
            joined.append(item)
    return tuple(sorted(joined, key=lambda item: (item.start, item.end, item.label)))


def _frame_shares(answers: Sequence[Annotation]) -> dict[str, float]:
    counts = Counter(chain.from_iterable(one.frames for one in answers))
    return {frame: counts[frame] / len(answers) for frame in sorted(counts)}


def _stance_shares(answers: Sequence[Annotation]) -> dict[str, dict[str, float]]:
    counts = Counter(pair for one in answers for pair in one.stances.items())
    shares: dict[str, dict[str, float]] = {}
    for actor, stance in sorted(counts):
        shares.setdefault(actor, {})[stance] = counts[actor, stance] / len(answers)
    return shares
