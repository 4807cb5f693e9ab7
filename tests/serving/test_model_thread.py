"""Tests of serving.model_thread."""

import asyncio

from serving.model_holder import ModelHolder
from serving.model_thread import ModelThread
from standpoint.article import Article


def test_a_thread_answers_as_the_model_does(holder: ModelHolder) -> None:
    asked = [Article("a", "News", "China broke its promise."), Article("b", "News", "Japan kept its word.")]

    async def answer() -> None:
        thread = ModelThread(lambda: holder.current)
        await thread.start()
        found, served = await thread.ask(asked, evidence=True, actors=())
        await thread.stop()
        assert found == holder.current.model.predict(asked)
        assert served is holder.current

    asyncio.run(answer())
