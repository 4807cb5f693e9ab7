"""Tests of serving.problems."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serving.model_holder import ModelHolder
from serving.service_config import ServiceConfig

Connect = Callable[[ServiceConfig], TestClient]

SECRET = "the words of an article"


def problem(client: TestClient, body: Any, status: int) -> dict[str, Any]:  # noqa: ANN401 - JSON or bytes
    content = body if isinstance(body, bytes) else json.dumps(body)
    answer = client.post("/v1/predict", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["request_id"] == answer.headers["X-Request-Id"]
    assert SECRET not in answer.text
    return found


HOSTILE = {
    "nothing": b"",
    "cut off": b'{"articles": [{"body": "China',
    "nested": b'{"articles": ' + b"[" * 100_000,
    "nested objects": b'{"articles":' * 50_000,
    "half a surrogate pair": b'{"articles": [{"body": "\\ud83d"}]}',
    "surrogate as bytes": b'{"articles": [{"body": "\xed\xa0\xbd"}]}',
    "NUL": b'{"articles": [{"body": "a\x00b"}]}',
    "only NUL": b"\x00" * 1000,
    "not UTF-8": b'{"articles": [{"body": "\xff\xfe"}]}',
    "UTF-16": '{"articles": [{"body": "China"}]}'.encode("utf-16"),
    "a number of many digits": b'{"articles": [{"id": ' + b"9" * 100_000 + b"}]}",
    "two values": b'{"articles": [{"body": "a"}]} {}',
    "single quotes": b"{'articles': []}",
}
WRONG = {
    "not a number": b'{"articles": [{"id": NaN, "body": "a"}]}',
    "infinity": b'{"articles": Infinity}',
    "a huge number": b'{"articles": [{"id": 1e999999, "body": "a"}]}',
    "null": b"null",
    "a list": b"[]",
    "a text": b'"articles"',
    "no articles": b'{"articles": []}',
    "articles that are none": b'{"articles": [1, "a", null, []]}',
    "very many articles": b'{"articles": [' + b"{}," * 200_000 + b"{}]}",
    "very many keys": b'{"articles": [{' + b",".join(b'"k%d": 0' % number for number in range(50_000)) + b"}]}",
    "a number for a text": b'{"articles": [{"body": 7}]}',
    "a text for true": b'{"articles": [{"body": "a"}], "evidence": "yes"}',
    "blank": b'{"articles": [{"title": " ", "body": "\\n\\u3000"}]}',
    "no date": b'{"articles": [{"body": "a", "published": "last week"}]}',
    "an alias of blanks": b'{"articles": [{"body": "a"}], "actors": [{"id": "acme", "aliases": [" "]}]}',
    "an actor without aliases": b'{"articles": [{"body": "a"}], "actors": [{"id": "acme", "aliases": []}]}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_json_is_told_so(client: TestClient, body: bytes) -> None:
    found = problem(client, body, 400)
    assert found["type"] == "urn:problem-type:standpoint:not-json"
    assert found["detail"].startswith("The body is not JSON: ")


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_json_that_is_not_what_is_expected_is_told_so(client: TestClient, body: bytes) -> None:
    found = problem(client, body, 422)
    assert found["type"] == "urn:problem-type:standpoint:wrong-fields"
    assert 0 < len(found["errors"]) <= 20
    assert all(error["pointer"].startswith("#") and error["detail"] for error in found["errors"])


def test_the_next_good_request_is_answered(client: TestClient) -> None:
    for body in (*HOSTILE.values(), *WRONG.values()):
        client.post("/v1/predict", content=body, headers={"Content-Type": "application/json"})
    good = {"articles": [{"body": "a \u0000 b", "id": "\u0000"}]}
    assert client.post("/v1/predict", json=good).status_code == 200


def test_a_misspelt_field_is_named_with_the_one_that_was_meant(client: TestClient) -> None:
    (error,) = problem(client, {"articles": [{"titel": SECRET}]}, 422)["errors"]
    assert error["pointer"] == "#/articles/0/titel"
    assert "field 'titel' is not in what is expected here" in error["detail"]
    assert "did you mean 'title'? Correct or remove it." in error["detail"]
    (error,) = problem(client, {"articles": [{"body": "a"}], "evidense": True}, 422)["errors"]
    assert (error["pointer"], "did you mean 'evidence'" in error["detail"]) == ("#/evidense", True)


def test_two_articles_of_one_id_are_both_named(client: TestClient) -> None:
    twice = [{"id": "a", "body": SECRET}, {"id": "b", "body": SECRET}, {"id": "a", "body": SECRET}]
    (error,) = problem(client, {"articles": twice}, 422)["errors"]
    assert (error["pointer"], "#/articles/0" in error["detail"]) == ("#/articles/2/id", True)


def test_of_many_errors_the_first_are_listed_and_all_counted(client: TestClient) -> None:
    found = problem(client, {"articles": [{"body": " "}] * 64}, 422)
    assert len(found["errors"]) == 20
    assert found["detail"].startswith("64 fields are wrong. The first 20 are listed.")


def test_an_actor_of_the_codebook_cannot_be_asked_for_under_other_names(client: TestClient) -> None:
    request = {"articles": [{"body": SECRET}], "actors": [{"id": "china", "aliases": ["Acme"]}]}
    (error,) = problem(client, request, 422)["errors"]
    assert (error["pointer"], "Choose another one" in error["detail"]) == ("#/actors/0/id", True)


def test_limits_are_those_of_the_settings(connect: Connect) -> None:
    client = connect(ServiceConfig(max_articles=2, max_characters=50, max_actors=1))
    assert client.post("/v1/predict", json={"articles": [{"body": "a" * 48}] * 2}).status_code == 200
    (error,) = problem(client, {"articles": [{"body": "a"}] * 3}, 422)["errors"]
    assert (error["pointer"], "at most 2 items" in error["detail"]) == ("#/articles", True)
    (error,) = problem(client, {"articles": [{"body": "a"}, {"title": "a" * 25, "body": "a" * 25}]}, 422)["errors"]
    assert error == {"pointer": "#/articles/1", "detail": "Its text may have 50 characters. Split the article."}
    actors = [{"id": id, "aliases": ["a"]} for id in ("one", "two")]
    (error,) = problem(client, {"articles": [{"body": "a"}], "actors": actors}, 422)["errors"]
    assert error["pointer"] == "#/actors"


def test_an_unknown_path_or_method_is_told_what_there_is(client: TestClient) -> None:
    missing, wrong = client.get("/v1/predictions"), client.get("/v1/predict")
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:problem-type:standpoint:not-found")
    assert "GET /openapi.json" in missing.json()["detail"]
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
    assert wrong.json()["detail"] == "This path does not take GET. It takes POST."


def test_a_failure_of_the_service_is_a_problem_that_says_nothing_of_the_text(
    client: TestClient, holder: ModelHolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr(holder.current.model, "predict", broken)
    found = problem(client, {"articles": [{"body": SECRET}]}, 500)
    assert "its log has the cause" in found["detail"]
    (record,) = [item for item in caplog.records if item.getMessage() == "failure"]
    assert (vars(record)["fields"]["error"], vars(record)["fields"]["request_id"]) == ("KeyError", found["request_id"])
    assert "broken" in vars(record)["fields"]["places"][-1]
    assert SECRET not in str(vars(record))
