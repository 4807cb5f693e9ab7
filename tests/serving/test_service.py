"""Tests of serving.service, and of its OpenAPI document against the service."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, Request
from fastapi.testclient import TestClient

from serving.api_records import EN_ARTICLE, ZH_ARTICLE, PredictAnswer
from serving.keys import key_line, make_key
from serving.model_holder import ModelHolder
from serving.parts import parts_of
from serving.service import create_service
from serving.service_config import ServiceConfig

Connect = Callable[[ServiceConfig], TestClient]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        yield from ((f"{method.upper()} {path}", operation) for method, operation in methods.items())


def test_the_document_lists_what_there_is_and_what_can_go_wrong(client: TestClient) -> None:
    statuses = {name: sorted(item["responses"]) for name, item in operations(client.get("/openapi.json").json())}
    assert statuses == {
        "GET /health/live": ["200"],
        "GET /health/ready": ["200", "503"],
        "POST /v1/predict": ["200", "400", "408", "413", "415", "422", "500", "503"],
        "GET /v1/codebook": ["200"],
        "GET /v1/model": ["200"],
        "GET /metrics": ["200"],
    }


def test_the_document_asks_for_a_key_where_the_service_does(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(key_line(make_key(bytes(32)), "newsroom"))
    document = connect(ServiceConfig(keys_file=tmp_path / "keys")).get("/openapi.json").json()
    guarded = {name for name, item in operations(document) if item.get("security") == [{"HTTPBearer": []}]}
    assert guarded == {"POST /v1/predict", "GET /v1/codebook", "GET /v1/model", "GET /metrics"}
    assert all("401" in item["responses"] for name, item in operations(document) if name in guarded)


def test_every_reference_in_the_document_leads_somewhere(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known
    assert "#/components/schemas/PredictRequest" in known


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (item for name, item in value.items() if name == "$ref")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from references(inner)


def test_the_document_knows_the_limits_and_shows_examples_in_both_languages(connect: Connect) -> None:
    schemas = connect(ServiceConfig(max_articles=7, max_characters=99)).get("/openapi.json").json()["components"]
    articles = schemas["schemas"]["PredictRequest"]["properties"]["articles"]
    assert (articles["maxItems"], articles["examples"]) == (7, [[ZH_ARTICLE, EN_ARTICLE]])
    assert schemas["schemas"]["ArticleInput"]["properties"]["body"]["maxLength"] == 99


def test_the_examples_are_answered_as_documented(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    request = document["components"]["schemas"]["PredictRequest"]["properties"]
    body = {"articles": request["articles"]["examples"][0], "actors": request["actors"]["examples"][0]}
    for probabilities in (True, False):
        answer = client.post("/v1/predict", json={**body, "probabilities": probabilities})
        PredictAnswer.model_validate_json(answer.content, strict=True)
        assert [item["language"] for item in answer.json()["predictions"]] == ["zh", "en"]


def test_a_further_door_finds_the_parts(holder: ModelHolder) -> None:
    door = APIRouter()

    @door.get("/door")
    async def opened(request: Request) -> str:
        return parts_of(request).holder.current.info.model

    with TestClient(create_service(holder, ServiceConfig(), doors=[door])) as client:
        assert client.get("/door").json() == holder.current.info.model


def test_with_processes_the_answer_is_the_same(connect: Connect) -> None:
    request = {"articles": [EN_ARTICLE, ZH_ARTICLE]}
    with_thread, with_process = (
        connect(ServiceConfig(processes=number)).post("/v1/predict", json=request).json() for number in (0, 1)
    )
    assert with_thread["predictions"] == with_process["predictions"]


@pytest.mark.slow
def test_schemathesis_finds_no_failure_and_no_undocumented_status(serve: Callable[..., Any], tmp_path: Path) -> None:
    key = make_key(bytes(range(32)))
    (tmp_path / "keys").write_text(key_line(key, "tester"))
    server = serve("--keys", tmp_path / "keys", "--set", "processes=0")
    run = subprocess.run(
        [
            *(Path(sys.executable).parent / "schemathesis", "run", f"{server.url}/openapi.json"),
            *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),  # blank texts pass the schema
            *("--max-examples", "100", "--seed", "1", "--header", f"Authorization: Bearer {key}"),
            *("--header", f"X-Hook-Secret: {key}"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "12 selected / 12 total" in run.stdout
    assert run.returncode == 0, run.stdout
