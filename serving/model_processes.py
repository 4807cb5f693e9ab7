"""The model in processes of its own, so that it can use every processor while the server listens."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from models.folder import save_model
from models.processors import n_processors
from serving.batching import Answer
from serving.model_holder import Served
from serving.model_process import HEADER_BYTES, actor_to_json, framed
from serving.request_log import log_failure
from standpoint.article import Article
from standpoint.codebook import Actor
from standpoint.errors import ModelError, RecordError
from standpoint.prediction import prediction_from_json

_COMMAND = ("-P", "-m", "serving.model_process")  # -P: the current folder may hold a `models` of its own
_PAUSE_SECONDS = 0.01
_DEATHS = (EOFError, OSError)


class ModelProcesses:
    """Asks whichever process is free; a new model is taken over by one process after the other.

    `renew_soon` has to be called when another model has become current.
    """

    def __init__(self, current: Callable[[], Served], n_workers: int) -> None:
        self.n_workers = n_workers
        self._current = current
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._workers: list[_Worker] = []
        self._renewal: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Start the processes and load the current model in each.

        Raises:
            ModelError: a process cannot load it.
        """
        self._loop = asyncio.get_running_loop()
        served = self._current()
        n_threads = max(n_processors() // self.n_workers, 1)
        self._workers = [_Worker(n_threads) for _ in range(self.n_workers)]
        async with _folder(served) as folder:
            await asyncio.gather(*(worker.load(served, folder) for worker in self._workers))
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def ask(self, articles: Sequence[Article], *, evidence: bool, actors: Sequence[Actor]) -> Answer:
        """Call the model once, in the process that has been free for longest.

        Raises:
            RecordError: the model refuses an article.
            ModelError: the process failed, or died twice.
        """
        question = {
            "articles": [article.to_json() for article in articles],
            "actors": [actor_to_json(actor) for actor in actors],
            "evidence": evidence,
        }
        worker = await self._idle.get()
        try:
            answer, served = await self._answer(worker, question)
        finally:
            self._idle.put_nowait(worker)
        return [prediction_from_json(value) for value in answer["predictions"]], served

    def renew_soon(self) -> None:
        """Let every process take over the current model, one at a time, while the others answer; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin_renewal)

    async def stop(self) -> None:
        """End the processes."""
        if self._renewal is not None:
            self._renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewal
        for worker in self._workers:
            await worker.end()

    def _begin_renewal(self) -> None:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())

    async def _answer(self, worker: "_Worker", question: dict[str, Any]) -> tuple[dict[str, Any], Served]:
        try:
            return await self._asked(worker, question)
        except _DEATHS:  # perhaps for want of memory: once more, in a new process
            log_failure(ModelError("died"))
            await worker.end()
        try:
            return await self._asked(worker, question)
        except _DEATHS as error:
            await worker.end()
            raise ModelError("the model's process died twice on the same articles.") from error

    async def _asked(self, worker: "_Worker", question: dict[str, Any]) -> tuple[dict[str, Any], Served]:
        served = worker.served
        if served is None:
            served = self._current()
            async with _folder(served) as folder:
                await worker.load(served, folder)
        return await worker.ask(question), served

    async def _renew(self) -> None:
        while True:
            served = self._current()
            if all(worker.holds(served) for worker in self._workers):
                return
            try:
                async with _folder(served) as folder:
                    await self._take_over(served, folder)
            except (ModelError, *_DEATHS) as error:
                log_failure(error, model=served.info.model)
                return

    async def _take_over(self, served: Served, folder: Path) -> None:
        while not all(worker.holds(served) for worker in self._workers):
            worker = await self._idle.get()
            try:
                if not worker.holds(served):
                    await worker.load(served, folder)
            finally:
                self._idle.put_nowait(worker)
            await asyncio.sleep(_PAUSE_SECONDS)


class _Worker:
    """One process and the model it holds."""

    def __init__(self, n_threads: int) -> None:
        self.n_threads = n_threads
        self.served: Served | None = None
        self._process: asyncio.subprocess.Process | None = None

    def holds(self, served: Served) -> bool:
        return self.served is not None and self.served.model is served.model

    async def load(self, served: Served, folder: Path) -> None:
        await self.ask({"load": str(folder), "threads": self.n_threads})
        self.served = served

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask and wait for the answer.

        Raises:
            EOFError, OSError: the process died.
            RecordError, ModelError: it answered with an error.
        """
        process = await self._running()
        if process.stdin is None or process.stdout is None:
            raise EOFError
        process.stdin.write(framed(question))
        await process.stdin.drain()
        header = await process.stdout.readexactly(HEADER_BYTES)
        answer: dict[str, Any] = json.loads(await process.stdout.readexactly(int.from_bytes(header)))
        if "error" in answer:
            raise _told(answer)
        return answer

    async def end(self) -> None:
        """Close the pipe, on which the process ends, and wait for that."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()
        self._process = self.served = None

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            pipe = asyncio.subprocess.PIPE
            self._process = await asyncio.create_subprocess_exec(sys.executable, *_COMMAND, stdin=pipe, stdout=pipe)
        return self._process


@contextlib.asynccontextmanager
async def _folder(served: Served) -> AsyncIterator[Path]:
    """Lend a folder with the model as it is in memory; the one it came from may be gone."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "model"
        await asyncio.to_thread(save_model, served.model, folder)
        yield folder


def _told(answer: dict[str, Any]) -> ModelError | RecordError:
    if answer["error"] == "RecordError":
        return RecordError(answer["message"])
    return ModelError(f"{answer['error']} in a model's process at {answer['places'][-1:]}: {answer['message']}")
