"""Tests of serving.model_processes and the process they start."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ctypes import CDLL
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.process_memory import proportional_mb
from models.folder import load_model
from serving.model_holder import ModelHolder, Served
from serving.model_process import give_back_memory
from serving.model_processes import ModelProcesses
from standpoint.article import Article
from standpoint.codebook import Actor, Alias, Words
from standpoint.errors import ModelError

ARTICLES = [
    Article("a", "News 新闻", "China broke its promise. Acme 😀 kept its word.", story="s1", published="2025-11-20"),
    Article("b", "News", "Japan kept its word.\x00"),
]
ACME = Actor("acme", Words("Acme", "Acme"), (Alias("Acme"),))


@asynccontextmanager
async def started(holder: ModelHolder, n_workers: int = 1) -> AsyncIterator[ModelProcesses]:
    processes = ModelProcesses(lambda: holder.current, n_workers)
    await processes.start()
    try:
        yield processes
    finally:
        await processes.stop()


def children() -> set[int]:
    return {int(name) for name in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def test_a_process_answers_as_the_model_does(holder: ModelHolder) -> None:
    async def asked() -> None:
        async with started(holder) as processes:
            found, served = await processes.ask(ARTICLES, evidence=True, actors=[ACME])
        expected = holder.current.model.predict(ARTICLES, actors=[ACME])
        assert [item.to_json() for item in found] == [item.to_json() for item in expected]
        assert served is holder.current

    asyncio.run(asked())


def test_a_new_model_is_taken_over_by_every_process_while_they_answer(holder: ModelHolder, model_folder: Path) -> None:
    async def asked() -> None:
        async with started(holder, n_workers=2) as processes:
            model = load_model(model_folder, version="demo/2")
            holder._current = Served(model, replace(holder.current.info, model="demo/2"))
            processes.renew_soon()
            versions = set()
            for _ in range(200):
                found, served = await processes.ask(ARTICLES[:1], evidence=False, actors=())
                assert found[0].model == served.model.version
                versions.add(served.model.version)
            assert len(versions) == 2
            assert (await processes.ask(ARTICLES[:1], evidence=False, actors=()))[1].model is model

    asyncio.run(asked())


def test_a_process_that_died_is_replaced_and_its_articles_are_answered(holder: ModelHolder) -> None:
    async def asked() -> None:
        before = children()
        async with started(holder) as processes:
            (born,) = children() - before
            os.kill(born, signal.SIGKILL)
            found, _ = await processes.ask(ARTICLES, evidence=True, actors=())
            assert [item.article_id for item in found] == ["a", "b"]

    asyncio.run(asked())


def test_signals_to_the_whole_group_do_not_end_a_process(holder: ModelHolder) -> None:
    async def asked() -> None:
        before = children()
        async with started(holder) as processes:
            (born,) = children() - before
            os.kill(born, signal.SIGTERM)
            os.kill(born, signal.SIGINT)
            await processes.ask(ARTICLES, evidence=False, actors=())
            assert children() - before == {born}
        assert children() - before == set()

    asyncio.run(asked())


def test_an_error_in_a_process_is_told_without_article_text(holder: ModelHolder) -> None:
    async def asked() -> None:
        async with started(holder) as processes:
            broken = Actor("acme", Words("", ""), (Alias(7),))  # type: ignore[arg-type]  # what no caller should send
            with pytest.raises(ModelError, match=r"Error in a model's process at \['.*mentions.py") as caught:
                await processes.ask(ARTICLES, evidence=False, actors=[broken])
            assert "promise" not in str(caught.value)
            assert await processes.ask(ARTICLES, evidence=False, actors=())

    asyncio.run(asked())


@pytest.mark.skipif(not hasattr(CDLL(None), "malloc_trim"), reason="only glibc has to be asked for what was freed")
def test_what_was_freed_in_pieces_is_given_back() -> None:
    pieces = [b"x" * 100_000 for _ in range(2_000)]
    last = pieces[-1:]
    del pieces
    kept = proportional_mb(os.getpid())
    give_back_memory()
    assert proportional_mb(os.getpid()) < kept - 150
    assert last
