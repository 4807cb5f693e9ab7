"""Tests of the frame benchmark with an encoder on small made-up data: its rows, its notes, and what it refuses."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("torch") is None and not os.environ.get("CI"):
    pytest.skip("needs torch and transformers: pip install -e '.[encoder]'", allow_module_level=True)

from benchmarks.annotator_shares import read_narrative_frames
from benchmarks.encoder_frames import with_shares
from benchmarks.narrative_frames import read
from benchmarks.small_encoder import write_small_encoder
from standpoint.errors import InputError

ROOT = Path(__file__).parents[2]


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.narrative_frames", "--data", folder, "--model", "encoder", *arguments]
    return subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def encoder(narrative_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = (narrative_folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return write_small_encoder(tmp_path_factory.mktemp("encoder"), [json.loads(line)["text"] for line in lines])


def test_the_blend_is_measured_beside_its_parts(narrative_folder: Path, encoder: Path, tmp_path: Path) -> None:
    done = run(narrative_folder, "--encoder", encoder, "--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    rows = {f"{name}/macro_f1" for name in ("head", "linear_soft", "even_blend", "linear")}
    gains = {f"{name}/gain_over_linear/macro_f1" for name in ("blend", "head", "linear_soft", "even_blend")}
    assert rows | gains <= set(found["ablations"])
    assert found["macro_f1"] > 0.9
    assert sum("the head has weight" in note for note in found["notes"]) == 4
    assert any("half and half, not chosen by the rule" in note for note in found["notes"])


def test_another_file_is_answered_by_a_model_of_all_articles(
    narrative_folder: Path, encoder: Path, tmp_path: Path
) -> None:
    lines = (narrative_folder / "articles.jsonl").read_text(encoding="utf-8").replace("number ", "number 7")
    (tmp_path / "new.jsonl").write_text(lines, encoding="utf-8")
    done = run(narrative_folder, "--encoder", encoder, "--test", tmp_path / "new.jsonl")
    assert done.returncode == 0, done.stderr
    assert "trained on 60 articles, tested on 60" in " ".join(done.stdout.split())


def test_the_head_learns_the_mean_of_gold_shares_and_questions(narrative_folder: Path) -> None:
    gold, _ = read(narrative_folder / "articles.jsonl")
    shared, learned = with_shares(gold, narrative_folder / "annotators.jsonl")
    assert shared.frame_shares[:2].tolist() == [[0.5, 0, 0, 0, 0], [0, 1, 0, 0, 0]]
    assert learned[:2, :2].tolist() == [[pytest.approx(2 / 3), 0], [0, 1]]


def test_without_annotators_the_head_learns_golds_own_answers(narrative_folder: Path, tmp_path: Path) -> None:
    gold, _ = read(narrative_folder / "articles.jsonl")
    shared, learned = with_shares(gold, tmp_path / "annotators.jsonl")
    assert learned.tolist() == gold.present.tolist()
    assert not shared.has_shares


def test_shares_are_those_that_other_benchmarks_learn(narrative_folder: Path) -> None:
    gold, _ = read(narrative_folder / "articles.jsonl")
    shared, _ = with_shares(gold, narrative_folder / "annotators.jsonl")
    assert shared.frame_shares.tolist() == read_narrative_frames(narrative_folder).gold.frame_shares.tolist()


def test_answers_that_make_no_shares_are_refused_in_words(narrative_folder: Path, tmp_path: Path) -> None:
    gold, _ = read(narrative_folder / "articles.jsonl")
    file = tmp_path / "annotators.jsonl"
    file.write_text('{"id": "0", "answers": {"co1": ["yes"], "co2": [], "co3": ["no"]}}', encoding="utf-8")
    with pytest.raises(InputError, match=r"annotators\.jsonl:1: co1, co2, co3 lack answers or differ in length\. Give"):
        with_shares(gold, file)


def test_an_encoder_must_be_named(narrative_folder: Path) -> None:
    done = run(narrative_folder)
    assert done.returncode == 2
    assert "--model encoder needs --encoder FOLDER" in done.stderr
