"""Tracking: what was trained, on what, how well, written to the tracking store and the model registry."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.data.huggingface_dataset import HuggingFaceDataset, from_huggingface
from mlflow.models import ModelSignature
from mlflow.models.model import ModelInfo
from mlflow.pyfunc import log_model
from mlflow.tracking._tracking_service.utils import _use_tracking_uri
from mlflow.types import ColSpec, DataType, Schema

from models.folder import save_model
from models.news_model import NewsModel
from models.store import CHALLENGER, CHAMPION, database_file, make_champion, open_store
from standpoint.errors import TrackingError
from training.gold import Gold
from training.outcome import Outcome
from training.plots import training_figures
from training.quality import Quality, all_scalars

EXPERIMENT = "standpoint"

SIGNATURE = ModelSignature(
    inputs=Schema(
        [
            ColSpec(DataType.string, "body"),
            *(
                ColSpec(DataType.string, name, required=False)
                for name in ("title", "id", "language", "source", "published", "url", "story")
            ),
        ]
    ),
    outputs=Schema([ColSpec(DataType.string, "article_id"), ColSpec(DataType.string, "prediction")]),
)
"""Articles in, as they are written to JSON Lines; predictions out, each as one JSON text."""

_EXAMPLE = {"title": "Rare earth magnets", "body": "A new plant will make magnets from next year, its owner said."}
_LOADER = "serving.pyfunc"
_REQUIREMENTS = ("mlflow", "numpy", "pandas", "pyahocorasick", "safetensors", "scikit-learn", "scipy")
_MORE: dict[str, tuple[str, ...]] = {"linear": (), "encoder": ("onnxruntime", "tokenizers")}


@dataclass(frozen=True)
class TrainingRecord:
    """What is written down of one training.

    `qualities` and `outcomes` go by how they were measured (`temporal`, `cross_validated`); an outcome is drawn when
    there is a quality of the same name. `codebook` is the file it was read from, None where it came from no file.
    """

    gold: Gold
    parameters: Mapping[str, str | int | float]
    qualities: Mapping[str, Quality]
    code_version: str
    codebook: Path | None = None
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True)
class Tracked:
    """Where a training was recorded: its run, and the registered version (None: not registered) with its aliases."""

    run_id: str
    version: int | None
    model_uri: str
    aliases: tuple[str, ...]


def record_training(
    model: NewsModel,
    record: TrainingRecord,
    *,
    folder: Path,
    uri: str,
    register_as: str | None = "standpoint",
    promote: bool = False,
) -> Tracked:
    """Save a model to a folder and record its training in one run.

    The new version becomes `challenger`, and also `champion` where there is none yet; its tag says that it was
    promoted when it was registered.

    Args:
        model: the model that was fitted on all of the record's gold.
        record: what to write down.
        folder: where the model goes first, so that it is not lost when the store fails; must not exist yet.
        uri: the tracking store; an SQLite store is made where there is none.
        register_as: the name in the model registry; None leaves the model unregistered.
        promote: whether the new version replaces the champion.

    Raises:
        ModelFolderError: the folder exists, or cannot be written.
        TrackingError: the store does not answer or refuses; the message names the folder with the model.
    """
    save_model(model, folder)
    try:
        with open_store(uri, create=True) as client, _use_tracking_uri(uri):
            run_id, info = _recorded(client, record, folder, uri, (*_REQUIREMENTS, *_MORE[model.kind]))
            if register_as is None:
                return Tracked(run_id, None, str(info.model_uri), ())
            number, aliases = _registered(client, register_as, info, _tags(record), promote)
            return Tracked(run_id, number, f"models:/{register_as}/{number}", aliases)
    except TrackingError as error:
        raise TrackingError(f"{error} The trained model is not lost: it is in {folder}.") from error


def _recorded(
    client: MlflowClient, record: TrainingRecord, folder: Path, uri: str, requirements: Sequence[str]
) -> tuple[str, ModelInfo]:
    with mlflow.start_run(experiment_id=_experiment_id(client, uri), tags=_tags(record)) as run:
        run_id = str(run.info.run_id)
        mlflow.log_params({**record.parameters, "codebook": record.gold.codebook.reference})
        mlflow.log_input(_dataset(record.gold), context="training")
        _log_codebook(client, run_id, record)
        info = log_model(
            name="model",
            loader_module=_LOADER,
            data_path=str(folder),
            signature=SIGNATURE,
            input_example=[_EXAMPLE],
            pip_requirements=[f"{name}=={version(name)}" for name in requirements],
            metadata={"codebook": record.gold.codebook.reference},
        )
        mlflow.log_metrics(all_scalars(record.qualities), model_id=info.model_id)
        for name, figure in _figures(record):
            client.log_figure(run_id, figure, f"plots/{name}.png", save_kwargs={"dpi": 120})
    return run_id, info


def _experiment_id(client: MlflowClient, uri: str) -> str:
    """Return the experiment's id; beside an SQLite store its artifacts go to a folder next to the database."""
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    file = database_file(uri)
    location = None if file is None else (file.parent / "artifacts").resolve().as_uri()
    return str(client.create_experiment(EXPERIMENT, artifact_location=location))


def _tags(record: TrainingRecord) -> dict[str, str]:
    return {"codebook": record.gold.codebook.reference, "code_version": record.code_version}


def _dataset(gold: Gold) -> HuggingFaceDataset:
    """Return the gold for MLflow, with a digest of our own: MLflow's leaves out the columns that are lists."""
    rows = gold.to_dataset()
    lines = sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    return from_huggingface(rows, name=f"gold-{gold.codebook.id}", digest=digest)


def _log_codebook(client: MlflowClient, run_id: str, record: TrainingRecord) -> None:
    content = json.dumps(record.gold.codebook.to_json(), ensure_ascii=False, indent=1)
    client.log_text(run_id, content, "codebook/codebook.json")
    if record.codebook is not None:
        client.log_artifact(run_id, str(record.codebook), "codebook")


def _figures(record: TrainingRecord) -> Iterator[tuple[str, Any]]:
    for prefix, outcome in record.outcomes.items():
        if prefix in record.qualities:
            figures = training_figures(outcome, record.qualities[prefix], record.gold.codebook)
            yield from ((f"{prefix}/{name}", figure) for name, figure in figures.items())


def _registered(
    client: MlflowClient, name: str, info: ModelInfo, tags: dict[str, str], promote: bool
) -> tuple[int, tuple[str, ...]]:
    """Register the model; return its version and the aliases that it was given."""
    registered = mlflow.register_model(info.model_uri, name, tags=tags)
    version = int(registered.version)
    client.set_registered_model_alias(name, CHALLENGER, str(version))
    if CHAMPION in client.get_registered_model(name).aliases and not promote:
        return version, (CHALLENGER,)
    make_champion(client, name, version, time=datetime.fromtimestamp(registered.creation_timestamp / 1000, UTC))
    return version, (CHALLENGER, CHAMPION)
