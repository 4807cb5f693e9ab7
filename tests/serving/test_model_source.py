"""Tests of where versions come from: a store of MLflow, or a folder."""

import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from mlflow import MlflowClient
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from models.folder import load_model, save_model, weights_digest
from models.linear_news_model import LinearNewsModel
from serving.model_holder import ModelHolder
from serving.model_source import FolderSource, RegistrySource, model_source
from serving.service import create_service
from serving.service_config import ServiceConfig
from standpoint.errors import ModelFolderError, TrackingError
from training.fitting import FitConfig
from training.gold import Gold
from training.quality import Quality
from training.recipe import Recipe
from training.tracking import TrainingRecord, record_training
from training.training import train

CHAMPION = "models:/standpoint@champion"


@pytest.fixture(scope="module")
def store(
    demo_model: LinearNewsModel, demo_gold: Gold, demo_quality: Quality, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Make a store with two versions, the first of them champion."""
    place = tmp_path_factory.mktemp("store")
    record = TrainingRecord(demo_gold, {}, {"cross_validated": demo_quality}, "0.1.0")
    for name in ("first", "second"):
        record_training(demo_model, record, folder=place / name, uri=f"sqlite:///{place}/mlflow.db")
    return place


@pytest.fixture(scope="module")
def uri(store: Path) -> str:
    return f"sqlite:///{store}/mlflow.db"


def test_an_alias_offers_its_version_with_run_and_figures(uri: str, demo_quality: Quality) -> None:
    offer = model_source(CHAMPION, uri=uri).look()
    assert (offer.label, offer.uri, offer.aliases) == ("standpoint/1", "models:/standpoint/1", ("champion",))
    assert offer.run_id == MlflowClient(uri, uri).get_model_version("standpoint", "1").run_id
    estimate = demo_quality["frames/macro_f1"].estimate
    (figure,) = [figure for figure in offer.figures if figure.name == "cross_validated/frames/macro_f1"]
    assert (figure.value, figure.low, figure.high) == pytest.approx((estimate.value, estimate.low, estimate.high))


def test_a_figure_without_an_interval_has_none(uri: str) -> None:
    offer = model_source(CHAMPION, uri=uri).look()
    (figure,) = [figure for figure in offer.figures if figure.name == "cross_validated/frames/failure/brier"]
    assert (figure.low, figure.high) == (None, None)


def test_looking_twice_gives_the_same_offer_and_another_version_another_key(uri: str) -> None:
    first, second = (model_source(f"models:/standpoint/{version}", uri=uri) for version in (1, 2))
    assert first.look() == first.look()
    assert first.look().key != second.look().key


def test_a_version_says_when_it_was_promoted_where_it_is_tagged(uri: str) -> None:
    MlflowClient(uri, uri).set_model_version_tag("standpoint", "2", "promoted", "2025-11-25T03:00:00+00:00")
    promoted = model_source("models:/standpoint/2", uri=uri).look().promoted
    assert promoted is not None
    assert promoted.isoformat() == "2025-11-25T03:00:00+00:00"


def test_a_folder_by_its_path_has_the_figures_that_its_run_has(demo_gold: Gold, tmp_path: Path) -> None:
    trained, uri = train(demo_gold, Recipe(FitConfig(n_folds=2))), f"sqlite:///{tmp_path}/mlflow.db"
    record = TrainingRecord(demo_gold, {}, trained.qualities, "0.1.0")
    record_training(trained.model, record, folder=tmp_path / "m", uri=uri)
    figures = FolderSource(tmp_path / "m").look().figures
    assert figures == RegistrySource(CHAMPION, uri).look().figures
    holder = ModelHolder(FolderSource(tmp_path / "m"))
    holder.start()  # the self-test compares the canaries
    with TestClient(create_service(holder, ServiceConfig())) as client:
        shown = client.get("/v1/model").json()["current"]["figures"]
    (figure,) = [figure for figure in shown if figure["name"] == "cross_validated/frames/macro_f1"]
    estimate = trained.qualities["cross_validated"]["frames/macro_f1"].estimate
    assert (figure["value"], figure["low"], figure["high"]) == (estimate.value, estimate.low, estimate.high)


@pytest.mark.parametrize("training", ["{}", "null", '{"figures": [1]}', '{"figures": {"f1": "high"}}'])
def test_a_folder_that_does_not_say_its_figures_is_offered_without(tmp_path: Path, training: str) -> None:
    (tmp_path / "model.json").write_text(f'{{"training": {training}}}')
    (tmp_path / "weights.safetensors").write_bytes(b"")
    assert FolderSource(tmp_path).look().figures == ()


def test_fetching_copies_the_version_and_leaves_the_store_as_it_was(uri: str, store: Path, tmp_path: Path) -> None:
    source = model_source(CHAMPION, uri=uri)
    folder = source.fetch(source.look(), tmp_path)
    assert folder.is_relative_to(tmp_path)
    assert weights_digest(folder) == weights_digest(store / "first")
    (folder / "model.json").unlink()
    assert load_model(source.fetch(source.look(), tmp_path / "again")).codebook.id == "demo"


def test_a_run_that_was_deleted_for_good_leaves_a_version_without_figures(
    demo_model: LinearNewsModel, demo_gold: Gold, demo_quality: Quality, uri: str, tmp_path: Path
) -> None:
    record = TrainingRecord(demo_gold, {}, {"cross_validated": demo_quality}, "0.1.0")
    tracked = record_training(demo_model, record, folder=tmp_path / "m", uri=uri, register_as="orphan")
    SqlAlchemyStore(uri, str(tmp_path))._hard_delete_run(tracked.run_id)  # type: ignore[no-untyped-call]  # MLflow's own
    offer = model_source("models:/orphan/1", uri=uri).look()
    assert (offer.figures, offer.run_id) == ((), tracked.run_id)


def test_two_stores_and_two_references_have_caches_of_their_own_and_a_new_password_keeps_it() -> None:
    names = [
        RegistrySource(reference, uri).cache_name
        for reference in (CHAMPION, "models:/standpoint/1")
        for uri in ("postgresql://a:old@host/runs", "postgresql://a:new@host/runs", "postgresql://other/runs")
    ]
    assert len(set(names)) == 4
    assert names[0] == names[1]
    assert names[0].startswith("standpoint-champion-")


def test_a_name_that_climbs_out_of_the_cache_does_not() -> None:
    name = RegistrySource("models:/..@champion", "sqlite:///runs.db").cache_name
    assert "." not in name
    assert "/" not in name


def test_a_store_that_does_not_answer_is_an_error_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingError, match="does not answer") as error:
        model_source(CHAMPION, uri="http://reader:secret@127.0.0.1:1/").look()
    assert "secret" not in str(error.value)


def test_a_reference_that_names_nothing_is_refused_at_once() -> None:
    with pytest.raises(TrackingError, match="'models:/standpoint' names no registered model. Write models:/"):
        model_source("models:/standpoint", uri="sqlite:///nowhere.db")


def test_a_folder_is_offered_as_it_is_and_needs_no_store(store: Path, tmp_path: Path) -> None:
    source = model_source(str(store / "first"), uri="nowhere")
    offer = source.look()
    assert (offer.label, offer.version, offer.uri) == ("unregistered", None, str(store / "first"))
    assert source.fetch(offer, tmp_path) == store / "first"
    assert source.cache_name is None


def test_another_model_at_the_path_is_another_offer(store: Path, demo_model: LinearNewsModel, tmp_path: Path) -> None:
    save_model(LinearNewsModel(demo_model.codebook, frame_model=demo_model.frame_model), tmp_path / "other")
    link = tmp_path / "current"
    link.symlink_to(store / "first")
    source = FolderSource(link)
    before = source.look()
    assert source.look() == before
    link.unlink()
    link.symlink_to(tmp_path / "other")
    assert source.look().key != before.key


def test_weights_that_come_later_than_the_description_are_noticed(demo_model: LinearNewsModel, tmp_path: Path) -> None:
    save_model(demo_model, tmp_path / "m")
    before = FolderSource(tmp_path / "m").look()
    os.utime(tmp_path / "m" / "weights.safetensors", ns=(1, 1))
    assert FolderSource(tmp_path / "m").look().key != before.key


def test_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match=r"model\.json: cannot be read \(No such file .*\)\. Is .*gone a model"):
        FolderSource(tmp_path / "gone").look()
