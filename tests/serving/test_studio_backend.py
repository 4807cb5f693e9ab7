"""The service as the backend of a real Label Studio server: connected, asked, woken, followed."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
import requests
from mlflow import MlflowClient
from playwright.sync_api import Browser, expect

from benchmarks.studio_server import PASSWORD
from benchmarks.studio_server import Server as Studio
from labeling.studio_config import studio_config
from labeling.studio_result import result_items
from labeling.studio_task import task_data
from labeling.work_item import WorkItem
from models.news_model import NewsModel
from serving.keys import key_line, make_key
from standpoint.article import Article
from standpoint.codebook import Codebook, Words
from standpoint.mentions import MentionFinder
from training.gold import Gold
from training.tracking import TrainingRecord, record_training

SHOWN = "The costly plan collapsed again，彻底失败了。"
CHINESE = Article(
    "zh", "稀土 😀👨‍👩‍👧", f"😀 China broke its promise.\r\n稀土。😀{SHOWN} Japan kept its word.", language="zh"
)
ENGLISH = Article("en", "News", "Allies signed a joint pact. Japan published figures.")
BLIND = Article("blind", "News", "The costly plan collapsed again. China broke its promise.")
USER, KEY, HOOK_KEY = "studio", make_key(b"k" * 32), make_key(b"h" * 32)
TITLE = "Standpoint"
PROMOTE = """
import os, time
from mlflow import MlflowClient
print("token", os.environ["LABEL_STUDIO_API_KEY"])
with open("runs", "a") as file:
    file.write("run\\n")
MlflowClient(os.environ["MLFLOW_TRACKING_URI"]).set_registered_model_alias("standpoint", "champion", "2")
"""
"""Stands for a training: promotes the second version, and betrays the token it was given."""

pytestmark = pytest.mark.studio


class Server(Protocol):
    """What the fixture gives."""

    url: str
    log: Path


@dataclass(frozen=True)
class Desk:
    """A project with three tasks on a real server, and the service beside it."""

    studio: Studio
    service: Server
    project: int
    tasks: dict[str, int]
    folder: Path

    def call(self, method: str, path: str, body: Any = None, *, status: int | None = None) -> Any:  # noqa: ANN401 - JSON
        """Ask Label Studio as its administrator."""
        headers = {"Authorization": f"Token {self.studio['token']}"}
        answer = requests.request(method, self.studio["url"] + path, headers=headers, json=body, timeout=120)
        assert answer.ok if status is None else answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def connect(self, *, password: str = KEY, status: int = 201) -> Any:  # noqa: ANN401 - JSON
        """Add the service as a backend with basic auth; its webhook comes first, for it needs the key in a header."""
        url = f"{self.service.url}/label-studio"
        hook = {"project": self.project, "url": f"{url}/webhook", "headers": {"X-Hook-Secret": HOOK_KEY}}
        self.call("POST", "/api/webhooks/", hook | {"send_payload": True, "send_for_all_actions": True})
        login = {"auth_method": "BASIC_AUTH", "basic_auth_user": USER, "basic_auth_pass": password}
        return self.call(
            "POST", "/api/ml", {"url": url, "project": self.project, "title": TITLE} | login, status=status
        )

    def opened(self, article: Article) -> list[dict[str, Any]]:
        """Open a task as an annotator does; return the suggestions it then has."""
        self.call("GET", f"/api/tasks/{self.tasks[article.id]}/?project={self.project}")
        found: list[dict[str, Any]] = self.call("GET", f"/api/predictions/?task={self.tasks[article.id]}")
        return found

    def annotate(self, article: Article) -> None:
        """Submit an answer."""
        result = result_items({"failure"}, {"china": "critical"}, (), article.text)
        self.call("POST", f"/api/tasks/{self.tasks[article.id]}/annotations/", {"result": result})

    def training(self) -> dict[str, Any]:
        """Return how far retraining is."""
        found: dict[str, Any] = requests.get(f"{self.service.url}/v1/training", timeout=10).json()
        return found

    def versions(self) -> list[str]:
        """Return the version that the service would suggest with."""
        answer = requests.get(f"{self.service.url}/label-studio/versions", auth=(USER, KEY), timeout=10)
        found: list[str] = answer.json()["versions"]
        return found


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def store(demo_model: NewsModel, demo_gold: Gold, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Register two versions; return where."""
    place = tmp_path_factory.mktemp("store")
    uri = f"sqlite:///{place}/mlflow.db"
    for name in ("one", "two"):
        record_training(demo_model, TrainingRecord(demo_gold, {}, {}, "0.1.0"), folder=place / name, uri=uri)
    return uri


@pytest.fixture
def desk(
    studio_server: Studio,
    serve: Callable[..., Server],
    store: str,
    demo_model: NewsModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """Serve the first version, and make a project of its codebook."""
    MlflowClient(store, store).set_registered_model_alias("standpoint", "champion", "1")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio_server["token"])
    (tmp_path / "keys").write_text(f"{key_line(KEY, USER)}\n{key_line(HOOK_KEY, 'hook')}\n")
    (tmp_path / "promote.py").write_text(PROMOTE)
    train = ("--retrain", f"{sys.executable} promote.py", "--retrain-quiet", "1")
    service = serve("--model", "models:/standpoint@champion", "--studio-keys", "keys", *train)
    empty = Desk(studio_server, service, 0, {}, tmp_path)
    settings = {"title": "Backend", "label_config": studio_config(demo_model.codebook), "show_collab_predictions": True}
    project = int(empty.call("POST", "/api/projects/", settings)["id"])
    finder = MentionFinder(demo_model.codebook.actors)
    items = [WorkItem(article, blind=article is BLIND) for article in (CHINESE, ENGLISH, BLIND)]
    data = [task_data(item, demo_model.codebook, finder, blind_share=0) for item in items]
    answer = empty.call("POST", f"/api/projects/{project}/import?return_task_ids=true", [{"data": one} for one in data])
    return Desk(
        studio_server, service, project, dict(zip(("zh", "en", "blind"), answer["task_ids"], strict=True)), tmp_path
    )


def test_annotators_get_suggestions_and_their_answer_brings_the_next_model(desk: Desk) -> None:
    desk.connect()
    (first,) = desk.opened(CHINESE)
    spans = [item["value"] for item in first["result"] if item["type"] == "labels"]
    assert ([span["text"] for span in spans], first["model_version"]) == ([f"😀{SHOWN}"], desk.versions()[0])
    assert CHINESE.text[spans[0]["start"] : spans[0]["end"]] == spans[0]["text"]
    assert desk.opened(BLIND) == []

    desk.annotate(CHINESE)
    wait_for(lambda: (desk.training()["last"] or {}).get("outcome") == "succeeded")
    wait_for(lambda: desk.versions() != [first["model_version"]])
    assert (desk.folder / "runs").read_text() == "run\n"

    (second,) = desk.opened(ENGLISH)
    assert second["model_version"] == desk.versions()[0]
    assert second["model_version"].startswith("standpoint/2+")
    assert not leaks(desk)


def test_the_browser_highlights_the_words_that_the_model_means(desk: Desk, browser: Browser) -> None:
    desk.connect()
    page = browser.new_page()
    page.goto(f"{desk.studio['url']}/user/login/")
    page.fill("[name=email]", "reader-a@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(lambda url: "/user/login" not in url)
    page.goto(f"{desk.studio['url']}/projects/{desk.project}/data?task={desk.tasks['zh']}")
    expect(page.locator(".htx-highlight")).to_have_text(f"😀{SHOWN}")
    expect(page.locator(".sp-frames .ant-checkbox-checked")).to_have_count(1)


def test_a_page_of_tasks_is_answered_as_a_whole(desk: Desk) -> None:
    desk.connect()
    chosen = {"selectedItems": {"all": True, "excluded": []}}
    desk.call("POST", f"/api/dm/actions?id=retrieve_tasks_predictions&project={desk.project}", chosen)
    found = desk.call("GET", f"/api/predictions/?project={desk.project}")
    assert sorted(one["task"] for one in found) == sorted((desk.tasks["zh"], desk.tasks["en"]))


def test_a_wrong_password_is_told_to_whoever_connects(desk: Desk) -> None:
    answer = desk.connect(password="wrong", status=400)
    assert "authentication parameters were either not provided or are incorrect" in str(answer)


def test_a_project_of_another_codebook_is_not_connected(desk: Desk) -> None:
    other = studio_config(Codebook("other", Words("Other", "其他")))
    project = desk.call("POST", "/api/projects/", {"title": "Other", "label_config": other})["id"]
    elsewhere = Desk(desk.studio, desk.service, project, {}, desk.folder)
    assert "409 Client Error: Conflict" in str(elsewhere.connect(status=400))
    assert '"problem": "The project asks by another codebook than the model' in desk.service.log.read_text()


def leaks(desk: Desk) -> list[str]:
    """Return the secrets that anything recorded or shown has."""
    shown = [desk.service.log.read_text(), json.dumps(desk.training())]
    shown += [path.read_text() for path in (desk.folder / "mlruns").rglob("*.json")]
    shown += [requests.get(desk.service.url + path, timeout=10).text for path in ("/metrics", "/v1/model")]
    assert "/label-studio" in shown[0]
    assert desk.training()["last"]["output"] == ["token ***"]
    secrets = (desk.studio["token"], KEY, HOOK_KEY)
    return [secret for secret in secrets if any(secret in text for text in shown)]
