"""Tests of serving.request_log."""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from serving.keys import key_line, make_key
from serving.request_log import LOGGER, JsonLines
from serving.service_config import ServiceConfig

Connect = Callable[[ServiceConfig], TestClient]
ARTICLE = {"title": "News", "body": "China broke its promise."}


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == LOGGER]


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    """Keep all that the service logs."""
    caplog.set_level(logging.INFO, LOGGER)


def test_a_request_is_one_line_with_its_id(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.post("/v1/predict", json={"articles": [ARTICLE]})
    (line,) = lines(caplog)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    shown = {name: line[name] for name in ("event", "level", "method", "route", "status", "n_articles", "key")}
    assert shown == {
        "event": "request",
        "level": "info",
        "method": "POST",
        "route": "/v1/predict",
        "status": 200,
        "n_articles": 1,
        "key": None,
    }
    assert 0 < line["seconds"] < 60


def test_neither_text_nor_key_nor_query_is_logged(
    connect: Connect, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG, LOGGER)
    key = make_key(bytes(range(32)))
    (tmp_path / "keys").write_text(key_line(key, "newsroom"))
    client = connect(ServiceConfig(keys_file=tmp_path / "keys"))
    headers = {"Authorization": f"Bearer {key}"}
    client.post("/v1/predict?token=secret", json={"articles": [ARTICLE]}, headers=headers)
    client.get("/secret/path?token=secret", headers=headers)
    logged = "\n".join(map(json.dumps, lines(caplog)))
    assert [line["key"] for line in lines(caplog)] == ["newsroom", None]
    assert not any(secret in logged for secret in (key, "promise", "secret"))


def test_an_id_that_could_spoil_a_log_is_replaced(client: TestClient) -> None:
    given = ["a" * 65, "a b", 'a"}\\n', "é"]
    answers = [client.get("/health/live", headers={b"X-Request-Id": id.encode()}) for id in given]
    found = [answer.headers["X-Request-Id"] for answer in answers]
    assert not set(found) & set(given)
    assert all(len(id) == 32 for id in found)


def test_a_health_check_is_logged_only_where_it_fails(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/health/live")
    assert lines(caplog) == []
    client.app.state.parts.stopping.set()  # type: ignore[attr-defined]  # the test client hides what it wraps
    client.get("/health/ready")
    assert [line["status"] for line in lines(caplog)] == [503]


def test_a_client_that_goes_away_before_it_is_answered_is_no_failure(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[Message] = []

    async def go_away() -> None:
        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
        scope = {"type": "http", "method": "POST", "path": "/v1/predict", "query_string": b"", "headers": headers}
        await client.app(scope, receive, send)

    asyncio.run(go_away())
    assert sent == []
    assert [(line["event"], line["status"]) for line in lines(caplog)] == [("request", 499)]
    assert 'route="/v1/predict",status="499"} 1.0' in client.get("/metrics").text
