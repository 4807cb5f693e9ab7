"""Tests of cli.evaluate."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., CompletedProcess[str]]
SAMPLE = Path(__file__).parents[2] / "examples/rare-earths"


def part(folder: Path, first: int, last: int) -> tuple[object, ...]:
    """Write articles and gold of a part of the sample; return the options that name them."""
    for name in ("articles.jsonl", "gold.jsonl"):
        lines = (SAMPLE / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(lines[first:last]), encoding="utf-8")
    return "--articles", folder / "articles.jsonl", "--gold", folder / "gold.jsonl"


def test_articles_the_model_was_trained_on_are_left_out(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    answer = standpoint("evaluate", *part(tmp_path, 50, 80), "--model", trained / "model", "--json", figures)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "20 articles; 10 left out because" in answer.stdout
    assert {"frames/macro_f1", "stance/macro_f1", "frames/us_failure/f1"} <= json.loads(figures.read_text()).keys()
    row = next(line for line in answer.stdout.splitlines() if line.strip().startswith("frames, macro-F1"))
    assert row.split()[-1] == "20"


def test_figures_on_nothing_but_training_data_are_refused(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text("older")
    answer = standpoint("evaluate", *part(tmp_path, 0, 60), "--model", trained / "model", "--json", figures)
    assert answer.returncode == 2
    assert "the model was trained on all 60 of these articles" in answer.stderr
    assert "Evaluate on other articles." in answer.stderr
    assert figures.read_text() == "older"


def test_a_single_article_can_be_evaluated(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    answer = standpoint("evaluate", *part(tmp_path, 60, 61), "--model", trained / "model")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "1 articles; 0 left out" in answer.stdout


def test_the_champion_is_evaluated_where_no_model_is_named(
    standpoint: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{trained}/mlruns/mlflow.db")
    answer = standpoint("evaluate", *part(tmp_path, 60, 75))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "15 articles; 0 left out because standpoint/1+" in answer.stdout


def test_gold_of_another_codebook_is_refused(standpoint: Run, trained: Path, tmp_path: Path) -> None:
    options = part(tmp_path, 60, 75)
    gold = tmp_path / "gold.jsonl"
    gold.write_text(gold.read_text(encoding="utf-8").replace("rare-earths@", "rare-earths@0"), encoding="utf-8")
    answer = standpoint("evaluate", *options, "--model", trained / "model")
    assert answer.returncode == 2
    assert f"{gold}: annotation of article 're-061' was made under codebook 'rare-earths@0" in answer.stderr
