"""Tests of serving.batch.cutting and serving.batch.seen."""

from collections.abc import Iterator

import pytest

from corpus.outcome import Placed, Rejected
from serving.batch import cutting
from serving.batch.cutting import cut
from serving.batch.seen import SeenArticles
from serving.batch.shard import Counts, Shard, shard_from_json, text_hash
from standpoint.article import Article
from standpoint.errors import RecordError


def placed(number: int, text: str | None = None) -> Placed:
    return Placed(f"n:{number}", Article(f"a{number}", "", text or f"text {number}"))


def shards(*items: Placed | Rejected, size: int = 2) -> list[Shard]:
    with SeenArticles() as seen:
        return list(cut(items, seen, run=1, shard_articles=size))


def test_a_shard_is_so_many_records_long_and_the_last_one_what_is_left() -> None:
    found = shards(*map(placed, range(5)))
    assert [(shard.number, shard.n_records) for shard in found] == [(0, 2), (1, 2), (2, 1)]
    assert [item.article.id for shard in found for item in shard.records().articles] == [f"a{n}" for n in range(5)]


def test_a_shard_is_full_when_its_texts_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MOST_CHARACTERS", 30)
    assert [shard.n_records for shard in shards(*(placed(n, f"{n}" * 20) for n in range(4)), size=100)] == [2, 2]


def test_the_same_input_is_cut_alike_and_another_is_not() -> None:
    first, again = (shards(placed(0), placed(1), Rejected("n:2", "why")) for _ in range(2))
    assert [shard.digest for shard in first] == [shard.digest for shard in again]
    assert shards(placed(0), placed(1, "other"))[0].digest != first[0].digest


def test_no_more_is_read_than_the_shard_needs() -> None:
    taken: list[int] = []

    def stream() -> Iterator[Placed]:
        for number in range(9):
            taken.append(number)
            yield placed(number)

    with SeenArticles() as seen:
        next(cut(stream(), seen, run=1, shard_articles=3))
    assert taken == [0, 1, 2]


def test_a_shard_survives_the_way_to_another_process() -> None:
    (shard,) = shards(placed(0, "战争 😀"), Rejected("n:1", "why"))
    assert shard_from_json(shard.to_json()) == shard
    assert shard_from_json(shard.to_json()).records() == shard.records()


def test_what_was_known_is_passed_over_and_counted() -> None:
    with SeenArticles() as seen:
        for number in range(3):
            text = text_hash(placed(number).article.text)
            seen.add_known(f"a{number}", text, None)
        found = list(cut(map(placed, range(4)), seen, run=2, shard_articles=2))
    assert [(shard.n_records, shard.passed_over) for shard in found] == [(1, Counts(known=3))]


def test_strict_refuses_the_first_rejection() -> None:
    with SeenArticles() as seen, pytest.raises(RecordError, match="n:1: why"):
        list(cut([placed(0), Rejected("n:1", "why")], seen, run=1, shard_articles=9, strict=True))
