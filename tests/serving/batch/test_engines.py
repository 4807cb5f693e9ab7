"""Tests of serving.batch.engines and serving.batch.scorer: what a failing process or article does to a job."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.process_memory import family
from corpus.outcome import Placed
from models.encoder_news_model import EncoderNewsModel
from models.folder import save_model
from models.news_model import NewsModel
from serving.batch import engines
from serving.batch.cutting import cut
from serving.batch.engines import OneProcess, Processes, ThisMachine
from serving.batch.scorer import ShardScorer, Task, rejections_path
from serving.batch.seen import SeenArticles
from serving.batch.shard import Counts, Shard
from standpoint.article import Article
from standpoint.errors import ModelError, ModelFolderError, OutputError, RecordError
from standpoint.prediction import Prediction


def shards(number: int, *, size: int = 2) -> list[Shard]:
    records = (
        Placed(f"n:{row}", Article(f"a{row}", "", f"China kept its word {row}.")) for row in range(number * size)
    )
    with SeenArticles() as seen:
        return list(cut(records, seen, run=1, shard_articles=size))


@pytest.fixture
def task(model_folder: Path, tmp_path: Path) -> Task:
    return Task(str(tmp_path / "out"), str(model_folder), "demo/1", "jsonl", evidence=True, n_threads=1)


def workers() -> list[int]:
    """Return the processes that score; other tests of the session have servers and browsers."""
    found = family(os.getpid())
    return [pid for pid in found if b"serving.batch.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_every_shard_has_a_receipt(task: Task) -> None:
    for engine in (OneProcess(), Processes(2), ThisMachine(2)):
        receipts = list(engine.run(task, shards(5)))
        assert sorted(receipt.number for receipt in receipts) == [0, 1, 2, 3, 4]
        assert {receipt.counts for receipt in receipts} == {Counts(scored=2)}


def test_all_processes_with_an_encoder_use_the_runtime_that_the_first_one_chose(
    demo_encoder: EncoderNewsModel, task: Task, tmp_path: Path
) -> None:
    save_model(demo_encoder, tmp_path / "encoder")
    asked = replace(task, model_folder=str(tmp_path / "encoder"))
    receipts = list(Processes(2).run(asked, shards(6)))
    assert len(receipts) == 6
    (runtime,) = {receipt.runtime for receipt in receipts}
    again = replace(asked, runtime=runtime, folder=str(tmp_path / "again"))
    assert {receipt.runtime for receipt in OneProcess().run(again, shards(1))} == {runtime}


def test_few_shards_are_taken_ahead(task: Task) -> None:
    taken: list[int] = []

    def stream() -> Iterator[Shard]:
        for shard in shards(12):
            taken.append(shard.number)
            yield shard

    ahead = [len(taken) - given for given, _ in enumerate(Processes(2).run(task, stream()))]
    assert max(ahead) <= 5


def test_one_shard_is_scored_without_another_process(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "Processes", None)
    assert len(list(ThisMachine(4).run(task, shards(1)))) == 1


def test_a_process_that_dies_is_replaced(task: Task) -> None:
    receipts = Processes(1).run(task, shards(6))
    found = [next(receipts)]
    (worker,) = workers()
    os.kill(worker, signal.SIGKILL)
    found.extend(receipts)
    assert sorted(receipt.number for receipt in found) == list(range(6))


def test_a_shard_that_kills_every_process_is_told(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_COMMAND", ("-c", "import sys; sys.exit(9)"))
    with pytest.raises(ModelError, match=r"shard 0 of run 1 killed its process 3 times, as for want of memory"):
        list(Processes(1).run(task, shards(1)))


def test_an_error_in_a_process_is_the_same_error_here(task: Task, tmp_path: Path) -> None:
    missing = Task(**{**task.to_json(), "model_folder": str(tmp_path / "none")})
    with pytest.raises(ModelFolderError, match="none"):
        list(Processes(1).run(missing, shards(1)))
    (tmp_path / "file").write_text("")
    blocked = Task(**{**task.to_json(), "folder": str(tmp_path / "file")})
    with pytest.raises(OutputError, match="run the same command again"):
        list(Processes(1).run(blocked, shards(1)))


def test_no_process_is_left_when_the_job_is_given_up(task: Task) -> None:
    receipts = Processes(2).run(task, shards(9))
    next(receipts)
    assert len(workers()) == 2
    receipts.close()  # type: ignore[attr-defined]  # it is a generator
    assert workers() == []


def failing_on(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the model fail on every batch with an article whose text has the word."""
    plain = NewsModel.predict

    def predict(self: NewsModel, articles: list[Article], *, evidence: bool = True) -> list[Prediction]:
        if any(word in article.text for article in articles):
            raise ZeroDivisionError(f"words of {word}")
        return plain(self, articles, evidence=evidence)

    monkeypatch.setattr(NewsModel, "predict", predict)


def test_an_article_that_cannot_be_scored_takes_no_other_with_it(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_on("word 3.", monkeypatch)
    (shard,) = shards(1, size=8)
    receipt = ShardScorer(task).score(shard)
    assert receipt.counts == Counts(scored=7, rejected=1)
    kept = rejections_path(Path(task.folder), shard.name).read_text(encoding="utf-8")
    assert '"place": "n:3"' in kept
    assert "the model cannot score this article (ZeroDivisionError)" in kept
    assert "words of" not in kept


def test_strict_makes_such_an_article_an_error(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_on("word 3.", monkeypatch)
    (shard,) = shards(1, size=8)
    with pytest.raises(RecordError, match="n:3: the model cannot score this article"):
        ShardScorer(Task(**{**task.to_json(), "strict": True})).score(shard)
