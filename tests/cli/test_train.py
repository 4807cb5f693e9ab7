"""Tests of cli.train."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import cli.train
from models.folder import load_model
from serving.registry import open_model, registered_versions
from standpoint.errors import TrainingError
from training.gold import Gold
from training.recipe import Recipe

Run = Callable[..., CompletedProcess[str]]
CODEBOOK = Path(__file__).parents[2] / "codebooks/rare-earths.toml"


def inputs(trained: Path) -> tuple[object, ...]:
    return "--articles", trained / "articles.jsonl", "--gold", trained / "gold.jsonl", "--codebook", CODEBOOK


def test_figures_with_intervals_and_baselines_are_printed_whole_at_eighty_columns(trained: Path) -> None:
    output = (trained / "output.txt").read_text(encoding="utf-8")
    for words in ("later articles", "random folds", "F1 by frame", "US failure", "told the actor, not", "stance, zh"):
        assert words in output
    row = next(line for line in output.splitlines() if line.strip().startswith("frames, macro-F1"))
    assert row.count("[") == row.count("]") == 2
    tables = output.partition("!")[0]
    assert max(map(len, tables.splitlines())) <= 80


def test_what_could_not_be_learned_is_noted(trained: Path) -> None:
    notes = [line for line in (trained / "output.txt").read_text(encoding="utf-8").splitlines() if line[:1] == "!"]
    assert "! frame 'china_dominance' is present in 2 of 60 articles: it is not learned and never called." in notes[0]


def test_the_model_is_saved_recorded_and_made_the_champion(trained: Path) -> None:
    output = (trained / "output.txt").read_text(encoding="utf-8")
    uri = f"sqlite:///{trained}/mlruns/mlflow.db"
    assert "model    model\nversion  standpoint/1 (@challenger, @champion)\nrun " in output
    (version,) = registered_versions(uri)
    assert f"run      {version.run_id} in sqlite:///mlruns/mlflow.db" in output
    opened = open_model("models:/standpoint@champion", uri=uri)
    assert opened.training == load_model(trained / "model").training
    assert len(opened.training["trained_on"]) == 60


def test_a_model_folder_that_exists_is_refused_before_anything_is_trained(
    standpoint: Run, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.train, "train", _never)
    before = (trained / "model/model.json").read_bytes()
    answer = standpoint("train", *inputs(trained), "--out", trained / "model")
    assert answer.returncode == 2
    assert answer.stderr == f"standpoint: {trained / 'model'}: exists already. Choose another folder or remove it.\n"
    assert (trained / "model/model.json").read_bytes() == before


def test_a_model_folder_below_a_file_is_refused_before_anything_is_trained(
    standpoint: Run, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.train, "train", _never)
    answer = standpoint("train", *inputs(trained), "--out", trained / "articles.jsonl" / "model")
    assert answer.returncode == 2
    assert f"{trained / 'articles.jsonl' / 'model'}: cannot be written" in answer.stderr
    assert "Choose another folder." in answer.stderr


def test_soft_needs_the_shares_of_annotators(standpoint: Run, trained: Path) -> None:
    answer = standpoint("train", *inputs(trained), "--soft")
    assert answer.returncode == 2
    assert "gold.jsonl: --soft needs the shares of annotators, and no record has frame_shares" in answer.stderr
    assert "Make gold with `standpoint label adjudicate`, or leave --soft out." in answer.stderr


def test_soft_gold_is_learned_softly(
    standpoint: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipes: list[Recipe] = []

    def asked(_: Gold, recipe: Recipe, **__: object) -> None:
        recipes.append(recipe)
        raise TrainingError("enough")

    monkeypatch.setattr(cli.train, "train", asked)
    lines = (trained / "gold.jsonl").read_text(encoding="utf-8").replace('"created"', '"frame_shares": {}, "created"')
    (tmp_path / "gold.jsonl").write_text(lines, encoding="utf-8")
    files = "--articles", trained / "articles.jsonl", "--gold", "gold.jsonl", "--codebook", CODEBOOK
    assert standpoint("train", *files, "--soft").stderr == "standpoint: enough\n"
    standpoint("train", *files)
    assert [recipe.linear.soft for recipe in recipes] == [True, False]


def test_a_missing_option_is_named(standpoint: Run, trained: Path) -> None:
    answer = standpoint("train", "--articles", trained / "articles.jsonl", "--gold", trained / "gold.jsonl")
    assert answer.returncode == 2
    assert "Missing option '--codebook'" in answer.stderr


def test_nothing_is_left_beside_the_model_and_its_store(trained: Path) -> None:
    inputs_and_outputs = ["articles.jsonl", "gold.jsonl", "mlruns", "model", "output.txt"]
    assert sorted(path.name for path in trained.iterdir()) == inputs_and_outputs
    assert sorted(path.name for path in (trained / "model").iterdir()) == ["model.json", "weights.safetensors"]


def _never(gold: Gold, *_: object, **__: object) -> None:
    raise AssertionError(f"trained on {len(gold)} articles")
