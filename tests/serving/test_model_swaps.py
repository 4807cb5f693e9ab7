"""Tests of the model holder on a real store: swaps under load, spoiled artifacts, and the store gone."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from mlflow import MlflowClient

from models.linear_news_model import LinearNewsModel
from serving.model_holder import ModelHolder
from serving.model_source import RegistrySource
from standpoint.article import Article
from training.gold import Gold
from training.tracking import TrainingRecord, record_training

ARTICLES = [Article("a1", "Allies signed a joint pact.", "China broke its promise."), Article("a2", "日本", "")]
CHAMPION = "models:/standpoint@champion"


@pytest.fixture(scope="module")
def store(demo_model: LinearNewsModel, demo_gold: Gold, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with two unlike versions, the first of them champion, and a third whose bytes were changed."""
    place = tmp_path_factory.mktemp("store")
    frames = LinearNewsModel(demo_model.codebook, frame_model=demo_model.frame_model)
    for name, model in (("1", demo_model), ("2", frames), ("3", demo_model)):
        record_training(model, TrainingRecord(demo_gold, {}, {}, "0.1.0"), folder=place / name, uri=uri_of(place))
    source = MlflowClient(uri_of(place), uri_of(place)).get_model_version_download_uri("standpoint", "3")
    weights = next(Path(source.removeprefix("file://")).rglob("weights.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    return place


def uri_of(place: Path) -> str:
    return f"sqlite:///{place}/mlflow.db"


@pytest.fixture
def promote(store: Path) -> Iterator[Callable[[int], None]]:
    """Lend a way to move the alias; afterwards it is where it was."""

    def move(version: int) -> None:
        MlflowClient(uri_of(store), uri_of(store)).set_registered_model_alias("standpoint", "champion", str(version))

    yield move
    move(1)


@contextmanager
def readers(holder: ModelHolder) -> Iterator[list[set[str]]]:
    """Let four threads predict meanwhile; lend which models answered each of them, or what went wrong."""
    seen: list[set[str]] = [set() for _ in range(4)]
    stop = threading.Event()

    def ask(models: set[str]) -> None:
        while not stop.is_set():
            served = holder.current
            answers = [answer.model for answer in served.model.predict(ARTICLES)]
            models.add(answers[0] if answers == [served.info.model] * len(ARTICLES) else f"wrong: {answers}")

    threads = [threading.Thread(target=ask, args=(models,)) for models in seen]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.slow
def test_twenty_swaps_under_load_fail_no_prediction(store: Path, promote: Callable[[int], None]) -> None:
    holder = ModelHolder(RegistrySource(CHAMPION, uri_of(store)))
    names = {holder.start().info.model}
    with readers(holder) as seen:
        for number in range(20):
            promote(2 - number % 2)
            assert holder.check()
            names.add(holder.current.info.model)
    assert seen == [names] * 4
    assert len(names) == 2


def test_a_version_whose_bytes_were_changed_is_refused_under_load(store: Path, promote: Callable[[int], None]) -> None:
    holder = ModelHolder(RegistrySource(CHAMPION, uri_of(store)))
    before = holder.start()
    promote(3)
    with readers(holder) as seen:
        assert not holder.check()
    assert seen == [{before.info.model}] * 4
    assert holder.refused[0].reason.startswith("models:/standpoint/3/weights.safetensors: was changed after")


def test_a_store_that_goes_away_leaves_the_model_and_a_restart_takes_the_cache(
    store: Path, demo_model: LinearNewsModel, tmp_path: Path
) -> None:
    place = shutil.copytree(store, tmp_path / "store")
    source = RegistrySource(CHAMPION, uri_of(place))
    holder = ModelHolder(source, cache=tmp_path / "cache")
    expected = holder.start().model.predict(ARTICLES)
    (place / "mlflow.db").rename(place / "away.db")
    assert not holder.check()
    assert "there is no tracking store" in str(holder.last_check_error)
    again = ModelHolder(source, cache=tmp_path / "cache")
    assert again.start().info.from_cache
    assert again.current.model.predict(ARTICLES) == expected
