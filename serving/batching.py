"""Batching: requests in flight are put together for one call of the model."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from serving.model_holder import Served
from standpoint.article import Article
from standpoint.codebook import Actor
from standpoint.prediction import Prediction

Answer = tuple[list[Prediction], Served]
"""Predictions in the order of the articles, and what made them."""

BatchObserver = Callable[[int, int, float], None]
"""Is told of every call: articles, characters, seconds."""


class OverloadedError(Exception):
    """More articles wait for the model than it can take soon; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"the queue is full; room is expected in {retry_after} s")
        self.retry_after = retry_after


class Workers(Protocol):
    """Whoever asks the model, `n_workers` calls at a time."""

    @property
    def n_workers(self) -> int:
        """How many calls may be made at one time."""

    async def start(self) -> None:
        """Make ready for the first call."""

    async def ask(self, articles: Sequence[Article], *, evidence: bool, actors: Sequence[Actor]) -> Answer:
        """Call the model once."""

    async def stop(self) -> None:
        """End; no call is under way any more."""


@dataclass(frozen=True)
class BatchLimits:
    """How many articles go into one call, how long a call waits for them, and how many may wait."""

    batch_articles: int = 16
    wait_ms: float = 0.0
    queue_articles: int = 512


@dataclass(eq=False)
class _Job:
    articles: Sequence[Article]
    evidence: bool
    actors: tuple[Actor, ...]
    answer: asyncio.Future[Answer] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Batcher:
    """Asks the model for many requests at once; while all workers are busy, the next batches gather.

    All articles of a request are answered in one call, by one model.
    """

    def __init__(
        self,
        workers: Workers,
        limits: BatchLimits,
        *,
        observe: BatchObserver = lambda n_articles, n_characters, seconds: None,
    ) -> None:
        self._workers = workers
        self._limits = limits
        self._observe = observe
        self._waiting: deque[_Job] = deque()
        self._n_waiting = 0
        self._arrived = asyncio.Event()
        self._free = asyncio.Semaphore(workers.n_workers)
        self._calls: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_draining = False
        self._seconds_per_article = 0.005

    @property
    def n_waiting(self) -> int:
        """How many articles wait for the model now."""
        return self._n_waiting

    async def start(self) -> None:
        """Begin to take batches, in the running event loop."""
        await self._workers.start()
        self._task = asyncio.create_task(self._run())

    async def predict(
        self, articles: Sequence[Article], *, evidence: bool = True, actors: Sequence[Actor] = ()
    ) -> Answer:
        """Tag articles; return their predictions in order and what made them.

        Raises:
            OverloadedError: too many articles wait already.
            StandpointError: the model refuses an article.
        """
        if self._n_waiting and self._n_waiting + len(articles) > self._limits.queue_articles:
            seconds = self._n_waiting * self._seconds_per_article / self._workers.n_workers
            raise OverloadedError(max(1, math.ceil(seconds)))
        job = _Job(articles, evidence, tuple(actors))
        self._waiting.append(job)
        self._n_waiting += len(articles)
        self._arrived.set()
        return await job.answer

    async def drain(self) -> None:
        """Answer everything that was accepted, then stop."""
        self._is_draining = True
        self._arrived.set()
        if self._task is not None:
            await self._task
        await asyncio.gather(*self._calls)
        await self._workers.stop()

    async def _run(self) -> None:
        while self._waiting or not self._is_draining:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await self._free.acquire()
            await self._wait_for_more()
            call = asyncio.create_task(self._answer(self._next_batch()))
            self._calls.add(call)
            call.add_done_callback(self._ended)

    def _ended(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        self._free.release()

    async def _wait_for_more(self) -> None:
        """Let requests gather for a moment, unless a batch is full already."""
        end = time.perf_counter() + self._limits.wait_ms / 1000
        while self._n_waiting < self._limits.batch_articles and (left := end - time.perf_counter()) > 0:
            self._arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), left)

    def _next_batch(self) -> list[_Job]:
        """Take the first request, and as many of the next ones as ask for the same and fit.

        What waits is shared out among the workers that are free.
        """
        n_free = self._workers.n_workers - len(self._calls)
        most = min(self._limits.batch_articles, math.ceil(self._n_waiting / max(1, n_free)))
        batch: list[_Job] = []
        n_articles = 0
        while self._waiting:
            job = self._waiting[0]
            n_articles += len(job.articles)
            if batch and (n_articles > most or (job.evidence, job.actors) != (batch[0].evidence, batch[0].actors)):
                break
            batch.append(self._waiting.popleft())
            self._n_waiting -= len(job.articles)
        return batch

    async def _answer(self, batch: Sequence[_Job]) -> None:
        wanted = [job for job in batch if not job.answer.done()]  # whoever asked may be gone
        if not wanted:
            return
        try:
            await self._ask(wanted)
        except Exception as error:  # whatever it is, it belongs to whoever asked
            if len(wanted) == 1:
                wanted[0].answer.set_exception(error)
                return
            for job in wanted:  # one bad request must not take the others with it
                await self._answer([job])

    async def _ask(self, batch: Sequence[_Job]) -> None:
        articles = [article for job in batch for article in job.articles]
        started = time.perf_counter()
        predictions, served = await self._workers.ask(articles, evidence=batch[0].evidence, actors=batch[0].actors)
        seconds = time.perf_counter() - started
        self._seconds_per_article += 0.1 * (seconds / len(articles) - self._seconds_per_article)
        self._observe(len(articles), sum(found.characters_read for found in predictions), seconds)
        found = iter(predictions)
        for job in batch:
            own = [next(found) for _ in job.articles]
            if not job.answer.done():
                job.answer.set_result((own, served))
