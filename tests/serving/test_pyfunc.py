"""Tests of the MLflow door: what MLflow answers is what the model answers."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PyFuncModel, load_model
from mlflow.pyfunc.scoring_server import invocations

from models.news_model import NewsModel
from serving.pyfunc import PyfuncModel, _load_pyfunc
from standpoint.article import Article
from standpoint.errors import RecordError
from training.gold import Gold
from training.tracking import SIGNATURE, TrainingRecord, record_training

ROWS = [
    {"id": "a1", "title": "Allies signed a joint pact.", "body": "China broke its promise."},
    {"id": "a2", "title": "日本", "body": "Japan kept its word."},
]


@pytest.fixture(scope="module")
def store(demo_model: NewsModel, demo_gold: Gold, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("store")
    record = TrainingRecord(demo_gold, {}, {}, "0.1.0")
    record_training(demo_model, record, folder=place / "model", uri=f"sqlite:///{place}/mlflow.db")
    return place


@pytest.fixture
def loaded(store: Path, monkeypatch: pytest.MonkeyPatch) -> PyFuncModel:
    """Load the champion as a user of MLflow does, with everything forbidden that could run code."""
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store}/mlflow.db")
    return load_model("models:/standpoint@champion")


@pytest.fixture
def door(demo_model: NewsModel) -> PyfuncModel:
    return PyfuncModel(demo_model)


def expected(model: NewsModel, name: str) -> list[dict[str, Any]]:
    articles = [Article(**row, language="zh" if row["id"] == "a2" else "en") for row in ROWS]
    return [prediction.to_json() | {"model": name, "language": ""} for prediction in model.predict(articles)]


def answers(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [json.loads(text) | {"language": ""} for text in frame["prediction"]]


def asked(loaded: PyFuncModel, rows: pd.DataFrame) -> pd.DataFrame:
    frame = loaded.predict(rows)
    assert isinstance(frame, pd.DataFrame)
    return frame


def test_mlflow_answers_what_the_model_answers(loaded: PyFuncModel, demo_model: NewsModel) -> None:
    frame = asked(loaded, pd.DataFrame(ROWS))
    assert list(frame.columns) == ["article_id", "prediction"]
    assert list(frame["article_id"]) == ["a1", "a2"]
    assert answers(frame) == expected(demo_model, "standpoint/1")


def test_columns_that_may_be_missing_may_also_be_empty(loaded: PyFuncModel) -> None:
    frame = pd.DataFrame({"body": ["China broke its promise.", "Rain."], "id": ["a1", None], "story": [None, None]})
    first, second = asked(loaded, frame)["article_id"]
    assert first == "a1"
    assert len(second) == 16


def test_a_column_that_is_needed_is_asked_for(loaded: PyFuncModel) -> None:
    with pytest.raises(MlflowException, match=r"missing inputs \['body'\]"):
        loaded.predict(pd.DataFrame({"title": ["China"]}))


def test_the_server_of_mlflow_answers_json(loaded: PyFuncModel, demo_model: NewsModel) -> None:
    request = json.dumps({"dataframe_records": ROWS})
    response = invocations(request, "application/json", loaded, SIGNATURE.inputs)  # type: ignore[no-untyped-call]  # MLflow's
    rows = json.loads(response.response)["predictions"]
    assert [json.loads(row["prediction"])["model"] for row in rows] == ["standpoint/1"] * 2


def test_a_model_folder_by_its_path_keeps_its_own_name(store: Path) -> None:
    model = _load_pyfunc(str(store / "model"))
    assert json.loads(model.predict(["Rain."])["prediction"][0])["model"] == "unregistered"


def test_objects_and_bare_texts_are_taken_too(door: PyfuncModel, demo_model: NewsModel) -> None:
    assert answers(door.predict(ROWS)) == expected(demo_model, demo_model.version)
    assert len(door.predict(["China broke its promise.", "Rain."])) == 2


def test_no_articles_give_no_rows(door: PyfuncModel) -> None:
    assert door.predict(pd.DataFrame({"body": []})).shape == (0, 2)


@pytest.mark.parametrize("row", [{"title": " ", "body": ""}, {"body": None}])
def test_an_article_without_text_is_named_by_its_row(door: PyfuncModel, row: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match="row 1: title and body are both empty"):
        door.predict([{"body": "Rain."}, row])


def test_a_row_that_is_no_object_is_refused(door: PyfuncModel) -> None:
    with pytest.raises(RecordError, match="row 0: expected an object with named fields"):
        door.predict([7])  # type: ignore[list-item]  # what a caller without types may send
