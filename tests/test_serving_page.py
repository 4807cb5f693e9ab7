"""Guards of docs/serving.md: the statuses, fields and limits that it names are those of the service."""

import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from serving.api import api_routes
from serving.api_records import (
    ActorInput,
    ArticleInput,
    FrameRecord,
    PredictAnswer,
    PredictionRecord,
    PredictRequest,
    SpanRecord,
    StanceRecord,
)
from serving.service_config import ServiceConfig

PAGE = Path(__file__).parents[1] / "docs" / "serving.md"
INPUT = (PredictRequest, ArticleInput, ActorInput)
OUTPUT = (PredictAnswer, PredictionRecord, FrameRecord, StanceRecord, SpanRecord)

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the source tree is not here")


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_table_of_errors_has_every_status_that_predict_documents() -> None:
    routes = [route for route in api_routes(with_keys=True).routes if isinstance(route, APIRoute)]
    predict = next(route for route in routes if route.path == "/v1/predict")
    assert re.findall(r"^\| (\d{3}) \|", page(), re.MULTILINE) == sorted(map(str, predict.responses))


def test_every_field_of_a_request_and_of_an_answer_is_shown() -> None:
    names = {name for record in (*INPUT, *OUTPUT) for name in record.model_fields}
    assert [name for name in sorted(names) if not re.search(rf'["`.]{name}["`]', page())] == []


def test_the_limits_are_the_defaults() -> None:
    config = ServiceConfig()
    mebibytes = config.max_body_bytes // 1024**2
    for words in (
        f"One over `max_characters` ({config.max_characters:,}) is refused",
        f"more than {config.queue_articles} articles",
        f"({config.max_articles} at most)",
        f"arrive in {config.body_seconds:g} seconds",
        f"over {mebibytes} MiB",
    ):
        assert words in page()
