"""Tests of serving.api."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.news_model import NewsModel
from serving.keys import key_line, make_key
from serving.model_holder import ModelHolder
from serving.service_config import ServiceConfig
from standpoint.article import article_from_json

Connect = Callable[[ServiceConfig], TestClient]

ARTICLE = {"id": "a1", "title": "News", "body": "China broke its promise. The costly plan collapsed again."}
CHINESE = {"title": "新闻 😀", "body": "China broke its promise. 中国。", "language": "zh", "story": "s1"}


def predicted(client: TestClient, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - a JSON body
    answer = client.post("/v1/predict", json=request)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_answer_is_what_the_model_says_and_the_requests_id(client: TestClient, holder: ModelHolder) -> None:
    articles = [article_from_json(value) for value in (ARTICLE, CHINESE)]
    expected = [prediction.to_json() for prediction in holder.current.model.predict(articles)]
    answer = client.post("/v1/predict", json={"articles": [ARTICLE, CHINESE]}, headers={"X-Request-Id": "mine-1"})
    assert answer.json() == {"request_id": "mine-1", "predictions": expected}
    assert answer.headers["X-Request-Id"] == "mine-1"


def test_a_long_article_is_read_to_its_end(client: TestClient) -> None:
    body = "Nothing happened. " * 9000 + "China broke its promise."
    (found,) = predicted(client, articles=[{"title": "News", "body": body}])["predictions"]
    assert found["characters_read"] == len("News\n\n" + body)
    assert found["stances"][0]["mentions"] == [[len("News\n\n") + 9000 * 18, len("News\n\n") + 9000 * 18 + 5]]


def test_offsets_count_code_points(client: TestClient) -> None:
    (found,) = predicted(client, articles=[CHINESE])["predictions"]
    (mention,) = found["stances"][0]["mentions"]
    assert (CHINESE["title"] + "\n\n" + CHINESE["body"])[slice(*mention)] == "China"


def test_evidence_and_probabilities_are_left_out_on_demand(client: TestClient) -> None:
    (found,) = predicted(client, articles=[ARTICLE], evidence=False, probabilities=False)["predictions"]
    assert [frame.keys() for frame in found["frames"]] == [{"id", "present", "evidence"}] * 2
    assert found["stances"][0].keys() == {"actor", "stance", "mentions", "evidence"}
    assert found["stances"][0]["evidence"] == []


def test_an_actor_that_is_asked_for_is_answered(client: TestClient) -> None:
    article = {"body": "Acme broke its promise. 阿克梅 published figures."}
    actors = [{"id": "acme", "aliases": ["Acme", "阿克梅"]}]
    (found,) = predicted(client, articles=[article], actors=actors)["predictions"]
    assert [(item["actor"], item["mentions"]) for item in found["stances"]] == [("acme", [[2, 6], [26, 29]])]


def test_the_codebook_is_that_of_the_model(client: TestClient, demo_model: NewsModel) -> None:
    found = client.get("/v1/codebook").json()
    assert found == {"reference": demo_model.codebook.reference, "codebook": demo_model.codebook.to_json()}


def test_the_model_says_where_it_comes_from(client: TestClient, holder: ModelHolder, model_folder: Path) -> None:
    found = client.get("/v1/model").json()
    assert found["following"] == str(model_folder)
    assert found["current"]["model"] == holder.current.model.version
    assert (len(found["history"]), found["refused"], found["last_check_error"]) == (1, [], None)


def test_the_service_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "alive"}
    assert client.get("/health/ready").json() == {"status": "ready"}


def test_a_service_about_to_stop_is_not_ready(client: TestClient) -> None:
    client.app.state.parts.stopping.set()  # type: ignore[attr-defined]  # the test client hides what it wraps
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:problem-type:standpoint:stopping")


def test_metrics_count_requests_articles_and_the_model(client: TestClient, holder: ModelHolder) -> None:
    predicted(client, articles=[ARTICLE, CHINESE])
    text = client.get("/metrics").text
    assert 'standpoint_requests_total{method="POST",route="/v1/predict",status="200"} 1.0' in text
    assert "standpoint_articles_total 2.0" in text
    assert f'version="{holder.current.model.version}"' in text


def test_metrics_tell_whether_the_source_of_models_answers(client: TestClient, holder: ModelHolder) -> None:
    assert "standpoint_source_answers 1.0" in client.get("/metrics").text
    holder.last_check_error = "it does not answer"
    assert "standpoint_source_answers 0.0" in client.get("/metrics").text


def test_without_a_known_key_there_is_no_answer(connect: Connect, tmp_path: Path) -> None:
    key = make_key(bytes(range(32)))
    (tmp_path / "keys").write_text(key_line(key, "newsroom"))
    client = connect(ServiceConfig(keys_file=tmp_path / "keys"))
    wrong = [{}, {"Authorization": "Bearer " + key[:-1]}, {"Authorization": f"Basic {key}"}, {"Authorization": key}]
    for path in ("/v1/codebook", "/v1/model", "/metrics"):
        assert [client.get(path, headers=headers).status_code for headers in wrong] == [401] * 4
    answer = client.post("/v1/predict", json={"articles": [ARTICLE]})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "Authorization: Bearer KEY" in answer.json()["detail"]


def test_with_a_key_there_is_an_answer_and_health_needs_none(connect: Connect, tmp_path: Path) -> None:
    key = make_key(bytes(range(32)))
    (tmp_path / "keys").write_text(key_line(key, "newsroom"))
    client = connect(ServiceConfig(keys_file=tmp_path / "keys"))
    assert client.get("/health/ready").status_code == 200
    headers = {"Authorization": f"Bearer {key}"}
    assert client.post("/v1/predict", json={"articles": [ARTICLE]}, headers=headers).status_code == 200


@pytest.mark.parametrize("number", [0, 1])
def test_overload_is_told_with_a_time_to_come_again(connect: Connect, number: int) -> None:
    client = connect(ServiceConfig(queue_articles=1))
    client.app.state.parts.batcher._n_waiting = number  # type: ignore[attr-defined]
    answer = client.post("/v1/predict", json={"articles": [ARTICLE]})
    assert (answer.status_code, answer.headers.get("Retry-After")) == ((503, "1") if number else (200, None))
    client.app.state.parts.batcher._n_waiting = 0  # type: ignore[attr-defined]
