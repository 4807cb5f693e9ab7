"""Tests of the registry, on a real store: what opens, and what is said when it does not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from mlflow import MlflowClient

from models.folder import weights_digest
from models.news_model import NewsModel
from models.store import open_store
from serving.registry import look_up, open_model, promote, registered_versions
from standpoint.article import Article
from standpoint.codebook import Codebook, Words
from standpoint.errors import CodebookMismatchError, ModelFolderError, TrackingError
from training.gold import Gold
from training.tracking import TrainingRecord, record_training

ARTICLES = [Article("a1", "Allies signed a joint pact.", "China broke its promise."), Article("a2", "Japan", "Rain.")]


@pytest.fixture(scope="module")
def store(demo_model: NewsModel, demo_gold: Gold, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with two versions, the first of them champion, and their model folders beside it."""
    place = tmp_path_factory.mktemp("store")
    record = TrainingRecord(demo_gold, {}, {}, "0.1.0")
    for name in ("first", "second"):
        record_training(demo_model, record, folder=place / name, uri=f"sqlite:///{place}/mlflow.db")
    return place


@pytest.fixture(scope="module")
def uri(store: Path) -> str:
    return f"sqlite:///{store}/mlflow.db"


def test_a_model_opens_by_alias_by_version_and_by_path(store: Path, uri: str) -> None:
    references = ("models:/standpoint@champion", "models:/standpoint/1", str(store / "first"))
    models = [open_model(reference, uri=uri) for reference in references]
    answers = [[item.to_json() | {"model": ""} for item in model.predict(ARTICLES)] for model in models]
    assert answers[0] == answers[1] == answers[2]


def test_a_registered_model_signs_its_predictions_with_name_version_and_weights(store: Path, uri: str) -> None:
    model = open_model("models:/standpoint@challenger", uri=uri)
    assert [prediction.model for prediction in model.predict(ARTICLES)] == [
        f"standpoint/2+{weights_digest(store / 'second')}"
    ] * 2


def test_a_path_needs_no_store(store: Path) -> None:
    first = store / "first"
    assert open_model(str(first), uri="nowhere").version == f"unregistered+{weights_digest(first)}"


def test_versions_are_listed_from_the_latest(uri: str) -> None:
    versions = registered_versions(uri)
    assert [(item.version, item.aliases) for item in versions] == [(2, ("challenger",)), (1, ("champion",))]
    assert versions[0].created > versions[1].created
    assert versions[0].run_id != versions[1].run_id


@pytest.mark.parametrize("reference", ["models:/standpoint@chmpion", "models:/standpoint/7"])
def test_a_missing_version_is_answered_with_those_there_are(uri: str, reference: str) -> None:
    with pytest.raises(TrackingError) as error:
        open_model(reference, uri=uri)
    assert f"'{reference}': there is no such version (there are: 2 @challenger, 1 @champion)." in str(error.value)
    assert "Train one with `standpoint train`." in str(error.value)


def test_a_missing_name_is_answered_with_those_there_are(uri: str) -> None:
    with pytest.raises(TrackingError, match=r"no registered model 'other' \(it has: standpoint\)\. Train one"):
        open_model("models:/other@champion", uri=uri)


@pytest.mark.parametrize("reference", ["models:standpoint", "models:/standpoint", "models:/standpoint/one", "models:/"])
def test_a_reference_that_cannot_be_read_says_how_to_write_it(uri: str, reference: str) -> None:
    with pytest.raises(TrackingError, match=f"'{reference}' names no registered model. Write models:/standpoint@"):
        open_model(reference, uri=uri)


def test_a_version_is_promoted_and_says_when_and_which_was_champion_before(uri: str, store: Path) -> None:
    with open_store(uri) as client:
        client.create_registered_model("rolled")
        for _ in range(2):
            client.create_model_version("rolled", str(store))
    times = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    references = ("/1", "/2", "@champion", "/1")
    done = [promote(f"models:/rolled{name}", uri=uri, time=time) for name, time in zip(references, times, strict=True)]
    assert [(item.before, item.version) for item in done] == [(None, 1), (1, 2), (2, 2), (2, 1)]
    first, second = (look_up(f"models:/rolled/{version}", uri=uri) for version in (1, 2))
    assert (first.promoted, second.promoted) == (times[3], times[1])  # what was champion already keeps its time
    assert (first.aliases, second.aliases) == (("champion",), ())


def test_a_version_that_is_not_there_is_not_promoted(uri: str) -> None:
    with pytest.raises(TrackingError, match=r"there is no such version \(there are: 2 @challenger, 1 @champion\)"):
        promote("models:/standpoint/7", uri=uri, time=datetime.now(UTC))


def test_a_folder_is_not_promoted(uri: str) -> None:
    with pytest.raises(TrackingError, match=r"'mlruns/models/m' is no registered version.*Write models:/standpoint/3"):
        promote("mlruns/models/m", uri=uri, time=datetime.now(UTC))


def test_a_store_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match=r"nothing\.db: there is no tracking store\. Run `standpoint train` first"):
        open_model("models:/standpoint@champion", uri=f"sqlite:///{tmp_path}/nothing.db")


def test_a_model_for_another_codebook_is_refused(uri: str) -> None:
    other = Codebook("other", Words("other", "其他"))
    with pytest.raises(CodebookMismatchError, match=r"^models:/standpoint/1: was trained for codebook 'demo@"):
        open_model("models:/standpoint/1", uri=uri, codebook=other)


def test_an_artifact_that_was_changed_is_refused(
    demo_model: NewsModel, demo_gold: Gold, uri: str, tmp_path: Path
) -> None:
    tracked = record_training(
        demo_model, TrainingRecord(demo_gold, {}, {}, "0.1.0"), folder=tmp_path / "m", uri=uri, register_as="tampered"
    )
    source = MlflowClient(uri, uri).get_model_version_download_uri("tampered", str(tracked.version))
    weights = next(Path(source.removeprefix("file://")).rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(ModelFolderError, match=r"^models:/tampered/1/weights\.safetensors: was changed after"):
        open_model("models:/tampered@champion", uri=uri)
