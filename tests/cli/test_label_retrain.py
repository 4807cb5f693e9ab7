"""Tests of cli.label_retrain: its steps in their order, and once on a real server."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import requests
import typer

import cli.label_retrain
from labeling.studio_client import Studio
from labeling.studio_project import find_project
from labeling.studio_result import result_items
from serving.registry import registered_versions
from standpoint.annotation import annotation_from_json
from standpoint.article import Article
from standpoint.jsonl import read_jsonl

ROOT = Path(__file__).parents[2]
SAMPLE, CODEBOOK = ROOT / "examples/rare-earths", ROOT / "codebooks/rare-earths.toml"
N_ARTICLES = 60
Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(autouse=True)
def store(standpoint: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Name the store by its whole path: MLflow remembers the one that a relative name once meant."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlruns/mlflow.db")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let each step only be noted; adjudication writes the gold that `gold` holds, or finds none where it is empty."""
    noted: list[str] = []

    def pull(**options: object) -> None:
        noted.append("pull")
        raise typer.Exit(1)  # something is in quarantine

    def adjudicate(*, out: Path, **options: object) -> None:
        noted.append("adjudicate")
        gold = Path("gold.txt").read_text()
        if not gold:
            raise typer.Exit(2)
        out.write_text(gold)

    def train(articles: Path, gold: Path, codebook: Path, *, promote: bool, **_: object) -> None:
        noted.append(f"train on {articles.read_text().count(chr(10))} articles{', promote' if promote else ''}")

    monkeypatch.setattr(cli.label_retrain, "pull_annotations", pull)
    monkeypatch.setattr(cli.label_retrain, "adjudicate_annotations", adjudicate)
    monkeypatch.setattr(cli.label_retrain, "train_model", train)
    monkeypatch.setattr(cli.label_retrain, "_articles", lambda *place: iter([Article("a1", "News", "Rain.")]))
    return noted


def retrain(standpoint: Run, *options: str) -> CompletedProcess[str]:
    return standpoint("label", "retrain", "--codebook", CODEBOOK, "--folder", "work", *options)


def test_one_step_follows_the_other_also_where_something_was_set_aside(standpoint: Run, steps: list[str]) -> None:
    Path("gold.txt").write_text("{}\n")
    assert retrain(standpoint, "--promote").returncode == 0
    assert steps == ["pull", "adjudicate", "train on 1 articles, promote"]


def test_nothing_is_trained_twice_on_the_same_gold(standpoint: Run, steps: list[str]) -> None:
    Path("gold.txt").write_text("{}\n")
    retrain(standpoint)
    again = retrain(standpoint)
    assert (again.returncode, "work/gold.jsonl: nothing new since the last training" in again.stdout) == (0, True)
    Path("gold.txt").write_text("{}\n{}\n")
    retrain(standpoint)
    assert [step for step in steps if "train" in step] == ["train on 1 articles"] * 2


def test_without_gold_nothing_is_trained(standpoint: Run, steps: list[str]) -> None:
    Path("gold.txt").write_text("")
    assert retrain(standpoint).returncode == 2
    assert steps == ["pull", "adjudicate"]


@pytest.mark.studio
@pytest.mark.slow
def test_what_annotators_answered_becomes_a_model(
    standpoint: Run, studio_server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", studio_server["url"])
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio_server["token"])
    project = ("--codebook", CODEBOOK, "--project", "Retrained")
    lines = (SAMPLE / "articles.jsonl").read_text(encoding="utf-8").splitlines()[:N_ARTICLES]
    Path("articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for words in (("setup",), ("push", "articles.jsonl")):
        assert standpoint("label", *words, *project).returncode == 0
    annotate(studio_server, {str(json.loads(line)["id"]) for line in lines})

    done = standpoint("label", "retrain", *project)
    assert done.returncode == 0, done.stdout + done.stderr
    again = standpoint("label", "retrain", *project)
    assert "nothing new since the last training" in again.stdout
    (version,) = registered_versions(f"sqlite:///{tmp_path}/mlruns/mlflow.db")
    assert version.aliases == ("challenger", "champion")


def annotate(server: dict[str, str], ids: set[str]) -> None:
    """Give the gold answer to each article as one annotator."""
    with closing(Studio(server["url"], server["token"])) as studio:
        project: Any = find_project(studio, "Retrained")
        tasks = {task["data"]["article_id"]: task for task in studio.task_states(project["id"])}
    headers = {"Authorization": f"Token {server['reader-a']}"}
    for one in read_jsonl(SAMPLE / "gold.jsonl", annotation_from_json):
        if one.article_id in ids:
            task = tasks[one.article_id]
            result = result_items(one.frames, one.stances, one.evidence, task["data"]["text"])
            address = f"{server['url']}/api/tasks/{task['id']}/annotations/"
            requests.post(address, headers=headers, json={"result": result}, timeout=60).raise_for_status()
