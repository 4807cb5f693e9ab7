"""Engines: who scores the shards of a job, on this machine."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from typing import Any, Protocol

from serving.batch.scorer import ShardScorer, Task
from serving.batch.shard import MOST_DEATHS, Receipt, Shard, deadly, receipt_from_json
from serving.model_process import framed, next_message
from standpoint import errors
from standpoint.errors import ModelError

_COMMAND = ("-P", "-m", "serving.batch.worker")  # -P: the current folder may hold a `serving` of its own
_AHEAD = 2


class Engine(Protocol):
    """Scores shards for a task."""

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterator[Receipt]:
        """Yield a receipt for every shard as soon as its files are in place, in any order.

        Shards are taken when there is room for them, so that few are in memory at a time.

        Raises:
            StandpointError: a shard cannot be scored.
        """


class ThisMachine:
    """Scores on this machine: in this process where one shard is all there is, else in `n_workers`."""

    def __init__(self, n_workers: int) -> None:
        self.n_workers = n_workers

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterator[Receipt]:
        """Score with as many processes as it takes."""
        shards = iter(shards)
        first = list(islice(shards, 2))
        engine: Engine = Processes(self.n_workers) if self.n_workers > 1 and len(first) > 1 else OneProcess()
        yield from engine.run(task, chain(first, shards))


class OneProcess:
    """Scores in this process: what is quickest for a few articles."""

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterator[Receipt]:
        """Score shard by shard; the model is loaded when the first one comes."""
        scorer = None
        for shard in shards:
            scorer = scorer or ShardScorer(task)
            yield scorer.score(shard)


class Processes:
    """Scores in several processes; one that dies is replaced, and its shard is scored again."""

    def __init__(self, n_workers: int) -> None:
        self.n_workers = n_workers

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterator[Receipt]:
        """Score as many shards at a time as there are processes, with the next ones waiting.

        Raises:
            ModelError: a shard killed its process several times, as for want of memory.
            StandpointError: a process answered with an error.
        """
        workers = _Workers(task)
        pool = ThreadPoolExecutor(self.n_workers, "shards")
        pending: set[Future[Receipt]] = set()
        try:
            for shard in shards:
                pending.add(pool.submit(workers.score, shard))
                if len(pending) >= _AHEAD * self.n_workers:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            for future in pending:
                future.cancel()
            workers.kill()
            pool.shutdown()


class _Workers:
    """A process for each thread that asks for one; an encoder's runtime is chosen by the first, for all of them."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._choosing = threading.Lock()
        self._own = threading.local()
        self._all: list[_Worker] = []
        self._is_over = False

    def score(self, shard: Shard) -> Receipt:
        """Have the shard scored by this thread's process, in a new one where that dies."""
        for _ in range(MOST_DEATHS):
            try:
                return self._worker().score(shard)
            except (EOFError, OSError):
                if (worker := getattr(self._own, "worker", None)) is not None:
                    worker.kill()
                self._own.worker = None
                if self._is_over:
                    break
        raise deadly(shard, "Use fewer --workers, or smaller --shard-articles in another folder.")

    def kill(self) -> None:
        """End all processes, whatever they are doing."""
        self._is_over = True
        for worker in self._all:
            worker.kill()

    def _worker(self) -> "_Worker":
        worker: _Worker | None = getattr(self._own, "worker", None)
        if worker is None and self._task.needs_runtime:
            with self._choosing:
                worker = self._opened()
                self._task = replace(self._task, runtime=worker.runtime)
        return worker or self._opened()

    def _opened(self) -> "_Worker":
        if self._is_over:
            raise EOFError
        worker = self._own.worker = _Worker(self._task)
        self._all.append(worker)
        worker.open()
        return worker


class _Worker:
    """One process that holds the model."""

    def __init__(self, task: Task) -> None:
        self._task = task
        environment = {**os.environ, "OMP_NUM_THREADS": str(task.n_threads or 1)}
        pipe = subprocess.PIPE
        self.runtime: str | None = None
        self._process = subprocess.Popen([sys.executable, *_COMMAND], stdin=pipe, stdout=pipe, env=environment)

    def open(self) -> None:
        """Load the model."""
        self.runtime = self._ask({"task": self._task.to_json()})["runtime"]

    def score(self, shard: Shard) -> Receipt:
        """Have a shard scored.

        Raises:
            EOFError, OSError: the process died.
            StandpointError: it answered with an error.
        """
        return receipt_from_json(self._ask({"shard": shard.to_json()}))

    def kill(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not sent goes nowhere
                    pipe.close()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise EOFError
        self._process.stdin.write(framed(question))
        self._process.stdin.flush()
        answer = next_message(self._process.stdout)
        if answer is None:
            raise EOFError
        if "error" in answer:
            raise told(answer)
        return answer


def told(answer: Mapping[str, Any]) -> errors.StandpointError:
    """Return the error that a process told of; one that is not ours is an error of the model."""
    kind = getattr(errors, answer["error"], None)
    if isinstance(kind, type) and issubclass(kind, errors.StandpointError):
        return kind(answer["message"])
    return ModelError(f"{answer['error']} in a process that scores, at {json.dumps(answer['places'][-1:])}.")
