"""Tests of serving.limits."""

import gzip
import json
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from serving.service_config import ServiceConfig

Connect = Callable[[ServiceConfig], TestClient]

SMALL = ServiceConfig(max_body_bytes=1000)
JSON = {"Content-Type": "application/json"}


def body(length: int) -> bytes:
    empty = json.dumps({"articles": [{"body": ""}]})
    return json.dumps({"articles": [{"body": "a" * (length - len(empty))}]}).encode()


def test_a_body_may_be_as_long_as_the_limit_and_no_longer(connect: Connect) -> None:
    client = connect(SMALL)
    assert client.post("/v1/predict", content=body(1000), headers=JSON).status_code == 200
    answer = client.post("/v1/predict", content=body(1001), headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:problem-type:standpoint:body-too-large")
    assert "A body may have 1000 bytes. Send fewer articles" in answer.json()["detail"]


def test_a_body_of_untold_length_is_cut_off_at_the_limit(connect: Connect) -> None:
    sent: list[int] = []

    def endless() -> Iterator[bytes]:
        for number in range(100):
            sent.append(number)
            yield b" " * 100

    assert connect(SMALL).post("/v1/predict", content=endless(), headers=JSON).status_code == 413


def test_a_compressed_body_is_not_read(connect: Connect) -> None:
    bomb = gzip.compress(b" " * 1_000_000)
    answer = connect(ServiceConfig()).post("/v1/predict", content=bomb, headers={**JSON, "Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:problem-type:standpoint:compressed")
    assert "without Content-Encoding" in answer.json()["detail"]


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_only_what_says_that_it_is_json_is_read(client: TestClient, media_type: str | None) -> None:
    headers = {} if media_type is None else {"Content-Type": media_type}
    answer = client.post("/v1/predict", content=body(100), headers=headers)
    assert (answer.status_code, "Content-Type: application/json" in answer.json()["detail"]) == (415, True)


def test_a_charset_may_be_named(client: TestClient) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert client.post("/v1/predict", content=body(100), headers=headers).status_code == 200


def test_bodies_together_are_limited_and_what_was_held_is_let_go(connect: Connect) -> None:
    client = connect(ServiceConfig(max_bodies_bytes=500))
    answer = client.post("/v1/predict", content=body(600), headers=JSON)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert [client.post("/v1/predict", content=body(400), headers=JSON).status_code for _ in range(5)] == [200] * 5
