"""The whole loop on the sample corpus and a real server: push, annotate, pull, agree, adjudicate, train, suggest."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import requests

from labeling.studio_client import Studio
from labeling.studio_project import find_project
from labeling.studio_result import result_items
from labeling.work_item import work_item_from_json
from standpoint.annotation import Annotation, annotation_from_json
from standpoint.jsonl import read_jsonl

ROOT = Path(__file__).parents[2]
SAMPLE, CODEBOOK = ROOT / "examples/rare-earths", ROOT / "codebooks/rare-earths.toml"
TITLE = "The whole loop"
Run = Callable[..., CompletedProcess[str]]

pytestmark = [pytest.mark.studio, pytest.mark.slow]


def test_the_loop_closes(
    standpoint: Run, studio_server: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setenv("LABEL_STUDIO_URL", studio_server["url"])
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio_server["token"])
    project = ("--codebook", CODEBOOK, "--project", TITLE)
    sample = (SAMPLE / "articles.jsonl", SAMPLE / "annotations.jsonl", SAMPLE / "gold.jsonl")

    assert standpoint("label", "setup", *project).returncode == 0
    assert "264" in succeeded(standpoint("label", "push", sample[0], *project))
    annotate(studio_server, list(read_jsonl(sample[1], annotation_from_json)))

    assert "528" in succeeded(standpoint("label", "pull", *project, "--out", "annotations.jsonl"))
    assert labels(Path("annotations.jsonl")) == labels(sample[1])

    agree = ("--codebook", CODEBOOK, "--articles", sample[0], "--json")
    succeeded(standpoint("label", "agreement", "annotations.jsonl", *agree, "pulled.json", "--html", "agreement.html"))
    succeeded(standpoint("label", "agreement", sample[1], *agree, "sample.json"))
    assert figures(Path("pulled.json"))["overall"] == figures(Path("sample.json"))["overall"]

    rules = ("--articles", sample[0], "--codebook", CODEBOOK)
    succeeded(
        standpoint("label", "adjudicate", "annotations.jsonl", *rules, "--out", "gold.jsonl", "--ties", "ties.jsonl")
    )
    assert len(list(read_jsonl(Path("ties.jsonl"), work_item_from_json))) == 54
    decided = ("--out", "gold.jsonl", "--decisions", sample[2])
    succeeded(standpoint("label", "adjudicate", "annotations.jsonl", *rules, *decided))
    assert labels(Path("gold.jsonl"), evidence=False) == labels(sample[2], evidence=False)

    succeeded(standpoint("train", "--gold", "gold.jsonl", *rules))
    succeeded(standpoint("score", sample[0], "--out", "predictions.jsonl"))
    succeeded(standpoint("label", "push", sample[0], *project, "--predictions", "predictions.jsonl"))
    assert suggested(studio_server) == 264 - sum(task["data"]["blind"] for task in tasks(studio_server))


def succeeded(done: CompletedProcess[str]) -> str:
    """Return what a command printed; it must have done all it was asked for."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def annotate(server: dict[str, str], annotations: list[Annotation]) -> None:
    """Give every answer as the one of the two annotators who gave it."""
    by_article = {task["data"]["article_id"]: task for task in tasks(server)}

    def answer(one: Annotation) -> None:
        task = by_article[one.article_id]
        result = result_items(one.frames, one.stances, one.evidence, task["data"]["text"])
        headers = {"Authorization": f"Token {server[one.annotator]}"}
        address = f"{server['url']}/api/tasks/{task['id']}/annotations/"
        requests.post(address, headers=headers, json={"result": result}, timeout=60).raise_for_status()

    with ThreadPoolExecutor(2) as both:
        list(both.map(answer, annotations))


def tasks(server: dict[str, str]) -> list[dict[str, Any]]:
    """Return the project's tasks."""
    with closing(Studio(server["url"], server["token"])) as studio:
        return list(studio.task_states(project_id(studio)))


def suggested(server: dict[str, str]) -> int:
    """Return how many suggestions the project shows."""
    with closing(Studio(server["url"], server["token"])) as studio:
        shown = studio.project(project_id(studio))["model_version"]
        assert shown.startswith("standpoint/1+")
        return studio.prediction_versions(project_id(studio))[shown]


def project_id(studio: Studio) -> int:
    """Return the id of the project of this test."""
    project = find_project(studio, TITLE)
    assert project is not None
    return int(project["id"])


def labels(path: Path, *, evidence: bool = True) -> list[tuple[object, ...]]:
    """Return what a file of annotations says, without when and by which codebook revision it was said."""
    return sorted(_labels(read_jsonl(path, annotation_from_json), evidence))


def _labels(annotations: Iterator[Annotation], evidence: bool) -> Iterator[tuple[object, ...]]:
    for one in annotations:
        spans = sorted((item.start, item.end, item.label) for item in one.evidence) if evidence else []
        yield one.article_id, one.annotator, one.codebook, sorted(one.frames), sorted(one.stances.items()), spans


def figures(path: Path) -> dict[str, Any]:
    """Return the figures that a command wrote."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
