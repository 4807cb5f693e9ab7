"""The model in the server's own process: one thread asks it, so that the server can listen meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from serving.batching import Answer
from serving.model_holder import Served
from standpoint.article import Article
from standpoint.codebook import Actor


class ModelThread:
    """Asks whichever model is current when the call begins."""

    n_workers = 1

    def __init__(self, current: Callable[[], Served]) -> None:
        self._current = current
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")

    async def start(self) -> None:
        """Do nothing: the thread begins with the first call."""

    async def ask(self, articles: Sequence[Article], *, evidence: bool, actors: Sequence[Actor]) -> Answer:
        """Call the model once.

        Raises:
            StandpointError: the model refuses an article.
        """
        served = self._current()
        predictions = await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: served.model.predict(articles, actors=actors, evidence=evidence)
        )
        return predictions, served

    async def stop(self) -> None:
        """End the thread."""
        self._thread.shutdown()
