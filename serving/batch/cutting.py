"""Cutting: what is read, one record after the other, to shards; the same input is always cut alike."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from corpus.outcome import Placed, Rejected
from serving.batch.seen import SeenArticles
from serving.batch.shard import Copy, Counts, Shard, ShardRecords, text_hash
from standpoint.errors import RecordError

MOST_CHARACTERS = 16_000_000
"""A shard is full, whatever its number of articles, when its texts are this long together."""


@dataclass
class _Gathering:
    """The shard that is being filled."""

    articles: list[Placed] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    passed_over: Counts = Counts()
    n_characters: int = 0

    @property
    def n_records(self) -> int:
        return len(self.articles) + len(self.copies) + len(self.rejected)

    def shard(self, run: int, number: int) -> Shard:
        records = ShardRecords(tuple(self.articles), tuple(self.copies), tuple(self.rejected))
        return Shard(run, number, records.to_content(), self.n_records, self.passed_over)


def cut(
    outcomes: Iterable[Placed | Rejected], seen: SeenArticles, *, run: int, shard_articles: int, strict: bool = False
) -> Iterator[Shard]:
    """Yield shards of `shard_articles` records; each record is an article, a copy of one or a rejection.

    What the output knew before and what came before in the same input is only counted. An id that stood for another
    text in the same input is rejected. The last shard has no records where nothing but that is left.

    Raises:
        RecordError: with `strict`, at the first rejection.
    """
    gathering, number = _Gathering(), 0
    for outcome in outcomes:
        decided = _decided(outcome, seen)
        if strict and isinstance(decided, Rejected):
            raise RecordError(f"{decided.place}: {decided.reason}")
        _take(decided, gathering, seen)
        if gathering.n_records >= shard_articles or gathering.n_characters >= MOST_CHARACTERS:
            yield gathering.shard(run, number)
            gathering, number = _Gathering(), number + 1
    if gathering.n_records or gathering.passed_over != Counts():
        yield gathering.shard(run, number)


def rejection_key(rejected: Rejected) -> str:
    """Return what a rejection is known by: where it stands and why."""
    return text_hash(f"{rejected.place}\0{rejected.reason}")


Decided = Placed | Copy | Rejected | Counts


def _decided(outcome: Placed | Rejected, seen: SeenArticles) -> Decided:
    """Say what becomes of a record; it is a count where the record is passed over."""
    if isinstance(outcome, Rejected):
        return _unless_known(outcome, seen)
    article, text = outcome.article, text_hash(outcome.article.text)
    before = seen.meet(article, text)
    if before == text:
        return Counts(repeated=1)
    if before:
        reason = f"id '{article.id}' stood for another text before. Give one of the two another id."
        return _unless_known(Rejected(outcome.place, reason), seen)
    if seen.is_known(article.id, text):
        return Counts(known=1)
    first, story = seen.first_of(article, text)
    if first == article.id:
        return outcome
    return Copy(replace(article, story=article.story or story or first), first)


def _unless_known(rejected: Rejected, seen: SeenArticles) -> Decided:
    return Counts(known=1) if seen.is_known("", rejection_key(rejected)) else rejected


def _take(decided: Decided, gathering: _Gathering, seen: SeenArticles) -> None:
    match decided:
        case Counts():
            gathering.passed_over += decided
        case Copy():
            gathering.copies.append(decided)
        case Placed():
            gathering.articles.append(decided)
            gathering.n_characters += len(decided.article.text)
            if seen.is_changed(decided.article.id):
                gathering.passed_over += Counts(changed=1)
        case Rejected():
            gathering.rejected.append(decided)
