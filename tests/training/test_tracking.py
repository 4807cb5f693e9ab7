"""Tests of tracking, on real stores: what a run holds, and which version gets which alias."""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from math import nan
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.models import get_model_info

from measurement.intervals import Estimate
from models.folder import load_model
from models.news_model import NewsModel
from models.store import DEFAULT_TRACKING_URI, PROMOTED
from serving.registry import look_up
from standpoint.errors import ModelFolderError, TrackingError
from training.gold import Gold
from training.outcome import Outcome
from training.quality import Figure, Quality
from training.tracking import Tracked, TrainingRecord, record_training

Train = Callable[..., Tracked]


@pytest.fixture(scope="module")
def record(demo_gold: Gold, demo_outcome: Outcome, demo_quality: Quality) -> TrainingRecord:
    return TrainingRecord(
        gold=demo_gold,
        parameters={"seed": 0, "penalty": 3.0, "kind": "linear"},
        qualities={"cross_validated": demo_quality},
        code_version="0.1.0+abc123",
        outcomes={"cross_validated": demo_outcome},
    )


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('store')}/mlflow.db"


@pytest.fixture(scope="module")
def tracked(
    demo_model: NewsModel, record: TrainingRecord, uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Tracked:
    return record_training(demo_model, record, folder=tmp_path_factory.mktemp("first") / "model", uri=uri)


@pytest.fixture
def client(tracked: Tracked, uri: str) -> MlflowClient:
    return MlflowClient(uri, uri)


@pytest.fixture
def run(tracked: Tracked, client: MlflowClient) -> Run:
    return client.get_run(tracked.run_id)


@pytest.fixture
def train(demo_model: NewsModel, record: TrainingRecord, tmp_path: Path) -> Train:
    """Return a way to record the same model again, without plots, under options and with changes to the record."""

    def recorded(uri: str, *, name: str | None = "standpoint", promote: bool = False, **changes: object) -> Tracked:
        folder = Path(tempfile.mkdtemp(dir=tmp_path)) / "model"
        changed = replace(record, **{"outcomes": {}, **changes})  # type: ignore[arg-type]  # any field
        return record_training(demo_model, changed, folder=folder, uri=uri, register_as=name, promote=promote)

    return recorded


def digest(run: Run) -> str:
    assert run.inputs is not None
    return str(run.inputs.dataset_inputs[0].dataset.digest)


def artifacts(client: MlflowClient, run_id: str, folder: str) -> list[str]:
    return sorted(item.path for item in client.list_artifacts(run_id, folder))


def test_a_run_holds_parameters_code_version_and_codebook(run: Run, record: TrainingRecord) -> None:
    reference = record.gold.codebook.reference
    assert run.info.status == "FINISHED"
    assert run.data.params == {"seed": "0", "penalty": "3.0", "kind": "linear", "codebook": reference}
    assert (run.data.tags["code_version"], run.data.tags["codebook"]) == ("0.1.0+abc123", reference)


def test_a_run_holds_every_figure_as_a_metric(run: Run, demo_quality: Quality) -> None:
    expected = {f"cross_validated/{name}": value for name, value in demo_quality.scalars().items()}
    assert run.data.metrics == pytest.approx(expected)
    assert "cross_validated/frames/macro_f1/low" in expected


def test_a_run_keeps_its_plots(client: MlflowClient, tracked: Tracked) -> None:
    names = ("frames_f1", "frames_precision_recall", "reliability", "stance_confusion")
    found = artifacts(client, tracked.run_id, "plots/cross_validated")
    assert found == [f"plots/cross_validated/{name}.png" for name in names]


def test_a_run_keeps_the_codebook(
    client: MlflowClient, tracked: Tracked, record: TrainingRecord, tmp_path: Path
) -> None:
    path = client.download_artifacts(tracked.run_id, "codebook/codebook.json", str(tmp_path))
    assert json.loads(Path(path).read_text(encoding="utf-8")) == record.gold.codebook.to_json()


def test_a_run_keeps_the_codebook_file_too(train: Train, client: MlflowClient, uri: str, tmp_path: Path) -> None:
    (tmp_path / "demo.toml").write_text('id = "demo"', encoding="utf-8")
    run_id = train(uri, name=None, codebook=tmp_path / "demo.toml").run_id
    assert artifacts(client, run_id, "codebook") == ["codebook/codebook.json", "codebook/demo.toml"]


def test_the_digest_of_the_data_depends_on_labels_and_not_on_order(
    train: Train, run: Run, client: MlflowClient, uri: str, demo_gold: Gold
) -> None:
    first, *others = demo_gold.articles
    relabelled = replace(first, frames=frozenset(demo_gold.codebook.frame_ids) - first.frames)
    golds = (Gold(demo_gold.codebook, [*others, first]), Gold(demo_gold.codebook, [relabelled, *others]))
    reordered, other = (client.get_run(train(uri, name=None, gold=gold).run_id) for gold in golds)
    assert digest(reordered) == digest(run) != digest(other)


def test_the_logged_model_says_what_goes_in_and_comes_out(
    tracked: Tracked, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    signature = get_model_info(tracked.model_uri).signature
    assert signature is not None
    assert signature.inputs.required_input_names() == ["body"]
    assert {"title", "id", "language"} < set(signature.inputs.input_names())
    assert signature.outputs.input_names() == ["article_id", "prediction"]


def test_the_artifacts_hold_data_only(tracked: Tracked, uri: str) -> None:
    store = Path(uri.removeprefix("sqlite:///")).parent / "artifacts"
    kinds = {path.suffix for path in store.rglob("*") if path.is_file() and path.name != "MLmodel"}
    assert kinds <= {".json", ".safetensors", ".png", ".yaml", ".txt", ".toml"}


def test_the_requirements_pin_what_loading_needs_and_nothing_that_is_not_published(tracked: Tracked, uri: str) -> None:
    store = Path(uri.removeprefix("sqlite:///")).parent / "artifacts"
    lines = next(store.rglob("requirements.txt")).read_text(encoding="utf-8").splitlines()
    names = [line.split("==")[0] for line in lines]
    assert names == ["mlflow", "numpy", "pandas", "pyahocorasick", "safetensors", "scikit-learn", "scipy"]
    assert all("==" in line for line in lines)


def test_the_champion_moves_only_when_told_to(train: Train, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    given = [train(uri).aliases, train(uri).aliases, train(uri, promote=True).aliases, train(uri).aliases]
    both = ("challenger", "champion")
    assert given == [both, ("challenger",), both, ("challenger",)]
    aliases = MlflowClient(uri, uri).get_registered_model("standpoint").aliases
    assert {alias: str(version) for alias, version in aliases.items()} == {"champion": "3", "challenger": "4"}


def test_a_version_says_when_it_became_champion_and_others_do_not(train: Train, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    for promote in (False, False, True):
        train(uri, promote=promote)
    offers = [look_up(f"models:/standpoint/{version}", uri=uri) for version in (1, 2, 3)]
    assert [offer.promoted for offer in offers] == [offers[0].created, None, offers[2].created]
    tag = MlflowClient(uri, uri).get_model_version("standpoint", "3").tags["promoted"]
    assert datetime.fromisoformat(tag).utcoffset() == timedelta(0)


def test_a_model_can_stay_unregistered(train: Train, uri: str, client: MlflowClient) -> None:
    tracked = train(uri, name=None)
    assert (tracked.version, tracked.aliases) == (None, ())
    assert client.get_logged_model(tracked.model_uri.removeprefix("models:/")).source_run_id == tracked.run_id


def test_the_version_says_what_it_came_from(tracked: Tracked, client: MlflowClient, record: TrainingRecord) -> None:
    version = client.get_model_version("standpoint", "1")
    assert tracked.model_uri == "models:/standpoint/1"
    assert version.run_id == tracked.run_id
    tags = {name: value for name, value in version.tags.items() if name != PROMOTED}
    assert tags == {"codebook": record.gold.codebook.reference, "code_version": "0.1.0+abc123"}


def test_names_that_mlflow_refuses_are_changed_and_stay_apart(train: Train, uri: str, client: MlflowClient) -> None:
    odd = [Figure(f"stance/actor_{actor}/accuracy", Estimate(0.5, nan, nan), 9) for actor in ("a%b", "a&b", "x" * 300)]
    run = client.get_run(train(uri, name=None, qualities={"temporal": Quality(tuple(odd))}).run_id)
    assert len(run.data.metrics) == 3
    assert sorted(run.data.metrics)[0].startswith("temporal/stance/actor_a_b/accuracy_")


def test_the_model_is_kept_when_the_store_does_not_answer(
    demo_model: NewsModel, record: TrainingRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingError, match="does not answer") as error:
        record_training(demo_model, record, folder=tmp_path / "model", uri="http://127.0.0.1:9")
    assert str(error.value).endswith(f"The trained model is not lost: it is in {tmp_path / 'model'}.")
    assert load_model(tmp_path / "model").codebook == demo_model.codebook


def test_a_name_that_the_registry_refuses_is_an_error_with_a_way_out(train: Train, uri: str) -> None:
    with pytest.raises(TrackingError, match=r"refuses \(.*Invalid model name.*\. Mend that, .*The trained model is"):
        train(uri, name="a/b")


def test_a_folder_in_use_stops_before_anything_is_recorded(
    demo_model: NewsModel, record: TrainingRecord, tmp_path: Path
) -> None:
    with pytest.raises(ModelFolderError, match="exists already"):
        record_training(demo_model, record, folder=tmp_path, uri=f"sqlite:///{tmp_path}/mlflow.db")
    assert list(tmp_path.iterdir()) == []


def test_the_default_store_keeps_its_artifacts_in_mlruns(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://somewhere.example")
    train(DEFAULT_TRACKING_URI)
    kept = {path.name for path in (tmp_path / "mlruns").iterdir()}
    assert kept == {"mlflow.db", "artifacts"}
    assert mlflow.get_tracking_uri() == os.environ["MLFLOW_TRACKING_URI"] == "https://somewhere.example"
    assert capfd.readouterr() == ("", "")
