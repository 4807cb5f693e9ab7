"""Tests of serving.studio_door."""

import json
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from labeling.studio_config import studio_config
from labeling.studio_task import task_data
from labeling.suggestion import suggestion, version_of
from labeling.work_item import WorkItem
from serving.keys import Keys, key_line, make_key, read_keys
from serving.model_holder import ModelHolder
from serving.service import create_service
from serving.service_config import ServiceConfig
from serving.studio_door import studio_door
from standpoint.article import Article
from standpoint.codebook import Codebook, Words
from standpoint.mentions import MentionFinder

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ARTICLES = [
    Article(
        "zh",
        "稀土 😀👨‍👩‍👧",
        "China broke its promise.\r\nThe costly plan collapsed again. 😀 Japan kept its word.",
        language="zh",
    ),
    Article("en", "News", "Allies signed a joint pact. Japan published figures."),
]


def door_to(holder: ModelHolder, keys: Keys | None = None, **limits: Any) -> TestClient:  # noqa: ANN401 - settings
    """Return a client of a service with the door; it has to be entered."""
    service = create_service(holder, ServiceConfig(**limits), doors=[studio_door(keys=keys)])
    return TestClient(service, raise_server_exceptions=False)


def task(article: Article, holder: ModelHolder, number: int = 1, *, blind: bool = False) -> dict[str, Any]:
    codebook = holder.current.model.codebook
    data = task_data(WorkItem(article, blind=blind), codebook, MentionFinder(codebook.actors), blind_share=0)
    return {"id": number, "data": data, "annotations": [], "predictions": []}


def body(holder: ModelHolder, tasks: Sequence[object], **changes: object) -> dict[str, Any]:
    config = studio_config(holder.current.model.codebook)
    return {"tasks": tasks, "project": "2.1795492092", "label_config": config, "params": {"context": None}} | changes


def setup_body(config: str) -> dict[str, Any]:
    sent = {"project": "7.1795492092", "schema": config, "hostname": "http://studio.test", "extra_params": None}
    return sent | {"access_token": TOKEN}


def suggested(client: TestClient, holder: ModelHolder, tasks: Sequence[object]) -> list[Any]:
    answer = client.post("/label-studio/predict", json=body(holder, tasks))
    assert answer.status_code == 200, answer.text
    results: list[Any] = answer.json()["results"]
    return results


def test_suggestions_are_those_that_a_push_makes(holder: ModelHolder) -> None:
    model = holder.current.model
    expected = []
    for article, prediction in zip(ARTICLES, model.predict(ARTICLES), strict=True):
        made = suggestion(prediction, 1, version_of(prediction, model.codebook), article.text)
        expected.append({name: value for name, value in made.items() if name != "task"})
    with door_to(holder) as client:
        found = suggested(client, holder, [task(article, holder) for article in ARTICLES])
    assert found == json.loads(json.dumps(expected))


def test_evidence_quotes_the_text_that_annotators_see(holder: ModelHolder) -> None:
    with door_to(holder) as client:
        (found,) = suggested(client, holder, [task(ARTICLES[0], holder)])
    spans = [item["value"] for item in found["result"] if item["from_name"] == "evidence"]
    assert spans
    assert all(ARTICLES[0].text[span["start"] : span["end"]] == span["text"] for span in spans)


def test_a_blind_a_foreign_and_a_long_task_get_nothing_and_spoil_nothing(holder: ModelHolder) -> None:
    long = Article("long", "News", "China. " * 100)
    odd: list[Any] = [None, 3, {"id": 5}, {"data": []}, {"data": {"text": 3}}, {"data": {"text": "a\n\nb"}}]
    tasks = [task(ARTICLES[0], holder, blind=True), *odd, task(long, holder), task(ARTICLES[1], holder)]
    with door_to(holder, max_characters=500) as client:
        *others, last = suggested(client, holder, tasks)
    assert others == [[]] * 8
    assert last["model_version"].endswith(holder.current.model.codebook.reference)


def test_one_task_on_which_the_model_fails_spoils_no_other(
    holder: ModelHolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    predict = holder.current.model.predict

    def failing(articles: Sequence[Article], **options: Any) -> object:  # noqa: ANN401 - passed on
        if any("poison" in article.text for article in articles):
            raise ZeroDivisionError("poison")
        return predict(articles, **options)

    monkeypatch.setattr(holder.current.model, "predict", failing)
    bad = task(Article("bad", "News", "A poison."), holder)
    with caplog.at_level(logging.INFO, "standpoint.service"), door_to(holder) as client:
        first, second, third = suggested(client, holder, [task(ARTICLES[0], holder), bad, task(ARTICLES[1], holder)])
    assert (bool(first["result"]), second, bool(third["result"])) == (True, [], True)
    assert {"the model failed on it": 1} in [record.__dict__["fields"].get("reasons") for record in caplog.records]
    assert "A poison" not in str([record.__dict__ for record in caplog.records])


def test_more_tasks_than_a_request_may_have_are_asked_in_groups(holder: ModelHolder) -> None:
    tasks = [task(Article(f"a{number}", "News", "China broke its promise."), holder) for number in range(150)]
    with door_to(holder, max_articles=8) as client:
        found = suggested(client, holder, tasks)
    assert [bool(item["result"]) for item in found] == [True] * 150


def test_a_page_of_tasks_is_answered_in_under_a_second(holder: ModelHolder) -> None:
    text = "China broke its promise. The costly plan collapsed again. Japan published figures. " * 40
    tasks = [task(Article(f"a{number}", "News", text), holder) for number in range(30)]
    with door_to(holder) as client:
        suggested(client, holder, tasks[:1])
        started = time.perf_counter()
        suggested(client, holder, tasks)
    assert time.perf_counter() - started < 1


def test_setup_answers_with_the_version_that_suggestions_will_have(holder: ModelHolder) -> None:
    with door_to(holder) as client:
        answer = client.post("/label-studio/setup", json=setup_body(studio_config(holder.current.model.codebook)))
        (found,) = suggested(client, holder, [task(ARTICLES[0], holder)])
        versions = client.get("/label-studio/versions").json()
    assert answer.json() == {"model_version": found["model_version"]}
    assert versions == {"versions": [found["model_version"]]}


def test_a_project_of_another_codebook_is_refused_and_named(
    holder: ModelHolder, caplog: pytest.LogCaptureFixture
) -> None:
    other = studio_config(Codebook("other", Words("Other", "其他")))
    with door_to(holder) as client, caplog.at_level(logging.WARNING, "standpoint.service"):
        refused = client.post("/label-studio/setup", json=setup_body(other))
        predicted = client.post("/label-studio/predict", json=body(holder, [1, 2], label_config=other))
        health = client.get("/label-studio/health").json()
    assert (refused.status_code, predicted.json()) == (409, {"results": [[], []]})
    assert "another codebook than the model's 'demo@" in refused.json()["detail"]
    assert health["status"] == "UP"
    assert health["misfits"].keys() == {"7", "2"}
    assert [record.__dict__["fields"]["project"] for record in caplog.records] == ["7", "2"]


def test_a_project_that_was_mended_is_taken_on(holder: ModelHolder) -> None:
    with door_to(holder) as client:
        client.post("/label-studio/setup", json=setup_body("<View/>"))
        good = client.post("/label-studio/setup", json=setup_body(studio_config(holder.current.model.codebook)))
        assert (good.status_code, client.get("/label-studio/health").json()["misfits"]) == (200, {})


@pytest.mark.parametrize("config", [None, 3, "<View/>"])
def test_the_access_token_is_in_no_answer_and_no_log(
    config: Any,  # noqa: ANN401 - whatever may come
    holder: ModelHolder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with door_to(holder) as client, caplog.at_level(logging.DEBUG):
        answer = client.post("/label-studio/setup", json=setup_body(config) | {"project": TOKEN})
        pages = [client.get(path).text for path in ("/metrics", "/v1/model", "/label-studio/health")]
    logged = [str(record.__dict__) for record in caplog.records]
    assert answer.status_code in (409, 422)
    assert not [text for text in (answer.text, *pages, *logged) if TOKEN in text]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Write a file with the key of one Label Studio."""
    (tmp_path / "studio-keys").write_text(key_line(make_key(bytes(32)), "studio"))
    return read_keys(tmp_path / "studio-keys")


def test_a_known_user_with_the_right_password_is_let_in(holder: ModelHolder, keys: Keys) -> None:
    key = make_key(bytes(32))
    with door_to(holder, keys) as client:
        statuses = [
            client.get("/label-studio/health", auth=auth).status_code
            for auth in (("studio", key), ("other", key), ("用户", key), ("studio", "wrong"), ("studio", ""), None)
        ]
        answer = client.get("/label-studio/health")
    assert statuses == [200, 401, 401, 401, 401, 401]
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert "key's name as user" in answer.json()["detail"]


def test_a_webhook_may_bring_the_key_in_a_header(holder: ModelHolder, keys: Keys) -> None:
    key = make_key(bytes(32))
    with door_to(holder, keys) as client:
        statuses = [
            client.post("/label-studio/webhook", json={"action": "X"}, headers=headers).status_code
            for headers in ({"X-Hook-Secret": key}, {"X-Hook-Secret": "wrong"}, {"Authorization": f"Basic {key}"}, {})
        ]
    assert statuses == [200, 401, 401, 401]


def test_without_keys_of_its_own_the_door_takes_those_of_the_service(holder: ModelHolder, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(key_line(make_key(bytes(32)), "newsroom"))
    with door_to(holder, keys_file=tmp_path / "keys") as client:
        assert client.get("/label-studio/health").status_code == 401
        assert client.get("/label-studio/health", auth=("newsroom", make_key(bytes(32)))).status_code == 200


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("predict", b"{", 400),
        ("predict", b"[]", 422),
        ("predict", b'{"tasks": 3, "label_config": ""}', 422),
        ("setup", b"{}", 422),
        ("webhook", b'{"action": 3}', 422),
        ("webhook", b'"\\ud800"', 400),
    ],
)
def test_what_is_no_call_of_label_studio_is_refused(path: str, sent: bytes, status: int, holder: ModelHolder) -> None:
    with door_to(holder) as client:
        answer = client.post(f"/label-studio/{path}", content=sent, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_web_page_elsewhere_cannot_call(holder: ModelHolder) -> None:
    with door_to(holder) as client:
        assert client.post("/label-studio/webhook", content=b'{"action": "START_TRAINING"}').status_code == 415


def test_a_full_queue_is_told_so(holder: ModelHolder) -> None:
    with door_to(holder) as client:
        service: Any = client.app
        service.state.parts.batcher._n_waiting = 999
        answer = client.post("/label-studio/predict", json=body(holder, [task(ARTICLES[0], holder)]))
        service.state.parts.batcher._n_waiting = 0
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1


def test_without_retraining_a_webhook_is_heard_and_does_nothing(holder: ModelHolder) -> None:
    with door_to(holder) as client:
        answer = client.post("/label-studio/webhook", json={"action": "START_TRAINING", "project": {"token": TOKEN}})
    assert (answer.status_code, answer.json()) == (200, {"queued": False})
