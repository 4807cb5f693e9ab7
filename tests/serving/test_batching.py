"""Tests of serving.batching."""

import asyncio
from collections.abc import Sequence

import pytest

from serving.batching import Answer, Batcher, BatchLimits, OverloadedError
from serving.model_holder import ModelHolder, Served
from standpoint.article import Article
from standpoint.codebook import Actor
from standpoint.errors import RecordError


class CountingWorkers:
    """Workers that keep the sizes of their calls, and answer when they are let."""

    def __init__(self, served: Served, n_workers: int = 1, *, is_open: bool = True) -> None:
        self.n_workers = n_workers
        self.calls: list[int] = []
        self.gate = asyncio.Event()
        self._served = served
        if is_open:
            self.gate.set()

    async def start(self) -> None:
        """Do nothing."""

    async def ask(self, articles: Sequence[Article], *, evidence: bool, actors: Sequence[Actor]) -> Answer:
        """Answer once the gate is open; an article that is called bad is refused."""
        self.calls.append(len(articles))
        await self.gate.wait()
        if any(article.title == "bad" for article in articles):
            raise RecordError("this one is bad")
        return self._served.model.predict(articles, actors=actors, evidence=evidence), self._served

    async def stop(self) -> None:
        """Do nothing."""


def article(id: str, title: str = "News") -> Article:
    return Article(id, title, "China broke its promise.")


def test_requests_that_wait_are_asked_together_and_each_gets_its_own(holder: ModelHolder) -> None:
    async def asked() -> None:
        workers = CountingWorkers(holder.current, is_open=False)
        batcher = Batcher(workers, BatchLimits())
        await batcher.start()
        answers = [asyncio.create_task(batcher.predict([article(id), article(id + "2")])) for id in "abc"]
        await asyncio.sleep(0.01)
        workers.gate.set()
        found = [[item.article_id for item in (await answer)[0]] for answer in answers]
        assert found == [["a", "a2"], ["b", "b2"], ["c", "c2"]]
        assert workers.calls == [6]
        await batcher.drain()

    asyncio.run(asked())


def test_a_batch_is_full_at_its_limit_and_a_large_request_goes_alone(holder: ModelHolder) -> None:
    async def asked() -> None:
        workers = CountingWorkers(holder.current)
        batcher = Batcher(workers, BatchLimits(batch_articles=3))
        await batcher.start()
        sizes = (2, 2, 5, 1)
        requests = [[article(f"{row}-{column}") for column in range(size)] for row, size in enumerate(sizes)]
        await asyncio.gather(*(batcher.predict(request) for request in requests))
        assert workers.calls == [2, 2, 5, 1]
        await batcher.drain()

    asyncio.run(asked())


def test_what_waits_is_shared_out_among_free_workers(holder: ModelHolder) -> None:
    async def asked() -> None:
        workers = CountingWorkers(holder.current, n_workers=2)
        batcher = Batcher(workers, BatchLimits())
        await batcher.start()
        await asyncio.gather(*(batcher.predict([article(str(number))]) for number in range(8)))
        assert workers.calls == [4, 4]
        await batcher.drain()

    asyncio.run(asked())


def test_requests_that_ask_for_different_things_are_not_mixed(holder: ModelHolder) -> None:
    async def asked() -> None:
        workers = CountingWorkers(holder.current)
        batcher = Batcher(workers, BatchLimits())
        await batcher.start()
        (plain, _), (rich, _) = await asyncio.gather(
            batcher.predict([article("a")], evidence=False), batcher.predict([article("b")])
        )
        assert (workers.calls, plain[0].stances[0].evidence) == ([1, 1], ())
        assert rich[0].stances[0].evidence
        await batcher.drain()

    asyncio.run(asked())


def test_one_bad_request_does_not_take_the_others_with_it(holder: ModelHolder) -> None:
    async def asked() -> None:
        batcher = Batcher(CountingWorkers(holder.current), BatchLimits())
        await batcher.start()
        requests = [[article("a")], [article("b", "bad")], [article("c")]]
        first, bad, last = await asyncio.gather(*map(batcher.predict, requests), return_exceptions=True)
        assert isinstance(bad, RecordError)
        assert not isinstance(first, BaseException)
        assert not isinstance(last, BaseException)
        await batcher.drain()

    asyncio.run(asked())


def test_more_than_the_queue_takes_is_refused_with_a_time(holder: ModelHolder) -> None:
    async def asked() -> None:
        workers = CountingWorkers(holder.current, is_open=False)
        batcher = Batcher(workers, BatchLimits(batch_articles=1, queue_articles=2))
        await batcher.start()
        accepted = [asyncio.create_task(batcher.predict([article("first")]))]
        await asyncio.sleep(0.01)
        accepted += [asyncio.create_task(batcher.predict([article(id)])) for id in "ab"]
        await asyncio.sleep(0.01)
        assert batcher.n_waiting == 2
        with pytest.raises(OverloadedError, match="room is expected in 1 s") as caught:
            await batcher.predict([article("c")])
        assert caught.value.retry_after == 1
        workers.gate.set()
        assert [len((await answer)[0]) for answer in accepted] == [1, 1, 1]
        await batcher.drain()

    asyncio.run(asked())


def test_draining_answers_everything_that_was_accepted(holder: ModelHolder) -> None:
    async def asked() -> None:
        workers = CountingWorkers(holder.current, is_open=False)
        batcher = Batcher(workers, BatchLimits(batch_articles=1))
        await batcher.start()
        answers = [asyncio.create_task(batcher.predict([article(id)])) for id in "abc"]
        await asyncio.sleep(0.01)
        draining = asyncio.create_task(batcher.drain())
        workers.gate.set()
        await draining
        assert [answer.done() for answer in answers] == [True] * 3

    asyncio.run(asked())


def test_a_call_waits_for_more_when_it_is_told_to(holder: ModelHolder) -> None:
    async def asked(wait_ms: float) -> list[int]:
        workers = CountingWorkers(holder.current)
        batcher = Batcher(workers, BatchLimits(wait_ms=wait_ms))
        await batcher.start()
        first = asyncio.create_task(batcher.predict([article("a")]))
        await asyncio.sleep(0.02)
        await asyncio.gather(first, batcher.predict([article("b")]))
        await batcher.drain()
        return workers.calls

    assert asyncio.run(asked(wait_ms=200)) == [2]
    assert asyncio.run(asked(wait_ms=0)) == [1, 1]


def test_someone_who_is_gone_is_not_asked_for(holder: ModelHolder) -> None:
    async def asked() -> None:
        workers = CountingWorkers(holder.current, is_open=False)
        batcher = Batcher(workers, BatchLimits(batch_articles=1))
        await batcher.start()
        first, gone = (asyncio.create_task(batcher.predict([article(id)])) for id in "ab")
        await asyncio.sleep(0.01)
        gone.cancel()
        workers.gate.set()
        await first
        await batcher.drain()
        assert workers.calls == [1]

    asyncio.run(asked())


def test_every_call_is_observed(holder: ModelHolder) -> None:
    seen: list[tuple[int, int]] = []

    async def asked() -> None:
        batcher = Batcher(
            CountingWorkers(holder.current),
            BatchLimits(),
            observe=lambda n_articles, n_characters, seconds: seen.append((n_articles, n_characters)),
        )
        await batcher.start()
        await batcher.predict([article("a")])
        await batcher.drain()

    asyncio.run(asked())
    assert seen == [(1, len(article("a").text))]
