"""Tests of cli.demo."""

import json
import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from corpus.outcome import Rejected
from corpus.reading import read_articles
from standpoint.article import Article

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def answer(folder: Path) -> CompletedProcess[str]:
    """Run the demo once in an empty folder, at the width of an ordinary terminal."""
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    command = [sys.executable, "-m", "cli.main", "demo"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    outcomes = list(read_articles(ROOT / "examples/rare-earths/new-articles.txt"))
    return [outcome for outcome in outcomes if not isinstance(outcome, Rejected)]


def test_it_runs_to_its_end_and_says_nothing_on_the_side(answer: CompletedProcess[str]) -> None:
    assert (answer.returncode, answer.stderr) == (0, "")


def test_it_shows_how_far_the_readers_agree(answer: CompletedProcess[str]) -> None:
    table = answer.stdout.partition("Agreement of the two readers")[2].partition("2  Training")[0]
    for label in ("US failure", "Third-country hedging", "frame set", "stance: given one"):
        row = next(line for line in table.splitlines() if line.strip().startswith(label))
        assert row.count("[") == row.count("]") == (label != "frame set")
    assert "present" in table


def test_it_shows_quality_with_intervals_beside_baselines(answer: CompletedProcess[str]) -> None:
    tables = answer.stdout.partition("2  Training")[2].partition("3  New articles")[0]
    for label in ("frames, macro-F1", "stance, macro-F1", "US failure", "frames, zh", "every frame always"):
        row = next(line for line in tables.splitlines() if line.strip().startswith(label))
        assert row.count("[") == row.count("]") == 2
    assert "version  standpoint/1 (@challenger, @champion)" in tables


def test_it_shows_each_new_article_with_something_to_see(
    answer: CompletedProcess[str], articles: list[Article]
) -> None:
    page = "".join(answer.stdout.partition("3  New articles")[2].partition("\nNext\n")[0].split())
    assert len(articles) == 8
    assert [article.title for article in articles if "".join(article.title.split()) not in page] == []
    assert "frame0." in page


def test_it_says_what_to_run_next(answer: CompletedProcess[str]) -> None:
    following = answer.stdout.partition("\nNext\n")[2]
    assert "demo-output/predictions.jsonl" in following
    for command in ("standpoint import ", "standpoint score ", "standpoint codebook show ", "mlflow ui "):
        assert command in following


def test_it_leaves_the_predictions_and_the_store_and_nothing_else(
    answer: CompletedProcess[str], folder: Path, articles: list[Article]
) -> None:
    assert answer.returncode == 0
    lines = (folder / "demo-output/predictions.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["article_id"] for record in records] == [article.id for article in articles]
    assert {record["model"].partition("+")[0] for record in records} == {"standpoint/1"}
    assert all(record["characters_read"] > 100 for record in records)
    assert sorted(path.name for path in folder.iterdir()) == ["demo-output", "mlruns"]
    assert (folder / "mlruns/mlflow.db").is_file()
