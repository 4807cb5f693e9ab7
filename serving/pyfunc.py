"""The MLflow door: lets `mlflow.pyfunc`, `mlflow models serve` and Spark ask a model folder."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.store.artifact.models_artifact_repo import REGISTERED_MODEL_META_FILE_NAME
from mlflow.utils.yaml_utils import read_yaml

from models.folder import load_model
from models.news_model import NewsModel
from standpoint.article import Article, article_from_json
from standpoint.errors import InputError, at

ModelInput = pd.DataFrame | Sequence[Mapping[str, Any] | str]


class PyfuncModel:
    """A news model that takes and returns data frames."""

    def __init__(self, model: NewsModel) -> None:
        self.model = model

    def predict(self, model_input: ModelInput, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Tag articles.

        Args:
            model_input: a row per article with the columns of an article in JSON Lines (`body`; `title`, `id`,
                `language` and the others may be missing or empty), or such objects, or bare texts.
            params: not used; MLflow passes it.

        Returns:
            A row per article: `article_id`, and `prediction`, the record in JSON.

        Raises:
            RecordError: an article has no text, or a field is not valid; the message starts with its row.
        """
        predictions = self.model.predict([_article(row, value) for row, value in enumerate(_rows(model_input))])
        return pd.DataFrame(
            {
                "article_id": [prediction.article_id for prediction in predictions],
                "prediction": [json.dumps(prediction.to_json(), ensure_ascii=False) for prediction in predictions],
            },
            dtype="object",
        )


def _load_pyfunc(data_path: str) -> PyfuncModel:
    """Open the model folder for MLflow, which knows this function by its name."""
    folder = Path(data_path).resolve()
    return PyfuncModel(load_model(folder, version=_registered_name(folder)))


def _registered_name(folder: Path) -> str | None:
    """Return `standpoint/3` as MLflow wrote it beside the model when it was fetched from the registry, else None."""
    root = folder.parents[1]
    if not (root / REGISTERED_MODEL_META_FILE_NAME).is_file():
        return None
    found = read_yaml(str(root), REGISTERED_MODEL_META_FILE_NAME)  # type: ignore[no-untyped-call]  # MLflow's own
    return f"{found['model_name']}/{found['model_version']}"


def _rows(model_input: ModelInput) -> list[Any]:
    if isinstance(model_input, pd.DataFrame):
        return model_input.to_dict(orient="records")
    return [{"body": row} if isinstance(row, str) else row for row in model_input]


def _article(row: int, value: Any) -> Article:  # noqa: ANN401 - comes from outside
    is_object = isinstance(value, Mapping)
    try:
        return article_from_json({k: v for k, v in value.items() if not _is_missing(v)} if is_object else value)
    except InputError as error:
        raise at(f"row {row}", error) from None


def _is_missing(field: object) -> bool:
    return field is None or field is pd.NA or field != field
